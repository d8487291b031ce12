"""The door of the pages for staff, and signing in there by an API key."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.access import DESK, Service
from api.page_route import (
    READERS,
    STAFF_COOKIE,
    PageRoute,
    Spoken,
    give_session,
    local_path,
)
from api.rendering import page
from matcher.bootstrap import App
from matcher.entities import Language
from matcher.errors import ForbiddenError, UnauthenticatedError
from matcher.service.keys import Role

sign_in = APIRouter(route_class=PageRoute, include_in_schema=False)


@sign_in.get("/")
def door() -> Response:
    """Where whoever types the name of the machine only is led."""
    return RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)


@sign_in.get("/sign-in")
def entrance(
    request: Request, language: Spoken, onwards: Annotated[str, Query(alias="next")] = ""
) -> Response:
    """Where staff say who they are."""
    return entrance_page(request, language, onwards)


@sign_in.post("/sign-in")
def enter(
    app: Service,
    request: Request,
    language: Spoken,
    key: Annotated[str, Form(max_length=200)] = "",
    onwards: Annotated[str, Form(alias="next")] = "",
) -> Response:
    """Exchange a key for a session."""
    now = app.clock()
    try:
        token = app.sessions.open(key.strip(), roles=READERS, now=now)
    except (UnauthenticatedError, ForbiddenError):
        return entrance_page(
            request, language, onwards, wrong="key", status=HTTPStatus.UNAUTHORIZED
        )
    return entered(request, app.sessions.find(token, now=now).role, token, onwards)


@sign_in.post("/sign-out")
def leave(app: Service, request: Request) -> Response:
    """End the session."""
    app.sessions.end(request.state.token)
    response = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    response.delete_cookie(STAFF_COOKIE, path="/")
    return response


def entrance_page(
    request: Request,
    language: Language,
    onwards: str,
    *,
    wrong: str = "",
    status: HTTPStatus = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The door; `wrong` names what of it did not open: key, password, provider, or wait."""
    app: App = request.app.state.matcher
    return page(
        "sign_in.html",
        request,
        language=language,
        status=status,
        headers=headers,
        onwards=local_path(onwards, home=""),
        wrong=wrong,
        has_provider=app.provider is not None,
    )


def home_of(role: Role) -> str:
    """Where this role works."""
    return "/desk" if role in DESK else "/dashboard"


def entered(request: Request, role: Role, token: str, onwards: str) -> Response:
    """Onwards with the session, by default to where this role works."""
    response = RedirectResponse(local_path(onwards, home=home_of(role)), HTTPStatus.SEE_OTHER)
    give_session(response, STAFF_COOKIE, token, request)
    return response
