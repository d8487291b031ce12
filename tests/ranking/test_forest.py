"""Trees asked by our own loops say what LightGBM says of them, to the last bit."""

from __future__ import annotations

import re
from functools import cache

import lightgbm as lgb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from matcher.ranking.forest import MOST_LEAVES, TOGETHER, Forest

FEATURES = 4
KINDS = {
    "small": {"num_leaves": 7},
    "stumps": {"num_leaves": 2},
    "large": {"num_leaves": MOST_LEAVES, "min_data_in_leaf": 2},
    "nothing is missing": {"num_leaves": 7, "use_missing": False},
    "deep": {"num_leaves": 12, "min_data_in_leaf": 1, "max_depth": -1},
}


@cache
def learnt(kind: str, seed: int = 0, trees: int = 12) -> lgb.Booster:
    rng = np.random.default_rng(seed)
    rows = rng.integers(-4, 5, (400, FEATURES)) / np.float32(3)
    if kind != "nothing is missing":
        rows[rng.random(rows.shape) < 0.2] = np.nan
    wanted = np.nan_to_num(rows, nan=2.0) @ rng.normal(size=FEATURES) + rng.normal(size=400)
    options = {"objective": "regression", "verbosity": -1, "num_threads": 1, **KINDS[kind]}
    booster = lgb.train(options, lgb.Dataset(rows, wanted), num_boost_round=trees)
    return lgb.Booster(model_str=booster.model_to_string())


@cache
def asked_by_us(kind: str) -> Forest:
    return Forest.of(learnt(kind).model_to_string())


def near_thresholds(kind: str) -> st.SearchStrategy[np.ndarray]:
    """Rows of whatever a feature may hold, thresholds and their neighbours above all."""
    ours = asked_by_us(kind)
    at = np.unique(ours.nodes.thresholds)
    told = [*at, *np.nextafter(at, np.float32(np.inf)), 0.0, -0.0, np.nan, np.inf, -np.inf]
    values = st.sampled_from([float(value) for value in told]) | st.floats(width=32)
    shape = st.tuples(st.integers(0, 12), st.just(FEATURES))
    return arrays.arrays(np.float32, shape, elements=values)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_sums_are_those_of_lightgbm(kind: str, data: st.DataObject) -> None:
    rows = data.draw(near_thresholds(kind))
    plain = learnt(kind).predict(rows, raw_score=True, num_threads=1) if len(rows) else []
    np.testing.assert_array_equal(asked_by_us(kind).sums(rows), plain)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_contributions_are_those_of_lightgbm(kind: str, data: st.DataObject) -> None:
    rows = data.draw(near_thresholds(kind).filter(len))
    plain = np.asarray(learnt(kind).predict(rows, pred_contrib=True, num_threads=1))[:, :-1]
    np.testing.assert_allclose(asked_by_us(kind).contributions(rows), plain, atol=1e-9)


@pytest.mark.parametrize("count", [0, 1, TOGETHER - 1, TOGETHER, 2 * TOGETHER + 3])
def test_any_number_of_rows_is_asked(count: int) -> None:
    rows = np.random.default_rng(1).normal(size=(count, FEATURES)).astype(np.float32)
    found = asked_by_us("small").sums(rows)
    assert found.shape == (count,)
    alone = [asked_by_us("small").sums(row[None])[0] for row in rows]
    np.testing.assert_array_equal(found, alone)
    assert asked_by_us("small").contributions(rows).shape == (count, FEATURES)


def test_rows_that_do_not_lie_side_by_side_are_read_as_they_are() -> None:
    wide = np.random.default_rng(1).normal(size=(40, 2 * FEATURES)).astype(np.float32)
    rows = wide[::2, :FEATURES]
    ours = asked_by_us("small")
    np.testing.assert_array_equal(ours.sums(rows), ours.sums(rows.copy()))
    np.testing.assert_array_equal(ours.contributions(rows), ours.contributions(rows.copy()))


def test_trees_that_ask_nothing_and_no_trees_at_all() -> None:
    rows = np.random.default_rng(1).normal(size=(50, FEATURES)).astype(np.float32)
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


def test_the_text_and_the_names_are_kept() -> None:
    ours, text = asked_by_us("small"), learnt("small").model_to_string()
    assert ours.text == text
    assert ours.feature_names == tuple(learnt("small").feature_name())
    assert len(ours) == 12


def of_another_kind(**options: object) -> str:
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 9, (400, FEATURES)).astype(np.float32)
    # Sorted by nothing that one number could tell.
    wanted = np.isin(rows[:, 0], (1, 4, 6)) + rows[:, 1] / 10
    special = {"verbosity": -1, "objective": "regression", **options}
    named = [0] if options.pop("categorical", False) else "auto"
    special.pop("categorical", None)
    data = lgb.Dataset(rows, wanted, categorical_feature=named)
    return lgb.train(special, data, num_boost_round=3).model_to_string()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tree\n",
        learnt("small").model_to_string()[:2_000],
        of_another_kind(categorical=True),
        of_another_kind(linear_tree=True),
        of_another_kind(zero_as_missing=True),
        of_another_kind(num_leaves=MOST_LEAVES + 8, min_data_in_leaf=1),
    ],
    ids=["empty", "bare", "cut short", "categories", "linear", "zeros missing", "too many leaves"],
)
def test_what_is_no_such_model_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Forest.of(text)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("left_child", lambda numbers: ["0", *numbers[1:]]),
        ("left_child", lambda numbers: ["99", *numbers[1:]]),
        ("right_child", lambda numbers: [numbers[1], *numbers[1:]]),
        ("right_child", lambda numbers: numbers[:-1]),
        ("split_feature", lambda numbers: [str(FEATURES), *numbers[1:]]),
        ("threshold", lambda numbers: ["x", *numbers[1:]]),
        ("internal_count", lambda numbers: ["0", *numbers[1:]]),
        ("leaf_value", lambda numbers: [*numbers, "1"]),
    ],
)
def test_nodes_that_are_no_tree_are_refused(name: str, change) -> None:
    text = learnt("small").model_to_string()
    line = re.search(rf"^{name}=(.*)$", text, re.MULTILINE)
    damaged = f"{name}={' '.join(change(line[1].split()))}"
    with pytest.raises(ValueError, match=r"\w"):
        Forest.of(text[: line.start()] + damaged + text[line.end() :])
