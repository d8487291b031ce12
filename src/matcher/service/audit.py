"""Nobody is looked at without a logged entry that says who looks and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import Engine

from matcher.db.audit import Entry, add_entries, entry, names_of, newest_entries
from matcher.db.engine import appending, reading
from matcher.db.store import must_get
from matcher.entities import JobSeeker, Vacancy
from matcher.errors import InvalidInputError, NotFoundError
from matcher.identity import holds_number
from matcher.service.keys import Principal, Role

LASTS = timedelta(hours=10)
"""How long a look stays open: no session lasts longer."""
MOST_WORDS = 200
"""Characters of the words of a reason."""
PAGE = 100
"""Entries on one page of the log."""


class Action(StrEnum):
    """What was done. The first four are looks: at a person, at many, at one of them, in a file."""

    LISTED = "listed"
    SHORTLISTED = "shortlisted"
    SHOWN = "shown"
    OPENED = "opened"
    EXPORTED = "exported"
    REFERRED = "referred"
    OUTCOME = "outcome"
    PLACED = "placed"
    FILLED = "filled"
    UNDONE = "undone"
    NOTED = "noted"
    RECOGNISED = "recognised"
    EVIDENCE = "evidence"
    CORRECTED = "corrected"
    STORED = "stored"
    ERASED = "erased"
    PUBLISHED = "published"
    LET_STAND = "let_stand"
    CLOSED = "closed"


class Reason(StrEnum):
    """Why somebody looks; OTHER wants words."""

    PRESENT = "present"
    REQUESTED = "requested"
    FOR_VACANCY = "for_vacancy"
    FOLLOW_UP = "follow_up"
    OTHER = "other"


class Occasion(StrEnum):
    """Why there is an entry where nobody is asked for a reason.

    DUTY: the act says it itself. CARD: somebody's card was scanned. FIGURE: a figure was traced.
    """

    DUTY = "duty"
    CARD = "card"
    FIGURE = "figure"


class Audit:
    """Opens looks and reads the log; what is done under a look is logged where it is done."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open(
        self,
        principal: Principal,
        *,
        person: str | None,
        vacancy: str | None,
        reason: Reason,
        words: str = "",
        now: datetime,
    ) -> Entry:
        """A new look: at a person's list, at a vacancy's shortlist, or at both of a pair.

        Raises NotFoundError for an unknown id, which nobody looked at, and InvalidInputError for
        words that hold an identity number or the person's name.
        """
        action = Action.OPENED if person and vacancy else Action.LISTED
        if person is None:
            action = Action.SHORTLISTED
        said = words.strip()
        with appending(self._engine) as connection:
            name = must_get(connection, JobSeeker, person).name if person else ""
            if vacancy:
                must_get(connection, Vacancy, vacancy)
            _refuse_words(said, reason, name)
            look = new_entry(
                principal, action, reason, now, person=person, vacancy=vacancy, words=said
            )
            add_entries(connection, [look])
        return look

    def note(self, entry: Entry) -> None:
        """Write down an entry that is part of no other transaction."""
        with appending(self._engine) as connection:
            add_entries(connection, [entry])

    def look(self, look_id: str, principal: Principal, *, now: datetime) -> Entry:
        """The look of that id, to those who opened it; raises NotFoundError for all others."""
        with reading(self._engine) as connection:
            found = entry(connection, look_id)
        looks = (Action.LISTED, Action.SHORTLISTED, Action.OPENED)
        if (
            found is None
            or found.action not in looks
            or found.who != principal.id
            or now - found.made_at >= LASTS
        ):
            raise NotFoundError(
                "This look is not open.",
                remedy="Find the person or vacancy anew.",
                code="look_closed",
            )
        return found

    def page(
        self, principal: Principal, *, person: str | None = None, before: int | None = None
    ) -> list[tuple[int, Entry]]:
        """A page of the log, newest first: supervisors and analysts see all, others their own."""
        everything = principal.role in (Role.SUPERVISOR, Role.ANALYST, Role.ADMIN)
        who = None if everything else principal.id
        with reading(self._engine) as connection:
            return newest_entries(connection, who=who, person=person, before=before, limit=PAGE)

    def names(self, entries: Sequence[tuple[int, Entry]]) -> dict[str, str]:
        """The names of the accounts and keys of those who did what a page tells of."""
        with reading(self._engine) as connection:
            return names_of(connection, {one.who for _, one in entries})


def under(look: Entry, action: Action, now: datetime) -> Entry:
    """The entry of something done under a look, by whom opened it and for the same reason."""
    return replace(look, id=uuid4().hex, made_at=now, action=action, words="", look=look.id)


def new_entry(
    principal: Principal,
    action: Action,
    reason: Reason | Occasion,
    now: datetime,
    *,
    person: str | None = None,
    vacancy: str | None = None,
    record: str | None = None,
    detail: str = "",
    words: str = "",
) -> Entry:
    """An entry that stands under no look, to be written with what it tells of."""
    return Entry(
        id=uuid4().hex,
        made_at=now,
        who=principal.id,
        role=principal.role,
        action=action,
        person=person,
        vacancy=vacancy,
        record=record,
        detail=detail,
        reason=reason,
        words=words,
    )


def refuse_numbers(text: str) -> None:
    """Raise InvalidInputError where a text holds an identity number; it is not repeated."""
    if holds_number(text):
        raise InvalidInputError(
            "The text holds an identity number.",
            remedy="Take it out: numbers are never kept.",
            code="number_in_text",
        )


def _refuse_words(said: str, reason: Reason, name: str) -> None:
    refuse_numbers(said)
    if reason is Reason.OTHER and not said:
        raise InvalidInputError(
            "Another reason wants words.",
            remedy="Write in a few words why you look.",
            code="reason_wants_words",
        )
    if len(said) > MOST_WORDS or (name and name in said):
        raise InvalidInputError(
            "The words of the reason are too long, or hold the person's name.",
            remedy=f"Use up to {MOST_WORDS} characters and no name.",
            code="reason_words",
            most=MOST_WORDS,
        )
