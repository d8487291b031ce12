"""What a year under a policy came to: the bureau's two rates, crowding, and what lists were worth.

Everything here is counted on simulated people.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matcher.evaluation.metrics import coverage, exposure, gini
from matcher.simulation.people import DAYS, Floats, Ints
from matcher.simulation.world import World
from matcher.simulation.year import Year

NOTICED = 0.05
"""A list that is worth less by a smaller share than this is as good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcomes:
    """Figures of one year.

    `placed_by_referral` is the share of people hired where they were sent, by a list or from a
    fair. `days_vacant` is the mean time from posting until an opening was reported filled, its
    vacancy ran out or the year ended, in days. `crowded` is the share of referrals to vacancies
    with more people sent, in the whole year, than openings; `applicants` the mean over referrals of
    people sent per opening. `exposure_gini` and `coverage` are of all vacancies of the year.
    `worse` is the share of people whose lists were worth less, by NOTICED or more, than those made
    by themselves, and `loss` the mean share these lost. `recall` is the mean share of a person's
    best vacancies, by hidden preferences, in their lists; of `recall_now` the crowd at each visit
    decides with them which are best.
    """

    employment_rate: float
    fill_rate: float
    placed_by_referral: float
    days_vacant: float
    crowded: float
    applicants: float
    exposure_gini: float
    coverage: float
    worse: float
    loss: float
    recall: float
    recall_now: float


def outcomes(world: World, year: Year) -> Outcomes:
    """Count a year."""
    jobs = world.vacancies
    openings = jobs.openings
    sent = np.bincount(year.referrals[:, 1], minlength=len(openings))
    crowd = (sent / openings)[year.referrals[:, 1]]
    lost = losses(year)
    return Outcomes(
        employment_rate=float((year.placed_on >= 0).mean()),
        fill_rate=float(year.reports[:, 2].sum() / openings.sum()),
        placed_by_referral=float(year.hired.sum() / len(year.placed_on)),
        days_vacant=_days_vacant(world, year.reports),
        crowded=float((crowd > 1).mean()),
        applicants=float(crowd.mean()),
        exposure_gini=gini(exposure(year.slates, len(openings))),
        coverage=coverage(year.slates, len(openings)),
        worse=float(np.nanmean(lost >= NOTICED)),
        loss=float(lost[lost >= NOTICED].mean()) if (lost >= NOTICED).any() else 0.0,
        recall=float(np.nanmean(year.recall)),
        recall_now=float(np.nanmean(year.recall_now)),
    )


def _days_vacant(world: World, reports: Ints) -> float:
    jobs = world.vacancies
    offered = np.minimum(jobs.closes + 1, DAYS) - jobs.day
    vacancy, reported_on, filled = reports.T
    spared = offered[vacancy] - np.minimum(reported_on - jobs.day[vacancy], offered[vacancy])
    return float((jobs.openings @ offered - filled @ spared) / jobs.openings.sum())


def losses(year: Year) -> Floats:
    """Share of what lists by chances alone were worth that each person who came was denied, (p,).

    Below 0 where the policy's lists were worth more.
    """
    _, person = np.unique(year.visitors, return_inverse=True)
    ours = np.bincount(person, weights=year.worth)
    plain = np.bincount(person, weights=year.plain_worth)
    told = plain > 0
    return np.asarray(1 - ours[told] / plain[told])
