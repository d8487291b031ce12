"""What a report says, whatever it is written as: sections of tables, and pictures of these."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from matcher.rates.periods import Period


@dataclass(frozen=True, slots=True)
class Names:
    """The same in Chinese and in English, the two languages of the bureau's statistics."""

    zh: str
    en: str


Cell = int | Decimal | date | Names | str | None
"""A count, a rate with the decimals that it is printed with, a day, words; None: no rate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column; `note` is the number of the formula that its rates follow."""

    key: str
    names: Names
    unit: Names | None = None
    note: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line: a cell for each column. `whole` marks the line that the others are parts of."""

    key: str | None
    names: Names
    cells: tuple[Cell, ...]
    note: int | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of cells; `head` names what the rows are, `remarks` say how to read them."""

    key: str
    caption: Names
    head: Names
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    remarks: tuple[Names, ...] = ()

    def column(self, key: str) -> list[tuple[Row, Cell]]:
        """Each row with its cell of one column."""
        at = [column.key for column in self.columns].index(key)
        return [(row, row.cells[at]) for row in self.rows]


class Shape(StrEnum):
    """How a picture shows the rows of a table."""

    LINES = "lines"
    BARS = "bars"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """A picture of some columns of a table, without the line of the whole."""

    key: str
    caption: Names
    table: Table
    columns: tuple[str, ...]
    shape: Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Tables, and their pictures, under one heading."""

    key: str
    names: Names
    tables: tuple[Table, ...]
    charts: tuple[Chart, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A report of `period`, as known at the end of `as_of` (None: as it stood on `counted_on`)."""

    title: Names
    period: Period
    as_of: date | None
    counted_on: date
    simulated: bool
    sections: tuple[Section, ...]

    @property
    def tables(self) -> Iterator[Table]:
        """All tables in order."""
        return (table for section in self.sections for table in section.tables)

    @property
    def charts(self) -> Iterator[Chart]:
        """All pictures in order."""
        return (chart for section in self.sections for chart in section.charts)
