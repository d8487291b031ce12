"""Compiled loops over vectors: rounded scores with their bounds, and products in full.

What limits them is memory, not arithmetic: rows are asked for some rows ahead of their turn. All of
a search stands in this file, since numba compiles again what has changed in the file itself only.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from matcher.retrieval.intrinsics import ask_for, fetch

Rows = NDArray[np.int32]
Floats = NDArray[np.float32]
Codes = NDArray[np.int8]

NOISE = np.float32(1e-5)
"""More than two sums of the products of unit vectors differ by, whatever the order of adding."""
AHEAD, AHEAD_IN_FULL = 32, 3
"""Rows of codes asked of memory at once, and rows of vectors asked for before their turn."""
LEVEL = np.float32(1 / 256)
"""Clusters whose hopes differ by less are scored as they come."""
TOGETHER = 128
"""Eligible rows, at least, that are scored before it is asked again whether any may be missing."""


class Rounded(NamedTuple):
    """n vectors times their `scales` (n,) but for `errors` (n,), the length of what was rounded."""

    codes: Codes
    scales: Floats
    errors: Floats

    def take(self, places: NDArray[Any]) -> Rounded:
        """The chosen ones (positions or a mask), in that order."""
        return Rounded(self.codes[places], self.scales[places], self.errors[places])

    def extended(self, more: Rounded) -> Rounded:
        """These, and others behind them."""
        return Rounded(
            np.concatenate([self.codes, more.codes]),
            np.concatenate([self.scales, more.scales]),
            np.concatenate([self.errors, more.errors]),
        )


class Asked(NamedTuple):
    """A query (d,) as `codes` of 16 bits times `scale`.

    `length` is its own; `blur` times the scale of a row is what rounding can do to a score.
    """

    codes: NDArray[np.int16]
    scale: np.float32
    length: np.float32
    blur: np.float32


@njit(cache=True, nogil=True)
def asked_of(query: Floats, worst: Any) -> Asked:
    """The query in whole numbers, so small that no sum of products leaves 32 bits.

    What is rounded of a row is as long as `worst` times its scale at most: the length of each would
    tell hardly more, and have to be waited for. A score then changes by no more than
    |q| |x - x'| + |q - q'| |x'| (Cauchy, Schwarz).
    """
    most = min(2**15 - 1, 2**24 // len(query))
    largest, squares = np.float32(0), np.float32(0)
    for i in range(len(query)):
        largest = max(largest, abs(query[i]))
        squares += query[i] * query[i]
    scale = largest / np.float32(most) if largest else np.float32(1)
    codes = np.empty(len(query), np.int16)
    lost = np.float32(0)
    for i in range(len(query)):
        codes[i] = np.rint(query[i] / scale)
        lost += (query[i] - scale * np.float32(codes[i])) ** 2
    longest = np.float32(127 * np.sqrt(len(query)))  # that the codes of a row may be
    length = np.sqrt(squares)
    return Asked(codes, scale, length, length * worst + longest * np.sqrt(lost))


@njit(cache=True, nogil=True)
def product(one: Any, codes: Codes, place: int) -> Any:
    """The product of the codes `one` (d,) with those at a place, a whole number of 32 bits."""
    total = np.int32(0)
    for i in range(len(one)):
        # Without these casts numba counts in 64 bits, which takes several times as long.
        total = np.int32(total + np.int32(np.int32(one[i]) * np.int32(codes[place, i])))
    return total


@njit(cache=True, nogil=True)
def told(codes: Codes, scales: Floats, place: int, asked: Asked) -> tuple[Any, Any]:
    """The score of a rounded vector, and what it may differ by from that of the vector."""
    score = scales[place] * (asked.scale * np.float32(product(asked.codes, codes, place)))
    return score, asked.blur * scales[place] + NOISE


@njit(cache=True, nogil=True)
def _hopes(asked: Asked, centroids: Codes, likeness: Floats, radii: Floats) -> Floats:
    hopes = np.empty(len(centroids), np.float32)
    for n in range(len(centroids)):
        score = asked.scale * np.float32(product(asked.codes, centroids, n))
        hopes[n] = likeness[n] * score + asked.length * radii[n]
    return hopes


@njit(cache=True, nogil=True)
def falling(hopes: Floats) -> Rows:
    """Clusters by falling hopes, nearly so: within a LEVEL as they come."""
    top, levels = hopes.max(), np.empty(len(hopes), np.int64)
    starts = np.zeros(int((top - hopes.min()) / LEVEL) + 2, np.int64)
    for n in range(len(hopes)):
        levels[n] = int((top - hopes[n]) / LEVEL)
        starts[levels[n] + 1] += 1
    starts = np.cumsum(starts)
    order = np.empty(len(hopes), np.int32)
    for n in range(len(hopes)):
        order[starts[levels[n]]] = n
        starts[levels[n]] += 1
    return order


@njit(cache=True, nogil=True)
def _raise(heap: Floats, value: Any) -> None:
    """Put a value in the place of the lowest, which stands first in a heap."""
    at, size = 0, len(heap)
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= value:
            break
        heap[at] = heap[child]
        at = child
    heap[at] = value


@njit(cache=True, nogil=True)
def _scored(
    codes: Codes,
    scales: Floats,
    places: Rows,
    asked: Asked,
    lowest: Floats,
    found: Rows,
    highest: Floats,
    count: int,
) -> int:
    """Add those of `places` to the `count` found that may be among the best.

    `lowest` is a heap of as many as are wanted: the most that so many reach at least.
    """
    for start in range(0, len(places), AHEAD):
        end = min(start + AHEAD, len(places))
        for n in range(start, end):
            fetch(codes, places[n])
            ask_for(scales, places[n], 0)  # type: ignore[call-arg]
        for n in range(start, end):
            score, slack = told(codes, scales, places[n], asked)
            if score + slack >= lowest[0]:
                found[count], highest[count] = places[n], score + slack
                count += 1
                if score - slack > lowest[0]:
                    _raise(lowest, score - slack)
    return count


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc"})
def products_in(
    queries: Floats, asking: Rows, vectors: Floats, rows: Rows, products: Floats
) -> None:
    """What `products_of` gives, written into (n,) `products`; for compiled callers."""
    for n in range(min(AHEAD_IN_FULL, len(rows))):
        fetch(vectors, rows[n])
    for n in range(len(rows)):
        if n + AHEAD_IN_FULL < len(rows):
            fetch(vectors, rows[n + AHEAD_IN_FULL])
        one, other = asking[n], rows[n]
        total = np.float32(0)
        for i in range(queries.shape[1]):
            total += queries[one, i] * vectors[other, i]
        products[n] = total


@njit(cache=True, nogil=True)
def _best(
    query: Floats, vectors: Floats, members: Rows, found: Rows, highest: Floats, least: Any, k: int
) -> tuple[Rows, Floats]:
    """Of those found that reach the least, the k best in full and what ties with the last."""
    rows, count = np.empty(len(found), np.int32), 0
    for n in range(len(found)):
        if highest[n] >= least:
            rows[count] = members[found[n]]
            count += 1
    rows, scores = rows[:count], np.empty(count, np.float32)
    products_in(query.reshape(1, -1), np.zeros(count, np.int32), vectors, rows, scores)
    order = np.argsort(-scores, kind="mergesort")
    rows, scores = rows[order], scores[order]
    while count > k and scores[count - 1] < scores[k - 1]:
        count -= 1
    return rows[:count], scores[:count]


@njit(cache=True, nogil=True)
def best_of_rows(
    query: Floats,
    vectors: Floats,
    codes: Codes,
    scales: Floats,
    worst: Any,
    members: Rows,
    places: Rows,
    rows: Rows,
    k: int,
) -> tuple[Rows, Floats]:
    """The k best of `rows` and what ties with the last of them, best first, and their scores.

    The codes of row r stand at `places[r]`, those at place p are of the row `members[p]`.
    """
    k = min(k, len(rows))
    lowest = np.full(k, -np.inf, np.float32)
    wanted, found = np.empty(len(rows), np.int32), np.empty(len(rows), np.int32)
    highest = np.empty(len(rows), np.float32)
    for n in range(len(rows)):
        wanted[n] = places[rows[n]]
    count = _scored(codes, scales, wanted, asked_of(query, worst), lowest, found, highest, 0)
    return _best(query, vectors, members, found[:count], highest[:count], lowest[0], k)


@njit(cache=True, nogil=True)
def best_of_clusters(
    query: Floats,
    vectors: Floats,
    codes: Codes,
    scales: Floats,
    worst: Any,
    members: Rows,
    bounds: NDArray[np.int64],
    centroids: Codes,
    likeness: Floats,
    radii: Floats,
    rows: Rows,
    k: int,
) -> tuple[Rows, Floats]:
    """The same of the rows in clusters that give hope of one of the k best.

    A cluster's best score is hoped to be `likeness` (c,) times the product with its centroid's
    codes, and `radii` (c,) more. The most hopeful are scored first, and those left out whose hope
    lies below what k rows reach. Members of cluster c are `members[bounds[c] : bounds[c + 1]]`.
    """
    asked = asked_of(query, worst)
    hopes = _hopes(asked, centroids, likeness, radii)
    every = len(rows) == len(members)
    eligible = np.zeros(0 if every else len(members), np.bool_)
    if not every:
        for n in range(len(rows)):
            eligible[rows[n]] = True
    largest = 0
    for cluster in range(len(hopes)):
        largest = max(largest, bounds[cluster + 1] - bounds[cluster])
    lowest = np.full(k, -np.inf, np.float32)
    wanted = np.empty(TOGETHER + largest + 1, np.int32)
    found, highest = np.empty(len(rows), np.int32), np.empty(len(rows), np.float32)
    waiting, count = 0, 0
    for cluster in falling(hopes):
        if hopes[cluster] < lowest[0]:
            continue
        for place in range(bounds[cluster], bounds[cluster + 1]):
            wanted[waiting] = place
            waiting += every or eligible[members[place]]
        if waiting >= TOGETHER:
            count = _scored(codes, scales, wanted[:waiting], asked, lowest, found, highest, count)
            waiting = 0
    count = _scored(codes, scales, wanted[:waiting], asked, lowest, found, highest, count)
    return _best(query, vectors, members, found[:count], highest[:count], lowest[0], k)


def products_of(queries: Floats, asking: Rows, vectors: Floats, rows: Rows) -> Floats:
    """Inner products (n,) of pairs: rows `asking` (n,) of `queries` and `rows` (n,) of `vectors`.

    BLAS adds up in an order that depends on the neighbours of a row. This does not, so that equal
    pairs have equal products wherever they stand, in a list, in the night's and in the past's.
    """
    products = np.empty(len(rows), np.float32)
    products_in(queries, asking, vectors, rows, products)
    return products


def dots(vectors: Floats, rows: Rows, query: Floats) -> Floats:
    """Inner products (m,) of (m,) `rows` of `vectors` with (d,) `query`."""
    return products_of(query[None], np.zeros(len(rows), np.int32), vectors, rows)
