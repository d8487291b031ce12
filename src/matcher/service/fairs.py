"""Job fairs: who stands where, the résumés handed in, what became of them, and the board."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import uuid4

from sqlalchemy import Connection, Engine

from matcher.db import fairs as db
from matcher.db.engine import reading, writing
from matcher.db.events import holds_simulated_records
from matcher.db.fairs import BoothTally
from matcher.db.store import get_many, must_get, open_vacancies, upsert
from matcher.entities import Booth, Employer, FairResume, JobFair, Vacancy
from matcher.errors import ConflictError, NotFoundError
from matcher.rates.registry import FORMULAS, quotient
from matcher.service.clock import day_of

NEWEST = 50
"""Fairs shown to choose from."""


class Result(StrEnum):
    """What staff notes of a résumé at its booth; each can be taken back."""

    INTERVIEWED = "interviewed"
    MATCHED = "matched"
    ON_BEHALF = "on_behalf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A fair's figures: of all of it, and booth by booth."""

    fair: JobFair
    total: BoothTally
    booths: tuple[BoothTally, ...]
    simulated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AtBooth:
    """One booth with the résumés handed in there, newest first, and the vacancies they name."""

    fair: JobFair
    booth: Booth
    employer: Employer
    resumes: tuple[FairResume, ...]
    vacancies: dict[str, Vacancy]
    simulated: bool


class Fairs:
    """Reads and writes what happens at fairs. No name of a person passes through here."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def newest(self) -> list[JobFair]:
        """The fairs to choose from, newest first."""
        with reading(self._engine) as connection:
            return db.newest_fairs(connection, NEWEST)

    def fair(self, fair_id: str) -> JobFair:
        """The fair; raises NotFoundError where there is none."""
        with reading(self._engine) as connection:
            return must_get(connection, JobFair, fair_id)

    def board(self, fair_id: str) -> Board:
        """What was counted so far; a booth without a résumé stands there with zeros."""
        with reading(self._engine) as connection:
            fair = must_get(connection, JobFair, fair_id)
            counted = {tally.number: tally for tally in db.tallies(connection, fair_id)}
            booths = [
                counted.pop(booth.number, _nothing(booth.number, employer.name))
                for booth, employer in db.booths_of(connection, fair_id)
            ]
            simulated = holds_simulated_records(connection)
        booths += counted.values()
        return Board(fair=fair, total=_sum(booths), booths=tuple(booths), simulated=simulated)

    def booth(self, fair_id: str, number: str) -> AtBooth:
        """One booth and its résumés; raises NotFoundError where there is none."""
        with reading(self._engine) as connection:
            fair = must_get(connection, JobFair, fair_id)
            booth, employer = _booth(connection, fair_id, number)
            resumes = db.resumes_at(connection, fair_id, number)
            named = sorted({r.vacancy_id for r in resumes if r.vacancy_id})
            return AtBooth(
                fair=fair,
                booth=booth,
                employer=employer,
                resumes=tuple(resumes),
                vacancies=get_many(connection, Vacancy, named),
                simulated=holds_simulated_records(connection),
            )

    def hand_in(
        self, fair_id: str, vacancy_id: str, *, seeker_id: str | None, now: datetime
    ) -> FairResume:
        """A visitor hands their résumé to the booth of the vacancy's employer.

        A registered person hands in once for each vacancy: the first résumé is given back. Raises
        ConflictError where the vacancy is not open or its employer has no booth.
        """
        today = day_of(now)
        with writing(self._engine) as connection:
            must_get(connection, JobFair, fair_id)
            vacancy = must_get(connection, Vacancy, vacancy_id)
            if seeker_id is not None:
                found = db.handed_in(
                    connection, fair_id, seeker_id=seeker_id, vacancy_id=vacancy_id
                )
                if found is not None:
                    return found
            booths = [
                booth
                for booth, employer in db.booths_of(connection, fair_id)
                if employer.id == vacancy.employer_id
            ]
            if not booths or not list(open_vacancies(connection, today, [vacancy_id])):
                raise ConflictError(
                    "This vacancy is not open any more, or its employer has no booth here.",
                    remedy="Choose another from a new list.",
                    code="vacancy_closed",
                )
            resume = FairResume(
                id=uuid4().hex,
                fair_id=fair_id,
                handed_in_at=today,
                booth_number=booths[0].number,
                seeker_id=seeker_id,
                vacancy_id=vacancy_id,
                number=db.next_number(connection, fair_id),
            )
            upsert(connection, [resume])
        return resume

    def take_paper(
        self, fair_id: str, booth_number: str, *, on_behalf: bool, now: datetime
    ) -> FairResume:
        """Staff count a résumé that came on paper, perhaps for somebody absent (代收)."""
        with writing(self._engine) as connection:
            _booth(connection, fair_id, booth_number)
            resume = FairResume(
                id=uuid4().hex,
                fair_id=fair_id,
                handed_in_at=day_of(now),
                booth_number=booth_number,
                handed_in_on_behalf=on_behalf,
                number=db.next_number(connection, fair_id),
            )
            upsert(connection, [resume])
        return resume

    def note(self, fair_id: str, resume_id: str, *, result: Result, holds: bool) -> FairResume:
        """Note a result of a résumé, or take it back.

        Nobody absent can be interviewed or matched on the spot: ConflictError.
        """
        with writing(self._engine) as connection:
            resume = must_get(connection, FairResume, resume_id)
            if resume.fair_id != fair_id:
                raise NotFoundError(
                    "There is no such résumé at this fair.",
                    remedy="Load the page of the booth.",
                    code="no_resume",
                )
            changed = _noted(resume, result, holds)
            if changed.handed_in_on_behalf and (changed.interviewed or changed.matched):
                raise ConflictError(
                    "Somebody absent cannot be interviewed or matched on the spot.",
                    remedy="Take back one of the two.",
                    code="absent",
                )
            upsert(connection, [changed])
        return changed


def on_site_rate(tally: BoothTally) -> Decimal | None:
    """On-site match rate in per cent, rounded half up to two decimals; None: nothing to divide by.

    Matches on the spot over résumés handed in, without those on behalf of somebody absent (代收).
    """
    in_person = tally.resumes - tally.on_behalf
    if in_person == 0:
        return None
    return quotient(tally.matches * 100, in_person, FORMULAS["on_site_match_rate"].decimals)


def _noted(resume: FairResume, result: Result, holds: bool) -> FairResume:
    match result:
        case Result.ON_BEHALF:
            return replace(resume, handed_in_on_behalf=holds)
        case Result.INTERVIEWED:
            # Who was not interviewed was not matched either.
            return replace(resume, interviewed=holds, matched=resume.matched and holds)
        case Result.MATCHED:
            return replace(resume, matched=holds, interviewed=resume.interviewed or holds)


def _booth(connection: Connection, fair_id: str, number: str) -> tuple[Booth, Employer]:
    for booth, employer in db.booths_of(connection, fair_id):
        if booth.number == number:
            return booth, employer
    raise NotFoundError(
        "There is no such booth at this fair.", remedy="See the fair's board.", code="no_booth"
    )


def _nothing(number: str | None, employer: str) -> BoothTally:
    return BoothTally(
        number=number, employer=employer, resumes=0, on_behalf=0, interviews=0, matches=0
    )


def _sum(tallies: Sequence[BoothTally]) -> BoothTally:
    return BoothTally(
        number=None,
        employer="",
        resumes=sum(t.resumes for t in tallies),
        on_behalf=sum(t.on_behalf for t in tallies),
        interviews=sum(t.interviews for t in tallies),
        matches=sum(t.matches for t in tallies),
    )
