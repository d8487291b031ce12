"""Who found which work, as pairs of a seeker and a vacancy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from matcher.db import tables
from matcher.entities import Outcome

AT_ONCE = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedPair:
    """A seeker hired for a vacancy, and the day of it."""

    seeker_id: str
    vacancy_id: str
    hired_on: date


def placed_pairs(connection: Connection) -> list[PlacedPair]:
    """Each pair of a referral that ended in a hire or of a placement with a vacancy, once.

    By day, seeker and vacancy; of several days told of one pair the first counts.
    """
    referrals, outcomes, placements = (
        tables.referrals,
        tables.referral_outcomes.c,
        tables.placements.c,
    )
    hired = (
        select(referrals.c.seeker_id, referrals.c.vacancy_id, outcomes.happened_on.label("day"))
        .join(tables.referral_outcomes, outcomes.referral_id == referrals.c.id)
        .where(outcomes.outcome == Outcome.HIRED)
    )
    placed = select(
        placements.seeker_id, placements.vacancy_id, placements.placed_on.label("day")
    ).where(placements.vacancy_id.is_not(None))
    first: dict[tuple[str, str], date] = {}
    for query in (hired, placed):
        for row in connection.execute(query.execution_options(yield_per=AT_ONCE)):
            pair = row.seeker_id, row.vacancy_id
            first[pair] = min(row.day, first.get(pair, row.day))
    ordered = sorted((day, *pair) for pair, day in first.items())
    return [
        PlacedPair(seeker_id=seeker, vacancy_id=vacancy, hired_on=day)
        for day, seeker, vacancy in ordered
    ]
