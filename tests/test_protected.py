"""Protected attributes and identity numbers change nothing: the proof of the first hard rule."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import orjson
import pytest

from matcher.bootstrap import App
from matcher.db.engine import migrate, open_engine, reading
from matcher.db.store import active_seekers, open_vacancies
from matcher.entities import Channel, Language
from matcher.identity import IdentityKey
from matcher.jobs.importing import import_files
from matcher.jobs.train import train
from matcher.ranking.trained import TrainedRanker
from matcher.service.views import slate_view
from matcher.simulation import simulate
from tests.bureau import publish_index, settings_in, untracked
from tests.rankers import put_in_place
from tests.strategies import REFERENCE

LAST_DAY = datetime(2026, 3, 16, 4, 0, tzinfo=UTC)
VOLATILE = ("impression_id", "versions")


def opened(register: Path, folder: Path, model: Path) -> App:
    """A bureau in `folder` that has taken in the register and has an index of it."""
    app = App(settings_in(folder, model), clock=lambda: LAST_DAY)
    engine = open_engine(app.settings.sqlalchemy_url)
    migrate(engine)
    engine.dispose()
    reports = import_files(
        app.engine,
        [register],
        reference=app.reference,
        key=IdentityKey(1, b"k" * 32),
        rejects_dir=folder / "rejects",
        today=LAST_DAY.date(),
        track=untracked,
    )
    assert not any(report.rejected for report in reports)
    publish_index(app)
    app.sync()
    return app


def lists_of(app: App) -> bytes:
    """Every list that this bureau gives, both directions, as the bytes that are shown."""
    app.sync()
    with reading(app.engine) as connection:
        seekers = [s.id for s in active_seekers(connection)]
        vacancies = [v.id for v, _ in open_vacancies(connection, LAST_DAY.date())]
    slates = [app.lists.for_seeker(key, k=20, channel=Channel.COUNSELLOR) for key in seekers]
    slates += [
        app.shortlists.for_vacancy(key, k=20, channel=Channel.COUNSELLOR) for key in vacancies
    ]
    assert sum(len(slate.lines) for slate in slates) > 100
    views = [slate_view(s, language=Language.ZH, reference=app.reference) for s in slates]
    return orjson.dumps([{k: v for k, v in view.items() if k not in VOLATILE} for view in views])


def rewritten(source: Path, target: Path, change) -> None:
    with source.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    before = [dict(row) for row in rows]
    change(rows)
    assert rows != before
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def other_person(rows: list[dict[str, str]]) -> None:
    for row in rows:
        row["sex"] = "male" if row["sex"] == "female" else "female"
        row["birth_date"] = "1950-01-01" if row["birth_date"] > "1980" else "2005-12-31"
        row["special_groups"] = "none" if row["special_groups"] != "none" else "disability"


def other_numbers(rows: list[dict[str, str]]) -> None:
    numbers = [row["id_number"] for row in rows]
    for row, number in zip(rows, numbers[1:] + numbers[:1], strict=True):
        row["id_number"] = number


def other_names(rows: list[dict[str, str]]) -> None:
    for row in rows:
        row["name"] = "別人"


def other_programmes(rows: list[dict[str, str]]) -> None:
    for row in rows:
        row["programme"] = {"low_income": "returnee_desk"}.get(row["programme"], "low_income")
        row["step"] = "placed" if row["step"] == "placed" else "served"


CHANGES = [
    ("protected", other_person),
    ("services", other_programmes),
    ("seekers", other_numbers),
    ("seekers", other_names),
]


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("register")
    simulate(seekers=300, seed=5, start=date(2025, 3, 16), out=folder, reference=REFERENCE)
    return folder


@dataclass(frozen=True)
class Made:
    """What comes of a register: lists of the baseline, a ranker trained on it, lists by that."""

    baseline: bytes
    ranker: TrainedRanker
    trained: bytes


def made_of(register: Path, folder: Path, model: Path) -> Made:
    app = opened(register, folder, model)
    baseline = lists_of(app)
    ranker = train(
        app.engine, app.indexer, app.ranker_folder, people=1_000, now=LAST_DAY, track=untracked
    ).ranker
    put_in_place(app, ranker)
    trained = lists_of(app)
    assert app.champion.ranker.version == ranker.version
    app.engine.dispose()
    return Made(baseline, ranker, trained)


@pytest.fixture(scope="module")
def unchanged(register: Path, tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Made:
    made = made_of(register, tmp_path_factory.mktemp("unchanged"), tiny_model)
    assert made.trained != made.baseline
    return made


@pytest.mark.parametrize(("table", "change"), CHANGES)
def test_lists_and_what_is_learnt_stay_byte_identical(
    register: Path, unchanged: Made, tmp_path: Path, tiny_model: Path, table: str, change
):
    changed = tmp_path / "changed"
    changed.mkdir()
    for source in register.glob("*.csv"):
        (changed / source.name).write_bytes(source.read_bytes())
    rewritten(register / f"{table}.csv", changed / f"{table}.csv", change)
    other = made_of(changed, tmp_path / "other", tiny_model)
    assert other.baseline == unchanged.baseline
    assert other.ranker.trees.text == unchanged.ranker.trees.text
    curves = [(r.hired, r.interviewed) for r in (unchanged.ranker, other.ranker)]
    assert repr(curves[0]) == repr(curves[1])
    assert other.trained == unchanged.trained
