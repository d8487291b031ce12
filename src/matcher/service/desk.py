"""What a counsellor sees: vacancies to choose from, a person's list, a vacancy's shortlist."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from uuid import uuid4

from sqlalchemy import Engine

from matcher.compliance.lint import Linter
from matcher.db import desk as db
from matcher.db import tables
from matcher.db.audit import Entry, add_entries, names_of, standing, under_look
from matcher.db.desk import Note, Sent
from matcher.db.engine import appending, reading
from matcher.db.events import holds_simulated_records
from matcher.db.store import get, get_many, must_get
from matcher.db.undone import Undone, undone_of
from matcher.entities import (
    Channel,
    Employer,
    Employment,
    Impression,
    JobSeeker,
    Language,
    PayBasis,
    SeekerStatus,
    Shift,
    Vacancy,
)
from matcher.errors import NotFoundError
from matcher.retrieval.filters import narrowed, seekers_with, vacancies_with
from matcher.service.audit import Action, refuse_numbers, under
from matcher.service.clock import Clock, day_of
from matcher.service.indexing import Indexer
from matcher.service.lists import Lists
from matcher.service.live import LiveIndex
from matcher.service.shortlists import Shortlists
from matcher.service.slates import Slate

SHOWN = 10
"""Lines of a list at the desk."""
FOUND = 30
"""Vacancies found by words, and at most so many referrals and notes on one page."""
ACTS = (Action.REFERRED, Action.OUTCOME, Action.PLACED, Action.FILLED)
"""What can be undone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Filters over a list; there is none for a protected attribute. `pay` is NT$ a month.

    `own` asks for the list that a person would have if nobody else were looking.
    """

    district: str | None = None
    shift: Shift = Shift(0)
    employment: Employment = Employment(0)
    pay: int | None = None
    licence: str | None = None
    words: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Whom and what a look is at, as registered now, and what was done so far.

    `sent` are referrals of the person, of the pair, or to the vacancy; `acts` what of it can be
    undone, `undone` what of a person or pair was; `authors` the names of the accounts that did or
    wrote something.
    """

    look: Entry
    person: JobSeeker | None
    vacancy: Vacancy | None
    employer: Employer | None
    sent: tuple[Sent, ...]
    people: Mapping[str, JobSeeker]
    vacancies: Mapping[str, Vacancy]
    acts: tuple[Entry, ...]
    undone: tuple[Undone, ...]
    notes: tuple[Note, ...]
    authors: Mapping[str, str]
    simulated: bool

    @property
    def looking(self) -> bool:
        """Whether whom the look is at may be referred; of a shortlist everybody may."""
        return self.person is None or self.person.status is SeekerStatus.ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Vacancies found by words, with the employers who offer them."""

    vacancies: tuple[Vacancy, ...] = ()
    employers: Mapping[str, Employer] = field(default_factory=dict)


class Desk:
    """Reads for the desk's pages; everybody who stands in an answer is in the audit log."""

    def __init__(
        self,
        engine: Engine,
        live: LiveIndex,
        indexer: Indexer,
        lists: Lists,
        shortlists: Shortlists,
        *,
        linter: Linter,
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._live = live
        self._indexer = indexer
        self._lists = lists
        self._shortlists = shortlists
        self._linter = linter
        self._clock = clock

    def find(self, text: str, language: Language) -> Choice:
        """The vacancy of this id, or open ones whose titles hold these words, newest first.

        Raises InvalidInputError for words that ask for a protected attribute or hold a number.
        """
        words = self.lawful(text, language)
        with reading(self._engine) as connection:
            named = get(connection, Vacancy, text.strip())
            found = [named] if named else []
            if words and not found:
                today = day_of(self._clock())
                found = db.vacancies_called(connection, words, today, FOUND)
            return Choice(
                vacancies=tuple(found),
                employers=get_many(connection, Employer, sorted({v.employer_id for v in found})),
            )

    def case(self, look: Entry) -> Case:
        """All that stands around the list of a look."""
        with reading(self._engine) as connection:
            person = must_get(connection, JobSeeker, look.person) if look.person else None
            vacancy = must_get(connection, Vacancy, look.vacancy) if look.vacancy else None
            about = {"seeker_id": look.person, "vacancy_id": look.vacancy}
            sent = db.sent(connection, **about, limit=FOUND)
            acts = standing(connection, look.person, ACTS, limit=FOUND) if look.person else []
            undone = (
                undone_of(connection, look.person, look.vacancy, limit=FOUND) if look.person else []
            )
            notes = db.notes_on(connection, **about, limit=FOUND)
            people = sorted({one.referral.seeker_id for one in sent} - {look.person})
            named = {one.referral.vacancy_id for one in sent}
            named |= {note.vacancy_id for note in notes if note.vacancy_id}
            named |= {one.vacancy_id for one in undone}
            case = Case(
                look=look,
                person=person,
                vacancy=vacancy,
                employer=get(connection, Employer, vacancy.employer_id) if vacancy else None,
                sent=tuple(sent),
                people=get_many(connection, JobSeeker, people),
                vacancies=get_many(connection, Vacancy, sorted(named)),
                acts=tuple(acts),
                undone=tuple(undone),
                notes=tuple(notes),
                authors=names_of(
                    connection,
                    {
                        *(act.who for act in acts),
                        *(one.undone_by for one in undone),
                        *(note.made_by for note in notes),
                    },
                ),
                simulated=holds_simulated_records(connection),
            )
        self._log_shown(look, case.people)
        return case

    def slate(self, look: Entry, wanted: Wanted, language: Language, *, channel: Channel) -> Slate:
        """The list of a look, narrowed: a person's vacancies, or candidates for a vacancy.

        Raises InvalidInputError for words that ask for a protected attribute.
        """
        words = self.lawful(wanted.words, language)
        table = tables.job_seekers if look.person is None else tables.vacancies
        with reading(self._engine) as connection:
            among = db.holding_words(connection, table, words) if words else None
        asked = self._indexer.columns_of(_as_record(wanted))
        snapshot = self._live.snapshot
        index = snapshot.index
        if look.person is None:
            seekers = narrowed(index.seekers, partial(seekers_with, asked), among=among)
            index = replace(index, seekers=seekers)
        else:
            vacancies = narrowed(index.vacancies, partial(vacancies_with, asked), among=among)
            index = replace(index, vacancies=vacancies)
        part = replace(snapshot, index=index)
        if look.person is not None:
            return self._lists.over(part).for_seeker(
                look.person, k=SHOWN, channel=channel, station=look.who, own=wanted.own
            )
        shortlists = self._shortlists.over(part)
        slate = shortlists.for_vacancy(str(look.vacancy), k=SHOWN, channel=channel)
        self._log_shown(look, (line.candidate.id for line in slate.lines))
        return slate

    def shown(
        self, look: Entry, wanted: Wanted, language: Language, *, impression_id: str, form: str
    ) -> Slate:
        """The list that was shown as this impression, to be taken as a file of the kind `form`.

        It is logged for every person in it. Raises NotFoundError for a list of another look.
        """
        with reading(self._engine) as connection:
            impression = get(connection, Impression, impression_id)
        if impression is None or (impression.seeker_id, impression.vacancy_id) != (
            look.person,
            look.vacancy,
        ):
            raise NotFoundError(
                "That list was not shown here.", remedy="Load the page again.", code="list_gone"
            )
        order = [key for key, _ in impression.items]
        # Of a program's channel: a file is no further look of a counsellor to learn from.
        slate = self.slate(look, wanted, language, channel=Channel.API)
        found = {line.candidate.id: line for line in slate.lines}
        lines = tuple(found[key] for key in order if key in found)
        people = [look.person] if look.person else [line.candidate.id for line in lines]
        entry = replace(under(look, Action.EXPORTED, self._clock()), detail=form)
        with appending(self._engine) as connection:
            add_entries(
                connection,
                [replace(entry, id=uuid4().hex, person=person) for person in people],
            )
        return replace(
            slate,
            lines=tuple(
                replace(line, candidate=replace(line.candidate, rank=rank))
                for rank, line in enumerate(lines, start=1)
            ),
        )

    def lawful(self, text: str, language: Language) -> list[str]:
        """The words of a criterion, if it may be asked for; else InvalidInputError says why not."""
        refuse_numbers(text)
        self._linter.refuse(text, language)
        return text.split()

    def _log_shown(self, look: Entry, people: Iterable[str]) -> None:
        """Note whom a shortlist showed: each person once under a look."""
        if look.person is not None:
            return
        with appending(self._engine) as connection:
            known = under_look(connection, look.id, Action.SHOWN)
            now = self._clock()
            add_entries(
                connection,
                [
                    replace(under(look, Action.SHOWN, now), person=person)
                    for person in sorted(set(people) - known)
                ],
            )


def _as_record(wanted: Wanted) -> JobSeeker:
    """The filters as a record, whose columns the lists are held against."""
    return JobSeeker(
        id="wanted",
        registered_on=date.min,
        district=wanted.district,
        shifts=wanted.shift,
        employment=wanted.employment,
        pay_floor=wanted.pay,
        pay_floor_basis=PayBasis.MONTH,
        licences=(wanted.licence,) if wanted.licence else None,
    )
