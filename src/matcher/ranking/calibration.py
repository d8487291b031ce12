"""From scores to probabilities: a rising curve fitted on referrals whose outcome is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from matcher.errors import InvalidInputError

Floats = NDArray[np.float64]
ROUNDS = 100
PRIOR_COUNT = 1.0
"""Pretended hires and failures at each end, so that no curve is certain (Platt 1999)."""


@dataclass(frozen=True, slots=True)
class Curve:
    """probability = 1 / (1 + exp(-(slope * score + intercept))), with a slope of 0 or more."""

    slope: float
    intercept: float

    def __post_init__(self) -> None:
        if not (np.isfinite([self.slope, self.intercept]).all() and self.slope >= 0):
            raise InvalidInputError(
                "A calibration curve falls or is not a number.", remedy="Train the ranker again."
            )

    def __call__(self, scores: Floats) -> Floats:
        """Probabilities (n,) of (n,) scores."""
        return logistic(self.log_odds(scores))

    def log_odds(self, scores: Floats) -> Floats:
        """The same as log odds."""
        return self.slope * scores + self.intercept

    def as_json(self) -> dict[str, float]:
        """The two numbers."""
        return {"slope": self.slope, "intercept": self.intercept}

    @classmethod
    def of_json(cls, numbers: Mapping[str, float]) -> Self:
        """The curve of `as_json`; raises InvalidInputError for any other content."""
        try:
            return cls(float(numbers["slope"]), float(numbers["intercept"]))
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidInputError(
                "A calibration curve is incomplete.", remedy="Train the ranker again."
            ) from error


def fit_curve(scores: Floats, happened: NDArray[np.bool_]) -> Curve:
    """The curve that makes (n,) `happened` most likely, by Newton's method with halved steps.

    J. Platt, "Probabilistic Outputs for Support Vector Machines" (1999), with the targets of its
    section 2.2: (hires + 1) / (hires + 2) and 1 / (failures + 2), which keep a single hire or
    none at all from being certainty; halving after H.-T. Lin, C.-J. Lin and R. Weng, "A Note on
    Platt's Probabilistic Outputs for Support Vector Machines" (2007). Scores that point the wrong
    way give a flat curve.
    """
    yes, no = np.count_nonzero(happened), np.count_nonzero(~happened)
    high = (yes + PRIOR_COUNT) / (yes + 2 * PRIOR_COUNT)
    low = PRIOR_COUNT / (no + 2 * PRIOR_COUNT)
    flat = Curve(0.0, float(np.log((yes + PRIOR_COUNT) / (no + PRIOR_COUNT))))
    # The deviation of equal scores need not be 0: their mean is rounded.
    if not len(scores) or np.ptp(scores) == 0:
        return flat
    centre, scale = float(scores.mean()), float(scores.std())
    target = np.where(happened, high, low)
    x = np.column_stack([(scores - centre) / scale, np.ones(len(scores))])
    weights = np.array([0.0, flat.intercept])

    def unlikeliness(weights: Floats) -> float:
        margin = x @ weights
        return float(np.sum(np.logaddexp(0, margin) - target * margin))

    for _ in range(ROUNDS):
        p = logistic(x @ weights)
        slope = x.T @ (p - target)
        # The ridge keeps separable scores from running away.
        curvature = (x * (p * (1 - p))[:, None]).T @ x + 1e-6 * np.eye(2)
        step = np.linalg.solve(curvature, slope)
        now = unlikeliness(weights)
        while np.abs(step).max() >= 1e-10 and unlikeliness(weights - step) > now:
            step = step / 2
        weights = weights - step
        if np.abs(step).max() < 1e-10:
            break
    a, b = float(weights[0] / scale), float(weights[1] - weights[0] * centre / scale)
    return Curve(a, b) if a > 0 and np.isfinite([a, b]).all() else flat


def logistic(margin: Floats) -> Floats:
    """Probabilities 1 / (1 + exp(-margin)) of log odds, (n,), without overflow."""
    return np.exp(-np.logaddexp(0, -margin))
