"""What was asked of a register in the past, and what came of it. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from matcher.entities import Outcome
from matcher.evaluation.chronicle import Chronicle
from matcher.evaluation.metrics import Floats, Pools, Rows
from matcher.features.pairs import FEATURE_NAMES
from matcher.pipeline import RETRIEVED
from matcher.ranking.examples import (
    HIRED_GAIN,
    INTERVIEW_GAIN,
    PLACED_WITHIN,
    REFERRED_WITHIN,
)
from matcher.ranking.ranker import Ranker

PARTS = 4
"""The window is the last of so many equal parts of the mature days."""
ALL_RECORDED = np.iinfo(np.int32).max
"""As of this day everything is known that ever was recorded."""
ENDED = 0.99
FAILED = frozenset({Outcome.REJECTED, Outcome.DECLINED, Outcome.NO_SHOW})


class Side(StrEnum):
    """Who asks for a list."""

    SEEKERS = "seekers"
    VACANCIES = "vacancies"

    @property
    def other(self) -> Side:
        """Who is listed."""
        return Side.VACANCIES if self == Side.SEEKERS else Side.SEEKERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Days since 1970, both included, whose questions are evaluated."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A referral of a seeker to a vacancy (rows), and the days of its outcomes, since 1970."""

    seeker: int
    vacancy: int
    made_on: int
    outcomes: Mapping[Outcome, int]


def gain(course: Course, *, as_of: int = ALL_RECORDED) -> float | None:
    """Gain of a referral by what happened within 60 days: hired 3, interviewed 1, else 0.

    Only what was recorded before `as_of` is seen. None where nobody knows: the person was hired
    elsewhere, or the 60 days are not over and it has not ended yet.
    """
    happened = {
        outcome
        for outcome, day in course.outcomes.items()
        if day - course.made_on <= PLACED_WITHIN and day < as_of
    }
    if Outcome.HIRED in happened:
        return HIRED_GAIN
    open_still = course.made_on + PLACED_WITHIN >= as_of and not happened & FAILED
    if Outcome.HIRED_ELSEWHERE in happened or open_still:
        return None
    return INTERVIEW_GAIN if Outcome.INTERVIEWED in happened else 0.0


def days_to_end(courses: Sequence[Course], *, as_of: int) -> int:
    """Days after which nearly all (ENDED) referrals have ended, at most 60.

    Of younger ones mostly the quick ends are known, which would make hires look too frequent or too
    rare. Told by those that had their 60 days before `as_of`; one without an end counts as 60.
    """
    taken = [
        min([day - course.made_on for day in _ends(course)], default=PLACED_WITHIN)
        for course in courses
        if course.made_on + PLACED_WITHIN < as_of
    ]
    if not taken:
        return PLACED_WITHIN
    return min(PLACED_WITHIN, int(np.quantile(taken, ENDED, method="higher")))


def _ends(course: Course) -> list[int]:
    over = FAILED | {Outcome.HIRED, Outcome.HIRED_ELSEWHERE}
    return [day for outcome, day in course.outcomes.items() if outcome in over]


def better(one: float | None, other: float | None) -> float | None:
    """What counts of two referrals of one pair: a hire, else not knowing, else the higher gain."""
    if HIRED_GAIN in (one, other):
        return HIRED_GAIN
    return None if one is None or other is None else max(one, other)


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """q lists asked for by one side: row `asking[i]` on `days[i]`, about rows of the other side.

    In the order of who asks, each perhaps on several days.
    `gains` holds gains by question and candidate row, None where nobody knows; any other pair
    counts as 0.
    """

    chronicle: Chronicle
    side: Side
    asking: Rows
    days: Rows
    gains: Mapping[int, Mapping[int, float | None]]

    def __len__(self) -> int:
        return len(self.days)

    @property
    def first(self) -> Rows:
        """The first question of each asker, (a,)."""
        return np.unique(self.asking, return_index=True)[1]

    @property
    def catalogue(self) -> int:
        """How many rows the other side has."""
        chronicle = self.chronicle
        return len(chronicle.vacancies if self.side == Side.SEEKERS else chronicle.seekers)

    def candidates(self, question: int) -> Rows:
        """Rows that could have been listed that day and whose gain is known."""
        asking, day = int(self.asking[question]), int(self.days[question])
        chronicle = self.chronicle
        if self.side == Side.SEEKERS:
            found = chronicle.vacancies_for(asking, day)
        else:
            found = chronicle.seekers_for(asking, day)
        unknown = [row for row, g in self.gains.get(question, {}).items() if g is None]
        return np.setdiff1d(found, unknown, assume_unique=True) if unknown else found

    def pools(self, questions: range) -> Pools:
        """The candidates of these questions with their gains."""
        found = [self.candidates(question) for question in questions]
        gains = []
        for question, rows in zip(questions, found, strict=True):
            known = self.gains.get(question, {})
            gains.append([known.get(row) or 0.0 for row in rows.tolist()])
        return Pools(
            offsets=np.cumsum([0, *map(len, found)]),
            items=np.concatenate([np.empty(0, np.int64), *found]),
            gains=np.concatenate([np.empty(0), *gains]),
        )

    def rows(self, question: int, candidates: Rows) -> NDArray[np.float32]:
        """Features of the question's pairs as they would have been served that day."""
        asking, day = self.asking[[question]], int(self.days[question])
        if self.side == Side.SEEKERS:
            return self.chronicle.rows(asking, candidates, day)
        return self.chronicle.rows(candidates, asking, day)


@dataclass(frozen=True, slots=True, kw_only=True)
class RankerScore:
    """A ranker asked on a past day: features as of that day, of those that retrieval would find."""

    questions: Questions
    ranker: Ranker

    def scores(self, query: int, candidates: Rows) -> Floats:
        """Scores of the ranker; -inf for what is not among the RETRIEVED most similar."""
        rows = self.questions.rows(query, candidates)
        scores = self.ranker.scores(rows)
        if len(scores) > RETRIEVED:
            likeness = rows[:, FEATURE_NAMES.index("similarity")]
            scores[np.lexsort((candidates, -likeness))[RETRIEVED:]] = -np.inf
        return scores


@dataclass(frozen=True, slots=True)
class HiddenUtility:
    """By a simulation's hidden utility of (question, row); a pair without one stands last."""

    known: Mapping[int, Mapping[int, float]]

    def scores(self, query: int, candidates: Rows) -> Floats:
        """Utilities."""
        utilities = self.known.get(query, {})
        last = np.finfo(np.float64).min
        return np.array([utilities.get(row, last) for row in candidates.tolist()])
