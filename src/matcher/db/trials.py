"""Trials of how lists are made, which desks take no part in sharing, and what became of lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import Connection, delete, insert, select, union_all, update

from matcher.db import tables
from matcher.errors import NotFoundError
from matcher.evaluation.trials import Trial, Unit

STATIONS = (tables.api_keys, tables.staff)
"""Whoever asks for lists: desks and kiosks by their keys, people by their accounts."""


def add_trial(connection: Connection, trial: Trial, *, now: datetime) -> None:
    """Record it."""
    connection.execute(insert(tables.trials).values(**asdict(trial), made_at=now))


def end_trial(connection: Connection, trial_id: str, last_on: date) -> None:
    """End a trial early; one that has not begun is taken away."""
    table = tables.trials
    known = select(table.c.first_on).where(table.c.id == trial_id)
    first_on = connection.execute(known).scalar()
    if first_on is None:
        raise NotFoundError(f"There is no trial {trial_id!r}.", remedy="See `matcher trial list`.")
    if last_on < first_on:
        connection.execute(delete(table).where(table.c.id == trial_id))
    else:
        connection.execute(update(table).where(table.c.id == trial_id).values(last_on=last_on))


def all_trials(connection: Connection) -> list[Trial]:
    """All trials, the newest first."""
    table = tables.trials
    rows = connection.execute(select(table).order_by(table.c.first_on.desc(), table.c.id))
    return [
        Trial(id=row.id, unit=Unit(row.unit), first_on=row.first_on, last_on=row.last_on)
        for row in rows
    ]


def stations_apart(connection: Connection) -> set[str]:
    """Ids of the keys and accounts whose lists do not share out the openings."""
    return set(connection.execute(select(tables.stations_apart.c.id)).scalars())


def set_sharing(connection: Connection, station: str, *, shares: bool) -> None:
    """Whether the lists of a key or account share out the openings.

    Raises NotFoundError where there is neither of this id.
    """
    known = [select(table.c.id).where(table.c.id == station) for table in STATIONS]
    if not connection.execute(union_all(*known)).first():
        raise NotFoundError(
            f"There is no key and no account {station!r}.",
            remedy="See `matcher key list` and `matcher staff list`.",
        )
    table = tables.stations_apart
    connection.execute(delete(table).where(table.c.id == station))
    if not shares:
        connection.execute(insert(table).values(id=station))


def lists_between(
    connection: Connection, first: datetime, end: datetime
) -> Iterator[tuple[str, datetime, str | None]]:
    """(seeker, moment, station) of the lists registered people read from `first` until `end`."""
    table = tables.impressions.c
    query = (
        select(table.seeker_id, table.shown_at, table.station)
        .where(table.seeker_id.is_not(None), table.channel != "api")
        .where(table.shown_at >= first, table.shown_at < end)
        .order_by(table.shown_at, table.id)
    )
    for row in connection.execute(query.execution_options(yield_per=5_000)):
        yield row.seeker_id, row.shown_at, row.station
