"""Keeping the register: people, vacancies, referrals and what became of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine

from matcher.db.audit import add_entries
from matcher.db.engine import writing
from matcher.db.erasing import ERASED, Erasure, erase, erased
from matcher.db.history import outcomes_of, referred_to
from matcher.db.store import missing_references, must_get, open_vacancies, upsert
from matcher.entities import (
    Channel,
    ErasureReason,
    JobSeeker,
    Outcome,
    Referral,
    ReferralOutcome,
    SeekerStatus,
    Vacancy,
)
from matcher.errors import ConflictError, InvalidInputError
from matcher.service.audit import Action, Occasion, new_entry
from matcher.service.clock import day_of
from matcher.service.keys import Principal
from matcher.service.live import LiveIndex


class Register:
    """Writes single records and lets the live index take each in at once.

    Each act and its entry in the audit log, of whom it is done `by`, are one transaction.
    """

    def __init__(self, engine: Engine, live: LiveIndex) -> None:
        self._engine = engine
        self._live = live

    def put(self, record: JobSeeker | Vacancy, *, by: Principal, now: datetime) -> bool:
        """Store a seeker or vacancy under its id; returns whether it is new."""
        with writing(self._engine, now=now) as connection:
            refuse_missing(connection, record)
            if isinstance(record, JobSeeker) and erased(connection, [record.id]):
                raise ConflictError(
                    "Whoever had this id was erased; it is never used again.",
                    remedy="Register the person under a new id.",
                )
            result = upsert(connection, [record])
            entry = (
                new_entry(by, Action.STORED, Occasion.DUTY, now, person=record.id)
                if isinstance(record, JobSeeker)
                else new_entry(by, Action.PUBLISHED, Occasion.DUTY, now, vacancy=record.id)
            )
            add_entries(connection, [entry])
        self._live.take_in(type(record), record.id, day_of(now))
        return result.added == 1

    def erase(
        self, seeker_id: str, *, reason: ErasureReason, by: Principal, now: datetime
    ) -> Erasure:
        """Take a person out of the register and this service's index, for good.

        What lies in files is erased by the next night or `matcher erase`; see jobs/erasing.py.
        """
        with writing(self._engine, now=now) as connection:
            again = erased(connection, [seeker_id])
            erasure = erase(connection, seeker_id, reason=reason, by=by.id, now=now)
            if not again:
                # Without the id: nothing leads back to the person.
                entry = new_entry(by, Action.ERASED, Occasion.DUTY, now, person=ERASED)
                add_entries(connection, [entry])
        self._live.take_in(JobSeeker, seeker_id, day_of(now))
        return erasure

    def close_vacancy(self, vacancy_id: str, *, by: Principal, now: datetime) -> Vacancy:
        """Close a vacancy from today on; closing it twice keeps the first day."""
        today = day_of(now)
        with writing(self._engine, now=now) as connection:
            vacancy = must_get(connection, Vacancy, vacancy_id)
            if vacancy.closed_on is None or vacancy.closed_on > today:
                vacancy = replace(vacancy, closed_on=today)
                upsert(connection, [vacancy])
                entry = new_entry(by, Action.CLOSED, Occasion.DUTY, now, vacancy=vacancy_id)
                add_entries(connection, [entry])
        self._live.take_in(Vacancy, vacancy.id, today)
        return vacancy

    def refer(
        self, *, seeker_id: str, vacancy_id: str, channel: Channel, by: Principal, now: datetime
    ) -> Referral:
        """Send a seeker to a vacancy, once; both must still be open to it."""
        with writing(self._engine, now=now) as connection:
            referral = referred(
                connection,
                seeker_id=seeker_id,
                vacancy_id=vacancy_id,
                channel=channel,
                today=day_of(now),
            )
            _log(connection, Action.REFERRED, referral, by, now)
        return referral

    def record_outcome(
        self,
        *,
        referral_id: str,
        outcome: Outcome,
        happened_on: date,
        by: Principal,
        now: datetime,
    ) -> ReferralOutcome:
        """Note one step of a referral; noting the same step again corrects its day.

        Neither a placement nor a hire report follows from it: each is an event of its own side.
        """
        with writing(self._engine, now=now) as connection:
            referral = must_get(connection, Referral, referral_id)
            known = outcome in outcomes_of(connection, referral_id)
            step = noted(
                connection,
                referral_id=referral_id,
                outcome=outcome,
                happened_on=happened_on,
                today=day_of(now),
            )
            action = Action.CORRECTED if known else Action.OUTCOME
            _log(connection, action, referral, by, now, detail=outcome)
        return step


def referred(
    connection: Connection, *, seeker_id: str, vacancy_id: str, channel: Channel, today: date
) -> Referral:
    """A new referral, written.

    Raises ConflictError where one is not open to the other, or the person was sent there before.
    """
    seeker = must_get(connection, JobSeeker, seeker_id)
    must_get(connection, Vacancy, vacancy_id)
    if vacancy_id in referred_to(connection, seeker_id):
        raise ConflictError(
            "This person was sent to this vacancy already.",
            remedy="Note what became of that referral, or undo it at the desk.",
            code="sent_already",
        )
    if seeker.status is not SeekerStatus.ACTIVE:
        raise ConflictError(
            f"Seeker {seeker_id} is not looking for work now ({seeker.status}).",
            remedy="Set the seeker's status to active first.",
            code="not_looking",
        )
    if not list(open_vacancies(connection, today, [vacancy_id])):
        raise ConflictError(
            f"Vacancy {vacancy_id} is closed, expired or full.",
            remedy="Choose another from a new list.",
            code="vacancy_closed",
        )
    referral = Referral(
        id=uuid4().hex,
        seeker_id=seeker_id,
        vacancy_id=vacancy_id,
        made_on=today,
        channel=channel,
    )
    upsert(connection, [referral])
    return referral


def noted(
    connection: Connection, *, referral_id: str, outcome: Outcome, happened_on: date, today: date
) -> ReferralOutcome:
    """A step of a referral, written; raises InvalidInputError for a day that cannot be."""
    referral = must_get(connection, Referral, referral_id)
    if not referral.made_on <= happened_on <= today:
        raise InvalidInputError(
            f"The outcome ({happened_on}) lies before the referral ({referral.made_on}) "
            "or after today.",
            remedy="Correct the day of the outcome.",
            code="outcome_day",
            first=referral.made_on,
        )
    step = ReferralOutcome(referral_id=referral_id, outcome=outcome, happened_on=happened_on)
    upsert(connection, [step])
    return step


def _log(
    connection: Connection,
    action: Action,
    referral: Referral,
    by: Principal,
    now: datetime,
    *,
    detail: str = "",
) -> None:
    entry = new_entry(
        by,
        action,
        Occasion.DUTY,
        now,
        person=referral.seeker_id,
        vacancy=referral.vacancy_id,
        record=referral.id,
        detail=detail,
    )
    add_entries(connection, [entry])


def refuse_missing(connection: Connection, record: Any) -> None:
    """Raise InvalidInputError where the record names something that is not registered."""
    for field, value in missing_references(connection, [record]).values():
        raise InvalidInputError(
            f"{field} names {value!r}, which is not registered.",
            remedy="Register it first or correct the id.",
            code="unregistered",
        )
