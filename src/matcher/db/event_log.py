"""The event log: what the figures count, added in the transaction that changes the register."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, text

from matcher.db import tables
from matcher.db.codec import TABLES, to_row
from matcher.entities import (
    FairResume,
    HireReport,
    JobFair,
    JobSeeker,
    Placement,
    Service,
    Vacancy,
    Void,
    Voidable,
)
from matcher.rates.events import Event, Kind, event_of

VOIDABLE: Mapping[Voidable, tuple[type, Kind]] = {
    Voidable.SEEKERS: (JobSeeker, Kind.SEEKER_REGISTERED),
    Voidable.VACANCIES: (Vacancy, Kind.VACANCY_REGISTERED),
    Voidable.FAIRS: (JobFair, Kind.FAIR_HELD),
    Voidable.FAIR_RESUMES: (FairResume, Kind.RESUME_HANDED_IN),
    Voidable.PLACEMENTS: (Placement, Kind.SEEKER_PLACED),
    Voidable.HIRE_REPORTS: (HireReport, Kind.OPENINGS_FILLED),
    Voidable.SERVICES: (Service, Kind.PROGRAMME_STEP),
}
"""The records that each word means, and their events."""

LEAVES = (FairResume, Placement, HireReport, Service)
"""Records that no other names: void, they leave the register too."""

AT_ONCE = 500
"""Keys in one statement."""


def log_records(connection: Connection, changed: Iterable[tuple[Any, Any]]) -> None:
    """Add what is new for the figures in records of one kind: pairs of (before, now).

    `before` is None for a new record. What is void stays void.
    """
    rows: list[dict[str, Any]] = []
    replaced: dict[str, Event | None] = {}
    kind: Kind | None = None
    for before, now in changed:
        event = event_of(now)
        was = None if before is None else event_of(before)
        if was is None and event is not None:
            rows.append({**to_row(event), "replaces": None, "void": False})
        elif was is not None and event != was:
            replaced[was.record], kind = event, was.kind
    if kind is not None:
        newest = _newest(connection, kind, list(replaced))
        rows += [
            _replacing(newest[record], event)
            for record, event in replaced.items()
            if not newest[record]["void"]
        ]
    _add(connection, rows)


def log_voids(connection: Connection, voids: Sequence[Void]) -> list[Mapping[str, Any]]:
    """Take records back: no figure counts them from now on, and leaves leave the register.

    Gives the hire reports that are gone, as rows: their vacancies have openings again.
    """
    gone: list[Mapping[str, Any]] = []
    for word in {void.kind for void in voids}:
        entity, kind = VOIDABLE[word]
        keys = [void.record_id for void in voids if void.kind == word]
        newest = _newest(connection, kind, keys)
        _add(
            connection,
            [_replacing(event, None) for event in newest.values() if not event["void"]],
        )
        table = TABLES[entity]
        if entity in LEAVES:
            if entity is HireReport:
                found = connection.execute(select(table).where(table.c.id.in_(keys)))
                gone += [dict(row) for row in found.mappings()]
            connection.execute(delete(table).where(table.c.id.in_(keys)))
    return gone


def voided(connection: Connection, records: Sequence[Any]) -> set[str]:
    """The ids among `records`, of one kind, that were taken back and so do not come again."""
    kind = type(records[0]) if records else None
    words = [word for word, (entity, _) in VOIDABLE.items() if entity is kind and entity in LEAVES]
    table = tables.voids.c
    found: set[str] = set()
    for start in range(0, len(records) if words else 0, AT_ONCE):
        among = table.record_id.in_([record.id for record in records[start : start + AT_ONCE]])
        query = select(table.record_id).where(table.kind.in_(words), among)
        found.update(connection.execute(query).scalars())
    return found


def unknown_to_the_log(connection: Connection, voids: Mapping[int, Void]) -> set[int]:
    """The keys of those voids whose record no figure ever counted."""
    unknown: set[int] = set()
    for word in {void.kind for void in voids.values()}:
        named = {at: void.record_id for at, void in voids.items() if void.kind == word}
        known = _newest(connection, VOIDABLE[word][1], list(named.values()))
        unknown |= {at for at, record in named.items() if record not in known}
    return unknown


def look_over(connection: Connection) -> None:
    """Let the database know how its log looks now: without, it may join a large one badly."""
    connection.execute(text("ANALYZE events"))


def _newest(
    connection: Connection, kind: Kind, records: Sequence[str]
) -> dict[str, Mapping[str, Any]]:
    """The event of each record that no other replaces, as rows."""
    table = tables.events
    found: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(records), AT_ONCE):
        among = table.c.record.in_(records[start : start + AT_ONCE])
        query = select(table).where(table.c.kind == kind, among).order_by(table.c.seq)
        found |= {row["record"]: dict(row) for row in connection.execute(query).mappings()}
    return found


def _replacing(old: Mapping[str, Any], event: Event | None) -> dict[str, Any]:
    """What stands in the place of the row `old`: `event`, or that it is void."""
    row = {**old} if event is None else to_row(event)
    return {**row, "replaces": old["seq"], "void": event is None}


def _add(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    moment: datetime = connection.get_execution_options()["recorded_at"]
    # Few columns hold anything in one kind of event; the others need not travel.
    told = {name for row in rows for name, value in row.items() if value is not None}
    told -= {"seq", "recorded_at"}
    fresh = [{"recorded_at": moment, **{name: row[name] for name in told}} for row in rows]
    connection.execute(insert(tables.events), fresh)
