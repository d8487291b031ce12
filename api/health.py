"""Whether the service lives, and whether it can answer: open to everybody, holds no data."""

from __future__ import annotations

from collections.abc import Callable

import orjson
from fastapi import APIRouter, Request, Response
from sqlalchemy import text

from api.follower import Follower
from api.problems import DATABASE_TROUBLE, problem_of
from api.schemas import Health, problem_responses
from matcher.bootstrap import App
from matcher.db.engine import reading
from matcher.errors import MatcherError, NotReadyError

health = APIRouter(prefix="/health", tags=["health"])


@health.get("/live", responses={200: {"model": Health}})
async def live() -> Response:
    """Whether the process answers at all."""
    return Response(b'{"status":"ok"}', media_type="application/json")


@health.get("/ready", responses={200: {"model": Health}, **problem_responses(503)})
def ready(request: Request) -> Response:
    """Whether database and index are there; if not, what is missing and how to mend it."""
    app: App = request.app.state.matcher
    follower: Follower = request.app.state.follower
    found: dict[str, MatcherError | None] = {
        "database": _missing(lambda: _ask_database(app)),
        "index": _missing(lambda: _ask_index(app, follower)),
        "follower": _missing(lambda: _ask_follower(follower)),
    }
    # A refused ranker stops no list: another one, which lists name, goes on serving.
    ranker = _missing(lambda: _ask_ranker(app))
    checks = {name: _told(app, str(error or "ok")) for name, error in found.items()}
    checks["ranker"] = _told(app, str(ranker or "ok"))
    first = next((error for error in found.values() if error), None)
    if first is not None:
        told = NotReadyError(_told(app, first.message), remedy=_told(app, first.remedy))
        return problem_of(request.url.path, told, {"checks": checks})
    return Response(orjson.dumps({"status": "ok", "checks": checks}), media_type="application/json")


def _told(app: App, text: str) -> str:
    """The text without the places on this server's disk: everybody may read it."""
    settings = app.settings
    for folder in (settings.models_dir, settings.var_dir, settings.data_dir):
        text = text.replace(str(folder), folder.name)
    return text


def _missing(ask: Callable[[], object]) -> MatcherError | None:
    try:
        ask()
    except MatcherError as error:
        return error
    except DATABASE_TROUBLE:
        return NotReadyError(
            "The database does not answer.",
            remedy="Start it, or correct MATCHER_DATABASE_URL.",
        )
    return None


def _ask_database(app: App) -> None:
    with reading(app.engine) as connection:
        connection.execute(text("SELECT 1"))


def _ask_index(app: App, follower: Follower) -> None:
    try:
        _ = app.live.snapshot
    except NotReadyError as error:
        if isinstance(follower.trouble, MatcherError):
            # What the last attempt to load one met says more than that there is none.
            raise follower.trouble from error
        raise


def _ask_ranker(app: App) -> None:
    if app.champion.refused is not None:
        raise app.champion.refused


def _ask_follower(follower: Follower) -> None:
    if not follower.running:
        raise NotReadyError(
            "Changes of the register are not followed any more.", remedy="Restart the service."
        )
