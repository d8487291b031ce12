"""Holds the vacancies of files, or of the register, against the law."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from sqlalchemy import Engine

from matcher.compliance.findings import Code, Finding, Severity
from matcher.compliance.lint import Linter
from matcher.db.engine import reading
from matcher.db.store import open_vacancies
from matcher.entities import Vacancy
from matcher.intake.model import FEED, Kind
from matcher.intake.reader import read
from matcher.intake.sources import survey
from matcher.reference import Reference


@dataclass(slots=True)
class Tally:
    """How much was found: findings by code and severity, and vacancies with any."""

    vacancies: int = 0
    with_findings: int = 0
    findings: Counter[tuple[Code, Severity]] = field(default_factory=Counter)

    def add(self, findings: Sequence[Finding]) -> None:
        """Count one vacancy."""
        self.vacancies += 1
        self.with_findings += bool(findings)
        self.findings.update((finding.code, finding.severity) for finding in findings)


def lint_files(
    paths: Sequence[Path], *, linter: Linter, reference: Reference, today: date
) -> Iterator[tuple[Vacancy, tuple[Finding, ...]]]:
    """Findings of each vacancy in files; nothing is stored, other kinds of file are passed over.

    Raises InvalidInputError for the first file that cannot be read.
    """
    sources, unreadable = survey(paths)
    for reason in unreadable.values():
        raise reason
    for source in sources:
        if source.kind not in (FEED, Kind.VACANCIES):
            continue
        for chunk in read(source, reference=reference, key=None, today=today):
            for record in chunk.records:
                if isinstance(record.entity, Vacancy):
                    yield record.entity, linter.findings(record.entity, today)


def lint_register(
    engine: Engine, *, linter: Linter, today: date
) -> Iterator[tuple[Vacancy, tuple[Finding, ...]]]:
    """Findings of each vacancy that may be shown today."""
    with reading(engine) as connection:
        for vacancy, _left in open_vacancies(connection, today):
            yield vacancy, linter.findings(vacancy, today)
