"""A ranker that learnt from one simulated bureau, to be tried on others; kept in `var/bench`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from hashlib import blake2b
from pathlib import Path

import numpy as np

import matcher
from matcher.allocation.exposure import LENGTH, exposures
from matcher.allocation.lists import Terms
from matcher.artifacts.folder import current_if_any, promote
from matcher.artifacts.ranker import load_ranker, publish_ranker
from matcher.bootstrap import App
from matcher.config import Settings
from matcher.db.engine import migrate, open_engine, reading
from matcher.db.store import register_id
from matcher.jobs.importing import import_files
from matcher.jobs.plan import CARE
from matcher.jobs.rehearsal import NOBODYS_KEY, Town, found
from matcher.jobs.train import train
from matcher.progress import track
from matcher.ranking.trained import TrainedRanker

MADE_BY = ("simulation", "allocation", "ranking", "features")


def code_version() -> str:
    """Names the code that towns, their ranker and their years depend on."""
    source = Path(matcher.__file__).parent
    mixed = blake2b(digest_size=4)
    for path in sorted(path for part in MADE_BY for path in source.glob(f"{part}/**/*.*")):
        if path.suffix in (".py", ".toml"):
            mixed.update(path.read_bytes())
    return mixed.hexdigest()


FOLDER = Settings().var_dir / "bench" / "policies" / code_version()
START = date(2025, 7, 1)
AFTERWARDS = datetime(2026, 7, 1, 4, tzinfo=UTC)
FLOOR: float = Settings.model_fields["allocation_floor"].default
TEACHER, PUPILS = 1_000, 8_000
"""Seed and size of the bureau that the ranker learns from; no policy is tried on it."""
LINES = range(1, LENGTH + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Teacher:
    """A ranker, and how likely each line of its bureau's lists was acted on."""

    ranker: TrainedRanker
    exposure: tuple[float, ...]

    @property
    def terms(self) -> Terms:
        """What lists owe people, as the service has it after such a year."""
        habits = asdict(self.ranker.habits)
        return Terms(exposure=self.exposure, care=CARE, floor=FLOOR, **habits)


def teachers_app() -> App:
    """The library wired over the teacher's register, on the day after its year."""
    settings = Settings(var_dir=FOLDER / "teacher", database_url="")
    return App(settings, clock=lambda: AFTERWARDS)


def town(app: App, seed: int, seekers: int, most: int | None = None) -> Town:
    """The bureau of so many people that a seed makes; its texts are encoded on the first call.

    Everybody has at `most` so many candidates in the year.
    """
    return found(
        app.indexer,
        FOLDER / f"town-{seekers}-{seed}",
        seekers=seekers,
        seed=seed,
        start=START,
        track=track,
        most=most,
    )


def teacher(app: App) -> Teacher:
    """The ranker of the teacher's bureau, trained on the first call."""
    town(app, TEACHER, PUPILS)
    engine = open_engine(app.settings.sqlalchemy_url)
    migrate(engine)
    engine.dispose()
    name = current_if_any(app.ranker_folder) or _train(app)
    with reading(app.engine) as connection:
        register = register_id(connection)
    generation = load_ranker(
        app.ranker_folder / name,
        encoder_fingerprint=app.indexer.encoder.fingerprint,
        register=register,
    )
    told = generation.manifest.metrics
    shown, acted = (
        np.array([told[f"{what}/{line}"] for line in LINES], np.int64)
        for what in ("shown", "acted")
    )
    return Teacher(ranker=generation.ranker, exposure=exposures(shown, acted))


def _train(app: App) -> str:
    for report in import_files(
        app.engine,
        [FOLDER / f"town-{PUPILS}-{TEACHER}"],
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
    told = {
        f"{what}/{line}": float(count[line]) for what, count in counts.items() for line in LINES
    }
    manifest = replace(training.manifest, metrics=told)
    publish_ranker(app.ranker_folder, manifest, training.ranker, card="")
    promote(app.ranker_folder, manifest.generation)
    return manifest.generation
