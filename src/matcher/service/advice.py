"""Why a vacancy is not in a person's list, and what would open more vacancies to the person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, Engine

from matcher.db.engine import reading
from matcher.db.events import holds_simulated_records
from matcher.db.history import referred_to
from matcher.db.store import indexable_vacancies, must_get
from matcher.entities import JobSeeker, Vacancy
from matcher.features.columns import day_number
from matcher.ranking.advice import Failure, Verdict, failures
from matcher.retrieval.changes import (
    Change,
    Opening,
    Tally,
    changes_to,
    tally_changes,
    worth_telling,
)
from matcher.retrieval.criteria import Criterion, check, criteria_in
from matcher.service.clock import Clock, day_of
from matcher.service.indexing import Indexer
from matcher.service.live import LiveIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyNot:
    """How one person and one vacancy stand to each other, as the register holds both now.

    `changes` would together make the pair eligible; None where no small changes would.
    """

    seeker_id: str
    vacancy: Vacancy
    failures: tuple[Failure, ...]
    unknown: tuple[Criterion, ...]
    changes: tuple[Change, ...] | None
    sent: bool
    simulated: bool

    @property
    def eligible(self) -> bool:
        """Whether every criterion is met."""
        return not self.failures

    @property
    def open(self) -> bool:
        """Whether the vacancy may be shown to anybody."""
        return all(failure.criterion != Criterion.OPEN for failure in self.failures)

    @property
    def verdict(self) -> Verdict:
        """The whole in one word."""
        if self.eligible:
            return Verdict.SENT if self.sent else Verdict.ELIGIBLE
        return Verdict.SHUT if self.changes is None else Verdict.OPENABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """How many vacancies a person is eligible for now, and single changes that open further ones.

    Counted over the live index, without vacancies they were sent to, as lists are; `openings` begin
    with the change that opens most.
    """

    seeker_id: str
    eligible: int
    openings: tuple[Opening, ...]
    index_generation: str
    change_seq: int
    simulated: bool


class Advice:
    """Explains from the register what a pair lacks, and from the live index what a change opens."""

    def __init__(self, engine: Engine, live: LiveIndex, indexer: Indexer, *, clock: Clock) -> None:
        self._engine = engine
        self._live = live
        self._indexer = indexer
        self._clock = clock

    def why_not(self, seeker_id: str, vacancy_id: str) -> WhyNot:
        """The criteria that a pair fails, both sides of each, and the changes that would open it.

        Raises NotFoundError for an unknown id.
        """
        today = day_of(self._clock())
        with reading(self._engine) as connection:
            seeker = must_get(connection, JobSeeker, seeker_id)
            vacancy = must_get(connection, Vacancy, vacancy_id)
            left = _openings_left(connection, vacancy_id)
            sent = vacancy_id in referred_to(connection, seeker_id)
            simulated = holds_simulated_records(connection)
        reference = self._indexer.reference
        person, offer = self._indexer.columns_of(seeker), self._indexer.offers([(vacancy, left)])
        day = day_number(today)
        verdict = check(person, offer, distances=reference.distances_km, today=day)
        return WhyNot(
            seeker_id=seeker_id,
            vacancy=vacancy,
            failures=failures(
                criteria_in(int(verdict.failed[0])),
                seeker,
                vacancy,
                openings_left=left,
                today=today,
                reference=reference,
            ),
            unknown=criteria_in(int(verdict.unknown[0])),
            changes=changes_to(person, offer, reference=reference, today=day),
            sent=sent,
            simulated=simulated,
        )

    def changes(self, seeker_id: str) -> Changes:
        """What a registered person is eligible for, and what each single change would open.

        Raises NotFoundError for an unknown id.
        """
        with reading(self._engine) as connection:
            seeker = must_get(connection, JobSeeker, seeker_id)
            sent = referred_to(connection, seeker_id)
            simulated = holds_simulated_records(connection)
        person = self._indexer.columns_of(seeker)
        snapshot, today = self._live.snapshot, day_number(day_of(self._clock()))
        pool, tally = snapshot.index.vacancies.without(sent), Tally()
        for segment in pool.segments:
            tally += tally_changes(
                person,
                segment.columns,
                segment.alive,
                reference=self._indexer.reference,
                today=today,
            )
        return Changes(
            seeker_id=seeker_id,
            eligible=tally.eligible,
            openings=worth_telling(tally.opens),
            index_generation=snapshot.index.manifest.generation,
            change_seq=snapshot.seq,
            simulated=simulated,
        )


def _openings_left(connection: Connection, vacancy_id: str) -> int:
    """Openings not filled yet, 0 where all are, whether the vacancy is over or not."""
    # Nothing is over on the first of all days.
    found = list(indexable_vacancies(connection, date.min, [vacancy_id]))
    return found[0][1] if found else 0
