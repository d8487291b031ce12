"""A trained ranker scores each pair for itself, explains its scores, and knows its features."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import lightgbm as lgb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import ArtefactError
from matcher.features.pairs import FEATURE_NAMES
from matcher.ranking.calibration import Curve
from matcher.ranking.forest import Forest
from matcher.ranking.propensity import Propensity, Source
from matcher.ranking.trained import TrainedRanker
from matcher.ranking.training import fit, weights_of
from tests.ranking.made_up import past, referrals_of, rows_of


@cache
def ranker() -> TrainedRanker:
    examples = past(rate=0.2).examples
    read = Propensity(0.5, Source.ASSUMED)
    weights = weights_of(examples, read)
    return fit(examples, weights, referrals_of(examples), propensity=read, version="made-up")


def some_rows(pairs: int = 300) -> np.ndarray:
    return rows_of(pairs, np.random.default_rng(3))


def test_what_the_features_added_and_the_average_pair_make_the_score():
    rows = some_rows()
    trees = lgb.Booster(model_str=ranker().trees.text)
    whole = np.asarray(trees.predict(rows, pred_contrib=True))
    np.testing.assert_allclose(
        ranker().contributions(rows).sum(axis=1) + whole[:, -1], ranker().scores(rows), atol=1e-9
    )
    assert np.ptp(whole[:, -1]) == 0


@given(st.lists(st.integers(0, 299), min_size=1, max_size=20))
def test_the_score_of_a_pair_does_not_depend_on_its_company(chosen):
    rows = some_rows()
    np.testing.assert_array_equal(ranker().scores(rows)[chosen], ranker().scores(rows[chosen]))
    np.testing.assert_array_equal(
        ranker().contributions(rows)[chosen], ranker().contributions(rows[chosen])
    )


def test_no_pairs_have_no_scores_contributions_or_chances():
    nothing = some_rows(0)
    assert ranker().scores(nothing).shape == (0,)
    assert ranker().contributions(nothing).shape == (0, len(FEATURE_NAMES))
    assert ranker().chances(nothing, ranker().scores(nothing)).hired.shape == (0,)


def test_pairs_alike_tie():
    scores = ranker().scores(np.repeat(some_rows(1), 3, axis=0))
    assert len(set(scores.tolist())) == 1


def test_a_pair_of_which_nothing_is_known_still_has_a_score_and_a_chance():
    blank = np.full((1, len(FEATURE_NAMES)), np.nan, np.float32)
    scores = ranker().scores(blank)
    assert np.isfinite(scores).all()
    assert 0 < ranker().chances(blank, scores).hired[0] < 1


def test_an_interview_is_never_less_likely_than_the_hire_after_it():
    crossing = replace(ranker(), hired=Curve(3.0, 0.0), interviewed=Curve(1.0, 0.0))
    blank = np.full((50, len(FEATURE_NAMES)), np.nan, np.float32)
    chances = crossing.chances(blank, np.linspace(-3, 3, 50))
    assert (chances.interviewed >= chances.hired).all()
    assert (np.diff(chances.interviewed) > 0).all()


def test_a_stored_model_scores_as_before_to_the_last_bit():
    again, hires = (
        Forest.of(lgb.Booster(model_str=trees.text).model_to_string())
        for trees in (ranker().trees, ranker().hires)
    )
    rows = some_rows()
    stored = replace(ranker(), trees=again, hires=hires)
    told, before = (one.chances(rows, one.scores(rows)) for one in (stored, ranker()))
    np.testing.assert_array_equal(told.hired, before.hired)
    np.testing.assert_array_equal(stored.scores(rows), ranker().scores(rows))


@pytest.mark.parametrize("trees", ["trees", "hires"])
@pytest.mark.parametrize("names", [("wage", "mood"), tuple(reversed(FEATURE_NAMES))])
def test_a_model_of_other_features_is_refused_naming_both_sides(names, trees):
    data = lgb.Dataset(np.random.default_rng(0).normal(size=(200, len(names))), np.arange(200) % 2)
    data.feature_name = list(names)
    booster = lgb.train({"verbosity": -1, "num_threads": 1}, data, 1)
    with pytest.raises(ArtefactError) as raised:
        replace(ranker(), **{trees: Forest.of(booster.model_to_string())})
    assert ", ".join(names) in raised.value.message
    assert ", ".join(FEATURE_NAMES) in raised.value.message
    assert raised.value.remedy


def test_a_crowd_lowers_the_chance_of_a_hire_and_leaves_the_order_as_it_is():
    examples = past(rate=0.4).examples
    known = referrals_of(examples)
    crowd = FEATURE_NAMES.index("sent_per_opening")
    for rows in (examples.rows, known.rows):
        rows[:, crowd] = np.random.default_rng(1).integers(0, 6, len(rows))
    refused = known.rows[:, crowd] > 2
    learnt = replace(known, hired=known.hired & ~refused)
    read = Propensity(0.5, Source.ASSUMED)
    weights = weights_of(examples, read)
    found = fit(examples, weights, learnt, propensity=read, version="crowded")
    empty, full = some_rows(), some_rows()
    empty[:, crowd], full[:, crowd] = 0, 5
    np.testing.assert_array_equal(found.scores(empty), found.scores(full))
    chances = [found.chances(rows, found.scores(rows)).hired for rows in (empty, full)]
    assert (chances[0] > chances[1]).all()
    assert chances[1].mean() < 0.1 * chances[0].mean()
