"""Randomised trials of two ways to make lists: who is in which arm, what came of it, with power.

The arms are drawn by week or by station, not by person: what one person is shown changes what is
left for the next, so that people of both arms side by side would spoil each other's result. A week
still touches the one after it, and stations share the vacancies: such a trial tells less than the
whole effect on the filled openings.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
from scipy import stats  # type: ignore[import-untyped]

from matcher.errors import InvalidInputError

PROPENSITY = 0.5
"""The chance of either arm."""
CONFIDENCE, POWER = 0.95, 0.8
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

    def __post_init__(self) -> None:
        days = (self.last_on - self.first_on).days + 1
        if days <= 0 or (self.unit is Unit.WEEK and days % (2 * WEEK)):
            raise InvalidInputError(
                f"A trial by {self.unit} cannot take {days} days.",
                remedy="Give weeks in pairs: the arms of each pair are drawn together.",
            )

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What became of the people who were shown lists in one unit."""

    unit: str
    shares: bool
    people: int
    hired: int

    @property
    def rate(self) -> float:
        """Share of the people who were hired."""
        return self.hired / self.people


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """The difference of the arms' rates with its 95 % interval (NaN: too few units to tell).

    `detectable` is the least true difference that a trial of this size and spread finds with a
    power of 80 %, and `p_value` that of no difference.
    """

    units: int
    difference: float
    low: float
    high: float
    p_value: float
    detectable: float


def effect_of(trial: Trial, tallies: Sequence[Tally]) -> Effect:
    """What sharing out does to the rate: Student's t over pairs of weeks, Welch's over stations."""
    tallies = [tally for tally in tallies if tally.people]
    if trial.unit is Unit.STATION:
        arms = [np.array([t.rate for t in tallies if t.shares is arm]) for arm in (True, False)]
        if min(map(len, arms)) < 2:
            return _untold(len(tallies))
        return _told(stats.ttest_ind(*arms, equal_var=False), len(tallies), *_welch(*arms))
    rates = {int(tally.unit): (tally.shares, tally.rate) for tally in tallies}
    pairs = [(rates[w], rates[w + 1]) for w in sorted(rates) if w % 2 == 0 and w + 1 in rates]
    gains = np.array([(one[1] - two[1]) * (1 if one[0] else -1) for one, two in pairs])
    if len(gains) < 2:
        return _untold(len(tallies))
    error = float(gains.std(ddof=1)) / np.sqrt(len(gains))
    return _told(stats.ttest_1samp(gains, 0.0), len(tallies), float(gains.mean()), error)


def detectable(rates: Sequence[float], pairs: int) -> float:
    """The least difference that so many pairs of weeks find with 80 % power, by past weeks.

    `rates` are those of successive weeks; their differences two by two tell the spread. NaN from
    fewer than four weeks.
    """
    even = np.array(rates[: len(rates) // 2 * 2]).reshape(-1, 2)
    gains = even[:, 0] - even[:, 1]
    if len(gains) < 2 or pairs < 2:
        return float("nan")
    return _least(float(gains.std(ddof=1)) / np.sqrt(pairs), pairs - 1)


def _least(error: float, freedom: float) -> float:
    quantiles = stats.t.ppf([(1 + CONFIDENCE) / 2, POWER], freedom)
    return float(quantiles.sum() * error)


def _welch(one: np.ndarray, other: np.ndarray) -> tuple[float, float]:
    error = np.sqrt(one.var(ddof=1) / len(one) + other.var(ddof=1) / len(other))
    return float(one.mean() - other.mean()), float(error)


def _told(test: object, units: int, difference: float, error: float) -> Effect:
    low, high = test.confidence_interval(CONFIDENCE)  # type: ignore[attr-defined]
    return Effect(
        units=units,
        difference=difference,
        low=float(low),
        high=float(high),
        p_value=float(test.pvalue),  # type: ignore[attr-defined]
        detectable=_least(error, float(test.df)),  # type: ignore[attr-defined]
    )


def _untold(units: int) -> Effect:
    nan = float("nan")
    return Effect(units=units, difference=nan, low=nan, high=nan, p_value=nan, detectable=nan)


def _coin(*words: str) -> bool:
    digest = hashlib.blake2b("|".join(words).encode(), digest_size=1).digest()
    return bool(digest[0] & 1)
