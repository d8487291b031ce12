"""Trees as LightGBM learns and writes them, asked by compiled loops of our own.

LightGBM walks each tree for each row and branches at every node. Here all nodes of a tree are
compared with many rows at once and each answer strikes out leaves, as in C. Lucchese et al.,
"QuickScorer: A Fast Algorithm to Rank Documents with Additive Ensembles of Regression Trees"
(SIGIR 2015): the same sums to the last bit, several times as fast (docs/performance.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

import numpy as np
from numba import njit
from numpy.typing import NDArray

Rows = NDArray[np.float32]
Floats = NDArray[np.float64]

MOST_LEAVES = 32
"""Of a tree: one bit each."""
TOGETHER = 256
"""Rows that are compared with a node at once."""
ALL = np.uint32(2**32 - 1)
ZERO = np.float32(1e-35)
"""What is no farther from 0 is 0 to LightGBM."""
WHOLE = re.compile(r"\nend of trees\n.*\npandas_categorical:\S+\s*\Z", re.DOTALL)
"""How every LightGBM model ends, also one without a tree."""
DEFAULT_LEFT, MISSING, NAN = 2, 12, 8
"""Bits of LightGBM's decision types: where missing values go, what is missing, and that NaN is."""
PLACES = np.empty(32, np.int64)
"""The number of the only bit that is set, by the highest five bits of its product with SPREAD."""
SPREAD = 0x077CB531
PLACES[[(SPREAD << bit & int(ALL)) >> 27 for bit in range(32)]] = range(32)


class Nodes(NamedTuple):
    """The nodes of t trees, tree by tree: those of tree n from `starts[n]` to `starts[n + 1]`.

    A row goes left where its `features` is no more than `thresholds`, and NaN where `nan_left`.
    Where it goes right, `leaves` are the bits of the tree's leaves that are left.
    """

    starts: NDArray[np.int64]
    features: NDArray[np.int64]
    thresholds: Rows
    nan_left: NDArray[np.bool_]
    leaves: NDArray[np.uint32]


class Leaves(NamedTuple):
    """The leaves of t trees, left to right: those of tree n from `starts[n]` to `starts[n + 1]`.

    What leads to leaf m, a step for each feature, stands from `paths[m]` to `paths[m + 1]`: its
    `features` is above `above` (NaN: any is), no more than `until`, or NaN where `nan` is welcome.
    What the steps to it add stands in `table` from `tables[m]`, a row for each number whose bits
    tell which of them pass.
    """

    starts: NDArray[np.int64]
    values: Floats
    paths: NDArray[np.int64]
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
    nodes: Nodes = field(repr=False)
    leaves: Leaves = field(repr=False)

    @classmethod
    def of(cls, text: str) -> Self:
        """The trees that LightGBM wrote; raises ValueError for any other text.

        Those of at most MOST_LEAVES leaves, whose nodes ask whether one number exceeds another.
        """
        if not WHOLE.search(text):
            raise ValueError("not a whole model of LightGBM")
        head, *told = text.split("\nTree=")
        names = tuple(_values(head)["feature_names"].split())
        trees = [_Tree(_values(one.partition("\n\n")[0]), len(names)) for one in told]
        return cls(text, names, _nodes(trees), _leaves(trees))

    def __len__(self) -> int:
        return len(self.nodes.starts) - 1

    def sums(self, rows: Rows) -> Floats:
        """The sum of the leaves that each of (n, features) `rows` falls into, (n,)."""
        found = np.zeros(len(rows))
        _add_leaves(rows, *self.nodes, self.leaves.starts, self.leaves.values, PLACES, found)
        return found

    def contributions(self, rows: Rows) -> Floats:
        """What each feature adds to the sum of the average row, (n, features): SHAP values.

        The expectation is that along the paths of the trees, as in algorithm 1 of S. Lundberg et
        al., "From local explanations to global understanding with explainable AI for trees" (2020).
        """
        found = np.zeros(rows.shape)
        _add_shares(rows, *self.leaves[2:], found)
        return found


class _Tree:
    """One tree of a LightGBM text; children below 0 are leaves, -1 the first."""

    def __init__(self, told: dict[str, str], features: int) -> None:
        def numbers(name: str, kind: type, count: int) -> list[Any]:
            found = [kind(value) for value in told[name].split()]
            if len(found) != count:
                raise ValueError(f"{name}: {len(found)} numbers instead of {count}")
            return found

        count = int(told["num_leaves"])
        if not 1 <= count <= MOST_LEAVES or told["num_cat"] != "0" or told["is_linear"] != "0":
            raise ValueError("a tree of another kind")
        nodes = count - 1
        self.values = numbers("leaf_value", float, count)
        self.sizes = numbers("leaf_count", int, count) if nodes else [1]
        for name, kind in _OF_NODES.items():
            setattr(self, name, numbers(name, kind, nodes) if nodes else [])
        if any(not 0 <= feature < features for feature in self.split_feature):
            raise ValueError("a feature that there is not")
        if min([*self.sizes, *self.internal_count]) < 1:
            raise ValueError("a node of no rows")
        if any(kind & ~(DEFAULT_LEFT | NAN) for kind in self.decision_type):
            raise ValueError("a node of another kind")
        # Singles are compared as such: the largest that is no more than the threshold.
        with np.errstate(over="ignore"):
            single = np.array(self.threshold, np.float64).astype(np.float32)
        too_large = single > np.array(self.threshold)
        self.thresholds = np.where(too_large, np.nextafter(single, np.float32(-np.inf)), single)
        self.nan_left = [
            bool(kind & DEFAULT_LEFT) if kind & MISSING == NAN else threshold >= 0
            for kind, threshold in zip(self.decision_type, self.threshold, strict=True)
        ]
        self.order = list(self._left_to_right(0 if nodes else -1, 0))
        if sorted(self.order) != list(range(count)):
            raise ValueError("nodes that are no tree")
        self.place = {leaf: bit for bit, leaf in enumerate(self.order)}

    split_feature: list[int]
    threshold: list[float]
    decision_type: list[int]
    left_child: list[int]
    right_child: list[int]
    internal_count: list[int]

    def _left_to_right(self, node: int, depth: int) -> Iterator[int]:
        if node < 0:
            yield -node - 1
            return
        if depth >= len(self.values) or node >= len(self.left_child):
            raise ValueError("nodes that are no tree")
        for child in (self.left_child[node], self.right_child[node]):
            yield from self._left_to_right(child, depth + 1)

    def left_leaves(self, node: int) -> int:
        """Bits of the leaves that no row reaches which goes right at the node."""
        leaves = self._left_to_right(self.left_child[node], 1)
        return sum(1 << self.place[leaf] for leaf in leaves)

    def paths(self) -> Iterator[list[tuple[int, bool]]]:
        """The nodes that lead to each leaf, left to right, and whether it goes left there."""

        def walk(node: int, so_far: list[tuple[int, bool]]) -> Iterator[list[tuple[int, bool]]]:
            if node < 0:
                yield so_far
                return
            yield from walk(self.left_child[node], [*so_far, (node, True)])
            yield from walk(self.right_child[node], [*so_far, (node, False)])

        yield from walk(0 if self.left_child else -1, [])

    def steps(self, path: list[tuple[int, bool]]) -> Iterator[tuple[int, Any, Any, bool, float]]:
        """Feature, bounds, whether NaN passes, and share of the rows: a step for each feature."""
        for feature in dict.fromkeys(self.split_feature[node] for node, _ in path):
            above, until, nan, share = np.float32(np.nan), np.float32(np.inf), True, 1.0
            for node, left in path:
                if self.split_feature[node] != feature:
                    continue
                if left:
                    until = min(until, self.thresholds[node])
                else:
                    above = np.fmax(above, self.thresholds[node])
                nan &= self.nan_left[node] == left
                child = (self.left_child if left else self.right_child)[node]
                size = self.sizes[-child - 1] if child < 0 else self.internal_count[child]
                share *= size / self.internal_count[node]
            yield feature, above, until, nan, share


_OF_NODES: dict[str, type] = {
    "split_feature": int,
    "threshold": float,
    "decision_type": int,
    "left_child": int,
    "right_child": int,
    "internal_count": int,
}
_STEPS = np.dtype(
    [("feature", "i8"), ("above", "f4"), ("until", "f4"), ("nan", "?"), ("share", "f8")]
)


def _values(block: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in block.splitlines() if "=" in line)


def _starts(sizes: list[int]) -> NDArray[np.int64]:
    return np.cumsum([0, *sizes])


def _nodes(trees: list[_Tree]) -> Nodes:
    every = [(tree, node) for tree in trees for node in range(len(tree.left_child))]
    return Nodes(
        starts=_starts([len(tree.left_child) for tree in trees]),
        features=np.array([tree.split_feature[node] for tree, node in every], np.int64),
        thresholds=np.array([tree.thresholds[node] for tree, node in every], np.float32),
        nan_left=np.array([tree.nan_left[node] for tree, node in every], np.bool_),
        leaves=~np.array([tree.left_leaves(node) for tree, node in every], np.uint32),
    )


def _leaves(trees: list[_Tree]) -> Leaves:
    paths = [list(tree.steps(path)) for tree in trees for path in tree.paths()]
    steps = np.array([step for path in paths for step in path], _STEPS)
    starts = _starts([len(path) for path in paths])
    tables = _starts([len(path) << len(path) for path in paths])
    values = np.array([tree.values[leaf] for tree in trees for leaf in tree.order], np.float64)
    return Leaves(
        starts=_starts([len(tree.values) for tree in trees]),
        values=values,
        paths=starts,
        features=steps["feature"].copy(),
        above=steps["above"].copy(),
        until=steps["until"].copy(),
        nan=steps["nan"].copy(),
        tables=tables,
        table=_tables(values, starts, steps["share"].copy(), tables),
    )


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
    leaf_starts: Any,
    values: Any,
    places: Any,
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
                asked, threshold, kept = columns[features[node]], thresholds[node], leaves[node]
                if nan_left[node]:
                    for n in range(TOGETHER):
                        left[n] &= kept if asked[n] > threshold else ALL
                else:
                    for n in range(TOGETHER):
                        left[n] &= ALL if asked[n] <= threshold else kept
            first = leaf_starts[tree]
            for n in range(count):
                # The leftmost leaf that nothing struck out.
                bit = np.uint64(left[n] & (~left[n] + np.uint32(1)))
                at = ((bit * np.uint64(SPREAD)) & np.uint64(ALL)) >> np.uint64(27)
                sums[begin + n] += values[first + places[at]]


@njit(cache=True, nogil=True)
def _tables(values: Any, paths: Any, shares: Any, starts: Any) -> Any:
    """What each step to a leaf adds, by which of them pass: see `Leaves`.

    A leaf of the value v is won by steps that all pass. One that does (o = 1) or does not (o = 0),
    where a share z does in training, adds v (o - z) times the mean, over all orders in which steps
    are told, of the products of the others: of o where told before, of z where not (L. Shapley).
    """
    table = np.empty(starts[-1])
    longest = 0
    for leaf in range(len(values)):
        longest = max(longest, paths[leaf + 1] - paths[leaf])
    # Of all orders, those in which certain m others come before: m! (length - 1 - m)! / length!
    weights = np.zeros((longest + 1, longest + 1))
    for length in range(1, longest + 1):
        weights[length, 0] = 1 / length
        for before in range(1, length):
            weights[length, before] = weights[length, before - 1] * before / (length - before)
    sums = np.empty(longest + 1)
    for leaf in range(len(values)):
        first, length = paths[leaf], paths[leaf + 1] - paths[leaf]
        for passed in range(1 << length):
            for step in range(length):
                # Sums of the products of the others, by how many of them come before.
                sums[0] = 1.0
                others = 0
                for other in range(length):
                    if other == step:
                        continue
                    says, share = passed >> other & 1, shares[first + other]
                    sums[others + 1] = sums[others] * says
                    for before in range(others, 0, -1):
                        sums[before] = sums[before] * share + sums[before - 1] * says
                    sums[0] *= share
                    others += 1
                mean = 0.0
                for before in range(length):
                    mean += sums[before] * weights[length, before]
                surprise = (passed >> step & 1) - shares[first + step]
                table[starts[leaf] + passed * length + step] = values[leaf] * surprise * mean
    return table


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
