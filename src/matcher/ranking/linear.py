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
    # e5 puts unrelated texts near .78 and twins near .95: spread that over about two points.
    "similarity": lambda x: 12 * (x - np.float32(0.80)),
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
}
"""What each feature adds to the score, in points; an unknown value adds nothing."""


@dataclass(frozen=True, slots=True)
class LinearRanker:
    """Scores n pairs as the sum of TERMS."""

    version: str = "linear-1"

    def contributions(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Points of each feature, (n, features), for (n, features) `rows` of `build_rows`."""
        points = np.empty_like(rows)
        for column, name in enumerate(FEATURE_NAMES):
            points[:, column] = TERMS[name](rows[:, column])
        return np.nan_to_num(points, copy=False, nan=0.0)
