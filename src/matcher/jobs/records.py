"""Reads out of the register what an evaluation of its past needs: who asked when, and what came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from sqlalchemy import Connection

from matcher.db.events import holds_simulated_records
from matcher.db.history import (
    last_recorded_day,
    openings_filled,
    referral_courses,
    slates_of_seekers,
    vacancies_open_between,
)
from matcher.db.store import get_many
from matcher.entities import JobSeeker, Vacancy
from matcher.errors import NotReadyError
from matcher.evaluation.history import (
    PLACED_WITHIN,
    REFERRED_WITHIN,
    Window,
    better,
    evaluation_window,
    grade,
)
from matcher.evaluation.metrics import Rows
from matcher.features.columns import EPOCH, day_number
from matcher.service.clock import day_of

SEED = 0
"""Draws the people, and the random order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What the register says of the window: query i is seekers[i] on days[i] (since 1970).

    `vacancies` are in the order of ids; `grades` are gains by query and row of these, None where
    nobody knows. `referred` and `filled` are events (vacancy row, day, amount), (n, 3). Of the
    pairs referred soon after a query, `relevant` have a gain and `censored` none that is known.
    """

    window: Window
    last_recorded: date
    asked: int
    seekers: Sequence[JobSeeker]
    days: Rows
    vacancies: Sequence[Vacancy]
    grades: Mapping[int, Mapping[int, float | None]]
    relevant: int
    censored: int
    referred: Rows
    filled: Rows
    simulated: bool


def read_records(connection: Connection, queries: int) -> Records:
    """What `evaluate` needs, of at most `queries` people drawn by a seed.

    Raises NotReadyError where no slate is old enough.
    """
    slates = [
        (seeker, day_number(day_of(moment))) for seeker, moment in slates_of_seekers(connection)
    ]
    last_recorded = last_recorded_day(connection)
    window = None
    if slates and last_recorded is not None:
        days = [day for _, day in slates]
        window = evaluation_window(min(days), max(days), last_recorded=day_number(last_recorded))
    asked: dict[str, int] = {}
    for seeker, day in slates:
        if window is not None and day in window:
            asked.setdefault(seeker, day)
    if window is None or last_recorded is None or not asked:
        raise NotReadyError(
            "No logged slate is old enough to be evaluated.",
            remedy="Evaluate once slates are followed by more than "
            f"{REFERRED_WITHIN + PLACED_WITHIN} days of recorded referrals and outcomes.",
        )
    drawn = sorted(asked)
    if len(drawn) > queries:
        chosen = np.random.default_rng(SEED).choice(len(drawn), queries, replace=False)
        drawn = [drawn[at] for at in sorted(chosen.tolist())]
    people = get_many(connection, JobSeeker, drawn)
    first, last = (EPOCH + timedelta(days=day) for day in (window.first, window.last))
    vacancies = sorted(
        vacancies_open_between(connection, first, last), key=lambda vacancy: vacancy.id.encode()
    )
    rows = {vacancy.id: row for row, vacancy in enumerate(vacancies)}
    query_of = {seeker: query for query, seeker in enumerate(drawn)}
    graded: dict[tuple[int, str], float | None] = {}
    referred = []
    for course in referral_courses(connection):
        made_on = day_number(course.made_on)
        if course.vacancy_id in rows:
            referred.append((rows[course.vacancy_id], made_on, 1))
        query = query_of.get(course.seeker_id)
        if query is not None and 0 <= made_on - asked[course.seeker_id] <= REFERRED_WITHIN:
            pair = query, course.vacancy_id
            gain = grade(course.made_on, course.outcomes)
            graded[pair] = better(gain, graded.get(pair, 0.0))
    grades: dict[int, dict[int, float | None]] = defaultdict(dict)
    for (query, key), gain in graded.items():
        if key in rows:
            grades[query][rows[key]] = gain
    filled = [
        (rows[key], day_number(day), openings)
        for key, day, openings in openings_filled(connection)
        if key in rows
    ]
    return Records(
        window=window,
        last_recorded=last_recorded,
        asked=len(asked),
        seekers=[people[seeker] for seeker in drawn],
        days=np.array([asked[seeker] for seeker in drawn]),
        vacancies=vacancies,
        grades=grades,
        relevant=sum(bool(gain) for gain in graded.values()),
        censored=list(graded.values()).count(None),
        referred=np.array(referred, np.int64).reshape(-1, 3),
        filled=np.array(filled, np.int64).reshape(-1, 3),
        simulated=holds_simulated_records(connection),
    )
