"""What surrounds every request: protective headers, one line of log, and the last catch."""

from __future__ import annotations

import time
import traceback
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import internal_problem

MAX_BODY_BYTES = 1_000_000
PAGES = ("/desk", "/kiosk", "/fairs", "/dashboard", "/lint", "/vacancies", "/sign-")
"""What people look at; what nobody foresaw there is said by FAILED."""
FAILED = Path(__file__).parent / "static" / "failed.html"
OPEN_FILES = ("/static", "/docs")
"""What holds nothing of anybody and may lie in a cache."""

POLICY = (
    "default-src 'none'; base-uri 'none'; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; img-src 'self' data:; script-src 'self'; style-src 'self'"
)
POLICY_OF_DOCS = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
"""Swagger UI writes styles into its page."""

PROTECTION = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""On every answer."""


def _raw(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


_UNKEPT = {"Cache-Control": "no-store"}
_USUAL, _OF_FILES = _raw(PROTECTION | _UNKEPT), _raw(PROTECTION)
_OF_DOCS = _raw(PROTECTION | {"Content-Security-Policy": POLICY_OF_DOCS})
(_ENCRYPTED,) = _raw({"Strict-Transport-Security": "max-age=31536000"})

log = structlog.get_logger("api.access")


class Edge:
    """ASGI middleware; its log names routes, never addresses, ids, queries or bodies."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and see to it that some answer goes out."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                message["headers"] = [*message["headers"], *_headers(scope["path"])]
                if scope["scheme"] == "https":
                    message["headers"].append(_ENCRYPTED)
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:
            # Frames only: the text of an error may hold a record's values.
            frames = [f"{f.filename}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)]
            log.error("unexpected_error", error=type(error).__name__, frames=frames[-8:])
            if status:
                raise
            await _told(scope["path"])(scope, receive, send_with_headers)
        finally:
            log.info(
                "request",
                method=scope["method"],
                route=getattr(scope.get("route"), "path", "(none)"),
                status=status,
                ms=round((time.perf_counter() - began) * 1000, 1),
            )


def _headers(path: str) -> list[tuple[bytes, bytes]]:
    if not path.startswith(OPEN_FILES):
        return _USUAL
    return _OF_DOCS if path.startswith("/docs") else _OF_FILES


def _told(path: str) -> Response:
    """That something failed, for a program or, on a page, for people."""
    if path.startswith("/kiosk"):
        # Nothing that was sent stays with the browser.
        return RedirectResponse("/static/failed.html", HTTPStatus.SEE_OTHER)
    if path.startswith(PAGES):
        return HTMLResponse(FAILED.read_bytes(), status_code=HTTPStatus.INTERNAL_SERVER_ERROR)
    return internal_problem(path)


def limited(request: Request) -> Request:
    """The request, which breaks off with 413 where its body exceeds MAX_BODY_BYTES."""
    received = 0

    async def receive() -> Message:
        nonlocal received
        message = await request.receive()
        received += len(message.get("body", b""))
        _refuse_more_than(received)
        return message

    declared = request.headers.get("content-length", "")
    _refuse_more_than(int(declared) if declared.isdecimal() else 0)
    return Request(request.scope, receive)


def _refuse_more_than(size: int) -> None:
    if size > MAX_BODY_BYTES:
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
