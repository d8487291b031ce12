"""What became of the lists that were shown, counted day by day and over the last final days. Pure.

All days are counted since 1970. A day is final when every referral that counts for it has had its
time to end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from matcher.evaluation.history import Course, Window, gain
from matcher.evaluation.metrics import reliability
from matcher.ranking.examples import HIRED_GAIN, PLACED_WITHIN, REFERRED_WITHIN

SHOWN = 10
"""Lines of a list that count as shown: few people read on."""
FINAL_AFTER = REFERRED_WITHIN + PLACED_WITHIN
"""Days after which nothing that follows a list counts for it any more."""

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A list that a registered person read: who, when, by which ranker, and what, best first.

    `scores` are those of the `items`, None where the ranker gave none; so are the `chances` of a
    hire that were told.
    """

    seeker: int
    day: int
    policy: str
    items: tuple[int, ...]
    scores: tuple[float | None, ...]
    chances: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRates:
    """Of one day: lists shown, and what became of the pairs of person and vacancy in them."""

    day: int
    lists: int
    shown: int
    referred: int
    interviewed: int
    hired: int
    final: bool


@dataclass(frozen=True, slots=True)
class Hire:
    """A registered person found work at a vacancy that the register names."""

    seeker: int
    vacancy: int
    day: int


def day_rates(
    lists: Iterable[Shown], courses: Iterable[Course], days: Window, *, as_of: int
) -> list[DayRates]:
    """The rates of each of the `days`, as recorded before the day `as_of`.

    shown: distinct pairs in the first SHOWN lines of the day's lists. referred: those of them that
    were referred on that day or in the 14 days after. hired, interviewed: those of these to whom it
    happened within 60 days of the referral; an interview also counts where a hire is all that was
    recorded. A hire elsewhere is neither.
    """
    courses_of = _by_pair(courses)
    pairs: dict[int, set[Pair]] = defaultdict(set)
    counted: dict[int, int] = defaultdict(int)
    for shown in lists:
        counted[shown.day] += 1
        pairs[shown.day].update((shown.seeker, item) for item in shown.items[:SHOWN])
    found = []
    for day in range(days.first, days.last + 1):
        best = [_best_gain(courses_of.get(pair, ()), day, as_of) for pair in pairs[day]]
        gains = [value for value in best if value is not None]
        found.append(
            DayRates(
                day=day,
                lists=counted[day],
                shown=len(pairs[day]),
                referred=len(gains),
                interviewed=sum(value > 0 for value in gains),
                hired=sum(value >= HIRED_GAIN for value in gains),
                final=day + FINAL_AFTER < as_of,
            )
        )
    return found


def _by_pair(courses: Iterable[Course]) -> Mapping[Pair, list[Course]]:
    found: dict[Pair, list[Course]] = defaultdict(list)
    for course in courses:
        found[course.seeker, course.vacancy].append(course)
    return found


def _best_gain(courses: Sequence[Course], day: int, as_of: int) -> float | None:
    """The best of what followed a list of that day; 0 also where it is not known; None: nothing."""
    after = [c for c in courses if 0 <= c.made_on - day <= REFERRED_WITHIN and c.made_on < as_of]
    return max((gain(course, as_of=as_of) or 0.0 for course in after), default=None)


def hires_of(courses: Iterable[Course], placed: Iterable[Hire], *, as_of: int) -> list[Hire]:
    """Hires before `as_of` by referrals within their 60 days, and placements; each pair once."""
    first: dict[Pair, int] = {}
    told = [Hire(c.seeker, c.vacancy, at) for c in courses if (at := _hired_on(c)) is not None]
    for hire in [*told, *placed]:
        if hire.day < as_of:
            pair = hire.seeker, hire.vacancy
            first[pair] = min(hire.day, first.get(pair, hire.day))
    return [Hire(*pair, day) for pair, day in sorted(first.items())]


def _hired_on(course: Course) -> int | None:
    days = [day for outcome, day in course.outcomes.items() if outcome == "hired"]
    return next((day for day in days if day - course.made_on <= PLACED_WITHIN), None)


@dataclass(frozen=True, slots=True)
class Hits:
    """Of so many lists that a hire followed, how many held its vacancy in the first k lines."""

    lists: int
    hits: Mapping[int, int]


def hits_by_policy(
    lists: Iterable[Shown], hires: Iterable[Hire], days: Window, *, at: Sequence[int]
) -> dict[str, Hits]:
    """Hits of the lists of `days` by policy, for each k of `at`.

    A list counts where its person was hired, at a vacancy that the register names, on the day of
    the list or in the FINAL_AFTER days after; it is a hit if one such vacancy is in the top k.
    """
    hired: dict[int, list[Hire]] = defaultdict(list)
    for hire in hires:
        hired[hire.seeker].append(hire)
    counts: dict[str, int] = defaultdict(int)
    hits: dict[str, dict[int, int]] = defaultdict(lambda: dict.fromkeys(at, 0))
    for shown in lists:
        if shown.day not in days:
            continue
        after = {
            hire.vacancy
            for hire in hired.get(shown.seeker, ())
            if 0 <= hire.day - shown.day <= FINAL_AFTER
        }
        if not after:
            continue
        counts[shown.policy] += 1
        for k in at:
            hits[shown.policy][k] += not after.isdisjoint(shown.items[:k])
    return {policy: Hits(counts[policy], hits[policy]) for policy in sorted(counts)}


def days_to_fill(
    postings: Mapping[str, tuple[int, int]],
    filled: Iterable[tuple[str, int, int]],
    days: Window,
) -> list[int]:
    """Days from posting to the report that filled the last opening, of those filled in `days`.

    `postings` are (day posted, openings) by vacancy, `filled` (vacancy, day, openings).
    """
    reports: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for vacancy, day, openings in filled:
        reports[vacancy].append((day, openings))
    found = []
    for vacancy, told in sorted(reports.items()):
        if vacancy not in postings:
            continue
        posted, left = postings[vacancy]
        for day, openings in sorted(told):
            left -= openings
            if left <= 0:
                if day in days:
                    found.append(max(day - posted, 0))
                break
    return found


def chances_before(
    lists: Iterable[Shown], courses: Iterable[Course], days: Window, *, as_of: int
) -> dict[str, list[tuple[float, bool]]]:
    """By policy: the chance with which a pair was last shown before its referral, and if hired.

    Of the referrals made in `days`, in the 14 days after such a list, whose outcome is known.
    """
    shown: dict[Pair, list[tuple[int, str, float]]] = defaultdict(list)
    for one in lists:
        for item, chance in zip(one.items, one.chances, strict=True):
            if chance is not None:
                shown[one.seeker, item].append((one.day, one.policy, chance))
    found: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for course in courses:
        told = gain(course, as_of=as_of)
        before = [
            line
            for line in shown.get((course.seeker, course.vacancy), ())
            if 0 <= course.made_on - line[0] <= REFERRED_WITHIN
        ]
        if course.made_on in days and told is not None and before:
            _, policy, chance = max(before)
            found[policy].append((chance, told >= HIRED_GAIN))
    return dict(found)


def calibration_error(predicted: Sequence[float], happened: Sequence[bool]) -> float | None:
    """Expected calibration error of chances, as `Reliability.expected_error`; None of none."""
    if not predicted:
        return None
    return reliability(np.array(predicted), np.array(happened)).expected_error
