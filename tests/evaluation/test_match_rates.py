"""The nightly match rates against counts made by hand, and what must hold whatever happened."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.entities import Outcome
from matcher.evaluation.history import Course, Window
from matcher.evaluation.match_rates import (
    FINAL_AFTER,
    SHOWN,
    Hire,
    Hits,
    Shown,
    calibration_error,
    chances_before,
    day_rates,
    days_to_fill,
    hires_of,
    hits_by_policy,
)

DAY = 20_000
LATER = DAY + 500


def shown(seeker: int, day: int, *items: int, policy: str = "a") -> Shown:
    scores = tuple(1.0 / rank for rank in range(1, len(items) + 1))
    return Shown(seeker=seeker, day=day, policy=policy, items=items, scores=scores, chances=scores)


def course(seeker: int, vacancy: int, made_on: int, **outcomes: int) -> Course:
    found = {Outcome(name): made_on + after for name, after in outcomes.items()}
    return Course(seeker=seeker, vacancy=vacancy, made_on=made_on, outcomes=found)


def only(day: int) -> Window:
    return Window(first=day, last=day)


def test_a_day_is_counted_as_by_hand():
    lists = [shown(1, DAY, 10, 11, 12), shown(1, DAY, 11, 13, policy="b"), shown(2, DAY, 10)]
    courses = [
        course(1, 10, DAY, interviewed=3, hired=9),
        course(1, 11, DAY + 14, rejected=2),
        course(1, 12, DAY + 15, hired=1),
        course(1, 13, DAY, hired_elsewhere=5),
        course(2, 10, DAY + 1, interviewed=60),
        course(2, 11, DAY + 1, hired=1),
    ]
    (day,) = day_rates(lists, courses, only(DAY), as_of=LATER)
    # Pairs shown: 1 with 10, 11, 12, 13, and 2 with 10. That with 12 was referred a day too late;
    # 2 was never shown 11.
    assert (day.lists, day.shown, day.referred) == (3, 5, 4)
    assert (day.interviewed, day.hired) == (2, 1)
    assert day.final


def test_nothing_is_known_before_it_was_recorded():
    lists, courses = [shown(1, DAY, 10)], [course(1, 10, DAY + 2, hired=5)]
    told = [
        day_rates(lists, courses, only(DAY), as_of=as_of)[0] for as_of in (DAY + 2, DAY + 3, LATER)
    ]
    assert [(day.referred, day.hired) for day in told] == [(0, 0), (1, 0), (1, 1)]


@pytest.mark.parametrize(("as_of", "final"), [(FINAL_AFTER, False), (FINAL_AFTER + 1, True)])
def test_a_day_is_final_when_its_last_referral_had_its_time(as_of: int, final: bool):
    assert day_rates([], [], only(DAY), as_of=DAY + as_of)[0].final is final


def test_what_stands_below_the_tenth_line_was_not_shown():
    items = tuple(range(SHOWN + 3))
    (day,) = day_rates(
        [shown(1, DAY, *items)], [course(1, SHOWN, DAY, hired=1)], only(DAY), as_of=LATER
    )
    assert (day.shown, day.referred) == (SHOWN, 0)


pairs = st.integers(0, 3)
some_lists = st.lists(
    st.builds(
        shown,
        pairs,
        st.integers(DAY, DAY + 5),
        pairs,
        policy=st.sampled_from("ab"),
    ),
    max_size=8,
)
some_courses = st.lists(
    st.builds(
        course,
        pairs,
        pairs,
        st.integers(DAY, DAY + 20),
        hired=st.integers(0, 80),
        interviewed=st.integers(0, 80),
    ),
    max_size=8,
)


@given(some_lists, some_courses, st.randoms(use_true_random=False), st.integers(DAY, LATER))
def test_no_step_counts_more_than_the_one_before_and_order_does_not_matter(
    lists, courses, random, as_of
):
    days = Window(first=DAY, last=DAY + 5)
    told = day_rates(lists, courses, days, as_of=as_of)
    for day in told:
        assert day.shown >= day.referred >= day.interviewed >= day.hired >= 0
    random.shuffle(lists)
    random.shuffle(courses)
    assert day_rates(lists, courses, days, as_of=as_of) == told
    hires = hires_of(courses, [], as_of=as_of)
    for hits in hits_by_policy(lists, hires, days, at=(1, 10)).values():
        assert 0 <= hits.hits[1] <= hits.hits[10] <= hits.lists


@given(some_lists, some_courses, st.integers(DAY, DAY + 4))
def test_splitting_a_period_changes_no_hit(lists, courses, cut):
    hires = hires_of(courses, [], as_of=LATER)
    whole, one, other = (
        hits_by_policy(lists, hires, Window(first=first, last=last), at=(1, 10))
        for first, last in ((DAY, DAY + 5), (DAY, cut), (cut + 1, DAY + 5))
    )
    none = Hits(0, {1: 0, 10: 0})
    for policy in "ab":
        parts = [told.get(policy, none) for told in (one, other)]
        total = whole.get(policy, none)
        assert total.lists == sum(part.lists for part in parts)
        assert total.hits[10] == sum(part.hits[10] for part in parts)


def test_hits_are_counted_as_by_hand():
    lists = [
        shown(1, DAY, 10, 11),
        shown(1, DAY + 1, 12, 11, policy="b"),
        shown(2, DAY, 10),
        shown(3, DAY, 10),
        shown(1, DAY + 9, 11),
    ]
    hires = [Hire(1, 11, DAY + FINAL_AFTER), Hire(2, 11, DAY), Hire(3, 10, DAY + FINAL_AFTER + 1)]
    told = hits_by_policy(lists, hires, Window(first=DAY, last=DAY + 1), at=(1, 2))
    # 1 by a: second line; 2: another vacancy; 3: a day too late.
    assert told == {"a": Hits(2, {1: 0, 2: 1}), "b": Hits(1, {1: 0, 2: 1})}


def test_a_hire_told_twice_is_one_on_its_first_day():
    courses = [course(1, 10, DAY, hired=4), course(1, 11, DAY, hired=61)]
    placed = [Hire(1, 10, DAY + 6), Hire(1, 12, DAY + 2), Hire(2, 12, LATER)]
    assert hires_of(courses, placed, as_of=LATER) == [Hire(1, 10, DAY + 4), Hire(1, 12, DAY + 2)]


def test_a_vacancy_is_filled_by_the_report_of_its_last_opening():
    postings = {"V-a": (DAY, 3), "V-b": (DAY, 1), "V-c": (DAY, 2), "V-d": (DAY + 9, 1)}
    filled = [
        ("V-a", DAY + 5, 1), ("V-a", DAY + 2, 1), ("V-a", DAY + 8, 2), ("V-b", DAY + 30, 1),
        ("V-c", DAY + 4, 1), ("V-d", DAY + 8, 1), ("V-gone", DAY + 1, 1),
    ]  # fmt: skip
    assert days_to_fill(postings, filled, Window(first=DAY, last=DAY + 10)) == [8, 0]


def test_the_chance_is_that_of_the_last_list_before_the_referral():
    lists = [
        shown(1, DAY, 10, 11),
        shown(1, DAY + 3, 11, 10, policy="b"),
        shown(1, DAY + 9, 10, policy="c"),
    ]
    courses = [
        course(1, 10, DAY + 5, hired=2),
        course(1, 11, DAY + 40, hired=2),
        course(1, 10, DAY + 2, rejected=1),
        course(1, 11, DAY, hired_elsewhere=1),
    ]
    told = chances_before(lists, courses, Window(first=DAY, last=DAY + 50), as_of=LATER)
    assert told == {"b": [(0.5, True)], "a": [(1.0, False)]}


def test_the_calibration_error_is_that_of_the_bins():
    # One bin a chance: .2 against 1 of 4, .8 against 3 of 4; all .05 off.
    predicted = [0.2] * 4 + [0.8] * 4
    happened = [True, False, False, False, True, True, True, False]
    assert calibration_error(predicted, happened) == pytest.approx(0.05)
    assert calibration_error([], []) is None
