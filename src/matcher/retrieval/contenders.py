"""What may be among a seeker's best, told from 8-bit vectors: nothing that may be is left out.

A score differs from that of rounded vectors by |q - q'| |x| + |q'| |x - x'| at most (Cauchy,
Schwarz), and both lengths are known.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Self

import numpy as np
from numba import njit
from numpy.typing import NDArray

from matcher.retrieval.criteria import Facts, at_place, passes
from matcher.retrieval.intrinsics import BITS, exceeding, fetch, lowest_bit
from matcher.retrieval.scoring import NOISE, Codes, Floats, Rows, falling, product, products_in

Side = tuple[Facts, Codes, Floats, Floats]
"""Wishes or offers of n records, with codes, scales and errors of their vectors."""

KEPT = 6
"""Pairs kept of a seeker before the hopeless ones are dropped, as a multiple of those asked for."""
ENOUGH, CLUSTERS = 1.5, 200
"""Eligible vacancies that end a first look, as a multiple of k, and its clusters at most."""


class Clusters(NamedTuple):
    """c clusters of vacancies: `bounds`, `likeness` and `radii` as in `best_of_clusters`.

    `products` (m, c) are those of the codes of m seekers and of the centroids.
    """

    bounds: NDArray[np.int64]
    likeness: Floats
    radii: Floats
    products: NDArray[Any]


class Kept(NamedTuple):
    """Of n seekers the vacancies that may be among the best: `counts` (n,) of up to `size` each.

    `scores` (n, size) are those of rounded vectors. What scores no more than `least` (n,) cannot
    be among the best; of those who are `full`, more than `size` may be.
    """

    rows: Rows
    scores: Floats
    counts: NDArray[np.int64]
    least: Floats
    full: NDArray[np.bool_]

    @classmethod
    def of(cls, leasts: Floats, k: int) -> Self:
        """Nothing yet, with room for KEPT times as many as the k that are asked for."""
        seekers, size = len(leasts), KEPT * k
        return cls(
            np.full((seekers, size), -1, np.int32),
            np.empty((seekers, size), np.float32),
            np.zeros(seekers, np.int64),
            leasts.copy(),
            np.zeros(seekers, np.bool_),
        )


@njit(cache=True, nogil=True)
def first_look(
    asking: Side,
    by_cluster: Side,
    places: NDArray[np.int16],
    clusters: Clusters,
    distances: Floats,
    today: int,
    k: int,
) -> Floats:
    """What a score must exceed to matter, of each seeker: what k eligible vacancies reach at least.

    Minus infinity where the most hopeful clusters hold fewer. `places` (n,) stand apart from the
    offers because most of these are held against nothing else.
    """
    wishes, query_codes, query_scales, query_errors = asking
    offers, codes, scales, errors = by_cluster
    bounds, likeness, radii, products = clusters
    found = np.full(len(wishes), -np.inf, np.float32)
    in_reach, hopes = np.empty(len(distances) + 1, np.bool_), np.empty(len(radii), np.float32)
    near, chosen = np.empty(len(offers) + 1, np.int32), np.empty(len(offers) + 1, np.int32)
    lowest = np.empty(len(offers), np.float32)
    for one in range(len(wishes)):
        for place in range(len(in_reach)):
            in_reach[place] = at_place(wishes[one], place - 1, distances) & 0xFFFF == 0
        for n in range(len(hopes)):
            score = query_scales[one] * np.float32(products[one, n])
            hopes[n] = likeness[n] * score + radii[n]
        count = 0
        for cluster in falling(hopes)[:CLUSTERS]:
            reached = 0
            for row in range(bounds[cluster], bounds[cluster + 1]):
                near[reached] = row
                reached += in_reach[places[row] + 1]
            before = count
            for row in near[:reached]:
                chosen[count] = row
                count += passes(wishes[one], offers[row], today)
            for row in chosen[before:count]:
                fetch(codes, row)
            if count >= ENOUGH * k:
                break
        for n in range(count):
            row = chosen[n]
            total = product(query_codes[one], codes, row)
            score = query_scales[one] * scales[row] * np.float32(total)
            lowest[n] = score - _slack(query_errors[one]) - _slack(errors[row])
        if count >= k:
            found[one] = _least(lowest[:count], k)
    return found


@njit(cache=True, nogil=True)
def _least(lowest: Floats, k: int) -> Any:
    """What must be exceeded to be among the k best, where scores are no lower than `lowest`."""
    least = np.partition(lowest, len(lowest) - k)[len(lowest) - k]
    # What ties with the last of the best must still be let in.
    return np.nextafter(least, np.float32(-np.inf))


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc"})
def take_in(
    products: NDArray[Any],
    here: Rows,
    asking: Side,
    rows: Rows,
    offering: Side,
    today: int,
    k: int,
    kept: Kept,
) -> None:
    """Keep for each seeker the eligible vacancies of a block that may be among the k best.

    `products` (m, n) are those of codes of seekers `here`, for whom the place is in reach, and of
    open vacancies in `rows`, or what padded these up to a multiple of BITS.
    """
    wishes, _, query_scales, query_errors = asking
    offers, _, scales, errors = offering
    # Of what padded the rows nothing exceeds anything.
    row_scales = np.full(products.shape[1], np.nan, np.float32)
    slacks, near = np.empty(len(rows), np.float32), offers[rows]
    for b in range(len(rows)):
        row_scales[b], slacks[b] = scales[rows[b]], _slack(errors[rows[b]])
    most = slacks.max()
    chosen = np.empty(products.shape[1] + 1, np.int64)
    held, rounded, counts, leasts, full = kept
    size = held.shape[1]
    for a in range(len(here)):
        one = here[a]
        if full[one]:
            continue
        scale, slack = query_scales[one], _slack(query_errors[one])
        least, count = leasts[one], counts[one]
        enough = (least - slack - most) / scale
        so_far = 0
        for start in range(0, products.shape[1], BITS):
            bits: Any = exceeding(products, a, start, row_scales, enough)  # type: ignore[call-arg]
            while bits:
                chosen[so_far] = start + lowest_bit(bits)
                so_far += 1
                bits &= bits - np.uint64(1)
        if not so_far:
            continue
        # Gathered without a branch: what the processor guesses wrong here costs more than the rest.
        close = 0
        for b in chosen[:so_far]:
            score = scale * row_scales[b] * np.float32(products[a, b])
            chosen[close] = b
            close += score + slacks[b] + slack > least
        eligible = 0
        for b in chosen[:close]:
            chosen[eligible] = b
            eligible += passes(wishes[one], near[b], today)
        for b in chosen[:eligible]:
            if count == size:
                least, count = _pruned(held, rounded, errors, slack, one, count, k)
                if count == size:
                    full[one] = True
                    break
            held[one, count] = rows[b]
            rounded[one, count] = scale * row_scales[b] * np.float32(products[a, b])
            count += 1
        leasts[one], counts[one] = least, count


@njit(cache=True, nogil=True)
def _slack(error: Any) -> Any:
    """What rounding can take away: rounded vectors are a little longer than one."""
    return error * np.float32(1.02) + NOISE


@njit(cache=True, nogil=True)
def _pruned(
    held: Rows, rounded: Floats, errors: Floats, slack: Any, one: int, count: int, k: int
) -> tuple[Any, int]:
    """Drop what cannot be among the k best; returns what must be exceeded, and how many stay."""
    lowest = np.empty(count, np.float32)
    for n in range(count):
        lowest[n] = rounded[one, n] - slack - _slack(errors[held[one, n]])
    least = _least(lowest, k)
    stay = 0
    for n in range(count):
        if rounded[one, n] + slack + _slack(errors[held[one, n]]) > least:
            held[one, stay], rounded[one, stay] = held[one, n], rounded[one, n]
            stay += 1
    return least, stay


@njit(cache=True, nogil=True)
def settled(
    kept: Kept, k: int, queries: Floats, query_errors: Floats, vectors: Floats, errors: Floats
) -> tuple[Rows, Floats]:
    """Those kept that may be among the k best: rows and scores in full, (n, width).

    Of `queries` (n, d) and `vectors` are given the errors of their rounding. Behind those kept
    stand row 0 and minus infinity.
    """
    held, rounded, counts, _, _ = kept
    rows, scores = np.zeros(held.shape, np.int32), np.full(held.shape, -np.inf, np.float32)
    asking, widest = np.empty(held.shape[1], np.int32), k
    for one in range(len(counts)):
        count, slack = counts[one], _slack(query_errors[one])
        asking[:] = one
        # The k best of rounded vectors, in full, tell what the others must be able to reach.
        best = np.float32(-np.inf)
        if count > k:
            best = np.partition(rounded[one, :count], count - k)[count - k]
        sure = 0
        for n in range(count):
            if rounded[one, n] >= best:
                rows[one, sure] = held[one, n]
                sure += 1
        products_in(queries, asking[:sure], vectors, rows[one, :sure], scores[one, :sure])
        end, least = sure, scores[one, :sure].min() if sure else best
        for n in range(count):
            row = held[one, n]
            if rounded[one, n] < best and rounded[one, n] + slack + _slack(errors[row]) >= least:
                rows[one, end] = row
                end += 1
        products_in(
            queries, asking[: end - sure], vectors, rows[one, sure:end], scores[one, sure:end]
        )
        widest = max(widest, end)
    return rows[:, :widest], scores[:, :widest]


def best_of(ranks: NDArray[np.int64], scores: Floats, k: int) -> tuple[NDArray[np.int64], Floats]:
    """Of (n, m) ranks the (n, k) of the highest scores, of equal scores the lowest, and these.

    Both are sorted as one number, which is many times as fast as by two keys: the bits of a float,
    all but the sign turned where it is negative, rise with it.
    """
    bits = (scores + np.float32(0)).view(np.int32)
    rising = np.where(bits < 0, bits ^ 0x7FFFFFFF, bits).astype(np.int64)
    keys = np.sort(~rising << 32 | ranks, axis=1)[:, :k]
    rising = (~(keys >> 32)).astype(np.int32)
    bits = np.where(rising < 0, rising ^ 0x7FFFFFFF, rising)
    return keys & 0xFFFFFFFF, bits.view(np.float32)
