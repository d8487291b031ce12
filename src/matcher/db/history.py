"""What happened, as flat records: slates shown, people referred, and what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from itertools import groupby
from typing import Any

import numpy as np
from sqlalchemy import Column, Connection, Select, bindparam, case, func, or_, select

from matcher.db import tables
from matcher.db.codec import from_row
from matcher.entities import (
    Channel,
    Impression,
    Outcome,
    ProtectedAttributes,
    SeekerStatus,
    Vacancy,
)
from matcher.features.columns import hire_rate

AT_ONCE = 5_000
ENDS = (Outcome.HIRED, Outcome.REJECTED, Outcome.DECLINED, Outcome.NO_SHOW)
"""What ends the course of a referral at its employer."""
OVER = (*ENDS, Outcome.HIRED_ELSEWHERE)
"""After what nothing more is to be waited for: there, or because of work found elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralCourse:
    """A referral and the day of each of its outcomes."""

    seeker_id: str
    vacancy_id: str
    made_on: date
    outcomes: dict[Outcome, date]


@dataclass(frozen=True, slots=True)
class EndedCourse:
    """A referral to an employer that has come to its end."""

    employer_id: str
    ended_on: date
    hired: bool


def slates_of_seekers(connection: Connection, since: date) -> Iterator[Impression]:
    """Every slate of vacancies for a registered seeker logged since a day, oldest first."""
    table = tables.impressions
    query = (
        select(table)
        .where(table.c.seeker_id.is_not(None))
        .where(table.c.shown_at >= datetime.combine(since, time.min, UTC))
        .order_by(table.c.shown_at, table.c.id)
    )
    for row in connection.execute(query.execution_options(yield_per=AT_ONCE)).mappings():
        yield from_row(Impression, row)


def placed_on(connection: Connection) -> dict[str, date]:
    """The day of the first placement of each seeker that has one."""
    table = tables.placements.c
    first = func.min(table.placed_on).label("first")
    query = select(table.seeker_id, first).group_by(table.seeker_id)
    return {row.seeker_id: row.first for row in connection.execute(query)}


def vacancies_shown(connection: Connection, first: datetime, end: datetime) -> set[str]:
    """Vacancies in any list that a person read from `first` until before `end`."""
    table = tables.impressions.c
    query = (
        select(table["items"])
        .where(table.vacancy_id.is_(None), table.channel != Channel.API)
        .where(table.shown_at >= first, table.shown_at < end)
    )
    found: set[str] = set()
    for (items,) in connection.execute(query.execution_options(yield_per=AT_ONCE)):
        found.update(key for key, _ in items)
    return found


def placed_at(connection: Connection, since: date) -> Iterator[tuple[str, str, date]]:
    """(seeker, vacancy, day) of every placement since a day that names its vacancy, by id."""
    table = tables.placements.c
    query = (
        select(table.seeker_id, table.vacancy_id, table.placed_on)
        .where(table.vacancy_id.is_not(None), table.placed_on >= since)
        .order_by(table.id)
    )
    for row in connection.execute(query.execution_options(yield_per=AT_ONCE)):
        yield row.seeker_id, row.vacancy_id, row.placed_on


def postings_of_hires(connection: Connection) -> dict[str, tuple[date, int]]:
    """The day of posting and the openings of every vacancy with a hire report."""
    table, hires = tables.vacancies.c, tables.hire_reports.c
    query = select(table.id, table.posted_on, table.openings).where(
        table.id.in_(select(hires.vacancy_id))
    )
    return {row.id: (row.posted_on, row.openings) for row in connection.execute(query)}


def registered_on(connection: Connection) -> dict[str, date]:
    """The day on which each active seeker registered."""
    table = tables.job_seekers.c
    query = select(table.id, table.registered_on).where(table.status == SeekerStatus.ACTIVE)
    return {row.id: row.registered_on for row in connection.execute(query)}


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


def referred_to(connection: Connection, seeker_id: str) -> list[str]:
    """The vacancies that a seeker was ever sent to."""
    return list(connection.execute(_referred_to(), {"seeker_id": seeker_id}).scalars())


@cache
def _referred_to() -> Select[Any]:
    # Made once: it is asked for every list.
    table = tables.referrals.c
    return select(table.vacancy_id).where(table.seeker_id == bindparam("seeker_id")).distinct()


def referred_for(connection: Connection, vacancy_id: str) -> list[str]:
    """The seekers who were ever sent to a vacancy."""
    table = tables.referrals.c
    query = select(table.seeker_id).where(table.vacancy_id == vacancy_id).distinct()
    return list(connection.execute(query).scalars())


def all_referred_to(connection: Connection) -> dict[str, list[str]]:
    """The same of every seeker who was sent anywhere."""
    table = tables.referrals.c
    return _grouped(connection, table.seeker_id, table.vacancy_id)


def all_referred_for(connection: Connection) -> dict[str, list[str]]:
    """The seekers sent to each vacancy that anybody was sent to."""
    table = tables.referrals.c
    return _grouped(connection, table.vacancy_id, table.seeker_id)


def _grouped(connection: Connection, key: Column[str], value: Column[str]) -> dict[str, list[str]]:
    query = select(key, value).distinct().order_by(key)
    found = connection.execute(query.execution_options(yield_per=AT_ONCE))
    return {
        str(of): [str(row[1]) for row in rows]
        for of, rows in groupby(found, key=lambda row: row[0])
    }


def people_sent(connection: Connection, today: date) -> dict[str, int]:
    """How many people were sent before `today` to each vacancy to which somebody was."""
    table = tables.referrals.c
    query = (
        select(table.vacancy_id, func.count().label("people"))
        .where(table.made_on < today)
        .group_by(table.vacancy_id)
    )
    return {row.vacancy_id: row.people for row in connection.execute(query)}


def sent_between(connection: Connection, first: date, last: date) -> Iterator[tuple[str, str]]:
    """(seeker, vacancy) of referrals made from `first` to `last` that are not over, by id."""
    referrals, outcomes = tables.referrals.c, tables.referral_outcomes.c
    over = select(outcomes.referral_id).where(
        outcomes.referral_id == referrals.id, outcomes.outcome.in_(OVER)
    )
    query = (
        select(referrals.seeker_id, referrals.vacancy_id)
        .where(referrals.made_on >= first, referrals.made_on <= last, ~over.exists())
        .order_by(referrals.id)
    )
    for row in connection.execute(query.execution_options(yield_per=AT_ONCE)):
        yield row.seeker_id, row.vacancy_id


def outcomes_of(connection: Connection, referral_id: str) -> set[Outcome]:
    """What is noted of a referral."""
    table = tables.referral_outcomes.c
    query = select(table.outcome).where(table.referral_id == referral_id)
    return {Outcome(word) for word in connection.execute(query).scalars()}


def ended_courses(connection: Connection) -> Iterator[EndedCourse]:
    """Every referral that has ended, by its id.

    It ends with a hire, else with the first refusal by either side, or with nobody coming; hired
    elsewhere says nothing of the employer.
    """
    outcomes, referrals, vacancies = tables.referral_outcomes, tables.referrals, tables.vacancies
    hired = case((outcomes.c.outcome == Outcome.HIRED, outcomes.c.happened_on))
    query = (
        select(
            vacancies.c.employer_id,
            func.min(outcomes.c.happened_on).label("first_end"),
            func.min(hired).label("hired_on"),
        )
        .join_from(outcomes, referrals, outcomes.c.referral_id == referrals.c.id)
        .join(vacancies, referrals.c.vacancy_id == vacancies.c.id)
        .where(outcomes.c.outcome.in_(ENDS))
        .group_by(referrals.c.id, vacancies.c.employer_id)
        .order_by(referrals.c.id)
    )
    for row in connection.execute(query.execution_options(yield_per=AT_ONCE)):
        hired_on = row.hired_on
        yield EndedCourse(row.employer_id, hired_on or row.first_end, hired_on is not None)


def employer_hire_rates(connection: Connection, today: date) -> dict[str, float]:
    """Smoothed share of hires among the courses that ended before `today`, by employer."""
    hired: Counter[str] = Counter()
    ended: Counter[str] = Counter()
    for course in ended_courses(connection):
        if course.ended_on < today:
            ended[course.employer_id] += 1
            hired[course.employer_id] += course.hired
    employers = sorted(ended)
    if not employers:
        return {}
    rates = hire_rate(
        np.array([hired[key] for key in employers]),
        np.array([ended[key] for key in employers]),
        hired.total() / ended.total(),
    )
    return dict(zip(employers, rates.tolist(), strict=True))


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


def last_recorded_day(connection: Connection, today: date) -> date | None:
    """The newest day of any referral, outcome, placement or hire report up to today, or None."""
    columns = (
        tables.referrals.c.made_on,
        tables.referral_outcomes.c.happened_on,
        tables.placements.c.placed_on,
        tables.hire_reports.c.reported_on,
    )
    newest = (
        connection.execute(select(func.max(column)).where(column <= today)).scalar()
        for column in columns
    )
    return max((day for day in newest if day is not None), default=None)


def protected_attributes(connection: Connection) -> dict[str, ProtectedAttributes]:
    """The protected attributes by seeker, for statistics of groups and nothing else."""
    rows = connection.execute(select(tables.protected_attributes)).mappings()
    return {row["seeker_id"]: from_row(ProtectedAttributes, row) for row in rows}
