"""Whether a new method leaves a group behind that the old one did not: four-fifths rule. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.evaluation.comparison import SEED, Groups
from matcher.evaluation.intervals import BLOCK, PERCENTILES, Floats, Interval
from matcher.evaluation.metrics import FOUR_FIFTHS, Impact, impact

RESAMPLES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Impacts:
    """Impact ratios of both methods, of the same persons, for one kind of group."""

    challenger: Impact
    champion: Impact


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChange:
    """A group's rate over the highest of its kind, of both, and challenger's less champion's."""

    kind: str
    group: str
    challenger: float
    champion: float
    change: Interval


def impacts_of(challenger: Floats, champion: Floats, groups: Groups) -> Impacts:
    """Ratios of the (q,) values, 0 to 1, of persons of whom both are known."""
    told = ~np.isnan(challenger + champion)
    known = {name: members & told for name, members in groups.items()}
    return Impacts(challenger=impact(challenger, known), champion=impact(champion, known))


def under_four_fifths(
    kind: str, challenger: Floats, champion: Floats, *, groups: Groups
) -> Iterator[GroupChange]:
    """Groups of SMALL_GROUP persons or more whose rate is under 0.8 of the highest with challenger.

    Of (q,) values, 0 to 1, NaN not counted. The interval of the change comes from resamples of
    persons, the same for both methods. It is not moved as in `statistic_interval`: a single person
    served otherwise would then be beyond chance. It is NaN where the champion's ratio is.
    """
    both = impacts_of(challenger, champion, groups)
    if not both.challenger.adverse:
        return
    names = [group.name for group in both.challenger.groups if not group.too_small]
    members = np.stack([groups[name] for name in names])
    values = np.stack([challenger, champion])
    known = members.any(axis=0) & ~np.isnan(values).any(axis=0)
    members, values = members[:, known], values[:, known]
    ours, theirs = _ratios(members, values, np.ones((1, members.shape[1])))[:, 0]
    drawn = _resampled_changes(members, values)
    for at in np.flatnonzero(np.round(ours, 9) < FOUR_FIFTHS).tolist():
        yield GroupChange(
            kind=kind,
            group=names[at],
            challenger=float(ours[at]),
            champion=float(theirs[at]),
            change=_interval(float(ours[at] - theirs[at]), drawn[:, at], int(members[at].sum())),
        )


def _ratios(members: NDArray[np.bool_], values: Floats, times: Floats) -> Floats:
    """Rates of `members` (g, q) over the highest, (2, r, g), where persons count `times` (r, q).

    Of the `values` (2, q) of both methods; NaN where all rates are 0 or a group is empty.
    """
    people = times @ members.T.astype(np.float64)
    totals = np.stack([times @ np.where(members, own, 0).T for own in values])
    rates = np.divide(totals, people, where=people > 0, out=np.full(totals.shape, np.nan))
    highest = rates.max(axis=2, keepdims=True)
    out = np.full(totals.shape, np.nan)
    return np.asarray(np.divide(rates, highest, where=highest > 0, out=out))


def _resampled_changes(members: NDArray[np.bool_], values: Floats) -> Floats:
    """Ratios of the first less those of the second, (resamples, g)."""
    size = members.shape[1]
    step = max(1, BLOCK // size)
    rng = np.random.default_rng(SEED)
    changes = []
    for first in range(0, RESAMPLES, step):
        draws = min(step, RESAMPLES - first)
        times = rng.multinomial(size, np.full(size, 1 / size), size=draws).astype(np.float64)
        ours, theirs = _ratios(members, values, times)
        changes.append(ours - theirs)
    return np.concatenate(changes)


def _interval(value: float, drawn: Floats, people: int) -> Interval:
    told = drawn[~np.isnan(drawn)]
    if np.isnan(value) or not len(told):
        return Interval(value=value, low=np.nan, high=np.nan, queries=people)
    low, high = np.percentile(told, PERCENTILES)
    return Interval(value=value, low=float(low), high=float(high), queries=people)
