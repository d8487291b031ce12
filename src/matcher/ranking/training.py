"""Learns a ranker from past placements: trees for the order, then curves for the chances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from matcher.errors import NotReadyError
from matcher.features.pairs import FEATURE_NAMES
from matcher.ranking.calibration import Curve, fit_curve
from matcher.ranking.examples import REFERRED_WITHIN, Bools, Examples, Floats
from matcher.ranking.linear import LinearRanker
from matcher.ranking.propensity import Propensity
from matcher.ranking.trained import TrainedRanker

MONOTONE: Mapping[str, int] = MappingProxyType(
    {
        "similarity": 1,
        "title_similarity": 1,
        "occupation_closeness": 1,
        "distance_km": -1,  # A longer way never helps.
        "pay_margin": 1,
        "shift_fit": 1,
        "licences_required_held": 1,
        "licences_mentioned_held": 1,
        "education_margin": 0,  # More schooling than asked for may be too much.
        "experience_margin": 1,
        "languages_required_held": 1,
        "age_days": -1,  # What has hung longer, more people have passed over.
        "openings_left": 1,
        "employer_hire_rate": 1,
    }
)
"""Which way a feature may move a score: 1 up, -1 down, 0 any.

What common sense knows need not be learnt from few placements, and a list that puts the longer way
or the lower pay first cannot be explained to anybody.
"""

BASELINE = LinearRanker()
"""What the trees correct: where few placements have told them little, its order stands."""

TREES, LEAVES, RATE = 80, 7, 0.1
"""Rank 200 candidates in half a millisecond on one core (docs/performance.md). Twice the trees of
twice the leaves take more than one, and were hardly better in a trial on simulated data."""

PARAMETERS: Mapping[str, object] = MappingProxyType(
    {
        "objective": "lambdarank",
        "num_leaves": LEAVES,
        "learning_rate": RATE,
        "label_gain": [0, 1, 2, 3],  # The gain of a label is the label, as in ndcg_at_k.
        "lambdarank_truncation_level": 20,  # Twice the ten that people see.
        "min_data_in_leaf": 50,
        "lambda_l2": 5.0,
        "feature_fraction": 0.8,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "monotone_constraints": [MONOTONE[name] for name in FEATURE_NAMES],
        # Same input, same bytes: on any number of cores, and no thread waits for a busy one.
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "seed": 0,
        "verbosity": -1,
    }
)

MOST_WEIGHT = 2.0
"""Of a referral from far down: unclipped, a handful of them would outweigh all others, and what
features miss of merit is taken for reading (`propensity`)."""
SILENCE = 0.5
"""Of a pair that was certainly read and not referred: half a referral, for a counsellor refers only
a few of those that would do."""
NOT_SHOWN = 1.0
"""Of a pair drawn from what was not shown. Nobody knows that it is unsuitable: as few are drawn,
together they stand for the average of what is eligible, which a suitable one should outrank."""

HIDDEN = 0.01
"""Share of values hidden from the trees: where training knew every value of a feature, LightGBM
reads an unknown one as 0, which would put an unknown home next door to every vacancy."""

EARLIER = 0.8
"""Share of the lists before the day from which the curves are fitted. The trees learn from those
that were over by then, so that no referral is known to both."""
LISTS_NEEDED = 100
"""Lists with pairs of different gains: with fewer, one leaf would hold half of what is known."""
REFERRED_NEEDED = 100
"""Referrals to fit two curves on: a rate of one half is then known to within a tenth."""
EACH_NEEDED = 10
"""Of those, hires and referrals without one: ten cases for a slope, a common rule of thumb."""


def weights_of(examples: Examples, propensity: Propensity) -> Floats:
    """How much each pair counts in training, (n,).

    A referred pair counts 1 / theta(rank), at most MOST_WEIGHT, so that those found far down stand
    for those never read: inverse propensity weighting, as in T. Joachims, A. Swaminathan and T.
    Schnabel, "Unbiased Learning-to-Rank with Biased Feedback" (WSDM 2017). A pair passed over
    counts SILENCE * theta(rank): the less its place is read, the less its silence says.
    """
    read = propensity(examples.positions)
    passed_over = np.where(examples.positions > 0, SILENCE * read, NOT_SHOWN)
    return np.where(examples.referred, np.minimum(1 / read, MOST_WEIGHT), passed_over)


def fit(examples: Examples, weights: Floats, *, version: str) -> TrainedRanker:
    """A ranker of `examples`, whose pairs count (n,) `weights`; same input, same bytes.

    The trees learn to correct BASELINE from the lists of the earlier days, LambdaRank (C. Burges,
    "From RankNet to LambdaRank to LambdaMART: An Overview", 2010) as in LightGBM; the curves from
    referrals of the later days. Raises NotReadyError where there is too little for either.
    """
    over, first = _cut(examples)
    earlier, later = examples.lists(0, over), examples.lists(first, len(examples))
    telling = _lists_that_tell(earlier)
    _require(int(np.count_nonzero(telling)), LISTS_NEEDED, "lists whose pairs fared differently")
    known = later.referred
    hires = int(np.count_nonzero(later.hired[known]))
    referrals = int(np.count_nonzero(known))
    _require(referrals, REFERRED_NEEDED, "newer referrals")
    _require(hires, EACH_NEEDED, "newer referrals that led to a hire")
    _require(referrals - hires, EACH_NEEDED, "newer referrals that led to no hire")

    learnt = np.repeat(telling, earlier.sizes)
    rows = _with_hidden_values(earlier.rows[learnt])
    trees = lgb.train(
        dict(PARAMETERS),
        lgb.Dataset(
            rows,
            earlier.gains[learnt],
            weight=weights[: len(learnt)][learnt],
            group=earlier.sizes[telling],
            init_score=BASELINE.scores(rows),
            feature_name=list(FEATURE_NAMES),
        ),
        num_boost_round=TREES,
    )
    if not trees.feature_importance().any():
        raise NotReadyError(
            "Too little to learn from: no feature tells pairs that led to something from the rest.",
            remedy="Check that the register's records are complete, or wait for more outcomes.",
        )
    # Read back, so that what is judged is what will be stored.
    booster = lgb.Booster(model_str=trees.model_to_string())
    flat = Curve(0.0, 0.0)
    ordered = TrainedRanker(version, BASELINE, booster, hired=flat, interviewed=flat)
    scores = ordered.scores(later.rows[known])
    return replace(
        ordered,
        hired=fit_curve(scores, later.hired[known]),
        interviewed=fit_curve(scores, later.interviewed[known]),
    )


def _cut(examples: Examples) -> tuple[int, int]:
    """How many lists are earlier, and the first later one; none of a day is torn."""
    if not len(examples):
        return 0, 0
    day = examples.days[int(len(examples) * EARLIER)]
    over, first = np.searchsorted(examples.days, [day - REFERRED_WITHIN, day]).tolist()
    return over, first


def _lists_that_tell(examples: Examples) -> Bools:
    """Lists with pairs of two different gains, (g,); no others have an order to learn."""
    lists = np.repeat(np.arange(len(examples)), examples.sizes)
    highest, lowest = np.full(len(examples), -np.inf), np.full(len(examples), np.inf)
    np.maximum.at(highest, lists, examples.gains)
    np.minimum.at(lowest, lists, examples.gains)
    return np.asarray(highest > lowest)


def _with_hidden_values(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    hidden = np.random.default_rng(0).random(rows.shape) < HIDDEN
    varies = (rows != rows[0]).any(axis=0)
    return np.where(hidden & varies, np.float32(np.nan), rows)


def _require(count: int, needed: int, what: str) -> None:
    if count < needed:
        raise NotReadyError(
            f"Too little to learn from: {count:,} {what}, where {needed:,} are needed.",
            remedy="Train again when more outcomes are recorded; until then what serves stays.",
        )
