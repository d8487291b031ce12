"""What ranks: a score for the order, its parts for the reasons, and chances where it knows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

FROM_THE_FIRST = np.zeros(1, np.int64)


@dataclass(frozen=True, slots=True)
class Chances:
    """Calibrated probabilities (n,) of what follows within 60 days if a pair is referred."""

    hired: NDArray[np.float64]
    interviewed: NDArray[np.float64]
    """An interview or a hire: never below `hired`."""

    def take(self, rows: NDArray[np.intp]) -> Chances:
        """Those of the chosen pairs, in that order."""
        return Chances(hired=self.hired[rows], interviewed=self.interviewed[rows])


DISCERNING = 0.5
"""How much a point of score counts when people choose from a list that openings are shared out in.
At 1 as LambdaRank has it; at 0 a list holds what is likeliest to hire, whatever was wished for."""


def appeal(
    scores: NDArray[np.float64], starts: NDArray[np.int64] = FROM_THE_FIRST
) -> NDArray[np.float64]:
    """How likely people act on each candidate beside their best one, (n,), above 0 and at most 1.

    exp(DISCERNING x (score - the person's highest)): choice as R. Luce has it ("Individual Choice
    Behavior", 1959), with the scores as log worths. Those of person i begin at `starts[i]`, and
    nobody is without any.
    """
    if not len(scores):
        return np.empty(0)
    sizes = np.diff(np.append(starts, len(scores)))
    best = np.repeat(np.maximum.reduceat(scores, starts), sizes)
    return np.asarray(np.exp(DISCERNING * (scores - best)))


class Ranker(Protocol):
    """Scores pairs by their features alone; higher is better. `rows` are those of `build_rows`."""

    @property
    def version(self) -> str:
        """Names this ranker in lists and logs; that of a trained one is its generation."""

    @property
    def trained(self) -> bool:
        """Whether it was learnt from past placements."""

    def scores(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """Scores (n,) of (n, features) `rows`; a row's score does not depend on the others."""

    def contributions(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """What each feature added to the score, (n, features)."""

    def chances(self, rows: NDArray[np.float32], scores: NDArray[np.float64]) -> Chances | None:
        """Probabilities of (n, features) `rows` with these (n,) `scores`; None where unknown."""
