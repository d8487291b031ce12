"""Events that cannot all be right, found in the log as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, FromClause, and_, exists, func, or_, select

from matcher.db import tables
from matcher.rates.events import Kind
from matcher.rates.measures import COUNTINGS, Unit

SAME: Mapping[Kind, tuple[str, ...]] = {
    Kind.SEEKER_PLACED: ("person", "happened_on", "vacancy"),
    Kind.RESUME_HANDED_IN: ("person", "fair", "booth", "vacancy"),
    Kind.PROGRAMME_STEP: ("person", "happened_on", "programme", "step", "follows"),
}
"""Two events of a kind that agree in these are one."""


@dataclass(frozen=True, slots=True)
class Fair:
    """What tells one fair from another."""

    id: str
    name: str
    held_on: date
    district: str | None
    address: str


def repeated(connection: Connection, kind: Kind) -> list[str]:
    """Records whose events repeat an earlier one of the same person, by number."""
    event = tables.events.alias("e")
    first = (
        select(*(event.c[name] for name in SAME[kind]), func.min(event.c.seq).label("seq"))
        .where(_stands(event, kind), event.c.person.is_not(None))
        .group_by(*(event.c[name] for name in SAME[kind]))
        .having(func.count() > 1)
        .subquery("earlier")
    )
    same = [event.c[name].is_not_distinct_from(first.c[name]) for name in SAME[kind]]
    query = (
        select(event.c.record)
        .join(first, and_(*same))
        .where(_stands(event, kind), event.c.seq > first.c.seq)
        .order_by(event.c.seq)
    )
    return list(connection.execute(query).scalars())


def fairs_listed(connection: Connection) -> list[Fair]:
    """The fairs that count, by id."""
    fair, event = tables.job_fairs.c, tables.events.alias("e")
    query = (
        select(fair.id, fair.name, fair.held_on, fair.district, fair.address)
        .join_from(tables.job_fairs, event, event.c.record == fair.id)
        .where(_stands(event, Kind.FAIR_HELD))
        .order_by(fair.id)
    )
    return [Fair(*row) for row in connection.execute(query)]


def unnamed(connection: Connection) -> list[str]:
    """Steps of programmes that are counted in persons but name none, by number."""
    event = tables.events.alias("e")
    steps = [
        and_(*(event.c[name] == value for name, value in counting.where.items()))
        for counting in COUNTINGS.values()
        if counting.kind == Kind.PROGRAMME_STEP and counting.unit == Unit.PERSONS
    ]
    query = select(event.c.record).where(
        _stands(event, Kind.PROGRAMME_STEP), event.c.person.is_(None), or_(*steps)
    )
    return list(connection.execute(query.order_by(event.c.seq)).scalars())


def steps_without_a_beginning(connection: Connection) -> list[str]:
    """Steps that count only where they follow another, and follow none in time, by number."""
    event, before = tables.events.alias("e"), tables.events.alias("before")
    follow = [
        and_(
            event.c.programme == counting.where["programme"],
            event.c.step == counting.followed_by,
        )
        for counting in COUNTINGS.values()
        if counting.followed_by is not None
    ]
    begun = exists().where(
        before.c.record == event.c.follows,
        _stands(before, Kind.PROGRAMME_STEP),
        before.c.programme == event.c.programme,
        before.c.happened_on <= event.c.happened_on,
    )
    query = select(event.c.record).where(_stands(event, Kind.PROGRAMME_STEP), or_(*follow), ~begun)
    return list(connection.execute(query.order_by(event.c.seq)).scalars())


def _stands(event: FromClause, kind: Kind) -> Any:
    """Of this kind, not void and not replaced."""
    later = tables.events.alias()
    replaced = exists().where(later.c.replaces == event.c.seq)
    return and_(event.c.kind == kind.value, ~event.c.void, ~replaced)
