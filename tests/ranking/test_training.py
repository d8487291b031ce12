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
from matcher.ranking.examples import Examples, Referrals
from matcher.ranking.forest import Forest
from matcher.ranking.propensity import Propensity, Source
from matcher.ranking.trained import TrainedRanker
from matcher.ranking.training import (
    EACH_NEEDED,
    MONOTONE,
    MOST_WEIGHT,
    NEWER,
    NOT_SHOWN,
    REFERRED_NEEDED,
    SILENCE,
    fit,
    weights_of,
)
from tests.ranking.made_up import merits_of, past, referrals_of, rows_of

READ = Propensity(0.5, Source.ASSUMED)


def learn(examples: Examples, version: str = "made-up") -> TrainedRanker:
    return fit(
        examples,
        weights_of(examples, READ),
        referrals_of(examples),
        propensity=READ,
        version=version,
    )


@cache
def learnt() -> TrainedRanker:
    return learn(past(lists=4_000, rate=0.15).examples)


@cache
def against_sense() -> TrainedRanker:
    """Learnt from a past that pulls to and fro along every feature."""
    made = past(lists=3_000, rate=0.3, seed=2).examples
    rng = np.random.default_rng(5)
    standard = (made.rows - np.nanmean(made.rows, axis=0)) / np.nanstd(made.rows, axis=0)
    known = np.nan_to_num(standard) * [sign or 1 for sign in MONOTONE.values()]
    # The baseline has its say of likeness already: the trees shall look at the others.
    known[:, : FEATURE_NAMES.index("occupation_closeness")] /= 10
    merits = 2 * (np.sin(3 * known) + known / 2).sum(axis=1)
    interviewed = made.referred & (rng.random(len(merits)) < 1 / (1 + np.exp(-merits)))
    hired = interviewed & (rng.random(len(merits)) < 0.5)
    gains = np.where(hired, 3.0, interviewed.astype(float))
    return learn(replace(made, gains=gains))


def test_every_feature_has_a_stated_direction():
    assert set(MONOTONE) == set(FEATURE_NAMES)


VALUES = st.floats(-3, 3, width=32) | st.floats(0, 40, width=32)


@given(
    st.lists(VALUES | st.just(np.nan), min_size=len(FEATURE_NAMES), max_size=len(FEATURE_NAMES)),
    st.sampled_from([name for name, sign in MONOTONE.items() if sign]),
    VALUES,
    VALUES,
)
def test_no_constrained_feature_ever_moves_a_score_or_chance_the_wrong_way(
    others, name, one, other
):
    rows = np.array([others, others], np.float32)
    rows[:, FEATURE_NAMES.index(name)] = sorted((one, other))
    scores = against_sense().scores(rows)
    chances = against_sense().chances(rows, scores)
    for lower, higher in (scores, chances.hired):
        assert MONOTONE[name] * (higher - lower) >= 0


def asked(trees: Forest) -> np.ndarray:
    """How many nodes ask each feature."""
    return np.bincount(trees.nodes.features, minlength=len(FEATURE_NAMES))


def test_the_trees_of_the_test_above_look_at_every_constrained_feature():
    used = dict(zip(FEATURE_NAMES, asked(against_sense().trees), strict=True))
    # How many came before says nothing of who suits whom.
    assert used.pop("sent_per_opening") == 0
    assert all(count > 0 for name, count in used.items() if MONOTONE[name])
    assert sum(asked(against_sense().hires) > 0) > len(FEATURE_NAMES) / 2


def test_a_known_preference_is_found_in_people_never_seen():
    rng = np.random.default_rng(99)
    rows = rows_of(4_000, rng)
    merits = merits_of(rows)
    scores = learnt().scores(rows)
    assert roc_auc_score(merits > np.median(merits), scores) > 0.85


def test_a_chance_is_what_comes_true():
    later = referrals_of(past(lists=3_000, rate=0.15, seed=77).examples)
    chances = learnt().chances(later.rows, learnt().scores(later.rows))
    assert chances.hired.mean() == pytest.approx(later.hired.mean(), abs=0.05)
    assert chances.interviewed.mean() == pytest.approx(later.interviewed.mean(), abs=0.05)
    assert roc_auc_score(later.hired, chances.hired) > 0.55


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
    assert one.trees.text == other.trees.text
    assert one.hires.text == other.hires.text
    assert (one.hired, one.interviewed) == (other.hired, other.interviewed)


def test_the_curves_know_no_score_of_trees_that_saw_its_day():
    """Chances of what is mere noise to all but its own day are those of chance."""
    made = past(lists=900, rate=0.3).examples
    rng = np.random.default_rng(8)
    gains = np.where(made.referred & (rng.random(len(made.gains)) < 0.3), 3.0, 0.0)
    noise = replace(made, gains=gains)
    known = referrals_of(noise)
    learnt_by_heart = learn(noise)
    spread = learnt_by_heart.chances(known.rows, learnt_by_heart.scores(known.rows)).hired
    assert np.quantile(spread, 0.9) - np.quantile(spread, 0.1) < 0.15
    assert spread.mean() == pytest.approx(known.hired.mean(), abs=0.05)


def test_hires_that_nothing_foretells_are_corrected_by_hardly_a_tree():
    made = past(lists=900, rate=0.3).examples
    known = referrals_of(made)
    by_chance = replace(known, hired=np.random.default_rng(8).random(len(known)) < 0.3)
    learnt = fit(made, weights_of(made, READ), by_chance, propensity=READ, version="x")
    assert len(learnt.hires) < 6


def test_the_curves_follow_the_newer_half():
    made = past(lists=900, rate=0.3).examples
    known = referrals_of(made)
    older = known.days < np.sort(known.days)[len(known) // NEWER]
    turned = replace(known, hired=np.where(older, ~known.hired, known.hired))
    weights = weights_of(made, READ)
    one, other = (
        fit(made, weights, told, propensity=READ, version="x") for told in (known, turned)
    )
    assert one.hired == other.hired


def test_all_on_one_day_can_be_learnt_from():
    made = past(lists=900, rate=0.3).examples
    assert learn(replace(made, days=np.full_like(made.days, 20_000))).trained


def told_apart(examples: Examples, hires: int) -> Examples:
    """The examples with only the last so many hires left, and no other interviews."""
    hired = np.flatnonzero(examples.gains >= 3)
    gains = np.zeros(len(examples.gains))
    gains[hired[len(hired) - hires :]] = 3.0
    return replace(examples, gains=gains)


@pytest.mark.parametrize("hires", [0, 1], ids=["all-negative", "single placement"])
def test_what_led_to_next_to_nothing_teaches_nothing(hires):
    with pytest.raises(NotReadyError, match=r"^Too little to learn from: [01] lists") as raised:
        learn(told_apart(past().examples, hires))
    assert raised.value.remedy


def test_no_lists_at_all_teach_nothing():
    examples = past().examples
    none = examples.lists(np.zeros(len(examples), np.bool_))
    with pytest.raises(NotReadyError, match="0 lists"):
        learn(none)


@pytest.mark.parametrize(
    ("part", "what"),
    [("few referrals", "known outcome"), ("no hire", "a hire"), ("all hired", "no hire")],
)
def test_curves_need_referrals_of_both_kinds(part, what):
    made = past(lists=900, rate=0.3).examples
    known = referrals_of(made)
    if part == "few referrals":
        few = slice(0, REFERRED_NEEDED - 1)
        known = Referrals(
            rows=known.rows[few],
            days=known.days[few],
            hired=known.hired[few],
            interviewed=known.interviewed[few],
        )
    else:
        known = replace(known, hired=np.full(len(known), part == "all hired"))
    with pytest.raises(NotReadyError, match=what) as raised:
        fit(made, weights_of(made, READ), known, propensity=READ, version="x")
    needed = REFERRED_NEEDED if part == "few referrals" else EACH_NEEDED
    assert str(needed) in raised.value.message


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
    np.testing.assert_allclose(weights[~shown], 1.0)  # as if read


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
    close, far = fit(made, even, referrals_of(made), propensity=READ, version="a").scores(probe)
    closer, farther = fit(made, heavier, referrals_of(made), propensity=READ, version="b").scores(
        probe
    )
    assert closer - farther > close - far
