"""Chances rise with scores, are never certain, and come true as often as they say."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.optimize import minimize  # The yardstick of the tests only.

from matcher.errors import InvalidInputError
from matcher.ranking.calibration import Curve, fit_curve

SCORES = st.floats(-50, 50).map(lambda score: round(score, 3))
OUTCOMES = st.lists(st.tuples(SCORES, st.booleans()), min_size=1, max_size=60)


def arrays(outcomes) -> tuple[np.ndarray, np.ndarray]:
    scores, happened = zip(*outcomes, strict=True)
    return np.array(scores, np.float64), np.array(happened, np.bool_)


@given(OUTCOMES)
def test_a_curve_rises_and_is_never_certain(outcomes):
    scores, happened = arrays(outcomes)
    chances = fit_curve(scores, happened)(np.sort(scores))
    assert (np.diff(chances) >= 0).all()
    assert ((chances > 0) & (chances < 1)).all()


def assert_likeliest(scores: np.ndarray, happened: np.ndarray) -> None:
    """Held against a general search; a flat curve only stands where none that rises is better."""
    yes, no = happened.sum(), (~happened).sum()
    targets = np.where(happened, (yes + 1) / (yes + 2), 1 / (no + 2))
    scale = max(float(np.abs(scores).max()), 1.0)

    def unlikeliness(curve) -> float:
        margin = curve[0] * scores / scale + curve[1]
        return float(np.sum(np.logaddexp(0, margin) - targets * margin))

    best = minimize(unlikeliness, [0.0, 0.0], bounds=[(0, None), (None, None)])
    found = fit_curve(scores, happened)
    if found.slope > 0:
        assert unlikeliness([found.slope * scale, found.intercept]) <= best.fun + 1e-4
    else:
        assert best.x[0] * np.ptp(scores) / scale == pytest.approx(0, abs=0.05)


@given(OUTCOMES)
def test_no_rising_curve_makes_the_outcomes_likelier(outcomes):
    assert_likeliest(*arrays(outcomes))


@pytest.mark.parametrize("seed", [41, 123, 144, 187])
def test_scores_far_from_the_rest_do_not_throw_the_search_off(seed):
    rng = np.random.default_rng(seed)
    assert_likeliest(rng.standard_cauchy(60), rng.random(60) < 0.1)


@given(st.integers(1, 60), SCORES)
@example(3, 0.1)
def test_scores_that_all_tie_give_the_common_rate_whatever_rounding_does_to_their_mean(n, score):
    happened = np.arange(n) % 3 == 0
    found = fit_curve(np.full(n, score), happened)
    assert found.slope == 0
    assert found(np.array([-9.0, 9.0])) == pytest.approx((happened.sum() + 1) / (n + 2))


def test_a_single_hire_is_not_certainty():
    scores, happened = np.array([0.0, 1.0]), np.array([False, True])
    low, high = fit_curve(scores, happened)(scores)
    assert 0.3 < low < high < 0.7
    assert fit_curve(np.array([1.0]), np.array([True]))(np.array([1.0]))[0] < 0.7


def test_none_hired_is_not_impossibility():
    chances = fit_curve(np.linspace(-1, 1, 50), np.zeros(50, np.bool_))(np.array([0.0]))
    assert 0 < chances[0] < 0.05


def test_scores_that_separate_all_hires_stay_finite():
    scores = np.linspace(-1, 1, 200)
    found = fit_curve(scores, scores > 0)
    assert found.slope < 1_000
    assert 0 < found(scores)[0] < 0.05
    assert 0.95 < found(scores)[-1] < 1


def test_scores_that_point_the_wrong_way_give_a_flat_curve():
    scores = np.linspace(-1, 1, 200)
    found = fit_curve(scores, scores < -0.2)
    assert found.slope == 0
    assert found(scores) == pytest.approx(81 / 202)


def test_no_outcomes_at_all_give_a_flat_curve():
    assert fit_curve(np.empty(0), np.empty(0, np.bool_)) == Curve(0.0, 0.0)


def test_chances_come_true_as_often_as_they_say():
    rng = np.random.default_rng(4)
    scores = rng.normal(-1, 2, 20_000)
    happened = rng.random(20_000) < 1 / (1 + np.exp(-(0.7 * scores - 0.4)))
    found = fit_curve(scores, happened)
    assert (found.slope, found.intercept) == pytest.approx((0.7, -0.4), abs=0.06)


@given(st.floats(0.001, 1_000), st.floats(-1_000, 1_000))
def test_the_unit_of_the_scores_does_not_matter(unit, shift):
    rng = np.random.default_rng(4)
    scores = rng.normal(size=100)
    happened = rng.random(100) < 1 / (1 + np.exp(-scores))
    moved = scores * unit + shift
    np.testing.assert_allclose(
        fit_curve(moved, happened)(moved), fit_curve(scores, happened)(scores), atol=1e-5
    )


def test_scores_far_beyond_those_seen_raise_no_alarm():
    chances = Curve(1_000.0, 0.0)(np.array([-1e6, -1.0, 0.0, 1.0, 1e6]))
    assert (np.diff(chances) >= 0).all()
    assert np.isfinite(chances).all()


@given(st.floats(0, 1e6), st.floats(-1e6, 1e6))
def test_a_stored_curve_is_the_same_curve(slope, intercept):
    curve = Curve(slope, intercept)
    assert Curve.of_json(json.loads(json.dumps(curve.as_json()))) == curve


@pytest.mark.parametrize(
    "content",
    ['{"slope": 1}', '{"slope": "steep", "intercept": 0}', "[]", '{"slope": null, "intercept": 0}',
     '{"slope": -1, "intercept": 0}', '{"slope": NaN, "intercept": 0}',
     '{"slope": 1, "intercept": Infinity}'],
)  # fmt: skip
def test_a_damaged_curve_is_refused(content):
    with pytest.raises(InvalidInputError):
        Curve.of_json(json.loads(content))
