"""Learns a ranker from past placements: trees for the order, then curves and trees for chances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from matcher.errors import NotReadyError
from matcher.features.pairs import FEATURE_NAMES
from matcher.ranking.calibration import fit_curve
from matcher.ranking.examples import REFERRED_WITHIN, Bools, Examples, Floats, Ints, Referrals
from matcher.ranking.forest import Forest
from matcher.ranking.habits import USUAL, Habits, discernment, rivalry
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
        "sent_per_opening": -1,  # Whoever comes later finds a choosier employer.
    }
)
"""Which way a feature may move a score: 1 up, -1 down, 0 any.

What common sense knows need not be learnt from few placements, and a list that puts the longer way
or the lower pay first cannot be explained to anybody.
"""

BASELINE = LinearRanker()
"""What the trees correct: where few placements have told them little, its order stands."""

TREES, LEAVES, RATE = 80, 7, 0.1
"""Twice the trees of twice the leaves were hardly better in a trial on simulated data."""

PARAMETERS: Mapping[str, object] = MappingProxyType(
    {
        "objective": "lambdarank",
        "num_leaves": LEAVES,
        "learning_rate": RATE,
        "label_gain": [0, 1, 3, 7],  # 2 ** gain - 1, as in ndcg_at_k.
        "lambdarank_truncation_level": 20,  # Twice the ten that people see.
        "min_data_in_leaf": 50,
        "lambda_l2": 5.0,
        "feature_fraction": 0.8,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "monotone_constraints": [MONOTONE[name] for name in FEATURE_NAMES],
        # A list shows who suits whom; how many came before is for chances and prices to say.
        "feature_contri": [float(name != "sent_per_opening") for name in FEATURE_NAMES],
        # Same input, same bytes: on any number of cores, and no thread waits for a busy one.
        "num_threads": 1,
        "deterministic": True,
        "force_row_wise": True,
        "seed": 0,
        "verbosity": -1,
    }
)

HIRE_TREES = 60
"""At most so many correct the chance of a hire. Of the referrals of another simulated bureau, 40 to
80 trees of 4 to 7 leaves told hires from the rest equally well."""

HIRE_PARAMETERS: Mapping[str, object] = MappingProxyType(
    {
        name: value
        for name, value in PARAMETERS.items()
        if name not in ("objective", "label_gain", "lambdarank_truncation_level", "feature_contri")
    }
    | {"objective": "binary"}
)

NAMES = list(FEATURE_NAMES)

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

FOLDS = 4
"""Blocks of days: the scores that the curves are fitted on come from trees that learnt nothing of
the block, while the trees that serve learn from all of them."""
NEWER = 2
"""The curves are fitted on the newer half: nearer to what comes than the older, and enough not to
follow chance."""
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


def fit(
    examples: Examples,
    weights: Floats,
    referrals: Referrals,
    *,
    propensity: Propensity,
    version: str,
) -> TrainedRanker:
    """A ranker of `examples`, whose pairs count (n,) `weights`; same input, same bytes.

    The trees of the order learn to correct BASELINE, LambdaRank (C. Burges, "From RankNet to
    LambdaRank to LambdaMART: An Overview", 2010) as in LightGBM. The curves are fitted on scores of
    `referrals` by trees of other days (cross-validated calibration, as in scikit-learn's
    CalibratedClassifierCV without ensemble). The trees of the chance of a hire learn, from all
    `referrals`, to correct the log odds of its curve by what the order does not know or does not
    care for, the crowd above all. Habits are those of the lists, read by `propensity`, and of the
    referrals. Raises NotReadyError where there is too little for either.
    """
    hires = int(np.count_nonzero(referrals.hired))
    telling = int(np.count_nonzero(_lists_that_tell(examples)))
    _require(telling, LISTS_NEEDED, "lists whose pairs fared differently")
    _require(len(referrals), REFERRED_NEEDED, "referrals with a known outcome")
    _require(hires, EACH_NEEDED, "referrals that led to a hire")
    _require(len(referrals) - hires, EACH_NEEDED, "referrals that led to no hire")
    trees = _trees(examples, weights)
    if not trees.feature_importance().any():
        raise NotReadyError(
            "Too little to learn from: no feature tells pairs that led to something from the rest.",
            remedy="Check that the register's records are complete, or wait for more outcomes.",
        )
    level = _scores(trees, referrals.rows).mean()
    scores = np.empty(len(referrals))
    for first, end in _blocks(referrals.days):
        block = (first <= referrals.days) & (referrals.days < end)
        # A list shortly before may have led to a referral of the block.
        outside = (examples.days < first - REFERRED_WITHIN) | (examples.days >= end)
        others = examples.lists(outside)
        # Where no other day tells anything, there is nothing to correct.
        found = BASELINE.scores(referrals.rows)
        if _lists_that_tell(others).any():
            weighed = weights[np.repeat(outside, examples.sizes)]
            found = _scores(_trees(others, weighed), referrals.rows)
        # What is learnt from orders has no level of its own: bring all to that of `trees`.
        scores[block] = (found - found.mean() + level)[block]
    newer = referrals.days >= np.sort(referrals.days)[len(referrals) // NEWER]
    hired = fit_curve(scores[newer], referrals.hired[newer])
    learnt = TrainedRanker(
        version,
        BASELINE,
        _stored(trees),
        hired=hired,
        interviewed=fit_curve(scores[newer], referrals.interviewed[newer]),
        hires=_stored(_hire_trees(referrals, hired.log_odds(scores))),
        habits=Habits(USUAL, 1.0),
    )
    return replace(learnt, habits=_habits(learnt, examples, propensity, referrals))


def _habits(
    ranker: TrainedRanker, examples: Examples, propensity: Propensity, referrals: Referrals
) -> Habits:
    rows, scores = referrals.rows, ranker.scores(referrals.rows)
    crowded = rows.copy()
    crowded[:, FEATURE_NAMES.index("sent_per_opening")] += 1
    return Habits(
        discerning=discernment(
            examples, ranker.scores(examples.rows), propensity(examples.positions)
        ),
        rivalry=rivalry(ranker.chances(rows, scores).hired, ranker.chances(crowded, scores).hired),
    )


def _trees(examples: Examples, weights: Floats) -> lgb.Booster:
    telling = _lists_that_tell(examples)
    learnt = np.repeat(telling, examples.sizes)
    rows = _with_hidden_values(examples.rows[learnt])
    return lgb.train(
        dict(PARAMETERS),
        lgb.Dataset(
            rows,
            examples.gains[learnt],
            weight=weights[learnt],
            group=examples.sizes[telling],
            init_score=BASELINE.scores(rows),
            feature_name=NAMES,
        ),
        num_boost_round=TREES,
    )


def _hire_trees(referrals: Referrals, log_odds: Floats) -> lgb.Booster:
    """As many trees as make hires of days they have not seen most likely: none, if none does."""
    rows, hired = _with_hidden_values(referrals.rows), referrals.hired
    unlikeliness = np.zeros(HIRE_TREES + 1)
    for first, end in _blocks(referrals.days):
        block = (first <= referrals.days) & (referrals.days < end)
        if block.all():
            continue
        trees = _hire_trees_of(rows[~block], hired[~block], log_odds[~block], HIRE_TREES)
        for count in range(HIRE_TREES + 1):
            odds = log_odds[block] + _corrections(trees, rows[block], count)
            unlikeliness[count] += np.sum(np.logaddexp(0, odds) - hired[block] * odds)
    return _hire_trees_of(rows, hired, log_odds, int(np.argmin(unlikeliness)))


def _hire_trees_of(
    rows: NDArray[np.float32], hired: Bools, log_odds: Floats, count: int
) -> lgb.Booster:
    known = lgb.Dataset(rows, hired.astype(np.float64), init_score=log_odds, feature_name=NAMES)
    trees = lgb.Booster(dict(HIRE_PARAMETERS), known)
    for _ in range(count):
        trees.update()
    return trees


def _corrections(trees: lgb.Booster, rows: NDArray[np.float32], count: int) -> Floats:
    if not count:
        return np.zeros(len(rows))
    found = trees.predict(rows, raw_score=True, num_iteration=count, num_threads=1)
    return np.asarray(found, np.float64)


def _scores(trees: lgb.Booster, rows: NDArray[np.float32]) -> Floats:
    return np.asarray(BASELINE.scores(rows) + trees.predict(rows, raw_score=True, num_threads=1))


def _stored(trees: lgb.Booster) -> Forest:
    # Read back, so that what is judged is what will be stored.
    return Forest.of(trees.model_to_string())


def _blocks(days: Ints) -> list[tuple[int, int]]:
    """First day and end of FOLDS blocks with about as many referrals each; no day is torn."""
    ordered = np.sort(days)
    cuts = {int(ordered[len(ordered) * fold // FOLDS]) for fold in range(FOLDS)}
    return list(pairwise([*sorted(cuts), int(ordered[-1]) + 1]))


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
