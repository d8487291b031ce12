"""Trials of how lists are made, which desks take no part in sharing, and what became of lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import Connection, delete, insert, select, update

from matcher.db import tables
from matcher.errors import NotFoundError
from matcher.evaluation.trials import Trial, Unit


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
    """Ids of the keys whose lists do not share out the openings."""
    table = tables.api_keys.c
    return set(connection.execute(select(table.id).where(~table.shares_openings)).scalars())


def set_sharing(connection: Connection, key_id: str, *, shares: bool) -> None:
    """Whether lists asked for with a key share out the openings; raises NotFoundError."""
    table = tables.api_keys
    found = connection.execute(
        update(table).where(table.c.id == key_id).values(shares_openings=shares)
    )
    if found.rowcount == 0:
        raise NotFoundError(f"There is no key {key_id!r}.", remedy="See `matcher key list`.")


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
