from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from matcher.allocation.lists import Terms
from matcher.entities import Channel, Outcome
from matcher.features.columns import day_number
from matcher.features.pairs import FEATURE_NAMES
from matcher.simulation.beliefs import Noisy, Partial, Stale, too_sure
from matcher.simulation.counsellors import SLATE
from matcher.simulation.policies import (
    NOTHING,
    Allocated,
    Likeliest,
    Newest,
    Penalised,
    Ranked,
    Similarity,
    as_stated,
)
from matcher.simulation.register import FORGOTTEN, Candidates, Pairs, Register
from tests.rankers import Recorder, small_ranker

START = date(2025, 7, 1)
OPEN = np.arange(3)
TERMS = Terms(exposure=(0.3, 0.1, 0.05), care=0.0, floor=0.0, discerning=0.4, rivalry=1.0)


def two_people(**columns: object) -> Candidates:
    """The first may be shown vacancies 0 to 2, the second 1 and 2."""
    told: dict[str, object] = {
        "day": 40,
        "people": np.array([0, 1]),
        "starts": np.array([0, 3, 5]),
        "vacancies": np.array([0, 1, 2, 1, 2]),
        "similarity": np.array([0.1, 0.3, 0.2, 0.2, 0.2]),
        "age_days": np.array([3.0, 9.0, 1.0, 9.0, 1.0]),
        "fits": np.array([0.3, 0.2, 0.1, 0.2, 0.1]),
        "appeal": np.ones(5),
        "chances": np.array([0.1, 0.2, 0.3, 0.1, 0.2]),
        "applied": np.array([0, 0, 0, 0, 0]),
        "left": np.array([1, 1, 1, 1, 1]),
        "pending": np.zeros(5),
    }
    return Candidates(**{**told, **columns})


def a_register(people: int = 2, openings: int = 1) -> Register:
    """Everybody may be shown every one of three vacancies, posted on the first day."""
    rows = np.zeros((3 * people, len(FEATURE_NAMES)), np.float32)
    return Register(
        Pairs(np.arange(people + 1) * 3, np.tile(OPEN, people), rows),
        openings=np.full(3, openings),
        employer=np.zeros(3, np.int64),
        posted_on=np.full(3, day_number(START)),
        start=START,
        ranker=small_ranker(),
    )


def lists_of(policy: object, candidates: Candidates) -> list[list[int]]:
    lists = policy.lists(a_register(), candidates, OPEN)
    assert lists.shape == (len(candidates.people), SLATE)
    return [[v for v in row if v != NOTHING] for row in lists.tolist()]


def test_each_policy_orders_by_what_it_is_named_after() -> None:
    candidates = two_people()
    assert lists_of(Newest(), candidates) == [[2, 0, 1], [2, 1]]
    assert lists_of(Similarity(), candidates) == [[1, 2, 0], [1, 2]]
    assert lists_of(Ranked(), candidates) == [[0, 1, 2], [1, 2]]
    assert lists_of(Likeliest(), candidates) == [[2, 1, 0], [2, 1]]


def test_lists_are_no_longer_than_people_read_and_hold_the_best() -> None:
    many = np.arange(SLATE + 5)
    candidates = two_people(
        people=np.array([0]),
        starts=np.array([0, len(many)]),
        vacancies=many,
        fits=0.01 * (1 + many),
    )
    assert lists_of(Ranked(), candidates) == [many[::-1][:SLATE].tolist()]


def test_a_crowd_costs_a_vacancy_its_place_and_openings_make_up_for_it() -> None:
    crowded = two_people(applied=np.array([5, 0, 0, 0, 0]))
    assert lists_of(Penalised(), crowded) == [[1, 2, 0], [1, 2]]
    roomy = replace(crowded, left=np.array([50, 1, 1, 1, 1]))
    assert lists_of(Penalised(), roomy) == [[0, 1, 2], [1, 2]]


def test_the_allocation_sends_one_person_past_what_many_are_waiting_for() -> None:
    register = a_register()
    candidates = register.candidates(40, np.array([0, 1]), OPEN)
    equal = replace(candidates, chances=np.array([0.3, 0.2, 0.1, 0.3, 0.2, 0.1]), appeal=np.ones(6))
    free = Allocated(TERMS).lists(register, equal, OPEN)
    assert free[:, 0].tolist() == [0, 0]
    register.pending[0] = 3.0
    assert Allocated(TERMS).lists(register, equal, OPEN)[:, 0].tolist() == [1, 1]


def test_a_floor_of_one_leaves_everybody_the_list_they_would_have_alone() -> None:
    terms = replace(TERMS, floor=1.0)
    register = a_register()
    register.pending[0] = 3.0
    candidates = register.candidates(40, np.array([0, 1]), OPEN)
    mixed = replace(candidates, chances=np.array([0.3, 0.2, 0.1, 0.1, 0.2, 0.3]), appeal=np.ones(6))
    allocated = Allocated(terms).lists(register, mixed, OPEN)
    assert np.array_equal(allocated, Likeliest().lists(register, mixed, OPEN))


@pytest.mark.parametrize(
    ("belief", "raised"),
    [
        (Partial(np.array([1.0, 0.0, 0.0])), [True, False, False, False, False]),
        (Stale(0.1), [True] * 5),
        (too_sure, [True] * 5),
        (as_stated, [False] * 5),
    ],
)
def test_a_belief_is_wrong_where_it_says(belief: object, raised: list[bool]) -> None:
    candidates = two_people()
    believed = belief(candidates, candidates.chances)
    assert (believed > candidates.chances + 1e-9).tolist() == raised
    assert np.allclose(believed[~np.array(raised)], candidates.chances[~np.array(raised)])


def test_noise_belongs_to_the_pair() -> None:
    candidates = two_people()
    believed = Noisy(1, 1.0)(candidates, candidates.chances)
    later = replace(candidates, day=90)
    assert np.array_equal(believed, Noisy(1, 1.0)(later, later.chances))
    assert not np.any(believed == candidates.chances)


def test_features_of_the_day_say_how_many_were_sent_before_for_each_opening_left() -> None:
    register = a_register(openings=2)
    register.ranker = Seen(small_ranker())
    register.write("referrals", [referral(0, 0, 1), referral(1, 1, 1), referral(2, 1, 2)])
    register.candidates(4, np.array([0]), OPEN)
    crowd = register.ranker.rows[:, FEATURE_NAMES.index("sent_per_opening")].tolist()
    assert crowd == [0, 1, 0.5]


class Seen(Recorder):
    def hired(self, scores: np.ndarray) -> np.ndarray:
        return small_ranker().hired(scores)


def referral(number: int, seeker: int, vacancy: int) -> tuple[str, ...]:
    return (f"SIM-R{number}", f"SIM-S{seeker}", f"SIM-V{vacancy}", "2025-07-05", Channel.KIOSK)


def test_what_is_written_down_is_known_and_nothing_pends_once_it_is_decided() -> None:
    register = a_register(openings=2)
    candidates = register.candidates(4, np.array([0, 1]), OPEN)
    register.write("referrals", [referral(0, 0, 1), referral(1, 1, 1)])
    assert register.applied.tolist() == [0, 2, 0]
    assert register.pending[1] == pytest.approx(candidates.chances[[1, 4]].sum())
    register.write("outcomes", [("SIM-R0", Outcome.INTERVIEWED, "2025-07-09")])
    assert register.pending[1] == pytest.approx(candidates.chances[[1, 4]].sum())
    register.write("outcomes", [("SIM-R0", Outcome.HIRED, "2025-07-12")])
    register.write("outcomes", [("SIM-R1", Outcome.HIRED_ELSEWHERE, "2025-07-12")])
    assert register.pending.tolist() == [0, 0, 0]
    assert register.hired == [0]
    register.write("hire_reports", [("SIM-H0", "SIM-V1", "2025-07-20", 1)])
    register.write("hire_reports", [("SIM-H1", "SIM-V0", "2025-07-20", 1)])
    later = register.candidates(30, np.array([0]), OPEN)
    assert later.left.tolist() == [1, 1, 2]
    assert later.applied.tolist() == [0, 2, 0]


def test_a_person_counts_while_they_may_come_again() -> None:
    register = a_register(people=3)
    register.seen_on[:] = [0, 0, -1]
    register.write("placements", [("SIM-P0", "SIM-S1", "2025-07-03", "", "")])
    assert register.looking(5).tolist() == [0]
    assert register.looking(FORGOTTEN).tolist() == []


def test_only_what_is_open_today_is_a_candidate() -> None:
    found = a_register().candidates(40, np.array([1]), np.array([2]))
    assert found.vacancies.tolist() == [2]
    assert found.age_days.tolist() == [40]
    assert found.starts.tolist() == [0, 1]
