"""The page of a look, and how what is done there is answered: again with that page.

No address names a person: a page stands under the random id of a look, which is an entry of the
audit log and opens for nobody else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from api.access import LISTS, Service
from api.desk_facts import person_facts, vacancy_facts
from api.desk_filters import EMPLOYMENTS, FIELDS, PAYS, SHIFTS, carried, wanted_in
from api.page_route import PageRoute, SignedIn, Spoken
from api.refusals import explained
from api.rendering import page
from matcher.bootstrap import App
from matcher.db.audit import Entry
from matcher.entities import Channel, Language, Outcome
from matcher.errors import ConflictError, InvalidInputError, MatcherError
from matcher.identity import holds_number, mask_name
from matcher.ranking.wording import Voice
from matcher.service.advice_views import changes_view, why_not_view
from matcher.service.clock import TAIPEI, day_of
from matcher.service.desk import Wanted
from matcher.service.view_words import SIMULATED
from matcher.service.views import slate_view

looks = APIRouter(prefix="/desk/looks", route_class=PageRoute, include_in_schema=False)

RecordId = Annotated[str, Form(max_length=64)]
Words = Annotated[str, Form(max_length=1_000)]

NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Looking:
    """A request under a look that is open to whoever sent it."""

    app: App
    request: Request
    language: Language
    look: Entry

    def did(self, act: Callable[[], object], place: str, **kept: str) -> Response:
        """Do it and go to a place of the page, or say there why it was not done.

        `kept` are fields of the form, to be mended.
        """
        try:
            act()
        except (ConflictError, InvalidInputError) as error:
            return look_page(self, alert=error, kept=kept)
        return to_look(self.look, carried(self.request.query_params), place)


def _looking(
    app: Service,
    who: SignedIn,
    request: Request,
    language: Spoken,
    look_id: Annotated[str, Path(max_length=32)],
) -> Looking:
    return Looking(app, request, language, app.audit.look(look_id, who, now=app.clock()))


UnderLook = Annotated[Looking, Depends(_looking)]


@looks.get("/{look_id}", tags=[LISTS])
def see(at: UnderLook) -> Response:
    """Whom or what a look is at: record, list with reasons, referrals, notes."""
    return look_page(at)


def to_look(look: Entry, query: str = "", place: str = "list") -> Response:
    """To the page of a look, at one of its places."""
    return RedirectResponse(f"/desk/looks/{look.id}{query}#{place}", HTTPStatus.SEE_OTHER)


def look_page(
    at: Looking, *, alert: MatcherError | None = None, kept: Mapping[str, str] = NOTHING
) -> Response:
    """The page of a look; `alert` says what was not done, `kept` what of its form to mend."""
    app, request, language, look = at.app, at.request, at.language, at.look
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
        alert=explained(alert or refused, language),
        refused=refused is not None,
        kept={name: "" if holds_number(text) else text for name, text in kept.items()},
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
