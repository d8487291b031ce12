"""Chances that are wrong in a known way, to see what becomes of the lists that go by them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matcher.simulation.draws import ByEvent, Event
from matcher.simulation.people import Floats
from matcher.simulation.policies import log_odds
from matcher.simulation.preferences import chance
from matcher.simulation.register import Candidates


@dataclass(frozen=True, slots=True)
class Noisy:
    """Log odds off by a normal error of `spread`, always the same for a pair."""

    seed: int
    spread: float

    def __call__(self, candidates: Candidates, chances: Floats) -> Floats:
        """The chances believed, (m,)."""
        people = candidates.people[candidates.owners]
        error = ByEvent(self.seed).normal(
            Event.MISJUDGES, people, candidates.vacancies, scale=self.spread
        )
        return chance(log_odds(chances) + error)


@dataclass(frozen=True, slots=True)
class Partial:
    """Log odds too high by `favour` (v,) of each vacancy: those of one trade, say."""

    favour: Floats

    def __call__(self, candidates: Candidates, chances: Floats) -> Floats:
        """The chances believed, (m,)."""
        return chance(log_odds(chances) + self.favour[candidates.vacancies])


@dataclass(frozen=True, slots=True)
class Stale:
    """Log odds too high by `a_day` for each day since a vacancy was posted."""

    a_day: float

    def __call__(self, candidates: Candidates, chances: Floats) -> Floats:
        """The chances believed, (m,)."""
        return chance(log_odds(chances) + self.a_day * candidates.age_days)


def too_sure(_candidates: Candidates, chances: Floats) -> Floats:
    """Twice the odds of what the ranker says, for everybody alike."""
    return np.asarray(chance(log_odds(chances) + np.log(2)))
