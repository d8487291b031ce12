"""Reads out of the register what an encoder is tuned on, and what it is then examined on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from matcher.db.events import holds_simulated_records
from matcher.db.history import vacancies_open_between
from matcher.db.placed import placed_pairs
from matcher.db.store import active_seekers, get_many, register_id
from matcher.encoder.tuning import Pair
from matcher.entities import JobSeeker, Language, Vacancy
from matcher.errors import NotReadyError
from matcher.evaluation.metrics import Rows
from matcher.features.reading import Lexicon
from matcher.features.text import encoder_text
from matcher.jobs.records import first_evaluated_day
from matcher.reference import Reference

SEED = 0
"""Draws what is examined where there is more than is needed."""
PARTS = 4
"""The newest of so many equal parts of the hires is examined."""
MOST_PAIRS, MOST_TITLES, MOST_VACANCIES = 2_000, 1_000, 10_000
SEEKERS_A_MEAN = 300
"""Active seekers of each language, for its mean."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hire:
    """Who was hired for what, and the day of it."""

    seeker: JobSeeker
    vacancy: Vacancy
    day: date

    @property
    def languages(self) -> frozenset[Language]:
        """The language both write in, or the two."""
        return frozenset((self.seeker.language, self.vacancy.language))


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What an encoder is examined on; pairs are (row of `seekers`, row of `vacancies`), (n, 2).

    `across` (n,) tells which of the `placed` pairs are between two languages; `unseen` are of the
    language pair held out. `titled` are rows of vacancies whose title and description both say
    something. Behind the seekers of the pairs stand others, for the means of their languages.
    """

    seekers: Sequence[JobSeeker]
    vacancies: Sequence[Vacancy]
    placed: Rows
    across: NDArray[np.bool_]
    unseen: Rows
    titled: Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Pairs to train on, and the examination, which begins with the hires of the day `since`.

    `held_out` are the two languages between which no hire is trained on, empty without any.
    """

    register: str
    simulated: bool
    since: date
    held_out: frozenset[Language]
    placed: Sequence[Pair]
    titles: Sequence[Pair]
    examined: Examined


def read_material(
    connection: Connection, reference: Reference, lexicon: Lexicon, *, today: date
) -> Material:
    """Hires before the evaluation window train, those since then are examined.

    The window is that of `matcher train` and `matcher evaluate`, so that what these judge was never
    learnt from by the encoder; without lists it is the newest quarter of the hires.

    The language pair held out is the second most frequent, so that the most frequent stays to
    learn from; all of its hires are examined. No seeker or vacancy of an examined pair takes part
    in training, and no vacancy posted since then. Raises NotReadyError where all hires are of one
    day.
    """
    hires = _read_hires(connection)
    since = first_evaluated_day(connection, today)
    if since is None:
        since = hires[len(hires) * (PARTS - 1) // PARTS].day if hires else date.min
    if not hires or not hires[0].day < since <= hires[-1].day:
        raise NotReadyError(
            "The register holds too few placements to tune an encoder.",
            remedy="Tune once outcomes of referrals have been recorded for some months.",
        )
    held_out = _second_most_frequent(hires)
    newest = [hire for hire in hires if hire.day >= since]
    unseen = [hire for hire in hires if hire.languages == held_out]
    vacancies = list(vacancies_open_between(connection, date.min, date.max))
    people = {hire.seeker.id for hire in (*newest, *unseen)}
    jobs = {hire.vacancy.id for hire in (*newest, *unseen)}
    jobs |= {vacancy.id for vacancy in vacancies if vacancy.posted_on >= since}
    # An advertisement posted twice is the same text under two ids.
    descriptions = {vacancy.text.strip() for vacancy in vacancies if vacancy.id in jobs}
    return Material(
        register=register_id(connection),
        simulated=holds_simulated_records(connection),
        since=since,
        held_out=held_out,
        placed=[
            Pair(
                encoder_text(hire.seeker, reference, lexicon),
                encoder_text(hire.vacancy, reference, lexicon),
            )
            for hire in hires
            if hire.seeker.id not in people and hire.vacancy.id not in jobs
        ],
        titles=[
            Pair(vacancy.title, vacancy.text)
            for vacancy in vacancies
            if _says_both(vacancy)
            and vacancy.id not in jobs
            and vacancy.text.strip() not in descriptions
        ],
        examined=_examined(
            _drawn(newest, MOST_PAIRS),
            _drawn(unseen, MOST_PAIRS),
            vacancies=vacancies,
            since=since,
            others=list(active_seekers(connection)),
        ),
    )


def _examined(
    newest: Sequence[Hire],
    unseen: Sequence[Hire],
    *,
    vacancies: Sequence[Vacancy],
    since: date,
    others: Sequence[JobSeeker],
) -> Examined:
    """The catalogue are vacancies open on some day since `since`, and all that pairs ask for."""
    seekers = {hire.seeker.id: hire.seeker for hire in (*newest, *unseen)}
    for language in Language:
        own = [seeker for seeker in others if seeker.language is language]
        seekers |= {seeker.id: seeker for seeker in _drawn(own, SEEKERS_A_MEAN)}
    wanted = {hire.vacancy.id: hire.vacancy for hire in (*newest, *unseen)}
    opened = [vacancy for vacancy in vacancies if _open_since(vacancy, since)]
    wanted |= {vacancy.id: vacancy for vacancy in _drawn(opened, MOST_VACANCIES)}
    catalogue = [wanted[key] for key in sorted(wanted)]
    seeker_rows = {key: row for row, key in enumerate(seekers)}
    vacancy_rows = {vacancy.id: row for row, vacancy in enumerate(catalogue)}

    def rows(hires: Sequence[Hire]) -> Rows:
        found = [(seeker_rows[hire.seeker.id], vacancy_rows[hire.vacancy.id]) for hire in hires]
        return np.array(found, np.int64).reshape(-1, 2)

    titled = [
        row
        for row, vacancy in enumerate(catalogue)
        if vacancy.posted_on >= since and _says_both(vacancy)
    ]
    return Examined(
        seekers=list(seekers.values()),
        vacancies=catalogue,
        placed=rows(newest),
        across=np.array([len(hire.languages) for hire in newest]) > 1,
        unseen=rows(unseen),
        titled=np.array(_drawn(titled, MOST_TITLES), np.int64),
    )


def _read_hires(connection: Connection) -> list[Hire]:
    pairs = placed_pairs(connection)
    people = get_many(connection, JobSeeker, sorted({pair.seeker_id for pair in pairs}))
    jobs = get_many(connection, Vacancy, sorted({pair.vacancy_id for pair in pairs}))
    return [
        Hire(seeker=people[pair.seeker_id], vacancy=jobs[pair.vacancy_id], day=pair.hired_on)
        for pair in pairs
    ]


def _second_most_frequent(hires: Sequence[Hire]) -> frozenset[Language]:
    counts = Counter(hire.languages for hire in hires if len(hire.languages) > 1)
    ordered = sorted(counts, key=lambda pair: (-counts[pair], sorted(pair)))
    return ordered[1] if len(ordered) > 1 else frozenset()


def _says_both(vacancy: Vacancy) -> bool:
    return bool(vacancy.title.strip() and vacancy.text.strip())


def _open_since(vacancy: Vacancy, since: date) -> bool:
    return (vacancy.closes_on is None or vacancy.closes_on >= since) and (
        vacancy.closed_on is None or vacancy.closed_on > since
    )


def _drawn(items: Sequence[T], most: int) -> list[T]:
    """All of `items`, or as many as `most` drawn by the seed, in their order."""
    if len(items) <= most:
        return list(items)
    chosen = np.random.default_rng(SEED).choice(len(items), most, replace=False)
    return [items[at] for at in sorted(chosen.tolist())]
