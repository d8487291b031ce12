"""A register as it was on any past day, so that nothing of the future is seen. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.evaluation.metrics import Rows
from matcher.features.columns import SeekerColumns, VacancyColumns, hire_rate
from matcher.features.pairs import build_rows, distance_km
from matcher.features.vectors import Vectors, title_similarity
from matcher.retrieval.criteria import check
from matcher.retrieval.scoring import products_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Chronicle:
    """s seekers and v vacancies in the order of ids, and what changed from day to day.

    `vacancies` hold all their openings. Of the days from `first` (since 1970) on, `filled`
    (days, v) are the openings reported filled before each, `sent` (days, v) the people referred
    before it, `hire_rates` (days, employers) what `hire_rate` gave that morning; `employer` (v,)
    are columns of it. Seekers looked for work from
    the day `came_on` until the eve of `left_on`, (s,). `distances` is (places, places), km.
    """

    first: int
    seekers: SeekerColumns
    seeker_vectors: Vectors
    came_on: Rows
    left_on: Rows
    vacancies: VacancyColumns
    vacancy_vectors: Vectors
    filled: NDArray[np.int32]
    sent: NDArray[np.int32]
    employer: Rows
    hire_rates: NDArray[np.float32]
    distances: NDArray[np.float32]

    def vacancies_on(self, day: int, rows: Rows | None = None) -> VacancyColumns:
        """The vacancies, or these rows of them, as of that morning: openings left, employers."""
        chosen = self.vacancies if rows is None else self.vacancies.take(rows)
        which = slice(None) if rows is None else rows
        return replace(
            chosen,
            openings_left=chosen.openings_left - self.filled[day - self.first, which],
            sent=self.sent[day - self.first, which],
            employer_hire_rate=self.hire_rates[day - self.first, self.employer[which]],
        )

    def vacancies_for(self, seeker: int, day: int) -> Rows:
        """Rows of the vacancies that were open and eligible for a seeker."""
        one = self.seekers.take(np.array([seeker]))
        verdict = check(one, self.vacancies_on(day), distances=self.distances, today=day)
        return np.flatnonzero(verdict.passed)

    def seekers_for(self, vacancy: int, day: int) -> Rows:
        """Rows of the seekers who looked for work and were eligible for a vacancy."""
        one = self.vacancies_on(day, np.array([vacancy]))
        verdict = check(self.seekers, one, distances=self.distances, today=day)
        there = (self.came_on <= day) & (day < self.left_on)
        return np.flatnonzero(verdict.passed & there)

    def allows(self, seekers: Rows, vacancies: Rows, day: int) -> NDArray[np.bool_]:
        """Which of n pairs, (n,) rows of each side, could have been listed that day."""
        pairs = self.seekers.take(seekers), self.vacancies_on(day, vacancies)
        return check(*pairs, distances=self.distances, today=day).passed

    def nearest(self, seeker: int, vacancies: Rows, k: int) -> Rows:
        """The `k` of these vacancies whose texts are most like the seeker's, in rising order."""
        if len(vacancies) <= k:
            return vacancies
        likeness = self.vacancy_vectors.texts[vacancies] @ self.seeker_vectors.texts[seeker]
        return np.sort(vacancies[np.lexsort((vacancies, -likeness))[:k]])

    def rows(self, seekers: Rows, vacancies: Rows, day: int) -> NDArray[np.float32]:
        """Features of pairs as they would have been served that day; a side may be one row."""
        people = self.seekers.take(seekers)
        jobs = self.vacancies_on(day, vacancies)
        asked, offered = self.seeker_vectors, self.vacancy_vectors
        asking, told_of = (
            np.ascontiguousarray(side, np.int32) for side in np.broadcast_arrays(seekers, vacancies)
        )
        return build_rows(
            people,
            jobs,
            # As the index does it: a matrix product may round a vector differently.
            similarity=products_of(asked.texts, asking, offered.texts, told_of),
            title_similarity=title_similarity(asked.titles[seekers], offered.titles[vacancies]),
            distance_km=distance_km(people, jobs, self.distances),
            today=day,
        )


def counts_before(
    first: int, days: int, when: Rows, items: Rows, *, amounts: NDArray[Any], catalogue: int
) -> NDArray[np.int32]:
    """What had happened to each item before each of so many `days` from `first`, (days, catalogue).

    Event i adds `amounts[i]` to item `items[i]` and is seen from the day after `when[i]`.
    """
    counts = np.zeros((days, catalogue), np.int32)
    seen_from = np.maximum(when + 1 - first, 0)
    inside = seen_from < days
    np.add.at(counts, (seen_from[inside], items[inside]), amounts[inside])
    return np.cumsum(counts, axis=0, dtype=np.int32)


def hire_rates_by_day(first: int, days: int, *, ended: Rows, employers: int) -> NDArray[np.float32]:
    """The smoothed hire rate of each employer on each morning, (days, employers).

    `ended` (n, 3) holds employer, day and whether hired, of each course that has ended.
    """
    employer, when, hired = ended.T
    amounts = np.ones(len(ended), np.int64)
    courses = counts_before(first, days, when, employer, amounts=amounts, catalogue=employers)
    hires = counts_before(first, days, when, employer, amounts=hired, catalogue=employers)
    overall = hires.sum(axis=1, keepdims=True) / np.maximum(courses.sum(axis=1, keepdims=True), 1)
    return hire_rate(hires, courses, overall)
