"""Match lists: vacancies for a person, candidates for a vacancy, vacancies for a free profile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import Connection, Engine

from matcher.db.audit import Entry, add_entries
from matcher.db.engine import appending, reading
from matcher.db.history import referred_for, referred_to
from matcher.db.store import (
    active_seekers,
    add_new,
    changed_since,
    get_many,
    must_get,
    open_vacancies,
    openings_left,
)
from matcher.entities import (
    Channel,
    Employer,
    Impression,
    JobSeeker,
    Vacancy,
)
from matcher.features.columns import SeekerColumns, VacancyColumns, day_number
from matcher.features.reading import read_wishes
from matcher.features.vectors import Vectors
from matcher.pipeline import (
    MatchList,
    explained,
    match_seekers,
    match_vacancies,
)
from matcher.ranking.exploration import draw_swap, swapped
from matcher.ranking.ranker import Ranker
from matcher.retrieval.pool import Pool
from matcher.service.audit import Action, under
from matcher.service.champion import Champion
from matcher.service.clock import Clock, day_of
from matcher.service.figures import Figures
from matcher.service.indexing import Indexer
from matcher.service.live import LiveIndex, Snapshot
from matcher.service.policies import Policies
from matcher.service.prices import Prices
from matcher.service.slates import Line, Slate, impression_of
from matcher.service.wishes import with_wishes

SPARE = 20
"""Candidates asked for beyond the list: they take the places of those gone from the register."""


class Lists:
    """Answers from the live index; what it shows is checked against the register first.

    The entry of the audit log that a list is asked for with, its `look`, is written with the list,
    in one transaction: None where the caller has written it.
    """

    def __init__(
        self,
        engine: Engine,
        live: LiveIndex,
        indexer: Indexer,
        figures: Figures,
        *,
        champion: Champion,
        prices: Prices,
        policies: Policies,
        exploration: Mapping[Channel, float],
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._live = live
        self._indexer = indexer
        self._figures = figures
        self._champion = champion
        self._prices = prices
        self._policies = policies
        self._exploration = exploration
        self._clock = clock

    def over(self, live: LiveIndex) -> Lists:
        """The same lists, made of another index."""
        other = copy(self)
        other._live = live
        return other

    def for_seeker(
        self,
        seeker_id: str,
        *,
        k: int,
        channel: Channel,
        station: str | None = None,
        own: bool = False,
        look: Entry | None = None,
    ) -> Slate:
        """The best open vacancies for a registered person, but those they were sent to before.

        Under a plan the openings are shared out among all people, unless the desk `station` (the
        id of its key) takes no part; `own` asks for the list that is best for this person if nobody
        else were looking.
        """
        snapshot = self._live.snapshot
        person, sent = self._person(snapshot, seeker_id)
        pool = snapshot.index.vacancies
        return self._vacancies(
            snapshot,
            *person,
            pool=pool.without(sent) if sent else pool,
            seeker_id=seeker_id,
            k=k,
            channel=channel,
            station=station,
            own=own,
            look=look,
        )

    def for_profile(
        self,
        profile: JobSeeker,
        *,
        k: int,
        channel: Channel,
        station: str | None = None,
        own: bool = False,
    ) -> Slate:
        """The best open vacancies for somebody nobody registered, shared out as for anybody.

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
            pool=snapshot.index.vacancies,
            wishes=self._indexer.columns_of(with_wishes(profile, read)),
            k=k,
            channel=channel,
            station=station,
            own=own,
        )

    def for_vacancy(
        self, vacancy_id: str, *, k: int, channel: Channel, look: Entry | None = None
    ) -> Slate:
        """The best active seekers for an open vacancy, but those who were sent there before.

        None for one that is closed or full. Everybody in it gets an entry under the `look`.
        """
        now = self._clock()
        today = day_of(now)
        with reading(self._engine) as connection:
            must_get(connection, Vacancy, vacancy_id)
            found = list(open_vacancies(connection, today, [vacancy_id]))
            sent = referred_for(connection, vacancy_id)
        snapshot, ranker = self._live.snapshot, self._champion.ranker
        lines: tuple[Line, ...] = ()
        eligible = 0
        if found:
            index = snapshot.index
            matches = match_seekers(
                *self._indexer.vacancies(found, index.centring, index.past_of([vacancy_id])),
                index.seekers.without(sent) if sent else index.seekers,
                ranker=ranker,
                reference=self._indexer.reference,
                today=day_number(today),
                k=k + SPARE,
            )
            with reading(self._engine) as connection:
                ids = _unchanged(
                    connection, snapshot, JobSeeker, [c.id for c in matches.candidates]
                )
                still_open = any(open_vacancies(connection, today, [vacancy_id]))
                seekers = {s.id: s for s in active_seekers(connection, ids if still_open else [])}
            standing = [
                Line(candidate=candidate, seeker=seekers[candidate.id])
                for candidate in matches.candidates
                if candidate.id in seekers
            ]
            lines = self._told(matches, standing[:k], ranker=ranker, today=today)
            eligible = matches.eligible
        slate = self._slate(snapshot, lines, eligible, ranker=ranker, now=now)
        self._log(impression_of(slate, channel, vacancy_id=vacancy_id), look)
        return slate

    def _person(
        self, snapshot: Snapshot, seeker_id: str
    ) -> tuple[tuple[SeekerColumns, Vectors], list[str]]:
        """A person as registered now, from the index if as new, and where they were sent."""
        known = snapshot.index.seekers.one(seeker_id)
        with reading(self._engine) as connection:
            sent = referred_to(connection, seeker_id)
            if known and _unchanged(connection, snapshot, JobSeeker, [seeker_id]):
                return known, sent
            seeker = must_get(connection, JobSeeker, seeker_id)
        return self._indexer.seekers([seeker], snapshot.index.centring), sent

    def _vacancies(
        self,
        snapshot: Snapshot,
        seeker: SeekerColumns,
        vectors: Vectors,
        *,
        pool: Pool[VacancyColumns],
        k: int,
        channel: Channel,
        station: str | None,
        own: bool,
        wishes: SeekerColumns | None = None,
        seeker_id: str | None = None,
        look: Entry | None = None,
    ) -> Slate:
        now = self._clock()
        today = day_of(now)
        ranker = self._champion.ranker
        choice = self._policies.choose(today, station, own=own)
        matches = match_vacancies(
            seeker,
            vectors,
            pool,
            ranker=ranker,
            reference=self._indexer.reference,
            today=day_number(today),
            k=k + SPARE,
            wishes=wishes,
            prices=self._prices.newest if choice.shares else None,
        )
        # Only what follows a list of a registered person is ever learnt of.
        share = self._exploration.get(channel, 0.0) if seeker_id else 0.0
        slate_id = uuid4().hex
        with reading(self._engine) as connection:
            ids = _unchanged(connection, snapshot, Vacancy, [c.id for c in matches.candidates])
            left = openings_left(connection, today, ids)
            standing = [c for c in matches.candidates if c.id in left]
            swap = (
                draw_swap(slate_id, share=share, shown=k, standing=len(standing)) if share else None
            )
            chosen = swapped(standing, swap)[:k]
            vacancies = get_many(connection, Vacancy, [c.id for c in chosen])
            employer_ids = sorted({vacancy.employer_id for vacancy in vacancies.values()})
            employers = get_many(connection, Employer, employer_ids)
        shown = [
            Line(
                candidate=candidate,
                vacancy=vacancies[candidate.id],
                openings_left=left[candidate.id],
                employer=employers[vacancies[candidate.id].employer_id],
            )
            for candidate in chosen
        ]
        slate = replace(
            self._slate(
                snapshot,
                self._told(matches, shown, ranker=ranker, today=today),
                matches.eligible,
                ranker=ranker,
                now=now,
            ),
            impression_id=slate_id,
            plan=matches.plan,
            exploration=share or None,
            swap=swap,
        )
        impression = impression_of(slate, channel, seeker_id=seeker_id)
        self._log(
            replace(impression, station=station, trial=choice.trial, propensity=choice.propensity),
            look,
        )
        return slate

    def _told(
        self, matches: MatchList, lines: Sequence[Line], *, ranker: Ranker, today: date
    ) -> tuple[Line, ...]:
        """The lines that are shown, ranked anew, with reasons."""
        candidates = explained(
            matches,
            [line.candidate for line in lines],
            ranker=ranker,
            reference=self._indexer.reference,
            today=day_number(today),
        )
        return tuple(
            replace(line, candidate=replace(candidate, rank=rank))
            for rank, (line, candidate) in enumerate(zip(lines, candidates, strict=True), start=1)
        )

    def _slate(
        self,
        snapshot: Snapshot,
        lines: tuple[Line, ...],
        eligible: int,
        *,
        ranker: Ranker,
        now: datetime,
    ) -> Slate:
        manifest = snapshot.index.manifest
        figures = self._figures.under_lists(day_of(now))
        return Slate(
            impression_id=uuid4().hex,
            made_at=now,
            lines=lines,
            eligible=eligible,
            index_generation=manifest.generation,
            change_seq=snapshot.seq,
            encoder=manifest.encoder,
            ranker=ranker.version,
            trained=ranker.trained,
            plan=None,
            exploration=None,
            swap=None,
            rates=figures.rates,
            simulated=figures.simulated,
        )

    def _log(self, impression: Impression, look: Entry | None) -> None:
        entries = [] if look is None else [look]
        if look is not None and impression.vacancy_id is not None:
            shown = under(look, Action.SHOWN, look.made_at)
            entries += [
                replace(shown, id=uuid4().hex, person=key) for key, _score in impression.items
            ]
        with appending(self._engine) as connection:
            add_new(connection, [impression])
            add_entries(connection, entries)


def _unchanged(
    connection: Connection, snapshot: Snapshot, kind: type, ids: Sequence[str]
) -> list[str]:
    """Those of `ids` that are still what the snapshot holds: changed ones wait for the index."""
    later = changed_since(connection, kind, ids, snapshot.seq)
    return [key for key in ids if later.get(key, 0) <= snapshot.ahead.get(key, 0)]
