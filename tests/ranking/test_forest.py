"""Trees asked by our own loops say what LightGBM says of them, to the last bit."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import lightgbm as lgb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from matcher.ranking.forest import MOST_STEPS, TOGETHER, Forest
from matcher.ranking.tree_text import MOST_LEAVES
from tests.rankers import small_ranker

FEATURES = 10
KINDS = {
    "small": {"num_leaves": 7},
    "stumps": {"num_leaves": 2},
    "large": {"num_leaves": MOST_LEAVES, "min_data_in_leaf": 2},
    "nothing is missing": {"num_leaves": 7, "use_missing": False},
    "deep": {"num_leaves": 12, "min_data_in_leaf": 1},
}
PUBLISHED = ("the order", "the chances")
"""What training makes: LambdaRank and log loss, bagged, with constraints."""


@cache
def learnt(kind: str) -> lgb.Booster:
    if kind in PUBLISHED:
        forest = small_ranker().trees if kind == "the order" else small_ranker().hires
        return lgb.Booster(model_str=forest.text)
    rng = np.random.default_rng(0)
    rows = rng.integers(-4, 5, (400, FEATURES)) / np.float32(3)
    if kind != "nothing is missing":
        rows[rng.random(rows.shape) < 0.2] = np.nan
    wanted = np.nan_to_num(rows, nan=2.0) @ rng.normal(size=FEATURES) + rng.normal(size=400)
    options = {"objective": "regression", "verbosity": -1, "num_threads": 1, **KINDS[kind]}
    booster = lgb.train(options, lgb.Dataset(rows, wanted), num_boost_round=12)
    return lgb.Booster(model_str=booster.model_to_string())


@cache
def asked_by_us(kind: str) -> Forest:
    return Forest.of(learnt(kind).model_to_string())


def near_thresholds(kind: str) -> st.SearchStrategy[np.ndarray]:
    """Rows of whatever a feature may hold, thresholds and their neighbours above all."""
    ours = asked_by_us(kind)
    tiny = np.float32(1e-35)
    at = np.unique([*ours.nodes.thresholds, tiny, -tiny])
    told = [*at, *np.nextafter(at, np.float32(np.inf)), 0.0, -0.0, np.nan, np.inf, -np.inf]
    values = st.sampled_from([float(value) for value in told]) | st.floats(width=32)
    shape = st.tuples(st.integers(0, 12), st.just(len(ours.feature_names)))
    return arrays.arrays(np.float32, shape, elements=values)


@pytest.mark.parametrize("kind", [*KINDS, *PUBLISHED])
@given(data=st.data())
def test_sums_are_those_of_lightgbm(kind: str, data: st.DataObject) -> None:
    rows = data.draw(near_thresholds(kind))
    plain = learnt(kind).predict(rows, raw_score=True, num_threads=1) if len(rows) else []
    np.testing.assert_array_equal(asked_by_us(kind).sums(rows), plain)


@pytest.mark.parametrize("kind", [*KINDS, *PUBLISHED])
@given(data=st.data())
def test_contributions_are_those_of_lightgbm(kind: str, data: st.DataObject) -> None:
    rows = data.draw(near_thresholds(kind).filter(len))
    plain = np.asarray(learnt(kind).predict(rows, pred_contrib=True, num_threads=1))[:, :-1]
    np.testing.assert_allclose(asked_by_us(kind).contributions(rows), plain, rtol=0, atol=1e-9)


def some_rows(count: int) -> np.ndarray:
    return np.random.default_rng(1).normal(size=(count, FEATURES)).astype(np.float32)


@pytest.mark.parametrize("count", [1, TOGETHER - 1, TOGETHER, 2 * TOGETHER + 3])
def test_any_number_of_rows_is_asked(count: int) -> None:
    rows = some_rows(count)
    plain = learnt("small").predict(rows, raw_score=True, num_threads=1)
    np.testing.assert_array_equal(asked_by_us("small").sums(rows), plain)


def test_no_rows_have_no_sums() -> None:
    assert asked_by_us("small").sums(some_rows(0)).shape == (0,)
    assert asked_by_us("small").contributions(some_rows(0)).shape == (0, FEATURES)


def test_rows_that_do_not_lie_side_by_side_are_read_as_they_are() -> None:
    rows = np.repeat(some_rows(40), 2, axis=1)[::2, ::2]
    ours = asked_by_us("small")
    np.testing.assert_array_equal(ours.sums(rows), ours.sums(rows.copy()))
    np.testing.assert_array_equal(ours.contributions(rows), ours.contributions(rows.copy()))


@pytest.mark.parametrize("width", [FEATURES - 1, FEATURES + 1])
def test_rows_of_another_width_are_refused(width: int) -> None:
    rows = np.zeros((3, width), np.float32)
    for ask in (asked_by_us("small").sums, asked_by_us("small").contributions):
        with pytest.raises(ValueError, match=rf"{width} columns for {FEATURES} features"):
            ask(rows)


def test_trees_that_ask_nothing_and_no_trees_at_all() -> None:
    rows = some_rows(50)
    alike = lgb.Dataset(rows, np.full(50, 2.5))
    options = {"objective": "regression", "verbosity": -1, "min_data_in_leaf": 50}
    bare = lgb.train(options, alike, num_boost_round=3).model_to_string()
    plain = lgb.Booster(model_str=bare).predict(rows, raw_score=True)
    np.testing.assert_array_equal(Forest.of(bare).sums(rows), plain)
    assert not Forest.of(bare).contributions(rows).any()
    none = Forest.of(lgb.Booster(options, alike).model_to_string())
    assert len(none) == 0
    assert not none.sums(rows).any()
    assert not none.contributions(rows).any()


def test_the_text_tells_a_forest() -> None:
    ours, text = asked_by_us("small"), learnt("small").model_to_string()
    assert ours.text == text
    assert ours.feature_names == tuple(learnt("small").feature_name())
    assert len(ours) == 12
    assert ours == Forest.of(text) != asked_by_us("deep")


def of_another_kind(named: object = "auto", **options: object) -> str:
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 9, (400, FEATURES)).astype(np.float32)
    # In no order that one number could tell.
    wanted = np.isin(rows[:, 0], (1, 4, 6)) + rng.integers(0, 2, 400)
    options = {"verbosity": -1, "objective": "regression", "min_data_in_leaf": 1, **options}
    data = lgb.Dataset(rows, wanted, categorical_feature=named)
    return lgb.train(options, data, num_boost_round=3).model_to_string()


def long_path() -> str:
    """A tree that asks one feature after the other."""
    steps = MOST_STEPS + 1
    rows = np.tril(np.ones((steps + 1, steps), np.float32), -1).repeat(40, axis=0)
    wanted = 4.0 ** np.arange(steps + 1).repeat(40)
    options = {"objective": "regression", "verbosity": -1, "num_leaves": steps + 1}
    return lgb.train(options, lgb.Dataset(rows, wanted), num_boost_round=1).model_to_string()


REFUSED: dict[str, Callable[[], str]] = {
    "empty": lambda: "",
    "bare": lambda: "tree\n",
    "cut short": lambda: learnt("small").model_to_string()[:2_000],
    "a tree cut out": lambda: re.sub(
        r"\nTree=3\n.*?\n\n\n", "\n", learnt("small").model_to_string(), flags=re.DOTALL
    ),
    "categories": lambda: of_another_kind(named=[0]),
    "linear leaves": lambda: of_another_kind(linear_tree=True),
    "zeros are missing": lambda: of_another_kind(zero_as_missing=True),
    "classes": lambda: of_another_kind(objective="multiclass", num_class=3),
    "too many leaves": lambda: of_another_kind(num_leaves=MOST_LEAVES + 8),
    "too long a path": long_path,
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_such_model_is_refused(name: str) -> None:
    text = REFUSED[name]()
    with pytest.raises(ValueError, match=r"\w"):
        Forest.of(text)


NEEDED = (
    "feature_names", "max_feature_idx", "num_tree_per_iteration", "tree_sizes", "num_leaves",
    "num_cat", "is_linear", "split_feature", "threshold", "decision_type", "left_child",
    "right_child", "internal_count", "leaf_count", "leaf_value",
)  # fmt: skip


def damaged(name: str, change: Callable[[list[str]], list[str]] | None) -> str:
    """A text with other numbers in the first line of a name, or without that line."""
    text = learnt("small").model_to_string()
    line = re.search(rf"^{name}=(.*)\n", text, re.MULTILINE)
    assert line is not None
    instead = f"{name}={' '.join(change(line[1].split()))}\n" if change else ""
    return text[: line.start()] + instead + text[line.end() :]


@pytest.mark.parametrize("name", NEEDED)
def test_a_text_that_lacks_a_line_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Forest.of(damaged(name, None))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("left_child", lambda numbers: ["0", *numbers[1:]]),
        ("left_child", lambda numbers: ["99", *numbers[1:]]),
        ("right_child", lambda numbers: numbers[1:2] + numbers[1:]),
        ("right_child", lambda numbers: numbers[:-1]),
        ("split_feature", lambda numbers: [str(FEATURES), *numbers[1:]]),
        ("threshold", lambda numbers: ["x", *numbers[1:]]),
        ("threshold", lambda numbers: ["nan", *numbers[1:]]),
        ("internal_count", lambda numbers: ["0", *numbers[1:]]),
        ("internal_count", lambda numbers: [str(int(numbers[0]) + 1), *numbers[1:]]),
        ("leaf_count", lambda numbers: ["9" * 400, *numbers[1:]]),
        ("leaf_value", lambda numbers: [*numbers, "1"]),
        ("leaf_value", lambda numbers: ["inf", *numbers[1:]]),
    ],
)
def test_numbers_that_make_no_tree_are_refused(
    name: str, change: Callable[[list[str]], list[str]]
) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Forest.of(damaged(name, change))


def test_nodes_that_share_their_children_are_refused_at_once() -> None:
    text = learnt("small").model_to_string()
    for side in ("left", "right"):
        text = re.sub(rf"^{side}_child=.*$", f"{side}_child=1 2 3 4 5 -1", text, flags=re.MULTILINE)
    with pytest.raises(ValueError, match="no tree"):
        Forest.of(text)
