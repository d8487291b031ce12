"""How fast the service is at full size: lists over HTTP, its start, its memory, changes, crowds.

    python benchmarks/service.py [start|lists|edge|memory|changes|crowd]...

Each server is a process of its own on 127.0.0.1, over a copy of the register that is thrown away.
A time that is to be compared stands beside one FAISS scan of all vacancies in the same run.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import bureau
import edge
import faiss
import numpy as np
import register
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

from matcher.bootstrap import App
from matcher.entities import Channel
from matcher.service.keys import Role

BIN = Path(sys.executable).parent
STARTS, ROUNDS, A_ROUND = 5, 20, 25
EDGE_REQUESTS = 3_000
OVERLAYS, CHANGES = (0, 1_000, 5_000), 30
KIOSKS, CROWD, CROWD_SECONDS = 32, 200, 10.0
K = 100
PATIENCE_S = 120.0
SETTLE_S = 25.0
"""Until a server has its encoder."""

console = Console(width=120)
"""Where tables go."""


def rows(title: str, *columns: str) -> Table:
    """A table of what is measured, printed as Markdown."""
    return Table(title, *columns, box=MARKDOWN)


def ms(seconds: float) -> str:
    """Seconds as milliseconds."""
    return f"{1_000 * seconds:.2f}"


def p50_p99(taken: Sequence[float]) -> tuple[float, float]:
    """Median and 99th percentile."""
    low, high = np.percentile(taken, [50, 99])
    return float(low), float(high)


@contextmanager
def a_copy() -> Iterator[App]:
    """The library over a copy of the register, with the published index and ranker."""
    register.published().engine.dispose()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(register.FOLDER / "matcher.db", folder)
        for kind in ("index", "ranker"):
            (folder / kind).symlink_to(register.FOLDER / kind)
        app = App(register.settings().model_copy(update={"var_dir": folder}))
        yield app
        app.engine.dispose()


@dataclass
class Server:
    """A process that serves, and how long it took to be ready and to make its first list."""

    port: int
    pid: int
    headers: dict[str, str]
    ready_after: float

    def cpu(self) -> float:
        """Seconds of processor time it has used."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def connect(self) -> http.client.HTTPConnection:
        """A connection that is kept alive."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)

    def ask(
        self, connection: http.client.HTTPConnection, path: str, body: object = None
    ) -> tuple[int, bytes]:
        """Status and body of one answer; a `body` is posted."""
        content = None if body is None else json.dumps(body).encode()
        connection.request("GET" if body is None else "POST", path, content, self.headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


@contextmanager
def serving(
    app: App, *, command: Sequence[str] = (), environment: dict[str, str] | None = None
) -> Iterator[Server]:
    """A server over `app`'s folder, from its start until it is ready; stopped at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    key = app.keys.create(name="benchmark", role=Role.COUNSELLOR, now=app.clock())
    settings = {"MATCHER_VAR_DIR": str(app.settings.var_dir), "MATCHER_DATABASE_URL": ""}
    began = time.perf_counter()
    with (app.settings.var_dir / "server.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [*(command or [str(BIN / "matcher"), "serve"]), "--port", str(port)],
            env=os.environ | settings | (environment or {}),
            stdout=log,
            stderr=log,
        )
    server = Server(
        port,
        process.pid,
        {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        0.0,
    )
    try:
        while True:
            try:
                if server.ask(server.connect(), "/health/ready")[0] == 200:
                    break
            except OSError:
                pass
            if process.poll() is not None or time.perf_counter() - began > PATIENCE_S:
                raise SystemExit((app.settings.var_dir / "server.log").read_text())
            time.sleep(0.01)
        server.ready_after = time.perf_counter() - began
        yield server
    finally:
        process.terminate()
        process.wait()


def flat() -> tuple[Callable[[int], None], np.ndarray]:
    """A FAISS scan of all vacancies for one seeker, on one thread, and the seekers' ids."""
    faiss.omp_set_num_threads(1)
    made = bureau.load(bureau.bench_app())
    index = faiss.IndexFlatIP(made.vacancy_vectors.texts.shape[1])
    index.add(made.vacancy_vectors.texts)
    asked = made.seeker_vectors.texts

    def scan(row: int) -> None:
        index.search(asked[row : row + 1], K)

    return scan, made.seekers.ids


def timed(call: Callable[[], object]) -> float:
    """Seconds that a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def start() -> None:
    """From the start of the process to /health/ready, and the first list after it."""
    table = rows("start of a process", "ready s", "first list ms", "second ms")
    with a_copy() as app, tempfile.TemporaryDirectory() as nothing:
        path = "/v1/seekers/SIM-S000100/matches"
        cold = {"NUMBA_CACHE_DIR": nothing}
        for name, environment, times in (
            ("nothing compiled yet", cold, 1),
            ("again", {}, STARTS),
        ):
            taken = []
            for _ in range(times):
                with serving(app, environment=environment) as server:
                    connection = server.connect()
                    taken.append(
                        (
                            server.ready_after,
                            *(timed(lambda: server.ask(connection, path)) for _ in range(2)),
                        )
                    )
            ready, first, second = (
                statistics.median(column) for column in zip(*taken, strict=True)
            )
            table.add_row(name, f"{ready:.2f}", ms(first), ms(second))
    console.print(table)


def lists() -> None:
    """Lists of stored seekers, one after the other over one connection, beside scans."""
    scan, ids = flat()
    chosen = np.random.default_rng(3).choice(len(ids), ROUNDS * A_ROUND, replace=False)
    over_http, inside, scans = [], [], []
    with a_copy() as app, serving(app) as server:
        app.sync()
        connection = server.connect()
        for number in range(ROUNDS):
            part = chosen[number * A_ROUND : (number + 1) * A_ROUND].tolist()
            for row in part:
                path = f"/v1/seekers/{ids[row].decode()}/matches"
                over_http.append(timed(lambda: server.ask(connection, path)))
            for row in part:
                name = ids[row].decode()
                inside.append(
                    timed(lambda: app.lists.for_seeker(name, k=10, channel=Channel.COUNSELLOR))
                )
            scans += [timed(lambda: scan(row)) for row in part]
        status, answer = server.ask(connection, path)
        sent = len(answer)
        assert status == 200, answer
    scan_p50 = p50_p99(scans)[0]
    table = rows("a list of 10, stored seeker", "p50 ms", "p99 ms", "p50 / scan")
    for name, taken in (
        ("over HTTP", over_http),
        ("service.lists", inside),
        ("FAISS FlatIP scan", scans),
    ):
        low, high = p50_p99(taken)
        table.add_row(name, ms(low), ms(high), f"{low / scan_p50:.2f}")
    console.print(table)
    console.print(f"{len(chosen)} seekers, {sent:,} bytes an answer", highlight=False)


def edges() -> None:
    """Processor time of a server a request: the web edge, and bare ASGI with the same bytes."""
    used = {}
    path = "/v1/seekers/SIM-S000100/matches"
    with a_copy() as app:
        with serving(app) as server:
            (app.settings.var_dir / edge.ANSWER).write_bytes(server.ask(server.connect(), path)[1])
        for name in ("bare", "edge"):
            command = [sys.executable, edge.__file__, name]
            with serving(app, command=command) as server:
                connection = server.connect()
                time.sleep(SETTLE_S)
                for _ in range(A_ROUND):
                    server.ask(connection, path)
                before = server.cpu()
                for _ in range(EDGE_REQUESTS):
                    server.ask(connection, path)
                used[name] = (server.cpu() - before) / EDGE_REQUESTS
    table = rows("server's processor time a request", "µs", "ratio")
    for name, label in (("bare", "bare ASGI, the same bytes"), ("edge", "our edge")):
        table.add_row(label, f"{1e6 * used[name]:.0f}", f"{used[name] / used['bare']:.2f}")
    console.print(table)


SECTIONS = {"start": start, "lists": lists, "edge": edges}


def main() -> None:
    """Print the tables asked for, or all."""
    for name in sys.argv[1:] or SECTIONS:
        SECTIONS[name]()
    packages = ("faiss-cpu", "fastapi", "numba", "numpy", "orjson", "sqlalchemy", "uvicorn")
    console.print(", ".join(f"{name} {version(name)}" for name in packages), highlight=False)


if __name__ == "__main__":
    main()
