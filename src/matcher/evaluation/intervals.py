"""How far a figure could have come out otherwise, had other people asked: bootstrap over queries.

B. Efron and R. Tibshirani, "An Introduction to the Bootstrap" (1993), percentile intervals; over
queries of a search engine, paired: T. Sakai, SIGIR 2006. Fewer than two queries have no interval:
its ends are NaN, so that nothing is ever found better by a single placement.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.errors import InvalidInputError

Floats = NDArray[np.float64]

PERCENTILES = (2.5, 97.5)
"""Ends of a 95 % interval."""
BLOCK = 1 << 20
"""Draws held in memory at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A figure with its 95 % interval, over `queries`; `left_out` had nothing to be judged by."""

    value: float
    low: float
    high: float
    queries: int
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One method's mean less another's; `share_above` of the resamples are above 0."""

    interval: Interval
    share_above: float


def mean_interval(values: Floats, *, rng: np.random.Generator, resamples: int = 1_000) -> Interval:
    """Mean of (q,) `values`, one a query, NaN left out and counted, with its interval."""
    return _interval(values, _resampled_means(values, rng, resamples))


def paired_difference(
    ours: Floats, theirs: Floats, *, rng: np.random.Generator, resamples: int = 1_000
) -> Difference:
    """Mean of `ours` - `theirs`, (q,) each, query by query: every resample holds the same queries.

    A query that either method leaves out is left out. Raises InvalidInputError on unequal lengths.
    """
    if ours.shape != theirs.shape:
        raise InvalidInputError(
            f"{ours.size} queries cannot be paired with {theirs.size}.",
            remedy="Judge both methods on the same queries, in the same order.",
        )
    means = _resampled_means(ours - theirs, rng, resamples)
    share = float((means > 0).mean()) if len(means) else float("nan")
    return Difference(interval=_interval(ours - theirs, means), share_above=share)


def statistic_interval(
    statistic: Callable[[NDArray[np.int64]], float],
    queries: int,
    *,
    rng: np.random.Generator,
    resamples: int = 1_000,
) -> Interval:
    """Any figure of a set of queries, with its interval: coverage, Gini, calibration error.

    `statistic` gets the positions (q,) of the queries that make up one resample, with repetitions.
    A resample holds only 63 % of the queries, which moves such figures as a whole to one side; the
    interval is moved back by the mean of that, and so tells the spread around the value.
    """
    value = statistic(np.arange(queries))
    if queries < 2 or np.isnan(value):
        return Interval(value=value, low=np.nan, high=np.nan, queries=queries)
    drawn = np.array([statistic(rng.integers(0, queries, queries)) for _ in range(resamples)])
    drawn = drawn[~np.isnan(drawn)]
    low, high = np.percentile(drawn, PERCENTILES) - drawn.mean() + value
    return Interval(value=value, low=float(low), high=float(high), queries=queries)


def _interval(values: Floats, means: Floats) -> Interval:
    told = values[~np.isnan(values)]
    low, high = np.percentile(means, PERCENTILES) if len(means) else (np.nan, np.nan)
    return Interval(
        value=float(told.mean()) if len(told) else float("nan"),
        low=float(low),
        high=float(high),
        queries=len(told),
        left_out=len(values) - len(told),
    )


def _resampled_means(values: Floats, rng: np.random.Generator, resamples: int) -> Floats:
    """Means of as many resamples of the values told, (resamples,); none of fewer than two."""
    told = values[~np.isnan(values)]
    if len(told) < 2:
        return np.empty(0)
    means = np.empty(resamples)
    step = max(1, BLOCK // len(told))
    for first in range(0, resamples, step):
        block = means[first : first + step]
        told[rng.integers(0, len(told), (len(block), len(told)))].mean(axis=1, out=block)
    return means
