"""Small registers for figures, and a plain way to count them that knows nothing of the log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from itertools import groupby

from sqlalchemy import Engine, delete

from matcher.db import tables
from matcher.db.codec import TABLES
from matcher.db.engine import writing
from matcher.db.event_log import VOIDABLE
from matcher.db.store import upsert
from matcher.entities import HireReport, Void
from matcher.rates.dimensions import HELD, LINKED, SIZES, By, Dimension
from matcher.rates.events import Event, Kind, event_of
from matcher.rates.measures import COUNTINGS, Measure, Unit
from matcher.rates.periods import Period, Span, key_of, within_months

ORDER = list(TABLES)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(4), UTC)


def write(engine: Engine, *records: object, on: date) -> None:
    """Take records in, of any kinds, on a day."""
    ordered = sorted(records, key=lambda record: ORDER.index(type(record)))
    with writing(engine, now=noon(on)) as connection:
        for _, alike in groupby(ordered, key=type):
            upsert(connection, list(alike))


def empty(engine: Engine) -> None:
    """Forget everything."""
    with writing(engine) as connection:
        for table in (tables.events, tables.changes, *(TABLES[kind] for kind in reversed(ORDER))):
            connection.execute(delete(table))


Log = Sequence[tuple[date, Sequence[object]]]
"""What was taken in on which day."""


def standing(log: Log, until: date | None = None) -> list[Event]:
    """The events that count at the end of a day: of each record the last one, unless void."""
    state: dict[tuple[Kind, str], Event | None] = {}
    for day, records in log:
        if until is not None and day > until:
            break
        for record in records:
            if isinstance(record, Void):
                state[VOIDABLE[record.kind][1], record.record_id] = None
            elif event := event_of(record):
                key = event.kind, event.record
                if key not in state or state[key] is not None:
                    state[key] = event
            elif isinstance(record, HireReport):
                state.pop((Kind.OPENINGS_FILLED, record.id), None)
    return [event for event in state.values() if event is not None]


def behind(events: Iterable[Event], measure: Measure, period: Period) -> list[Event]:
    """The events of a measure, by the words of its definition."""
    counting, events = COUNTINGS[measure], list(events)

    def followed(event: Event) -> bool:
        return any(
            then.follows == event.record
            and then.programme == event.programme
            and then.step == counting.followed_by
            and then.happened_on >= event.happened_on
            and within_months(then.happened_on, event.happened_on, counting.within_months or 9999)
            for then in events
        )

    return [
        event
        for event in events
        if event.kind == counting.kind
        and event.happened_on is not None
        and event.happened_on in period
        and all(getattr(event, name) == value for name, value in counting.where.items())
        and (counting.followed_by is None or followed(event))
    ]


def amount(counted: Iterable[Event], measure: Measure) -> int:
    match COUNTINGS[measure].unit:
        case Unit.PERSONS:
            return len({event.person or event.record for event in counted})
        case Unit.OPENINGS:
            return sum(event.amount for event in counted)
        case _:
            return len(list(counted))


def told(events: Iterable[Event], event: Event, by: By) -> str | None:
    """The part that an event belongs to."""
    if isinstance(by, Span):
        assert event.happened_on is not None
        return key_of(event.happened_on, by)
    value = None
    for held in HELD[event.kind][by]:
        named: Event | None = event
        if held.link is not None:
            key = LINKED[held.link], getattr(event, held.link)
            named = next((e for e in events if (e.kind, e.record) == key), None)
        value = value or (named and getattr(named, held.column))
    if by is Dimension.OCCUPATION:
        return value and value[:1]
    if by is not Dimension.FAIR_SIZE:
        return value
    booths = {e.employer for e in events if e.kind is Kind.BOOTH_TAKEN and e.fair == value}
    size = next(key for most, key in SIZES if most is None or len(booths) <= most)
    return size if booths else None


def amounts_by(
    events: list[Event], measure: Measure, period: Period, by: By
) -> dict[str | None, int]:
    counted = behind(events, measure, period)
    keys = {told(events, event, by) for event in counted}
    return {
        key: amount([e for e in counted if told(events, e, by) == key], measure) for key in keys
    }
