"""Match lists of people: candidates for a vacancy."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Engine

from matcher.db.audit import Entry
from matcher.db.engine import reading
from matcher.db.history import referred_for
from matcher.db.store import must_get, open_vacancies
from matcher.entities import Channel, Vacancy
from matcher.features.columns import day_number
from matcher.pipeline import match_seekers
from matcher.service.champion import Champion
from matcher.service.clock import Clock, day_of
from matcher.service.figures import Figures
from matcher.service.indexing import Indexer
from matcher.service.lines import Line, seeker_lines, told
from matcher.service.lists import SPARE
from matcher.service.live import LiveIndex, Snapshot
from matcher.service.slates import Slate, impression_of, log_shown, slate_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortlists:
    """Answers from the live index, checked against the register and logged as `Lists` are."""

    engine: Engine
    live: LiveIndex
    indexer: Indexer
    figures: Figures
    champion: Champion
    clock: Clock

    def over(self, snapshot: Snapshot) -> Shortlists:
        """The same lists, made of this state of the index, or of a part of it."""
        return replace(self, live=self.live.standing(snapshot))

    def for_vacancy(
        self, vacancy_id: str, *, k: int, channel: Channel, look: Entry | None = None
    ) -> Slate:
        """The best active seekers for an open vacancy, but those who were sent there before.

        None for one that is closed or full. Everybody in it gets an entry under the `look`.
        """
        now = self.clock()
        today = day_of(now)
        with reading(self.engine) as connection:
            must_get(connection, Vacancy, vacancy_id)
            found = list(open_vacancies(connection, today, [vacancy_id]))
            sent = referred_for(connection, vacancy_id)
        snapshot, ranker = self.live.snapshot, self.champion.ranker
        lines: tuple[Line, ...] = ()
        eligible = 0
        if found:
            index, reference = snapshot.index, self.indexer.reference
            matches = match_seekers(
                *self.indexer.vacancies(found, index.centring, index.past_of([vacancy_id])),
                index.seekers.without(sent) if sent else index.seekers,
                ranker=ranker,
                reference=reference,
                today=day_number(today),
                k=k + SPARE,
            )
            with reading(self.engine) as connection:
                standing = seeker_lines(
                    connection, snapshot, matches.candidates, vacancy_id=vacancy_id, today=today
                )
            lines = told(matches, standing[:k], ranker=ranker, reference=reference, today=today)
            eligible = matches.eligible
        slate = slate_of(
            snapshot,
            lines,
            eligible,
            ranker=ranker,
            figures=self.figures.under_lists(today),
            now=now,
        )
        log_shown(self.engine, impression_of(slate, channel, vacancy_id=vacancy_id), look)
        return slate
