"""What a counsellor does under a look: refer, note an outcome, undo, write a note, take a file."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from api.desk import LookId, RecordId, Words, look_page, to_look
from api.desk_filters import carried
from api.page_route import PageRoute, Service, SignedIn, Spoken
from matcher.entities import Outcome
from matcher.errors import ConflictError, InvalidInputError

cases = APIRouter(prefix="/desk/looks", route_class=PageRoute, include_in_schema=False)

Mark = Annotated[bool, Form()]


@cases.post("/{look_id}/referrals")
def refer(
    app: Service,
    who: SignedIn,
    request: Request,
    language: Spoken,
    look_id: LookId,
    person: RecordId = "",
    vacancy: RecordId = "",
) -> Response:
    """Send the person to the vacancy."""
    look = app.audit.look(look_id, who, now=app.clock())
    try:
        app.cases.refer(
            look,
            seeker_id=look.person or person,
            vacancy_id=look.vacancy or vacancy,
            now=app.clock(),
        )
    except ConflictError as error:
        return look_page(app, request, look, language, alert=error)
    return to_look(look, carried(request.query_params), "sent")


@cases.post("/{look_id}/outcomes")
def note_outcome(
    app: Service,
    who: SignedIn,
    request: Request,
    language: Spoken,
    look_id: LookId,
    referral: RecordId,
    outcome: Annotated[Outcome, Form()],
    happened_on: Annotated[date, Form()],
    placed: Mark = False,
    filled: Mark = False,
) -> Response:
    """Note what became of a referral."""
    look = app.audit.look(look_id, who, now=app.clock())
    try:
        app.cases.note_outcome(
            look,
            referral_id=referral,
            outcome=outcome,
            happened_on=happened_on,
            placed=placed,
            filled=filled,
            now=app.clock(),
        )
    except (ConflictError, InvalidInputError) as error:
        return look_page(app, request, look, language, alert=error)
    return to_look(look, carried(request.query_params), "sent")


@cases.post("/{look_id}/undone")
def undo(
    app: Service,
    who: SignedIn,
    request: Request,
    language: Spoken,
    look_id: LookId,
    act: RecordId,
) -> Response:
    """Take back what was done."""
    look = app.audit.look(look_id, who, now=app.clock())
    try:
        app.cases.undo(look, act, now=app.clock())
    except ConflictError as error:
        return look_page(app, request, look, language, alert=error)
    return to_look(look, carried(request.query_params), "sent")


@cases.post("/{look_id}/notes")
def write(
    app: Service,
    who: SignedIn,
    request: Request,
    language: Spoken,
    look_id: LookId,
    text: Words = "",
) -> Response:
    """Write a note."""
    look = app.audit.look(look_id, who, now=app.clock())
    try:
        app.cases.note(look, text, language, now=app.clock())
    except InvalidInputError as error:
        return look_page(app, request, look, language, alert=error, draft=text)
    return to_look(look, carried(request.query_params), "notes")
