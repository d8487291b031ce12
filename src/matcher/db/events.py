"""Counting the events that the rates are computed from."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, distinct, func, select, union_all

from matcher.db import tables
from matcher.rates.registry import Event, Period


def count_events(connection: Connection, period: Period) -> dict[Event, int]:
    """How many of each event the register holds for `period`."""

    def registered(vacancy_id: Any) -> Any:
        # Advertisements of the open-data feed are listed, but nobody registered them here.
        return vacancy_id.not_like("TWJ-%")

    seekers, vacancies = tables.job_seekers.c, tables.vacancies.c
    placements, hires = tables.placements.c, tables.hire_reports.c
    queries: dict[Event, Select[Any]] = {
        Event.SEEKERS_REGISTERED: select(func.count(seekers.id)).where(
            seekers.registered_on.between(period.first, period.last)
        ),
        Event.SEEKERS_PLACED: select(func.count(distinct(placements.seeker_id))).where(
            placements.placed_on.between(period.first, period.last)
        ),
        Event.OPENINGS_REGISTERED: select(func.coalesce(func.sum(vacancies.openings), 0)).where(
            vacancies.posted_on.between(period.first, period.last), registered(vacancies.id)
        ),
        Event.OPENINGS_FILLED: select(func.coalesce(func.sum(hires.openings_filled), 0)).where(
            hires.reported_on.between(period.first, period.last), registered(hires.vacancy_id)
        ),
    }
    return {event: int(connection.execute(q).scalar_one()) for event, q in queries.items()}


def holds_simulated_records(connection: Connection) -> bool:
    """Whether anything came from the simulator, whose ids all begin with `SIM-`."""
    holders = (tables.employers.c, tables.job_seekers.c, tables.vacancies.c)
    simulated = union_all(*(select(t.id).where(t.id.like("SIM-%")) for t in holders)).limit(1)
    return connection.execute(simulated).first() is not None
