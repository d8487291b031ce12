"""Reads the text that LightGBM writes of its trees, and refuses what would be asked wrongly."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

MOST_LEAVES = 32
"""Of a tree: one bit each where they are asked."""
WHOLE = re.compile(r"\nend of trees\n.*\npandas_categorical:\S+\s*\Z", re.DOTALL)
"""How every model ends that LightGBM's Python package writes, also one without a tree."""
DEFAULT_LEFT, NAN = 2, 8
"""Bits of a node's `decision_type` (LightGBM's tree.h): missing values go left; they are NaN."""


class Turn(NamedTuple):
    """Where a path goes at a node, and the share of the node's rows in training that went there."""

    node: int
    left: bool
    share: float


class Tree(NamedTuple):
    """n nodes by their numbers, and n + 1 leaves from left to right: `values` and `paths`.

    A row goes left at a node where its feature is no more than the threshold, and NaN where
    `nan_left`.
    """

    features: list[int]
    thresholds: NDArray[np.float32]
    nan_left: list[bool]
    values: list[float]
    paths: list[list[Turn]]


def read_trees(text: str) -> tuple[tuple[str, ...], list[Tree]]:
    """The names of the features, and the trees; raises ValueError for any other text.

    Those of at most MOST_LEAVES leaves that add up to one sum, and whose nodes ask whether a number
    exceeds another.
    """
    if not WHOLE.search(text):
        raise ValueError("not a whole model of LightGBM")
    head, *blocks = text.split("\nTree=")
    said = _values(head)
    names = tuple(said["feature_names"].split())
    if said["num_tree_per_iteration"] != "1" or said["max_feature_idx"] != str(len(names) - 1):
        raise ValueError("a model of several sums, or of other features than it names")
    if len(blocks) != len(said["tree_sizes"].split()):
        raise ValueError("trees are missing")
    return names, [_tree(_values(block.partition("\n\n")[0]), len(names)) for block in blocks]


def _tree(told: Mapping[str, str], features: int) -> Tree:
    def numbers(name: str, kind: type, count: int) -> list[Any]:
        found = [kind(value) for value in told[name].split()]
        if len(found) != count:
            raise ValueError(f"{name}: {len(found)} numbers instead of {count}")
        return found

    count = int(told["num_leaves"])
    if not 1 <= count <= MOST_LEAVES or told["num_cat"] != "0" or told["is_linear"] != "0":
        raise ValueError("a tree of another kind")
    nodes = count - 1
    asked = numbers("split_feature", int, nodes)
    limits = numbers("threshold", float, nodes)
    kinds = numbers("decision_type", int, nodes)
    lefts, rights = (numbers(name, int, nodes) for name in ("left_child", "right_child"))
    # Child -1 is the first leaf: leaves stand behind the nodes, backwards, as lists count.
    sizes = [*numbers("internal_count", int, nodes), *numbers("leaf_count", int, count)[::-1]]
    values = numbers("leaf_value", float, count)[::-1]
    if np.isnan(limits).any() or not np.isfinite(values).all():
        raise ValueError("a number that is none")
    root = 0 if nodes else -1
    if any(not 0 <= feature < features for feature in asked):
        raise ValueError("a feature that there is not")
    if any(kind & ~(DEFAULT_LEFT | NAN) for kind in kinds):
        raise ValueError("a node of another kind")
    if sorted([root, *lefts, *rights]) != list(range(-count, nodes)):
        raise ValueError("nodes that are no tree")
    if min(sizes) < 1 or any(
        sizes[node] != sizes[left] + sizes[right]
        for node, (left, right) in enumerate(zip(lefts, rights, strict=True))
    ):
        raise ValueError("rows that do not add up")

    def walk(node: int, path: list[Turn]) -> Iterator[tuple[float, list[Turn]]]:
        if node < 0:
            yield values[node], path
            return
        for child, left in ((lefts[node], True), (rights[node], False)):
            yield from walk(child, [*path, Turn(node, left, sizes[child] / sizes[node])])

    leaves = list(walk(root, []))
    if len(leaves) != count:
        raise ValueError("nodes that are no tree")
    exact = np.array(limits, np.float64)
    with np.errstate(over="ignore"):
        single = exact.astype(np.float32)
    return Tree(
        features=asked,
        # Rows are singles: the largest that is no more than the threshold parts them alike.
        thresholds=np.where(single > exact, np.nextafter(single, np.float32(-np.inf)), single),
        nan_left=[
            # Where NaN is not told from other values, it is read as 0.
            bool(kind & DEFAULT_LEFT) if kind & NAN else limit >= 0
            for kind, limit in zip(kinds, limits, strict=True)
        ],
        values=[value for value, _ in leaves],
        paths=[path for _, path in leaves],
    )


def _values(block: str) -> Mapping[str, str]:
    told = (line.partition("=") for line in block.splitlines())
    return defaultdict(str, ((name, value) for name, _, value in told))
