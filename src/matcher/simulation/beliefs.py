"""Chances other than the ranker's: wrong in a known way, or corrected by what the crowd tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from matcher.ranking.examples import PLACED_WITHIN
from matcher.simulation.draws import ByEvent, Event
from matcher.simulation.people import DAYS, Floats
from matcher.simulation.policies import log_odds
from matcher.simulation.preferences import chance
from matcher.simulation.register import Candidates
from matcher.simulation.year import Year


@dataclass(frozen=True, slots=True)
class Noisy:
    """Log odds off by a normal error of `spread`, always the same for a pair."""

    seed: int
    spread: float

    def __call__(self, candidates: Candidates) -> Floats:
        """The chances believed, (m,)."""
        people = candidates.people[candidates.owners]
        error = ByEvent(self.seed).normal(
            Event.MISJUDGES, people, candidates.vacancies, scale=self.spread
        )
        return chance(log_odds(candidates.chances) + error)


@dataclass(frozen=True, slots=True)
class Partial:
    """Log odds too high by `favour` (v,) of each vacancy: those of one trade, say."""

    favour: Floats

    def __call__(self, candidates: Candidates) -> Floats:
        """The chances believed, (m,)."""
        return chance(log_odds(candidates.chances) + self.favour[candidates.vacancies])


@dataclass(frozen=True, slots=True)
class Stale:
    """Log odds too high by `a_day` for each day since a vacancy was posted."""

    a_day: float

    def __call__(self, candidates: Candidates) -> Floats:
        """The chances believed, (m,)."""
        return chance(log_odds(candidates.chances) + self.a_day * candidates.age_days)


def too_sure(candidates: Candidates) -> Floats:
    """Twice the odds of what the ranker says, for everybody alike."""
    return np.asarray(chance(log_odds(candidates.chances) + np.log(2)))


@dataclass(frozen=True, slots=True)
class Crowded:
    """Log odds corrected by who was sent there before: weights of a past year.

    Log odds = `level` + `own` x the ranker's + `crowd` x log(1 + people sent per opening left).
    """

    level: float
    own: float
    crowd: float

    def __call__(self, candidates: Candidates) -> Floats:
        """The chances believed, (m,)."""
        sent = np.log1p(candidates.applied / candidates.left)
        odds = self.level + self.own * log_odds(candidates.chances) + self.crowd * sent
        return chance(odds)

    @classmethod
    def of(cls, year: Year) -> Self:
        """The weights that make the hires of a year's referrals most likely.

        Of referrals of pairs that a list could hold, old enough for their end to be known.
        """
        chances, crowd = year.told.T
        known = (chances > 0) & (year.referrals[:, 2] < DAYS - PLACED_WITHIN)
        columns = np.column_stack([log_odds(chances[known]), np.log1p(crowd[known])])
        fitted = LogisticRegression(C=np.inf).fit(columns, year.hired[known])
        own, weight = fitted.coef_[0].tolist()
        return cls(float(fitted.intercept_[0]), own, weight)
