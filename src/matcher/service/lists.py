"""Match lists: vacancies for a person, candidates for a vacancy, vacancies for a free profile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from uuid import uuid4

from sqlalchemy import Connection, Engine

from matcher.db.engine import appending, reading
from matcher.db.store import (
    active_seekers,
    changed_since,
    get_many,
    must_get,
    open_vacancies,
    upsert,
)
from matcher.entities import (
    Channel,
    Employer,
    Impression,
    JobSeeker,
    Vacancy,
)
from matcher.features.columns import SeekerColumns, day_number
from matcher.features.reading import read_wishes
from matcher.features.vectors import Vectors
from matcher.pipeline import Candidate, MatchList, match_seekers, match_vacancies
from matcher.ranking.exploration import Swap, draw_swap, swapped
from matcher.ranking.ranker import Ranker
from matcher.rates.registry import Rate
from matcher.service.champion import Champion
from matcher.service.clock import Clock, day_of
from matcher.service.figures import Figures, Headline
from matcher.service.indexing import Indexer
from matcher.service.live import LiveIndex, Snapshot
from matcher.service.wishes import with_wishes

SPARE = 20
"""Candidates asked for beyond the list: they take the places of those gone from the register."""

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list with the record behind it as the register holds it now."""

    candidate: Candidate
    vacancy: Vacancy | None = None
    openings_left: int | None = None
    employer: Employer | None = None
    seeker: JobSeeker | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slate:
    """A list as shown and logged, with all that tells how it came about.

    `trained` says whether the ranker was learnt from placements. `exploration` is the share of such
    lists in which chance exchanges two places, `swap` the ranks it exchanged here.
    """

    impression_id: str
    made_at: datetime
    lines: tuple[Line, ...]
    eligible: int
    index_generation: str
    change_seq: int
    encoder: str
    ranker: str
    trained: bool
    exploration: float | None
    swap: Swap | None
    rates: tuple[Rate, ...]
    simulated: bool


class Lists:
    """Answers from the live index; what it shows is checked against the register first."""

    def __init__(
        self,
        engine: Engine,
        live: LiveIndex,
        indexer: Indexer,
        figures: Figures,
        *,
        champion: Champion,
        exploration: Mapping[Channel, float],
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._live = live
        self._indexer = indexer
        self._figures = figures
        self._champion = champion
        self._exploration = exploration
        self._clock = clock

    def for_seeker(self, seeker_id: str, *, k: int, channel: Channel) -> Slate:
        """The best open vacancies for a registered person."""
        with reading(self._engine) as connection:
            seeker = must_get(connection, JobSeeker, seeker_id)
        snapshot = self._live.snapshot
        columns, vectors = self._indexer.seekers([seeker], snapshot.index.centring)
        return self._vacancies(
            snapshot, columns, vectors, wishes=None, seeker_id=seeker_id, k=k, channel=channel
        )

    def for_profile(self, profile: JobSeeker, *, k: int, channel: Channel) -> Slate:
        """The best open vacancies for somebody nobody registered.

        What the profile states in fields is a criterion; what its text says only orders the list.
        """
        read = read_wishes(
            f"{profile.title}\n{profile.text}",
            lexicon=self._indexer.lexicon,
            reference=self._indexer.reference,
        )
        snapshot = self._live.snapshot
        return self._vacancies(
            snapshot,
            self._indexer.columns_of(profile),
            self._indexer.stranger(profile, snapshot.index.centring),
            wishes=self._indexer.columns_of(with_wishes(profile, read)),
            seeker_id=None,
            k=k,
            channel=channel,
        )

    def for_vacancy(self, vacancy_id: str, *, k: int, channel: Channel) -> Slate:
        """The best active seekers for an open vacancy; none for one that is closed or full."""
        now = self._clock()
        today = day_of(now)
        with reading(self._engine) as connection:
            must_get(connection, Vacancy, vacancy_id)
            found = list(open_vacancies(connection, today, [vacancy_id]))
        snapshot, ranker = self._live.snapshot, self._champion.ranker
        matches = MatchList((), 0)
        if found:
            index = snapshot.index
            matches = match_seekers(
                *self._indexer.vacancies(found, index.centring, index.hire_rates),
                index.seekers,
                ranker=ranker,
                reference=self._indexer.reference,
                today=day_number(today),
                k=k + SPARE,
            )
        figures = self._figures.under_lists(today)
        with reading(self._engine) as connection:
            ids = _current(connection, snapshot, JobSeeker, matches)
            still_open = any(open_vacancies(connection, today, [vacancy_id]))
            seekers = {s.id: s for s in active_seekers(connection, ids if still_open else [])}
        lines = _lines(matches, seekers, lambda c, seeker: Line(candidate=c, seeker=seeker))
        slate = _slate(snapshot, matches, lines[:k], ranker=ranker, figures=figures, now=now)
        self._log(_impression(slate, channel, vacancy_id=vacancy_id))
        return slate

    def _vacancies(
        self,
        snapshot: Snapshot,
        seeker: SeekerColumns,
        vectors: Vectors,
        *,
        wishes: SeekerColumns | None,
        seeker_id: str | None,
        k: int,
        channel: Channel,
    ) -> Slate:
        now = self._clock()
        today = day_of(now)
        ranker = self._champion.ranker
        matches = match_vacancies(
            seeker,
            vectors,
            snapshot.index.vacancies,
            ranker=ranker,
            reference=self._indexer.reference,
            today=day_number(today),
            k=k + SPARE,
            wishes=wishes,
        )
        figures = self._figures.under_lists(today)
        with reading(self._engine) as connection:
            ids = _current(connection, snapshot, Vacancy, matches)
            vacancies = {v.id: (v, left) for v, left in open_vacancies(connection, today, ids)}
            employer_ids = sorted({vacancy.employer_id for vacancy, _ in vacancies.values()})
            employers = get_many(connection, Employer, employer_ids)
        lines = _lines(
            matches,
            vacancies,
            lambda c, found: Line(
                candidate=c,
                vacancy=found[0],
                openings_left=found[1],
                employer=employers[found[0].employer_id],
            ),
        )
        slate = _slate(snapshot, matches, lines[:k], ranker=ranker, figures=figures, now=now)
        # Only what follows a list of a registered person is ever learnt of.
        share = self._exploration.get(channel, 0.0) if seeker_id else 0.0
        if share:
            swap = draw_swap(slate.impression_id, share=share, shown=k, standing=len(lines))
            order = swapped(lines, swap)[:k]
            slate = replace(slate, lines=_numbered(order), exploration=share, swap=swap)
        self._log(_impression(slate, channel, seeker_id=seeker_id))
        return slate

    def _log(self, impression: Impression) -> None:
        with appending(self._engine) as connection:
            upsert(connection, [impression])


def _slate(
    snapshot: Snapshot,
    matches: MatchList,
    lines: tuple[Line, ...],
    *,
    ranker: Ranker,
    figures: Headline,
    now: datetime,
) -> Slate:
    manifest = snapshot.index.manifest
    return Slate(
        impression_id=uuid4().hex,
        made_at=now,
        lines=lines,
        eligible=matches.eligible,
        index_generation=manifest.generation,
        change_seq=snapshot.seq,
        encoder=manifest.encoder,
        ranker=ranker.version,
        trained=ranker.trained,
        exploration=None,
        swap=None,
        rates=figures.rates,
        simulated=figures.simulated,
    )


def _current(
    connection: Connection, snapshot: Snapshot, kind: type, matches: MatchList
) -> list[str]:
    """Ids of the candidates that are still what the search saw: changed ones wait for the index."""
    ids = [candidate.id for candidate in matches.candidates]
    later = changed_since(connection, kind, ids, snapshot.seq)
    return [key for key in ids if later.get(key, 0) <= snapshot.ahead.get(key, 0)]


def _lines(
    matches: MatchList, records: dict[str, E], line: Callable[[Candidate, E], Line]
) -> tuple[Line, ...]:
    """The candidates that still stand in the register, ranked anew."""
    standing = (line(c, records[c.id]) for c in matches.candidates if c.id in records)
    return _numbered(standing)


def _numbered(lines: Iterable[Line]) -> tuple[Line, ...]:
    return tuple(
        replace(line, candidate=replace(line.candidate, rank=rank))
        for rank, line in enumerate(lines, start=1)
    )


def _impression(
    slate: Slate,
    channel: Channel,
    *,
    seeker_id: str | None = None,
    vacancy_id: str | None = None,
) -> Impression:
    return Impression(
        id=slate.impression_id,
        shown_at=slate.made_at,
        channel=channel,
        policy=slate.ranker,
        items=tuple((line.candidate.id, line.candidate.score) for line in slate.lines),
        seeker_id=seeker_id,
        vacancy_id=vacancy_id,
        index_generation=slate.index_generation,
        exploration=slate.exploration,
        swapped=slate.swap or (),
    )
