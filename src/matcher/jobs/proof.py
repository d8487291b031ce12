"""Proves figures that somebody published, from a file with their tables."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from matcher.intake.sources import rows_of_any
from matcher.rates.lints import Finding, findings_in
from matcher.rates.published import tables_of


def findings_in_file(path: Path) -> list[Finding]:
    """What cannot be right in the tables of a file; raises InvalidInputError as reading does."""
    with closing(rows_of_any(path)) as rows:
        tables = tables_of((row.number, row.cells) for row in rows)
    return [finding for table in tables for finding in findings_in(table)]
