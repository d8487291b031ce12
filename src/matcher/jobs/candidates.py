"""Everybody's candidates and their scores, kept for a night: the plan and the slates come of them.

A part of the people is one file, written whole, so that none is made twice.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from matcher.artifacts.index import IndexGeneration
from matcher.durable import write_whole
from matcher.pipeline import scored_vacancies
from matcher.ranking.ranker import Ranker
from matcher.reference import Reference
from matcher.service.indexing import Progress

Floats = NDArray[np.float64]
Looked = tuple[NDArray[np.int32], Floats, Floats, Floats, int]
"""Of one person: vacancies, scores, both chances, and how many are eligible."""

PART = 4_096
"""People in one file."""
AT_ONCE = 64
"""People that a thread looks at before it takes the next ones."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Those of n people in the order of ids: person i has the rows `starts[i]` to `starts[i + 1]`.

    `vacancies` (m,) are places in the order of ids, `scores` (m,) those of the ranker, `hired` and
    `interviewed` (m,) its chances, NaN where it knows none, `eligible` (n,) how many vacancies are
    in all.
    """

    starts: NDArray[np.int64]
    vacancies: NDArray[np.int32]
    scores: Floats
    hired: Floats
    interviewed: Floats
    eligible: NDArray[np.int32]


def prepare_candidates(
    index: IndexGeneration,
    folder: Path,
    *,
    ranker: Ranker,
    reference: Reference,
    today: int,
    sent: Mapping[str, Sequence[str]],
    progress: Progress,
) -> None:
    """Write what ranking is handed for every active seeker, PART to a file.

    `sent` are the vacancies that each was referred to, by id: they are left out. Files that are
    there are left; `today` in days since 1970.
    """
    people, offers = index.seekers.base, index.vacancies.base
    ids = offers.columns.ids[offers.by_id]

    def looked_at(rows: NDArray[np.int64]) -> list[Looked]:
        found = []
        for row in rows:
            before = sent.get(people.columns.ids[row].decode())
            one = scored_vacancies(
                people.columns.take(row[None]),
                people.vectors_of(row[None]),
                index.vacancies.without(before) if before else index.vacancies,
                ranker=ranker,
                reference=reference,
                today=today,
            )
            places = np.searchsorted(ids, one.found.columns.ids).astype(np.int32)
            order = np.argsort(places)
            scores = one.scores[order]
            chances = ranker.chances(one.rows[order], scores)
            unknown = np.full(len(order), np.nan)
            hired = unknown if chances is None else chances.hired
            interviewed = unknown if chances is None else chances.interviewed
            found.append((places[order], scores, hired, interviewed, one.found.eligible))
        return found

    everybody = people.by_id
    # More threads than cores would wait for each other; BLAS and OpenMP would start their own.
    with threadpool_limits(1), ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for number, start in enumerate(range(0, len(everybody), PART)):
            part = everybody[start : start + PART]
            path = folder / f"part-{number:05}.npz"
            if not path.exists():
                chunks = [part[at : at + AT_ONCE] for at in range(0, len(part), AT_ONCE)]
                lists = [one for chunk in pool.map(looked_at, chunks) for one in chunk]
                write_whole(path, _packed(lists))
            progress(start + len(part), len(everybody))


def candidates_in(folder: Path) -> Iterator[Candidates]:
    """The candidates of a folder, a part at a time, in the order of the people's ids."""
    for path in sorted(folder.glob("part-*.npz")):
        with np.load(path, allow_pickle=False) as arrays:
            yield Candidates(**arrays)


def _packed(lists: list[Looked]) -> bytes:
    vacancies, scores, hired, interviewed, eligible = zip(*lists, strict=True)
    sink = io.BytesIO()
    np.savez(
        sink,
        allow_pickle=False,
        starts=np.cumsum([0, *map(len, vacancies)]),
        vacancies=np.concatenate(vacancies),
        scores=np.concatenate(scores),
        hired=np.concatenate(hired),
        interviewed=np.concatenate(interviewed),
        eligible=np.array(eligible, np.int32),
    )
    return sink.getvalue()
