"""The past of a register as arrays: what could be listed on each day, and what was asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import Engine

from matcher.db.engine import reading
from matcher.evaluation.chronicle import Chronicle, counts_before, hire_rates_by_day
from matcher.evaluation.history import ALL_RECORDED, Course, Questions, Side, better, gain
from matcher.features.columns import day_number
from matcher.features.pairs import FEATURE_NAMES
from matcher.features.vectors import Centring
from matcher.jobs.index import Track
from matcher.jobs.records import Records, read_records
from matcher.ranking.examples import HIRED_GAIN, REFERRED_WITHIN, Referrals
from matcher.service.indexing import Indexer, centred_seekers, centred_vacancies

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookback:
    """What the register says of its past, and the same as arrays."""

    records: Records
    chronicle: Chronicle
    courses_of: Mapping[Pair, tuple[Course, ...]]
    """The referrals of each (seeker row, vacancy row)."""

    def gain_after(self, pair: Pair, day: int, *, as_of: int = ALL_RECORDED) -> float | None:
        """Gain of a pair by its referrals on a day and in the 14 days after; 0 without any.

        None also where it was tried before that day and not again: nobody would be sent there a
        second time, and nobody knows what would have come of it.
        """
        after = self.referrals_after(pair, day, as_of=as_of)
        if not after and self.referred_before(pair, day):
            return None
        found: float | None = 0.0
        for course in after:
            found = better(gain(course, as_of=as_of), found)
        return found

    def referred_before(self, pair: Pair, day: int) -> bool:
        """Whether a pair was tried before a day."""
        return any(course.made_on < day for course in self.courses_of.get(pair, ()))

    def referrals_after(self, pair: Pair, day: int, *, as_of: int = ALL_RECORDED) -> list[Course]:
        """Referrals of a pair on a day and in the 14 days after, made before `as_of`."""
        return [
            course
            for course in self.courses_of.get(pair, ())
            if 0 <= course.made_on - day <= REFERRED_WITHIN and course.made_on < as_of
        ]


def look_back(
    engine: Engine,
    indexer: Indexer,
    *,
    people: int,
    today: date,
    track: Track,
    centring: Centring | None = None,
) -> Lookback:
    """Read the past of up to `people` seekers and encode what is new of it.

    Vectors are centred as those that are served, by the `centring` of their index; without one by
    the means of the past itself. Raises NotReadyError where no list is old enough.
    """
    with reading(engine) as connection:
        records = read_records(connection, people, today=today)
    with track("vacancies") as progress:
        offered = indexer.encode_vacancies(records.vacancies, progress)
    with track("seekers") as progress:
        asked = indexer.encode_seekers(records.seekers, progress)
    centring = centring or indexer.centring(asked, offered)
    first = records.first
    days = records.window.last + REFERRED_WITHIN + 1 - first
    rows, when, amounts = records.filled.T
    _, sent_to, sent_on = records.referred.T
    courses_of: dict[Pair, list[Course]] = defaultdict(list)
    for course in records.courses:
        courses_of[course.seeker, course.vacancy].append(course)
    return Lookback(
        records=records,
        chronicle=Chronicle(
            first=first,
            seekers=indexer.columns(records.seekers),
            seeker_vectors=centred_seekers(asked, centring),
            came_on=np.array([day_number(s.registered_on) for s in records.seekers], np.int64),
            left_on=records.left_on,
            vacancies=indexer.offers([(v, v.openings) for v in records.vacancies]),
            vacancy_vectors=centred_vacancies(offered, centring),
            filled=counts_before(
                first, days, when, rows, amounts=amounts, catalogue=len(records.vacancies)
            ),
            sent=counts_before(
                first,
                days,
                sent_on,
                sent_to,
                amounts=np.ones_like(sent_on),
                catalogue=len(records.vacancies),
            ),
            employer=records.employer,
            hire_rates=hire_rates_by_day(
                first,
                days,
                ended=records.ended,
                employers=int(records.employer.max(initial=-1)) + 1,
            ),
            distances=indexer.reference.distances_km,
        ),
        courses_of={pair: tuple(courses) for pair, courses in courses_of.items()},
    )


def questions_of(back: Lookback, side: Side) -> Questions:
    """Every list that one side asked for in the window, by who asks and day.

    A seeker asked when a list was shown, a vacancy on the days when somebody was referred to it.
    """
    about: dict[int, list[int]] = defaultdict(list)
    for seeker, vacancy in back.courses_of:
        asker, row = _turned(side, seeker, vacancy)
        about[asker].append(row)
    if side == Side.SEEKERS:
        asks = {(shown.seeker, shown.day) for shown in back.records.lists}
    else:
        asks = {(course.vacancy, course.made_on) for course in back.records.courses}
    asked = sorted((asker, day) for asker, day in asks if day in back.records.window)
    gains: dict[int, dict[int, float | None]] = {}
    for question, (asker, day) in enumerate(asked):
        found = {row: back.gain_after(_turned(side, asker, row), day) for row in about[asker]}
        gains[question] = {row: known for row, known in found.items() if known != 0}
    asking, days = np.array(asked, np.int64).reshape(-1, 2).T
    return Questions(chronicle=back.chronicle, side=side, asking=asking, days=days, gains=gains)


def _turned(side: Side, one: int, other: int) -> Pair:
    """(seeker, vacancy) to (who asks, about whom) and back."""
    return (one, other) if side == Side.SEEKERS else (other, one)


def referrals_between(
    back: Lookback, first: int, last: int, *, as_of: int = ALL_RECORDED
) -> Referrals:
    """Referrals made from day `first` to day `last` whose outcome was known before `as_of`.

    Only of pairs that a list could hold: no other is ever shown with a chance.
    """
    known = [
        (course.seeker, course.vacancy, course.made_on, told)
        for course in back.records.courses
        if first <= course.made_on <= last and (told := gain(course, as_of=as_of)) is not None
    ]
    seekers, vacancies, days = np.array([pair[:3] for pair in known], np.int64).reshape(-1, 3).T
    gains = np.array([told for *_, told in known], np.float64)
    rows = np.empty((len(known), len(FEATURE_NAMES)), np.float32)
    listable = np.zeros(len(known), np.bool_)
    for day in np.unique(days).tolist():
        these = np.flatnonzero(days == day)
        rows[these] = back.chronicle.rows(seekers[these], vacancies[these], day)
        listable[these] = back.chronicle.allows(seekers[these], vacancies[these], day)
    return Referrals(
        rows=rows[listable],
        days=days[listable],
        hired=gains[listable] >= HIRED_GAIN,
        interviewed=gains[listable] > 0,
    )
