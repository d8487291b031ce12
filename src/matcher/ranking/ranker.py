"""What ranks: a score for the order, its parts for the reasons, and chances where it knows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matcher.ranking.habits import Habits


@dataclass(frozen=True, slots=True)
class Chances:
    """Calibrated probabilities (n,) of what follows within 60 days if a pair is referred."""

    hired: NDArray[np.float64]
    interviewed: NDArray[np.float64]
    """An interview or a hire: never below `hired`."""

    def take(self, rows: NDArray[np.intp]) -> Chances:
        """Those of the chosen pairs, in that order."""
        return Chances(hired=self.hired[rows], interviewed=self.interviewed[rows])


class Ranker(Protocol):
    """Scores pairs by their features alone; higher is better. `rows` are those of `build_rows`."""

    @property
    def version(self) -> str:
        """Names this ranker in lists and logs; that of a trained one is its generation."""

    @property
    def trained(self) -> bool:
        """Whether it was learnt from past placements."""

    @property
    def habits(self) -> Habits | None:
        """How people choose by its scores, and what a crowd costs; None where unknown."""

    def scores(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """Scores (n,) of (n, features) `rows`; a row's score does not depend on the others."""

    def contributions(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """What each feature added to the score, (n, features)."""

    def chances(self, rows: NDArray[np.float32], scores: NDArray[np.float64]) -> Chances | None:
        """Probabilities of (n, features) `rows` with these (n,) `scores`; None where unknown."""
