"""Signing staff in to the pages, by an API key: small, so that a better way can take its place."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.page_route import (
    READERS,
    STAFF_COOKIE,
    PageRoute,
    Service,
    Spoken,
    give_session,
    local_path,
)
from api.rendering import page
from matcher.errors import ForbiddenError, UnauthenticatedError

sign_in = APIRouter(route_class=PageRoute, include_in_schema=False)


@sign_in.get("/sign-in")
def entrance(
    request: Request, language: Spoken, onwards: Annotated[str, Query(alias="next")] = ""
) -> Response:
    """Where staff show their key."""
    return page(
        "sign_in.html", request, language=language, onwards=local_path(onwards), wrong=False
    )


@sign_in.post("/sign-in")
def enter(
    app: Service,
    request: Request,
    language: Spoken,
    key: Annotated[str, Form(max_length=200)] = "",
    onwards: Annotated[str, Form(alias="next")] = "",
) -> Response:
    """Exchange a key for a session."""
    try:
        token = app.sessions.open(key.strip(), roles=READERS, now=app.clock())
    except (UnauthenticatedError, ForbiddenError):
        return page(
            "sign_in.html",
            request,
            language=language,
            status=HTTPStatus.UNAUTHORIZED,
            onwards=local_path(onwards),
            wrong=True,
        )
    response = RedirectResponse(local_path(onwards), HTTPStatus.SEE_OTHER)
    give_session(response, STAFF_COOKIE, token, request)
    return response


@sign_in.post("/sign-out")
def leave(app: Service, request: Request) -> Response:
    """End the session."""
    app.sessions.end(request.state.token)
    response = RedirectResponse("/sign-in", HTTPStatus.SEE_OTHER)
    response.delete_cookie(STAFF_COOKIE, path="/")
    return response
