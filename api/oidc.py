"""Signing staff in by the identity provider that the settings name, if they name one."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.access import Service
from api.page_route import STAFF_COOKIE, PageRoute, Spoken, give_session, local_path
from api.rendering import page
from api.sign_in import entrance_page, home_of
from matcher.bootstrap import App
from matcher.errors import NotFoundError, UnauthenticatedError

if TYPE_CHECKING:
    from matcher.service.oidc import Provider

COOKIE, PATH = "provider", "/sign-in/provider"

oidc = APIRouter(prefix=PATH, route_class=PageRoute, include_in_schema=False)


@oidc.get("")
def ask(
    app: Service, request: Request, onwards: Annotated[str, Query(alias="next")] = ""
) -> Response:
    """To the provider."""
    url, sealed = _provider(app).begin(
        redirect_uri=f"{request.url.scheme}://{request.url.netloc}{PATH}/back",
        onwards=local_path(onwards, home=""),
        now=app.clock(),
    )
    response = RedirectResponse(url, HTTPStatus.SEE_OTHER)
    response.set_cookie(
        COOKIE,
        sealed,
        path=PATH,
        secure=request.url.scheme == "https",
        httponly=True,
        # The provider's site sends the browser back: a strict cookie would stay behind.
        samesite="lax",
    )
    return response


@oidc.get("/back")
def back(
    app: Service,
    request: Request,
    language: Spoken,
    code: Annotated[str, Query(max_length=4_000)] = "",
    state: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """From the provider, with what it says of whom."""
    now = app.clock()
    try:
        vouched = _provider(app).finish(
            code=code, state=state, sealed=request.cookies.get(COOKIE, ""), now=now
        )
        staff_id = app.accounts.of_subject(vouched.subject)
    except UnauthenticatedError:
        response = entrance_page(
            request, language, "", wrong="provider", status=HTTPStatus.UNAUTHORIZED
        )
        response.delete_cookie(COOKIE, path=PATH)
        return response
    token = app.sessions.open_for(staff_id, now=now)
    home = home_of(app.sessions.find(token, now=now).role)
    # A page, not a redirect: the browser came from another site, and would leave the strict cookie
    # of the session out of a request that follows by itself.
    response = page(
        "signed_in.html", request, language=language, onwards=local_path(vouched.onwards, home=home)
    )
    response.delete_cookie(COOKIE, path=PATH)
    give_session(response, STAFF_COOKIE, token, request)
    return response


def _provider(app: App) -> Provider:
    if app.provider is None:
        raise NotFoundError(
            "No identity provider is set.", remedy="Sign in by name or key.", code="no_provider"
        )
    return app.provider
