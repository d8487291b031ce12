"""How fast the service is at full size: lists over HTTP, its start, its memory, changes, crowds.

    python benchmarks/service.py [start|lists|edge|memory|changes|crowd]...

Each server is a process of its own on 127.0.0.1, over a copy of the register that is thrown away.
A time that is to be compared stands beside one FAISS scan of all vacancies in the same run.
"""

from __future__ import annotations

import http.client
import itertools
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import bureau
import edge
import faiss
import numpy as np
import register
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

from matcher.bootstrap import App
from matcher.db.engine import reading, writing
from matcher.db.store import open_vacancies, upsert
from matcher.encoder.model import Role as EncoderRole
from matcher.entities import Channel, Vacancy
from matcher.features.text import encoder_text
from matcher.features.vectors import Vectors
from matcher.service.clock import day_of
from matcher.service.keys import Role
from matcher.service.live import BATCH

BIN = Path(sys.executable).parent
STARTS, ROUNDS, A_ROUND = 5, 20, 25
EDGE_REQUESTS = 500
DAYS, CHANGES = (0, 1_000, 5_000, 20_000), 100
"""Changes since the index, and those that are timed on top of them."""
KIOSKS, CROWD, CROWD_S = 32, 200, 10.0
K = 100
PATIENCE_S = 120.0
SETTLE_S = 15.0
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
    """A process that serves, with the seconds, and those of processor time, until it was ready."""

    port: int
    pid: int
    headers: dict[str, str]
    ready_after: float
    used_until_ready: float

    def cpu(self) -> float:
        """Seconds of processor time it has used, to the nanosecond."""
        # The clock of another process, numbered as clock_getcpuclockid(3) does.
        return time.clock_gettime(~self.pid << 3 | 2)

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
    settings = {
        "MATCHER_VAR_DIR": str(app.settings.var_dir),
        "MATCHER_DATABASE_URL": "",
        "MATCHER_REQUESTS_PER_MINUTE": "1000000",
    }
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
        server.ready_after, server.used_until_ready = time.perf_counter() - began, server.cpu()
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
    table = rows("start of a process", "ready s", "processor s", "first list ms", "second ms")
    with a_copy() as app, tempfile.TemporaryDirectory() as nothing:
        path = "/v1/seekers/SIM-S000100/matches?reason=requested"
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
                            server.used_until_ready,
                            *(timed(partial(server.ask, connection, path)) for _ in range(2)),
                        )
                    )
            ready, used, first, second = (
                statistics.median(column) for column in zip(*taken, strict=True)
            )
            table.add_row(name, f"{ready:.2f}", f"{used:.2f}", ms(first), ms(second))
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
            names = [ids[row].decode() for row in part]
            paths = [f"/v1/seekers/{name}/matches?reason=requested" for name in names]
            over_http += [timed(partial(server.ask, connection, path)) for path in paths]
            ask = partial(app.lists.for_seeker, k=10, channel=Channel.COUNSELLOR)
            inside += [timed(partial(ask, name)) for name in names]
            scans += [timed(partial(scan, row)) for row in part]
        sent = len(server.ask(connection, paths[0])[1])
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
    """Processor time of a server a request: the web edge, and bare ASGI with the same bytes.

    All serve in turn, and the best of ROUNDS counts: a neighbour only ever adds.
    """
    path = "/v1/seekers/SIM-S000100/matches?reason=requested"
    labels = {
        "bare": "bare ASGI, the same bytes",
        "threads": "that and a change of threads",
        "edge": "our edge",
    }
    used: dict[str, list[float]] = {name: [] for name in labels}
    with a_copy() as app, ExitStack() as stack:
        with serving(app) as server:
            (app.settings.var_dir / edge.ANSWER).write_bytes(server.ask(server.connect(), path)[1])
        servers = {
            name: stack.enter_context(serving(app, command=[sys.executable, edge.__file__, name]))
            for name in used
        }
        time.sleep(SETTLE_S)
        for _ in range(ROUNDS):
            for name, server in servers.items():
                connection, before = server.connect(), server.cpu()
                for _ in range(EDGE_REQUESTS):
                    server.ask(connection, path)
                used[name].append((server.cpu() - before) / EDGE_REQUESTS)
    bare = min(used["bare"])
    table = rows("server's processor time a request", "µs", "ratio")
    for name, label in labels.items():
        table.add_row(label, f"{1e6 * min(used[name]):.0f}", f"{min(used[name]) / bare:.2f}")
    console.print(table)


def memory() -> None:
    """What the index adds to a process: memory of its own, and files that are mapped."""
    with a_copy() as app:
        _ = app.indexer, app.champion.load_newest()
        before = resident()
        app.live.load_newest()
        index = app.live.snapshot.index
        exact = []
        for base in (index.vacancies.base, index.seekers.base):
            for mapped in (base.index.vectors, base.index.rounded.codes, base.titles):
                mapped.view(np.uint8).max()
            exact.append(base.index.vectors.nbytes)
        own, files = (after - at_first for at_first, after in zip(before, resident(), strict=True))
    table = rows("of the index in one process", "MB", "of both sides", "of vacancies")
    for name, size in (
        ("fp32 vectors of both sides", sum(exact)),
        ("fp32 vectors of vacancies", exact[0]),
        ("memory of its own", own),
        ("files mapped, all touched", files),
        ("together", own + files),
    ):
        figures = f"{size / 1e6:.0f}", f"{size / sum(exact):.2f}", f"{size / exact[0]:.2f}"
        table.add_row(name, *figures)
    console.print(table)


def resident() -> tuple[int, int]:
    """Bytes of this process in memory: of its own, and of files."""
    lines = Path("/proc/self/status").read_text().splitlines()
    sizes = {key: value for key, _, value in (line.partition(":") for line in lines)}
    own, files = (int(sizes[name].split()[0]) * 1024 for name in ("RssAnon", "RssFile"))
    return own, files


def changes() -> None:
    """From the commit of one changed or closed vacancy to the snapshot that knows; and a list."""
    made = bureau.load(bureau.bench_app())
    rng = np.random.default_rng(5)
    columns, vectors = made.vacancies, made.vacancy_vectors
    names = ("pool: new", "pool: gone", "commit to found", "slowest", "to gone", "a list")
    table = rows("changes since the index", *names)
    with a_copy() as app:
        app.sync()
        today = day_of(app.clock())
        at_first = app.live.snapshot
        seekers = [made.seekers.ids[row].decode() for row in rng.choice(bureau.SEEKERS, CHANGES)]
        for size in DAYS:
            chosen = rng.choice(bureau.VACANCIES, size + CHANGES, replace=False)
            fresh, renewed = chosen[:CHANGES], chosen[CHANGES:]
            pool = at_first.index.vacancies
            # What a day of so many changes leaves, without encoding them.
            for start in range(0, size, BATCH):
                part = renewed[start : start + BATCH]
                pool = pool.updated([], columns.take(part), of(vectors, part))
            index = replace(at_first.index, vacancies=pool)
            vars(app.live)["_snapshot"] = replace(at_first, index=index)
            ids = [key.decode() for key in columns.ids[fresh].tolist()]
            added = [
                timed(partial(pool.updated, [], columns.take([row]), of(vectors, [row])))
                for row in fresh
            ]
            nothing = columns.take(fresh[:0]), of(vectors, fresh[:0])
            gone = [timed(partial(pool.updated, [name], *nothing)) for name in ids]
            ask = partial(app.lists.for_seeker, k=10, channel=Channel.COUNSELLOR)
            listed = [timed(partial(ask, name)) for name in seekers]
            with reading(app.engine) as connection:
                records = [v for v, _ in open_vacancies(connection, today, ids)]
            app.indexer.encode_vacancies(records)
            found, lost = [], []
            for record in records:
                found.append(taken_in(app, replace(record, openings=record.openings + 1), today))
                lost.append(taken_in(app, replace(record, closed_on=today), today))
            new, less, known, lacking, asked = (
                statistics.median(taken) for taken in (added, gone, found, lost, listed)
            )
            table.add_row(f"{size:,}", *map(ms, (new, less, known, max(found), lacking, asked)))
        texts = p50_p99([timed(partial(encode_afresh, app, record)) for record in records])[0]
    console.print(table)
    console.print(f"p50 in ms of {CHANGES}; a text nobody has seen: {ms(texts)} ms more")


def of(vectors: Vectors, at: Any) -> Vectors:
    """The vectors of some rows."""
    return Vectors(vectors.texts[at], vectors.titles[at])


def taken_in(app: App, record: Vacancy, today: date) -> float:
    """Seconds from the commit of a vacancy until the index knows it, or no longer."""
    with writing(app.engine) as connection:
        upsert(connection, [record])
    taken = timed(partial(app.live.take_in, Vacancy, record.id, today))
    known = app.live.snapshot.index.vacancies.one(record.id)
    if (known is None) != (record.closed_on is not None):
        raise SystemExit(f"The index does not know what became of {record.id}.")
    return taken


def encode_afresh(app: App, record: Vacancy) -> None:
    """Encode text and title of a vacancy as if nobody had seen it."""
    text = encoder_text(record, app.reference, app.indexer.lexicon)
    app.indexer.encoder.encode([text, record.title], role=EncoderRole.PASSAGE)


def crowd() -> None:
    """One kiosk, KIOSKS and CROWD at once, with stored seekers and with texts to encode."""
    table = rows("at once", "lists/s", "p50 ms", "p99 ms", "shed", "errors")
    with a_copy() as app, serving(app) as server:
        time.sleep(SETTLE_S)
        for number in (1, KIOSKS, CROWD):
            for what, ask in (("stored seekers", stored), ("free texts", told)):
                statuses, taken = together(server, number, ask)
                low, high = p50_p99(taken)
                errors = sum(statuses.values()) - statuses[200] - statuses[503]
                figures = f"{len(taken) / CROWD_S:.0f}", ms(low), ms(high)
                table.add_row(f"{number} {what}", *figures, str(statuses[503]), str(errors))
        pages = int(Path(f"/proc/{server.pid}/statm").read_text().split()[1])
    console.print(table)
    console.print(f"{CROWD_S:.0f} s a row; then the server holds {pages * 4096 / 1e6:.0f} MB")


def stored(number: int) -> tuple[str, object]:
    """What a counsellor asks."""
    return f"/v1/seekers/SIM-S{number % 75_000:06d}/matches?reason=requested", None


def told(number: int) -> tuple[str, object]:
    """What a visitor says at a kiosk, no two the same."""
    return "/v1/matches", {"text": f"做過 {number} 天倉管，會開堆高機，想找前鎮的日班，月薪三萬五"}


def together(
    server: Server, number: int, ask: Callable[[int], tuple[str, object]]
) -> tuple[Counter[int], list[float]]:
    """Answers within CROWD_S by status, and seconds of each list; who is shed waits a second."""
    statuses, taken = Counter[int](), list[float]()
    until = time.perf_counter() + CROWD_S
    turn = itertools.count()

    def visit() -> None:
        connection = server.connect()
        while (start := time.perf_counter()) < until:
            try:
                status, _ = server.ask(connection, *ask(next(turn)))
            except (OSError, http.client.HTTPException):
                status, connection = 0, server.connect()
            statuses[status] += 1
            if status == 200:
                taken.append(time.perf_counter() - start)
            else:
                time.sleep(1)

    visitors = [threading.Thread(target=visit) for _ in range(number)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    return statuses, taken


SECTIONS = {
    "start": start,
    "lists": lists,
    "edge": edges,
    "memory": memory,
    "changes": changes,
    "crowd": crowd,
}


def main() -> None:
    """Print the tables asked for, or all."""
    for name in sys.argv[1:] or SECTIONS:
        SECTIONS[name]()
    packages = ("faiss-cpu", "fastapi", "numba", "numpy", "orjson", "sqlalchemy", "uvicorn")
    console.print(", ".join(f"{name} {version(name)}" for name in packages), highlight=False)


if __name__ == "__main__":
    main()
