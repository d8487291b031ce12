"""The most similar eligible vacancies of every seeker at once: exact, for the night.

A first look at the clusters nearest to a seeker tells what a vacancy must exceed to matter. Then
the 8-bit vectors of whole blocks are multiplied, place by place, and only the few pairs whose
rounding may hide a place in the list are held against the criteria and looked at in full.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from matcher.features.columns import SeekerColumns, VacancyColumns
from matcher.retrieval.contenders import (
    Clusters,
    Kept,
    best_of,
    first_look,
    settled,
    take_in,
)
from matcher.retrieval.criteria import (
    FAILS,
    Facts,
    at_place,
    eligible_vacancies,
    facts,
    most_lenient,
    of_kind,
)
from matcher.retrieval.intrinsics import LINE
from matcher.retrieval.pool import Segment
from matcher.retrieval.scoring import Codes, Floats, Rows

Multiply = Callable[[Codes, Codes, NDArray[np.int32]], NDArray[Any]]
"""Products (m, n) of (m, d) and (n, d) codes, whole numbers: exact in float32 up to d = 1,040.

They are written into the room (m * n or more,) that is given: it stays in the processor's cache.
"""

CHUNK, BLOCK = 1_024, 256
"""Seekers and vacancies of one block at most: their products stay in the processor's cache."""
DIVIDING = ("education", "employment", "shifts")
"""Wishes that divide seekers into chunks, the most dividing last."""
TRIES = 8
"""Times each way to multiply is tried: the first ones load libraries and make programs."""
STEP = 128
"""Blocks are padded to multiples of it: for every new shape oneDNN makes itself a new program."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """Of n seekers the k most similar eligible vacancies: rows and scores, (n, k), best first.

    Ties stand by id. Behind the last one rows are -1 and scores minus infinity.
    """

    rows: Rows
    scores: Floats


def nearest_vacancies(
    seekers: Segment[SeekerColumns],
    vacancies: Segment[VacancyColumns],
    k: int,
    *,
    distances: Floats,
    today: int,
    threads: int | None = None,
    multiply: Multiply | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> Nearest:
    """The `k` vacancies most similar to each seeker among those the seeker is eligible for.

    What a search of all eligible rows would find, ties included. `today` in days since 1970;
    `threads` as many as there are cores and `multiply` the fastest at hand, where not given.
    """
    count, index = len(seekers.columns), vacancies.index
    found = Nearest(np.full((count, k), -1, np.int32), np.full((count, k), -np.inf, np.float32))
    if not count or not len(index) or not k:
        return found
    product = multiply or fastest_product(index.rounded.codes[:CHUNK])
    wishes, (kinds, kind), jobs = seekers.kinds[0], vacancies.kinds, vacancies.columns
    offers = facts(jobs)
    offers["openings_left"][~vacancies.alive] = 0
    is_open = (jobs.posted_on <= today) & (jobs.closes_on >= today) & (offers["openings_left"] > 0)
    open_rows = np.flatnonzero(is_open).astype(np.int32)
    # Blocks are of a place, a first look is of clusters: each reads in order, not in leaps.
    by_row = index.rounded.take(index.places)
    offering = (offers, *by_row)
    by_cluster = (offers[index.members], *index.rounded)
    places = jobs.place[index.members]
    hopes = index.hopes
    # Who wants alike stands together, so that whole kinds of vacancies are for none of a chunk;
    # there, whose texts are alike: what is near to one is still in the cache for the next.
    by = [seekers.index.clusters, *(wishes[name] for name in DIVIDING)]
    alike = np.lexsort(by).astype(np.int32)
    ranks = np.empty(len(index), np.int64)
    ranks[vacancies.by_id] = np.arange(len(index))

    def one_by_one(row: int) -> None:
        """Of whom the first look found too few, or so many alike that rounding hides the best."""
        eligible = eligible_vacancies(
            wishes[row : row + 1],
            jobs,
            vacancies.alive,
            kinds=vacancies.kinds,
            starts=vacancies.starts,
            distances=distances,
            today=today,
        )
        rows, scores = index.exactly(seekers.index.vectors[row], eligible, k)
        best = np.lexsort((ranks[rows], -scores))[:k]
        found.rows[row, : len(best)], found.scores[row, : len(best)] = rows[best], scores[best]

    def work(first: int) -> int:
        chunk = alike[first : first + CHUNK]
        asked, queries = wishes[chunk], seekers.index.rounded_at(chunk)
        asking = (asked, *queries)
        near = product(queries.codes, hopes.codes, _room(len(chunk) * len(hopes.codes)))
        clusters = Clusters(index.bounds, hopes.likeness, hopes.radii, near)
        leasts = first_look(asking, by_cluster, places, clusters, distances, today, k)
        kept = Kept.of(leasts, k)
        rows = open_rows[_passing(most_lenient(asked), kinds, today)[kind[open_rows]]]
        bounds = np.searchsorted(rows, vacancies.starts)
        room = _room(_whole_steps(len(chunk)) * _whole_steps(BLOCK))
        for place, (begin, end) in enumerate(pairwise(bounds.tolist()), start=-1):
            here = _reaching(asked, leasts, place, distances)
            if begin == end or not len(here):
                continue
            asked_codes = _padded(queries.codes, here)
            for at in range(begin, end, BLOCK):
                block = rows[at : min(at + BLOCK, end)]
                products = product(asked_codes, _padded(by_row.codes, block), room)
                take_in(products, here, asking, block, offering, today, k, kept)
        asked_for = seekers.index.vectors[chunk]
        rows, scores = settled(kept, k, asked_for, queries.errors, index.vectors, by_row.errors)
        best, found.scores[chunk] = best_of(ranks[rows], scores, k)
        found.rows[chunk] = vacancies.by_id[best]
        for number in np.flatnonzero(np.isneginf(leasts) | kept.full).tolist():
            found.rows[chunk[number]], found.scores[chunk[number]] = -1, -np.inf
            one_by_one(chunk[number])
        return len(chunk)

    done = 0
    workers = threads or len(os.sched_getaffinity(0))
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(workers) as pool:
        for finished in pool.map(work, range(0, count, CHUNK)):
            done += finished
            progress(done, count)
    return found


def fastest_product(sample: Codes) -> Multiply:
    """Whichever way to multiply codes takes least time on one core of this processor."""
    ways: tuple[Multiply, ...] = (floating_product, integer_product)
    with threadpool_limits(1, "blas"):
        return min(ways, key=lambda way: min(_seconds(way, sample) for _ in range(TRIES)))


def floating_product(one: Codes, other: Codes, room: NDArray[np.int32]) -> NDArray[np.float32]:
    """Products (m, n) of codes by BLAS."""
    products = _shaped(room, one, other).view(np.float32)
    return np.matmul(one.astype(np.float32), other.astype(np.float32).T, out=products)


def integer_product(one: Codes, other: Codes, room: NDArray[np.int32]) -> NDArray[np.int32]:
    """Products (m, n) of codes by oneDNN, which uses the integer units a processor may have."""
    # Imported here: it takes seconds, and only the night multiplies.
    import torch

    torch.set_num_threads(1)
    products = _shaped(room, one, other)
    torch._int_mm(torch.from_numpy(one), torch.from_numpy(other).T, out=torch.from_numpy(products))
    return products


def _shaped(room: NDArray[np.int32], one: Codes, other: Codes) -> NDArray[np.int32]:
    return room[: len(one) * len(other)].reshape(len(one), len(other))


def _seconds(multiply: Multiply, sample: Codes) -> float:
    room = _room(len(sample) ** 2)
    start = time.perf_counter()
    multiply(sample, sample, room)
    return time.perf_counter() - start


@njit(cache=True, nogil=True)
def _passing(wishes: Any, kinds: Facts, today: int) -> NDArray[np.bool_]:
    """Which kinds of vacancies may be for a person."""
    found = np.empty(len(kinds), np.bool_)
    for number in range(len(kinds)):
        found[number] = of_kind(wishes[0], kinds[number], today) != FAILS
    return found


@njit(cache=True, nogil=True)
def _reaching(wishes: Facts, leasts: Floats, place: int, distances: Floats) -> Rows:
    """Seekers for whom a workplace is not out of reach, of those with something to exceed."""
    found = np.empty(len(wishes), np.int32)
    count = 0
    for number in range(len(wishes)):
        found[count] = number
        near = at_place(wishes[number], place, distances) & 0xFFFF == 0
        count += near & (leasts[number] > -np.inf)
    return found[:count]


def _room(size: int) -> NDArray[np.int32]:
    """Room for numbers, from the start of a line of the cache: elsewhere products take longer."""
    found = np.empty(4 * size + LINE, np.uint8)
    start = -found.ctypes.data % LINE
    return found[start : start + 4 * size].view(np.int32)


def _padded(codes: Codes, rows: Rows) -> Codes:
    """The chosen rows, and zeros behind them up to a multiple of STEP."""
    found = np.empty((_whole_steps(len(rows)), codes.shape[1]), np.int8)
    # In any other mode it is gathered elsewhere first.
    np.take(codes, rows, axis=0, out=found[: len(rows)], mode="clip")
    found[len(rows) :] = 0
    return found


def _whole_steps(count: int) -> int:
    return -(-count // STEP) * STEP
