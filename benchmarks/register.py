"""The bureau of full size as a service finds it: a register in SQLite, a published index, a ranker.

Kept in `var/bench/service`. Vectors are those of `bureau`: nothing is encoded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version

import bureau
import numpy as np
import ranking

from matcher.artifacts.folder import Manifest, current_if_any, new_generation, promote
from matcher.artifacts.index import KIND, publish_index
from matcher.artifacts.ranker import KIND as RANKER
from matcher.artifacts.ranker import publish_ranker
from matcher.bootstrap import App
from matcher.config import Settings
from matcher.db.engine import migrate, open_engine, reading, writing
from matcher.db.store import last_change, register_id, upsert
from matcher.entities import Employer, HireReport, Placement
from matcher.features.pairs import FEATURE_NAMES
from matcher.intake.model import Kind
from matcher.progress import track
from matcher.ranking.training import LEAVES, TREES

FOLDER = bureau.FOLDER / "service"
AT_ONCE = 5_000


def settings() -> Settings:
    """Settings of a service over `var/bench/service`."""
    return Settings(var_dir=FOLDER, database_url="", encoder="multilingual-e5-small")


def published() -> App:
    """The library wired over register, index and ranker, which are made on the first call."""
    engine = open_engine(settings().sqlalchemy_url)
    migrate(engine)
    engine.dispose()
    app = App(settings())
    if not current_if_any(app.index_folder):
        _fill(app)
        _publish_index(app)
    if not current_if_any(app.ranker_folder):
        _publish_ranker(app)
    return app


def _fill(app: App) -> None:
    """Write all records; hired people and filled openings come on top of the openings left."""
    seekers, vacancies = bureau.the_seekers(app), bureau.the_vacancies(app)
    people, offers = {s.id for s in seekers}, {v.id for v in vacancies}
    employers = bureau.records(Kind.EMPLOYERS, Employer, app)
    hires = [
        h for h in bureau.records(Kind.HIRE_REPORTS, HireReport, app) if h.vacancy_id in offers
    ]
    filled = Counter[str]()
    for hire in hires:
        filled[hire.vacancy_id] += hire.openings_filled
    placements = [
        replace(placement, vacancy_id=None, referral_id=None)
        for placement in bureau.records(Kind.PLACEMENTS, Placement, app)
        if placement.seeker_id in people
    ]
    _write(app, "employers", employers)
    _write(app, "people", seekers)
    offered = [replace(v, openings=v.openings + filled[v.id]) for v in vacancies]
    _write(app, "vacancies", offered)
    _write(app, "placements", placements)
    _write(app, "hire reports", hires)


def _write(app: App, what: str, records: Sequence[object]) -> None:
    with track(what) as progress:
        for start in range(0, len(records), AT_ONCE):
            with writing(app.engine) as connection:
                upsert(connection, records[start : start + AT_ONCE])
            progress(min(start + AT_ONCE, len(records)), len(records))


def _publish_index(app: App) -> None:
    made = bureau.load(bureau.bench_app())
    rng = np.random.default_rng(bureau.SEED)
    employers = [e.id for e in bureau.records(Kind.EMPLOYERS, Employer, app)]
    publish_index(
        app.index_folder,
        _manifest(app, KIND),
        made.centring,
        hire_rates={name: float(rng.beta(2, 8)) for name in employers},
        vacancies=(made.vacancies, made.vacancy_vectors),
        seekers=(made.seekers, made.seeker_vectors),
    )


def _publish_ranker(app: App) -> None:
    """A ranker of the usual size, trained on nothing: its time is real, its order is not."""
    made = ranking.ranker(TREES, LEAVES, np.random.default_rng(0))
    manifest = _manifest(app, RANKER)
    publish_ranker(app.ranker_folder, manifest, made, card="Made up, to measure the time it takes.")
    promote(app.ranker_folder, manifest.generation)


def _manifest(app: App, kind: str) -> Manifest:
    with reading(app.engine) as connection:
        seq, register = last_change(connection), register_id(connection)
    encoder, now = app.indexer.encoder, app.clock()
    return Manifest(
        kind=kind,
        register=register,
        generation=new_generation(now),
        created_at=now.isoformat(timespec="seconds"),
        encoder=encoder.name,
        encoder_fingerprint=encoder.fingerprint,
        dimension=encoder.dimension,
        feature_names=FEATURE_NAMES,
        change_seq=seq,
        counts={"vacancies": bureau.VACANCIES, "seekers": bureau.SEEKERS},
        code_version=version("matcher"),
    )


if __name__ == "__main__":
    published()
