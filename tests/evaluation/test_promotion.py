"""A challenger serves only if it is better, its chances are right, and no group falls behind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.evaluation.promotion import Trial, judge_trial

PEOPLE, REFERRALS = 400, 1_000
RANK = np.arange(PEOPLE)
FIRST = RANK % 2 == 0


def trial() -> Trial:
    """A challenger to whom nobody can object: 0.05 better, perfect, and alike to both groups."""
    rng = np.random.default_rng(1)
    before = rng.random(PEOPLE) * 0.5
    hit = served(0.6, 0.6)
    chances = np.tile([0.1, 0.2, 0.3, 0.4], REFERRALS // 4)
    return Trial(
        challenger_ndcg=before + 0.05 + 0.1 * rng.standard_normal(PEOPLE),
        champion_ndcg=before,
        challenger_listing=before,
        champion_listing=before,
        challenger_hit=hit,
        champion_hit=hit,
        probabilities=chances,
        outcomes=came_true(chances),
        groups={"sex": {"women": FIRST, "men": ~FIRST}},
    )


def served(women: float, men: float) -> np.ndarray:
    """hit@10 of exactly these shares of both groups."""
    return (np.where(FIRST, women, men) > RANK // 2 / (PEOPLE / 2)).astype(float)


def came_true(chances: np.ndarray) -> np.ndarray:
    """Outcomes of exactly the shares that were predicted."""
    outcomes = np.zeros(len(chances))
    for chance in np.unique(chances):
        rows = np.flatnonzero(chances == chance)
        outcomes[rows[: round(chance * len(rows))]] = 1
    return outcomes


def test_a_challenger_that_is_better_calibrated_and_fair_is_promoted():
    verdict = judge_trial(trial())
    assert verdict.promoted
    assert (verdict.objections, verdict.notes, verdict.under) == ((), (), ())
    assert verdict.gain.interval.low > 0
    assert verdict.trust.error.value == pytest.approx(0, abs=1e-12)
    assert verdict.impacts["sex"].challenger.ratio == 1


def test_a_challenger_that_equals_the_champion_is_refused():
    equal = judge_trial(replace(trial(), challenger_ndcg=trial().champion_ndcg))
    assert not equal.promoted
    (objection,) = equal.objections
    assert objection == (
        "ndcg@10 less the champion's is 0.000 [0.000, 0.000] over 400 people: the interval does "
        "not lie above 0."
    )


def test_a_gain_within_the_interval_is_refused():
    noise = 0.5 * np.random.default_rng(2).standard_normal(PEOPLE)
    better = trial().champion_ndcg + 0.02 + noise - noise.mean()
    verdict = judge_trial(replace(trial(), challenger_ndcg=better))
    assert verdict.gain.interval.value == pytest.approx(0.02)
    assert [
        o.startswith("ndcg@10 less the champion's is 0.020 [-") for o in verdict.objections
    ] == [True]


@pytest.mark.parametrize("known", [0, 1])
def test_a_gain_that_cannot_be_told_is_refused(known):
    told = np.where(known > RANK, 1.0, np.nan)
    verdict = judge_trial(replace(trial(), challenger_ndcg=told))
    assert [o for o in verdict.objections if "cannot be told" in o] == [
        f"Whether ndcg@10 has gained cannot be told: {known} people had a relevant candidate."
    ]


def test_chances_that_are_all_too_high_are_refused():
    boastful = replace(trial(), probabilities=trial().probabilities + 0.1)
    error, mean = judge_trial(boastful).objections
    assert error.startswith("The calibration error is 0.100 [")
    assert "0.350 of the referrals were predicted to lead to a hire and 0.250 did" in mean


def test_chances_that_are_right_on_average_and_wrong_for_each_are_refused():
    turned = 0.5 - trial().probabilities
    (objection,) = judge_trial(replace(trial(), probabilities=turned)).objections
    assert objection.startswith("The calibration error is 0.200 [")


def test_a_mean_a_little_off_is_let_pass_and_one_more_off_is_not():
    many = np.tile(trial().probabilities, 20)
    outcomes = came_true(many)
    for off, promoted in ((0.019, True), (0.021, False)):
        verdict = judge_trial(replace(trial(), probabilities=many + off, outcomes=outcomes))
        assert not verdict.trust.gap.low <= 0 <= verdict.trust.gap.high
        assert verdict.promoted is promoted


def test_a_few_perfect_chances_look_wrong_and_pass_with_a_note():
    rng = np.random.default_rng(5)
    chances = rng.uniform(0.1, 0.5, 150)
    few = replace(trial(), probabilities=chances, outcomes=(rng.random(150) < chances) * 1.0)
    verdict = judge_trial(few)
    assert verdict.trust.error.value > 0.05
    assert verdict.promoted
    (note,) = verdict.notes
    assert "with 150 referrals chance explains up to" in note


@pytest.mark.parametrize(
    ("referrals", "hires"), [(0, 0), (99, 30), (1_000, 9), (1_000, 991), (1_000, 0)]
)
def test_chances_that_cannot_be_told_to_be_right_are_refused(referrals, hires):
    outcomes = (np.arange(referrals) < hires).astype(float)
    share = hires / max(referrals, 1)
    few = replace(trial(), probabilities=np.full(referrals, share), outcomes=outcomes)
    (objection,) = judge_trial(few).objections
    assert objection == (
        f"Whether the chances are right cannot be told from {referrals:,} referrals with {hires} "
        "hires: 100 are needed, and 10 of either outcome."
    )


def test_a_group_that_falls_under_four_fifths_because_of_it_is_an_objection():
    verdict = judge_trial(replace(trial(), challenger_hit=served(0.79, 1.0)))
    (objection,) = verdict.objections
    assert objection.startswith(
        "hit@10 by sex: women has 0.79 of the highest rate, under 0.8; with the champion it is 1.00"
    )
    (women,) = verdict.under
    assert women.change.value == pytest.approx(-0.21)
    assert women.change.high < 0


def test_exactly_four_fifths_are_enough():
    assert judge_trial(replace(trial(), challenger_hit=served(0.8, 1.0))).promoted


@pytest.mark.parametrize("women", [0.5, 0.51, 0.495])
def test_a_group_that_was_under_four_fifths_already_is_a_note(women):
    before = replace(trial(), champion_hit=served(0.5, 0.8), challenger_hit=served(women, 0.8))
    verdict = judge_trial(before)
    assert verdict.promoted
    (note,) = verdict.notes
    assert note.startswith(f"hit@10 by sex: women has {women / 0.8:.2f} of the highest rate")
    assert "with the champion it is 0.62" in note


def test_a_disadvantage_that_moves_to_another_group_is_an_objection():
    moved = replace(trial(), champion_hit=served(0.5, 0.8), challenger_hit=served(0.8, 0.5))
    verdict = judge_trial(moved)
    both = verdict.impacts["sex"]
    assert both.challenger.ratio == both.champion.ratio
    (objection,) = verdict.objections
    assert objection.startswith("hit@10 by sex: men has 0.62 of the highest rate")


def test_a_loss_of_few_people_that_may_be_chance_is_a_note():
    # Of 40 women each, twelve lose and six gain.
    few = RANK < 80
    women = np.cumsum(FIRST & few) * FIRST * few
    before = np.where(FIRST, (women > 6) & (women <= 36), few).astype(float)
    after = np.where(FIRST, (women > 0) & (women <= 24), few).astype(float)
    verdict = judge_trial(
        replace(
            trial(),
            champion_hit=before,
            challenger_hit=after,
            groups={"sex": {"women": FIRST & few, "men": ~FIRST & few}},
        )
    )
    assert verdict.promoted
    (note,) = verdict.notes
    assert "women has 0.60 of the highest rate, under 0.8; with the champion it is 0.75" in note
    assert note.endswith("is no loss beyond chance.")


def test_groups_too_small_to_tell_are_told_so():
    few = {"age": {"young": RANK < 29, "old": RANK >= 29}}
    verdict = judge_trial(
        replace(trial(), challenger_hit=np.where(RANK < 29, 0.0, 1.0), groups=few)
    )
    assert verdict.promoted
    assert verdict.notes == (
        "The impact ratio by age cannot be told of the challenger and the champion: fewer than two "
        "groups have 30 people, or nobody was served.",
    )


def test_a_champion_that_served_nobody_sets_no_mark_for_groups():
    verdict = judge_trial(
        replace(trial(), champion_hit=np.zeros(PEOPLE), challenger_hit=served(0.4, 0.8))
    )
    assert verdict.promoted
    assert "with the champion it is not known" in verdict.notes[0]
    assert "cannot be told of the champion:" in verdict.notes[1]


@settings(max_examples=10)
@given(seed=st.integers(0, 10_000), unknown=st.integers(1, 60))
def test_people_without_a_relevant_candidate_decide_nothing(seed, unknown):
    one = replace(trial(), challenger_hit=served(0.5, 0.8), champion_hit=served(0.7, 0.8))
    rng = np.random.default_rng(seed)

    def more(values: np.ndarray) -> np.ndarray:
        return np.append(values, np.full(unknown, np.nan))

    longer = replace(
        one,
        challenger_ndcg=more(one.challenger_ndcg),
        champion_ndcg=more(one.champion_ndcg),
        challenger_hit=more(one.challenger_hit),
        champion_hit=more(one.champion_hit),
        groups={
            "sex": {
                name: np.append(members, rng.random(unknown) < 0.5)
                for name, members in one.groups["sex"].items()
            }
        },
    )
    assert judge_trial(longer).objections == judge_trial(one).objections


def test_the_same_trial_gets_the_same_verdict():
    one = replace(trial(), challenger_hit=served(0.5, 0.8))
    assert judge_trial(one).under == judge_trial(one).under


def test_worse_lists_for_vacancies_are_an_objection():
    one = trial()
    rng = np.random.default_rng(4)
    worse = one.champion_listing - 0.05 + 0.05 * rng.standard_normal(PEOPLE)
    (objection,) = judge_trial(replace(one, challenger_listing=worse)).objections
    assert "vacancies" in objection
    noise = one.champion_listing + 0.05 * rng.standard_normal(PEOPLE)
    assert judge_trial(replace(one, challenger_listing=noise)).promoted


def test_without_lists_for_vacancies_nothing_is_said_of_them():
    nothing = np.empty(0)
    one = replace(trial(), challenger_listing=nothing, champion_listing=nothing)
    assert judge_trial(one).promoted
