"""Seals over the audit log: what leaves it at the end of its term, or by other ways, can be told.

Each night seals the entries since the night before, as a digest that goes on from that night's.
What an erasure blanks is not part of it. Triggers let an entry go only when it is sealed and a year
old, and never a seal; so whoever takes one away unseen has to change triggers, all later seals, and
the copies of their digests outside the database.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime

import orjson
from sqlalchemy import Connection, Engine, delete, func, insert, select

from matcher.db import tables
from matcher.db.engine import appending, reading

KEPT = tuple(column for column in tables.audit_log.c if column.name not in ("person", "words"))
"""What no erasure blanks."""
AT_ONCE = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """Over the entries numbered `first_seq` to `last_seq`; `newest_at` is the moment of the last.

    `digest`: SHA-256, as hexadecimal digits, over the digest of the seal before (of the first:
    nothing) and each entry as a list in JSON.
    """

    last_seq: int
    first_seq: int
    entries: int
    newest_at: datetime
    digest: str
    made_at: datetime


def seal(engine: Engine, *, now: datetime) -> Seal | None:
    """Seal what was written since the last seal; None where that is nothing.

    For one process at a time, as nights are.
    """
    last = _last_written(engine)
    # Read apart from writing, so that no list waits for it.
    with reading(engine) as connection:
        before = newest_seal(connection)
        first = before.last_seq + 1 if before else 1
        if last < first:
            return None
        entries, digest, newest = _digest(connection, first, last, before.digest if before else "")
    made = Seal(
        last_seq=last,
        first_seq=first,
        entries=entries,
        newest_at=newest or now,
        digest=digest,
        made_at=now,
    )
    with appending(engine) as connection:
        connection.execute(insert(tables.audit_seals).values(asdict(made)))
    return made


def newest_seal(connection: Connection) -> Seal | None:
    """The last one."""
    table = tables.audit_seals
    row = connection.execute(select(table).order_by(table.c.last_seq.desc()).limit(1)).mappings()
    found = row.first()
    return None if found is None else Seal(**found)


def drop_entries_before(connection: Connection, moment: datetime) -> int:
    """Delete the oldest entries, of seals with nothing from `moment` on; returns how many.

    The database refuses it for any that is younger than a year.
    """
    log, seals = tables.audit_log, tables.audit_seals.c
    kept = select(func.min(seals.first_seq)).where(seals.newest_at >= moment)
    sealed = select(func.coalesce(func.max(seals.last_seq) + 1, 0))
    first = connection.execute(
        select(func.coalesce(kept.scalar_subquery(), sealed.scalar_subquery()))
    )
    return int(connection.execute(delete(log).where(log.c.seq < first.scalar_one())).rowcount)


def objections(connection: Connection, *, kept_since: datetime) -> list[str]:
    """What is not as it was sealed, a sentence each; what is older than `kept_since` may go."""
    table = tables.audit_seals
    found, before = [], ""
    for row in connection.execute(select(table).order_by(table.c.last_seq)).mappings().all():
        sealed = Seal(**row)
        entries, digest, _ = _digest(connection, sealed.first_seq, sealed.last_seq, before)
        numbers = f"{sealed.first_seq:,} to {sealed.last_seq:,}"
        over = entries == 0 and sealed.newest_at < kept_since
        if entries != sealed.entries and not over:
            found.append(
                f"Of the entries {numbers}, {sealed.entries:,} were sealed, {entries:,} are there."
            )
        elif digest != sealed.digest and not over:
            found.append(f"The entries {numbers} are not what was sealed.")
        before = sealed.digest
    return found


def _last_written(engine: Engine) -> int:
    """The number of the last entry, below which none is still to come."""
    with appending(engine) as connection:
        if connection.dialect.name == "postgresql":
            # Numbers are drawn before commit: wait for whoever is writing.
            connection.exec_driver_sql("LOCK TABLE audit_log IN SHARE MODE")
        return connection.execute(select(func.max(tables.audit_log.c.seq))).scalar() or 0


def _digest(
    connection: Connection, first: int, last: int, before: str
) -> tuple[int, str, datetime | None]:
    """How many entries there are, their digest, and the moment of the newest."""
    seq = tables.audit_log.c.seq
    query = select(*KEPT).where(seq >= first, seq <= last).order_by(seq)
    digest, count, newest = hashlib.sha256(before.encode()), 0, None
    for row in connection.execute(query.execution_options(yield_per=AT_ONCE)):
        newest = max(newest or row.made_at, row.made_at)
        digest.update(orjson.dumps(list(row), option=orjson.OPT_APPEND_NEWLINE))
        count += 1
    return count, digest.hexdigest(), newest
