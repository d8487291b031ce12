"""Which vacancies nobody is shown, or too many are, why, and what would mend it."""

from __future__ import annotations

from typing import Any

import numpy as np

from matcher.allocation.congestion import free
from matcher.allocation.prices import Graph, Plan
from matcher.artifacts.index import IndexGeneration
from matcher.features.columns import SeekerColumns, VacancyColumns, licence_codes
from matcher.reference import Reference
from matcher.retrieval.criteria import CRITERIA, Criterion, check

TOLD = 50
"""Vacancies told of each kind: those with most openings that nobody is shown, most crowded."""
CROWDED = 0.25
"""The chance of a free opening below which a vacancy is crowded."""
MENDABLE = (
    Criterion.PLACE,
    Criterion.WORK_TIME,
    Criterion.EMPLOYMENT,
    Criterion.PAY,
    Criterion.EDUCATION,
    Criterion.EXPERIENCE,
    Criterion.LICENCES,
    Criterion.LANGUAGES,
)
HALF = 0.5


def crowding(
    index: IndexGeneration, graph: Graph, plan: Plan, *, reference: Reference, today: int
) -> dict[str, Any]:
    """Counts of starved and crowded vacancies, and of the first TOLD why they are so.

    `sent` is how much of the load comes from people who were sent already. A vacancy is starved
    where it is in nobody's list: its `mend` tells by criterion how many people would be eligible if
    that criterion alone were given up; of pay also the figure that half of these ask for at most,
    of licences the one that most of them lack. What mends a crowd is another opening.
    """
    offers, people = index.vacancies.base, index.seekers.base
    vacancies, everybody = offers.columns.take(offers.by_id), people.columns
    left = graph.openings > 0
    slopes = free(plan.load, graph.openings)
    starved = np.flatnonzero(left & (plan.shown == 0))
    crowded = np.flatnonzero(left & (slopes < CROWDED))
    most = starved[np.lexsort((starved, -graph.openings[starved]))][:TOLD]
    worst = crowded[np.lexsort((crowded, slopes[crowded]))][:TOLD]
    wanted = np.bincount(graph.vacancies, minlength=len(left))

    def line(row: int, *, mending: bool) -> dict[str, Any]:
        eligible, mend = _mend(everybody, vacancies.take(np.array([row])), reference, today)
        return {
            "vacancy": vacancies.ids[row].decode(),
            "openings": int(graph.openings[row]),
            "shown": int(plan.shown[row]),
            "load": round(float(plan.load[row]), 2),
            "sent": round(float(graph.pending[row]), 2),
            "free": round(float(slopes[row]), 3),
            "eligible": eligible,
            "candidates": int(wanted[row]),
            "mend": mend if mending else [],
        }

    return {
        "starved_count": len(starved),
        "starved_openings": int(graph.openings[starved].sum()),
        "crowded_count": len(crowded),
        "starved": [line(row, mending=True) for row in most.tolist()],
        "crowded": [line(row, mending=False) for row in worst.tolist()],
    }


def _mend(
    people: SeekerColumns, vacancy: VacancyColumns, reference: Reference, today: int
) -> tuple[int, list[dict[str, Any]]]:
    """How many are eligible for one vacancy, and what would bring how many more, most first."""
    failed = check(people, vacancy, distances=reference.distances_km, today=today).failed
    found = []
    for criterion in MENDABLE:
        only = np.flatnonzero(failed == 1 << CRITERIA.index(criterion))
        if len(only):
            detail = _detail(criterion, people.take(only), vacancy, reference)
            found.append((len(only), criterion.value, detail))
    found.sort(key=lambda one: -one[0])
    return int(np.count_nonzero(failed == 0)), [
        {"criterion": criterion, "people": count, "detail": detail}
        for count, criterion, detail in found
    ]


def _detail(
    criterion: Criterion, people: SeekerColumns, vacancy: VacancyColumns, reference: Reference
) -> int | str | None:
    if criterion is Criterion.PAY:
        return int(np.ceil(np.quantile(people.pay_floor, HALF)))
    if criterion is Criterion.LICENCES:
        lacking = vacancy.licences & ~people.licences
        codes = [code for mask in lacking.tolist() for code in licence_codes(mask, reference)]
        return max(sorted(set(codes)), key=codes.count)
    return None
