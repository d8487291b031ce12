"""Who may do what: one table, looked up when a route is made and checked before a body is read."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.routing import APIRoute
from fastapi.security import APIKeyHeader, HTTPBearer
from starlette.concurrency import run_in_threadpool

from api.crowd import Crowd
from api.edge import limited
from api.input_errors import parameters_of, refuse_unknown_parameters
from matcher.bootstrap import App
from matcher.entities import Channel
from matcher.errors import ForbiddenError, UnauthenticatedError
from matcher.service.keys import Principal, Role

KIOSK, COUNSELLOR, ANALYST, ADMIN = Role.KIOSK, Role.COUNSELLOR, Role.ANALYST, Role.ADMIN
SUPERVISOR = Role.SUPERVISOR
DESK = frozenset({COUNSELLOR, SUPERVISOR, ADMIN})

MAY: Mapping[str, frozenset[Role]] = {
    "POST /v1/matches": DESK | {KIOSK},
    "GET /v1/seekers/{seeker_id}/matches": DESK,
    "GET /v1/vacancies/{vacancy_id}/candidates": DESK,
    "GET /v1/seekers/{seeker_id}/vacancies/{vacancy_id}/why-not": DESK,
    "GET /v1/seekers/{seeker_id}/changes": DESK,
    "PUT /v1/seekers/{seeker_id}": DESK,
    "DELETE /v1/seekers/{seeker_id}": frozenset({SUPERVISOR, ADMIN}),
    "PUT /v1/vacancies/{vacancy_id}": DESK,
    "POST /v1/vacancies/{vacancy_id}/close": DESK,
    "POST /v1/referrals": DESK,
    "POST /v1/referrals/{referral_id}/outcome": DESK,
    "POST /v1/vacancies/lint": DESK,
    "GET /v1/vacancies/{vacancy_id}/lint": DESK,
    # What the law forbids is a supervisor's to decide: the service sees to that.
    "POST /v1/vacancies/{vacancy_id}/overrides": DESK,
    "GET /v1/rates": DESK | {ANALYST},
    "GET /v1/rates/{rate}/events": DESK | {ANALYST},
    "GET /v1/fairs/{fair_id}/rates": DESK | {ANALYST},
    "GET /v1/fairs/{fair_id}/plan": DESK | {ANALYST},
    "GET /v1/plan": frozenset({SUPERVISOR, ANALYST, ADMIN}),
}
"""Every route of `/v1`. One that is missing here cannot be made: the program does not start."""

CHANNELS: Mapping[Role, Channel] = {
    KIOSK: Channel.KIOSK,
    COUNSELLOR: Channel.COUNSELLOR,
    SUPERVISOR: Channel.COUNSELLOR,
    ANALYST: Channel.API,
    ADMIN: Channel.API,
}

LISTS = "lists"
"""Tag of the routes and pages that make match lists: `Crowd` lets so many in at once."""

SCHEMES = (
    Depends(HTTPBearer(auto_error=False, description="An API key, `mk_...`.")),
    Depends(APIKeyHeader(name="X-API-Key", auto_error=False, description="The same key.")),
)
"""How a key may come; declared for the documentation, read by `GuardedRoute`."""


class GuardedRoute(APIRoute):
    """A route that knows its caller, and that the caller may use it, before it reads the body."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler behind the check; raises KeyError for a route that `MAY` lacks."""
        answer = self.answering()
        allowed = MAY[f"{' '.join(self.methods or ())} {self.path}"]
        is_list = LISTS in self.tags
        known = parameters_of(self.dependant)

        async def guarded(request: Request) -> Response:
            app: App = request.app.state.matcher
            key = _key(request)
            principal = app.keys.remembered(key)
            if principal is None:
                principal = await run_in_threadpool(lambda: app.keys.authenticate(key))
            app.limiter.count(principal.id)
            if principal.role not in allowed:
                raise ForbiddenError(
                    f"A key of the role {principal.role} may not do this.",
                    remedy=f"Use a key of one of the roles {', '.join(sorted(allowed))}.",
                )
            request.state.principal = principal
            refuse_unknown_parameters(request, known)
            if not is_list:
                return await answer(limited(request))
            crowd: Crowd = request.app.state.crowd
            async with crowd.turn():
                return await answer(limited(request))

        return guarded

    def answering(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers who is let in."""
        return super().get_route_handler()


def _key(request: Request) -> str:
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    key = credentials if scheme.lower() == "bearer" else request.headers.get("x-api-key", "")
    if not key.strip():
        raise UnauthenticatedError(
            "No API key came with the request.",
            remedy="Send the header `Authorization: Bearer mk_...` or `X-API-Key: mk_...`.",
        )
    return key.strip()


async def _service(request: Request) -> App:
    app: App = request.app.state.matcher
    return app


async def _caller(request: Request) -> Principal:
    principal: Principal = request.state.principal
    return principal


Service = Annotated[App, Depends(_service)]
Caller = Annotated[Principal, Depends(_caller)]
