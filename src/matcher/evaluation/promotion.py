"""Whether a new ranker may take the champion's place: better, calibrated, unfair to no group. Pure.

What is to be gained must be shown, what is to be prevented must not be: a gain counts when its 95 %
interval lies above nothing, a harm when it is both large enough to matter and beyond chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isnan

import numpy as np

from matcher.evaluation.comparison import RESAMPLES_OF_LISTS, SEED, Groups
from matcher.evaluation.four_fifths import GroupChange, Impacts, impacts_of, under_four_fifths
from matcher.evaluation.intervals import (
    Difference,
    Floats,
    Interval,
    paired_difference,
    statistic_interval,
)
from matcher.evaluation.metrics import FOUR_FIFTHS, SMALL_GROUP, Reliability, reliability

REFERRALS_NEEDED = 100
"""A share of one half is then known to within a tenth."""
EACH_NEEDED = 10
"""Of those, hires and referrals without one."""
ERROR_ALLOWED = 0.05
"""Expected calibration error: a chance told as "about 30 %" is then still true."""
GAP_ALLOWED = 0.02
"""The same for the mean of all chances, which is known better than that of a tenth of them."""
PERFECT = 1_000
"""Times that outcomes are drawn from the probabilities, to see what chance explains."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What both rankers did in the newest period, of which neither has learnt anything.

    Of q persons, each once: ndcg@10 and hit@10, (q,), NaN where nothing was relevant, and
    `groups`, masks (q,) by kind and name. Of v vacancies: `listing`, ndcg@10 of the lists of people
    for them, (v,). Of n referrals with a known outcome: the challenger's
    `probabilities` (n,) of a hire and the `outcomes` (n,), 1 for a hire, else 0.
    """

    challenger_ndcg: Floats
    champion_ndcg: Floats
    challenger_listing: Floats
    champion_listing: Floats
    challenger_hit: Floats
    champion_hit: Floats
    probabilities: Floats
    outcomes: Floats
    groups: Mapping[str, Groups]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """How far the challenger's chances of a hire can be believed; NaN without referrals.

    `by_chance` is the error that perfect chances would exceed once in 20 times with as many
    referrals, `gap` the mean predicted less the mean observed.
    """

    table: Reliability
    referrals: int
    hires: int
    error: Interval
    by_chance: float
    predicted: float
    observed: float
    gap: Interval

    @property
    def too_few(self) -> bool:
        """Whether there are too few referrals, hires or failures to tell."""
        rarer = min(self.hires, self.referrals - self.hires)
        return self.referrals < REFERRALS_NEEDED or rarer < EACH_NEEDED


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Why the champion stays, if it does, and the figures; `notes` are said and decide nothing.

    `gain` is the paired difference of ndcg@10 for persons, `listing` that for vacancies, `under`
    the groups whom the challenger leaves under four fifths of the highest rate.
    """

    objections: tuple[str, ...]
    notes: tuple[str, ...]
    gain: Difference
    listing: Difference
    trust: Trust
    impacts: Mapping[str, Impacts]
    under: tuple[GroupChange, ...]

    @property
    def promoted(self) -> bool:
        """Whether nothing speaks against the challenger."""
        return not self.objections


def judge_trial(trial: Trial) -> Verdict:
    """Hold the challenger against four rules; the same trial always gets the same verdict.

    1. Better: the paired 95 % interval of the gain in ndcg@10 lies above 0.

    2. Calibrated. The expected calibration error must not be over 0.05, unless chance explains it:
    it is biased upwards, and over few referrals perfect chances show more than that. What chance
    explains is the 95th percentile of the error when outcomes are drawn from the probabilities
    themselves (consistency resampling: J. Bröcker and L. A. Smith, "Increasing the reliability of
    reliability diagrams", Weather and Forecasting 22, 2007). As few outcomes would explain
    anything, fewer than 100 referrals, 10 hires or 10 failures are an objection of their own.
    Chances that are all too high or all too low show earlier in the mean: predicted and observed
    must not differ by more than 0.02, unless the 95 % interval of their difference holds 0.

    3. No group falls under four fifths because of it. Each group's ratio is its hit@10 over the
    highest of its kind, so that a disadvantage that moves from one group to another is seen. Under
    0.8 it is an objection where the 95 % interval of its change against the champion lies below 0;
    else it was so before, or may be chance, and is a note. By chance alone that happens to one
    group in 40 under 0.8: the reason is printed, so that somebody can look.

    4. Lists of people for vacancies are no worse: the paired 95 % interval of their ndcg@10 does
    not lie below 0.
    """
    gain = paired_difference(
        trial.challenger_ndcg, trial.champion_ndcg, rng=np.random.default_rng(SEED)
    )
    listing = paired_difference(
        trial.challenger_listing, trial.champion_listing, rng=np.random.default_rng(SEED)
    )
    trust = _trust(trial.probabilities, trial.outcomes)
    hits = trial.challenger_hit, trial.champion_hit
    impacts = {kind: impacts_of(*hits, groups) for kind, groups in trial.groups.items()}
    under = tuple(
        change
        for kind, groups in trial.groups.items()
        for change in under_four_fifths(kind, *hits, groups=groups)
    )
    return Verdict(
        objections=(
            *_not_better(gain.interval),
            *_worse_for_vacancies(listing.interval),
            *_not_calibrated(trust),
            *(_harm(change) for change in under if change.change.high < 0),
        ),
        notes=(
            *_explained_by_chance(trust),
            *(_no_harm(change) for change in under if not change.change.high < 0),
            *_untold(impacts),
        ),
        gain=gain,
        listing=listing,
        trust=trust,
        impacts=impacts,
        under=under,
    )


def interval_text(interval: Interval) -> str:
    """A figure with its interval, as far as there is one."""
    if isnan(interval.value):
        return "-"
    if isnan(interval.low):
        return f"{interval.value:.3f}"
    return f"{interval.value:.3f} [{interval.low:.3f}, {interval.high:.3f}]"


def _trust(probabilities: Floats, outcomes: Floats) -> Trust:
    order = np.argsort(probabilities, kind="stable")
    predicted, observed = probabilities[order], outcomes[order]
    rng = np.random.default_rng(SEED)
    perfect = [
        reliability(predicted, rng.random(len(predicted)) < predicted).expected_error
        for _ in range(PERFECT)
    ]
    return Trust(
        table=reliability(predicted, observed),
        referrals=len(predicted),
        hires=int(observed.sum()),
        error=statistic_interval(
            lambda rows: reliability(predicted[rows], observed[rows]).expected_error,
            len(predicted),
            rng=np.random.default_rng(SEED),
            resamples=RESAMPLES_OF_LISTS,
        ),
        by_chance=float(np.percentile(perfect, 95)),
        predicted=_mean(predicted),
        observed=_mean(observed),
        gap=paired_difference(predicted, observed, rng=np.random.default_rng(SEED)).interval,
    )


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _not_better(gain: Interval) -> Iterator[str]:
    if isnan(gain.low):
        yield (
            f"Whether ndcg@10 has gained cannot be told: {gain.queries} people had a relevant "
            "candidate."
        )
    elif not gain.low > 0:
        yield (
            f"ndcg@10 less the champion's is {interval_text(gain)} over {gain.queries:,} people: "
            "the interval does not lie above 0."
        )


def _worse_for_vacancies(listing: Interval) -> Iterator[str]:
    if listing.high < 0:
        yield (
            f"ndcg@10 of lists for vacancies less the champion's is {interval_text(listing)} over "
            f"{listing.queries:,} vacancies: worse beyond chance."
        )


def _not_calibrated(trust: Trust) -> Iterator[str]:
    if trust.too_few:
        yield (
            f"Whether the chances are right cannot be told from {trust.referrals:,} referrals with "
            f"{trust.hires:,} hires: {REFERRALS_NEEDED} are needed, and {EACH_NEEDED} of either "
            "outcome."
        )
        return
    if trust.error.value > max(ERROR_ALLOWED, trust.by_chance):
        yield (
            f"The calibration error is {interval_text(trust.error)} over {trust.referrals:,} "
            f"referrals: more than {ERROR_ALLOWED}, and than the {trust.by_chance:.3f} that chance "
            "explains."
        )
    gap = trust.gap
    if abs(gap.value) > GAP_ALLOWED and not gap.low <= 0 <= gap.high:
        yield (
            f"On average {trust.predicted:.3f} of the referrals were predicted to lead to a hire "
            f"and {trust.observed:.3f} did: the difference, {interval_text(gap)}, is more than "
            f"{GAP_ALLOWED} and beyond chance."
        )


def _explained_by_chance(trust: Trust) -> Iterator[str]:
    if not trust.too_few and ERROR_ALLOWED < trust.error.value <= trust.by_chance:
        yield (
            f"The calibration error of {trust.error.value:.3f} is more than {ERROR_ALLOWED}, but "
            f"with {trust.referrals:,} referrals chance explains up to {trust.by_chance:.3f}."
        )


def _harm(change: GroupChange) -> str:
    return f"{_ratios_told(change)}; the change, {interval_text(change.change)}, is beyond chance."


def _no_harm(change: GroupChange) -> str:
    if isnan(change.champion):
        return f"{_ratios_told(change)}."
    return (
        f"{_ratios_told(change)}; the change, {interval_text(change.change)}, is no loss beyond "
        "chance."
    )


def _ratios_told(change: GroupChange) -> str:
    before = "not known" if isnan(change.champion) else f"{change.champion:.2f}"
    return (
        f"hit@10 by {change.kind}: {change.group} has {change.challenger:.2f} of the highest rate, "
        f"under {FOUR_FIFTHS}; with the champion it is {before}"
    )


def _untold(impacts: Mapping[str, Impacts]) -> Iterable[str]:
    for kind, both in impacts.items():
        whose = [
            name
            for name, one in (("challenger", both.challenger), ("champion", both.champion))
            if isnan(one.ratio)
        ]
        if whose:
            yield (
                f"The impact ratio by {kind} cannot be told of the {' and the '.join(whose)}: "
                f"fewer than two groups have {SMALL_GROUP} people, or nobody was served."
            )
