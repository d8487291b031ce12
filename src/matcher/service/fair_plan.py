"""The plan of a fair: which booth each visitor goes to next, and when.

Only where booths have interviewers. A visitor is known to it from the kiosk's list on. What is read
is the plan as of now, made from what was planned last and what has happened since; it is kept when
somebody comes, hands a résumé in, or a result is noted. No name passes through here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import Connection, Engine

from matcher.db import fair_plans as db
from matcher.db.engine import appending, reading
from matcher.db.events import holds_simulated_records
from matcher.db.fair_plans import Appointment, Visitor
from matcher.db.fairs import booths_of, vacancies_at
from matcher.db.store import must_get, open_vacancies
from matcher.entities import Booth, Employer, FairResume, JobFair
from matcher.service.clock import day_of
from matcher.service.fair_places import STAY, Known, Offer, Place, places, practise

KEPT = timedelta(days=1)
"""How long after they were last at a kiosk a visitor is forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoothPlan:
    """Who comes to a booth, by time."""

    booth: Booth
    employer: Employer
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FairPlan:
    """The plan of a fair as of a moment; no booths where nothing is planned."""

    fair: JobFair
    as_of: datetime
    booths: tuple[BoothPlan, ...]
    simulated: bool

    def route(self, visitor_id: str) -> tuple[Place, ...]:
        """Where a visitor goes, in order."""
        own = (p for one in self.booths for p in one.places if p.visitor_id == visitor_id)
        return tuple(sorted(own, key=lambda place: place.starts_at))


class FairPlans:
    """Makes and keeps the plans of fairs."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def plan(self, fair_id: str, *, now: datetime) -> FairPlan:
        """The plan as of now; raises NotFoundError where there is no such fair."""
        with reading(self._engine) as connection:
            fair = must_get(connection, JobFair, fair_id)
            pairs = _planned_booths(connection, fair_id)
            found, _ = places(_known(connection, fair_id, now), now) if pairs else ([], [])
            return FairPlan(
                fair=fair,
                as_of=now,
                booths=tuple(
                    BoothPlan(
                        booth=booth,
                        employer=employer,
                        places=tuple(p for p in found if p.booth_number == booth.number),
                    )
                    for booth, employer in pairs
                ),
                simulated=holds_simulated_records(connection),
            )

    def enter(
        self, fair_id: str, *, seeker_id: str | None, chances: Mapping[str, float], now: datetime
    ) -> str | None:
        """Take in a visitor who was shown vacancies of the fair: the id they have in its plan.

        `chances` are those of a match, by vacancy. None where nothing is planned.
        """
        with reading(self._engine) as connection:
            if not _planned_booths(connection, fair_id):
                return None
        with self._turn(fair_id) as connection:
            db.forget_visitors(connection, before=now - KEPT)
            known = db.visitor_of(connection, fair_id, seeker_id) if seeker_id else None
            visitor = replace(
                known or Visitor(id=uuid4().hex, seeker_id=seeker_id, seen_at=now),
                seen_at=now,
                chances=dict(chances),
            )
            db.keep_visitor(connection, fair_id, visitor)
            _renew(connection, fair_id, now)
        return visitor.id

    def hand_in(self, fair_id: str, visitor_id: str, resume: FairResume, *, now: datetime) -> None:
        """A visitor handed in a résumé: a place at its booth is theirs."""
        with self._turn(fair_id) as connection:
            for visitor in db.visitors_of(connection, fair_id, since=now - STAY):
                if visitor.id == visitor_id and resume.vacancy_id:
                    resumes = visitor.resumes | {resume.vacancy_id: resume.id}
                    db.keep_visitor(
                        connection, fair_id, replace(visitor, resumes=resumes, seen_at=now)
                    )
            _renew(connection, fair_id, now)

    def renew(self, fair_id: str, *, now: datetime) -> None:
        """Something happened at a booth: keep the plan that follows from it."""
        with reading(self._engine) as connection:
            if not _planned_booths(connection, fair_id):
                return
        with self._turn(fair_id) as connection:
            _renew(connection, fair_id, now)

    @contextmanager
    def _turn(self, fair_id: str) -> Iterator[Connection]:
        """A transaction in which nobody else changes the plan of this fair."""
        practise()
        with appending(self._engine) as connection:
            db.take_turn(connection, fair_id)
            yield connection


def _planned_booths(connection: Connection, fair_id: str) -> list[tuple[Booth, Employer]]:
    return [pair for pair in booths_of(connection, fair_id) if pair[0].interviewers]


def _renew(connection: Connection, fair_id: str, now: datetime) -> None:
    """Keep the plan as of now; of what must be over it is kept that it was."""
    found, over = places(_known(connection, fair_id, now), now)
    kept = [
        Appointment(visitor_id=p.visitor_id, booth_number=p.booth_number, starts_at=p.starts_at)
        for p in found
    ]
    db.keep_appointments(connection, fair_id, [*kept, *over])


def _known(connection: Connection, fair_id: str, now: datetime) -> Known:
    pairs = _planned_booths(connection, fair_id)
    row: dict[str, int] = {}
    for at, (_, employer) in enumerate(pairs):
        row.setdefault(employer.id, at)
    ids = vacancies_at(connection, fair_id)
    return Known(
        booths=[booth for booth, _ in pairs],
        visitors=db.visitors_of(connection, fair_id, since=now - STAY),
        offers={
            vacancy.id: Offer(booth=row[vacancy.employer_id], openings=left)
            for vacancy, left in open_vacancies(connection, day_of(now), ids)
            if vacancy.employer_id in row
        },
        resumes=db.resumes_of(connection, fair_id),
        appointments=db.appointments_of(connection, fair_id),
    )
