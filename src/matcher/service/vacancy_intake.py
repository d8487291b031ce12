"""Vacancies come in here: nothing is published while the law objects and nobody decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, Engine

from matcher.compliance.findings import Severity
from matcher.compliance.lint import Linter
from matcher.db.audit import Entry, add_entries
from matcher.db.engine import reading, writing
from matcher.db.overrides import Override, overrides_of
from matcher.db.store import get, get_many, missing_references, must_get, upsert
from matcher.entities import Employer, Vacancy
from matcher.errors import ConflictError
from matcher.service.audit import Action, Occasion, new_entry
from matcher.service.clock import day_of
from matcher.service.keys import Principal
from matcher.service.lint import Checked, gravest, let_stand, may_let_stand, newest
from matcher.service.live import LiveIndex
from matcher.service.register import refuse_missing

Reasons = Mapping[tuple[str, str], str]
"""Why findings may stand, by their code and words."""


class ObjectionError(ConflictError):
    """The law objects to a vacancy, and nobody said why its words may stand."""


@dataclass(frozen=True, slots=True)
class Sieved:
    """What became of the vacancies of a file: how many are published, and which are not.

    `held` are those that the law objects to, `homeless` those whose employer is not registered;
    `known` are the ids among them that the register has already.
    """

    published: int
    held: tuple[tuple[Vacancy, Checked], ...]
    homeless: tuple[Vacancy, ...]
    known: frozenset[str]


class VacancyIntake:
    """Holds vacancies against the law before the register and the lists have them."""

    def __init__(self, engine: Engine, live: LiveIndex, linter: Linter) -> None:
        self._engine = engine
        self._live = live
        self._linter = linter

    def check(self, vacancy: Vacancy, *, now: datetime) -> Checked:
        """What is found in `vacancy` as it is given, with what was let stand under its id."""
        with reading(self._engine) as connection:
            return self._check(connection, vacancy, now)

    def registered(self, vacancy_id: str) -> Vacancy:
        """The vacancy of the register; raises NotFoundError where there is none."""
        with reading(self._engine) as connection:
            return must_get(connection, Vacancy, vacancy_id)

    def employer(self, employer_id: str) -> Employer | None:
        """The employer with that id, to show whose vacancy it is."""
        with reading(self._engine) as connection:
            return get(connection, Employer, employer_id)

    def publish(
        self, vacancy: Vacancy, *, reasons: Reasons, by: Principal, now: datetime, new: bool
    ) -> None:
        """Store a vacancy together with why its findings may stand, and list it.

        Reasons count for what `by` may decide. Raises ObjectionError where a finding is left,
        ConflictError where a `new` one has the id of another, InvalidInputError where its employer
        is not registered.
        """
        with writing(self._engine, now=now) as connection:
            if new and get(connection, Vacancy, vacancy.id) is not None:
                raise ConflictError(
                    f"Vacancy {vacancy.id} is registered already.",
                    remedy="Open it, or give another id.",
                    code="id_taken",
                )
            refuse_missing(connection, vacancy)
            checked = self._check(connection, vacancy, now)
            objections = _objections(checked)
            decided = {at for at, one in objections.items() if may_let_stand(by.role, one)}
            if not objections.keys() <= decided & reasons.keys():
                raise ObjectionError(
                    "The law objects to this vacancy.",
                    remedy="Change its words, or have a supervisor say why they may stand.",
                )
            upsert(connection, [vacancy])
            add_entries(connection, [_published(vacancy, by, now)])
            for (code, words), severity in sorted(objections.items()):
                override = Override(
                    id=uuid4().hex,
                    vacancy_id=vacancy.id,
                    code=code,
                    words=words,
                    reason=reasons[code, words],
                    made_at=now,
                    made_by=by.id,
                    severity=severity,
                )
                let_stand(connection, override, by)
        self._live.take_in(Vacancy, vacancy.id, day_of(now))

    def sieve(
        self, vacancies: Sequence[Vacancy], *, by: Principal, now: datetime, publish: bool
    ) -> Sieved:
        """Publish those that nothing is to be said against, if asked to, and name the others."""
        with writing(self._engine, now=now) as connection:
            missing = missing_references(connection, vacancies)
            at_home = [v for at, v in enumerate(vacancies) if at not in missing]
            checked = [(one, self._check(connection, one, now)) for one in at_home]
            known = frozenset(get_many(connection, Vacancy, [one.id for one in vacancies]))
            sound = [vacancy for vacancy, found in checked if not found.open]
            if publish and sound:
                upsert(connection, sound)
                add_entries(connection, [_published(one, by, now) for one in sound])
        return Sieved(
            published=len(sound) if publish else 0,
            held=tuple((vacancy, found) for vacancy, found in checked if found.open),
            homeless=tuple(vacancies[at] for at in sorted(missing)),
            known=known,
        )

    def _check(self, connection: Connection, vacancy: Vacancy, now: datetime) -> Checked:
        overrides = newest(overrides_of(connection, vacancy.id))
        return Checked(self._linter.findings(vacancy, day_of(now)), overrides)


def _objections(checked: Checked) -> dict[tuple[str, str], Severity]:
    """The open findings by code and words, the gravest of each."""
    found: dict[tuple[str, str], Severity] = {}
    for one in checked.open:
        at = one.code.value, one.words
        found[at] = gravest({one.severity, found.get(at, one.severity)})
    return found


def _published(vacancy: Vacancy, by: Principal, now: datetime) -> Entry:
    return new_entry(by, Action.PUBLISHED, Occasion.DUTY, now, vacancy=vacancy.id)
