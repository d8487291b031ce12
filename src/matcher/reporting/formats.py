"""The kinds of file that one table can be taken as; `matcher.reporting.sheets` writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

Value = str | int | float | None
Rows = Sequence[Sequence[Value]]


class Format(StrEnum):
    """Kinds of file, by their ending."""

    CSV = "csv"
    XLSX = "xlsx"
    ODS = "ods"


MEDIA_TYPES: Mapping[Format, str] = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.ODS: "application/vnd.oasis.opendocument.spreadsheet",
}
"""What HTTP calls them."""
