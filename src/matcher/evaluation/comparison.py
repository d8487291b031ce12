"""Methods side by side on the same queries: figures with intervals, differences, groups. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.evaluation.intervals import (
    Difference,
    Interval,
    mean_interval,
    paired_difference,
    statistic_interval,
)
from matcher.evaluation.metrics import (
    NOTHING,
    Floats,
    Impact,
    Pools,
    Rows,
    coverage,
    exposure,
    gini,
    hit_at_k,
    impact,
    ndcg_at_k,
    rank,
    recall_at_k,
    reciprocal_rank,
    slates,
)

K = 10
"""Length of the lists that are judged."""
RESAMPLES_OF_LISTS = 200
"""Fewer than for means: each one counts all slates again."""
SEED = 0

Groups = Mapping[str, NDArray[np.bool_]]
"""Masks (q,) by the name of a group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One method's figures of each query, (q,), NaN without anything relevant, and its slates.

    After `by_asker` the figures are of each asker, (a,), while the slates stay those of queries.
    """

    recall: Floats
    ndcg: Floats
    reciprocal_rank: Floats
    hit: Floats
    slates: Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One method over all queries."""

    method: str
    recall: Interval
    ndcg: Interval
    mrr: Interval
    coverage: Interval
    exposure_gini: Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """What one method has over another on the same queries."""

    method: str
    over: str
    recall: Difference
    ndcg: Difference
    mrr: Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFigures:
    """ndcg@10 of each method on the queries of one group, and our lead over the best other."""

    group: str
    ndcg: Mapping[str, Interval]
    lead: Difference

    @property
    def people(self) -> int:
        """Those with something relevant."""
        return self.lead.interval.queries


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Everything that is told of some methods; `impacts` of hit@10 by kind of group and method."""

    figures: tuple[Figures, ...]
    leads: tuple[Lead, ...]
    groups: tuple[GroupFigures, ...]
    impacts: Mapping[str, Mapping[str, Impact]]


def judge(pools: Pools, scores: Floats) -> Judged:
    """Figures of the order by (n,) `scores` of the rows of `pools`."""
    ranks = rank(pools, scores)
    return Judged(
        recall=recall_at_k(pools, ranks, K),
        ndcg=ndcg_at_k(pools, ranks, K),
        reciprocal_rank=reciprocal_rank(pools, ranks),
        hit=hit_at_k(pools, ranks, K),
        slates=slates(pools, ranks, K),
    )


def joined(parts: Sequence[Judged]) -> Judged:
    """The queries of all parts, one after the other."""
    return Judged(
        recall=np.concatenate([p.recall for p in parts]),
        ndcg=np.concatenate([p.ndcg for p in parts]),
        reciprocal_rank=np.concatenate([p.reciprocal_rank for p in parts]),
        hit=np.concatenate([p.hit for p in parts]),
        slates=np.concatenate([p.slates for p in parts]),
    )


def by_asker(judged: Judged, asking: Rows) -> Judged:
    """Figures of each asker in rising order: the mean of all queries, (q,) `asking`, that tell.

    Queries of one asker are alike: taken as one, they do not make an interval too narrow.
    """
    _, asker = np.unique(asking, return_inverse=True)

    def mean(values: Floats) -> Floats:
        told = ~np.isnan(values)
        count = np.bincount(asker, weights=told)
        total = np.bincount(asker, weights=np.where(told, values, 0))
        return np.asarray(np.divide(total, count, where=count > 0, out=np.full(len(count), np.nan)))

    return Judged(
        recall=mean(judged.recall),
        ndcg=mean(judged.ndcg),
        reciprocal_rank=mean(judged.reciprocal_rank),
        hit=mean(judged.hit),
        slates=judged.slates,
    )


def compare(
    judged: Mapping[str, Judged],
    *,
    ours: str,
    oracle: str | None,
    listable: NDArray[np.bool_],
    groups: Groups,
    protected: Mapping[str, Groups],
) -> Comparison:
    """Figures of all methods, `ours` against the best of the others and the `oracle` against it.

    The best is that of the highest mean ndcg@10. `listable` (catalogue,) are the items that were a
    candidate of any query: coverage and exposure are shares of these.
    """
    others = [name for name in judged if name not in (ours, oracle)]
    best = max(others, key=lambda name: np.nanmean(judged[name].ndcg))
    leads = [_lead(judged, ours, best)]
    if oracle is not None:
        leads.append(_lead(judged, oracle, ours))
    return Comparison(
        figures=tuple(_figures(name, lists, listable) for name, lists in judged.items()),
        leads=tuple(leads),
        groups=tuple(
            _group(
                name, {method: lists.ndcg[members] for method, lists in judged.items()}, leads[0]
            )
            for name, members in groups.items()
        ),
        impacts={
            kind: {method: impact(lists.hit, masks) for method, lists in judged.items()}
            for kind, masks in protected.items()
        },
    )


def _figures(method: str, judged: Judged, listable: NDArray[np.bool_]) -> Figures:
    size = int(np.count_nonzero(listable))
    # The last place stands for NOTHING, which is -1.
    position = np.append(np.cumsum(listable) - 1, NOTHING)
    lists = position[judged.slates]

    def over_lists(queries: Rows) -> float:
        return coverage(lists[queries], size)

    def over_exposure(queries: Rows) -> float:
        return gini(exposure(lists[queries], size))

    shares = [
        statistic_interval(
            statistic,
            len(lists),
            rng=np.random.default_rng(SEED),
            resamples=RESAMPLES_OF_LISTS,
        )
        for statistic in (over_lists, over_exposure)
    ]
    return Figures(
        method=method,
        recall=_mean(judged.recall),
        ndcg=_mean(judged.ndcg),
        mrr=_mean(judged.reciprocal_rank),
        coverage=shares[0],
        exposure_gini=shares[1],
    )


def _lead(judged: Mapping[str, Judged], method: str, over: str) -> Lead:
    one, other = judged[method], judged[over]
    return Lead(
        method=method,
        over=over,
        recall=_difference(one.recall, other.recall),
        ndcg=_difference(one.ndcg, other.ndcg),
        mrr=_difference(one.reciprocal_rank, other.reciprocal_rank),
    )


def _group(name: str, ndcg: Mapping[str, Floats], lead: Lead) -> GroupFigures:
    return GroupFigures(
        group=name,
        ndcg={method: _mean(values) for method, values in ndcg.items()},
        lead=_difference(ndcg[lead.method], ndcg[lead.over]),
    )


def _mean(values: Floats) -> Interval:
    return mean_interval(values, rng=np.random.default_rng(SEED))


def _difference(ours: Floats, theirs: Floats) -> Difference:
    return paired_difference(ours, theirs, rng=np.random.default_rng(SEED))
