"""What is counted at a fair, and the lists its visitors see."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from matcher.db import tables
from matcher.db.engine import reading, writing
from matcher.db.fairs import BoothTally
from matcher.db.store import get, upsert
from matcher.entities import Booth, Channel, FairResume, Impression, JobSeeker
from matcher.errors import ConflictError, NotFoundError
from matcher.service.clock import day_of
from matcher.service.fairs import Fairs, Result, on_site_rate
from tests.bureau import CLERK, NOON, Bureau
from tests.fairground import FAIR, OTHER_FAIR, with_fair


@pytest.fixture
def bureau_at_fair(either: Bureau) -> Bureau:
    return with_fair(either)


@pytest.fixture
def fairs(bureau_at_fair: Bureau) -> Fairs:
    return bureau_at_fair.app.fairs


def tally(*, resumes: int, on_behalf: int, matches: int) -> BoothTally:
    return BoothTally(
        number=None,
        employer="",
        resumes=resumes,
        on_behalf=on_behalf,
        interviews=matches,
        matches=matches,
    )


def test_the_rate_of_the_fair_of_27_july_is_the_published_one():
    assert on_site_rate(tally(resumes=83, on_behalf=9, matches=58)) == Decimal("78.38")


def test_where_nobody_came_in_person_there_is_no_rate():
    assert on_site_rate(tally(resumes=3, on_behalf=3, matches=0)) is None


@given(st.integers(1, 500), st.integers(0, 500), st.data())
def test_a_rate_lies_between_0_and_100(in_person: int, on_behalf: int, data: st.DataObject):
    matches = data.draw(st.integers(0, in_person))
    rate = on_site_rate(tally(resumes=in_person + on_behalf, on_behalf=on_behalf, matches=matches))
    assert rate is not None
    assert 0 <= rate <= 100
    assert abs(rate - Decimal(matches) * 100 / in_person) <= Decimal("0.005")


def test_a_resume_goes_to_the_booth_of_the_vacancy(fairs: Fairs):
    resume = fairs.hand_in(FAIR.id, "V-1", seeker_id="S-1", now=NOON)
    assert (resume.booth_number, resume.number) == ("7", 1)
    assert resume.handed_in_at == day_of(NOON)
    assert fairs.booth(FAIR.id, "7").resumes == (resume,)


def test_a_person_hands_in_once_and_a_stranger_whenever_they_do(fairs: Fairs):
    first = fairs.hand_in(FAIR.id, "V-1", seeker_id="S-1", now=NOON)
    assert fairs.hand_in(FAIR.id, "V-1", seeker_id="S-1", now=NOON) == first
    others = [fairs.hand_in(FAIR.id, "V-1", seeker_id=None, now=NOON) for _ in range(2)]
    assert [resume.number for resume in others] == [2, 3]


def test_no_resume_is_taken_where_the_employer_has_no_booth(fairs: Fairs):
    for fair_id, vacancy_id in ((FAIR.id, "V-3"), (OTHER_FAIR.id, "V-1")):
        with pytest.raises(ConflictError):
            fairs.hand_in(fair_id, vacancy_id, seeker_id="S-1", now=NOON)


def test_no_resume_is_taken_for_a_closed_vacancy(bureau_at_fair: Bureau, fairs: Fairs):
    bureau_at_fair.app.register.close_vacancy("V-1", by=CLERK, now=NOON)
    with pytest.raises(ConflictError):
        fairs.hand_in(FAIR.id, "V-1", seeker_id="S-1", now=NOON)


def test_the_board_counts_each_booth_and_all_of_them(bureau_at_fair: Bureau, fairs: Fairs):
    with writing(bureau_at_fair.app.engine) as connection:
        upsert(connection, [Booth(fair_id=FAIR.id, number="12", employer_id="E-2")])
    first = fairs.hand_in(FAIR.id, "V-1", seeker_id="S-1", now=NOON)
    second = fairs.hand_in(FAIR.id, "V-2", seeker_id=None, now=NOON)
    fairs.take_paper(FAIR.id, "7", on_behalf=True, now=NOON)
    fairs.note(FAIR.id, first.id, result=Result.MATCHED, holds=True)
    fairs.note(FAIR.id, second.id, result=Result.INTERVIEWED, holds=True)
    board = fairs.board(FAIR.id)
    assert [booth.number for booth in board.booths] == ["7", "12"]
    seven, twelve = board.booths
    assert (seven.employer, seven.resumes, seven.on_behalf) == ("前鎮倉儲", 3, 1)
    assert (seven.interviews, seven.matches) == (2, 1)
    assert (twelve.resumes, on_site_rate(twelve)) == (0, None)
    assert board.total.resumes == 3
    assert on_site_rate(board.total) == Decimal("50.00")
    # The rates of the fair are counted from the log of events, and say the same.
    _, report = bureau_at_fair.app.figures.of_fair(FAIR.id)
    (rate,) = (rate for rate in report.rates if rate.formula.key == "on_site_match_rate")
    assert (rate.value, rate.numerator, rate.denominator) == (Decimal("50.00"), 1, 2)


def test_resumes_that_name_no_booth_are_counted_too(bureau_at_fair: Bureau, fairs: Fairs):
    with writing(bureau_at_fair.app.engine) as connection:
        upsert(connection, [FairResume(id="R-1", fair_id=FAIR.id, handed_in_at=day_of(NOON))])
    board = fairs.board(FAIR.id)
    assert [(b.number, b.resumes) for b in board.booths] == [("7", 0), (None, 1)]
    assert board.total.resumes == 1


def test_results_can_be_taken_back(fairs: Fairs):
    resume = fairs.hand_in(FAIR.id, "V-1", seeker_id="S-1", now=NOON)
    matched = fairs.note(FAIR.id, resume.id, result=Result.MATCHED, holds=True)
    assert (matched.matched, matched.interviewed) == (True, True)
    only_seen = fairs.note(FAIR.id, resume.id, result=Result.MATCHED, holds=False)
    assert (only_seen.matched, only_seen.interviewed) == (False, True)
    fairs.note(FAIR.id, resume.id, result=Result.MATCHED, holds=True)
    assert fairs.note(FAIR.id, resume.id, result=Result.INTERVIEWED, holds=False) == resume


def test_somebody_absent_is_neither_interviewed_nor_matched(fairs: Fairs):
    absent = fairs.take_paper(FAIR.id, "7", on_behalf=True, now=NOON)
    for result in (Result.INTERVIEWED, Result.MATCHED):
        with pytest.raises(ConflictError):
            fairs.note(FAIR.id, absent.id, result=result, holds=True)
    present = fairs.take_paper(FAIR.id, "7", on_behalf=False, now=NOON)
    fairs.note(FAIR.id, present.id, result=Result.MATCHED, holds=True)
    with pytest.raises(ConflictError):
        fairs.note(FAIR.id, present.id, result=Result.ON_BEHALF, holds=True)


def test_a_resume_of_another_fair_is_not_touched(fairs: Fairs):
    resume = fairs.hand_in(FAIR.id, "V-1", seeker_id="S-1", now=NOON)
    with pytest.raises(NotFoundError):
        fairs.note(OTHER_FAIR.id, resume.id, result=Result.MATCHED, holds=True)
    with pytest.raises(NotFoundError):
        fairs.booth(OTHER_FAIR.id, "7")


def test_the_two_lists_share_no_vacancy_and_together_are_the_usual_one(bureau_at_fair: Bureau):
    app = bureau_at_fair.app
    found = app.fair_lists.for_seeker(FAIR.id, "S-1", here=10, elsewhere=10, station="K-1")
    usual = app.lists.for_seeker("S-1", k=10, channel=Channel.KIOSK)
    here, elsewhere = (
        {line.candidate.id: line.candidate.score for line in slate.lines}
        for slate in (found.here, found.elsewhere)
    )
    assert here.keys() == {"V-1", "V-2"}
    assert elsewhere.keys() == {"V-3"}
    assert here | elsewhere == {c.candidate.id: c.candidate.score for c in usual.lines}
    assert found.booths == {"E-1": ("7",)}


def test_what_a_visitor_saw_is_logged_as_it_was_shown(bureau_at_fair: Bureau):
    app = bureau_at_fair.app
    found = app.fair_lists.for_seeker(FAIR.id, "S-1", here=1, elsewhere=10, station="K-1")
    with reading(app.engine) as connection:
        for slate in (found.here, found.elsewhere):
            logged = get(connection, Impression, slate.impression_id)
            assert logged is not None
            assert [key for key, _ in logged.items] == [c.candidate.id for c in slate.lines]
            assert (logged.channel, logged.seeker_id) == (Channel.KIOSK, "S-1")


def test_of_a_stranger_nothing_is_kept_but_what_was_shown(bureau_at_fair: Bureau):
    app = bureau_at_fair.app
    profile = JobSeeker(id="profile", registered_on=day_of(NOON), text="會開堆高機的秘密")
    found = app.fair_lists.for_profile(FAIR.id, profile, here=10, elsewhere=10, station="K-1")
    assert {line.candidate.id for line in found.here.lines} == {"V-1", "V-2"}
    with reading(app.engine) as connection:
        dump = "".join(
            str(connection.execute(select(table)).all())
            for table in (tables.impressions, tables.job_seekers, tables.kiosks)
        )
    assert "秘密" not in dump


def test_a_fair_without_a_booth_lists_everything_elsewhere(bureau_at_fair: Bureau):
    found = bureau_at_fair.app.fair_lists.for_seeker(
        OTHER_FAIR.id, "S-1", here=10, elsewhere=10, station="K-1"
    )
    assert found.here.lines == ()
    assert {line.candidate.id for line in found.elsewhere.lines} == {"V-1", "V-2", "V-3"}
