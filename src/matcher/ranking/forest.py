"""Trees as LightGBM learns and writes them, asked by compiled loops of our own.

LightGBM walks each tree for each row and branches at every node. Here all nodes of a tree are
compared with many rows at once and each answer strikes out leaves, as in C. Lucchese et al.,
"QuickScorer: A Fast Algorithm to Rank Documents with Additive Ensembles of Regression Trees"
(SIGIR 2015): the same sums to the last bit, many times as fast (docs/performance.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import factorial
from typing import Any, NamedTuple, Self

import numpy as np
from numba import njit
from numpy.typing import NDArray

from matcher.ranking.tree_text import Tree, Turn, read_trees

Rows = NDArray[np.float32]
Floats = NDArray[np.float64]

MOST_STEPS = 12
"""Features on a path: what they add is kept for each subset. Trees of 7 leaves ask 6 at most."""
TOGETHER = 256
"""Rows that are compared with a node at once."""
ALL = np.uint32(2**32 - 1)
ZERO = np.float32(1e-35)
"""What is no farther from 0 is read as 0, as LightGBM does (kZeroThreshold in its meta.h)."""
SPREAD = 0x077CB531
PLACES = np.argsort([(SPREAD << bit & int(ALL)) >> 27 for bit in range(32)])
"""The number of the only bit that is set, by the highest five bits of its product with SPREAD.

C. Leiserson, H. Prokop and K. Randall, "Using de Bruijn Sequences to Index a 1 in a Computer Word"
(1998).
"""


class Nodes(NamedTuple):
    """The nodes of t trees, tree by tree: those of tree n from `starts[n]` to `starts[n + 1]`.

    A row goes left where its `features` is no more than `thresholds`, and NaN where `nan_left`.
    Where it goes right, `leaves` are the bits of the tree's leaves that are left. `values` are
    those of all leaves, from left to right: one more a tree than it has nodes.
    """

    starts: NDArray[np.int64]
    features: NDArray[np.int64]
    thresholds: Rows
    nan_left: NDArray[np.bool_]
    leaves: NDArray[np.uint32]
    values: Floats


class Paths(NamedTuple):
    """What leads to each leaf, a step for each feature: for leaf m from `starts[m]`.

    A row passes a step where its `features` is above `above` (NaN: any is) and no more than
    `until`, or NaN where `nan` is welcome. What the steps to leaf m add stands in `table` from
    `tables[m]`, a row for each number whose bits tell which of them are passed.
    """

    starts: NDArray[np.int64]
    features: NDArray[np.int64]
    above: Rows
    until: Rows
    nan: NDArray[np.bool_]
    tables: NDArray[np.int64]
    table: Floats


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees whose leaves add up; `text` is LightGBM's own, which is what is stored."""

    text: str = field(repr=False)
    feature_names: tuple[str, ...]
    nodes: Nodes = field(repr=False, compare=False)
    paths: Paths = field(repr=False, compare=False)

    @classmethod
    def of(cls, text: str) -> Self:
        """The trees that LightGBM wrote; raises ValueError for what `read_trees` refuses.

        And for paths of more than MOST_STEPS features.
        """
        names, trees = read_trees(text)
        return cls(text, names, _nodes(trees), _paths(trees))

    def __len__(self) -> int:
        return len(self.nodes.starts) - 1

    def sums(self, rows: Rows) -> Floats:
        """The sum of the leaves that each of (n, features) `rows` falls into, (n,).

        Raises ValueError for rows of another width.
        """
        self._fits(rows)
        found = np.zeros(len(rows))
        _add_leaves(rows, *self.nodes, found)
        return found

    def contributions(self, rows: Rows) -> Floats:
        """What each feature adds to the sum of the average row, (n, features): SHAP values.

        The expectation is that along the paths of the trees, as in algorithm 1 of S. Lundberg et
        al., "From local explanations to global understanding with explainable AI for trees" (2020).
        Raises ValueError for rows of another width.
        """
        self._fits(rows)
        found = np.zeros(rows.shape)
        _add_shares(rows, *self.paths, found)
        return found

    def _fits(self, rows: Rows) -> None:
        if rows.shape[1] != len(self.feature_names):
            raise ValueError(f"{rows.shape[1]} columns for {len(self.feature_names)} features")


_STEP = np.dtype(
    [("feature", "i8"), ("above", "f4"), ("until", "f4"), ("nan", "?"), ("share", "f8")]
)


def _nodes(trees: list[Tree]) -> Nodes:
    return Nodes(
        starts=_starts([len(tree.features) for tree in trees]),
        features=np.array([asked for tree in trees for asked in tree.features], np.int64),
        thresholds=np.array([limit for tree in trees for limit in tree.thresholds], np.float32),
        nan_left=np.array([left for tree in trees for left in tree.nan_left], np.bool_),
        leaves=~np.array([bits for tree in trees for bits in _struck_out(tree)], np.uint32),
        values=_values(trees),
    )


def _struck_out(tree: Tree) -> Iterator[int]:
    """Of each node, bits of the leaves that no row reaches which goes right there."""
    for node in range(len(tree.features)):
        lies_left = [any(turn[:2] == (node, True) for turn in path) for path in tree.paths]
        yield sum(lies << bit for bit, lies in enumerate(lies_left))


def _paths(trees: list[Tree]) -> Paths:
    paths = [list(_steps(tree, path)) for tree in trees for path in tree.paths]
    sizes = [len(path) for path in paths]
    if max(sizes, default=0) > MOST_STEPS:
        raise ValueError("a path of too many features")
    starts, tables = _starts(sizes), _starts([size << size for size in sizes])
    steps = np.array([step for path in paths for step in path], _STEP)
    values, table = _values(trees), np.empty(tables[-1])
    # By number of steps, so that NumPy has many leaves at once to do: nothing need be compiled
    # before a ranker can be read.
    for size in sorted({*sizes} - {0}):
        leaves = np.flatnonzero(np.array(sizes) == size)
        shares = steps["share"][starts[leaves, None] + np.arange(size)]
        table[tables[leaves, None] + np.arange(size << size)] = _added(values[leaves], shares)
    return Paths(
        starts=starts,
        features=np.ascontiguousarray(steps["feature"]),
        above=np.ascontiguousarray(steps["above"]),
        until=np.ascontiguousarray(steps["until"]),
        nan=np.ascontiguousarray(steps["nan"]),
        tables=tables,
        table=table,
    )


def _added(values: Floats, shares: Floats) -> Floats:
    """What each of u steps to n leaves adds, by which of them are passed, (n, 2^u * u).

    A leaf of the value v is won by steps that are all passed. One that is (o = 1) or is not (o =
    0), with `shares` (n, u) of z in training, adds v (o - z) times the mean, over all orders in
    which steps are told, of the products of the others: of o where told before, of z where not (L.
    Shapley, "A value for n-person games", 1953).
    """
    leaves, steps = shares.shape
    passed = np.arange(1 << steps)[:, None] >> np.arange(steps) & 1
    found = np.empty((leaves, 1 << steps, steps))
    # Of all orders, those in which certain m others come before.
    orders = [factorial(m) * factorial(steps - 1 - m) / factorial(steps) for m in range(steps)]
    for step in range(steps):
        # Sums of the products of the others, by how many of them come before.
        sums = np.zeros((steps, leaves, 1 << steps))
        sums[0] = 1
        for other in {*range(steps)} - {step}:
            share = shares[:, other, None]
            sums[1:] = sums[1:] * share + sums[:-1] * passed[:, other]
            sums[0] *= share
        surprise = passed[:, step] - shares[:, step, None]
        found[:, :, step] = values[:, None] * surprise * np.tensordot(orders, sums, 1)
    return found.reshape(leaves, -1)


def _steps(tree: Tree, path: list[Turn]) -> Iterator[tuple[int, Any, Any, bool, float]]:
    """Feature, bounds, whether NaN passes, and share of the rows: a step for each feature."""
    for feature in dict.fromkeys(tree.features[turn.node] for turn in path):
        above, until, nan, share = np.float32(np.nan), np.float32(np.inf), True, 1.0
        for node, left, went in path:
            if tree.features[node] != feature:
                continue
            if left:
                until = min(until, tree.thresholds[node])
            else:
                above = np.fmax(above, tree.thresholds[node])
            nan &= tree.nan_left[node] == left
            share *= went
        yield feature, above, until, nan, share


def _values(trees: list[Tree]) -> Floats:
    return np.array([value for tree in trees for value in tree.values], np.float64)


def _starts(sizes: list[int]) -> NDArray[np.int64]:
    return np.cumsum([0, *sizes])


@njit(cache=True, nogil=True)
def _read(value: Any) -> Any:
    return np.float32(0) if abs(value) <= ZERO else value


@njit(cache=True, nogil=True)
def _add_leaves(
    rows: Any,
    starts: Any,
    features: Any,
    thresholds: Any,
    nan_left: Any,
    leaves: Any,
    values: Any,
    sums: Any,
) -> None:
    """Add the leaves of every tree to (n,) `sums`, tree by tree as LightGBM does."""
    columns = np.empty((rows.shape[1], TOGETHER), np.float32)
    left = np.empty(TOGETHER, np.uint32)
    for begin in range(0, len(rows), TOGETHER):
        count = min(TOGETHER, len(rows) - begin)
        for n in range(count):
            for feature in range(rows.shape[1]):
                columns[feature, n] = _read(rows[begin + n, feature])
        for tree in range(len(starts) - 1):
            left[:] = ALL
            for node in range(starts[tree], starts[tree + 1]):
                # A fixed number of rounds makes vectors; what is left of other rows is not read.
                asked, threshold, kept = columns[features[node]], thresholds[node], leaves[node]
                if nan_left[node]:
                    for n in range(TOGETHER):
                        left[n] &= kept if asked[n] > threshold else ALL
                else:
                    for n in range(TOGETHER):
                        left[n] &= ALL if asked[n] <= threshold else kept
            first = starts[tree] + tree
            for n in range(count):
                # The leftmost leaf that nothing struck out; a tree has one more than nodes.
                bit = np.uint64(left[n] & (~left[n] + np.uint32(1)))
                at = ((bit * np.uint64(SPREAD)) & np.uint64(ALL)) >> np.uint64(27)
                sums[begin + n] += values[first + PLACES[at]]


@njit(cache=True, nogil=True)
def _add_shares(
    rows: Any,
    paths: Any,
    features: Any,
    above: Any,
    until: Any,
    nan: Any,
    starts: Any,
    table: Any,
    found: Any,
) -> None:
    """Add what each feature adds at every leaf to (n, features) `found`."""
    for row in range(len(rows)):
        for leaf in range(len(paths) - 1):
            first, length = paths[leaf], paths[leaf + 1] - paths[leaf]
            passed = 0
            for step in range(length):
                at = first + step
                value = _read(rows[row, features[at]])
                inside = (value <= until[at]) & ~(value <= above[at])
                passed |= (nan[at] if np.isnan(value) else inside) << step
            at = starts[leaf] + passed * length
            for step in range(length):
                found[row, features[first + step]] += table[at + step]
