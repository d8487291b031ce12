"""The counsellor's desk: find a person or a vacancy, say why, and see the list.

No address names a person: a page stands under the random id of a look, which is an entry of the
audit log and opens for nobody else.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from api.access import LISTS
from api.desk_facts import person_facts, vacancy_facts
from api.desk_filters import EMPLOYMENTS, FIELDS, PAYS, SHIFTS, carried, wanted_in
from api.page_route import PageRoute, Service, SignedIn, Spoken
from api.problems import kind_of
from api.rendering import page
from api.words import say
from matcher.bootstrap import App
from matcher.db.audit import Entry
from matcher.entities import Channel, Language, Outcome
from matcher.errors import InvalidInputError, MatcherError, NotFoundError, UnlawfulError
from matcher.identity import holds_number, mask_name
from matcher.ranking.wording import Voice
from matcher.service.advice_views import changes_view, why_not_view
from matcher.service.audit import Reason, refuse_numbers
from matcher.service.clock import TAIPEI, day_of
from matcher.service.desk import Choice, Wanted
from matcher.service.view_words import SIMULATED
from matcher.service.views import slate_view

desk = APIRouter(prefix="/desk", route_class=PageRoute, include_in_schema=False)

RecordId = Annotated[str, Form(max_length=64)]
Why = Annotated[Reason, Form()]
Words = Annotated[str, Form(max_length=1_000)]
LookId = Annotated[str, Path(max_length=32)]


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
        return _start(request, language, wrong="person", status=HTTPStatus.NOT_FOUND)
    except InvalidInputError as error:
        return _start(request, language, alert=error)
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
        return _start(request, language, found=app.desk.find(vacancy, language), alert=error)
    return to_look(look)


@desk.post("/looks/{look_id}/people")
def open_pair(
    app: Service,
    who: SignedIn,
    request: Request,
    language: Spoken,
    look_id: LookId,
    person: RecordId = "",
    vacancy: RecordId = "",
) -> Response:
    """Look at one person and one vacancy together, for the reason of the look."""
    look = app.audit.look(look_id, who, now=app.clock())
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
        return look_page(app, request, look, language, alert=error)
    return to_look(pair)


@desk.get("/looks/{look_id}", tags=[LISTS])
def see(
    app: Service,
    who: SignedIn,
    request: Request,
    language: Spoken,
    look_id: LookId,
) -> Response:
    """Whom or what a look is at: record, list with reasons, referrals, notes."""
    look = app.audit.look(look_id, who, now=app.clock())
    return look_page(app, request, look, language)


def to_look(look: Entry, query: str = "", place: str = "list") -> Response:
    """To the page of a look, at one of its places."""
    return RedirectResponse(f"/desk/looks/{look.id}{query}#{place}", HTTPStatus.SEE_OTHER)


def look_page(
    app: App,
    request: Request,
    look: Entry,
    language: Language,
    *,
    alert: MatcherError | None = None,
    draft: str = "",
) -> Response:
    """The page of a look; `alert` says what was not done, `draft` is a note to be mended."""
    reference, query = app.reference, request.query_params
    told = {name: query.get(name, "") for name in FIELDS}
    refused: MatcherError | None = None
    try:
        wanted = wanted_in(query, reference)
        app.desk.lawful(wanted.words, language)
    except InvalidInputError as error:
        # What was refused is not shown again: it may hold a number.
        wanted, refused, told = Wanted(), error, dict.fromkeys(FIELDS, "")
    case = app.desk.case(look)
    values: dict[str, Any] = {
        "case": case,
        "look": look,
        "facts": [],
        "offer": [],
        "list": None,
        "why": None,
        "changes": None,
    }
    if case.person is not None:
        values["facts"] = person_facts(case.person, language, reference)
    if case.vacancy is not None:
        values["offer"] = vacancy_facts(case.vacancy, language, reference)
    if case.person is not None and case.vacancy is not None:
        why = app.advice.why_not(case.person.id, case.vacancy.id)
        values["why"] = why_not_view(
            why, language=language, reference=reference, voice=Voice.COUNSELLOR
        )
    elif not refused:
        slate = app.desk.slate(look, wanted, language, channel=Channel.COUNSELLOR)
        values["list"] = slate_view(
            slate, language=language, reference=reference, voice=Voice.COUNSELLOR
        )
    if case.person is not None and case.vacancy is None:
        changes = app.advice.changes(case.person.id)
        values["changes"] = changes_view(
            changes, language=language, reference=reference, voice=Voice.COUNSELLOR
        )
    return page(
        "desk/look.html",
        request,
        language=language,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if alert or refused else HTTPStatus.OK,
        alert=_alert(alert or refused, language),
        refused=refused is not None,
        draft="" if holds_number(draft) else draft,
        masked=mask_name(case.person.name) if case.person else "",
        query=carried(told),
        told=told,
        today=day_of(app.clock()),
        zone=TAIPEI,
        outcomes=list(Outcome),
        notice=SIMULATED[language] if case.simulated else "",
        **_choices(app),
        **values,
    )


def _choices(app: App) -> dict[str, Any]:
    return {
        "districts": [app.reference.places[code] for code in app.reference.districts],
        "licences": app.reference.licences,
        "shift_words": list(SHIFTS),
        "employment_words": list(EMPLOYMENTS),
        "pays": PAYS,
    }


def _alert(error: MatcherError | None, language: Language) -> dict[str, str] | None:
    """What a page says was not done: the law's answer in its own words, all else by its kind."""
    if error is None:
        return None
    if isinstance(error, UnlawfulError):
        return {"said": str(error)}
    if isinstance(error, NotFoundError):
        # What was typed is not repeated: it may be a mistyped number.
        return {"said": say("no_such_id", language)}
    return {"said": "", "kind": kind_of(error)[1], "told": str(error)}


def _start(
    request: Request,
    language: Language,
    *,
    wrong: str = "",
    alert: MatcherError | None = None,
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
        alert=_alert(alert, language),
        found=found,
        text=text,
        reasons=list(Reason),
    )
