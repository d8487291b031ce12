"""The formula registry: a rate is computed from counts and printed with them, never stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from matcher.errors import InvalidInputError


class Event(StrEnum):
    """What is counted. Placements and hire reports are different events, one never implied."""

    SEEKERS_REGISTERED = "seekers_registered"
    SEEKERS_PLACED = "seekers_placed"
    OPENINGS_REGISTERED = "openings_registered"
    OPENINGS_FILLED = "openings_filled"


EVENT_NAMES: Mapping[Event, tuple[str, str]] = {
    Event.SEEKERS_REGISTERED: ("新登記求職人數", "persons registered as job seekers in the period"),
    Event.SEEKERS_PLACED: ("求職就業人數", "distinct registered persons placed in the period"),
    Event.OPENINGS_REGISTERED: (
        "求才人數",
        "openings of the vacancies registered and posted in the period",
    ),
    Event.OPENINGS_FILLED: (
        "求才僱用人數",
        "openings reported filled in the period, also with people not on the register",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days from `first` to `last`, both counted."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise InvalidInputError(
                f"The period ends ({self.last}) before it begins ({self.first}).",
                remedy="Exchange the two dates.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """One rate: `numerator` over `denominator`, times 100 for a percentage, rounded half up."""

    key: str
    name_zh: str
    name_en: str
    numerator: Event
    denominator: Event
    is_percentage: bool
    decimals: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A computed rate with all it was computed from."""

    formula: Formula
    period: Period
    numerator: int
    denominator: int

    @property
    def value(self) -> Decimal | None:
        """The rounded value; None where nothing was registered, for 0 / 0 is no rate."""
        if self.denominator == 0:
            return None
        scale = 100 if self.formula.is_percentage else 1
        exact = Decimal(self.numerator) * scale / Decimal(self.denominator)
        return exact.quantize(Decimal(1).scaleb(-self.formula.decimals), ROUND_HALF_UP)


_SOURCE = (
    "Kaohsiung City labour bureau, statistics of the public employment service, 2019 (民國108年)"
)

FORMULAS: Mapping[str, Formula] = {
    formula.key: formula
    for formula in (
        Formula(
            key="employment_rate",
            name_zh="求職就業率",
            name_en="employment rate",
            numerator=Event.SEEKERS_PLACED,
            denominator=Event.SEEKERS_REGISTERED,
            is_percentage=True,
            decimals=2,
            source=_SOURCE,
        ),
        Formula(
            key="fill_rate",
            name_zh="求才利用率",
            name_en="fill rate",
            numerator=Event.OPENINGS_FILLED,
            denominator=Event.OPENINGS_REGISTERED,
            is_percentage=True,
            decimals=2,
            source=_SOURCE,
        ),
        Formula(
            key="openings_per_seeker",
            name_zh="求供倍數",
            name_en="openings per seeker",
            numerator=Event.OPENINGS_REGISTERED,
            denominator=Event.SEEKERS_REGISTERED,
            is_percentage=False,
            decimals=2,
            source=_SOURCE,
        ),
    )
}


def compute(counts: Mapping[Event, int], period: Period) -> list[Rate]:
    """Every registered rate from the counted events of `period`."""
    return [
        Rate(
            formula=formula,
            period=period,
            numerator=counts[formula.numerator],
            denominator=counts[formula.denominator],
        )
        for formula in FORMULAS.values()
    ]
