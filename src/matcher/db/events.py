"""Counting events: every figure is one query over the log, as of today or of an earlier day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    and_,
    case,
    cast,
    distinct,
    exists,
    extract,
    func,
    or_,
    select,
    union_all,
)

from matcher.db import tables
from matcher.entities import Step
from matcher.rates.dimensions import HELD, LINKED, OCCUPATION_DIGITS, SIZES, By, Dimension
from matcher.rates.events import Kind
from matcher.rates.measures import COUNTINGS, Counting, Measure, Unit
from matcher.rates.periods import Period, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which events to count: those of `period` with these values, as recorded before `until`."""

    period: Period
    where: Mapping[Dimension, str] = field(default_factory=dict)
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Behind:
    """An event behind a figure: its number in the log, and the id of the record it came from."""

    seq: int
    record: str


def count(connection: Connection, measure: Measure, selection: Selection) -> int:
    """How many of `measure` the log holds."""
    counted = _Query(measure, selection)
    return int(connection.execute(counted.select(counted.amount)).scalar_one())


def count_by(
    connection: Connection, measure: Measure, selection: Selection, by: By
) -> dict[str | None, int]:
    """The same in parts, by the key of each part that has any; None: not told."""
    counted = _Query(measure, selection)
    part = counted.part(by).label("part")
    found = connection.execute(counted.select(part, counted.amount.label("n")).group_by(part))
    return {_key(row.part, by): int(row.n) for row in found}


def events_behind(
    connection: Connection, measure: Measure, selection: Selection, *, after: int, limit: int
) -> list[Behind]:
    """Up to `limit` of the events counted, by number, those after `after`."""
    counted = _Query(measure, selection)
    event = counted.event
    query = counted.select(event.c.seq, event.c.record).where(event.c.seq > after)
    found = connection.execute(query.order_by(event.c.seq).limit(limit))
    return [Behind(row.seq, row.record) for row in found]


def log_begins(connection: Connection) -> datetime | None:
    """When the first event was recorded; None for an empty log."""
    table = tables.events.c
    return connection.execute(select(table.recorded_at).order_by(table.seq).limit(1)).scalar()


def newest_event(connection: Connection) -> int:
    """Number of the newest event; 0 where there is none."""
    return connection.execute(select(func.max(tables.events.c.seq))).scalar() or 0


def holds_simulated_records(connection: Connection) -> bool:
    """Whether anything came from the simulator, whose ids all begin with `SIM-`."""
    holders = (tables.employers.c, tables.job_seekers.c, tables.vacancies.c)
    simulated = union_all(*(select(t.id).where(t.id.like("SIM-%")) for t in holders)).limit(1)
    return connection.execute(simulated).first() is not None


class _Query:
    """The events of one measure, with what they name joined where a part or a filter asks."""

    def __init__(self, measure: Measure, selection: Selection) -> None:
        self._counting: Counting = COUNTINGS[measure]
        self._selection = selection
        self.event = tables.events.alias("e")
        self._from: FromClause = self.event
        self._linked: dict[str, FromClause] = {}

    @property
    def amount(self) -> ColumnElement[Any]:
        """What is counted: persons once, openings by number, all else every time."""
        event = self.event.c
        match self._counting.unit:
            case Unit.PERSONS:
                # Of somebody who is not on the register only the record is known.
                return func.count(distinct(func.coalesce(event.person, event.record)))
            case Unit.OPENINGS:
                return func.coalesce(func.sum(event.amount), 0)
            case _:
                return func.count()

    def select(self, *columns: ColumnElement[Any]) -> Select[Any]:
        """Those columns of the events counted."""
        counting, period, event = self._counting, self._selection.period, self.event.c
        conditions = [
            event.kind == counting.kind.value,
            event.happened_on.between(period.first, period.last),
            self._counts(self.event),
            *(event[name] == value for name, value in counting.where.items()),
            *(self._told(name) == value for name, value in self._selection.where.items()),
        ]
        if counting.followed_by is not None:
            conditions.append(self._followed(counting.followed_by, counting.within_months))
        return select(*columns).select_from(self._from).where(*conditions)

    def part(self, by: By) -> ColumnElement[Any]:
        """What tells the part that an event belongs to: a value, or the number of a month."""
        if isinstance(by, Dimension):
            return self._told(by)
        year, month = _year_and_month(self.event.c.happened_on)
        number: ColumnElement[Any] = _month_numbers(year, month)[by]
        return number

    def _told(self, dimension: Dimension) -> ColumnElement[Any]:
        """The value of a dimension; an occupation is told by its major group."""
        places = HELD[self._counting.kind][dimension]
        columns = [self._named(held.link).c[held.column] for held in places]
        value = func.coalesce(*columns) if len(columns) > 1 else columns[0]
        if dimension is Dimension.OCCUPATION:
            return func.substr(value, 1, OCCUPATION_DIGITS)
        if dimension is Dimension.FAIR_SIZE:
            return self._size_of(value)
        return value

    def _named(self, link: str | None) -> FromClause:
        """The event itself, or that of the record which its field `link` names."""
        if link is None:
            return self.event
        if link not in self._linked:
            event = tables.events.alias()
            there = self._counts(event), event.c.kind == LINKED[link].value
            named = select(event).where(*there).subquery(link)
            self._linked[link] = named
            self._from = self._from.outerjoin(named, named.c.record == self.event.c[link])
        return self._linked[link]

    def _size_of(self, fair: ColumnElement[Any]) -> ColumnElement[Any]:
        booth = tables.events.alias("b")
        sizes = (
            select(booth.c.fair, func.count(distinct(booth.c.employer)).label("employers"))
            .where(booth.c.kind == Kind.BOOTH_TAKEN.value, self._counts(booth))
            .group_by(booth.c.fair)
            .cte("sizes")
            # Else a PostgreSQL without statistics counts the booths anew for every résumé.
            .prefix_with("MATERIALIZED", dialect="postgresql")
        )
        self._from = self._from.outerjoin(sizes, sizes.c.fair == fair)
        classes = [(sizes.c.employers <= most, key) for most, key in SIZES if most is not None]
        return case((sizes.c.employers.is_(None), None), *classes, else_=SIZES[-1][1])

    def _counts(self, event: FromClause) -> ColumnElement[bool]:
        """Recorded in time, not void, and not replaced in time."""
        until = self._selection.until
        later = tables.events.alias()
        replaced = later.c.replaces == event.c.seq
        if until is None:
            return and_(~event.c.void, ~exists().where(replaced))
        known = event.c.recorded_at < until
        return and_(~event.c.void, known, ~exists().where(replaced, later.c.recorded_at < until))

    def _followed(self, step: Step, months: int | None) -> ColumnElement[bool]:
        """Whether `step` of the same programme follows, in time; see `periods.within_months`."""
        event, then = self.event.c, tables.events.alias("then")
        conditions = [
            then.c.follows == event.record,
            then.c.kind == Kind.PROGRAMME_STEP.value,
            then.c.programme == event.programme,
            then.c.step == step.value,
            then.c.happened_on >= event.happened_on,
            self._counts(then),
        ]
        if months is not None:
            (year, month), (later_year, later_month) = (
                _year_and_month(day) for day in (event.happened_on, then.c.happened_on)
            )
            apart = 12 * (later_year - year) + later_month - month
            in_time = extract("day", then.c.happened_on) <= extract("day", event.happened_on)
            conditions.append(or_(apart < months, and_(apart == months, in_time)))
        return exists().where(*conditions)


def _year_and_month(day: ColumnElement[Any]) -> tuple[ColumnElement[int], ColumnElement[int]]:
    return cast(extract("year", day), Integer), cast(extract("month", day), Integer)


def _month_numbers(year: Any, month: Any) -> dict[Span, Any]:
    """One number for each month, quarter and year; `_key` reads it."""
    return {
        Span.MONTH: year * 100 + month,
        Span.QUARTER: year * 10 + (month + 2) // 3,
        Span.YEAR: year,
    }


def _key(part: Any, by: By) -> str | None:
    match by:
        case Span.MONTH:
            return f"{part // 100}-{part % 100:02}"
        case Span.QUARTER:
            return f"{part // 10}-Q{part % 10}"
        case _:
            return None if part is None else str(part)
