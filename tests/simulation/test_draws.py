from __future__ import annotations

import numpy as np
import pytest

from matcher.simulation.draws import ByEvent, Draws, Event, InTurn

PEOPLE = np.arange(20_000)


def test_an_event_meets_the_same_chance_whatever_else_happened() -> None:
    draws = ByEvent(3)
    alone = draws.uniform(Event.GOES, np.array([7]), np.array([11]))
    draws.uniform(Event.LEAVES, PEOPLE, 1)
    among = draws.uniform(Event.GOES, PEOPLE, np.array([11]))
    assert alone[0] == among[7]


def test_another_seed_event_or_day_is_another_chance() -> None:
    first = ByEvent(3).uniform(Event.LEAVES, PEOPLE, 1)
    for other in (
        ByEvent(4).uniform(Event.LEAVES, PEOPLE, 1),
        ByEvent(3).uniform(Event.TELLS, PEOPLE, 1),
        ByEvent(3).uniform(Event.LEAVES, PEOPLE, 2),
    ):
        assert not np.any(first == other)
        assert abs(np.corrcoef(first, other)[0, 1]) < 0.03


@pytest.mark.parametrize("draws", [ByEvent(5), InTurn(np.random.default_rng(5))])
def test_numbers_have_the_distribution_asked_for(draws: Draws) -> None:
    uniform = draws.uniform(Event.GOES, PEOPLE, 0)
    assert uniform.min() >= 0
    assert uniform.max() < 1
    assert uniform.mean() == pytest.approx(0.5, abs=0.01)
    whole = draws.integers(Event.DAYS_TO_DECISION, PEOPLE, 0, low=2, high=9)
    assert set(whole.tolist()) == set(range(2, 9))
    normal = draws.normal(Event.APPEAL, PEOPLE, 0, scale=0.5)
    assert normal.mean() == pytest.approx(0, abs=0.02)
    assert normal.std() == pytest.approx(0.5, abs=0.02)
    mean = np.where(PEOPLE % 2, 0.02, 6.0)
    counts = draws.poisson(Event.WALKS_IN, PEOPLE, 0, mean=mean)
    assert counts[1::2].mean() == pytest.approx(0.02, abs=0.01)
    assert counts[::2].mean() == pytest.approx(6, abs=0.15)
    assert counts[::2].var() == pytest.approx(6, abs=0.5)
    waits = draws.geometric(Event.COMES_AGAIN, PEOPLE, 0, mean=15)
    assert waits.min() == 1
    assert waits.mean() == pytest.approx(15, abs=0.5)


def test_numbers_in_turn_are_those_of_the_generator() -> None:
    one, other = np.random.default_rng(1), np.random.default_rng(1)
    found = InTurn(one).uniform(Event.GOES, PEOPLE[:5], PEOPLE[:5])
    assert np.array_equal(found, other.random(5))
