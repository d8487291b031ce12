"""The board of a fair, and the page of a booth where staff note what became of each résumé."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.access import DESK, Service
from api.page_route import PageRoute, Spoken
from api.pdf import pdf
from api.rendering import page, render
from matcher.bootstrap import App
from matcher.entities import Language
from matcher.service.clock import TAIPEI
from matcher.service.fairs import Result, on_site_rate
from matcher.service.view_words import SIMULATED

board = APIRouter(prefix="/fairs", route_class=PageRoute, include_in_schema=False)

RENEWED_SECONDS = 5
"""How often a board renews itself; without a script four times more seldom."""

COMING = 3
"""Who is expected next at a booth: so many are shown."""

FairId = Annotated[str, Path(max_length=32)]


@board.get("")
def fairs(app: Service, request: Request, language: Spoken) -> Response:
    """The fairs to choose from."""
    return page("board/fairs.html", request, language=language, fairs=app.fairs.newest())


@board.get("/{fair_id}")
def look(app: Service, request: Request, language: Spoken, fair_id: FairId) -> Response:
    """Résumés, interviews, matches and rate, by booth."""
    return page("board/board.html", request, language=language, **_board(app, request, fair_id))


@board.get("/{fair_id}/report.pdf")
def report(app: Service, request: Request, language: Spoken, fair_id: FairId) -> Response:
    """The board as a file, for the end of the day."""
    values = _board(app, request, fair_id)
    return pdf(render("board/board.html", request, language=language, as_file=True, **values))


@board.get("/{fair_id}/booth")
def booth(
    app: Service,
    request: Request,
    language: Spoken,
    fair_id: FairId,
    number: Annotated[str, Query(max_length=32)],
) -> Response:
    """The résumés of a booth, each with its results to touch."""
    return page(
        "board/booth.html",
        request,
        language=language,
        at=(at := app.fairs.booth(fair_id, number)),
        notice=_notice(at.simulated, language),
        results=list(Result),
    )


@board.post("/{fair_id}/papers")
def paper(
    app: Service,
    fair_id: FairId,
    number: Annotated[str, Form(max_length=32)],
    on_behalf: Annotated[bool, Form()] = False,
) -> Response:
    """Count a résumé that came on paper."""
    resume = app.fairs.take_paper(fair_id, number, on_behalf=on_behalf, now=app.clock())
    return _to_booth(fair_id, number, resume.id)


@board.post("/{fair_id}/resumes/{resume_id}")
def note(
    app: Service,
    fair_id: FairId,
    resume_id: Annotated[str, Path(max_length=32)],
    result: Annotated[Result, Form()],
    holds: Annotated[bool, Form()],
) -> Response:
    """Note a result, or take it back."""
    resume = app.fairs.note(fair_id, resume_id, result=result, holds=holds)
    app.fair_plans.renew(fair_id, now=app.clock())
    return _to_booth(fair_id, resume.booth_number or "", resume.id)


def _to_booth(fair_id: str, number: str, resume_id: str) -> Response:
    where = f"/fairs/{fair_id}/booth?{urlencode({'number': number})}#r-{resume_id}"
    return RedirectResponse(where, HTTPStatus.SEE_OTHER)


def _board(app: App, request: Request, fair_id: str) -> dict[str, Any]:
    found = app.fairs.board(fair_id)
    return {
        "board": found,
        "rate": on_site_rate,
        "plan": app.fair_plans.plan(fair_id, now=app.clock()),
        "coming_shown": COMING,
        "local": TAIPEI,
        "at": app.clock().astimezone(TAIPEI),
        "notice": _notice(found.simulated, request.state.language),
        "seconds": RENEWED_SECONDS,
        "may_note": request.state.principal.role in DESK,
    }


def _notice(simulated: bool, language: Language) -> str:
    return SIMULATED[language] if simulated else ""
