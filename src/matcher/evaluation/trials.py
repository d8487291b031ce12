"""Randomised trials of two ways to make lists: which lists belong to which arm.

The arms are drawn by week or by station, not by person: what one person is shown changes what is
left for the next, so that people of both arms side by side would spoil each other's result. A week
still touches the one after it, and stations share the vacancies: such a trial tells less than the
whole effect on the filled openings.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

from matcher.errors import InvalidInputError

PROPENSITY = 0.5
"""The chance of either arm."""
WEEK = 7


class Unit(StrEnum):
    """What is drawn for an arm."""

    WEEK = "week"
    STATION = "station"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Lists from `first_on` to `last_on` are made in one of two ways, drawn by `unit`."""

    id: str
    unit: Unit
    first_on: date
    last_on: date

    @classmethod
    def of_weeks(cls, weeks: int, *, name: str, unit: Unit, first_on: date) -> Self:
        """A trial of so many weeks; raises InvalidInputError for a number that it cannot take.

        Once it runs it may be ended on any day.
        """
        if weeks <= 0 or (unit is Unit.WEEK and weeks % 2):
            raise InvalidInputError(
                f"A trial by {unit} cannot take {weeks} weeks.",
                remedy="Give weeks in pairs: the arms of each pair are drawn together.",
            )
        last_on = first_on + timedelta(days=weeks * WEEK - 1)
        return cls(id=name, unit=unit, first_on=first_on, last_on=last_on)

    def runs(self, day: date) -> bool:
        """Whether lists of this day belong to it."""
        return self.first_on <= day <= self.last_on

    def unit_of(self, day: date, station: str | None) -> str:
        """The unit of a list: the week, counted from the first, or the station."""
        if self.unit is Unit.WEEK:
            return f"{(day - self.first_on).days // WEEK:03}"
        return station or ""

    def shares(self, unit: str) -> bool:
        """Whether the lists of a unit share out the openings. Of two weeks in turn, one does."""
        if self.unit is Unit.STATION:
            return _coin(self.id, unit)
        pair, second = divmod(int(unit), 2)
        return _coin(self.id, str(pair)) != bool(second)


def _coin(*words: str) -> bool:
    digest = hashlib.blake2b("|".join(words).encode(), digest_size=1).digest()
    return bool(digest[0] & 1)
