"""What happened, as flat records: slates shown, people referred, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import Connection, func, or_, select

from matcher.db import tables
from matcher.db.codec import from_row
from matcher.entities import Outcome, ProtectedAttributes, Vacancy

AT_ONCE = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralCourse:
    """A referral and the day of each of its outcomes."""

    seeker_id: str
    vacancy_id: str
    made_on: date
    outcomes: dict[Outcome, date]


def slates_of_seekers(connection: Connection) -> Iterator[tuple[str, datetime]]:
    """(seeker, moment) of every logged slate of vacancies for a registered seeker, oldest first."""
    table = tables.impressions.c
    query = (
        select(table.seeker_id, table.shown_at)
        .where(table.seeker_id.is_not(None))
        .order_by(table.shown_at, table.id)
    )
    for row in connection.execute(query.execution_options(yield_per=AT_ONCE)):
        yield row.seeker_id, row.shown_at


def referral_courses(connection: Connection) -> Iterator[ReferralCourse]:
    """Every referral with what became of it, by id."""
    referrals, outcomes = tables.referrals, tables.referral_outcomes
    query = (
        select(
            referrals.c.id,
            referrals.c.seeker_id,
            referrals.c.vacancy_id,
            referrals.c.made_on,
            outcomes.c.outcome,
            outcomes.c.happened_on,
        )
        .join_from(referrals, outcomes, isouter=True)
        .order_by(referrals.c.id)
    )
    found = connection.execute(query.execution_options(yield_per=AT_ONCE))
    for _, steps in groupby(found, key=lambda row: row.id):
        rows = list(steps)
        yield ReferralCourse(
            seeker_id=rows[0].seeker_id,
            vacancy_id=rows[0].vacancy_id,
            made_on=rows[0].made_on,
            outcomes={Outcome(r.outcome): r.happened_on for r in rows if r.outcome is not None},
        )


def openings_filled(connection: Connection) -> Iterator[tuple[str, date, int]]:
    """(vacancy, day reported, openings filled) of every hire report, by id."""
    table = tables.hire_reports.c
    query = select(table.vacancy_id, table.reported_on, table.openings_filled).order_by(table.id)
    for row in connection.execute(query.execution_options(yield_per=AT_ONCE)):
        yield row.vacancy_id, row.reported_on, row.openings_filled


def vacancies_open_between(connection: Connection, first: date, last: date) -> Iterator[Vacancy]:
    """Vacancies that may have been shown on some day from `first` to `last`, full or not."""
    table = tables.vacancies
    query = (
        select(table)
        .where(
            table.c.posted_on <= last,
            or_(table.c.closes_on.is_(None), table.c.closes_on >= first),
            or_(table.c.closed_on.is_(None), table.c.closed_on > first),
        )
        .order_by(table.c.id)
    )
    for row in connection.execute(query.execution_options(yield_per=AT_ONCE)).mappings():
        yield from_row(Vacancy, row)


def last_recorded_day(connection: Connection) -> date | None:
    """The newest day of any referral, outcome, placement or hire report; None without any."""
    columns = (
        tables.referrals.c.made_on,
        tables.referral_outcomes.c.happened_on,
        tables.placements.c.placed_on,
        tables.hire_reports.c.reported_on,
    )
    newest = (connection.execute(select(func.max(column))).scalar() for column in columns)
    return max((day for day in newest if day is not None), default=None)


def protected_attributes(connection: Connection) -> dict[str, ProtectedAttributes]:
    """The protected attributes by seeker, for statistics of groups and nothing else."""
    rows = connection.execute(select(tables.protected_attributes)).mappings()
    return {row["seeker_id"]: from_row(ProtectedAttributes, row) for row in rows}
