"""The most similar eligible vacancies of every seeker at once: exact, for the night.

Seekers who want alike are taken together, place by place: the 8-bit vectors of whole blocks are
multiplied, and only the few pairs whose rounding may hide a place in the list are looked at in
full. Criteria are checked of these alone.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple, Self

import numpy as np
from numba import njit
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from matcher.features.columns import SeekerColumns, VacancyColumns
from matcher.retrieval.criteria import (
    FAILS,
    PASSES_BY_PAY,
    Facts,
    at_place,
    eligible_vacancies,
    of_kind,
)
from matcher.retrieval.index import NOISE, Floats, Rows, products_of
from matcher.retrieval.pool import Segment

Codes = NDArray[np.int8]
Multiply = Callable[[Codes, Codes], NDArray[Any]]
"""Products (m, n) of (m, d) and (n, d) codes, whole numbers: exact in float32 up to d = 1,040."""

CHUNK, BLOCK = 1_024, 1_024
"""Seekers and vacancies of one block at most."""
DIVIDING = ("education", "home", "licences", "licences_known", "employment", "shifts")
"""What divides seekers into chunks, the most dividing wish last."""
STEP = 128
"""Blocks are padded to multiples of it: for every new shape oneDNN makes itself a new program."""
LANES = 16
"""Pairs that are dismissed at once, where none of them can matter."""
KEPT = 4
"""Pairs kept of a seeker before the hopeless ones are dropped, as a multiple of those asked for."""


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
    product = multiply or fastest_product(index.codes[:BLOCK])
    wishes, (kinds, kind), jobs = seekers.kinds[0], vacancies.kinds, vacancies.columns
    is_open = (jobs.posted_on <= today) & (jobs.closes_on >= today) & (jobs.openings_left > 0)
    open_rows = np.flatnonzero(vacancies.alive & is_open).astype(np.int32)
    # Who wants alike stands together, so that whole kinds of vacancies are for none of a chunk.
    alike = np.lexsort([wishes[name] for name in DIVIDING]).astype(np.int32)
    ranks = np.empty(len(index), np.int32)
    ranks[vacancies.by_id] = np.arange(len(index))

    def one_by_one(row: int) -> None:
        """For whom so many are alike that rounding hides which are the best."""
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
        asked, queries = wishes[chunk], seekers.index.take(chunk)
        verdicts = _verdicts(asked, kinds, today)
        rows = open_rows[np.any(verdicts, axis=0)[kind[open_rows]]]
        bounds = np.searchsorted(rows, vacancies.starts)
        kept = _Kept.of(len(chunk), KEPT * k)
        for place, (begin, end) in enumerate(pairwise(bounds.tolist()), start=-1):
            here = _reaching(asked, place, distances)
            codes = _padded(queries.codes, here)
            for at in range(begin, end if len(here) else begin, BLOCK):
                block = rows[at : min(at + BLOCK, end)]
                _take_in(
                    product(codes, _padded(index.codes, block)),
                    (here, asked["pay_floor"], verdicts, queries.scales, queries.errors),
                    (block, jobs.pay_top[block], kind[block], index.scales, index.errors),
                    k,
                    kept,
                )
        scores = _settled(kept, k, queries.vectors, index.vectors)
        order = np.lexsort((ranks[kept.rows[:, : scores.shape[1]]], -scores), axis=1)[:, :k]
        found.scores[chunk] = np.take_along_axis(scores, order, axis=1)
        rows = np.take_along_axis(kept.rows, order, axis=1)
        found.rows[chunk] = np.where(np.isneginf(found.scores[chunk]), -1, rows)
        for number in np.flatnonzero(kept.full).tolist():
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
    """Whichever way to multiply codes takes least time on this processor."""
    ways: tuple[Multiply, ...] = (floating_product, integer_product)
    return min(ways, key=lambda way: min(_seconds(way, sample) for _ in range(3)))


def floating_product(one: Codes, other: Codes) -> NDArray[np.float32]:
    """Products (m, n) of codes by BLAS."""
    return one.astype(np.float32) @ other.astype(np.float32).T


def integer_product(one: Codes, other: Codes) -> NDArray[np.int32]:
    """Products (m, n) of codes by oneDNN, which uses the integer units a processor may have."""
    # Imported here: it takes seconds, and only the night multiplies.
    import torch

    torch.set_num_threads(1)
    product: NDArray[np.int32] = torch._int_mm(
        torch.from_numpy(one), torch.from_numpy(other).T
    ).numpy()
    return product


def _seconds(multiply: Multiply, sample: Codes) -> float:
    start = time.perf_counter()
    multiply(sample, sample)
    return time.perf_counter() - start


@njit(cache=True, nogil=True)
def _verdicts(wishes: Facts, kinds: Facts, today: int) -> NDArray[np.uint8]:
    """What every kind of vacancies is to every seeker, (n, kinds)."""
    found = np.empty((len(wishes), len(kinds)), np.uint8)
    for one in range(len(wishes)):
        for number in range(len(kinds)):
            found[one, number] = of_kind(wishes[one], kinds[number], today)
    return found


@njit(cache=True, nogil=True)
def _reaching(wishes: Facts, place: int, distances: Floats) -> Rows:
    """Seekers for whom a workplace is not out of reach."""
    found = np.empty(len(wishes), np.int32)
    count = 0
    for number in range(len(wishes)):
        found[count] = number
        count += at_place(wishes[number], place, distances) & 0xFFFF == 0
    return found[:count]


def _padded(codes: Codes, rows: Rows) -> Codes:
    """The chosen rows, and zeros behind them up to a multiple of STEP."""
    found = np.zeros((-(-len(rows) // STEP) * STEP, codes.shape[1]), np.int8)
    np.take(codes, rows, axis=0, out=found[: len(rows)])
    return found


class _Kept(NamedTuple):
    """Of n seekers the vacancies that may be among the best: `counts` (n,) of up to `size` each.

    Scores lie between `lowest` and `highest` (n, size). What scores no more than `least` (n,)
    cannot be among the best; of those who are `full`, more than `size` may be.
    """

    rows: Rows
    lowest: Floats
    highest: Floats
    counts: NDArray[np.int64]
    least: Floats
    full: NDArray[np.bool_]

    @classmethod
    def of(cls, seekers: int, size: int) -> Self:
        return cls(
            np.full((seekers, size), -1, np.int32),
            np.empty((seekers, size), np.float32),
            np.empty((seekers, size), np.float32),
            np.zeros(seekers, np.int64),
            np.full(seekers, -np.inf, np.float32),
            np.zeros(seekers, np.bool_),
        )


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc"})
def _take_in(
    products: NDArray[Any],
    asking: tuple[Rows, Floats, NDArray[np.uint8], Floats, Floats],
    offering: tuple[Rows, Floats, Rows, Floats, Floats],
    k: int,
    kept: _Kept,
) -> None:
    """Keep for each seeker the eligible vacancies of a block that may be among the k best.

    A score differs from that of rounded vectors by |q - q'| |x| + |q'| |x - x'| at most.
    """
    here, floors, verdicts, query_scales, query_errors = asking
    rows, tops, kinds, scales, errors = offering
    row_scales = np.zeros(products.shape[1], np.float32)
    slacks = np.full(products.shape[1], -np.inf, np.float32)
    for b in range(len(rows)):
        row_scales[b], slacks[b] = scales[rows[b]], _slack(errors[rows[b]])
    held, lowest, highest, counts, leasts, full = kept
    size = held.shape[1]
    for a in range(len(here)):
        one = here[a]
        scale, slack = query_scales[one], _slack(query_errors[one])
        least, count = leasts[one], counts[one]
        for begin in range(0, len(rows), LANES):
            hit = np.int32(0)
            # The columns that padding added are zeros, and their slack lets nothing in.
            for b in range(LANES):
                product = np.float32(products[a, begin + b])
                most = scale * row_scales[begin + b] * product + slacks[begin + b]
                hit |= np.int32(most > least - slack)
            if not hit:
                continue
            for b in range(begin, min(begin + LANES, len(rows))):
                score = scale * row_scales[b] * np.float32(products[a, b])
                around = slacks[b] + slack
                if score + around <= least:
                    continue
                verdict = verdicts[one, kinds[b]]
                if verdict == FAILS or (verdict == PASSES_BY_PAY and tops[b] < floors[one]):
                    continue
                if count == size:
                    least, count = _pruned(held, lowest, highest, one, count, k)
                    if count == size:
                        full[one] = True
                        break
                held[one, count] = rows[b]
                lowest[one, count], highest[one, count] = score - around, score + around
                count += 1
        leasts[one], counts[one] = least, count


@njit(cache=True, nogil=True)
def _slack(error: Any) -> Any:
    """What rounding can take away: rounded vectors are a little longer than one."""
    return error * np.float32(1.02) + NOISE


@njit(cache=True, nogil=True)
def _pruned(
    held: Rows, lowest: Floats, highest: Floats, one: int, count: int, k: int
) -> tuple[np.float32, int]:
    """Drop what cannot be among the k best; returns what must be exceeded, and how many stay."""
    if count < k:
        return np.float32(-np.inf), count
    least = np.partition(lowest[one, :count], count - k)[count - k]
    stay = 0
    for n in range(count):
        if highest[one, n] >= least:
            held[one, stay] = held[one, n]
            lowest[one, stay], highest[one, stay] = lowest[one, n], highest[one, n]
            stay += 1
    # What ties with the last of the best must still be let in.
    return np.nextafter(least, np.float32(-np.inf)), stay


def _settled(kept: _Kept, k: int, queries: Floats, vectors: Floats) -> Floats:
    """Scores in full of those kept that may be among the k best, minus infinity behind them."""
    _prune_all(kept, k)
    width = max(int(kept.counts.max()), k)
    asking, place = np.nonzero(np.arange(width) < kept.counts[:, None])
    rows = kept.rows[asking, place]
    scores = np.full((len(queries), width), -np.inf, np.float32)
    scores[asking, place] = products_of(queries, asking.astype(np.int32), vectors, rows)
    return scores


@njit(cache=True, nogil=True)
def _prune_all(kept: _Kept, k: int) -> None:
    held, lowest, highest, counts, _, _ = kept
    for one in range(len(held)):
        _, counts[one] = _pruned(held, lowest, highest, one, counts[one], k)
