"""Simulated bureaus to try list policies on, and a ranker that learnt from another one.

Kept in `var/bench/policies`: texts are encoded once, vectors are kept by what they say.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np

from matcher.allocation.exposure import LENGTH, exposures
from matcher.artifacts.folder import current_if_any, promote
from matcher.artifacts.ranker import load_ranker, publish_ranker
from matcher.bootstrap import App
from matcher.config import Settings
from matcher.db.engine import migrate, open_engine, reading
from matcher.db.store import register_id
from matcher.entities import JobSeeker, ProtectedAttributes, Vacancy
from matcher.features.columns import SeekerColumns, VacancyColumns
from matcher.features.vectors import Vectors
from matcher.identity import IdentityKey
from matcher.intake.model import Kind
from matcher.intake.reader import read
from matcher.intake.sources import survey
from matcher.jobs.importing import import_files
from matcher.jobs.train import train
from matcher.progress import track
from matcher.ranking.trained import TrainedRanker
from matcher.service.indexing import centred_seekers, centred_vacancies
from matcher.simulation.simulate import simulate

FOLDER = Settings().var_dir / "bench" / "policies"
START = date(2025, 7, 1)
AFTERWARDS = datetime(2026, 7, 1, 4, tzinfo=UTC)
TEACHER, PUPILS = 1_000, 4_000
"""Seed and size of the bureau that the ranker learns from; no policy is tried on it."""
LINES = range(1, LENGTH + 1)
NOBODYS_KEY = IdentityKey(1, bytes(32))

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Teacher:
    """A ranker, and how likely each line of its bureau's lists was acted on."""

    ranker: TrainedRanker
    exposure: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """A register before anything happened in it: what was stated of s people and v vacancies."""

    seed: int
    seekers: SeekerColumns
    seeker_vectors: Vectors
    vacancies: VacancyColumns
    vacancy_vectors: Vectors
    protected: tuple[ProtectedAttributes, ...]
    languages: tuple[str, ...]


def teachers_app() -> App:
    """The library wired over the teacher's register, on the day after its year."""
    settings = Settings(var_dir=FOLDER / "teacher", database_url="")
    return App(settings, clock=lambda: AFTERWARDS)


def teacher(app: App) -> Teacher:
    """The ranker of the teacher's bureau, trained on the first call."""
    name = current_if_any(app.ranker_folder)
    if not name:
        name = _train(app)
    with reading(app.engine) as connection:
        register = register_id(connection)
    path = app.ranker_folder / name
    generation = load_ranker(
        path, encoder_fingerprint=app.indexer.encoder.fingerprint, register=register
    )
    told = generation.manifest.metrics
    shown, acted = (
        np.array([told[f"{what}/{rank}"] for rank in LINES], np.int64)
        for what in ("shown", "acted")
    )
    return Teacher(ranker=generation.ranker, exposure=exposures(shown, acted))


def town(app: App, seed: int, seekers: int) -> Town:
    """The bureau of so many people that a seed makes; its texts are encoded on the first call."""
    folder = _written(app, seed, seekers, FOLDER / f"town-{seekers}-{seed}")
    people = _records(app, folder, Kind.SEEKERS, JobSeeker)
    jobs = [
        # Closed by an employer: what happens in the year to come is not stated.
        replace(vacancy, closed_on=None)
        for vacancy in _records(app, folder, Kind.VACANCIES, Vacancy)
    ]
    protected = {p.seeker_id: p for p in _records(app, folder, Kind.PROTECTED, ProtectedAttributes)}
    with track(f"texts of seekers, seed {seed}") as progress:
        asked = app.indexer.encode_seekers(people, progress)
    with track(f"texts of vacancies, seed {seed}") as progress:
        offered = app.indexer.encode_vacancies(jobs, progress)
    centring = app.indexer.centring(asked, offered)
    return Town(
        seed=seed,
        seekers=app.indexer.columns(people),
        seeker_vectors=centred_seekers(asked, centring),
        vacancies=app.indexer.offers([(job, job.openings) for job in jobs]),
        vacancy_vectors=centred_vacancies(offered, centring),
        protected=tuple(protected[person.id] for person in people),
        languages=tuple(str(person.language) for person in people),
    )


def _train(app: App) -> str:
    engine = open_engine(app.settings.sqlalchemy_url)
    migrate(engine)
    engine.dispose()
    folder = _written(app, TEACHER, PUPILS, app.settings.var_dir / "register")
    for report in import_files(
        app.engine,
        [folder],
        reference=app.reference,
        key=NOBODYS_KEY,
        rejects_dir=app.settings.var_dir / "rejects",
        today=AFTERWARDS.date(),
        track=track,
    ):
        if report.failed:
            raise SystemExit(f"The teacher's register could not be read: {report}")
    training = train(
        app.engine, app.indexer, app.ranker_folder, people=PUPILS, now=app.clock(), track=track
    )
    examples = training.examples
    counts = {
        "shown": np.bincount(examples.positions, minlength=LENGTH + 1),
        "acted": np.bincount(examples.positions[examples.referred], minlength=LENGTH + 1),
    }
    told = {f"{what}/{n}": float(count[n]) for what, count in counts.items() for n in LINES}
    manifest = replace(training.manifest, metrics=told)
    publish_ranker(app.ranker_folder, manifest, training.ranker, card="")
    promote(app.ranker_folder, manifest.generation)
    return manifest.generation


def _written(app: App, seed: int, seekers: int, folder: Path) -> Path:
    if not (folder / "README.txt").exists():
        with track(f"simulated days, seed {seed}") as progress:
            simulate(
                seekers=seekers,
                seed=seed,
                start=START,
                out=folder,
                reference=app.reference,
                progress=progress,
            )
    return folder


def _records(app: App, folder: Path, kind: Kind, entity: type[R]) -> list[R]:
    sources, _ = survey([folder / f"{kind}.csv"])
    last_day = START + timedelta(days=364)
    chunks = read(sources[0], reference=app.reference, key=NOBODYS_KEY, today=last_day)
    entities = (record.entity for chunk in chunks for record in chunk.records)
    return [entity_ for entity_ in entities if isinstance(entity_, entity)]
