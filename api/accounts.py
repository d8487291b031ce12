"""Signing staff in by name and password, beside the keys of `api/sign_in.py`."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from api.access import Service
from api.page_route import PageRoute, Spoken
from api.problems import headers_of
from api.sign_in import entered, entrance_page
from matcher.errors import TooManyRequestsError, UnauthenticatedError

accounts = APIRouter(route_class=PageRoute, include_in_schema=False)


@accounts.post("/sign-in/password")
def enter(
    app: Service,
    request: Request,
    language: Spoken,
    name: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=1_000)] = "",
    onwards: Annotated[str, Form(alias="next")] = "",
) -> Response:
    """Exchange name and password for a session."""
    address = request.client.host if request.client else ""
    now = app.clock()
    try:
        staff_id = app.accounts.enter(name, password, address=address, now=now)
    except UnauthenticatedError:
        return entrance_page(
            request, language, onwards, wrong="password", status=HTTPStatus.UNAUTHORIZED
        )
    except TooManyRequestsError as error:
        return entrance_page(
            request,
            language,
            onwards,
            wrong="wait",
            status=HTTPStatus.TOO_MANY_REQUESTS,
            headers=headers_of(error),
        )
    token = app.sessions.open_for(staff_id, now=now)
    return entered(request, app.sessions.find(token, now=now).role, token, onwards)
