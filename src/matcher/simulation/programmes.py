"""What the bureau's programmes do in the year: some of its people, seen once more by a desk.

Nobody's way through the market is changed by it; placements are those of the market.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

import numpy as np

from matcher.entities import Programme, Step
from matcher.reference import Reference
from matcher.simulation.fairs import fair_id
from matcher.simulation.market import Market, seeker_id
from matcher.simulation.people import DAYS, Ints

SHARES = {
    Programme.LOW_INCOME: 0.037,
    Programme.RETURNEE_DESK: 0.015,
    Programme.TRAINING: 0.020,
    Programme.SUPPORTED: 0.008,
    Programme.SUBSIDY: 0.012,
}
"""Shares of the people whom each programme meets."""
BEGINS = {
    Programme.TRAINING: Step.GRADUATED,
    Programme.SUPPORTED: Step.REFERRED,
    Programme.SUBSIDY: Step.GRANTED,
}
"""The first step of a programme; of all others SERVED."""

MET_WITHIN, TOLD_AT_DESK, STABLE_AFTER, STAYS = 45, 0.95, 90, 0.7
VISITS_PER_SEEKER, AT_THE_VAN = 0.0012, 6.0
E_RESUMES = 2_133 / 75_398
"""As many for each person as the bureau counted in the year 108."""

Row = tuple[object, ...]


def programme_steps(
    market: Market, fair_days: Sequence[int], reference: Reference, rng: np.random.Generator
) -> Iterator[Row]:
    """The rows of `services`; `fair_days` are the days of the fairs in the order of their ids."""
    steps = _Steps(market)
    for programme, share in SHARES.items():
        met = np.flatnonzero(rng.random(len(market.seekers)) < share)
        days = market.seekers.day[met] + rng.integers(0, MET_WITHIN, len(met))
        yield from steps.of_people(programme, met, days, rng)
    for _ in range(round(len(market.seekers) * VISITS_PER_SEEKER)):
        day = int(rng.choice(np.flatnonzero(market.workday)))
        district = reference.districts[int(rng.integers(len(reference.districts)))]
        yield steps.row(Programme.VAN, Step.VISIT, day, district=district)
        met = steps.drawn(rng, day, int(rng.poisson(AT_THE_VAN)))
        days = np.full(len(met), day)
        yield from steps.of_people(Programme.VAN, met, days, rng, district=district)
    each = len(market.seekers) * E_RESUMES / max(1, len(fair_days))
    for number, day in enumerate(fair_days):
        met = steps.drawn(rng, day, int(rng.poisson(each)))
        days = np.full(len(met), day)
        yield from steps.of_people(Programme.E_RESUME, met, days, rng, fair=fair_id(number))


class _Steps:
    """Writes steps under ids of their own."""

    def __init__(self, market: Market) -> None:
        self._market, self._ids = market, count()

    def drawn(self, rng: np.random.Generator, day: int, size: int) -> Ints:
        """Some people who are registered by `day` and not placed before it."""
        placed = self._market.placed_on
        there = np.flatnonzero((self._market.seekers.day <= day) & ((placed < 0) | (placed >= day)))
        return np.sort(rng.choice(there, size=min(size, len(there)), replace=False))

    def of_people(
        self,
        programme: Programme,
        met: Ints,
        days: Ints,
        rng: np.random.Generator,
        *,
        district: str = "",
        fair: str = "",
    ) -> Iterator[Row]:
        """The first step of each, and what followed where the market placed them afterwards."""
        told = (rng.random(len(met)) < TOLD_AT_DESK).tolist()
        stays = (rng.random(len(met)) < STAYS).tolist()
        placed = self._market.placed_on[met].tolist()
        for at, (person, day) in enumerate(zip(met.tolist(), days.tolist(), strict=True)):
            if day >= DAYS or 0 <= placed[at] < day:
                continue
            first = BEGINS.get(programme, Step.SERVED)
            where = {"person": person, "district": district, "fair": fair}
            begun = self.row(programme, first, day, **where)
            yield begun
            if placed[at] < 0 or not told[at]:
                continue
            found = self.row(programme, Step.PLACED, placed[at], follows=begun[0], **where)
            yield found
            later = placed[at] + STABLE_AFTER
            if programme is Programme.SUPPORTED and stays[at] and later < DAYS:
                yield self.row(programme, Step.STABLE, later, follows=found[0], **where)

    def row(
        self,
        programme: Programme,
        step: Step,
        day: int,
        *,
        person: int | None = None,
        follows: object = "",
        fair: str = "",
        district: str = "",
    ) -> Row:
        """One row of `services`."""
        who = "" if person is None else seeker_id(person)
        number = f"SIM-G{next(self._ids):06d}"
        return number, programme, step, self._market.dates[day], who, follows, fair, district
