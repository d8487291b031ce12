"""How long the parts of a list take, and all lists of a night, beside FAISS and BLAS.

Every figure is the median over people, and FAISS's scan of all vacancies, one query on one core, is
timed in turn with them: what counts are the ratios.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import faiss
import numpy as np
from bureau import TODAY, Bureau, bench_app, grown, load
from ranking import ranker
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

from matcher.features.columns import SeekerColumns, VacancyColumns
from matcher.features.pairs import build_rows, distance_km
from matcher.features.vectors import Vectors
from matcher.pipeline import explained, match_vacancies
from matcher.progress import track
from matcher.ranking.trained import TrainedRanker
from matcher.reference import Reference
from matcher.retrieval.batch import fastest_product, nearest_vacancies
from matcher.retrieval.criteria import eligible_vacancies, facts
from matcher.retrieval.pool import Pool, Segment

SIZES = (30_000, 152_520, 1_000_000)
PEOPLE, SHOWN, KEPT, TREES = 200, 10, 30, (80, 7)
"""Lists timed, lines shown, lines ranked for them, and trees and leaves of the ranker."""
NIGHT, NEAREST = 152_520, 100
SAMPLE = 4_096
"""Seekers whose products with all vacancies are timed for the bound; the rest is computed."""

Person = tuple[SeekerColumns, Vectors]
Vacancies = Segment[VacancyColumns]


def main() -> None:
    """Print the tables; sizes in the arguments take the place of SIZES."""
    sizes = [int(argument.replace(",", "")) for argument in sys.argv[1:]] or SIZES
    faiss.omp_set_num_threads(1)
    app = bench_app()
    bureau, rng = load(app), np.random.default_rng(0)
    people = [person(bureau, row) for row in rng.choice(len(bureau.seekers), PEOPLE, replace=False)]
    made = ranker(*TREES, rng)
    console = Console(width=160)
    lists = Table(
        "vacancies", "eligible, median", "FAISS scan ms", "list ms", "p95", "list / scan",
        "eligibility", "retrieval", "ranking", "reasons", "retrieval / scan", "recall@100",
        box=MARKDOWN,
    )  # fmt: skip
    night = Table(
        "seekers x vacancies", "cores", "s", "processor s", "sgemm of all pairs, processor s",
        "ratio", "products by", "peak MB", box=MARKDOWN,
    )  # fmt: skip
    for size in sizes:
        segment = Segment.of(*grown(bureau, size, rng))
        lists.add_row(*row_of_lists(segment, people, made, app.reference))
        if size == NIGHT:
            for row in rows_of_night(segment, bureau, app.reference):
                night.add_row(*row)
    packages = ("faiss-cpu", "numpy", "numba", "lightgbm", "torch")
    console.print(lists)
    if night.row_count:
        console.print(night)
    console.print(", ".join(f"{name} {version(name)}" for name in packages), highlight=False)


def person(bureau: Bureau, row: int) -> Person:
    """Columns and vectors of one seeker."""
    vectors, one = bureau.seeker_vectors, slice(row, row + 1)
    return (
        bureau.seekers.take(np.array([row])),
        Vectors(vectors.texts[one], vectors.titles[one]),
    )


def row_of_lists(
    segment: Vacancies, people: list[Person], made: TrainedRanker, reference: Reference
) -> list[str]:
    """One row of the table of lists."""
    flat = faiss.IndexFlatIP(segment.index.vectors.shape[1])
    flat.add(segment.index.vectors)
    pool = Pool.of(segment)
    distances = reference.distances_km
    given: dict[str, Any] = {"ranker": made, "reference": reference, "today": TODAY}
    taken: dict[str, list[float]] = {}
    eligible, recalls = [], []

    def timed(name: str, step: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        result = step()
        taken.setdefault(name, []).append(1_000 * (time.perf_counter() - start))
        return result

    def passing(seeker: SeekerColumns) -> Any:
        return eligible_vacancies(
            facts(seeker), segment.columns, segment.alive, kinds=segment.kinds,
            starts=segment.starts, distances=distances, today=TODAY,
        )  # fmt: skip

    def ranked(seeker: SeekerColumns, columns: VacancyColumns, near: Any) -> Any:
        rows = build_rows(
            seeker, columns, similarity=near, title_similarity=near,
            distance_km=distance_km(seeker, columns, distances), today=TODAY,
        )  # fmt: skip
        return made.scores(rows)

    for lap in range(2):
        # Of the first lap, in which all is compiled, nothing is counted.
        taken.clear()
        for seeker, vectors in people[: None if lap else 5]:
            query = vectors.texts[0]
            timed("scan", lambda v=vectors: flat.search(v.texts, 100))
            matches = timed(
                "list",
                lambda s=seeker, v=vectors: whole_list(s, v, pool, given),
            )
            rows = timed("eligibility", lambda s=seeker: passing(s))
            found, near = timed(
                "retrieval", lambda q=query, r=rows: segment.index.search(q, r, 200)
            )
            columns = segment.columns.take(found)
            timed("ranking", lambda s=seeker, c=columns, n=near: ranked(s, c, n))
            timed("reasons", lambda m=matches: explained(m, m.candidates[:SHOWN], **given))
            exact, _ = segment.index.exactly(query, rows, 100)
            if lap and len(exact):
                eligible.append(len(rows) / len(segment.columns))
                best = set(exact[:100].tolist())
                recalls.append(len(best & set(found[:100].tolist())) / len(best))
    p50 = {name: float(np.median(times)) for name, times in taken.items()}
    scan = p50["scan"]
    parts = [f"{p50[name]:.2f}" for name in ("eligibility", "retrieval", "ranking", "reasons")]
    return [
        f"{len(segment.columns):,}", f"{np.median(eligible):.0%}", f"{scan:.1f}",
        f"{p50['list']:.2f}", f"{np.percentile(taken['list'], 95):.2f}",
        f"{p50['list'] / scan:.3f}", *parts, f"{p50['retrieval'] / scan:.3f}",
        f"{np.mean(recalls):.4f}",
    ]  # fmt: skip


def whole_list(
    seeker: SeekerColumns, vectors: Vectors, pool: Pool[VacancyColumns], given: dict[str, Any]
) -> Any:
    """A list as the service makes it: KEPT lines ranked, the reasons of those SHOWN."""
    matches = match_vacancies(seeker, vectors, pool, k=KEPT, **given)
    explained(matches, matches.candidates[:SHOWN], **given)
    return matches


def rows_of_night(segment: Vacancies, bureau: Bureau, reference: Reference) -> list[list[str]]:
    """Rows of the table of the night, on one core and on two."""
    asking = Segment.of(bureau.seekers, bureau.seeker_vectors)
    product = fastest_product(segment.index.rounded.codes[:2_048])
    few = np.arange(50)
    some = Segment.of(asking.columns.take(few), asking.vectors_of(few))
    given: dict[str, Any] = {
        "distances": reference.distances_km, "today": TODAY, "multiply": product,
    }  # fmt: skip
    nearest_vacancies(some, segment, NEAREST, **given)  # compiles
    rows = []
    for cores in (1, 2):
        bounds = [all_products(asking, segment)]
        start, used = time.perf_counter(), time.process_time()
        with track(f"all seekers on {cores} cores") as progress:
            nearest_vacancies(asking, segment, NEAREST, threads=cores, progress=progress, **given)
        took, used = time.perf_counter() - start, time.process_time() - used
        bounds.append(all_products(asking, segment))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
        rows.append(
            [f"{len(asking.columns):,} x {len(segment.columns):,}", str(cores), f"{took:.1f}",
             f"{used:.1f}", f"{min(bounds):.1f}", f"{used / min(bounds):.2f}", product.__name__,
             f"{peak:,.0f}"]
        )  # fmt: skip
    return rows


def all_products(asking: Segment[SeekerColumns], segment: Vacancies) -> float:
    """Processor time in s that BLAS on one core would take for all pairs, told from SAMPLE."""
    with threadpool_limits(1, "blas"):
        start = time.process_time()
        for first in range(0, len(segment.columns), 8_192):
            asking.index.vectors[:SAMPLE] @ segment.index.vectors[first : first + 8_192].T
        return (time.process_time() - start) * len(asking.columns) / SAMPLE


if __name__ == "__main__":
    main()
