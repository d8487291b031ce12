"""Reads a register's past as training and evaluation need it: lists, referrals, who was there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from sqlalchemy import Connection

from matcher.db.events import holds_simulated_records
from matcher.db.history import (
    ended_courses,
    last_recorded_day,
    openings_filled,
    placed_on,
    referral_courses,
    slates_of_seekers,
    vacancies_open_between,
)
from matcher.db.store import get_many, last_change, register_id
from matcher.entities import Channel, Impression, JobSeeker, SeekerStatus, Vacancy
from matcher.errors import NotReadyError
from matcher.evaluation.history import Course, Window, evaluation_window
from matcher.evaluation.metrics import Rows
from matcher.features.columns import EPOCH, NEVER, day_number
from matcher.ranking.examples import PLACED_WITHIN, REFERRED_WITHIN
from matcher.service.clock import day_of

LOOK_BACK_DAYS = 550
"""A year and a half: older lists tell of another labour market, and cost memory."""
SEED = 0
"""Draws the people, and the random order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownList:
    """A logged list: to which seeker, on which day, which vacancies (rows) from the top down.

    `places` are the ranks of `items`, from 1, as some vacancies shown may be gone from the
    register. `exploration` and `swapped` are those of the impression.
    """

    seeker: int
    day: int
    items: tuple[int, ...]
    places: tuple[int, ...]
    exploration: float | None
    swapped: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The past of a register from its first list on; days are counted since 1970.

    `seekers` are those drawn among everybody who had a list, `vacancies` all that could be in one,
    both in the order of ids; `people` is how many had a list. `referred` holds (seeker row or -1,
    vacancy row, day), `filled` (vacancy row, day, openings), `ended` (employer row, day, hired)
    with `employer` (v,) as the rows, all (n, 3). `courses` are the referrals of those drawn.
    """

    register: str
    change_seq: int
    simulated: bool
    first: int
    window: Window
    last_recorded: date
    people: int
    seekers: Sequence[JobSeeker]
    left_on: Rows
    vacancies: Sequence[Vacancy]
    lists: Sequence[ShownList]
    courses: Sequence[Course]
    referred: Rows
    filled: Rows
    ended: Rows
    employer: Rows


def read_records(connection: Connection, people: int, *, today: date) -> Records:
    """The past of at most `people` seekers drawn by a seed, of the last LOOK_BACK_DAYS.

    Nothing dated after `today` counts: a slip of the pen would move every window.

    Raises NotReadyError where no list is old enough for its outcomes to be known.
    """
    recorded = last_recorded_day(connection, today)
    slates = [] if recorded is None else _lists_of(connection, recorded)
    days = [_day(slate) for slate in slates]
    window = None
    if recorded is not None and days:
        window = evaluation_window(min(days), max(days), last_recorded=day_number(recorded))
    if window is None or recorded is None:
        raise NotReadyError(
            "No logged list is old enough for its outcomes to be known.",
            remedy="Wait until lists are followed by more than "
            f"{REFERRED_WITHIN + PLACED_WITHIN} days of recorded referrals and outcomes.",
        )
    asked = sorted({slate.seeker_id for slate in slates if slate.seeker_id is not None})
    drawn = asked
    if len(asked) > people:
        chosen = np.random.default_rng(SEED).choice(len(asked), people, replace=False)
        drawn = [asked[at] for at in sorted(chosen.tolist())]
    found = get_many(connection, JobSeeker, drawn)
    drawn = sorted(found, key=str.encode)
    seeker_rows = {key: row for row, key in enumerate(drawn)}
    first, last = (EPOCH + timedelta(days=day) for day in (min(days), window.last))
    vacancies = sorted(
        vacancies_open_between(connection, first, last), key=lambda vacancy: vacancy.id.encode()
    )
    rows = {vacancy.id: row for row, vacancy in enumerate(vacancies)}
    employers = {key: row for row, key in enumerate(sorted({v.employer_id for v in vacancies}))}
    courses, referred = _referrals(connection, seeker_rows, rows)
    lists = [_shown(slate, seeker_rows, rows) for slate in slates if slate.seeker_id in seeker_rows]
    return Records(
        register=register_id(connection),
        change_seq=last_change(connection),
        simulated=holds_simulated_records(connection),
        first=min(days),
        window=window,
        last_recorded=recorded,
        people=len(asked),
        seekers=[found[key] for key in drawn],
        left_on=_left_on(connection, [found[key] for key in drawn], lists),
        vacancies=vacancies,
        lists=lists,
        courses=courses,
        referred=referred,
        filled=_events(
            (rows[key], day_number(day), openings)
            for key, day, openings in openings_filled(connection)
            if key in rows
        ),
        ended=_events(
            (employers[course.employer_id], day_number(course.ended_on), int(course.hired))
            for course in ended_courses(connection)
            if course.employer_id in employers
        ),
        employer=np.array([employers[v.employer_id] for v in vacancies], np.int64),
    )


def first_evaluated_day(connection: Connection, today: date) -> date | None:
    """The day from which lists are judged, None where no list is old enough."""
    recorded = last_recorded_day(connection, today)
    days = [] if recorded is None else [_day(slate) for slate in _lists_of(connection, recorded)]
    if recorded is None or not days:
        return None
    window = evaluation_window(min(days), max(days), last_recorded=day_number(recorded))
    return None if window is None else EPOCH + timedelta(days=window.first)


def _lists_of(connection: Connection, recorded: date) -> list[Impression]:
    """Lists that somebody read: one a person, day and policy, and none that a program asked for."""
    found: dict[tuple[str | None, int, str], Impression] = {}
    for slate in slates_of_seekers(connection, recorded - timedelta(days=LOOK_BACK_DAYS)):
        if slate.channel != Channel.API:
            found.setdefault((slate.seeker_id, _day(slate), slate.policy), slate)
    return list(found.values())


def _day(slate: Impression) -> int:
    return day_number(day_of(slate.shown_at))


def _shown(slate: Impression, seekers: Mapping[str, int], rows: Mapping[str, int]) -> ShownList:
    known = [
        (rows[key], place) for place, (key, _) in enumerate(slate.items, start=1) if key in rows
    ]
    return ShownList(
        seeker=seekers[slate.seeker_id or ""],
        day=_day(slate),
        items=tuple(row for row, _ in known),
        places=tuple(place for _, place in known),
        exploration=slate.exploration,
        swapped=slate.swapped,
    )


def _referrals(
    connection: Connection, seekers: Mapping[str, int], rows: Mapping[str, int]
) -> tuple[list[Course], Rows]:
    """The courses of those drawn, and (seeker row or -1, vacancy row, day) of every referral."""
    courses, referred = [], []
    for course in referral_courses(connection):
        vacancy = rows.get(course.vacancy_id)
        if vacancy is None:
            continue
        seeker, made_on = seekers.get(course.seeker_id, -1), day_number(course.made_on)
        referred.append((seeker, vacancy, made_on))
        if seeker >= 0:
            outcomes = {outcome: day_number(day) for outcome, day in course.outcomes.items()}
            courses.append(
                Course(seeker=seeker, vacancy=vacancy, made_on=made_on, outcomes=outcomes)
            )
    return courses, _events(referred)


def _left_on(
    connection: Connection, seekers: Sequence[JobSeeker], lists: Sequence[ShownList]
) -> Rows:
    """The day of the placement; of those who withdrew, which is not dated, after the last list."""
    last_seen: dict[int, int] = defaultdict(int)
    for shown in lists:
        last_seen[shown.seeker] = max(last_seen[shown.seeker], shown.day)
    placed = placed_on(connection)
    left = np.full(len(seekers), NEVER, np.int64)
    for row, seeker in enumerate(seekers):
        if seeker.id in placed:
            left[row] = day_number(placed[seeker.id])
        elif seeker.status != SeekerStatus.ACTIVE:
            left[row] = last_seen[row] + 1
    return left


def _events(events: Iterable[tuple[int, int, int]]) -> Rows:
    return np.array(list(events), np.int64).reshape(-1, 3)
