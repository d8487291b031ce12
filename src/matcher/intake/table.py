"""Turns cells under a header into rows, for every format that has a header."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from matcher.errors import InvalidInputError
from matcher.intake.model import Problem, Row

Cells = tuple[int, Sequence[str]]
"""Row number and cells from the left."""

ERRORS = frozenset(
    [
        "#N/A", "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#GETTING_DATA",
        "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "#CONNECT!", "#UNKNOWN!", "#BUSY!",
        *(f"Err:{number}" for number in range(501, 541)),
    ]
)  # fmt: skip
"""What spreadsheets show where they could compute nothing; saved as CSV it is mere text."""

_TOO_MANY = "a row has no more cells than the header"
_TOO_FEW = "a row has as many cells as the header"


class Formula(str):
    """The text of a cell whose value would have to be computed."""

    __slots__ = ()


def tabular(lines: Iterator[Cells], *, name: str, ragged: bool) -> Iterator[Row]:
    """Pair the cells below the first row that is not blank with the names in it.

    The first item is the header itself: its cells are the names. Blank rows are passed over, though
    they count. `ragged` says that empty cells at the end of a row may be missing.
    """
    header: list[str] = []
    for number, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if not header:
            header = _header(cells, name)
            yield Row(number, dict.fromkeys(header, ""))
            continue
        row = dict(zip(header, cells, strict=False))
        yield Row(number, row, _problem(header, cells, ragged=ragged))


def _header(cells: Sequence[str], name: str) -> list[str]:
    header = [cell.strip() for cell in cells]
    while not header[-1]:
        header.pop()
    if "" in header:
        trouble = f"column {header.index('') + 1} has no name"
    elif len(set(header)) < len(header):
        second = next(n for n, column in enumerate(header) if column in header[:n])
        trouble = f"column {second + 1} has the name of an earlier one"
    else:
        return header
    raise InvalidInputError(
        f"In the header of {name} {trouble}.",
        remedy="Give every column one name of its own.",
        code="file_header",
    )


def _problem(header: Sequence[str], cells: Sequence[str], *, ragged: bool) -> Problem | None:
    if any(cell.strip() for cell in cells[len(header) :]):
        return Problem("", "", _TOO_MANY, "Put text that holds the separator in quotation marks.")
    if len(cells) < len(header) and not ragged:
        return Problem("", "", _TOO_FEW, "Write empty cells too, and no line break unquoted.")
    for column, cell in zip(header, cells, strict=False):
        # LibreOffice saves an error that was pasted as a value as it does a formula: `=#N/A`.
        value = cell.partition("=")[2] if isinstance(cell, Formula) else cell.strip()
        if value in ERRORS:
            rule = "a cell holds a value, not the error of a spreadsheet"
            remedy = "Mend what the cell was computed from, or empty it, then save."
            return Problem(column, value, rule, remedy)
        if isinstance(cell, Formula):
            rule = "a cell holds a value, not a formula"
            remedy = "Copy the column and paste it as values, then save."
            return Problem(column, str(cell), rule, remedy)
    return None
