"""What the law objects to in a vacancy, and what somebody let stand with a reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, Engine

from matcher.compliance.findings import Code, Finding, Severity
from matcher.compliance.lint import Linter
from matcher.db.audit import add_entries
from matcher.db.engine import reading, writing
from matcher.db.overrides import Override, add_override, overrides_of
from matcher.db.store import must_get, open_vacancies
from matcher.entities import Vacancy
from matcher.errors import ConflictError, ForbiddenError
from matcher.service.audit import Action, Occasion, new_entry
from matcher.service.clock import day_of
from matcher.service.keys import Principal, Role

DECIDE = frozenset({Role.SUPERVISOR, Role.ADMIN})
"""Who may let stand what the law forbids. What is only to be checked any counsellor confirms."""

Overrides = Mapping[tuple[str, str, str], Override]
"""The newest override of each code, words and severity."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The findings of a vacancy, and the overrides that were made for it."""

    findings: tuple[Finding, ...]
    overrides: Overrides = field(default_factory=dict)

    def override_of(self, finding: Finding) -> Override | None:
        """Why this finding may stand; None where nobody said so, or the words have changed."""
        of_words = finding.code, finding.words
        return self.overrides.get((*of_words, Severity.FORBIDDEN)) or self.overrides.get(
            (*of_words, finding.severity)
        )

    @property
    def open(self) -> tuple[Finding, ...]:
        """The findings that nobody let stand."""
        return tuple(one for one in self.findings if self.override_of(one) is None)


@dataclass(frozen=True, slots=True)
class Objectionable:
    """Some of the open vacancies with open findings, by id.

    `looked` counts those that were held against the law for it; `after` is where the next ones
    begin, None where these were the last.
    """

    found: tuple[tuple[Vacancy, Checked], ...]
    looked: int
    after: str | None


def newest(overrides: Iterable[Override]) -> Overrides:
    """The newest of each, of overrides with the oldest first."""
    return {(one.code, one.words, one.severity): one for one in overrides}


def gravest(severities: Collection[Severity]) -> Severity:
    """FORBIDDEN where it is among them."""
    return Severity.FORBIDDEN if Severity.FORBIDDEN in severities else Severity.CHECK


def may_let_stand(role: Role, severity: Severity) -> bool:
    """Whether such a finding is left to this role to decide."""
    return severity is Severity.CHECK or role in DECIDE


def let_stand(connection: Connection, override: Override, by: Principal) -> None:
    """Write an override down, with its entry in the audit log."""
    add_override(connection, override)
    entry = new_entry(
        by,
        Action.LET_STAND,
        Occasion.DUTY,
        override.made_at,
        vacancy=override.vacancy_id,
        record=override.id,
        detail=override.code,
        words=override.reason,
    )
    add_entries(connection, [entry])


class Lint:
    """Holds vacancies against the law; finds, and never rejects."""

    def __init__(self, engine: Engine, linter: Linter) -> None:
        self._engine = engine
        self._linter = linter

    def draft(self, vacancy: Vacancy, *, now: datetime) -> Checked:
        """What is found in a vacancy that is not registered."""
        return Checked(self._linter.findings(vacancy, day_of(now)))

    def registered(self, vacancy_id: str, *, now: datetime) -> Checked:
        """What is found in a registered vacancy; raises NotFoundError where there is none."""
        with reading(self._engine) as connection:
            vacancy = must_get(connection, Vacancy, vacancy_id)
            overrides = newest(overrides_of(connection, vacancy_id))
        return Checked(self._linter.findings(vacancy, day_of(now)), overrides)

    def objectionable(
        self, *, code: Code | None, after: str, most: int, look: int, now: datetime
    ) -> Objectionable:
        """Up to `most` of the vacancies after the id `after` that may be shown and have findings.

        Only findings of `code` count, where it is given. At most `look` are held against the law.
        """
        today = day_of(now)
        found: list[tuple[Vacancy, Checked]] = []
        looked, last = 0, after
        with reading(self._engine) as connection:
            for vacancy, _left in open_vacancies(connection, today, after=after):
                if looked == look or len(found) == most:
                    return Objectionable(tuple(found), looked, last)
                looked, last = looked + 1, vacancy.id
                findings = self._linter.findings(vacancy, today)
                if any(code in (None, one.code) for one in findings):
                    checked = Checked(findings, newest(overrides_of(connection, vacancy.id)))
                    if any(code in (None, one.code) for one in checked.open):
                        found.append((vacancy, checked))
        return Objectionable(tuple(found), looked, None)

    def override(
        self,
        vacancy_id: str,
        *,
        code: Code,
        words: str,
        reason: str,
        by: Principal,
        now: datetime,
    ) -> Override:
        """Let the findings of `code` at `words` stand.

        Raises ConflictError where none is so, ForbiddenError where it is not for `by` to decide.
        """
        with writing(self._engine) as connection:
            vacancy = must_get(connection, Vacancy, vacancy_id)
            found = self._linter.findings(vacancy, day_of(now))
            severities = {one.severity for one in found if (one.code, one.words) == (code, words)}
            if not severities:
                raise ConflictError(
                    "The vacancy has no such finding now.",
                    remedy="Ask for its findings again; the words may have changed.",
                )
            severity = gravest(severities)
            if not may_let_stand(by.role, severity):
                raise ForbiddenError(
                    "What the law forbids is not let stand by this role.",
                    remedy="Change the words, or have a supervisor say why they may stand.",
                )
            override = Override(
                id=uuid4().hex,
                vacancy_id=vacancy_id,
                code=code,
                words=words,
                reason=reason,
                made_at=now,
                made_by=by.id,
                severity=severity,
            )
            let_stand(connection, override, by)
        return override
