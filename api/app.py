"""The web application over a wired matcher."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.staticfiles import StaticFiles

from api.accounts import accounts
from api.audit import audit
from api.board import board
from api.cases import cases
from api.crowd import Crowd
from api.dashboard import dashboard
from api.desk import desk
from api.desk_export import export
from api.docs import docs
from api.edge import Edge
from api.follower import EVERY_SECONDS, Follower
from api.health import health
from api.kiosk import kiosk
from api.looks import looks
from api.oidc import oidc
from api.page_route import answer_with_pages
from api.problems import answer_with_problems
from api.rates import rates
from api.rendering import STATIC
from api.routes import lists, v1
from api.sign_in import sign_in
from api.vacancies import vacancies
from matcher.bootstrap import App

DESCRIPTION = """Match lists with reasons, and the rates of the bureau.

Send an API key as `Authorization: Bearer mk_...` or `X-API-Key: mk_...`. Errors are RFC 9457
problem details with a `remedy`."""


def create_app(app: App, *, follow_every: float = EVERY_SECONDS) -> FastAPI:
    """The web edge over `app`, which takes in changes of the register every `follow_every` s.

    It starts without an index too; /health/ready then says what is missing.
    """

    @asynccontextmanager
    async def lifespan(web: FastAPI) -> AsyncIterator[None]:
        web.state.follower = follower = Follower(app, every=follow_every)
        await run_in_threadpool(follower.start)
        try:
            yield
        finally:
            await run_in_threadpool(follower.stop)

    web = FastAPI(
        title="Matcher",
        version=version("matcher"),
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        # It would tell addresses, which hold ids, to whatever listens.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    web.state.matcher = app
    web.state.crowd = Crowd()
    web.add_middleware(Edge)
    answer_with_problems(web)
    answer_with_pages(web)
    # Included, a route is looked for twice at every request.
    web.router.routes.extend(lists.routes)
    web.include_router(v1)
    web.include_router(rates)
    web.include_router(health)
    for pages in (
        *(sign_in, accounts, oidc, kiosk, board),
        *(desk, looks, cases, export, audit, vacancies, dashboard),
    ):
        web.include_router(pages)
    web.mount("/static", StaticFiles(directory=STATIC))
    docs(web)
    return web
