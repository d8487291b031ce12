"""Who is at a fair whose interviews are planned, and when each is expected where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from matcher.db import tables
from matcher.db.codec import from_row
from matcher.entities import FairResume


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody at a fair, registered or not; last `seen_at` a kiosk.

    `chances` are those of a match at each vacancy they were shown, by id; `resumes` the ids of the
    résumés they handed in, by vacancy.
    """

    id: str
    seeker_id: str | None
    seen_at: datetime
    chances: dict[str, float] = field(default_factory=dict)
    resumes: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """When a visitor is expected at a booth."""

    visitor_id: str
    booth_number: str
    starts_at: datetime


def take_turn(connection: Connection, fair_id: str) -> None:
    """Wait until nobody else changes the plan of this fair."""
    table = tables.job_fairs
    connection.execute(select(table.c.id).where(table.c.id == fair_id).with_for_update())


def visitors_of(connection: Connection, fair_id: str, *, since: datetime) -> list[Visitor]:
    """The visitors of a fair that were seen after `since`, by id."""
    table = tables.fair_visitors
    query = (
        select(table)
        .where(table.c.fair_id == fair_id, table.c.seen_at > since)
        .order_by(table.c.id)
    )
    return [from_row(Visitor, row) for row in connection.execute(query).mappings()]


def visitor_of(connection: Connection, fair_id: str, seeker_id: str) -> Visitor | None:
    """The visitor that a registered person is, if they have been here."""
    table = tables.fair_visitors
    query = select(table).where(table.c.fair_id == fair_id, table.c.seeker_id == seeker_id)
    row = connection.execute(query.limit(1)).mappings().first()
    return None if row is None else from_row(Visitor, row)


def keep_visitor(connection: Connection, fair_id: str, visitor: Visitor) -> None:
    """Write a visitor, new or not."""
    table = tables.fair_visitors
    values = {
        "seen_at": visitor.seen_at,
        "chances": visitor.chances,
        "resumes": visitor.resumes,
    }
    known = connection.execute(update(table).where(table.c.id == visitor.id).values(**values))
    if not known.rowcount:
        row = {"id": visitor.id, "fair_id": fair_id, "seeker_id": visitor.seeker_id, **values}
        connection.execute(insert(table).values(**row))


def forget_visitors(connection: Connection, *, before: datetime) -> int:
    """Delete visitors last seen before that moment, of any fair; returns how many there were."""
    table = tables.fair_visitors
    return int(connection.execute(delete(table).where(table.c.seen_at < before)).rowcount)


def appointments_of(connection: Connection, fair_id: str) -> list[Appointment]:
    """What was last planned at a fair."""
    table, visitors = tables.fair_appointments, tables.fair_visitors
    query = (
        select(table)
        .join(visitors, visitors.c.id == table.c.visitor_id)
        .where(visitors.c.fair_id == fair_id)
        .order_by(table.c.starts_at, table.c.booth_number, table.c.visitor_id)
    )
    return [from_row(Appointment, row) for row in connection.execute(query).mappings()]


def keep_appointments(
    connection: Connection, fair_id: str, appointments: Iterable[Appointment]
) -> None:
    """Put these in the place of what was planned at a fair."""
    table, visitors = tables.fair_appointments, tables.fair_visitors
    of_fair = select(visitors.c.id).where(visitors.c.fair_id == fair_id)
    connection.execute(delete(table).where(table.c.visitor_id.in_(of_fair)))
    rows = [
        {"visitor_id": a.visitor_id, "booth_number": a.booth_number, "starts_at": a.starts_at}
        for a in appointments
    ]
    if rows:
        connection.execute(insert(table), rows)


def resumes_of(connection: Connection, fair_id: str) -> dict[str, FairResume]:
    """All résumés of a fair, by id."""
    table = tables.fair_resumes
    rows = connection.execute(select(table).where(table.c.fair_id == fair_id)).mappings()
    return {row["id"]: from_row(FairResume, row) for row in rows}
