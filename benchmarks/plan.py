"""How long it takes to share out the openings among all people at full size, and how near the best.

The candidates of everybody are found once and kept in `var/bench`. Who may do what, and how much
alike they are, is that of the simulated bureau; the chances of a hire are made up by a seed. So the
times and the gaps mean something, and the expected hires nothing.
"""

from __future__ import annotations

import resource
import time
from dataclasses import replace
from importlib.metadata import version
from itertools import product

import numpy as np
from bureau import FOLDER, TODAY, bench_app, load
from ranking import ranker
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

from matcher.allocation.exposure import ASSUMED
from matcher.allocation.lists import Terms
from matcher.allocation.prices import Graph, solve
from matcher.artifacts.folder import Manifest
from matcher.artifacts.index import IndexGeneration
from matcher.jobs.candidates import candidates_in, prepare_candidates
from matcher.jobs.plan import CARE
from matcher.progress import track
from matcher.retrieval.pool import Pool, Segment

CANDIDATES = FOLDER / "candidates"
TREES = (80, 7)
USUAL = -2.5
"""Log odds of a hire of the average candidate."""
FLOORS, SHARES, CORES = (0.0, 0.85, 0.95), (1.0, 0.1), (1, 2)
"""Floors of everybody's list, shares of the vacancies that are open at all, and threads."""


def main() -> None:
    """Print the table."""
    whole = everybody()
    table = Table(
        "people", "candidates", "open vacancies", "floor", "cores", "s", "CPU s", "steps",
        "gap of the mixture", "gap of the lists", "more hires than by themselves", "peak MB",
        box=MARKDOWN,
    )  # fmt: skip
    for share, floor, cores in product(SHARES, FLOORS, CORES):
        graph = thinned(whole, share)
        terms = Terms(
            exposure=tuple(ASSUMED.tolist()), care=CARE, floor=floor, discerning=0.5, rivalry=2.5
        )
        began, spent = time.perf_counter(), time.process_time()
        plan = solve(graph, terms, threads=cores)
        seconds, busy = time.perf_counter() - began, time.process_time() - spent
        table.add_row(
            f"{len(graph):,}",
            f"{len(graph.vacancies):,}",
            f"{np.count_nonzero(graph.openings):,}",
            f"{floor:g}",
            str(cores),
            f"{seconds:.1f}",
            f"{busy:.1f}",
            str(plan.steps),
            f"{1 - plan.mixture / plan.bound:.2%}",
            f"{plan.gap:.2%}",
            f"{plan.value / plan.unpriced - 1:+.0%}",
            f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f}",
        )
    console = Console(width=180)
    console.print(table)
    packages = ", ".join(f"{name} {version(name)}" for name in ("numpy", "numba", "scipy"))
    console.print(packages, highlight=False)


def everybody() -> Graph:
    """The candidates of all people of the bureau of full size."""
    app = bench_app()
    made = ranker(*TREES, np.random.default_rng(0))
    if not (CANDIDATES / "done").exists():
        bureau = load(app)
        index = IndexGeneration(
            Manifest(
                kind="index",
                register="",
                generation="",
                created_at="",
                encoder="",
                encoder_fingerprint="",
                dimension=0,
                feature_names=(),
                change_seq=0,
                counts={},
                code_version="",
            ),
            bureau.centring,
            {},
            Pool.of(Segment.of(bureau.vacancies, bureau.vacancy_vectors)),
            Pool.of(Segment.of(bureau.seekers, bureau.seeker_vectors)),
        )
        with track("candidates") as progress:
            prepare_candidates(
                index,
                CANDIDATES,
                ranker=made,
                reference=app.reference,
                today=TODAY,
                sent={},
                progress=progress,
            )
        offers = index.vacancies.base
        np.save(CANDIDATES / "openings.npy", offers.columns.openings_left[offers.by_id])
        (CANDIDATES / "done").touch()
    parts = list(candidates_in(CANDIDATES))
    scores = np.concatenate([part.scores for part in parts])
    odds = (scores - scores.mean()) / scores.std() + USUAL
    openings = np.load(CANDIDATES / "openings.npy")
    sizes = np.concatenate([np.diff(part.starts) for part in parts])
    return Graph(
        starts=np.concatenate([[0], np.cumsum(sizes)]),
        vacancies=np.concatenate([part.vacancies for part in parts]),
        chances=1 / (1 + np.exp(-odds)),
        openings=openings.astype(np.int32),
        pending=np.zeros(len(openings)),
    )


def thinned(graph: Graph, share: float) -> Graph:
    """The same people where only a share of the vacancies, drawn by a seed, has openings left."""
    stays = np.random.default_rng(0).random(len(graph.openings)) < share
    return replace(graph, openings=np.where(stays, graph.openings, 0).astype(np.int32))


if __name__ == "__main__":
    main()
