"""A register as it was: what could have been listed on a past day, and what came of it. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.entities import Outcome
from matcher.evaluation.metrics import Floats, Pools, Rows
from matcher.features.columns import SeekerColumns, VacancyColumns
from matcher.features.pairs import build_rows, distance_km
from matcher.ranking.linear import LinearRanker
from matcher.retrieval.criteria import check

REFERRED_WITHIN = 14
"""Days after a query in which a referral still counts as led to by it."""
PLACED_WITHIN = 60
"""Days after a referral in which its outcome counts."""
PARTS = 4
"""The window is the last of so many equal parts of the mature days."""
HIRED_GAIN, INTERVIEW_GAIN = 3.0, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Days since 1970, both included, whose queries are evaluated."""

    first: int
    last: int

    def __contains__(self, day: int) -> bool:
        return self.first <= day <= self.last


def evaluation_window(first_slate: int, last_slate: int, *, last_recorded: int) -> Window | None:
    """The last quarter of the mature days with slates, or None where no day is mature.

    A day is mature when every referral that counts for it has had its 60 days before the last
    recorded event. All arguments in days since 1970.
    """
    last = min(last_slate, last_recorded - REFERRED_WITHIN - PLACED_WITHIN)
    days = last - first_slate + 1
    return Window(first=last + 1 - math.ceil(days / PARTS), last=last) if days > 0 else None


def grade(made_on: date, outcomes: Mapping[Outcome, date]) -> float | None:
    """Gain of a referral by what happened within 60 days: hired 3, interviewed 1, else 0.

    None where the person was hired elsewhere: nobody knows what would have come of it.
    """
    happened = {o for o, day in outcomes.items() if (day - made_on).days <= PLACED_WITHIN}
    if Outcome.HIRED in happened:
        return HIRED_GAIN
    if Outcome.HIRED_ELSEWHERE in happened:
        return None
    return INTERVIEW_GAIN if Outcome.INTERVIEWED in happened else 0.0


def better(one: float | None, other: float | None) -> float | None:
    """What counts of two referrals of one pair: a hire, else not knowing, else the higher gain."""
    if HIRED_GAIN in (one, other):
        return HIRED_GAIN
    return None if one is None or other is None else max(one, other)


def counts_before(
    window: Window, days: Rows, items: Rows, *, amounts: NDArray[Any], catalogue: int
) -> NDArray[np.int32]:
    """What had happened to each item before each day of the window, (days of window, catalogue).

    Event i adds `amounts[i]` to item `items[i]` and is seen from the day after `days[i]`.
    """
    counts = np.zeros((window.last - window.first + 1, catalogue), np.int32)
    seen_from = np.maximum(days + 1 - window.first, 0)
    inside = seen_from < len(counts)
    np.add.at(counts, (seen_from[inside], items[inside]), amounts[inside])
    return np.cumsum(counts, axis=0, dtype=np.int32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Queries of the window, one a row of `seekers` asked on `days` (q,), and their catalogue.

    `vacancies` (c) are sorted by id and hold all their openings; `filled` (days of window, c) are
    the openings reported filled before each day. `grades` holds gains by query and vacancy
    row, None where nobody knows; any other pair counts as 0. `distances` is (places, places), km.
    """

    window: Window
    seekers: SeekerColumns
    days: Rows
    vacancies: VacancyColumns
    filled: NDArray[np.int32]
    grades: Mapping[int, Mapping[int, float | None]]
    distances: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.days)

    def vacancies_on(self, day: int) -> VacancyColumns:
        """The catalogue with the openings left as of that day."""
        left = self.vacancies.openings_left - self.filled[day - self.window.first]
        return replace(self.vacancies, openings_left=left)

    def candidates(self, query: int) -> Rows:
        """Rows of the vacancies open and eligible on the day of the query whose gain is known."""
        day = int(self.days[query])
        seeker = self.seekers.take(np.array([query]))
        allowed = check(
            seeker, self.vacancies_on(day), distances=self.distances, today=day
        ).passed.copy()
        allowed[[row for row, g in self.grades.get(query, {}).items() if g is None]] = False
        return np.flatnonzero(allowed)

    def pools(self, queries: range) -> Pools:
        """The candidates of these queries with their gains."""
        found = [self.candidates(query) for query in queries]
        gains = []
        for query, rows in zip(queries, found, strict=True):
            known = self.grades.get(query, {})
            gains.append([known.get(row) or 0.0 for row in rows.tolist()])
        return Pools(
            offsets=np.cumsum([0, *map(len, found)]),
            items=np.concatenate([np.empty(0, np.int64), *found]),
            gains=np.concatenate([np.empty(0), *gains]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LinearScore:
    """The score that serves: features as of the day of the query, vectors (q, d) and (c, d)."""

    past: Past
    ranker: LinearRanker
    queries: NDArray[np.float32]
    catalogue: NDArray[np.float32]

    def scores(self, query: int, candidates: Rows) -> Floats:
        """Points."""
        day = int(self.past.days[query])
        seeker = self.past.seekers.take(np.array([query]))
        vacancies = self.past.vacancies_on(day).take(candidates)
        rows = build_rows(
            seeker,
            vacancies,
            similarity=np.vecdot(self.catalogue[candidates], self.queries[query]),
            distance_km=distance_km(seeker, vacancies, self.past.distances),
            today=day,
        )
        return np.asarray(self.ranker.contributions(rows).sum(axis=1), np.float64)


@dataclass(frozen=True, slots=True)
class HiddenUtility:
    """By a simulation's hidden utility of (query, vacancy row); a pair without one stands last."""

    known: Mapping[int, Mapping[int, float]]

    def scores(self, query: int, candidates: Rows) -> Floats:
        """Utilities."""
        utilities = self.known.get(query, {})
        last = np.finfo(np.float64).min
        return np.array([utilities.get(row, last) for row in candidates.tolist()])
