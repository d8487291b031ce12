"""The figures of whole batches of lists say what the plain ones say of each list."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from matcher.errors import InvalidInputError
from matcher.evaluation import metrics
from matcher.evaluation.metrics import NOTHING, SMALL_GROUP, UNLISTED, Pools, rank
from tests.evaluation import plain

GAINS = st.sampled_from([0.0, 0.0, 1.0, 2.0, 3.0])
SCORES = st.sampled_from([-math.inf, -1.0, -0.0, 0.0, 0.5, 2.0])
LISTS = st.lists(st.lists(st.tuples(GAINS, SCORES), max_size=12), max_size=6)
KS = st.integers(1, 14)


def pools_of(lists, items=None) -> Pools:
    gains = [gain for rows in lists for gain, _ in rows]
    return Pools(
        offsets=np.cumsum([0, *map(len, lists)]),
        items=np.array(range(len(gains)) if items is None else items, np.int64),
        gains=np.array(gains, np.float64),
    )


def judged(lists):
    pools = pools_of(lists)
    ranks = rank(pools, [score for rows in lists for _, score in rows])
    singly = [([gain for gain, _ in rows], [score for _, score in rows]) for rows in lists]
    return pools, ranks, singly


@given(LISTS)
def test_ranks_are_those_that_a_person_reads_off(lists):
    pools, ranks, singly = judged(lists)
    for query, (gains, scores) in enumerate(singly):
        expected = dict.fromkeys(range(len(gains)), UNLISTED)
        expected |= {row: place for place, row in enumerate(plain.order(scores), start=1)}
        rows = pools.rows_of(np.array([query]))
        assert dict(enumerate(ranks[rows].tolist())) == expected


@given(LISTS, KS)
@example(lists=[], k=1)
@example(lists=[[]], k=3)
@example(lists=[[], [(1.0, 0.5)], []], k=1)
@example(lists=[[(0.0, 1.0), (0.0, 2.0)]], k=5)
@example(lists=[[(3.0, -math.inf), (1.0, -math.inf)]], k=2)
@example(lists=[[(2.0, 0.0)] * 5], k=2)
def test_the_figures_of_lists_agree_with_the_plain_ones(lists, k):
    pools, ranks, singly = judged(lists)
    for fast, slow in (
        (metrics.recall_at_k(pools, ranks, k), [plain.recall(*one, k) for one in singly]),
        (metrics.hit_at_k(pools, ranks, k), [plain.hit(*one, k) for one in singly]),
        (metrics.reciprocal_rank(pools, ranks), [plain.reciprocal_rank(*one) for one in singly]),
        (metrics.ndcg_at_k(pools, ranks, k), [plain.ndcg(*one, k) for one in singly]),
    ):
        np.testing.assert_allclose(fast, np.array(slow, np.float64), rtol=1e-12)


@given(st.lists(GAINS, min_size=2, max_size=15), KS, st.randoms())
def test_ndcg_agrees_with_scikit_learn(gains, k, random):
    scores = random.sample(range(100), len(gains))
    pools, ranks, _ = judged([list(zip(gains, scores, strict=True))])
    (ours,) = metrics.ndcg_at_k(pools, ranks, k)
    if any(gains):
        assert ours == pytest.approx(ndcg_score([np.exp2(gains) - 1], [scores], k=k))
    else:
        assert math.isnan(ours)


def test_the_figures_of_a_list_worked_out_by_hand():
    pools, ranks, _ = judged([[(1.0, 0.9), (0.0, 0.8), (2.0, 0.7), (1.0, 0.1)]])
    best = 3 + 1 / math.log2(3) + 1 / 2
    assert metrics.recall_at_k(pools, ranks, 3) == pytest.approx(2 / 3)
    assert metrics.hit_at_k(pools, ranks, 1) == 1
    assert metrics.reciprocal_rank(pools, ranks) == 1
    assert metrics.ndcg_at_k(pools, ranks, 3) == pytest.approx((1 + 3 / 2) / best)


def test_equal_scores_rank_in_the_order_of_rows():
    _, ranks, _ = judged([[(1.0, 0.5)] * 4, [(0.0, 0.0), (1.0, -0.0)]])
    assert ranks.tolist() == [1, 2, 3, 4, 1, 2]


def test_a_candidate_that_is_not_listed_still_counts_as_missed():
    pools, ranks, _ = judged([[(1.0, 0.5), (1.0, -math.inf)]])
    assert metrics.recall_at_k(pools, ranks, 10) == 0.5
    assert metrics.slates(pools, ranks, 2).tolist() == [[0, NOTHING]]


@given(LISTS, st.lists(st.integers(0, 5), max_size=8))
def test_rows_of_chosen_queries_come_in_the_order_chosen(lists, chosen):
    pools = pools_of(lists)
    queries = [query for query in chosen if query < len(lists)]
    expected = [np.arange(pools.offsets[q], pools.offsets[q + 1]) for q in queries]
    rows = pools.rows_of(np.array(queries, np.int64))
    assert rows.tolist() == [row for rows in expected for row in rows.tolist()]


@pytest.mark.parametrize("scores", [[1.0], [1.0, math.nan], [[1.0, 2.0]]])
def test_scores_that_are_missing_or_no_numbers_are_refused(scores):
    with pytest.raises(InvalidInputError, match="for 2 candidates"):
        rank(pools_of([[(0.0, 0.0), (1.0, 0.0)]]), scores)


@pytest.mark.parametrize(
    ("offsets", "gains"),
    [([], [1.0]), ([0, 2], [1.0]), ([1, 1], [1.0]), ([0, 2, 1], [1.0]), ([0, 1], [1.0, 0.0])],
)
def test_pools_whose_rows_do_not_fit_are_refused(offsets, gains):
    with pytest.raises(InvalidInputError, match="same rows"):
        Pools(offsets=np.array(offsets), items=np.array([0]), gains=np.array(gains))


@pytest.mark.parametrize("gain", [-1.0, math.nan, math.inf])
def test_a_gain_that_is_no_grade_is_refused(gain):
    with pytest.raises(InvalidInputError, match="gain"):
        Pools(offsets=np.array([0, 1]), items=np.array([0]), gains=np.array([gain]))


@given(LISTS, KS, st.data())
def test_coverage_and_exposure_agree_with_the_plain_ones(lists, k, data):
    size = sum(map(len, lists))
    items = data.draw(st.lists(st.integers(0, 6), min_size=size, max_size=size))
    pools = pools_of(lists, items)
    ranks = rank(pools, [score for rows in lists for _, score in rows])
    shown = metrics.slates(pools, ranks, k)
    expected = [
        [items[first + row] for row in plain.order([score for _, score in rows])[:k]]
        for first, rows in zip(pools.offsets.tolist(), lists, strict=False)
    ]
    assert [[item for item in one if item != NOTHING] for one in shown.tolist()] == expected
    assert metrics.coverage(shown, 7) == pytest.approx(plain.coverage(expected, 7))
    attention = metrics.exposure(shown, 7)
    np.testing.assert_allclose(attention, plain.exposure(expected, 7))


def test_an_empty_catalogue_has_no_coverage():
    assert math.isnan(metrics.coverage(np.empty((0, 10), np.int64), 0))


@given(st.lists(st.integers(0, 50), max_size=30))
def test_gini_is_half_the_relative_mean_difference(amounts):
    fast = metrics.gini(np.array(amounts, np.float64))
    np.testing.assert_allclose(fast, plain.gini(amounts), atol=1e-12)


def test_gini_is_nothing_when_all_have_the_same_and_most_when_one_has_all():
    assert metrics.gini(np.full(10, 0.3)) == pytest.approx(0)
    assert metrics.gini(np.eye(10)[4]) == pytest.approx(0.9)


PROBABILITIES = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.2, 0.35, 0.5, 0.8, 1.0]), st.integers(0, 1)),
    min_size=1,
    max_size=60,
)


@given(PROBABILITIES, st.integers(1, 12), st.randoms())
def test_the_reliability_table_accounts_for_every_row_and_not_for_their_order(rows, bins, random):
    table = table_of(rows, bins)
    ordered = sorted(rows)
    ends = np.cumsum(table.count).tolist()
    members = [ordered[e - n : e] for e, n in zip(ends, table.count.tolist(), strict=True)]
    assert ends[-1] == len(rows)
    assert len(members) <= bins
    assert table.expected_error == pytest.approx(plain.calibration_error(members))
    for one, next_one in pairwise(members):
        assert one[-1][0] < next_one[0][0]
    shuffled = random.sample(rows, len(rows))
    np.testing.assert_allclose(table_of(shuffled, bins).observed, table.observed)


def table_of(rows, bins):
    probabilities, outcomes = zip(*rows, strict=True)
    return metrics.reliability(np.array(probabilities), outcomes, bins=bins)


def test_different_probabilities_fill_bins_of_equal_mass():
    table = metrics.reliability(np.linspace(0, 1, 100), np.arange(100) >= 50, bins=4)
    assert table.count.tolist() == [25, 25, 25, 25]
    assert table.observed.tolist() == [0, 0, 1, 1]
    assert table.predicted == pytest.approx(np.array([12, 37, 62, 87]) / 99)


def test_a_probability_that_comes_true_has_no_calibration_error():
    outcomes = np.arange(100) < 20
    table = metrics.reliability(np.full(100, 0.2), outcomes)
    assert table.count.tolist() == [100]
    assert table.expected_error == pytest.approx(0)
    assert metrics.reliability(np.full(100, 0.9), outcomes).expected_error == pytest.approx(0.7)


def test_nothing_predicted_has_an_empty_table_and_no_error():
    table = metrics.reliability(np.empty(0), [])
    assert len(table.count) == 0
    assert math.isnan(table.expected_error)


@given(st.lists(st.tuples(st.integers(0, 60), st.floats(0, 1)), max_size=5))
def test_the_impact_ratio_agrees_with_the_plain_one(groups):
    values = np.array([float(i < share * n) for n, share in groups for i in range(n)])
    label = np.repeat(np.arange(len(groups)), [n for n, _ in groups])
    masks = {f"group {number}": label == number for number in range(len(groups))}
    found = metrics.impact(values, masks)
    rates = [
        (float(values[label == number].mean()) if n else 0.0, n)
        for number, (n, _) in enumerate(groups)
    ]
    np.testing.assert_allclose(found.ratio, plain.impact_ratio(rates))
    assert [group.count for group in found.groups] == [n for _, n in rates]
    for group, (rate, n) in zip(found.groups, rates, strict=True):
        assert group.too_small == (n < SMALL_GROUP)
        np.testing.assert_allclose(group.rate, math.nan if n < SMALL_GROUP else rate)


def test_four_fifths_is_not_adverse_and_less_is():
    values = np.repeat([1.0, 0.0], [80, 20])
    others = np.repeat([1.0, 0.0], [64, 36])
    women = np.arange(200) < 100
    at_the_line = metrics.impact(np.concatenate([values, others]), {"f": women, "m": ~women})
    assert at_the_line.ratio == pytest.approx(0.8)
    assert not at_the_line.adverse
    others[63] = 0
    assert metrics.impact(np.concatenate([values, others]), {"f": women, "m": ~women}).adverse


def test_a_person_without_a_figure_is_not_counted_and_groups_may_overlap():
    values = np.array([1.0] * 40 + [math.nan] * 40)
    everybody = np.ones(80, np.bool_)
    found = metrics.impact(values, {"all": everybody, "late": np.arange(80) >= 30})
    assert [(group.count, group.too_small) for group in found.groups] == [(40, False), (10, True)]
    assert math.isnan(found.ratio)
    assert not found.adverse
