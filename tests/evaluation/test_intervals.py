"""Intervals hold what they promise, and never more than the queries can tell."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import InvalidInputError
from matcher.evaluation import intervals, metrics
from matcher.evaluation.intervals import mean_interval, paired_difference, statistic_interval


def rng(seed: int = 7) -> np.random.Generator:
    return np.random.default_rng(seed)


def plain_interval(values, generator, resamples):
    """One resample after the other, as a textbook has it."""
    told = [value for value in values if not math.isnan(value)]
    means = []
    for _ in range(resamples):
        picks = generator.integers(0, len(told), len(told))
        means.append(sum(told[pick] for pick in picks) / len(told))
    return np.percentile(means, [2.5, 97.5])


@given(st.lists(st.one_of(st.floats(0, 1), st.just(math.nan)), min_size=2, max_size=20))
def test_the_interval_is_that_of_the_textbook(values):
    told = [value for value in values if not math.isnan(value)]
    found = mean_interval(np.array(values), rng=rng(), resamples=30)
    assert (found.queries, found.left_out) == (len(told), len(values) - len(told))
    if len(told) > 1:
        expected = plain_interval(values, rng(), 30)
        np.testing.assert_allclose([found.low, found.high], expected, atol=1e-12)


def test_many_blocks_draw_as_one_does(monkeypatch):
    values = rng(1).random(50)
    whole = mean_interval(values, rng=rng())
    monkeypatch.setattr(intervals, "BLOCK", 70)
    assert mean_interval(values, rng=rng()) == whole


def test_nineteen_in_twenty_intervals_hold_the_true_mean():
    generator = rng()
    found = [mean_interval(generator.random(200), rng=generator, resamples=300) for _ in range(300)]
    held = np.mean([one.low <= 0.5 <= one.high for one in found])
    assert 0.90 <= held <= 0.98


def test_a_method_that_is_always_a_little_better_is_better_though_the_intervals_overlap():
    theirs = rng(1).random(500)
    ours = theirs + 0.01 + 0.005 * rng(2).standard_normal(500)
    difference = paired_difference(ours, theirs, rng=rng())
    assert 0.009 < difference.interval.low < difference.interval.high < 0.011
    assert difference.share_above == 1
    assert mean_interval(ours, rng=rng()).low < mean_interval(theirs, rng=rng()).high


def test_the_difference_turns_its_sign_with_the_methods():
    a, b = rng(1).random(80), rng(2).random(80)
    one, other = (paired_difference(*pair, rng=rng()) for pair in ((a, b), (b, a)))
    assert one.interval.value == -other.interval.value
    assert one.interval.low == pytest.approx(-other.interval.high)
    assert one.share_above == pytest.approx(1 - other.share_above)


def test_equal_methods_are_never_above_each_other():
    values = rng(1).random(80)
    assert paired_difference(values, values, rng=rng()).share_above == 0


def test_a_query_that_one_method_leaves_out_is_left_out_of_the_difference():
    found = paired_difference(np.array([1.0, math.nan, 1, 1]), np.zeros(4), rng=rng()).interval
    assert (found.value, found.queries, found.left_out) == (1, 3, 1)


@pytest.mark.parametrize("values", [[], [math.nan], [0.7], [0.7, math.nan]])
def test_fewer_than_two_queries_have_no_interval_and_prove_nothing(values):
    told = [value for value in values if not math.isnan(value)]
    found = mean_interval(np.array(values, np.float64), rng=rng())
    assert math.isnan(found.low)
    assert math.isnan(found.high)
    np.testing.assert_equal(found.value, told[0] if told else math.nan)
    better = paired_difference(np.array(values, np.float64), np.zeros(len(values)), rng=rng())
    assert not better.interval.low > 0
    assert math.isnan(better.share_above)


def test_methods_judged_on_other_queries_cannot_be_paired():
    with pytest.raises(InvalidInputError, match="3 queries cannot be paired with 2"):
        paired_difference(np.zeros(3), np.zeros(2), rng=rng())


def test_the_interval_of_any_statistic_is_that_of_the_mean_for_the_mean():
    values = rng(1).random(300)
    direct = mean_interval(values, rng=rng())
    general = statistic_interval(lambda rows: float(values[rows].mean()), 300, rng=rng())
    assert general.value == pytest.approx(direct.value)
    assert (general.low, general.high) == pytest.approx((direct.low, direct.high), abs=0.003)


def test_the_interval_of_coverage_lies_around_the_coverage():
    lists = rng(1).integers(0, 2_000, (300, 5))
    found = statistic_interval(lambda rows: metrics.coverage(lists[rows], 2_000), 300, rng=rng())
    assert found.value == metrics.coverage(lists, 2_000)
    assert found.low < found.value < found.high


def test_a_statistic_of_one_query_or_of_nothing_has_no_interval():
    one = statistic_interval(lambda _: 0.5, 1, rng=rng())
    assert one.value == 0.5
    assert math.isnan(one.low)
    assert math.isnan(statistic_interval(lambda _: math.nan, 40, rng=rng()).high)


def test_resamples_in_which_a_statistic_cannot_be_told_are_left_out():
    amounts = np.array([[1.0, 0.0], [0.0, 0.0]])
    found = statistic_interval(lambda rows: metrics.gini(amounts[rows].sum(axis=0)), 2, rng=rng())
    assert (found.low, found.value, found.high) == (0.5, 0.5, 0.5)


def test_a_thousand_resamples_of_five_thousand_queries_take_under_a_second():
    values = rng(1).random(5_000)
    began = time.process_time()
    mean_interval(values, rng=rng())
    assert time.process_time() - began < 1
