"""What surrounds every request: protective headers, one line of log, and the last catch."""

from __future__ import annotations

import time
import traceback
from http import HTTPStatus

import structlog
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import internal_problem

MAX_BODY_BYTES = 1_000_000

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
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                if scope["path"].startswith("/v1"):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:
            # Frames only: the text of an error may hold a record's values.
            frames = [f"{f.filename}:{f.lineno}" for f in traceback.extract_tb(error.__traceback__)]
            log.error("unexpected_error", error=type(error).__name__, frames=frames[-8:])
            if status:
                raise
            await internal_problem(scope["path"])(scope, receive, send_with_headers)
        finally:
            log.info(
                "request",
                method=scope["method"],
                route=getattr(scope.get("route"), "path", "(none)"),
                status=status,
                ms=round((time.perf_counter() - began) * 1000, 1),
            )


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
