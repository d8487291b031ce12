"""Compiled loops over vectors: rounded scores with their bounds, and products in full.

What limits them is memory, not arithmetic: rows are asked for some rows ahead of their turn. All of
a search stands in this file, since numba compiles again what has changed in the file itself only.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

Rows = NDArray[np.int32]
Floats = NDArray[np.float32]
Codes = NDArray[np.int8]

NOISE = np.float32(1e-5)
"""More than two sums of the products of unit vectors differ by, whatever the order of adding."""
AHEAD, AHEAD_IN_FULL = 8, 3
"""Rows asked of memory before their turn, of codes and of vectors."""
LINE = 64
"""Bytes that memory sends at once."""
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

    `length` is its own; `blur` times the scale of a row is what its own rounding can do to a score.
    """

    codes: NDArray[np.int16]
    scale: np.float32
    length: np.float32
    blur: np.float32


@intrinsic
def _ask_for(_: Any, array: Any, row: Any, offset: Any) -> Any:  # noqa: ARG001
    """Have the memory send the line at an offset in bytes of a row; only a hint, never a fault."""
    signature = types.void(array, types.intp, types.intp)

    def generate(context: Any, builder: Any, given: Any, values: Any) -> Any:
        shown = context.make_array(given.args[0])(context, builder, values[0])
        byte, number = ir.PointerType(ir.IntType(8)), ir.IntType(32)
        width = builder.extract_value(shown.strides, 0)
        start = builder.add(builder.mul(width, values[1]), values[2])
        line = builder.gep(builder.bitcast(shown.data, byte), [start])
        kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        hint = builder.module.globals.get("llvm.prefetch.p0") or ir.Function(
            builder.module, kind, "llvm.prefetch.p0"
        )
        # To be read, to be kept in the nearest cache, and data.
        builder.call(hint, [line, number(0), number(3), number(1)])
        return context.get_dummy_value()

    return signature, generate


@njit(cache=True, nogil=True)
def _fetch(array: Any, row: int) -> None:
    for offset in range(0, array.shape[1] * array.itemsize, LINE):
        _ask_for(array, row, offset)  # type: ignore[call-arg]


@njit(cache=True, nogil=True)
def asked_of(query: Floats) -> Asked:
    """The query in whole numbers, so small that no sum of products leaves 32 bits."""
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
    return Asked(codes, scale, np.sqrt(squares), longest * np.sqrt(lost))


@njit(cache=True, nogil=True)
def told(rounded: Rounded, place: int, asked: Asked) -> tuple[Any, Any]:
    """The score of a rounded vector, and what it may differ by from that of the vector.

    By |q| |x - x'| + |q - q'| |x'| at most (Cauchy, Schwarz).
    """
    codes, scales, errors = rounded
    query, scale, length, blur = asked
    total = np.int32(0)
    for i in range(len(query)):
        total += np.int32(query[i]) * np.int32(codes[place, i])
    score = scales[place] * (scale * np.float32(total))
    return score, length * errors[place] + blur * scales[place] + NOISE


@njit(cache=True, nogil=True)
def _hopes(asked: Asked, centroids: Codes, likeness: Floats, radii: Floats) -> Floats:
    hopes = np.empty(len(centroids), np.float32)
    for n in range(min(AHEAD, len(centroids))):
        _fetch(centroids, n)
    for n in range(len(centroids)):
        if n + AHEAD < len(centroids):
            _fetch(centroids, n + AHEAD)
        total = np.int32(0)
        for i in range(centroids.shape[1]):
            total += np.int32(asked.codes[i]) * np.int32(centroids[n, i])
        hopes[n] = likeness[n] * asked.scale * np.float32(total) + asked.length * radii[n]
    return hopes


@njit(cache=True, nogil=True)
def _falling(hopes: Floats) -> Rows:
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
    rounded: Rounded,
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
    for n in range(-AHEAD, len(places)):
        if n + AHEAD < len(places):
            _fetch(rounded.codes, places[n + AHEAD])
            _ask_for(rounded.scales, places[n + AHEAD], 0)  # type: ignore[call-arg]
            _ask_for(rounded.errors, places[n + AHEAD], 0)
        if n < 0:
            continue
        score, slack = told(rounded, places[n], asked)
        if score + slack >= lowest[0]:
            found[count], highest[count] = places[n], score + slack
            count += 1
            if score - slack > lowest[0]:
                _raise(lowest, score - slack)
    return count


@njit(cache=True, nogil=True, fastmath={"contract", "reassoc"})
def _products(queries: Floats, asking: Rows, vectors: Floats, rows: Rows, products: Floats) -> None:
    for n in range(min(AHEAD_IN_FULL, len(rows))):
        _fetch(vectors, rows[n])
    for n in range(len(rows)):
        if n + AHEAD_IN_FULL < len(rows):
            _fetch(vectors, rows[n + AHEAD_IN_FULL])
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
        rows[count] = members[found[n]]
        count += highest[n] >= least
    rows, scores = rows[:count], np.empty(count, np.float32)
    _products(query.reshape(1, -1), np.zeros(count, np.int32), vectors, rows, scores)
    if count > k:
        best = scores >= np.partition(scores, count - k)[count - k]
        rows, scores = rows[best], scores[best]
    order = np.argsort(-scores, kind="mergesort")
    return rows[order], scores[order]


@njit(cache=True, nogil=True)
def best_of_rows(
    query: Floats,
    vectors: Floats,
    codes: Codes,
    scales: Floats,
    errors: Floats,
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
    rounded = Rounded(codes, scales, errors)
    count = _scored(rounded, wanted, asked_of(query), lowest, found, highest, 0)
    return _best(query, vectors, members, found[:count], highest[:count], lowest[0], k)


@njit(cache=True, nogil=True)
def best_of_clusters(
    query: Floats,
    vectors: Floats,
    codes: Codes,
    scales: Floats,
    errors: Floats,
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
    asked, rounded = asked_of(query), Rounded(codes, scales, errors)
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
    for cluster in _falling(hopes):
        if hopes[cluster] < lowest[0]:
            continue
        for place in range(bounds[cluster], bounds[cluster + 1]):
            wanted[waiting] = place
            waiting += every or eligible[members[place]]
        if waiting >= TOGETHER:
            count = _scored(rounded, wanted[:waiting], asked, lowest, found, highest, count)
            waiting = 0
    count = _scored(rounded, wanted[:waiting], asked, lowest, found, highest, count)
    return _best(query, vectors, members, found[:count], highest[:count], lowest[0], k)


def products_of(queries: Floats, asking: Rows, vectors: Floats, rows: Rows) -> Floats:
    """Inner products (n,) of pairs: rows `asking` (n,) of `queries` and `rows` (n,) of `vectors`.

    BLAS adds up in an order that depends on the neighbours of a row. This does not, so that equal
    pairs have equal products wherever they stand, in a list, in the night's and in the past's.
    """
    products = np.empty(len(rows), np.float32)
    _products(queries, asking, vectors, rows, products)
    return products


def dots(vectors: Floats, rows: Rows, query: Floats) -> Floats:
    """Inner products (m,) of (m,) `rows` of `vectors` with (d,) `query`."""
    return products_of(query[None], np.zeros(len(rows), np.int32), vectors, rows)
