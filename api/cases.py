"""What a counsellor does under a look: refer, note an outcome, undo, write a note, take a file."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Response

from api.looks import RecordId, UnderLook, Words
from api.page_route import PageRoute
from matcher.entities import Outcome

cases = APIRouter(prefix="/desk/looks", route_class=PageRoute, include_in_schema=False)

Mark = Annotated[bool, Form()]


@cases.post("/{look_id}/referrals")
def refer(at: UnderLook, person: RecordId = "", vacancy: RecordId = "") -> Response:
    """Send the person to the vacancy."""
    look = at.look
    return at.did(
        lambda: at.app.cases.refer(
            look,
            seeker_id=look.person or person,
            vacancy_id=look.vacancy or vacancy,
            now=at.app.clock(),
        ),
        "sent",
    )


@cases.post("/{look_id}/outcomes")
def note_outcome(
    at: UnderLook,
    referral: RecordId,
    outcome: Annotated[Outcome, Form()],
    happened_on: Annotated[date, Form()],
    placed: Mark = False,
    filled: Mark = False,
) -> Response:
    """Note what became of a referral."""
    return at.did(
        lambda: at.app.cases.note_outcome(
            at.look,
            referral_id=referral,
            outcome=outcome,
            happened_on=happened_on,
            placed=placed,
            filled=filled,
            now=at.app.clock(),
        ),
        "sent",
        referral=referral,
        outcome=outcome.value,
        happened_on=happened_on.isoformat(),
        placed="yes" if placed else "",
        filled="yes" if filled else "",
    )


@cases.post("/{look_id}/undone")
def undo(at: UnderLook, act: RecordId) -> Response:
    """Take back what was done."""
    return at.did(lambda: at.app.cases.undo(at.look, act, now=at.app.clock()), "sent")


@cases.post("/{look_id}/notes")
def write(at: UnderLook, text: Words = "") -> Response:
    """Write a note."""
    return at.did(
        lambda: at.app.cases.note(at.look, text, at.language, now=at.app.clock()),
        "notes",
        text=text,
    )
