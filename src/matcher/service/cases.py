"""What a counsellor does: refer, note what became of it, take back, write a note.

Each act and its entry in the audit log are one transaction. Undoing writes an entry that names the
one it takes back, and keeps the row as it stood apart (`matcher.db.undone`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import Connection, Engine, and_, select

from matcher.compliance.lint import Linter
from matcher.db import tables
from matcher.db.audit import Entry, add_entries, standing, under_look
from matcher.db.desk import Note, add_note, sent
from matcher.db.engine import appending, writing
from matcher.db.store import must_get, upsert
from matcher.db.undone import keep, take_out
from matcher.entities import (
    Channel,
    HireReport,
    JobSeeker,
    Language,
    Outcome,
    Placement,
    Referral,
    SeekerStatus,
    Vacancy,
    Void,
    Voidable,
)
from matcher.errors import ConflictError, InvalidInputError, NotFoundError
from matcher.service.audit import Action, refuse_numbers, under
from matcher.service.clock import day_of
from matcher.service.desk import ACTS
from matcher.service.live import LiveIndex
from matcher.service.register import noted, referred

MOST_CHARACTERS = 1_000
"""Of one note."""
MANY = 1_000


class Cases:
    """Writes what is done under a look, and lets the live index take it in at once."""

    def __init__(self, engine: Engine, live: LiveIndex, linter: Linter) -> None:
        self._engine = engine
        self._live = live
        self._linter = linter

    def refer(self, look: Entry, *, seeker_id: str, vacancy_id: str, now: datetime) -> Referral:
        """Send a person whom the look shows to a vacancy.

        Raises NotFoundError for anybody else, ConflictError where one is not open to the other or
        the person was sent there already.
        """
        with writing(self._engine, now=now) as connection:
            if look.person is None:
                shown = seeker_id in under_look(connection, look.id, Action.SHOWN)
            else:
                shown = seeker_id == look.person
            if not shown or (look.vacancy is not None and vacancy_id != look.vacancy):
                raise _not_here()
            referral = referred(
                connection,
                seeker_id=seeker_id,
                vacancy_id=vacancy_id,
                channel=Channel.COUNSELLOR,
                today=day_of(now),
            )
            _log(connection, look, Action.REFERRED, referral, referral.id, now)
        return referral

    def note_outcome(
        self,
        look: Entry,
        *,
        referral_id: str,
        outcome: Outcome,
        happened_on: date,
        placed: bool,
        filled: bool,
        now: datetime,
    ) -> None:
        """Note a step of a referral, and with a hire what each side confirms.

        `placed`: the person found work, which the employment rate counts. `filled`: the employer
        says that an opening is filled, which the fill rate counts. Neither follows from the other.
        """
        if outcome is not Outcome.HIRED and (placed or filled):
            raise InvalidInputError(
                "Only a hire places a person or fills an opening.",
                remedy="Choose hired, or take the marks away.",
                code="only_a_hire",
            )
        with writing(self._engine, now=now) as connection:
            referral = _of(connection, look, referral_id)
            steps = sent(
                connection,
                seeker_id=referral.seeker_id,
                vacancy_id=referral.vacancy_id,
                limit=MANY,
            )
            if any(
                one.referral.id == referral_id and outcome in dict(one.outcomes) for one in steps
            ):
                raise ConflictError(
                    "This outcome is noted already.",
                    remedy="Undo it first to correct its day.",
                    code="outcome_noted",
                )
            noted(
                connection,
                referral_id=referral_id,
                outcome=outcome,
                happened_on=happened_on,
                today=day_of(now),
            )
            _log(connection, look, Action.OUTCOME, referral, referral_id, now, detail=outcome)
            if placed:
                placement = Placement(
                    id=uuid4().hex,
                    seeker_id=referral.seeker_id,
                    placed_on=happened_on,
                    vacancy_id=referral.vacancy_id,
                    referral_id=referral_id,
                )
                upsert(connection, [placement])
                _set_status(
                    connection, referral.seeker_id, SeekerStatus.ACTIVE, SeekerStatus.PLACED
                )
                _log(connection, look, Action.PLACED, referral, placement.id, now)
            if filled:
                report = HireReport(
                    id=uuid4().hex,
                    vacancy_id=referral.vacancy_id,
                    reported_on=happened_on,
                    openings_filled=1,
                )
                upsert(connection, [report])
                _log(connection, look, Action.FILLED, referral, report.id, now)
        self._take_in(referral.seeker_id, referral.vacancy_id, day_of(now))

    def undo(self, look: Entry, entry_id: str, *, now: datetime) -> None:
        """Take back an act on the look's person; raises NotFoundError for any other entry.

        Raises ConflictError for a referral of which something is noted: that is undone first.
        """
        with writing(self._engine, now=now) as connection:
            acts = standing(connection, look.person or "", ACTS, limit=MANY)
            act = next((one for one in acts if one.id == entry_id), None)
            if act is None or look.vacancy not in (None, act.vacancy):
                raise _not_here()
            undoing = replace(
                under(look, Action.UNDONE, now),
                vacancy=act.vacancy,
                record=act.record,
                detail=act.action,
                undoes=act.id,
            )
            _take_back(connection, act, undoing)
            add_entries(connection, [undoing])
        self._take_in(str(act.person), str(act.vacancy), day_of(now))

    def note(self, look: Entry, text: str, language: Language, *, now: datetime) -> None:
        """Write a note on whom or what the look is at.

        Raises InvalidInputError, in words of `language`, for a protected attribute, and for an
        identity number.
        """
        said = text.strip()
        refuse_numbers(said)
        self._linter.refuse(said, language)
        if not 0 < len(said) <= MOST_CHARACTERS:
            raise InvalidInputError(
                "The note is empty or too long.",
                remedy=f"Write up to {MOST_CHARACTERS} characters.",
                code="note_length",
                most=MOST_CHARACTERS,
            )
        note = Note(
            id=uuid4().hex,
            seeker_id=look.person,
            vacancy_id=look.vacancy,
            text=said,
            made_at=now,
            made_by=look.who,
        )
        with appending(self._engine) as connection:
            add_note(connection, note)
            add_entries(connection, [replace(under(look, Action.NOTED, now), record=note.id)])

    def _take_in(self, seeker_id: str, vacancy_id: str, today: date) -> None:
        self._live.take_in(JobSeeker, seeker_id, today)
        self._live.take_in(Vacancy, vacancy_id, today)


def _of(connection: Connection, look: Entry, referral_id: str) -> Referral:
    """The referral, if it is one of the look's person."""
    referral = must_get(connection, Referral, referral_id)
    if referral.seeker_id != look.person or look.vacancy not in (None, referral.vacancy_id):
        raise _not_here()
    return referral


def _log(
    connection: Connection,
    look: Entry,
    action: Action,
    referral: Referral,
    record: str,
    now: datetime,
    *,
    detail: str = "",
) -> None:
    entry = replace(
        under(look, action, now),
        person=referral.seeker_id,
        vacancy=referral.vacancy_id,
        record=record,
        detail=detail,
    )
    add_entries(connection, [entry])


def _take_back(connection: Connection, act: Entry, undoing: Entry) -> None:
    """Make the register what it was before `act`; figures get a correcting event."""
    referrals, steps, record = tables.referrals, tables.referral_outcomes, str(act.record)
    placements, reports = tables.placements, tables.hire_reports
    match act.action:
        case Action.REFERRED:
            placed = select(placements.c.id).where(placements.c.referral_id == record)
            became = select(steps.c.referral_id).where(steps.c.referral_id == record)
            if connection.execute(placed.union_all(became)).first():
                raise ConflictError(
                    "Something is noted of this referral.",
                    remedy="Undo what is noted first.",
                    code="something_noted",
                )
            take_out(connection, referrals, referrals.c.id == record, undoing=undoing)
        case Action.OUTCOME:
            this = and_(steps.c.referral_id == record, steps.c.outcome == act.detail)
            take_out(connection, steps, this, undoing=undoing)
        case Action.PLACED:
            keep(connection, placements, placements.c.id == record, undoing=undoing)
            upsert(connection, [Void(kind=Voidable.PLACEMENTS, record_id=record)])
            _set_status(connection, str(act.person), SeekerStatus.PLACED, SeekerStatus.ACTIVE)
        case Action.FILLED:
            keep(connection, reports, reports.c.id == record, undoing=undoing)
            upsert(connection, [Void(kind=Voidable.HIRE_REPORTS, record_id=record)])


def _set_status(
    connection: Connection, seeker_id: str, before: SeekerStatus, now: SeekerStatus
) -> None:
    """Set it where it is as it was `before`: what somebody else noted meanwhile stays."""
    seeker = must_get(connection, JobSeeker, seeker_id)
    if seeker.status is before:
        upsert(connection, [replace(seeker, status=now)])


def _not_here() -> NotFoundError:
    return NotFoundError(
        "That is not part of this look.", remedy="Load the page again.", code="not_here"
    )
