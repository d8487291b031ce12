"""Figures of ranked lists, probabilities, exposure and groups, for all queries at once.

Judged candidates lie flat, query after query (`Pools`); a method is one score a row. A figure of a
list is one number a query, NaN where the query has nothing relevant: `intervals` averages the rest
and counts those left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matcher.errors import InvalidInputError

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

UNLISTED = np.iinfo(np.int64).max
"""Rank of a candidate that a method does not list: behind every cut-off."""
NOTHING = -1
"""Fills the places of a slate that is shorter than k."""
SMALL_GROUP = 30
"""Fewer persons than this tell nothing about a group, and their rate could point at somebody."""
FOUR_FIFTHS = 0.8
"""Impact ratio under which a method is held to disadvantage a group (29 CFR 1607.4 D)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pools:
    """Judged candidates of q queries: those of query i are the rows offsets[i] to offsets[i + 1].

    `offsets` (q + 1,) run from 0 to n; `items` (n,) are rows of the catalogue of candidates;
    `gains` (n,) are grades of relevance, 0 or more, relevant above 0. Rows of one query stand in
    the order of ids, which breaks ties. Raises InvalidInputError where these do not fit together.
    """

    offsets: Rows
    items: Rows
    gains: Floats

    def __post_init__(self) -> None:
        fits = (
            len(self.offsets) > 0
            and self.offsets[0] == 0
            and self.offsets[-1] == len(self.items) == len(self.gains)
            and bool((np.diff(self.offsets) >= 0).all())
        )
        if not fits:
            raise InvalidInputError(
                "The offsets, items and gains of the pools do not describe the same rows.",
                remedy="Offsets rise from 0 to the number of rows; items and gains have one a row.",
            )
        if not (np.isfinite(self.gains) & (self.gains >= 0)).all():
            raise InvalidInputError(
                "A gain of the pools is negative or not a number.",
                remedy="Grade relevance with 0 or more; leave out what was not judged.",
            )

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def queries(self) -> Rows:
        """The query of each row, (n,)."""
        return np.repeat(np.arange(len(self)), np.diff(self.offsets))

    @property
    def relevant(self) -> NDArray[np.bool_]:
        """Which rows are relevant, (n,)."""
        relevant: NDArray[np.bool_] = self.gains > 0
        return relevant

    def rows_of(self, queries: Rows) -> Rows:
        """Rows of the chosen queries in that order; a query chosen twice brings its rows twice."""
        sizes = np.diff(self.offsets)[queries]
        ends = np.cumsum(sizes)
        within = np.arange(sizes.sum()) - np.repeat(ends - sizes, sizes)
        rows: Rows = np.repeat(self.offsets[:-1][queries], sizes) + within
        return rows


def rank(pools: Pools, scores: ArrayLike) -> Rows:
    """Ranks (n,) from 1 within each query for (n,) `scores`, highest first, ties by row.

    A score of -inf says that the method does not list the candidate: its rank is UNLISTED. Raises
    InvalidInputError on a score that is not a number.
    """
    values = np.asarray(scores, dtype=np.float64)
    if values.shape != pools.items.shape or np.isnan(values).any():
        raise InvalidInputError(
            f"A method gave {values.size} scores, {int(np.isnan(values).sum())} of them NaN, "
            f"for {len(pools.items)} candidates.",
            remedy="Give one number a candidate, and -inf for one that the method does not list.",
        )
    ranks = np.empty(len(values), np.int64)
    first_rows = np.repeat(pools.offsets[:-1], np.diff(pools.offsets))
    ranks[np.lexsort((-values, pools.queries))] = np.arange(len(values)) - first_rows + 1
    ranks[values == -np.inf] = UNLISTED
    return ranks


def recall_at_k(pools: Pools, ranks: Rows, k: int) -> Floats:
    """Share of each query's relevant candidates that stand in the top k, (q,).

    |relevant in top k| / |relevant|; listed or not, every relevant candidate counts below the line.
    """
    found = _total(pools, pools.relevant & (ranks <= k))
    return _ratio(found, _total(pools, pools.relevant))


def hit_at_k(pools: Pools, ranks: Rows, k: int) -> Floats:
    """1 where a relevant candidate stands in the top k, else 0, (q,)."""
    found = _total(pools, pools.relevant & (ranks <= k)) > 0
    return np.where(_total(pools, pools.relevant) > 0, found, np.nan)


def reciprocal_rank(pools: Pools, ranks: Rows) -> Floats:
    """1 / rank of the first relevant candidate, 0 where none is listed, (q,); its mean is the MRR.

    E. M. Voorhees, "The TREC-8 Question Answering Track Report" (1999).
    """
    best = np.zeros(len(pools))
    counted = pools.relevant & (ranks != UNLISTED)
    np.maximum.at(best, pools.queries[counted], 1 / ranks[counted])
    return np.where(_total(pools, pools.relevant) > 0, best, np.nan)


def ndcg_at_k(pools: Pools, ranks: Rows, k: int) -> Floats:
    """Normalised discounted cumulated gain of the top k, (q,), from 0 to 1.

    DCG = sum over the top k of (2^gain - 1) / log2(rank + 1), divided by the DCG of the best order.
    K. Järvelin and J. Kekäläinen, "Cumulated gain-based evaluation of IR techniques", ACM TOIS
    20(4), 2002; exponential gain after C. Burges et al., "Learning to rank using gradient descent",
    ICML 2005.
    """
    return _ratio(_dcg(pools, ranks, k), _dcg(pools, rank(pools, pools.gains), k))


def _dcg(pools: Pools, ranks: Rows, k: int) -> Floats:
    counted = ranks <= k
    worth = np.zeros(len(ranks))
    worth[counted] = np.expm1(pools.gains[counted] * np.log(2)) / np.log2(ranks[counted] + 1)
    return _total(pools, worth)


def _total(pools: Pools, amounts: NDArray[np.bool_] | Floats) -> Floats:
    totals = np.bincount(pools.queries, weights=amounts, minlength=len(pools))
    return totals.astype(np.float64, copy=False)


def _ratio(part: Floats, whole: Floats) -> Floats:
    ratio = np.full(len(whole), np.nan)
    np.divide(part, whole, out=ratio, where=whole > 0)
    return ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """Probabilities by bins of rising probability: mean predicted, share observed, count, (b,)."""

    predicted: Floats
    observed: Floats
    count: Rows

    @property
    def expected_error(self) -> float:
        """Expected calibration error: sum of count / n * |predicted - observed|; NaN if n is 0.

        M. P. Naeini, G. F. Cooper and M. Hauskrecht, "Obtaining well calibrated probabilities using
        Bayesian binning", AAAI 2015; bins of equal mass after J. Nixon et al., "Measuring
        calibration in deep learning", CVPR workshops 2019.
        """
        if not len(self.count):
            return float("nan")
        return float(np.average(np.abs(self.predicted - self.observed), weights=self.count))


def reliability(probabilities: Floats, outcomes: ArrayLike, *, bins: int = 10) -> Reliability:
    """The reliability table of (n,) `probabilities` against (n,) `outcomes` of 0 or 1.

    Bins have equal mass as far as equal probabilities allow, which are never torn apart: the table
    does not depend on the order of rows, and there may be fewer bins than asked for.
    """
    order = np.argsort(probabilities, kind="stable")
    predicted = np.asarray(probabilities, np.float64)[order]
    observed = np.asarray(outcomes, np.float64)[order]
    if not len(predicted):
        return Reliability(predicted=predicted, observed=observed, count=np.empty(0, np.int64))
    cuts = predicted[np.arange(bins) * len(predicted) // bins]
    starts = np.unique(np.searchsorted(predicted, cuts))
    count = np.diff(starts, append=len(predicted))
    return Reliability(
        predicted=np.add.reduceat(predicted, starts) / count,
        observed=np.add.reduceat(observed, starts) / count,
        count=count,
    )


def slates(pools: Pools, ranks: Rows, k: int) -> Rows:
    """The items each query is shown, best first, (q, k); NOTHING behind the end of a short list."""
    shown = ranks <= k
    lists = np.full((len(pools), k), NOTHING, np.int64)
    lists[pools.queries[shown], ranks[shown] - 1] = pools.items[shown]
    return lists


def coverage(lists: Rows, catalogue: int) -> float:
    """Share of the `catalogue` items (rows 0 to catalogue - 1) that stand in any slate, (q, k).

    NaN for an empty catalogue. M. Ge, C. Delgado-Battenfeld and D. Jannach, "Beyond accuracy",
    RecSys 2010.
    """
    seen = np.zeros(catalogue, np.bool_)
    seen[lists[lists != NOTHING]] = True
    return float(seen.mean()) if catalogue else float("nan")


def exposure(lists: Rows, catalogue: int) -> Floats:
    """Attention each of the `catalogue` items gets from the slates (q, k), (catalogue,).

    Sum of 1 / log2(rank + 1) over its places. A. Singh and T. Joachims, "Fairness of exposure in
    rankings", KDD 2018.
    """
    attention = np.broadcast_to(1 / np.log2(np.arange(lists.shape[1]) + 2), lists.shape)
    total = np.zeros(catalogue)
    np.add.at(total, lists[lists != NOTHING], attention[lists != NOTHING])
    return total


def gini(amounts: Floats) -> float:
    """Inequality of (n,) `amounts` of 0 or more: 0 all equal, (n - 1) / n one has all; NaN of none.

    With amounts rising: 2 * sum(i * x_i) / (n * sum(x)) - (n + 1) / n, i from 1. C. Gini (1912),
    in the form of P. M. Dixon et al., Ecology 68 (1987).
    """
    size, total = len(amounts), amounts.sum()
    if not total > 0:
        return float("nan")
    weighted = np.sort(amounts) @ np.arange(1, size + 1)
    return float(2 * weighted / (size * total) - (size + 1) / size)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupRate:
    """Rate of one group of `count` persons; NaN where the group is too small to tell."""

    name: str
    rate: float
    count: int

    @property
    def too_small(self) -> bool:
        """Whether there are fewer than SMALL_GROUP persons."""
        return self.count < SMALL_GROUP


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """Rates of groups, and the lowest over the highest; NaN where no two can be compared."""

    groups: tuple[GroupRate, ...]
    ratio: float

    @property
    def adverse(self) -> bool:
        """Whether the ratio is known and under four fifths."""
        # 64 of 100 against 80 of 100 are four fifths, though not to the last binary digit.
        return round(self.ratio, 9) < FOUR_FIFTHS


def impact(values: Floats, groups: Mapping[str, NDArray[np.bool_]]) -> Impact:
    """Impact ratio over `groups`, masks (n,) that may overlap, of (n,) `values`, one a person.

    A value is 1 for selected and 0 for not, or any rate from 0 to 1; NaN is not counted. Lowest
    group rate / highest, groups under SMALL_GROUP set aside; NaN where nobody at all is selected.
    Four-fifths rule: Uniform Guidelines on Employee Selection Procedures, 29 CFR 1607.4 D (1978).
    """
    told = ~np.isnan(values)
    rates = []
    for name, members in groups.items():
        own = values[members & told]
        mean = float(own.mean()) if len(own) >= SMALL_GROUP else float("nan")
        rates.append(GroupRate(name=name, rate=mean, count=len(own)))
    compared = [group.rate for group in rates if not group.too_small]
    known = len(compared) > 1 and max(compared) > 0
    ratio = min(compared) / max(compared) if known else float("nan")
    return Impact(groups=tuple(rates), ratio=ratio)
