"""The kiosk at a job fair. Every step is a form; every page stands at /kiosk, and is shown once."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from api.access import LISTS, Service
from api.introduction import KILOMETRES, PAY_FLOORS, YEARS, profile_in, said, without_numbers
from api.page_route import KIOSK_COOKIE, PageRoute, Spoken, ThisKiosk, give_session, sorry
from api.pdf import pdf
from api.rendering import page, render
from api.words import JOBS
from matcher.bootstrap import App
from matcher.entities import Language
from matcher.errors import ForbiddenError, InvalidInputError, NotFoundError, UnauthenticatedError
from matcher.service.clock import day_of
from matcher.service.kiosks import IDLE, Kiosk, Page, Visit

kiosk = APIRouter(prefix="/kiosk", route_class=PageRoute, include_in_schema=False)

WARNED_SECONDS = 20
"""How long before the wipe a visitor is asked whether they are still there."""


async def _filled_in(request: Request) -> FormData:
    return await request.form()


Filled = Annotated[FormData, Depends(_filled_in)]


@kiosk.get("/set-up")
def before(request: Request, language: Spoken, fair: Annotated[str, Query()] = "") -> Response:
    """Where staff open a kiosk with its key."""
    return page("kiosk/set_up.html", request, language=language, fair=fair, wrong="")


@kiosk.post("/set-up")
def set_up(
    app: Service,
    request: Request,
    language: Spoken,
    key: Annotated[str, Form(max_length=200)] = "",
    fair: Annotated[str, Form(max_length=32)] = "",
) -> Response:
    """Open a kiosk at a fair."""
    try:
        token = app.kiosks.set_up(key.strip(), fair.strip())
    except (UnauthenticatedError, ForbiddenError, NotFoundError) as error:
        return page(
            "kiosk/set_up.html",
            request,
            language=language,
            status=HTTPStatus.UNAUTHORIZED,
            fair=fair,
            wrong="fair" if isinstance(error, NotFoundError) else "key",
        )
    response = _next()
    give_session(response, KIOSK_COOKIE, token, request)
    return response


@kiosk.get("/sorry")
def failed(request: Request, kind: Annotated[str, Query(max_length=32)] = "") -> Response:
    """What went wrong with a step, without what was sent."""
    return sorry(request, kind)


@kiosk.get("")
def show(
    app: Service, here: ThisKiosk, request: Request, fair: Annotated[str, Query()] = ""
) -> Response:
    """The page that is due, once; without one, or at another look, the visit is wiped."""
    visit = app.kiosks.show(here)
    if fair and fair != here.fair_id:
        raise UnauthenticatedError("This kiosk stands at another fair.", remedy="Set it up anew.")
    return page(f"kiosk/{visit.page}.html", request, **_shown(app, here, visit))


@kiosk.post("/scan")
def scan(
    app: Service, here: ThisKiosk, number: Annotated[str, Form(max_length=40)] = ""
) -> Response:
    """A card was scanned, or its number typed."""
    app.visits.scan(here, number, now=app.clock())
    return _next()


@kiosk.post("/confirm", tags=[LISTS])
def confirm(app: Service, here: ThisKiosk) -> Response:
    """The masked name is the visitor's own."""
    app.visits.confirm(here, now=app.clock())
    return _next()


@kiosk.post("/write")
def write(app: Service, here: ThisKiosk) -> Response:
    """Ask for the short résumé."""
    app.visits.write(here)
    return _next()


@kiosk.post("/introduce", tags=[LISTS])
def introduce(app: Service, here: ThisKiosk, form: Filled) -> Response:
    """Take in the short résumé."""
    fields = said(form)
    try:
        profile = profile_in(
            fields,
            language=app.kiosks.visit(here).language,
            today=day_of(app.clock()),
            reference=app.reference,
        )
    except (ValueError, InvalidInputError):
        app.visits.amend(here, without_numbers(fields))
    else:
        app.visits.introduce(here, profile, now=app.clock())
    return _next()


@kiosk.post("/hand-in")
def hand_in(
    app: Service, here: ThisKiosk, vacancy: Annotated[str, Form(max_length=32)] = ""
) -> Response:
    """Hand the résumé to the booth of one of the vacancies shown."""
    app.visits.hand_in(here, vacancy, now=app.clock())
    return _next()


@kiosk.post("/language")
def speak(app: Service, here: ThisKiosk, lang: Annotated[Language, Form()]) -> Response:
    """Show the same page in another language."""
    app.visits.speak(here, lang)
    return _next()


@kiosk.post("/alive")
def alive(app: Service, here: ThisKiosk) -> Response:
    """Somebody touched the page."""
    there = app.kiosks.touch(here)
    return Response(status_code=HTTPStatus.NO_CONTENT if there else HTTPStatus.GONE)


@kiosk.post("/pdf")
def as_pdf(app: Service, here: ThisKiosk, request: Request) -> Response:
    """Résumé and list as a file to print, where the browser cannot print by itself."""
    visit = app.kiosks.visit(here)
    if visit.page is not Page.LIST:
        app.kiosks.wipe(here)
        return _next()
    app.kiosks.count_try(here)
    return pdf(render("kiosk/list.html", request, as_file=True, **_shown(app, here, visit)))


@kiosk.post("/done")
def done(app: Service, here: ThisKiosk) -> Response:
    """The visitor leaves: nothing of them stays."""
    app.kiosks.wipe(here)
    return _next()


def _next() -> Response:
    return RedirectResponse("/kiosk", HTTPStatus.SEE_OTHER)


def _shown(app: App, here: Kiosk, visit: Visit) -> dict[str, Any]:
    """What the templates of a visit read."""
    registered = visit.resume.get("registered_on")
    return {
        "language": visit.language,
        "visit": visit,
        "holds": visit != Visit(),
        "lists": visit.lists.get(visit.language, {}),
        "fair": app.fairs.fair(here.fair_id),
        "registered_on": registered and date.fromisoformat(registered),
        "reference": app.reference,
        "idle_seconds": int(IDLE.total_seconds()),
        "warned_seconds": WARNED_SECONDS,
        "jobs": JOBS,
        "kilometres": KILOMETRES,
        "pay_floors": PAY_FLOORS,
        "years": YEARS,
    }
