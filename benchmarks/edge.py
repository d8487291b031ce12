"""A server whose list is ready made, as the web edge sends it or as bare ASGI sends the same bytes.

`benchmarks/service.py` starts it: `edge.py edge|bare|threads --port N`.
"""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from types import SimpleNamespace

import orjson
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

import api.routes
from api.app import create_app
from api.main import configure_logs
from matcher.bootstrap import App
from matcher.config import Settings

ANSWER = "answer.json"
"""The list, a file in the folder of the register."""


def edge(settings: Settings) -> ASGIApp:
    """The web edge with all it does around a list: key, routing, checks, log, JSON."""
    view = orjson.loads((settings.var_dir / ANSWER).read_bytes())
    app = App(settings)
    app.__dict__["lists"] = SimpleNamespace(for_seeker=lambda *_, **__: None)
    vars(api.routes)["slate_view"] = lambda *_, **__: view
    configure_logs()
    return create_app(app)


def bare(settings: Settings, *, change_threads: bool = False) -> ASGIApp:
    """The same bytes and nothing else, but for the change of threads that making a list needs."""
    content = (settings.var_dir / ANSWER).read_bytes()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content))]

    async def answer(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            body = await asyncio.to_thread(lambda: content) if change_threads else content
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    return answer


APPS = {"edge": edge, "bare": bare, "threads": partial(bare, change_threads=True)}

if __name__ == "__main__":
    made = APPS[sys.argv[1]](Settings())
    uvicorn.run(made, port=int(sys.argv[3]), access_log=False, lifespan="auto")
