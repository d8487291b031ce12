"""The rules of eligibility and exact search, written to be read: the fast code is held to these."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matcher.entities import JobSeeker, PayBasis, Vacancy
from matcher.reference import Reference
from matcher.retrieval.criteria import Criterion


def eligibility_of(
    seeker: JobSeeker,
    vacancy: Vacancy,
    openings_left: int,
    *,
    reference: Reference,
    today: date,
) -> tuple[set[Criterion], set[Criterion]]:
    """The criteria that this pair fails, and those that cannot be told. Nothing else excludes."""
    verdicts: dict[Criterion, bool | None] = {
        Criterion.OPEN: openings_left > 0
        and vacancy.posted_on <= today
        and (vacancy.closes_on is None or vacancy.closes_on >= today)
        and (vacancy.closed_on is None or vacancy.closed_on > today),
        Criterion.PLACE: _place(seeker, vacancy, reference),
        Criterion.WORK_TIME: bool(seeker.shifts & vacancy.shifts)
        if seeker.shifts and vacancy.shifts
        else None,
        Criterion.EMPLOYMENT: bool(seeker.employment & vacancy.employment)
        if seeker.employment and vacancy.employment
        else None,
        Criterion.PAY: _pay(seeker, vacancy),
        Criterion.EDUCATION: _at_least(seeker.education or None, vacancy.education),
        Criterion.EXPERIENCE: _at_least(seeker.experience_years, vacancy.experience_years),
        Criterion.LICENCES: _holds(seeker.licences, vacancy.licences),
        Criterion.LANGUAGES: _holds(seeker.languages, vacancy.languages),
    }
    failed = {criterion for criterion, met in verdicts.items() if met is False}
    unknown = {criterion for criterion, met in verdicts.items() if met is None}
    return failed, unknown


def _place(seeker: JobSeeker, vacancy: Vacancy, reference: Reference) -> bool | None:
    workplace = reference.places.get(vacancy.place or "")
    if workplace is None or math.isnan(workplace.latitude):
        return None
    if workplace.code in seeker.districts_wanted:
        return True
    if seeker.commute_km is None:
        return False if seeker.districts_wanted else None
    if seeker.district is None:
        return None
    rows = reference.place_rows
    distance = reference.distances_km[rows[seeker.district], rows[workplace.code]]
    return bool(distance <= np.float32(seeker.commute_km))


def _pay(seeker: JobSeeker, vacancy: Vacancy) -> bool | None:
    top = vacancy.pay.high or vacancy.pay.low
    comparable = vacancy.pay.basis == seeker.pay_floor_basis and vacancy.pay.basis in (
        PayBasis.MONTH,
        PayBasis.HOUR,
    )
    if vacancy.pay.flag or top is None or seeker.pay_floor is None or not comparable:
        return None
    return top >= seeker.pay_floor


def _at_least(have: float | None, asked: float | None) -> bool | None:
    if asked == 0:
        return True
    return None if have is None or asked is None else have >= asked


def _holds(held: Iterable[str] | None, asked: Iterable[str] | None) -> bool | None:
    if asked is None:
        return None
    if not set(asked):
        return True
    return None if held is None else set(asked) <= set(held)


def search_exactly(
    vectors: NDArray[np.float32], query: NDArray[np.float32], rows: NDArray[np.int32], k: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The `k` of (m,) `rows` of (n, d) `vectors` most similar to (d,) `query`, ties by row."""
    scores = {row: vectors[row] @ query for row in rows.tolist()}
    best = sorted(scores, key=lambda row: (-scores[row], row))[:k]
    found = np.array([scores[row] for row in best], np.float32)
    return np.array(best, np.int32), found
