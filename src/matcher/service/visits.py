"""What a visitor does at a kiosk: scan, confirm or introduce themselves, look, hand in.

Each step ends in a page that the kiosk shows next. A step out of its order begins anew.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import Engine

from matcher.db.audit import add_entries
from matcher.db.engine import appending, reading
from matcher.db.store import holders, must_get
from matcher.entities import JobSeeker, Language, Shift
from matcher.errors import ConfigurationError, ConflictError, IdentityError
from matcher.identity import IdentityKey, digest, mask_name, verify
from matcher.reference import Reference
from matcher.service.audit import Action, Occasion, new_entry
from matcher.service.clock import TAIPEI, day_of
from matcher.service.fair_lists import FairLists, FairSlate
from matcher.service.fair_plan import FairPlans
from matcher.service.fairs import Fairs
from matcher.service.keys import Principal, Role
from matcher.service.kiosks import Kiosk, Kiosks, Page, Visit
from matcher.service.slates import Slate
from matcher.service.views import slate_view

AT_THE_FAIR, ELSEWHERE = 12, 8
"""Lines of the two lists."""
UNTRAINED, FALL = 0.3, 0.9
"""Where no ranker was trained: the chance at the first line, and what is left of it a line on."""
AROUND_A_NUMBER = "* \t\r\n"
"""What a scanner or a hurried finger may add; stars begin and end Code 39."""


class Visits:
    """The steps of a visit; none returns or logs anything of the visitor.

    The audit log alone knows, by their id, whom a kiosk showed: a card may be in other hands.
    """

    def __init__(
        self,
        engine: Engine,
        kiosks: Kiosks,
        fairs: Fairs,
        lists: FairLists,
        plans: FairPlans,
        *,
        identity_key: IdentityKey | None,
        reference: Reference,
    ) -> None:
        self._engine = engine
        self._kiosks = kiosks
        self._fairs = fairs
        self._lists = lists
        self._plans = plans
        self._identity_key = identity_key
        self._reference = reference

    def scan(self, kiosk: Kiosk, number: str, *, now: datetime) -> None:
        """Find out whose card this is, by the number on it, of which nothing is kept."""
        self._kiosks.count_try(kiosk)
        language = self._kiosks.visit(kiosk).language
        key = self._key()
        typed = unicodedata.normalize("NFKC", number).strip(AROUND_A_NUMBER).upper()
        try:
            verify(typed, today=day_of(now))
        except IdentityError:
            self._kiosks.keep(kiosk, Visit(language=language, notice="number_wrong"))
            return
        made = digest(typed, key)
        with reading(self._engine) as connection:
            seeker_id = holders(connection, [made.digest]).get(made.digest)
            seeker = seeker_id and must_get(connection, JobSeeker, seeker_id)
        if not seeker:
            self._kiosks.keep(kiosk, Visit(page=Page.UNKNOWN, language=language))
            return
        entry = new_entry(_at(kiosk), Action.RECOGNISED, Occasion.CARD, now, person=seeker.id)
        with appending(self._engine) as connection:
            add_entries(connection, [entry])
        visit = Visit(
            page=Page.CONFIRM,
            language=language,
            seeker_id=seeker.id,
            name=mask_name(seeker.name),
            resume={"registered_on": seeker.registered_on.isoformat()},
        )
        self._kiosks.keep(kiosk, visit)

    def confirm(self, kiosk: Kiosk, *, now: datetime) -> None:
        """It is the visitor's own name: show the lists."""
        visit = self._kiosks.visit(kiosk)
        if visit.page is not Page.CONFIRM or visit.seeker_id is None:
            self._kiosks.wipe(kiosk)
            return
        with reading(self._engine) as connection:
            seeker = must_get(connection, JobSeeker, visit.seeker_id)
        found = self._lists.for_seeker(
            kiosk.fair_id,
            seeker.id,
            here=AT_THE_FAIR,
            elsewhere=ELSEWHERE,
            station=kiosk.key_id,
            look=new_entry(_at(kiosk), Action.LISTED, Occasion.CARD, now, person=seeker.id),
        )
        self._show_lists(kiosk, visit, seeker, found, now=now)

    def write(self, kiosk: Kiosk) -> None:
        """Somebody who is not registered, or does not want to say: show the short form."""
        visit = self._kiosks.visit(kiosk)
        self._kiosks.keep(kiosk, Visit(page=Page.FORM, language=visit.language))

    def amend(self, kiosk: Kiosk, said: dict[str, Any]) -> None:
        """The form cannot be read as it is: show it again with what was said."""
        visit = self._kiosks.visit(kiosk)
        self._kiosks.keep(
            kiosk,
            Visit(page=Page.FORM, language=visit.language, notice="form_unreadable", resume=said),
        )

    def introduce(self, kiosk: Kiosk, profile: JobSeeker, *, now: datetime) -> None:
        """Show the lists for somebody nobody registered; they are gone with the visit."""
        visit = self._kiosks.visit(kiosk)
        if visit.page is not Page.FORM:
            self._kiosks.wipe(kiosk)
            return
        self._kiosks.count_try(kiosk)
        found = self._lists.for_profile(
            kiosk.fair_id,
            profile,
            here=AT_THE_FAIR,
            elsewhere=ELSEWHERE,
            station=kiosk.key_id,
        )
        self._show_lists(kiosk, replace(visit, name=profile.name), profile, found, now=now)

    def hand_in(self, kiosk: Kiosk, vacancy_id: str, *, now: datetime) -> None:
        """Hand the résumé to the booth of one of the vacancies shown."""
        visit = self._kiosks.visit(kiosk)
        shown = visit.lists[visit.language]["here"] if visit.page is Page.LIST else []
        if vacancy_id not in {line["id"] for line in shown}:
            self._kiosks.wipe(kiosk)
            return
        numbers, notice = dict(visit.handed_in), ""
        if vacancy_id not in numbers:
            try:
                resume = self._fairs.hand_in(
                    kiosk.fair_id, vacancy_id, seeker_id=visit.seeker_id, now=now
                )
                numbers[vacancy_id] = resume.number or 0
                notice = "handed_in"
                if visit.visitor_id:
                    self._plans.hand_in(kiosk.fair_id, visit.visitor_id, resume, now=now)
            except ConflictError:
                notice = "vacancy_gone"
        self._kiosks.keep(
            kiosk,
            replace(
                visit,
                handed_in=numbers,
                notice=notice,
                route=self._route(kiosk, visit.visitor_id, now=now),
            ),
        )

    def speak(self, kiosk: Kiosk, language: Language) -> None:
        """Show the same page in another language."""
        visit = self._kiosks.visit(kiosk)
        self._kiosks.keep(kiosk, replace(visit, language=language, notice=""))

    def _key(self) -> IdentityKey:
        if self._identity_key is None:
            raise ConfigurationError(
                "There is no key of identity digests, so no card can be recognised.",
                remedy="Run `matcher key identity`, import the register, and restart the service.",
            )
        return self._identity_key

    def _show_lists(
        self, kiosk: Kiosk, visit: Visit, person: JobSeeker, found: FairSlate, *, now: datetime
    ) -> None:
        shown = {
            language.value: {
                "here": self._lines(found.here, found, person, language),
                "elsewhere": self._lines(found.elsewhere, found, person, language),
                **self._around(found.here, language),
            }
            for language in Language
        }
        visitor_id = self._plans.enter(
            kiosk.fair_id, seeker_id=visit.seeker_id, chances=_chances(found.here), now=now
        )
        self._kiosks.keep(
            kiosk,
            replace(
                visit,
                page=Page.LIST,
                notice="",
                resume=_resume(person),
                lists=shown,
                visitor_id=visitor_id,
                route=self._route(kiosk, visitor_id, now=now),
            ),
        )

    def _route(self, kiosk: Kiosk, visitor_id: str | None, *, now: datetime) -> list[list[str]]:
        """When to be at which booth; empty where nothing is planned."""
        if visitor_id is None:
            return []
        route = self._plans.plan(kiosk.fair_id, now=now).route(visitor_id)
        return [[f"{p.starts_at.astimezone(TAIPEI):%H:%M}", p.booth_number] for p in route]

    def _around(self, slate: Slate, language: Language) -> dict[str, Any]:
        view: Any = slate_view(
            replace(slate, lines=()), language=language, reference=self._reference
        )
        return {key: view[key] for key in ("notice", "ranking", "rates")}

    def _lines(
        self, slate: Slate, found: FairSlate, person: JobSeeker, language: Language
    ) -> list[dict[str, Any]]:
        view: Any = slate_view(slate, language=language, reference=self._reference)
        return [
            {
                "id": line["id"],
                "title": line["title"],
                "employer": line["employer"]["name"],
                "booths": found.booths.get(line["employer"]["id"], ()),
                "place": line["address"] or (line["place"] or {}).get("name", ""),
                # Between the middles of districts, so 0 in one's own says nothing.
                "km": self._kilometres(person.district, (line["place"] or {}).get("code")),
                "pay": line["pay"]["text"],
                "openings": line["openings_left"],
                "reasons": [r["text"] for r in line["reasons"] if r["speaks_for"]],
                "against": [r["text"] for r in line["reasons"] if not r["speaks_for"]],
                "unknown": [u["text"] for u in line["unknown"]],
            }
            for line in view["lines"]
        ]

    def _kilometres(self, home: str | None, place: str | None) -> float | None:
        if home is None or place is None:
            return None
        rows = self._reference.place_rows
        km = float(self._reference.distances_km[rows[home], rows[place]])
        return None if np.isnan(km) else round(km, 1)


def _at(kiosk: Kiosk) -> Principal:
    return Principal(kiosk.key_id, Role.KIOSK)


def _chances(slate: Slate) -> dict[str, float]:
    """The chance of a match at each vacancy shown: that of a hire, or told by the order alone."""
    return {
        line.candidate.id: UNTRAINED * FALL**rank
        if line.candidate.hired is None
        else line.candidate.hired
        for rank, line in enumerate(slate.lines)
    }


def _resume(person: JobSeeker) -> dict[str, Any]:
    """The fields of the e-résumé that the person stated, by the names of the register."""
    fields: dict[str, Any] = {
        "title": person.title,
        "text": person.text,
        "district": person.district,
        "commute_km": person.commute_km,
        "districts_wanted": list(person.districts_wanted),
        "shifts": [str(shift.name).lower() for shift in Shift if shift & person.shifts],
        "employment": [
            str(form.name).lower() for form in type(person.employment) if form & person.employment
        ],
        "pay_floor": person.pay_floor,
        "pay_floor_basis": person.pay_floor_basis.value,
        "education": None if person.education is None else person.education.name.lower(),
        "experience_years": person.experience_years,
        "licences": list(person.licences or ()),
        "languages": list(person.languages or ()),
    }
    return {name: value for name, value in fields.items() if value not in (None, "", [])}
