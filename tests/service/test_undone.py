"""What is undone counts nowhere any more, and is kept as it stood with who undid it and when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from matcher.db import history, tables
from matcher.db.desk import sent
from matcher.db.engine import reading
from matcher.db.placed import placed_pairs
from matcher.db.undone import Undone, undone_of
from matcher.entities import ErasureReason, Outcome
from matcher.service.audit import Action, Reason
from matcher.service.clock import day_of
from matcher.service.keys import Principal, Role
from tests.bureau import NOON, Bureau

CHEN = Principal("chen", Role.COUNSELLOR)
LIN = Principal("lin", Role.COUNSELLOR)
TODAY = day_of(NOON)
LATER = NOON + timedelta(hours=1)


class Case:
    """Somebody's case at the desk of a bureau on either kind of database."""

    def __init__(self, bureau: Bureau) -> None:
        self.app = bureau.app
        self.look = self._look(CHEN)

    def _look(self, who: Principal):
        return self.app.audit.open(
            who, person="S-1", vacancy="V-1", reason=Reason.PRESENT, now=NOON
        )

    def refer(self) -> str:
        return self.app.cases.refer(self.look, seeker_id="S-1", vacancy_id="V-1", now=NOON).id

    def hire(self, referral: str) -> None:
        self.app.cases.note_outcome(
            self.look,
            referral_id=referral,
            outcome=Outcome.HIRED,
            happened_on=TODAY,
            placed=True,
            filled=True,
            now=NOON,
        )

    def undo(self, *actions: Action) -> None:
        """By a colleague, an hour later."""
        look = self._look(LIN)
        for action in actions:
            acts = self.app.desk.case(look).acts
            act = next(one for one in acts if one.action == action)
            self.app.cases.undo(look, act.id, now=LATER)

    def undone(self) -> list[Undone]:
        with reading(self.app.engine) as connection:
            return undone_of(connection, "S-1", None, limit=99)


ALL = (Action.FILLED, Action.PLACED, Action.OUTCOME, Action.REFERRED)


@pytest.fixture
def case(either: Bureau) -> Case:
    return Case(either)


def test_all_that_was_undone_is_kept_as_it_stood_with_who_and_when(case: Case):
    referral = case.refer()
    case.hire(referral)
    case.undo(*ALL)
    kept = {one.kind: one for one in case.undone()}
    assert set(kept) == {"referrals", "referral_outcomes", "placements", "hire_reports"}
    assert all((one.undone_by, one.undone_at) == ("lin", LATER) for one in kept.values())
    assert all((one.seeker_id, one.vacancy_id) == ("S-1", "V-1") for one in kept.values())
    assert all(one.day == TODAY for one in kept.values())
    assert kept["referrals"].record == {
        "id": referral,
        "seeker_id": "S-1",
        "vacancy_id": "V-1",
        "made_on": TODAY.isoformat(),
        "channel": "counsellor",
    }
    assert kept["referral_outcomes"].record == {
        "referral_id": referral,
        "outcome": "hired",
        "happened_on": TODAY.isoformat(),
    }
    assert kept["placements"].record["referral_id"] == referral
    assert kept["hire_reports"].record["openings_filled"] == 1


def test_each_is_kept_under_its_entry_of_the_log(case: Case):
    case.refer()
    case.undo(Action.REFERRED)
    (kept,) = case.undone()
    log = [entry for _, entry in case.app.audit.page(Principal("", Role.SUPERVISOR))]
    (undoing,) = (entry for entry in log if entry.action == Action.UNDONE)
    assert kept.id == undoing.id
    assert kept.record["id"] == undoing.record


def test_nothing_that_reads_referrals_reads_an_undone_one(case: Case):
    case.hire(case.refer())
    case.undo(*ALL)
    with reading(case.app.engine) as connection:
        for table in (tables.referrals, tables.referral_outcomes, tables.placements):
            assert connection.execute(select(func.count()).select_from(table)).scalar() == 0
        assert sent(connection, seeker_id="S-1", vacancy_id=None, limit=9) == []
        assert history.referred_to(connection, "S-1") == []
        assert history.all_referred_to(connection) == {}
        assert list(history.referral_courses(connection)) == []
        assert list(history.sent_between(connection, TODAY, TODAY)) == []
        assert list(history.ended_courses(connection)) == []
        assert list(history.openings_filled(connection)) == []
        assert history.last_recorded_day(connection, TODAY) is None
        assert placed_pairs(connection) == []


def test_what_is_noted_again_and_undone_again_is_kept_twice(case: Case):
    for _ in range(2):
        case.hire(case.refer())
        case.undo(*ALL)
    kinds = [one.kind for one in case.undone()]
    assert sorted(set(kinds)) == ["hire_reports", "placements", "referral_outcomes", "referrals"]
    assert len(kinds) == 8
    standing = case.refer()
    with reading(case.app.engine) as connection:
        (one,) = sent(connection, seeker_id="S-1", vacancy_id="V-1", limit=9)
    assert one.referral.id == standing
    assert one.outcomes == ()


def test_an_act_that_cannot_be_undone_yet_is_not_kept_as_undone(case: Case):
    case.hire(case.refer())
    with pytest.raises(Exception, match="Something is noted"):
        case.undo(Action.REFERRED)
    assert case.undone() == []


def test_whoever_is_erased_is_in_nothing_that_was_undone(case: Case):
    case.hire(case.refer())
    case.undo(*ALL)
    case.app.register.erase("S-1", reason=ErasureReason.REQUEST, by=CHEN, now=LATER)
    assert case.undone() == []


def test_the_desk_shows_what_was_undone_of_the_person_and_of_the_pair(case: Case):
    case.refer()
    case.undo(Action.REFERRED)
    look = case.app.audit.open(CHEN, person="S-1", vacancy=None, reason=Reason.PRESENT, now=LATER)
    for one in (look, case.look):
        assert [kept.kind for kept in case.app.desk.case(one).undone] == ["referrals"]
    other = case.app.audit.open(CHEN, person="S-1", vacancy="V-2", reason=Reason.PRESENT, now=LATER)
    assert case.app.desk.case(other).undone == ()
