"""Match lists of vacancies: for a registered person, and for somebody nobody registered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from sqlalchemy import Engine

from matcher.db.audit import Entry
from matcher.db.engine import reading
from matcher.db.history import referred_to
from matcher.db.store import must_get, open_vacancies
from matcher.entities import Channel, JobSeeker
from matcher.features.columns import SeekerColumns, day_number
from matcher.features.reading import read_wishes
from matcher.features.vectors import Vectors
from matcher.pipeline import match_vacancies
from matcher.ranking.exploration import draw_swap, swapped
from matcher.retrieval.pool import Pool, Segment
from matcher.service.champion import Champion
from matcher.service.clock import Clock, day_of
from matcher.service.figures import Figures
from matcher.service.indexing import Indexer
from matcher.service.lines import (
    standing_vacancies,
    told,
    unchanged,
    vacancy_lines,
)
from matcher.service.live import LiveIndex, Snapshot
from matcher.service.policies import Policies
from matcher.service.prices import Prices
from matcher.service.slates import Slate, impression_of, log_shown, slate_of
from matcher.service.wishes import with_wishes

SPARE = 20
"""Candidates asked for beyond the list: they take the places of those gone from the register."""


@dataclass(frozen=True, slots=True)
class _Person:
    """Whom vacancies are listed for; `id` is None of somebody nobody registered.

    `wishes`, read out of their text, order the list; `sent` names what is left out of it.
    """

    columns: SeekerColumns
    vectors: Vectors
    id: str | None = None
    wishes: SeekerColumns | None = None
    sent: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lists:
    """Answers from the live index; what it shows is checked against the register first.

    The entry of the audit log that a list is asked for with, its `look`, is written with the list,
    in one transaction: None where the caller has written it.
    """

    engine: Engine
    live: LiveIndex
    indexer: Indexer
    figures: Figures
    champion: Champion
    prices: Prices
    policies: Policies
    exploration: Mapping[Channel, float]
    clock: Clock

    def over(self, snapshot: Snapshot) -> Lists:
        """The same lists, made of this state of the index, or of a part of it."""
        return replace(self, live=self.live.standing(snapshot))

    def split(self, vacancy_ids: Sequence[str]) -> tuple[Lists, Lists]:
        """Lists of these vacancies only, and lists of all others."""
        with reading(self.engine) as connection:
            found = list(open_vacancies(connection, day_of(self.clock()), vacancy_ids))
        snapshot = self.live.snapshot
        index = snapshot.index
        rows = self.indexer.vacancies(found, index.centring, index.past_of(vacancy_ids))
        pools = Pool.of(Segment.of(*rows)), index.vacancies.without(vacancy_ids)
        these, others = (
            self.over(replace(snapshot, index=replace(index, vacancies=pool))) for pool in pools
        )
        return these, others

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
        snapshot = self.live.snapshot
        return self._vacancies(
            snapshot,
            self._person(snapshot, seeker_id),
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
            lexicon=self.indexer.lexicon,
            reference=self.indexer.reference,
        )
        snapshot = self.live.snapshot
        stranger = _Person(
            self.indexer.columns_of(profile),
            self.indexer.stranger(profile, snapshot.index.centring),
            wishes=self.indexer.columns_of(with_wishes(profile, read)),
        )
        return self._vacancies(snapshot, stranger, k=k, channel=channel, station=station, own=own)

    def _person(self, snapshot: Snapshot, seeker_id: str) -> _Person:
        """A person as registered now, from the index if as new, and where they were sent."""
        known = snapshot.index.seekers.one(seeker_id)
        with reading(self.engine) as connection:
            sent = referred_to(connection, seeker_id)
            if known and unchanged(connection, snapshot, JobSeeker, [seeker_id]):
                return _Person(*known, id=seeker_id, sent=sent)
            seeker = must_get(connection, JobSeeker, seeker_id)
        rows = self.indexer.seekers([seeker], snapshot.index.centring)
        return _Person(*rows, id=seeker_id, sent=sent)

    def _vacancies(
        self,
        snapshot: Snapshot,
        person: _Person,
        *,
        k: int,
        channel: Channel,
        station: str | None,
        own: bool,
        look: Entry | None = None,
    ) -> Slate:
        now = self.clock()
        today = day_of(now)
        ranker, reference = self.champion.ranker, self.indexer.reference
        choice = self.policies.choose(today, station, own=own)
        pool = snapshot.index.vacancies
        matches = match_vacancies(
            person.columns,
            person.vectors,
            pool.without(person.sent) if person.sent else pool,
            ranker=ranker,
            reference=reference,
            today=day_number(today),
            k=k + SPARE,
            wishes=person.wishes,
            prices=self.prices.newest if choice.shares else None,
        )
        # Only what follows a list of a registered person is ever learnt of.
        share = self.exploration.get(channel, 0.0) if person.id else 0.0
        slate_id = uuid4().hex
        with reading(self.engine) as connection:
            left = standing_vacancies(connection, snapshot, matches.candidates, today)
            standing = [c for c in matches.candidates if c.id in left]
            swap = (
                draw_swap(slate_id, share=share, shown=k, standing=len(standing)) if share else None
            )
            shown = vacancy_lines(connection, swapped(standing, swap)[:k], left)
        lines = told(matches, shown, ranker=ranker, reference=reference, today=today)
        slate = replace(
            slate_of(
                snapshot,
                lines,
                matches.eligible,
                ranker=ranker,
                figures=self.figures.under_lists(today),
                now=now,
            ),
            impression_id=slate_id,
            plan=matches.plan,
            exploration=share or None,
            swap=swap,
        )
        impression = replace(
            impression_of(slate, channel, seeker_id=person.id),
            station=station,
            trial=choice.trial,
            propensity=choice.propensity,
        )
        log_shown(self.engine, impression, look)
        return slate
