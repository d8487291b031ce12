"""The ranker learnt from past placements: trees for the order, curves and trees for the chances.

Who suits whom and how likely a hire is are two questions: the second depends on how many people
were sent there before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.errors import ArtefactError
from matcher.features.pairs import FEATURE_NAMES
from matcher.ranking.calibration import Curve, logistic
from matcher.ranking.forest import Forest
from matcher.ranking.habits import Habits
from matcher.ranking.linear import LinearRanker
from matcher.ranking.ranker import Chances


@dataclass(frozen=True, slots=True)
class TrainedRanker:
    """A baseline, LightGBM trees that correct it, and what tells chances from the score.

    `hired` and `interviewed` are curves over the score alone; `hires` are trees that correct the
    log odds of the first by all features, the crowd among them; `habits` are what the same past
    tells of people and crowds. Raises ArtefactError for a model of other features than those of
    this program.
    """

    version: str
    baseline: LinearRanker
    trees: Forest
    hired: Curve
    interviewed: Curve
    hires: Forest
    habits: Habits

    def __post_init__(self) -> None:
        for forest in (self.trees, self.hires):
            found = forest.feature_names
            if found != FEATURE_NAMES:
                raise ArtefactError(
                    f"The ranker {self.version} was trained on the features {', '.join(found)}; "
                    f"this program computes {', '.join(FEATURE_NAMES)}.",
                    remedy="Run `matcher train`.",
                )

    @property
    def trained(self) -> bool:
        """Always."""
        return True

    def scores(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """Points of the baseline and the leaves that each of (n, features) `rows` falls into."""
        return self.baseline.scores(rows) + self.trees.sums(rows)

    def contributions(self, rows: NDArray[np.float32]) -> NDArray[np.float64]:
        """Points of the baseline and SHAP values of the trees by feature, (n, features).

        The share of the average pair is left out.
        """
        return self.baseline.contributions(rows) + self.trees.contributions(rows)

    def chances(self, rows: NDArray[np.float32], scores: NDArray[np.float64]) -> Chances:
        """Probabilities of (n, features) `rows` with these (n,) `scores`."""
        hired = logistic(self.hired.log_odds(scores) + self.hires.sums(rows))
        return Chances(hired=hired, interviewed=np.maximum(hired, self.interviewed(scores)))
