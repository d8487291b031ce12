"""How fast the dashboard and the list of vacancies to mend come up, on the register that is set.

    MATCHER_VAR_DIR=... python benchmarks/dashboard.py

Best of several calls each, in one process, without a network. A key is made for it and revoked.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from starlette.testclient import TestClient

from api.app import create_app
from matcher.bootstrap import App
from matcher.config import Settings
from matcher.service.keys import Role
from matcher.service.overview import Overview

COUNTED, ASKED = 3, 10
PAGES = ("/dashboard", "/lint", "/lint?code=blood_type")
"""The last one: a rule that nothing breaks, so that as many are read as a page ever reads."""


def best(times: int, call: Callable[[], object]) -> float:
    """The shortest of several calls, in seconds."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        took.append(time.perf_counter() - began)
    return min(took)


def main() -> None:
    """Measure and print."""
    app = App(Settings())
    counting = best(COUNTED, lambda: Overview(app.engine, app.publisher, app.clock).keep_fresh())
    print(f"counting the last twelve months, off the request: {counting:.2f} s")
    key = app.keys.create(name="benchmark", role=Role.ADMIN, now=app.clock())
    client = TestClient(create_app(app))
    try:
        client.post("/sign-in", data={"key": key}).raise_for_status()
        app.overview.keep_fresh()
        for path in PAGES:
            answer = client.get(path)
            answer.raise_for_status()
            seconds = best(ASKED, lambda path=path: client.get(path))
            print(f"{path}: {1000 * seconds:.0f} ms, {len(answer.content) / 1024:.0f} KiB")
    finally:
        app.keys.revoke(key.split("_")[1], now=app.clock())


if __name__ == "__main__":
    main()
