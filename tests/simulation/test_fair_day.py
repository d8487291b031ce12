"""A simulated fair is held the same way under every policy, and only what is decided differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import astuple, replace

import numpy as np
import pytest

from matcher.config import ROOT
from matcher.reference import Reference
from matcher.simulation.fair_day import (
    OPEN_MINUTES,
    FairDay,
    Seen,
    by_plan,
    draw_fair_day,
    from_the_top,
    queue_up,
    shortest_of_three,
)

POLICIES: dict[str, Callable[[FairDay], Seen]] = {
    "top": lambda fair: queue_up(fair, fair.believed, from_the_top),
    "shortest": lambda fair: queue_up(fair, fair.believed, shortest_of_three),
    "taste": lambda fair: queue_up(fair, fair.taste, from_the_top),
    "plan": by_plan,
}


@pytest.fixture(scope="module")
def fair() -> FairDay:
    reference = Reference.load(ROOT / "data" / "reference")
    return draw_fair_day(people=60, booths=6, seed=1, reference=reference)


@pytest.fixture(scope="module", params=POLICIES)
def seen(request: pytest.FixtureRequest, fair: FairDay) -> Seen:
    return POLICIES[request.param](fair)


def test_nobody_has_more_interviews_than_they_want(fair: FairDay, seen: Seen) -> None:
    assert all(count <= fair.wanted[person] for person, count in Counter(seen.person).items())
    assert len(seen.person) == len(seen.waited) == len(seen.lasted) == len(seen.matched) > 0


def test_no_more_people_match_than_there_are_openings(fair: FairDay, seen: Seen) -> None:
    assert 0 < sum(seen.matched) <= fair.openings.sum()


def test_interviewers_work_no_longer_than_the_fair_and_its_last_interviews(
    fair: FairDay, seen: Seen
) -> None:
    longest = OPEN_MINUTES + int(fair.lasts.max())
    assert sum(seen.lasted) <= longest * int(fair.interviewers.sum())


def test_nobody_waits_longer_than_they_stay(fair: FairDay, seen: Seen) -> None:
    stays = fair.leaves - fair.arrives
    for person, waited in zip(seen.person, seen.waited, strict=True):
        assert 0 <= waited <= stays[person]
    assert np.all(np.array(seen.in_vain) <= stays)


@pytest.mark.parametrize("name", POLICIES)
def test_the_same_fair_ends_the_same_way(fair: FairDay, name: str) -> None:
    assert astuple(POLICIES[name](fair)) == astuple(POLICIES[name](fair))


def test_when_nobody_comes_as_called_nobody_is_interviewed(fair: FairDay) -> None:
    assert by_plan(replace(fair, shows=np.zeros_like(fair.shows))).person == []
