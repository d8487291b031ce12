"""What the counsellor's desk reads: vacancies by words, people by words, who was sent where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Table, and_, func, insert, or_, select

from matcher.db import tables
from matcher.db.codec import from_row
from matcher.db.history import OVER
from matcher.entities import Outcome, Referral, Vacancy


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A referral and what became of it, in the order of days."""

    referral: Referral
    outcomes: tuple[tuple[Outcome, date], ...]

    @property
    def ended(self) -> bool:
        """Whether nothing more is to be waited for."""
        return any(outcome in OVER for outcome, _ in self.outcomes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a counsellor wrote; `made_by` is the id of an account or key."""

    id: str
    seeker_id: str | None
    vacancy_id: str | None
    text: str
    made_at: datetime
    made_by: str


def vacancies_called(
    connection: Connection, words: Sequence[str], today: date, limit: int
) -> list[Vacancy]:
    """Vacancies posted and not over whose titles hold all of `words`, newest first."""
    table = tables.vacancies
    query = (
        select(table)
        .where(
            table.c.posted_on <= today,
            or_(table.c.closes_on.is_(None), table.c.closes_on >= today),
            or_(table.c.closed_on.is_(None), table.c.closed_on > today),
            *(func.lower(table.c.title).contains(word.lower(), autoescape=True) for word in words),
        )
        .order_by(table.c.posted_on.desc(), table.c.id)
        .limit(limit)
    )
    return [from_row(Vacancy, row) for row in connection.execute(query).mappings()]


def holding_words(connection: Connection, table: Table, words: Sequence[str]) -> list[str]:
    """Ids of the records of seekers or vacancies whose title and text hold all of `words`."""
    said = func.lower(table.c.title + "\n" + table.c.text)
    holds = and_(*(said.contains(word.lower(), autoescape=True) for word in words))
    return list(connection.execute(select(table.c.id).where(holds)).scalars())


def sent(
    connection: Connection,
    *,
    seeker_id: str | None,
    vacancy_id: str | None,
    limit: int,
) -> list[Sent]:
    """Referrals of a person, to a vacancy, or of both, newest first."""
    table, steps = tables.referrals, tables.referral_outcomes
    query = select(table).order_by(table.c.made_on.desc(), table.c.id).limit(limit)
    if seeker_id is not None:
        query = query.where(table.c.seeker_id == seeker_id)
    if vacancy_id is not None:
        query = query.where(table.c.vacancy_id == vacancy_id)
    referrals = [from_row(Referral, row) for row in connection.execute(query).mappings()]
    became: dict[str, list[tuple[Outcome, date]]] = {one.id: [] for one in referrals}
    found = select(steps).where(steps.c.referral_id.in_(list(became)))
    for row in connection.execute(found.order_by(steps.c.happened_on, steps.c.outcome)):
        became[row.referral_id].append((Outcome(row.outcome), row.happened_on))
    return [Sent(referral=one, outcomes=tuple(became[one.id])) for one in referrals]


def notes_on(
    connection: Connection, *, seeker_id: str | None, vacancy_id: str | None, limit: int
) -> list[Note]:
    """Notes on a person, on a vacancy alone, or on a pair and its person, newest first."""
    table = tables.notes
    if seeker_id is None:
        about = and_(table.c.seeker_id.is_(None), table.c.vacancy_id == vacancy_id)
    else:
        about = table.c.seeker_id == seeker_id
    query = select(table).where(about).order_by(table.c.made_at.desc(), table.c.id).limit(limit)
    return [Note(**row) for row in connection.execute(query).mappings()]


def add_note(connection: Connection, note: Note) -> None:
    """Write it down."""
    table = tables.notes
    values = {name: getattr(note, name) for name in table.c.keys()}  # noqa: SIM118 - columns
    connection.execute(insert(table).values(values))
