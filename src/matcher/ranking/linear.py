"""A transparent linear score: each feature adds a stated amount. The baseline that stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.features.pairs import FEATURE_NAMES

Term = Callable[[NDArray[np.float32]], NDArray[Any]]

TERMS: dict[str, Term] = {
    # Unrelated texts meet at 0, those of one trade between .2 and .5: about two points apart.
    "similarity": lambda x: 5 * x,
    "title_similarity": lambda x: x,
    "occupation_closeness": lambda x: np.float32(1.5) * x,
    "distance_km": lambda x: (10 - np.minimum(x, 40)) / 20,
    "pay_margin": lambda x: np.clip(2 * x, -1, np.float32(0.6)),
    "shift_fit": lambda x: np.float32(0.4) * (2 * x - 1),
    "licences_required_held": lambda x: np.float32(0.5) * np.minimum(x, 2),
    "licences_mentioned_held": lambda x: np.float32(0.4) * np.minimum(x, 2),
    "education_margin": lambda x: np.float32(-0.1) * np.abs(x),
    "experience_margin": lambda x: np.clip(x, -3, 3) / 10,
    "languages_required_held": lambda x: np.float32(0.2) * np.minimum(x, 2),
    "age_days": lambda x: -np.minimum(x, 60) / 200,
    "openings_left": lambda x: np.log1p(np.clip(x, 0, 20)) / 20,
    "employer_hire_rate": lambda x: np.float32(0.5) * x,
    "sent_per_opening": np.zeros_like,  # Says how likely a hire is, not who suits whom.
}
"""What each feature adds to the score, in points; an unknown value adds nothing."""


@dataclass(frozen=True, slots=True)
class LinearRanker:
    """Scores n pairs as the sum of TERMS; what serves where nothing was trained."""

    version: str = "linear-2"

    @property
    def trained(self) -> bool:
        """Never: its weights were set by hand."""
        return False

    @property
    def habits(self) -> None:
        """None: nobody was asked."""

    def scores(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """Sum of the points, (n,), for (n, features) `rows` of `build_rows`."""
        return np.asarray(self.contributions(rows).sum(axis=1))

    def chances(self, rows: NDArray[np.float32], scores: NDArray[np.float64]) -> None:
        """None: points are no probability."""

    def contributions(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """Points of each feature, (n, features), for (n, features) `rows` of `build_rows`."""
        points = np.empty(rows.shape)
        for column, name in enumerate(FEATURE_NAMES):
            points[:, column] = TERMS[name](rows[:, column])
        return np.nan_to_num(points, copy=False, nan=0.0)
