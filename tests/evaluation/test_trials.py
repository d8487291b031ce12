"""Trials are drawn fairly, read out with their spread, and know what they can find."""

from __future__ import annotations

from datetime import date, timedelta
from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import InvalidInputError
from matcher.evaluation.trial_effects import Tally, detectable, effect_of
from matcher.evaluation.trials import Trial, Unit

MONDAY = date(2026, 3, 2)


def trial(weeks: int = 12, unit: Unit = Unit.WEEK, name: str = "T") -> Trial:
    return Trial.of_weeks(weeks, name=name, unit=unit, first_on=MONDAY)


@given(name=st.text(max_size=8))
def test_of_two_weeks_in_turn_just_one_shares_the_openings(name: str):
    drawn = trial(name=name)
    arms = [drawn.shares(drawn.unit_of(MONDAY + timedelta(days=7 * w), None)) for w in range(12)]
    assert all(one != two for one, two in zip(arms[::2], arms[1::2], strict=True))


def test_trials_are_drawn_differently_and_each_always_the_same():
    arms = {tuple(trial(name=str(n)).shares(f"{week:03}") for week in range(12)) for n in range(20)}
    assert len(arms) > 10
    assert trial().shares("003") == trial().shares("003")


def test_a_station_keeps_its_arm_from_the_first_day_to_the_last():
    drawn = trial(unit=Unit.STATION)
    first, last = (drawn.unit_of(day, "K-1") for day in (drawn.first_on, drawn.last_on))
    assert first == last == "K-1"
    arms = [drawn.shares(f"K-{n}") for n in range(100)]
    assert 30 < sum(arms) < 70


def test_a_list_before_or_after_a_trial_does_not_belong_to_it():
    drawn = trial()
    assert drawn.runs(drawn.first_on)
    assert drawn.runs(drawn.last_on)
    assert not drawn.runs(drawn.first_on - timedelta(days=1))
    assert not drawn.runs(drawn.last_on + timedelta(days=1))


@pytest.mark.parametrize("weeks", [0, 3])
def test_a_trial_by_week_takes_weeks_in_pairs(weeks: int):
    with pytest.raises(InvalidInputError, match="pairs"):
        trial(weeks=weeks)


def tallies(drawn: Trial, *, gain: float, noise: float, seed: int = 0) -> list[Tally]:
    rng = np.random.default_rng(seed)
    units = [f"{n:03}" if drawn.unit is Unit.WEEK else f"K-{n}" for n in range(40)]
    return [
        Tally(
            unit=unit,
            shares=(shares := drawn.shares(unit)),
            people=10_000,
            hired=round(10_000 * (0.4 + gain * shares + noise * rng.normal())),
        )
        for unit in units
    ]


@pytest.mark.parametrize("unit", list(Unit))
def test_a_gain_that_is_there_is_found_with_its_interval(unit: Unit):
    drawn = trial(weeks=40, unit=unit)
    found = effect_of(drawn, tallies(drawn, gain=0.05, noise=0.01))
    assert found.low < 0.05 < found.high
    assert found.low > 0
    assert found.p_value < 0.01
    assert 0 < found.detectable < 0.05


@pytest.mark.parametrize("unit", list(Unit))
def test_where_there_is_none_the_interval_holds_nothing(unit: Unit):
    drawn = trial(weeks=40, unit=unit)
    found = effect_of(drawn, tallies(drawn, gain=0.0, noise=0.02))
    assert found.low < 0 < found.high


def test_the_power_is_what_was_promised():
    drawn = trial(weeks=40)
    least = np.mean(
        [
            effect_of(drawn, tallies(drawn, gain=0.0, noise=0.02, seed=seed)).detectable
            for seed in range(1_000, 1_100)
        ]
    )
    found = [
        effect_of(drawn, tallies(drawn, gain=least, noise=0.02, seed=seed)).low > 0
        for seed in range(300)
    ]
    assert 0.7 < np.mean(found) < 0.9


def test_too_few_units_say_nothing():
    drawn = trial(weeks=2)
    assert isnan(effect_of(drawn, tallies(drawn, gain=0.1, noise=0.0)[:2]).difference)
    assert isnan(effect_of(trial(unit=Unit.STATION), []).difference)
    assert isnan(detectable([0.4, 0.5], 6))


def test_more_weeks_find_smaller_differences():
    past = np.random.default_rng(1).normal(0.4, 0.03, 26).tolist()
    assert detectable(past, 12) < detectable(past, 6) < detectable(past, 3)
