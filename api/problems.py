"""Every error as RFC 9457 problem details, in one place; none repeats what the caller sent."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import orjson
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from api.input_errors import found_in
from matcher.errors import (
    ArtefactError,
    BusyError,
    ConfigurationError,
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    MatcherError,
    NotFoundError,
    NotReadyError,
    TooManyRequestsError,
    UnauthenticatedError,
)
from matcher.identity import holds_number

MEDIA_TYPE = "application/problem+json"

STATUS: Mapping[type[MatcherError], tuple[HTTPStatus, str]] = {
    UnauthenticatedError: (HTTPStatus.UNAUTHORIZED, "unauthenticated"),
    ForbiddenError: (HTTPStatus.FORBIDDEN, "forbidden"),
    NotFoundError: (HTTPStatus.NOT_FOUND, "not-found"),
    ConflictError: (HTTPStatus.CONFLICT, "conflict"),
    InvalidInputError: (HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-input"),
    BusyError: (HTTPStatus.SERVICE_UNAVAILABLE, "busy"),
    TooManyRequestsError: (HTTPStatus.TOO_MANY_REQUESTS, "too-many-requests"),
    NotReadyError: (HTTPStatus.SERVICE_UNAVAILABLE, "not-ready"),
    ArtefactError: (HTTPStatus.SERVICE_UNAVAILABLE, "not-ready"),
    ConfigurationError: (HTTPStatus.INTERNAL_SERVER_ERROR, "configuration"),
    MatcherError: (HTTPStatus.INTERNAL_SERVER_ERROR, "internal"),
}
"""Status and type of each kind of error; a kind of its own inherits from its nearest ancestor."""

DATABASE_TROUBLE = (OperationalError, InterfaceError, PoolTimeoutError)
"""What SQLAlchemy raises where the database does not answer, or not soon enough."""

_HEADERS: Mapping[type[Exception], Mapping[str, str]] = {
    UnauthenticatedError: {"WWW-Authenticate": "Bearer"},
    BusyError: {"Retry-After": "1"},
    **{kind: {"Retry-After": "2"} for kind in DATABASE_TROUBLE},
}

log = structlog.get_logger(__name__)


def problem(
    path: str,
    status: HTTPStatus,
    kind: str,
    *,
    detail: str = "",
    remedy: str = "",
    more: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Problem details; `path` is the request's, without its query, `more` further members."""
    body = {
        "type": f"/problems/{kind}",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
        "remedy": remedy,
        "instance": "" if holds_number(path) else path,
        **(more or {}),
    }
    return Response(
        orjson.dumps(body),
        status_code=status.value,
        media_type=MEDIA_TYPE,
        headers=dict(headers or {}),
    )


def problem_of(
    path: str, error: MatcherError, more: Mapping[str, object] | None = None
) -> Response:
    """The problem details of an error of the matcher."""
    status, kind = kind_of(error)
    tell_operator(error)
    return problem(
        path,
        status,
        kind,
        detail=error.message,
        remedy=error.remedy,
        more=more,
        headers=headers_of(error),
    )


def headers_of(error: Exception) -> Mapping[str, str]:
    """What the answer to an error says in its headers, on a page as to a program."""
    match error:
        case TooManyRequestsError():
            return {"Retry-After": str(error.seconds)}
        case HTTPException():
            return error.headers or {}
        case _:
            return _HEADERS.get(type(error), {})


def kind_of(error: Exception) -> tuple[HTTPStatus, str]:
    """Status and kind of an error that is foreseen."""
    match error:
        case MatcherError():
            return next(STATUS[base] for base in type(error).__mro__ if base in STATUS)
        case HTTPException():
            status = HTTPStatus(error.status_code)
            return status, _HTTP.get(status, _UNREADABLE)[0]
        case RequestValidationError():
            return HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-input"
        case _:
            return HTTPStatus.SERVICE_UNAVAILABLE, "not-ready"


def tell_operator(error: Exception) -> None:
    """Log an error that nobody who asks can mend."""
    if kind_of(error)[0] < HTTPStatus.INTERNAL_SERVER_ERROR:
        return
    # The text of a database's error holds the statement and its values.
    why = {"reason": error.message} if isinstance(error, MatcherError) else {}
    log.error("request_failed", error=type(error).__name__, **why)


def internal_problem(path: str) -> Response:
    """The problem details of something nobody expected: they tell nothing of it."""
    return problem(
        path,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal",
        detail="The service failed at this request.",
        remedy="Try once more; if it fails again, tell the operator the time of the request.",
    )


def answer_with_problems(app: FastAPI) -> None:
    """Make every error of `app` a problem."""
    for kind, handler in (
        (MatcherError, _matcher_error),
        (RequestValidationError, _invalid_request),
        (HTTPException, http_error),
        *((kind, _no_database) for kind in DATABASE_TROUBLE),
    ):
        app.add_exception_handler(kind, handler)


async def _matcher_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, MatcherError)  # noqa: S101 - registered for this type
    return problem_of(request.url.path, error)


async def _invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type
    return problem(
        request.url.path,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "invalid-input",
        detail="The request is not as it should be; see `errors`.",
        remedy="Correct the fields named.",
        more={"errors": found_in(error.errors())},
    )


async def http_error(request: Request, error: Exception) -> Response:
    """The problem details of an address or method that there is not."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type
    status = HTTPStatus(error.status_code)
    kind, detail, remedy = _HTTP.get(status, _UNREADABLE)
    return problem(
        request.url.path, status, kind, detail=detail, remedy=remedy, headers=headers_of(error)
    )


_HTTP = {
    HTTPStatus.NOT_FOUND: ("not-found", "There is no such address.", "See /docs."),
    HTTPStatus.METHOD_NOT_ALLOWED: (
        "method-not-allowed",
        "This address has no such method.",
        "See /docs.",
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        "too-large",
        "The body of the request is larger than 1 MB.",
        "Send one record at a time, or import a file.",
    ),
}
_UNREADABLE = ("invalid-input", "The request cannot be read.", "Send JSON in UTF-8.")


async def _no_database(request: Request, error: Exception) -> Response:
    tell_operator(error)
    return problem(
        request.url.path,
        HTTPStatus.SERVICE_UNAVAILABLE,
        "not-ready",
        detail="The database does not answer.",
        remedy="Try again in a moment; /health/ready tells when it is back.",
        headers=headers_of(error),
    )
