"""What the bureau's figures count, as flat events, and how a record of the register becomes one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from matcher.entities import (
    Booth,
    FairResume,
    FairType,
    HireReport,
    JobFair,
    JobSeeker,
    Placement,
    Programme,
    Service,
    Step,
    Vacancy,
)

FEED = "TWJ-"
"""Begins the ids of the open-data feed: listed here, but nobody registered them here."""


class Kind(StrEnum):
    """What happened."""

    SEEKER_REGISTERED = "seeker_registered"
    SEEKER_PLACED = "seeker_placed"
    VACANCY_REGISTERED = "vacancy_registered"
    OPENINGS_FILLED = "openings_filled"
    FAIR_HELD = "fair_held"
    BOOTH_TAKEN = "booth_taken"
    RESUME_HANDED_IN = "resume_handed_in"
    PROGRAMME_STEP = "programme_step"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something countable that a record says; equal where every figure comes out equal.

    `record` is the record's id (of a booth `fair/number`); a booth has no day of its own. `amount`
    counts openings. `person` and what follows are ids and codes, None where the record has none.
    """

    kind: Kind
    record: str
    happened_on: date | None
    amount: int = 1
    person: str | None = None
    vacancy: str | None = None
    employer: str | None = None
    fair: str | None = None
    booth: str | None = None
    fair_type: FairType | None = None
    district: str | None = None
    occupation: str | None = None
    programme: Programme | None = None
    step: Step | None = None
    follows: str | None = None
    on_behalf: bool | None = None
    matched: bool | None = None


def event_of(record: object) -> Event | None:
    """What `record`, an entity, means for the figures; None: no figure counts it."""
    match record:
        case JobSeeker():
            return Event(
                kind=Kind.SEEKER_REGISTERED,
                record=record.id,
                happened_on=record.registered_on,
                person=record.id,
                district=record.district,
                occupation=record.occupation,
            )
        case Placement():
            return Event(
                kind=Kind.SEEKER_PLACED,
                record=record.id,
                happened_on=record.placed_on,
                person=record.seeker_id,
                vacancy=record.vacancy_id,
            )
        case Vacancy() if not record.id.startswith(FEED):
            return Event(
                kind=Kind.VACANCY_REGISTERED,
                record=record.id,
                happened_on=record.posted_on,
                amount=record.openings,
                employer=record.employer_id,
                district=record.place,
                occupation=record.occupation,
            )
        case HireReport() if not record.vacancy_id.startswith(FEED):
            return Event(
                kind=Kind.OPENINGS_FILLED,
                record=record.id,
                happened_on=record.reported_on,
                amount=record.openings_filled,
                vacancy=record.vacancy_id,
            )
        case JobFair() | Booth() | FairResume():
            return _at_a_fair(record)
        case Service():
            return Event(
                kind=Kind.PROGRAMME_STEP,
                record=record.id,
                happened_on=record.happened_on,
                person=record.seeker_id,
                employer=record.employer_id,
                fair=record.fair_id,
                district=record.district,
                occupation=record.occupation,
                programme=record.programme,
                step=record.step,
                follows=record.follows,
            )
    return None


def booth_key(fair_id: str, number: str) -> str:
    """The id of a booth, which its table has in two columns."""
    return f"{fair_id}/{number}"


def _at_a_fair(record: JobFair | Booth | FairResume) -> Event:
    match record:
        case JobFair():
            return Event(
                kind=Kind.FAIR_HELD,
                record=record.id,
                happened_on=record.held_on,
                fair=record.id,
                fair_type=record.type,
                district=record.district,
            )
        case Booth():
            return Event(
                kind=Kind.BOOTH_TAKEN,
                record=booth_key(record.fair_id, record.number),
                happened_on=None,
                employer=record.employer_id,
                fair=record.fair_id,
            )
        case FairResume():
            number = record.booth_number
            return Event(
                kind=Kind.RESUME_HANDED_IN,
                record=record.id,
                happened_on=record.handed_in_at,
                person=record.seeker_id,
                vacancy=record.vacancy_id,
                fair=record.fair_id,
                booth=None if number is None else booth_key(record.fair_id, number),
                on_behalf=record.handed_in_on_behalf,
                matched=record.matched,
            )
