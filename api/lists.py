"""How the lists of stored records are asked for: read directly, as they are asked for most.

FastAPI finds the arguments of an endpoint anew at every request, which takes longer than all else
around a list. A `ListRoute` is described like any other route and checked by the same types.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from enum import StrEnum
from typing import Any, Literal, get_type_hints

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from starlette.routing import request_response

from api.access import GuardedRoute
from api.records import Id
from matcher.entities import Language

Why = Literal["present", "requested", "for_vacancy", "follow_up"]
"""Reasons for which a program looks at people. Another wants words, which no address may hold."""
WHY = "why somebody looks; kept in the audit log"


class Asked(BaseModel):
    """What the query may say of a list."""

    k: int = Field(10, ge=1, le=100, description="lines at most")
    lang: Language = Field(Language.ZH, description="language of the sentences")


class AskedForPeople(Asked):
    """What it says of a list of people."""

    reason: Why = Field(description=WHY)


class Order(StrEnum):
    """Whether a list leaves something to others."""

    SHARED = "shared"
    OWN = "own"


class AskedOfVacancies(Asked):
    """What it may say of a list of vacancies for nobody known."""

    order: Order = Field(
        Order.SHARED, description="own: as if nobody else were looking; no openings are shared out"
    )

    @property
    def own(self) -> bool:
        """Whether the openings are not to be shared out."""
        return self.order is Order.OWN


class AskedOfAPerson(AskedOfVacancies):
    """What it says of a list of vacancies for a registered person."""

    reason: Why = Field(description=WHY)


_ID = TypeAdapter[str](Id)


class ListRoute(GuardedRoute):
    """A route of one id in the path and an `Asked`: it calls `endpoint(app, caller, id, asked)`.

    The endpoint works in a thread of its own, as a list keeps it busy for milliseconds.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **described: Any) -> None:
        super().__init__(path, endpoint, **described)
        # Starlette's, without FastAPI's two stacks: a list leaves nothing open that is to be shut.
        self.app = request_response(self.get_route_handler())

    def answering(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers who is let in."""
        make: Callable[..., Response] = self.endpoint
        (name,) = self.param_convertors
        kind = TypeAdapter[Asked](get_type_hints(make)["asked"])

        async def answer(request: Request) -> Response:
            record_id = _checked(_ID, request.path_params[name], "path", name)
            asked = _checked(kind, dict(request.query_params), "query")
            state = request.state
            return await asyncio.to_thread(
                make, request.app.state.matcher, state.principal, record_id, asked
            )

        return answer


def _checked(kind: TypeAdapter[Any], raw: object, *where: str) -> Any:
    """The value, or FastAPI's own error with the place it came from."""
    try:
        return kind.validate_python(raw)
    except ValidationError as error:
        found = [fault | {"loc": (*where, *fault["loc"])} for fault in error.errors()]
        raise RequestValidationError(found) from error
