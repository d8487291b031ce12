"""What came of a trial, with its spread, and what a trial of some size can find.

Apart from the trials themselves, as serving needs those and no statistics.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats  # type: ignore[import-untyped]

from matcher.evaluation.trials import Trial, Unit

CONFIDENCE, POWER = 0.95, 0.8


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
