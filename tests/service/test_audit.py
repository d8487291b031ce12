"""Every look at a person is logged with a reason, for good, and opens for nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DatabaseError

from matcher.db import tables
from matcher.db.engine import appending
from matcher.errors import InvalidInputError, NotFoundError
from matcher.service.audit import LASTS, PAGE, Action, Audit, Reason
from matcher.service.keys import Principal, Role
from tests.bureau import BOSS, FILLED, NOON, Bureau, logged

CHEN = Principal("chen", Role.COUNSELLOR)
LIN = Principal("lin", Role.COUNSELLOR)
ANALYST = Principal("figures", Role.ANALYST)


@pytest.fixture
def audit(either: Bureau) -> Audit:
    return either.app.audit


def look_at(audit: Audit, person: str | None = "S-1", vacancy: str | None = None, *, by=CHEN):
    return audit.open(by, person=person, vacancy=vacancy, reason=Reason.PRESENT, now=NOON)


def test_a_look_says_who_when_whom_what_and_why(audit: Audit, either: Bureau):
    opened = [look_at(audit), look_at(audit, None, "V-1"), look_at(audit, "S-1", "V-1")]
    assert [one.action for one in opened] == [Action.LISTED, Action.SHORTLISTED, Action.OPENED]
    assert logged(either.app) == opened
    first = opened[0]
    assert (first.who, first.made_at, first.person, first.reason) == (
        "chen",
        NOON,
        "S-1",
        "present",
    )


def test_a_look_opens_for_whom_it_was_made_and_not_for_long(audit: Audit):
    look = look_at(audit)
    assert audit.look(look.id, CHEN, now=NOON + LASTS - timedelta(seconds=1)) == look
    for who, now in ((LIN, NOON), (BOSS, NOON), (CHEN, NOON + LASTS)):
        with pytest.raises(NotFoundError):
            audit.look(look.id, who, now=now)
    with pytest.raises(NotFoundError):
        audit.look("0" * 32, CHEN, now=NOON)


def test_whom_nobody_registered_nobody_looked_at(audit: Audit, either: Bureau):
    for person, vacancy in (("S-9", None), (None, "V-9"), ("S-1", "V-9")):
        with pytest.raises(NotFoundError):
            look_at(audit, person, vacancy)
    assert logged(either.app) == []


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason.OTHER, " "),
        (Reason.PRESENT, "證號 A123456789"),
        (Reason.PRESENT, "王小明來電"),
        (Reason.PRESENT, "字" * 201),
    ],
)
def test_words_of_a_reason_hold_no_number_and_no_name(
    audit: Audit, either: Bureau, reason: Reason, words: str
):
    with pytest.raises(InvalidInputError) as error:
        audit.open(CHEN, person="S-1", vacancy=None, reason=reason, words=words, now=NOON)
    assert "A123456789" not in str(error.value)
    assert logged(either.app) == []


def test_the_database_refuses_to_change_or_delete_an_entry(audit: Audit, either: Bureau):
    about = {"person": "S-1", "vacancy": None, "reason": Reason.PRESENT, "now": NOON}
    audit.open(CHEN, words="來電", **about)
    table = tables.audit_log
    changes = {"who": "somebody"}, {"person": "S-2"}, {"person": "erased"}, {"words": "x"}
    for statement in (*(update(table).values(change) for change in changes), delete(table)):
        with pytest.raises(DatabaseError), appending(either.app.engine) as connection:
            connection.execute(statement)
    assert audit.page(BOSS)[0][1].who == "chen"


def test_counsellors_read_their_own_entries_supervisors_and_analysts_all(audit: Audit):
    look_at(audit)
    look_at(audit, "S-2", by=LIN)
    assert [entry.who for _, entry in audit.page(CHEN)] == ["chen"]
    assert audit.page(CHEN, person="S-2") == []
    for reader in (BOSS, ANALYST):
        assert {entry.who for _, entry in audit.page(reader)} > {"chen", "lin"}
        assert audit.page(reader, person="S-2")[0][1].who == "lin"


def test_the_log_is_read_page_by_page(audit: Audit):
    for _ in range(PAGE + 2):
        look_at(audit)
    newest = audit.page(BOSS)
    older = audit.page(BOSS, before=newest[-1][0])
    assert (len(newest), len(older)) == (PAGE, 2 + FILLED)
    assert replace(older[0][1], id="") == replace(newest[0][1], id="")
