"""Holds the vacancies of files, or of the register, against the law."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from zipfile import ZipFile, is_zipfile

from sqlalchemy import Engine

from matcher.compliance.findings import Code, Finding, Severity
from matcher.compliance.lint import Linter
from matcher.db.engine import reading
from matcher.db.store import open_vacancies
from matcher.entities import Vacancy
from matcher.errors import InvalidInputError
from matcher.intake.model import FEED, Kind, Reject
from matcher.intake.reader import read
from matcher.intake.sources import plan, survey
from matcher.reference import Reference

MOST_ROWS = 2_000
MAX_UNPACKED = 50_000_000
"""How much of a file somebody sends is read, in rows and, of a workbook, in unpacked bytes."""


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


def vacancies_sent(
    path: Path, *, reference: Reference, today: date
) -> tuple[list[Vacancy], list[Reject]]:
    """The vacancies of a file that somebody sent, and the rows that are none.

    Raises InvalidInputError where it cannot be read, holds something else, or is too large.
    """
    if is_zipfile(path):
        with ZipFile(path) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
        if unpacked > MAX_UNPACKED:
            raise InvalidInputError(
                "The workbook is too large once unpacked.",
                remedy="Send fewer rows, or let `matcher import` take it in.",
                code="file_too_large",
            )
    (source,) = plan([path])
    if source.kind != Kind.VACANCIES:
        raise InvalidInputError(
            "The file holds no vacancies.",
            remedy="See data/formats.md for the columns.",
            code="file_no_vacancies",
        )
    found: list[Vacancy] = []
    rejects: list[Reject] = []
    for chunk in read(source, reference=reference, key=None, today=today, chunk_rows=500):
        found += [one.entity for one in chunk.records if isinstance(one.entity, Vacancy)]
        rejects += chunk.rejects
        if len(found) + len(rejects) > MOST_ROWS:
            raise InvalidInputError(
                f"The file has more than {MOST_ROWS:,} rows.",
                remedy="Send it in parts, or let `matcher import` take it in.",
                code="file_rows",
                most=MOST_ROWS,
            )
    return found, rejects


def lint_register(
    engine: Engine, *, linter: Linter, today: date
) -> Iterator[tuple[Vacancy, tuple[Finding, ...]]]:
    """Findings of each vacancy that may be shown today."""
    with reading(engine) as connection:
        for vacancy, _left in open_vacancies(connection, today):
            yield vacancy, linter.findings(vacancy, today)
