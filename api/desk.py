"""The counsellor's desk: find a person or a vacancy, and say why one looks."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from api.access import Service
from api.looks import RecordId, UnderLook, Words, look_page, to_look
from api.page_route import PageRoute, SignedIn, Spoken
from api.refusals import explained
from api.rendering import page
from matcher.entities import Language
from matcher.errors import InvalidInputError, MatcherError, NotFoundError
from matcher.identity import holds_number
from matcher.service.audit import Reason, refuse_numbers
from matcher.service.desk import Choice

desk = APIRouter(prefix="/desk", route_class=PageRoute, include_in_schema=False)

Why = Annotated[Reason, Form()]

NOTHING: Mapping[str, str] = {"person": "", "reason": "", "words": ""}
"""Fields of a form that was not filled in yet."""


@desk.get("")
def start(request: Request, language: Spoken) -> Response:
    """Where every case begins."""
    return _start(request, language)


@desk.post("/people")
def open_person(
    app: Service,
    who: SignedIn,
    request: Request,
    language: Spoken,
    reason: Why,
    person: RecordId = "",
    words: Words = "",
) -> Response:
    """Look at a person, by the id of the register."""
    try:
        refuse_numbers(person)
        look = app.audit.open(
            who, person=person.strip(), vacancy=None, reason=reason, words=words, now=app.clock()
        )
    except NotFoundError:
        # What was typed is not repeated: it may be a mistyped number.
        kept = _kept(reason=reason, words=words)
        return _start(request, language, wrong="person", kept=kept, status=HTTPStatus.NOT_FOUND)
    except InvalidInputError as error:
        kept = _kept(person=person.strip(), reason=reason, words=words)
        return _start(request, language, alert=error, kept=kept)
    return to_look(look)


@desk.post("/vacancies")
def find_vacancies(
    app: Service, request: Request, language: Spoken, text: Annotated[str, Form(max_length=60)] = ""
) -> Response:
    """Vacancies by id or words of their titles."""
    try:
        found = app.desk.find(text, language)
    except InvalidInputError as error:
        return _start(request, language, alert=error)
    return _start(request, language, found=found, text=text)


@desk.post("/shortlists")
def open_vacancy(
    app: Service,
    who: SignedIn,
    request: Request,
    language: Spoken,
    reason: Why,
    vacancy: RecordId = "",
    words: Words = "",
) -> Response:
    """Look at those who suit a vacancy."""
    try:
        look = app.audit.open(
            who, person=None, vacancy=vacancy, reason=reason, words=words, now=app.clock()
        )
    except InvalidInputError as error:
        kept = _kept(reason=reason, words=words)
        found = app.desk.find(vacancy, language)
        return _start(request, language, found=found, kept=kept, alert=error)
    return to_look(look)


@desk.post("/looks/{look_id}/people")
def open_pair(
    at: UnderLook, who: SignedIn, person: RecordId = "", vacancy: RecordId = ""
) -> Response:
    """Look at one person and one vacancy together, for the reason of the look."""
    app, look = at.app, at.look
    try:
        refuse_numbers(person + vacancy)
        pair = app.audit.open(
            who,
            person=look.person or person.strip(),
            vacancy=look.vacancy or vacancy.strip(),
            reason=Reason(look.reason),
            words=look.words,
            now=app.clock(),
        )
    except (NotFoundError, InvalidInputError) as error:
        return look_page(at, alert=error)
    return to_look(pair)


def _kept(*, reason: Reason, words: str, person: str = "") -> Mapping[str, str]:
    """What was filled in before a refusal, to be mended; no identity number is shown again."""
    told = {"person": person, "reason": reason.value, "words": words}
    return {name: "" if holds_number(text) else text for name, text in told.items()}


def _start(
    request: Request,
    language: Language,
    *,
    wrong: str = "",
    alert: MatcherError | None = None,
    kept: Mapping[str, str] = NOTHING,
    found: Choice | None = None,
    text: str = "",
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    return page(
        "desk/start.html",
        request,
        language=language,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if alert else status,
        wrong=wrong,
        alert=explained(alert, language),
        kept=kept,
        nothing=NOTHING,
        found=found,
        text=text,
        reasons=list(Reason),
    )
