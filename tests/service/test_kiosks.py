"""A kiosk holds one visitor, shows each page once, and forgets."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from matcher.db import tables
from matcher.db.engine import reading, writing
from matcher.entities import JobSeeker, Language
from matcher.errors import (
    ConfigurationError,
    ForbiddenError,
    NotFoundError,
    TooManyRequestsError,
    UnauthenticatedError,
)
from matcher.service.audit import Action, Occasion
from matcher.service.keys import Role
from matcher.service.kiosks import IDLE, LONGEST, TRIES, Kiosks, Page, Visit
from matcher.service.sessions import LIMITS
from matcher.service.visits import Visits
from tests.bureau import CLERK, NOON, Bureau, logged
from tests.fairground import CARD, FAIR, OTHER_FAIR, STRANGERS_CARD, kiosk_at, with_fair


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def after(self, time: timedelta) -> None:
        self.now += time


@pytest.fixture
def bureau_at_fair(either: Bureau) -> Bureau:
    return with_fair(either)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def kiosks(bureau_at_fair: Bureau, clock: Clock) -> Kiosks:
    app = bureau_at_fair.app
    return Kiosks(app.engine, app.sessions, clock=clock)


def held(bureau: Bureau) -> str:
    """What the database holds of visits, as text."""
    with reading(bureau.app.engine) as connection:
        rows = connection.execute(select(tables.kiosks)).mappings()
        return json.dumps([dict(row) for row in rows], default=str)


def test_a_scan_leads_by_a_masked_name_to_the_lists(bureau_at_fair: Bureau):
    app, kiosk = bureau_at_fair.app, kiosk_at(bureau_at_fair)
    app.visits.scan(kiosk, CARD, now=NOON)
    asked = app.kiosks.show(kiosk)
    assert (asked.page, asked.name) == (Page.CONFIRM, "王○明")
    assert asked.lists == {}
    app.visits.confirm(kiosk, now=NOON)
    shown = app.kiosks.show(kiosk)
    assert shown.page is Page.LIST
    here = shown.lists["zh"]["here"]
    assert {line["id"] for line in here} == {"V-1", "V-2"}
    assert all(line["booths"] == ["7"] and line["reasons"] for line in here)
    assert [line["id"] for line in shown.lists["zh"]["elsewhere"]] == ["V-3"]
    assert set(shown.lists) == set(Language)


def test_whose_card_a_kiosk_recognised_and_showed_is_in_the_audit_log(bureau_at_fair: Bureau):
    app, kiosk = bureau_at_fair.app, kiosk_at(bureau_at_fair)

    def looks() -> list[tuple[str, ...]]:
        found = logged(app, person="S-1")
        return [(one.action, one.who, one.role, one.reason) for one in found]

    for number in ("A123456788", STRANGERS_CARD):
        app.visits.scan(kiosk, number, now=NOON)
    assert looks() == []
    app.visits.scan(kiosk, CARD, now=NOON)
    by = (kiosk.key_id, Role.KIOSK, Occasion.CARD)
    assert looks() == [(Action.RECOGNISED, *by)]
    app.visits.confirm(kiosk, now=NOON)
    assert looks() == [(Action.RECOGNISED, *by), (Action.LISTED, *by)]


@pytest.mark.parametrize("typed", [CARD, f"*{CARD}*", f" {CARD.lower()}\r", "Ａ１２３４５６７８９"])
def test_what_scanners_and_fingers_add_makes_no_difference(bureau_at_fair: Bureau, typed: str):
    app, kiosk = bureau_at_fair.app, kiosk_at(bureau_at_fair)
    app.visits.scan(kiosk, typed, now=NOON)
    assert app.kiosks.show(kiosk).page is Page.CONFIRM


@pytest.mark.parametrize("typed", ["", "A123456788", "nonsense", "A12345678", "'; --"])
def test_a_number_that_is_none_is_said_to_be_so(bureau_at_fair: Bureau, typed: str):
    app, kiosk = bureau_at_fair.app, kiosk_at(bureau_at_fair)
    app.visits.scan(kiosk, typed, now=NOON)
    shown = app.kiosks.show(kiosk)
    assert (shown.page, shown.notice) == (Page.START, "number_wrong")


def test_somebody_not_registered_is_asked_to_introduce_themselves(bureau_at_fair: Bureau):
    app, kiosk = bureau_at_fair.app, kiosk_at(bureau_at_fair)
    app.visits.scan(kiosk, STRANGERS_CARD, now=NOON)
    assert app.kiosks.show(kiosk).page is Page.UNKNOWN


def test_a_page_is_shown_once(bureau_at_fair: Bureau):
    app, kiosk = bureau_at_fair.app, kiosk_at(bureau_at_fair)
    app.visits.scan(kiosk, CARD, now=NOON)
    assert app.kiosks.show(kiosk).page is Page.CONFIRM
    assert app.kiosks.show(kiosk) == Visit()
    app.visits.confirm(kiosk, now=NOON)
    assert app.kiosks.show(kiosk) == Visit()


@pytest.mark.parametrize("step", ["confirm", "introduce", "hand_in"])
def test_a_step_out_of_its_order_shows_nothing(bureau_at_fair: Bureau, step: str):
    app, kiosk = bureau_at_fair.app, kiosk_at(bureau_at_fair)
    app.visits.scan(kiosk, STRANGERS_CARD, now=NOON)
    match step:
        case "confirm":
            app.visits.confirm(kiosk, now=NOON)
        case "introduce":
            stranger = JobSeeker(id="profile", registered_on=NOON.date(), title="倉管")
            app.visits.introduce(kiosk, stranger, now=NOON)
        case _:
            app.visits.hand_in(kiosk, "V-1", now=NOON)
    assert app.kiosks.show(kiosk) == Visit()


def test_a_visit_ends_when_nobody_touches_it(bureau_at_fair: Bureau, kiosks: Kiosks, clock: Clock):
    kiosk = kiosk_at(bureau_at_fair)
    kiosks.keep(kiosk, Visit(page=Page.CONFIRM, seeker_id="S-1"))
    clock.after(IDLE)
    assert kiosks.touch(kiosk)
    clock.after(IDLE)
    assert kiosks.visit(kiosk).seeker_id == "S-1"
    clock.after(IDLE)
    assert kiosks.visit(kiosk) == Visit()
    assert not kiosks.touch(kiosk)
    assert kiosks.show(kiosk) == Visit()
    assert '"visit": null' in held(bureau_at_fair)


def test_a_visit_ends_however_often_it_is_touched(
    bureau_at_fair: Bureau, kiosks: Kiosks, clock: Clock
):
    kiosk = kiosk_at(bureau_at_fair)
    kiosks.keep(kiosk, Visit(page=Page.CONFIRM, seeker_id="S-1"))
    ends = clock.now + LONGEST
    while clock.now + IDLE < ends:
        clock.after(IDLE)
        assert kiosks.touch(kiosk)
    clock.after(IDLE)
    assert not kiosks.touch(kiosk)


def test_the_database_cannot_be_read_for_who_is_at_a_kiosk(bureau_at_fair: Bureau):
    app, kiosk = bureau_at_fair.app, kiosk_at(bureau_at_fair)
    app.visits.scan(kiosk, CARD, now=NOON)
    app.visits.confirm(kiosk, now=NOON)
    stored = held(bureau_at_fair)
    for secret in ("seeker_id", "王", "倉", CARD, kiosk.token):
        assert secret not in stored
    app.kiosks.wipe(kiosk)
    assert '"visit": null' in held(bureau_at_fair)


def test_a_kiosk_tries_only_so_much_a_minute(bureau_at_fair: Bureau, kiosks: Kiosks, clock: Clock):
    kiosk = kiosk_at(bureau_at_fair)
    for _ in range(TRIES):
        kiosks.count_try(kiosk)
    with pytest.raises(TooManyRequestsError):
        kiosks.count_try(kiosk)
    again = kiosk_at(bureau_at_fair)
    with pytest.raises(TooManyRequestsError):
        kiosks.count_try(again)
    clock.after(timedelta(minutes=1))
    kiosks.count_try(again)


def test_a_key_is_one_kiosk(bureau_at_fair: Bureau):
    app = bureau_at_fair.app
    first = kiosk_at(bureau_at_fair)
    app.visits.scan(first, CARD, now=NOON)
    second = kiosk_at(bureau_at_fair, OTHER_FAIR)
    assert (first.fair_id, second.fair_id) == (FAIR.id, OTHER_FAIR.id)
    assert app.kiosks.show(second) == Visit()
    with pytest.raises(UnauthenticatedError):
        app.kiosks.at(first.token)


def test_a_kiosk_ends_with_its_day_and_with_its_key(
    bureau_at_fair: Bureau, kiosks: Kiosks, clock: Clock
):
    app = bureau_at_fair.app
    token = kiosks.set_up(bureau_at_fair.keys[Role.KIOSK], FAIR.id)
    for _ in range(3):
        clock.after(LIMITS[Role.KIOSK].idle - timedelta(minutes=10))
        assert kiosks.at(token).fair_id == FAIR.id
    clock.after(timedelta(hours=1))
    with pytest.raises(UnauthenticatedError):
        kiosks.at(token)
    last = kiosk_at(bureau_at_fair)
    app.keys.revoke(last.key_id, now=NOON)
    with pytest.raises(UnauthenticatedError):
        app.kiosks.at(last.token)


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.ANALYST, Role.ADMIN])
def test_only_a_kiosk_key_opens_a_kiosk(bureau_at_fair: Bureau, role: Role):
    with pytest.raises(ForbiddenError):
        bureau_at_fair.app.kiosks.set_up(bureau_at_fair.keys[role], FAIR.id)


def test_a_kiosk_stands_at_a_fair_that_there_is(bureau_at_fair: Bureau):
    with pytest.raises(NotFoundError):
        bureau_at_fair.app.kiosks.set_up(bureau_at_fair.keys[Role.KIOSK], "F-9")


def test_without_a_key_of_digests_the_operator_is_told(bureau_at_fair: Bureau):
    app = bureau_at_fair.app
    visits = Visits(
        app.engine,
        app.kiosks,
        app.fairs,
        app.fair_lists,
        app.fair_plans,
        identity_key=None,
        reference=app.reference,
    )
    with pytest.raises(ConfigurationError, match="matcher key identity"):
        visits.scan(kiosk_at(bureau_at_fair), CARD, now=NOON)


def test_a_visitor_hands_in_once_at_each_booth(bureau_at_fair: Bureau):
    app, kiosk = bureau_at_fair.app, kiosk_at(bureau_at_fair)
    for _ in range(2):
        app.visits.scan(kiosk, CARD, now=NOON)
        app.visits.confirm(kiosk, now=NOON)
        for vacancy_id in ("V-1", "V-2", "V-1"):
            app.visits.hand_in(kiosk, vacancy_id, now=NOON)
    shown = app.kiosks.show(kiosk)
    assert shown.handed_in == {"V-1": 1, "V-2": 2}
    assert app.fairs.board(FAIR.id).total.resumes == 2


def test_a_vacancy_elsewhere_takes_no_resume(bureau_at_fair: Bureau):
    app, kiosk = bureau_at_fair.app, kiosk_at(bureau_at_fair)
    app.visits.scan(kiosk, CARD, now=NOON)
    app.visits.confirm(kiosk, now=NOON)
    app.visits.hand_in(kiosk, "V-3", now=NOON)
    assert app.kiosks.show(kiosk) == Visit()
    assert app.fairs.board(FAIR.id).total.resumes == 0


def test_a_vacancy_that_closed_meanwhile_is_said_to_be_gone(bureau_at_fair: Bureau):
    app, kiosk = bureau_at_fair.app, kiosk_at(bureau_at_fair)
    app.visits.scan(kiosk, CARD, now=NOON)
    app.visits.confirm(kiosk, now=NOON)
    app.register.close_vacancy("V-1", by=CLERK, now=NOON)
    app.visits.hand_in(kiosk, "V-1", now=NOON)
    shown = app.kiosks.show(kiosk)
    assert (shown.notice, shown.handed_in) == ("vacancy_gone", {})


def test_another_language_shows_the_same_page(bureau_at_fair: Bureau):
    app, kiosk = bureau_at_fair.app, kiosk_at(bureau_at_fair)
    app.visits.speak(kiosk, Language.VI)
    app.visits.scan(kiosk, CARD, now=NOON)
    app.visits.confirm(kiosk, now=NOON)
    app.visits.speak(kiosk, Language.TH)
    shown = app.kiosks.show(kiosk)
    assert (shown.page, shown.language) == (Page.LIST, Language.TH)
    app.kiosks.wipe(kiosk)
    assert app.kiosks.show(kiosk).language is Language.ZH


def test_a_session_left_over_from_long_ago_is_cleared_away(bureau_at_fair: Bureau):
    app = bureau_at_fair.app
    old = app.sessions.open(
        bureau_at_fair.keys[Role.COUNSELLOR], roles=frozenset({Role.COUNSELLOR}), now=NOON
    )
    with writing(app.engine) as connection:
        connection.execute(update(tables.sessions).values(opened_at=NOON - timedelta(days=2)))
    with pytest.raises(UnauthenticatedError):
        app.sessions.find(old, now=NOON)
    kiosk_at(bureau_at_fair)
    with reading(app.engine) as connection:
        assert len(connection.execute(select(tables.sessions)).all()) == 1
