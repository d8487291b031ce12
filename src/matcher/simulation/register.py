"""What a bureau knows of its market on a day: what was stated, and what was written down since.

List policies read this and nothing else of the simulation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matcher.entities import Outcome
from matcher.features.columns import SeekerColumns, VacancyColumns, day_number, hire_rate
from matcher.features.pairs import FEATURE_NAMES, build_rows, distance_km, sent_per_opening
from matcher.features.vectors import Vectors, title_similarity
from matcher.ranking.habits import appeal
from matcher.ranking.trained import TrainedRanker
from matcher.retrieval.criteria import CRITERIA, Criterion, check_facts, facts
from matcher.retrieval.scoring import products_of
from matcher.simulation.people import DAYS, Floats, Ints

OF_THE_DAY = ("age_days", "openings_left", "employer_hire_rate", "sent_per_opening")
"""The features that change from day to day; all others are settled by what a pair stated."""
OPEN = np.uint16(1 << CRITERIA.index(Criterion.OPEN))
FORGOTTEN = 45
"""Days after the last visit from which nobody counts on a person's return: nearly all who come
again do so earlier."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """All pairs of s seekers and v vacancies that no stated criterion rules out, seeker by seeker.

    Those of seeker i are the rows starts[i] to starts[i + 1] of `vacancies` and `rows`, the
    features, of which those OF_THE_DAY are still empty.
    """

    starts: Ints
    vacancies: NDArray[np.int32]
    rows: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Candidates:
    """What each of n `people` may be shown on a day: open and eligible, in the order of ids.

    Those of people[i] are the rows starts[i] to starts[i + 1] of the others. `chances` are the
    ranker's, of a hire if referred; `fits` those that its score alone tells, which know nothing of
    the crowd: their order is that of a list by itself; `appeal` is how likely people act on a line
    beside their best one. `applied` counts the people ever sent to
    the vacancy, `left` the openings not reported filled, `pending` the chances of those of whom
    nothing is known yet.
    """

    day: int
    people: Ints
    starts: Ints
    vacancies: Ints
    similarity: Floats
    age_days: Floats
    fits: Floats
    appeal: Floats
    chances: Floats
    applied: Ints
    left: Ints
    pending: Floats

    @property
    def owners(self) -> Ints:
        """The place of each pair's person in `people`, (m,)."""
        return np.repeat(np.arange(len(self.people)), np.diff(self.starts))


class Register:
    """Takes the events of a year in as they are written down.

    Of each referral: `referrals` are (seeker, vacancy, day), `told` the chance of a hire that the
    ranker gave that day, 0 where it gave none, and how many were sent there before per opening
    left; `hired` are the numbers of those that led to a hire. `reports` are (vacancy, day, openings
    filled).
    """

    def __init__(
        self,
        pairs: Pairs,
        *,
        openings: Ints,
        employer: Ints,
        posted_on: Ints,
        start: date,
        ranker: TrainedRanker,
    ) -> None:
        self.pairs, self.openings, self.employer, self.ranker = pairs, openings, employer, ranker
        self.posted = posted_on - day_number(start)
        self.days = {date.fromordinal(start.toordinal() + d).isoformat(): d for d in range(DAYS)}
        self.seen_on = np.full(len(pairs.starts) - 1, -1)
        self.placed_on = np.full(len(pairs.starts) - 1, -1)
        self.applied, self.filled = (np.zeros(len(openings), np.int64) for _ in range(2))
        self.pending = np.zeros(len(openings))
        self._ended, self._hired = (np.zeros(employer.max(initial=-1) + 1) for _ in range(2))
        self.referrals: list[tuple[int, int, int]] = []
        self.told: list[tuple[float, float]] = []
        self.hired: list[int] = []
        self.reports: list[tuple[int, int, int]] = []
        self._open: dict[int, float] = {}
        self._chance = np.zeros(len(pairs.vacancies))

    def write(self, kind: str, rows: Iterable[Sequence[object]]) -> None:
        """Take in referrals, outcomes, placements and hire reports; nothing else is looked at."""
        if kind == "referrals":
            for _, seeker, vacancy, made_on, _ in rows:
                self._refer(_number(seeker), _number(vacancy), self.days[str(made_on)])
        elif kind == "outcomes":
            for referral, outcome, _ in rows:
                if outcome != Outcome.INTERVIEWED:
                    self._end(_number(referral), str(outcome))
        elif kind == "placements":
            for _, seeker, placed_on, _, _ in rows:
                self.placed_on[_number(seeker)] = self.days[str(placed_on)]
        elif kind == "hire_reports":
            for _, vacancy, reported_on, filled in rows:
                self.filled[_number(vacancy)] += int(str(filled))
                row = _number(vacancy), self.days[str(reported_on)], int(str(filled))
                self.reports.append(row)

    def looking(self, day: int) -> Ints:
        """People who have been here lately and are not known to have found work."""
        lately = (self.seen_on >= 0) & (self.seen_on > day - FORGOTTEN)
        return np.flatnonzero(lately & (self.placed_on < 0))

    def candidates(self, day: int, people: Ints, open_now: Ints) -> Candidates:
        """What each of the people may be shown, and the ranker's chances of it this morning."""
        is_open = np.zeros(len(self.openings), np.bool_)
        is_open[open_now] = True
        starts = self.pairs.starts
        sizes = starts[people + 1] - starts[people]
        ends = np.cumsum(sizes)
        every = np.arange(sizes.sum()) + np.repeat(starts[people] - (ends - sizes), sizes)
        shown = is_open[self.pairs.vacancies[every]]
        at, owner = every[shown], np.repeat(np.arange(len(people)), sizes)[shown]
        vacancies = self.pairs.vacancies[at].astype(np.int64)
        left = np.maximum(self.openings - self.filled, 1)[vacancies]
        age = (day - self.posted)[vacancies]
        features = self.pairs.rows[at]
        of_the_day = (
            age,
            left,
            self._hire_rates()[self.employer[vacancies]],
            sent_per_opening(self.applied[vacancies], left),
        )
        for name, column in zip(OF_THE_DAY, of_the_day, strict=True):
            features[:, FEATURE_NAMES.index(name)] = column
        scores = self.ranker.scores(features)
        chances = self.ranker.chances(features, scores).hired
        self._chance[at] = chances
        starts = np.searchsorted(owner, np.arange(len(people) + 1))
        return Candidates(
            day=day,
            people=people,
            starts=starts,
            vacancies=vacancies,
            similarity=features[:, FEATURE_NAMES.index("similarity")].astype(np.float64),
            age_days=age.astype(np.float64),
            fits=self.ranker.hired(scores),
            appeal=appeal(scores, self.ranker.habits.discerning, starts[:-1][np.diff(starts) > 0]),
            chances=chances,
            applied=self.applied[vacancies],
            left=left,
            pending=self.pending[vacancies],
        )

    def _hire_rates(self) -> NDArray[np.float32]:
        overall = self._hired.sum() / max(self._ended.sum(), 1.0)
        return hire_rate(self._hired, self._ended, overall)

    def _refer(self, seeker: int, vacancy: int, day: int) -> None:
        first, end = self.pairs.starts[seeker : seeker + 2]
        at = first + np.searchsorted(self.pairs.vacancies[first:end], vacancy)
        # At a fair people also go where a criterion they stated would not have sent them.
        known = at < end and self.pairs.vacancies[at] == vacancy
        chance = float(self._chance[at]) if known else 0.0
        self._open[len(self.referrals)] = chance
        crowd = self.applied[vacancy] / max(self.openings[vacancy] - self.filled[vacancy], 1)
        self.told.append((chance, crowd))
        self.referrals.append((seeker, vacancy, day))
        self.applied[vacancy] += 1
        self.pending[vacancy] += chance

    def _end(self, referral: int, outcome: str) -> None:
        chance = self._open.pop(referral, None)
        _, vacancy, _ = self.referrals[referral]
        if chance is not None:
            # Never below 0 by rounding: a load is no number then.
            self.pending[vacancy] = max(self.pending[vacancy] - chance, 0.0)
        if outcome == Outcome.HIRED:
            self.hired.append(referral)
        if outcome != Outcome.HIRED_ELSEWHERE:
            self._ended[self.employer[vacancy]] += 1
            self._hired[self.employer[vacancy]] += outcome == Outcome.HIRED


def pairs_of(
    seekers: SeekerColumns,
    seeker_vectors: Vectors,
    vacancies: VacancyColumns,
    vacancy_vectors: Vectors,
    *,
    distances: NDArray[np.float32],
    most: int | None = None,
) -> Pairs:
    """The eligible pairs of a whole year with their features, once for all days.

    Of each seeker's, the `most` that read most like them are kept, as retrieval does; ties by id.
    """
    wishes, offers = facts(seekers), facts(vacancies)
    found = []
    for number in range(len(seekers)):
        one = wishes[number : number + 1]
        verdict = check_facts(one, offers, distances=distances, today=0)
        eligible = np.flatnonzero((verdict.failed & ~OPEN) == 0).astype(np.int32)
        if most is not None and len(eligible) > most:
            alike = _similarity(seeker_vectors, number, vacancy_vectors, eligible)
            eligible = np.sort(eligible[np.argsort(-alike, kind="stable")[:most]])
        found.append(eligible)
    starts = np.cumsum([0, *map(len, found)])
    # The rows of a city are most of what memory there is: they are never held twice.
    rows = np.empty((starts[-1], len(FEATURE_NAMES)), np.float32)
    for number, eligible in enumerate(found):
        person, jobs = seekers.take(np.array([number])), vacancies.take(eligible)
        rows[starts[number] : starts[number + 1]] = build_rows(
            person,
            jobs,
            similarity=_similarity(seeker_vectors, number, vacancy_vectors, eligible),
            title_similarity=title_similarity(
                seeker_vectors.titles[[number]], vacancy_vectors.titles[eligible]
            ),
            distance_km=distance_km(person, jobs, distances),
            today=0,
        )
    return Pairs(starts, np.concatenate(found), rows)


def _similarity(
    seekers: Vectors, number: int, vacancies: Vectors, rows: NDArray[np.int32]
) -> NDArray[np.float32]:
    """Cosines (n,) of a seeker's text with those of vacancies (n,)."""
    asking = np.full(len(rows), number, np.int32)
    return products_of(seekers.texts, asking, vacancies.texts, rows)


def _number(key: object) -> int:
    """The number in a simulated id, such as 17 in SIM-S000017."""
    return int(str(key)[5:])
