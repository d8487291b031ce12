"""Proves figures that somebody published, from a file with their tables."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from matcher.errors import InvalidInputError
from matcher.intake.model import Row
from matcher.intake.sources import rows_of_any
from matcher.rates.lints import Finding, findings_in
from matcher.rates.published import tables_of


def findings_in_file(path: Path) -> list[Finding]:
    """What cannot be right in the tables of a file; raises InvalidInputError as reading does."""
    with closing(rows_of_any(path)) as rows:
        tables = tables_of((row.number, _cells(row)) for row in rows)
    return [finding for table in tables for finding in findings_in(table)]


def _cells(row: Row) -> Mapping[str, str]:
    if row.problem:
        raise InvalidInputError(
            f"Row {row.number} cannot be read: {row.problem.rule}.", remedy=row.problem.remedy
        )
    return row.cells
