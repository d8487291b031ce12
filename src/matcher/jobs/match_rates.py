"""Reads what became of the lists that people read, and counts the nightly match rates of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Connection

from matcher.db.history import (
    openings_filled,
    placed_at,
    postings_of_hires,
    referral_courses,
    slates_of_seekers,
    vacancies_shown,
)
from matcher.entities import Channel, Impression
from matcher.evaluation.bands import Figure
from matcher.evaluation.drift import stability_index
from matcher.evaluation.history import Course, Window
from matcher.evaluation.match_rates import (
    FINAL_AFTER,
    DayRates,
    Hire,
    Shown,
    calibration_error,
    chances_before,
    day_rates,
    days_to_fill,
    hires_of,
    hits_by_policy,
)
from matcher.features.columns import EPOCH, day_number
from matcher.ranking.examples import REFERRED_WITHIN
from matcher.service.clock import day_of, end_of

RECENT = 30
"""Days of a short period."""
FINAL = 90
"""Final days of a long period: what few lists lead to needs time to show."""
SETTLED = 7
"""Days in which a new vacancy need not have been seen yet."""


@dataclass(frozen=True, slots=True)
class Past:
    """Lists, referrals and hires until the end of the day `last`; people and vacancies numbered."""

    lists: list[Shown]
    courses: list[Course]
    hires: list[Hire]
    last: int

    @property
    def as_of(self) -> int:
        """The day before which everything counts was recorded."""
        return self.last + 1

    @property
    def final(self) -> int:
        """The newest final day."""
        return self.last - FINAL_AFTER

    def until_final(self, days: int) -> Window:
        """So many days that end with the newest final one."""
        return Window(first=self.final - days + 1, last=self.final)


def read_past(connection: Connection, last: date) -> Past:
    """What is needed of the register for the rates as of the end of `last`."""
    numbers: dict[str, int] = {}

    def number(key: str) -> int:
        return numbers.setdefault(key, len(numbers))

    end = day_number(last)
    since = last - timedelta(days=FINAL_AFTER + FINAL + REFERRED_WITHIN)
    lists = [
        Shown(
            seeker=number(seeker),
            day=day,
            policy=slate.policy,
            items=tuple(number(key) for key, _ in slate.items),
            scores=tuple(score for _, score in slate.items),
            chances=slate.chances or (None,) * len(slate.items),
        )
        for (seeker, day, _), slate in _read(connection, since).items()
        if day <= end
    ]
    courses = [
        Course(
            seeker=number(course.seeker_id),
            vacancy=number(course.vacancy_id),
            made_on=day_number(course.made_on),
            outcomes={outcome: day_number(day) for outcome, day in course.outcomes.items()},
        )
        for course in referral_courses(connection)
        if since <= course.made_on <= last
    ]
    placed = [
        Hire(number(seeker), number(vacancy), day_number(day))
        for seeker, vacancy, day in placed_at(connection, since)
    ]
    return Past(lists, courses, hires_of(courses, placed, as_of=end + 1), end)


def _read(connection: Connection, since: date) -> dict[tuple[str, int, str], Impression]:
    """Lists that somebody read: the first of each person, day and ranker; none of a program."""
    found: dict[tuple[str, int, str], Impression] = {}
    for slate in slates_of_seekers(connection, since):
        if slate.channel != Channel.API and slate.seeker_id is not None:
            day = day_number(day_of(slate.shown_at))
            found.setdefault((slate.seeker_id, day, slate.policy), slate)
    return found


def days_of(past: Past) -> list[DayRates]:
    """Every day from the first of the last RECENT final ones until the last."""
    days = Window(first=past.until_final(RECENT).first, last=past.last)
    return day_rates(past.lists, past.courses, days, as_of=past.as_of)


def day_view(day: DayRates) -> dict[str, Any]:
    """A day's rates, ready for JSON."""
    return asdict(day) | {"day": (EPOCH + timedelta(days=day.day)).isoformat()}


def list_figures(past: Past, days: Iterable[DayRates]) -> Iterator[Figure]:
    """What became of the lists."""
    told = list(days)
    yield Figure(key="lists_shown", value=float(told[-1].lists), count=told[-1].lists)
    final = [day for day in told if day.final]
    shown, referred, hired = (
        sum(getattr(day, name) for day in final) for name in ("shown", "referred", "hired")
    )
    yield share("referred_rate", referred, shown)
    yield share("hired_rate", hired, referred)
    hits = hits_by_policy(past.lists, past.hires, past.until_final(FINAL), at=(1, 10))
    for policy, found in hits.items():
        for k in (1, 10):
            yield share(f"hit@{k}", found.hits[k], found.lists, of=policy)
    yield from _score_figures(past)


def _score_figures(past: Past) -> Iterator[Figure]:
    """Whether the first lines score as they did a month before."""
    for policy in sorted({shown.policy for shown in past.lists}):
        first = [
            (shown.day, shown.scores[0])
            for shown in past.lists
            if shown.policy == policy and shown.scores and shown.scores[0] is not None
        ]
        recent, before = (
            np.array([score for day, score in first if low < day <= low + RECENT], np.float64)
            for low in (past.last - RECENT, past.last - 2 * RECENT)
        )
        value = stability_index(before, recent)
        if value is not None:
            yield Figure(key="score_psi", value=value, count=len(recent), part=policy)


def calibration_figures(past: Past) -> Iterator[Figure]:
    """How the chances that were told stood to hires, by ranker."""
    pairs = chances_before(past.lists, past.courses, past.until_final(FINAL), as_of=past.as_of)
    for policy, told in sorted(pairs.items()):
        value = calibration_error([chance for chance, _ in told], [hired for _, hired in told])
        yield Figure(key="calibration_error", value=value, count=len(told), part=policy)


def vacancy_figures(connection: Connection, past: Past, settled: set[str]) -> Iterator[Figure]:
    """How long vacancies took to fill, and how many of the `settled` ones nobody saw."""
    last = EPOCH + timedelta(days=past.last)
    postings = {
        key: (day_number(day), openings)
        for key, (day, openings) in postings_of_hires(connection).items()
    }
    filled = ((key, day_number(day), count) for key, day, count in openings_filled(connection))
    took = days_to_fill(postings, filled, Window(first=past.last - RECENT + 1, last=past.last))
    median = float(np.median(took)) if took else None
    yield Figure(key="days_to_fill", value=median, count=len(took))
    seen = vacancies_shown(connection, end_of(last - timedelta(days=RECENT)), end_of(last))
    yield share("unseen_share", len(settled - seen), len(settled))


def share(key: str, part: int, whole: int, *, of: str = "") -> Figure:
    """part / whole as a figure."""
    return Figure(key=key, value=part / whole if whole else None, count=whole, part=of)
