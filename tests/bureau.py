"""A whole service in one process: real SQLite, real index, a tiny model, a clock that stands."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from starlette.testclient import TestClient

from api.app import create_app
from matcher.bootstrap import App
from matcher.config import ROOT, Settings
from matcher.db.audit import Entry
from matcher.db.engine import migrate, open_engine, writing
from matcher.db.store import upsert
from matcher.entities import Employer
from matcher.jobs.index import build_index
from matcher.service.keys import Principal, Role
from tests.databases import database, driven

NOON = datetime(2026, 3, 16, 4, 0, tzinfo=UTC)
TEMPLATE = "filled_bureau"
CLERK, BOSS = Principal("clerk", Role.COUNSELLOR), Principal("boss", Role.SUPERVISOR)
FILLED = 5
"""Entries of the audit log about the records that the register is filled with."""
NEVER = 3600.0
"""Seconds between the follower's rounds where a test must not depend on them."""


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bag of bytes with random vectors: equal texts are equal, similar ones similar."""
    import numpy as np
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer, pre_tokenizers
    from tokenizers.models import BPE

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(BPE(vocab={c: i for i, c in enumerate(alphabet)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    weights = np.random.default_rng(7).normal(size=(len(alphabet), 32)).astype(np.float32)
    folder = tmp_path_factory.mktemp("model") / "tiny"
    module = StaticEmbedding(tokenizer, embedding_weights=weights)
    SentenceTransformer(modules=[module], device="cpu").save(str(folder), create_model_card=False)
    return folder


def settings_in(folder: Path, model: Path, database_url: str = "") -> Settings:
    return Settings(
        data_dir=ROOT / "data",
        models_dir=folder / "models",
        var_dir=folder / "var",
        database_url=database_url,
        encoder=str(model),
        exploration_share=0,
        requests_per_minute=1_000_000,
    )


@contextmanager
def untracked(_what: str) -> Iterator[Callable[[int, int], None]]:
    yield lambda _done, _total: None


def publish_index(app: App) -> None:
    build_index(app.engine, app.indexer, app.index_folder, now=app.clock(), track=untracked)


@dataclass
class Bureau:
    """A service under test with a key for each role."""

    app: App
    client: TestClient
    keys: dict[Role, str]

    def headers(self, role: Role = Role.COUNSELLOR) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[role]}"}

    def get(self, path: str, *, role: Role = Role.COUNSELLOR):
        return self.client.get(path, headers=self.headers(role))

    def post(self, path: str, body: object = None, *, role: Role = Role.COUNSELLOR):
        return self.client.post(path, json=body, headers=self.headers(role))

    def post_bytes(self, path: str, content: bytes | Iterator[bytes], *, headers=None):
        headers = {"Content-Type": "application/json"} | (headers or self.headers())
        return self.client.post(path, content=content, headers=headers)

    def put(self, path: str, body: object, *, role: Role = Role.COUNSELLOR):
        return self.client.put(path, json=body, headers=self.headers(role))


def logged(app: App, *, person: str | None = None) -> list[Entry]:
    """What the audit log holds since the register was filled, oldest first."""
    found = reversed(app.audit.page(BOSS, person=person))
    return [entry for number, entry in found if number > FILLED]


SEEKER = {
    "registered_on": "2026-01-05",
    "name": "王小明",
    "title": "倉管人員",
    "text": "做過三年倉庫，會開堆高機",
    "occupation": "4321",
    "district": "806",
    "commute_km": 10,
    "shifts": ["day"],
    "employment": ["full_time"],
    "pay_floor": 33000,
    "education": "senior_high",
    "experience_years": 3,
    "licences": ["forklift"],
    "languages": ["zh"],
}
VACANCY = {
    "employer_id": "E-1",
    "title": "堆高機操作員",
    "openings": 2,
    "posted_on": "2026-03-01",
    "text": "倉庫進出貨",
    "occupation": "9330",
    "place": "806",
    "address": "高雄市前鎮區",
    "pay_basis": "month",
    "pay_low": 36000,
    "pay_high": 40000,
    "shifts": ["day"],
    "employment": ["full_time"],
    "education": "any",
    "experience_years": 0,
    "licences": ["forklift"],
    "languages": [],
    "closes_on": "2026-12-31",
    "url": "https://example.org/jobs/1",
}


@pytest.fixture(scope="session")
def template(
    tmp_path_factory: pytest.TempPathFactory, tiny_model: Path
) -> tuple[Path, dict[Role, str]]:
    """A register filled through the interface itself, with an index built before and after."""
    folder = tmp_path_factory.mktemp("bureau")
    return folder, filled(App(settings_in(folder, tiny_model), clock=lambda: NOON))


@pytest.fixture(scope="session")
def postgres_template(
    tmp_path_factory: pytest.TempPathFactory, tiny_model: Path, postgres_url: str
) -> tuple[Path, dict[Role, str]]:
    """The same in the PostgreSQL database TEMPLATE."""
    folder = tmp_path_factory.mktemp("bureau")
    server = create_engine(driven(postgres_url), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {TEMPLATE}"))
    server.dispose()
    url = driven(postgres_url).set(database=TEMPLATE).render_as_string(hide_password=False)
    return folder, filled(App(settings_in(folder, tiny_model, url), clock=lambda: NOON))


def filled(app: App) -> dict[Role, str]:
    """Fill an empty register through the interface itself; gives a key for each role."""
    engine = open_engine(app.settings.sqlalchemy_url)
    migrate(engine)
    engine.dispose()
    with writing(app.engine) as connection:
        upsert(
            connection, [Employer(id="E-1", name="前鎮倉儲"), Employer(id="E-2", name="旗津海產")]
        )
    keys = {role: app.keys.create(name=role, role=role, now=NOON) for role in Role}
    publish_index(app)
    with TestClient(create_app(app, follow_every=NEVER)) as client:
        bureau = Bureau(app, client, keys)
        changes = [
            ("seekers/S-1", SEEKER),
            ("seekers/S-2", {"registered_on": "2026-02-01", "name": "陳美華", "title": "廚師"}),
            ("vacancies/V-1", VACANCY),
            ("vacancies/V-2", VACANCY | {"title": "倉儲人員", "licences": [], "pay_low": 34000}),
            ("vacancies/V-3", VACANCY | {"title": "廚工", "employer_id": "E-2", "licences": []}),
        ]
        for path, body in changes:
            assert bureau.put(f"/v1/{path}", body).status_code == 201
    publish_index(app)
    app.engine.dispose()
    return keys


@contextmanager
def copied(
    template: tuple[Path, dict[Role, str]], model: Path, folder: Path, database_url: str = ""
) -> Iterator[Bureau]:
    """The filled service, copied to `folder`; its follower does nothing by itself."""
    shutil.copytree(template[0], folder, dirs_exist_ok=True)
    app = App(settings_in(folder, model, database_url), clock=lambda: NOON)
    web = create_app(app, follow_every=NEVER)
    with TestClient(web) as client:
        assert web.state.follower.warmed_up.wait(60)
        yield Bureau(app, client, template[1])
    app.engine.dispose()


@pytest.fixture
def bureau(
    template: tuple[Path, dict[Role, str]], tiny_model: Path, tmp_path: Path
) -> Iterator[Bureau]:
    """The filled service, fresh for each test."""
    with copied(template, tiny_model, tmp_path) as opened:
        yield opened


@pytest.fixture
def bureau_on_postgres(
    postgres_template: tuple[Path, dict[Role, str]],
    postgres_url: str,
    tiny_model: Path,
    tmp_path: Path,
) -> Iterator[Bureau]:
    """The same on PostgreSQL."""
    with (
        database(postgres_url, template=TEMPLATE) as url,
        copied(postgres_template, tiny_model, tmp_path, url) as opened,
    ):
        yield opened
