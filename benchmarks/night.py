"""How long the night takes at full size, step by step, on the cores there are.

    python benchmarks/night.py [prepare|index|lists|figures]...

`prepare` makes the register and fills the encoder's cache once, in `var/bench/night`. `lists`
makes those of SAMPLE seekers and of SAMPLE vacancies, drawn by a seed, against everybody of the
other side, and tells what all would take; `--all` makes all of them, the plan and the slates.
"""

from __future__ import annotations

import resource
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import bureau
import numpy as np
from ranking import ranker
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

from matcher.artifacts.folder import Manifest, promote
from matcher.artifacts.index import IndexGeneration, load_index
from matcher.artifacts.plan import load_plan
from matcher.artifacts.ranker import KIND, publish_ranker
from matcher.bootstrap import App
from matcher.config import Settings
from matcher.db.engine import migrate, open_engine, reading, writing
from matcher.db.store import register_id, upsert
from matcher.encoder.cache import cache_key
from matcher.encoder.model import Role
from matcher.entities import Employer, JobSeeker, Vacancy
from matcher.features.pairs import FEATURE_NAMES
from matcher.features.text import encoder_text
from matcher.features.vectors import Vectors
from matcher.jobs.candidates import prepare_candidates
from matcher.jobs.index import build_index
from matcher.jobs.night_figures import night_figures
from matcher.jobs.plan import make_plan
from matcher.jobs.prepared import KEPT, prepare_shortlists, prepare_slates
from matcher.progress import track
from matcher.ranking.training import LEAVES, TREES
from matcher.retrieval.pool import C, Pool, Segment
from matcher.service.champion import Champion
from matcher.service.clock import TAIPEI

FOLDER = bureau.FOLDER / "night"
NIGHT = bureau.LAST_DAY + timedelta(days=1)
NOW = datetime(NIGHT.year, NIGHT.month, NIGHT.day, 2, tzinfo=TAIPEI)
SAMPLE, SEED = 8_192, 0
AT_ONCE = 2_000

console = Console(width=110)


def night_app() -> App:
    """The library over a full register, with a cache of its own beside the built-in encoder."""
    models = FOLDER / "models"
    if not models.exists():
        models.mkdir(parents=True)
        for path in Settings().models_dir.resolve().glob("[!c]*"):
            (models / path.name).symlink_to(path)
    settings = Settings(
        var_dir=FOLDER, models_dir=models, database_url="", encoder="multilingual-e5-small"
    )
    return App(settings, clock=lambda: NOW)


def prepare(app: App) -> None:
    """The register, a trained ranker of the usual size, and the vectors of all texts."""
    if (FOLDER / "ready").exists():
        return
    found = bureau.load(bureau.bench_app())
    seekers, vacancies = bureau.the_seekers(app), bureau.the_vacancies(app)
    employers = sorted({vacancy.employer_id for vacancy in vacancies})
    engine = open_engine(app.settings.sqlalchemy_url)
    migrate(engine)
    with writing(engine) as connection:
        upsert(connection, [Employer(id=key, name=key) for key in employers])
        upsert(connection, vacancies)
        upsert(connection, seekers)
    engine.dispose()
    _fill(app, seekers, found.seeker_vectors, Role.QUERY)
    _fill(app, vacancies, found.vacancy_vectors, Role.PASSAGE)
    with reading(app.engine) as connection:
        register = register_id(connection)
    encoder = app.indexer.encoder
    made = ranker(TREES, LEAVES, np.random.default_rng(SEED))
    manifest = Manifest(
        kind=KIND,
        register=register,
        generation=made.version,
        created_at=NOW.isoformat(timespec="seconds"),
        encoder=encoder.name,
        encoder_fingerprint=encoder.fingerprint,
        dimension=encoder.dimension,
        feature_names=FEATURE_NAMES,
        change_seq=0,
        counts={},
        code_version="0",
    )
    publish_ranker(app.ranker_folder, manifest, made, card="# Made up\n")
    promote(app.ranker_folder, made.version)
    (FOLDER / "ready").touch()


def _fill(app: App, records: list[JobSeeker] | list[Vacancy], vectors: Vectors, role: Role) -> None:
    """Put the vectors that the bench keeps where the encoder would have put its own."""
    indexer = app.indexer
    for start in range(0, len(records), AT_ONCE):
        part = records[start : start + AT_ONCE]
        rows = slice(start, start + len(part))
        texts = [encoder_text(record, indexer.reference, indexer.lexicon) for record in part]
        indexer.cache.put([cache_key(text, role=role) for text in texts], vectors.texts[rows])
        titles = [record.title.strip() for record in part]
        titled = vectors.titles[rows].astype(np.float32)
        named = [row for row, title in enumerate(titles) if title]
        keys = [cache_key(titles[row], role=role) for row in named]
        indexer.cache.put(keys, titled[named])


def published(app: App) -> IndexGeneration:
    """The index that `index` made."""
    with reading(app.engine) as connection:
        register = register_id(connection)
    return load_index(
        app.index_folder,
        encoder_fingerprint=app.indexer.encoder.fingerprint,
        register=register,
    )


def drawn(pool: Pool[C]) -> Pool[C]:
    """SAMPLE records of a pool, drawn by a seed."""
    base = pool.base
    rows = np.random.default_rng(SEED).choice(len(base.columns), SAMPLE, replace=False)
    return Pool.of(Segment.of(base.columns.take(rows), base.vectors_of(rows)))


def main() -> None:
    """Time the steps that are named, else all."""
    words = [word for word in sys.argv[1:] if word != "--all"]
    steps = words or ["prepare", "index", "lists", "figures"]
    every = "--all" in sys.argv
    app = night_app()
    table = Table("step", "done", "seconds", "of all, seconds", "peak memory, MB", box=MARKDOWN)

    def timed(name: str, work: Callable[[], None], done: int, whole: int) -> None:
        began = time.perf_counter()
        work()
        seconds = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        whole_seconds = f"{seconds * whole / done:.0f}"
        table.add_row(name, f"{done:,}", f"{seconds:.1f}", whole_seconds, f"{peak:,.0f}")

    if "prepare" in steps:
        prepare(app)
    if "index" in steps:
        both = bureau.SEEKERS + bureau.VACANCIES
        timed(
            "index, encoder cache warm",
            lambda: void(
                build_index(app.engine, app.indexer, app.index_folder, now=NOW, track=track)
            ),
            both,
            both,
        )
    lists = FOLDER / "lists"
    if "lists" in steps:
        shutil.rmtree(lists, ignore_errors=True)
        index = published(app)
        for name, prepare_lists, asking in (
            ("candidates", partial(prepare_candidates, sent={}), "seekers"),
            ("shortlists", partial(prepare_shortlists, sent={}), "vacancies"),
        ):
            pool = getattr(index, asking)
            some = index if every else replace(index, **{asking: drawn(pool)})
            timed(
                name,
                lister(app, prepare_lists, some, lists / name),
                len(getattr(some, asking)),
                len(pool),
            )
    if "lists" in steps and every:
        planned(app, index, lists, timed)
    if "figures" in steps:
        index = published(app)
        timed(
            "figures",
            lambda: void(
                night_figures(
                    app.engine,
                    index,
                    lists / "slates",
                    reference=app.reference,
                    rankers=app.ranker_folder,
                    today=NIGHT,
                )
            ),
            1,
            1,
        )
    console.print(table)
    if "lists" in steps:
        size = sum(path.stat().st_size for path in lists.rglob("*.parquet"))
        console.print(f"Lists of {KEPT} lines: {size / 1e6:.0f} MB in files.", highlight=False)


def planned(app: App, index: IndexGeneration, lists: Path, timed: Callable[..., None]) -> None:
    """The plan of everybody's candidates, and the slates made by it."""
    champion = Champion(
        app.engine, app.ranker_folder, encoder_fingerprint=app.indexer.encoder.fingerprint
    )
    champion.load_newest()
    people = len(index.seekers)
    timed(
        "plan",
        lambda: void(
            make_plan(
                app.engine,
                index,
                lists / "candidates",
                app.plan_folder,
                ranker=champion.ranker,
                reference=app.reference,
                floor=app.settings.allocation_floor,
                now=NOW,
                progress=lambda _step, _gap: None,
            )
        ),
        people,
        people,
    )
    with reading(app.engine) as connection:
        prices = load_plan(app.plan_folder, register=register_id(connection)).prices
    timed(
        "slates",
        lambda: prepare_slates(
            index,
            lists / "candidates",
            lists / "slates",
            prices=prices,
            progress=lambda _done, _total: None,
        ),
        people,
        people,
    )


def lister(
    app: App, prepare_lists: Callable[..., None], index: IndexGeneration, folder: Path
) -> Callable[[], None]:
    """Makes the lists of one side."""
    champion = Champion(
        app.engine, app.ranker_folder, encoder_fingerprint=app.indexer.encoder.fingerprint
    )
    champion.load_newest()

    def work() -> None:
        with track(folder.name) as progress:
            prepare_lists(
                index,
                folder,
                ranker=champion.ranker,
                reference=app.reference,
                today=bureau.TODAY + 1,
                progress=progress,
            )

    return work


def void(_result: object) -> None:
    """Nothing of a result."""


if __name__ == "__main__":
    main()
