"""What is learnt is what the past shows, never against common sense, and never from too little."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from matcher.errors import NotReadyError
from matcher.features.pairs import FEATURE_NAMES
from matcher.ranking.examples import Examples
from matcher.ranking.propensity import Propensity, Source
from matcher.ranking.trained import TrainedRanker
from matcher.ranking.training import (
    EACH_NEEDED,
    MONOTONE,
    MOST_WEIGHT,
    NOT_SHOWN,
    SILENCE,
    fit,
    weights_of,
)
from tests.ranking.made_up import merits_of, past, rows_of

READ = Propensity(0.5, Source.ASSUMED)


def learn(examples: Examples, version: str = "made-up") -> TrainedRanker:
    return fit(examples, weights_of(examples, READ), version=version)


@cache
def learnt() -> TrainedRanker:
    return learn(past(lists=1_200, rate=0.15).examples)


@cache
def against_sense() -> TrainedRanker:
    """Learnt from a past that pulls to and fro along every feature."""
    made = past(lists=3_000, rate=0.3).examples
    rng = np.random.default_rng(5)
    standard = (made.rows - np.nanmean(made.rows, axis=0)) / np.nanstd(made.rows, axis=0)
    known = np.nan_to_num(standard) * [sign or 1 for sign in MONOTONE.values()]
    # The baseline has its say of likeness already: the trees shall look at the others.
    known[:, : FEATURE_NAMES.index("occupation_closeness")] /= 10
    merits = 2 * (np.sin(3 * known) + known / 2).sum(axis=1)
    interviewed = made.referred & (rng.random(len(merits)) < 1 / (1 + np.exp(-merits)))
    hired = interviewed & (rng.random(len(merits)) < 0.5)
    gains = np.where(hired, 3.0, interviewed.astype(float))
    return learn(replace(made, gains=gains, interviewed=interviewed, hired=hired))


def test_every_feature_has_a_stated_direction():
    assert set(MONOTONE) == set(FEATURE_NAMES)


VALUES = st.floats(-3, 3, width=32) | st.floats(0, 40, width=32)


@given(
    st.lists(VALUES | st.just(np.nan), min_size=14, max_size=14),
    st.sampled_from([name for name, sign in MONOTONE.items() if sign]),
    VALUES,
    VALUES,
)
def test_no_constrained_feature_ever_moves_a_score_the_wrong_way(others, name, one, other):
    rows = np.array([others, others], np.float32)
    rows[:, FEATURE_NAMES.index(name)] = sorted((one, other))
    lower, higher = against_sense().scores(rows)
    assert MONOTONE[name] * (higher - lower) >= 0


def test_the_trees_of_the_test_above_look_at_every_constrained_feature():
    used = against_sense().booster.feature_importance()
    assert all(count > 0 for count, sign in zip(used, MONOTONE.values(), strict=True) if sign)


def test_a_known_preference_is_found_in_people_never_seen():
    rng = np.random.default_rng(99)
    rows = rows_of(4_000, rng)
    merits = merits_of(rows)
    scores = learnt().scores(rows)
    assert roc_auc_score(merits > np.median(merits), scores) > 0.85


def test_a_chance_is_what_comes_true():
    later = past(lists=3_000, rate=0.15, seed=77).examples
    known = later.referred
    chances = learnt().chances(learnt().scores(later.rows[known]))
    assert chances.hired.mean() == pytest.approx(later.hired[known].mean(), abs=0.05)
    assert chances.interviewed.mean() == pytest.approx(later.interviewed[known].mean(), abs=0.05)
    assert roc_auc_score(later.hired[known], chances.hired) > 0.55


def test_an_unknown_way_is_no_short_way_even_where_the_past_knew_all_ways():
    made = past(lists=900, rate=0.3).examples
    column = FEATURE_NAMES.index("distance_km")
    rows = made.rows.copy()
    rows[:, column] = np.nan_to_num(rows[:, column], nan=20.0)
    probe = np.full((3, len(FEATURE_NAMES)), np.nan, np.float32)
    probe[:, column] = 0, np.nan, 40
    near, unknown, far = learn(replace(made, rows=rows)).scores(probe)
    assert near > unknown > far


def test_the_same_examples_give_the_same_bytes():
    made = past(lists=900, rate=0.15).examples
    one, other = learn(made), learn(made)
    assert one.booster.model_to_string() == other.booster.model_to_string()
    assert (one.hired, one.interviewed) == (other.hired, other.interviewed)


def test_the_trees_see_nothing_of_the_later_days():
    made = past(lists=900, rate=0.15).examples
    cut = int(made.offsets[np.searchsorted(made.days, made.days[int(0.8 * len(made))])])
    turned = made.rows.copy()
    turned[cut:] *= -1
    one, other = learn(made), learn(replace(made, rows=turned))
    assert one.booster.model_to_string() == other.booster.model_to_string()
    assert one.hired != other.hired


def test_a_day_is_not_torn():
    """All but the first 90 lists are of one day, hence later, which leaves too few earlier."""
    made = past(lists=900, rate=0.3).examples
    days = np.where(np.arange(900) < 90, made.days, made.days[90])
    assert learn(made).trained
    with pytest.raises(NotReadyError, match="fared differently"):
        learn(replace(made, days=days))


def told_apart(examples: Examples, hires: int) -> Examples:
    """The examples with only the last so many hires left, and no other interviews."""
    kept = np.flatnonzero(examples.hired)[len(np.flatnonzero(examples.hired)) - hires :]
    hired = np.zeros(len(examples.gains), np.bool_)
    hired[kept] = True
    return replace(examples, gains=3.0 * hired, hired=hired, interviewed=hired)


@pytest.mark.parametrize("hires", [0, 1], ids=["all-negative", "single placement"])
def test_what_led_to_next_to_nothing_teaches_nothing(hires):
    with pytest.raises(NotReadyError, match=r"^Too little to learn from: [01] lists") as raised:
        learn(told_apart(past().examples, hires))
    assert raised.value.remedy


def test_no_lists_at_all_teach_nothing():
    with pytest.raises(NotReadyError, match="0 lists"):
        learn(past().examples.lists(0, 0))


@pytest.mark.parametrize(
    ("part", "what"),
    [("few referrals", "newer referrals"), ("no hire", "a hire"), ("all hired", "no hire")],
)
def test_curves_need_newer_referrals_of_both_kinds(part, what):
    made = past(lists=900, rate=0.3).examples
    later = np.arange(len(made.gains)) >= made.offsets[700]
    referred, hired = made.referred.copy(), made.hired.copy()
    if part == "few referrals":
        referred[later] = False
    elif part == "no hire":
        hired[later] = False
    else:
        hired[later] = referred[later]
    with pytest.raises(NotReadyError, match=what) as raised:
        learn(replace(made, referred=referred, hired=hired))
    assert "100" in raised.value.message or str(EACH_NEEDED) in raised.value.message


def test_features_that_all_tie_teach_nothing():
    made = past(lists=900, rate=0.3).examples
    with pytest.raises(NotReadyError, match="no feature"):
        learn(replace(made, rows=np.ones_like(made.rows)))


def test_a_referral_from_far_down_weighs_more_up_to_a_limit():
    made = past(lists=1).examples
    everywhere = replace(made, referred=np.ones_like(made.referred))
    shown = made.positions > 0
    weights = weights_of(everywhere, Propensity(1.0, Source.ASSUMED))
    expected = np.minimum(made.positions[shown], MOST_WEIGHT)
    np.testing.assert_allclose(weights[shown], expected)
    np.testing.assert_allclose(weights[~shown], 1.0)


def test_silence_weighs_less_the_less_a_place_is_read():
    made = past(lists=1).examples
    nowhere = replace(made, referred=np.zeros_like(made.referred))
    shown = made.positions > 0
    weights = weights_of(nowhere, Propensity(1.0, Source.ASSUMED))
    np.testing.assert_allclose(weights[shown], SILENCE / made.positions[shown])
    np.testing.assert_allclose(weights[~shown], NOT_SHOWN)


def test_a_heavier_pair_moves_the_trees_more():
    made = past(lists=900, rate=0.2).examples
    even = weights_of(made, READ)
    near = np.nan_to_num(made.rows[:, FEATURE_NAMES.index("distance_km")], nan=40.0) < 20
    heavier = np.where(near & (made.gains > 0), 5.0, 1.0) * even
    probe = np.full((2, len(FEATURE_NAMES)), np.nan, np.float32)
    probe[:, FEATURE_NAMES.index("distance_km")] = 5, 35
    close, far = fit(made, even, version="a").scores(probe)
    closer, farther = fit(made, heavier, version="b").scores(probe)
    assert closer - farther > close - far
