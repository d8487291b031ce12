"""Whether a tuned encoder may take the place of the one that serves: it must gain and not lose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.evaluation.intervals import Floats, Interval, mean_interval, paired_difference
from matcher.evaluation.metrics import Rows

NEAREST = 50
"""The k of recall@k: what the first stage of retrieval hands on at the least."""
PLACED = "placed pairs"
ACROSS = "placed pairs across languages"
UNSEEN = "language pair never trained on"
TITLES = "titles and their descriptions"
MUST_NOT_LOSE = (ACROSS, UNSEEN, TITLES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Recall@50 of one group of pairs before and after, and the paired difference."""

    before: Interval
    after: Interval
    difference: Interval


def found(queries: NDArray[np.float32], catalogue: NDArray[np.float32], pairs: Rows) -> Floats:
    """1 for each pair (query row, catalogue row) among the 50 nearest by cosine, else 0; (n,).

    `queries` (q, d) and `catalogue` (c, d) are unit vectors; of equals the earlier row is nearer.
    """
    hits = np.zeros(len(pairs))
    for at, (query, target) in enumerate(pairs):
        similarity = catalogue @ queries[query]
        own = similarity[target]
        nearer = np.count_nonzero(similarity > own) + np.count_nonzero(similarity[:target] == own)
        hits[at] = nearer < NEAREST
    return hits


def change(before: Floats, after: Floats, *, rng: np.random.Generator) -> Change:
    """Recall with 95 % intervals from what was found (n,) before and after, pair by pair."""
    return Change(
        before=mean_interval(before, rng=rng),
        after=mean_interval(after, rng=rng),
        difference=paired_difference(after, before, rng=rng).interval,
    )


def objections(changes: Mapping[str, Change]) -> tuple[str, ...]:
    """Why a tuned encoder must not serve; none where it gains and loses nowhere.

    Recall of placed pairs must have gained beyond its interval, and no other group may have lost
    beyond its own. A group of fewer than two pairs has no interval and speaks against: what
    cannot be judged is not promoted.
    """
    reasons = []
    if not changes[PLACED].difference.low > 0:
        reasons.append(f"{PLACED}: no gain beyond the interval")
    for name in MUST_NOT_LOSE:
        high = changes[name].difference.high
        if np.isnan(high):
            reasons.append(f"{name}: too few pairs to judge")
        elif high < 0:
            reasons.append(f"{name}: a loss beyond the interval")
    return tuple(reasons)
