"""The plan of a fair as it is kept while people come, hand in and are seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from matcher.db import tables
from matcher.db.engine import reading, writing
from matcher.db.store import upsert
from matcher.entities import Booth, JobSeeker
from matcher.errors import NotFoundError
from matcher.service.clock import day_of
from matcher.service.fairs import Result
from matcher.service.keys import Role
from matcher.service.kiosks import Kiosk, Visit
from tests.bureau import CLERK, NOON, Bureau
from tests.fairground import CARD, FAIR, OTHER_FAIR, kiosk_at, with_fair

SEVEN = Booth(fair_id=FAIR.id, number="7", employer_id="E-1", interviewers=1, minutes=10)
TWELVE = Booth(fair_id=FAIR.id, number="12", employer_id="E-2", interviewers=1, minutes=15)
LOCAL = ZoneInfo("Asia/Taipei")


def planned_fair(bureau: Bureau, *booths: Booth) -> Bureau:
    """The fair with booths whose interviewers are known."""
    with_fair(bureau)
    with writing(bureau.app.engine) as connection:
        upsert(connection, list(booths))
    return bureau


@pytest.fixture
def bureau_at_fair(either: Bureau) -> Bureau:
    return planned_fair(either, SEVEN, TWELVE)


def later(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def visited(bureau: Bureau, *, now: datetime = NOON) -> tuple[Kiosk, Visit]:
    """S-1 scans their card, and sees the lists."""
    kiosk = kiosk_at(bureau)
    bureau.app.visits.scan(kiosk, CARD, now=now)
    bureau.app.visits.confirm(kiosk, now=now)
    return kiosk, bureau.app.kiosks.visit(kiosk)


def somebody(bureau: Bureau, *, now: datetime = NOON, hands_in: str | None = "V-1") -> str:
    """Somebody nobody registered, to whom the booths' vacancies were shown: their id."""
    plans = bureau.app.fair_plans
    chances = {"V-1": 0.4, "V-3": 0.2}
    visitor = plans.enter(FAIR.id, seeker_id=None, chances=chances, now=now)
    assert visitor is not None
    if hands_in:
        resume = bureau.app.fairs.hand_in(FAIR.id, hands_in, seeker_id=None, now=now)
        plans.hand_in(FAIR.id, visitor, resume, now=now)
    return visitor


def at(bureau: Bureau, now: datetime, number: str = "7") -> list[tuple[int | None, float, bool]]:
    """A booth's résumés with the minutes from NOON at which each is expected."""
    plan = bureau.app.fair_plans.plan(FAIR.id, now=now)
    (places,) = (one.places for one in plan.booths if one.booth.number == number)
    return [
        (place.number, (place.starts_at - NOON) / timedelta(minutes=1), place.under_way)
        for place in places
    ]


def test_where_no_interviewers_are_known_nothing_is_planned_and_nothing_is_kept(either: Bureau):
    with_fair(either)
    _, visit = visited(either)
    assert (visit.visitor_id, visit.route) == (None, [])
    assert either.app.fair_plans.plan(FAIR.id, now=NOON).booths == ()
    with reading(either.app.engine) as connection:
        assert not connection.execute(select(tables.fair_visitors)).all()


def test_a_visitor_is_told_where_to_go_and_when(bureau_at_fair: Bureau):
    _, visit = visited(bureau_at_fair)
    # Two minutes to walk; the two vacancies of booth 7 and the one of booth 12 suit them.
    assert visit.route == [["12:02", "7"], ["12:12", "12"]]


def test_a_resume_has_its_number_in_the_plan_and_a_suggestion_has_none(bureau_at_fair: Bureau):
    kiosk, _ = visited(bureau_at_fair)
    bureau_at_fair.app.visits.hand_in(kiosk, "V-1", now=NOON)
    assert at(bureau_at_fair, NOON) == [(1, 2, False)]
    assert at(bureau_at_fair, NOON, "12") == [(None, 12, False)]


def test_a_suggestion_that_nobody_follows_is_dropped(bureau_at_fair: Bureau):
    somebody(bureau_at_fair, hands_in=None)
    assert at(bureau_at_fair, NOON)
    assert at(bureau_at_fair, later(21)) == []


def test_people_are_seen_one_after_the_other(bureau_at_fair: Bureau):
    for _ in range(3):
        somebody(bureau_at_fair)
    assert at(bureau_at_fair, NOON) == [(1, 2, False), (2, 12, False), (3, 22, False)]
    assert at(bureau_at_fair, later(5)) == [(1, 2, True), (2, 12, False), (3, 22, False)]


def test_a_result_ends_an_interview_and_the_next_may_come_sooner(bureau_at_fair: Bureau):
    for _ in range(3):
        somebody(bureau_at_fair)
    app = bureau_at_fair.app
    first = app.fairs.booth(FAIR.id, "7").resumes[-1]
    app.fairs.note(FAIR.id, first.id, result=Result.INTERVIEWED, holds=True)
    app.fair_plans.renew(FAIR.id, now=later(5))
    assert at(bureau_at_fair, later(5)) == [(2, 5, True), (3, 15, False)]


def test_an_interview_that_lasts_longer_moves_the_next(bureau_at_fair: Bureau):
    for _ in range(2):
        somebody(bureau_at_fair)
    assert at(bureau_at_fair, later(14)) == [(1, 2, True), (2, 15, False)]


def test_an_interview_whose_result_nobody_notes_is_over_after_a_while_and_stays_over(
    bureau_at_fair: Bureau,
):
    for _ in range(2):
        somebody(bureau_at_fair)
    assert [number for number, *_ in at(bureau_at_fair, later(17))] == [2]
    bureau_at_fair.app.fair_plans.renew(FAIR.id, now=later(17))
    assert [number for number, *_ in at(bureau_at_fair, later(18))] == [2]


def test_what_is_about_to_begin_is_not_moved_for_somebody_more_likely(bureau_at_fair: Bureau):
    somebody(bureau_at_fair)
    app = bureau_at_fair.app
    better = app.fair_plans.enter(FAIR.id, seeker_id=None, chances={"V-1": 0.9}, now=NOON)
    assert better is not None
    resume = app.fairs.hand_in(FAIR.id, "V-1", seeker_id=None, now=NOON)
    app.fair_plans.hand_in(FAIR.id, better, resume, now=NOON)
    assert [number for number, *_ in at(bureau_at_fair, NOON)] == [1, 2]


def test_who_comes_back_is_one_visitor(bureau_at_fair: Bureau):
    _, first = visited(bureau_at_fair)
    _, second = visited(bureau_at_fair, now=later(10))
    assert first.visitor_id == second.visitor_id


def test_nobody_is_expected_after_they_must_have_left(bureau_at_fair: Bureau):
    somebody(bureau_at_fair)
    assert at(bureau_at_fair, later(91)) == []


def test_a_day_later_visitors_are_forgotten(bureau_at_fair: Bureau):
    old = somebody(bureau_at_fair)
    new = somebody(bureau_at_fair, now=later(25 * 60))
    with reading(bureau_at_fair.app.engine) as connection:
        kept = set(connection.execute(select(tables.fair_visitors.c.id)).scalars())
        assert connection.execute(select(tables.fair_appointments.c.visitor_id)).first()
    assert (old in kept, new in kept) == (False, True)


def test_a_match_takes_an_opening_from_those_who_come_later(bureau_at_fair: Bureau):
    """V-1 has two openings; two are matched."""
    app = bureau_at_fair.app
    for _ in range(3):
        somebody(bureau_at_fair)
    for resume in app.fairs.booth(FAIR.id, "7").resumes[1:]:
        app.fairs.note(FAIR.id, resume.id, result=Result.MATCHED, holds=True)
    assert at(bureau_at_fair, NOON) == []


def test_a_closed_vacancy_is_planned_for_no_more(bureau_at_fair: Bureau):
    somebody(bureau_at_fair)
    bureau_at_fair.app.register.close_vacancy("V-1", by=CLERK, now=NOON)
    assert at(bureau_at_fair, NOON) == []


def test_of_a_stranger_the_plan_keeps_no_word(bureau_at_fair: Bureau):
    app, kiosk = bureau_at_fair.app, kiosk_at(bureau_at_fair)
    app.visits.write(kiosk)
    profile = JobSeeker(id="profile", registered_on=day_of(NOON), text="會開堆高機的秘密")
    app.visits.introduce(kiosk, profile, now=NOON)
    assert app.kiosks.visit(kiosk).route
    with reading(app.engine) as connection:
        (row,) = connection.execute(select(tables.fair_visitors)).all()
    assert row.seeker_id is None
    assert "秘密" not in str(row)


def test_the_interface_tells_booths_times_and_numbers_and_no_person(bureau_at_fair: Bureau):
    kiosk, visit = visited(bureau_at_fair)
    bureau_at_fair.app.visits.hand_in(kiosk, "V-1", now=NOON)
    answer = bureau_at_fair.get(f"/v1/fairs/{FAIR.id}/plan", role=Role.ANALYST)
    assert answer.status_code == 200
    seven, twelve = answer.json()["booths"]
    starts = later(2).astimezone(LOCAL).isoformat()
    assert seven["places"] == [{"number": 1, "starts_at": starts, "under_way": False}]
    assert (twelve["interviewers"], twelve["minutes"]) == (1, 15)
    for secret in ("S-1", "王", visit.visitor_id or "?"):
        assert secret not in answer.text
    assert bureau_at_fair.get(f"/v1/fairs/{FAIR.id}/plan", role=Role.KIOSK).status_code == 403
    assert bureau_at_fair.get("/v1/fairs/F-9/plan").status_code == 404
    assert bureau_at_fair.get(f"/v1/fairs/{OTHER_FAIR.id}/plan").json()["booths"] == []


def test_a_fair_that_there_is_not_has_no_plan(bureau_at_fair: Bureau):
    with pytest.raises(NotFoundError):
        bureau_at_fair.app.fair_plans.plan("F-9", now=NOON)


def test_two_interviewers_see_two_people_at_once(either: Bureau):
    planned_fair(either, replace(SEVEN, interviewers=2))
    for _ in range(2):
        somebody(either)
    assert sorted(at(either, NOON)) == [(1, 2, False), (2, 2, False)]
