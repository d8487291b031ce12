"""What the law objects to in a vacancy, and what a supervisor let stand with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Engine

from matcher.compliance.findings import Code, Finding
from matcher.compliance.lint import Linter
from matcher.db.engine import reading, writing
from matcher.db.overrides import Override, add_override, overrides_of
from matcher.db.store import must_get, open_vacancies
from matcher.entities import Vacancy
from matcher.errors import ConflictError
from matcher.service.clock import day_of

Overrides = Mapping[tuple[str, str], Override]
"""The newest override of each code and words."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The findings of a vacancy, and the overrides that were made for it."""

    findings: tuple[Finding, ...]
    overrides: Overrides = field(default_factory=dict)

    def override_of(self, finding: Finding) -> Override | None:
        """Why this finding may stand; None where nobody said so, or the words have changed."""
        return self.overrides.get((finding.code, finding.words))

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
            made = overrides_of(connection, vacancy_id)
        overrides = {(one.code, one.words): one for one in made}
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
                    overrides = overrides_of(connection, vacancy.id)
                    checked = Checked(findings, {(one.code, one.words): one for one in overrides})
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
        made_by: str,
        now: datetime,
    ) -> Override:
        """Let the findings of `code` at `words` stand; raises ConflictError where none is so."""
        override = Override(
            id=uuid4().hex,
            vacancy_id=vacancy_id,
            code=code,
            words=words,
            reason=reason,
            made_at=now,
            made_by=made_by,
        )
        with writing(self._engine) as connection:
            vacancy = must_get(connection, Vacancy, vacancy_id)
            found = self._linter.findings(vacancy, day_of(now))
            if not any(one.code == code and one.words == words for one in found):
                raise ConflictError(
                    "The vacancy has no such finding now.",
                    remedy="Ask for its findings again; the words may have changed.",
                )
            add_override(connection, override)
        return override
