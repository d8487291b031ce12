"""The statutory minimum wages, by the day from which each applies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from matcher.entities import PayBasis
from matcher.reference import table_rows

TABLE = "minimum_wages.csv"
HOURS_A_DAY = 8
"""Regular hours of a day, Labor Standards Act, section 30."""


@dataclass(frozen=True, slots=True)
class MinimumWage:
    """What must be paid at least from a day on, in NT$ by the month and by the hour."""

    since: date
    month: int
    hour: int

    def of(self, basis: PayBasis) -> int | None:
        """The least for `basis`; None for piecework, whose hours a record does not tell."""
        match basis:
            case PayBasis.MONTH:
                return self.month
            case PayBasis.HOUR:
                return self.hour
            case PayBasis.DAY:
                return HOURS_A_DAY * self.hour
            case PayBasis.PIECE:
                return None


def read_wages(folder: Path) -> tuple[MinimumWage, ...]:
    """The table in `folder`, oldest first; raises ConfigurationError where it is missing."""
    wages = (
        MinimumWage(date.fromisoformat(row["from"]), int(row["month"]), int(row["hour"]))
        for row in table_rows(folder / TABLE)
    )
    return tuple(sorted(wages, key=lambda wage: wage.since))


def in_force(wages: Sequence[MinimumWage], day: date) -> MinimumWage | None:
    """The wage that applies on `day`; None before the table begins."""
    return next((wage for wage in reversed(wages) if wage.since <= day), None)
