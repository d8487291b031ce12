"""What happened, as flat records: slates shown, people referred, and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from matcher.db import tables
from matcher.entities import Outcome


@dataclass(frozen=True, slots=True)
class ShownSlate:
    """Vacancies shown to a seeker, best first."""

    id: str
    shown_on: date
    policy: str
    seeker_id: str
    vacancy_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReferralCourse:
    """A referral and the first day of each of its outcomes."""

    seeker_id: str
    vacancy_id: str
    made_on: date
    outcomes: dict[Outcome, date]


def shown_slates(connection: Connection) -> Iterator[ShownSlate]:
    """Every logged slate of vacancies for a registered seeker, oldest first."""
    table = tables.impressions.c
    query = (
        select(table.id, table.shown_at, table.policy, table.seeker_id, table["items"])
        .where(table.seeker_id.is_not(None))
        .order_by(table.shown_at, table.id)
    )
    for row in connection.execute(query.execution_options(yield_per=2_000)):
        ids = tuple(item[0] for item in row[4])
        yield ShownSlate(row.id, row.shown_at.date(), row.policy, row.seeker_id, ids)
