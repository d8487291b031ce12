"""What it costs a list that its look is logged: the transaction that logs it, with and without.

    python benchmarks/looks.py

On an empty register in SQLite that is thrown away.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table
from sqlalchemy import Engine

from matcher.db.audit import Entry, add_entries
from matcher.db.engine import appending, migrate, open_engine
from matcher.db.store import add_new
from matcher.entities import Channel, Impression
from matcher.service.audit import Action, Reason, new_entry, under
from matcher.service.keys import Principal, Role
from matcher.service.limits import Limiter

TIMES, LINES, REQUESTS = 1_000, 10, 100_000
NOW = datetime.now(UTC)
LOOK = new_entry(Principal("key", Role.COUNSELLOR), Action.LISTED, Reason.PRESENT, NOW, person="S")
ITEMS = tuple((f"V-{number:06d}", 1.0) for number in range(LINES))


def entries(people: int) -> list[Entry]:
    """Those of a new look, with so many people shown under it."""
    look = replace(LOOK, id=uuid4().hex)
    shown = under(look, Action.SHOWN, NOW)
    return [look, *(replace(shown, id=uuid4().hex, person=f"S-{n}") for n in range(people))]


def log(engine: Engine, made: Sequence[Entry]) -> float:
    """Seconds that logging a list takes."""
    slate = Impression(
        id=uuid4().hex, shown_at=NOW, channel=Channel.COUNSELLOR, policy="p", items=ITEMS
    )
    start = time.perf_counter()
    with appending(engine) as connection:
        add_new(connection, [slate])
        add_entries(connection, made)
    return time.perf_counter() - start


def main() -> None:
    """Print the table."""
    table = Table("logging a list", "p50 ms", "p99 ms", box=MARKDOWN)
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'matcher.db'}")
        migrate(engine)
        taken: dict[str, list[float]] = {}
        for _ in range(TIMES):
            for name, made in (
                ("without a look", []),
                ("a person's", entries(0)),
                (f"a shortlist of {LINES}", entries(LINES)),
            ):
                taken.setdefault(name, []).append(log(engine, made))
        engine.dispose()
    for name, seconds in taken.items():
        percentiles = statistics.quantiles(seconds, n=100)
        table.add_row(name, f"{1e3 * percentiles[49]:.2f}", f"{1e3 * percentiles[98]:.2f}")
    console = Console(width=100)
    console.print(table)
    limiter, start = Limiter(REQUESTS + 1), time.perf_counter()
    for _ in range(REQUESTS):
        limiter.count("key")
    each = (time.perf_counter() - start) / REQUESTS
    console.print(f"Counting a request of a key: {1e6 * each:.1f} µs")


if __name__ == "__main__":
    main()
