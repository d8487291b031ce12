"""Rows of XLSX and ODS workbooks, streamed; formulas are told apart and never computed."""

from __future__ import annotations

import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

import openpyxl
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from openpyxl.utils.exceptions import InvalidFileException

from matcher.errors import InvalidInputError
from matcher.intake.model import Rows
from matcher.intake.table import Cells, Formula, tabular

MAX_UNPACKED = 2 * 1024**3
"""Bytes that all parts of a workbook may unpack to."""

MAX_COLUMNS = 1_024
MAX_REPEATED_ROWS = 1_048_576
_EXACT = 10**15
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    DefusedXmlException,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    EOFError,
    NotImplementedError,
)
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def xlsx_rows(path: Path) -> Rows:
    """Rows of the only sheet with data of an Excel workbook."""
    yield from tabular(_readable(_xlsx_cells(path), path), name=path.name, ragged=True)


def ods_rows(path: Path) -> Rows:
    """Rows of the only sheet with data of an OpenDocument spreadsheet."""
    yield from tabular(_readable(_ods_cells(path), path), name=path.name, ragged=True)


def _readable(cells: Iterator[Cells], path: Path) -> Iterator[Cells]:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(part.file_size for part in archive.infolist())
        if size > MAX_UNPACKED:
            raise InvalidInputError(
                f"{path.name} unpacks to {size:,} bytes.",
                remedy=f"Split it into files that unpack to at most {MAX_UNPACKED:,} bytes.",
            )
        yield from cells
    except _BROKEN as error:
        raise InvalidInputError(
            f"{path.name} is not a readable workbook ({type(error).__name__}).",
            remedy="Open it in a spreadsheet program and save it again without a password.",
        ) from None


def _more_than_one_sheet(path: Path) -> InvalidInputError:
    return InvalidInputError(
        f"{path.name} has data in more than one sheet.",
        remedy="Save each sheet as a file of its own.",
    )


def _xlsx_cells(path: Path) -> Iterator[Cells]:
    with path.open("rb") as file:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            book = openpyxl.load_workbook(file, read_only=True, keep_links=False)
        filled = False
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            started = filled
            for number, row in enumerate(sheet.iter_rows(), start=1):
                cells = [
                    Formula(cell.value) if cell.data_type == "f" else _written(cell.value)
                    for cell in row
                ]
                if started and any(cells):
                    raise _more_than_one_sheet(path)
                filled = filled or any(cells)
                yield number, cells


def _written(value: object) -> str:
    """Write the value of a cell as a clerk would have typed it."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return str(value).lower()
        case int() | float():
            # A spreadsheet keeps 15 digits: a longer id has lost some, and must not pass as one.
            whole = value == value // 1 and abs(value) < _EXACT
            return str(int(value)) if whole else repr(float(value))
        case datetime():
            return value.isoformat(" ", "seconds").removesuffix(" 00:00:00")
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _ods_cells(path: Path) -> Iterator[Cells]:
    filled = started = False
    number = 0
    open_elements: list[Element] = []
    with zipfile.ZipFile(path) as archive, archive.open("content.xml") as content:
        for event, element in iterparse(content, ("start", "end"), forbid_dtd=True):
            if event == "start":
                open_elements.append(element)
                if element.tag == f"{_TABLE}table":
                    number, started = 0, filled
                continue
            open_elements.pop()
            if element.tag != f"{_TABLE}table-row":
                continue
            cells = _ods_row(element)
            open_elements[-1].remove(element)
            times = int(element.get(f"{_TABLE}number-rows-repeated", "1"))
            if not any(cells):
                number += times
                continue
            if started:
                raise _more_than_one_sheet(path)
            if times > MAX_REPEATED_ROWS:
                raise ValueError
            filled = True
            for _ in range(times):
                number += 1
                yield number, cells


def _ods_row(row: Element) -> list[str]:
    cells: list[str] = []
    for cell in row:
        if cell.tag in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            times = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
            cells += [_ods_cell(cell)] * min(times, MAX_COLUMNS - len(cells))
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _ods_cell(cell: Element) -> str:
    formula = cell.get(f"{_TABLE}formula")
    if formula is not None:
        return Formula(formula)
    match cell.get(f"{_OFFICE}value-type"):
        case "float" | "percentage" | "currency":
            return _written(float(cell.get(f"{_OFFICE}value", "")))
        case "date":
            return _written(datetime.fromisoformat(cell.get(f"{_OFFICE}date-value", "")))
        case "boolean":
            return cell.get(f"{_OFFICE}boolean-value", "")
    return "\n".join(_ods_text(paragraph) for paragraph in cell.findall(f"{_TEXT}p"))


def _ods_text(element: Element) -> str:
    match element.tag.removeprefix(_TEXT):
        case "s":
            own = " " * min(int(element.get(f"{_TEXT}c", "1")), 1_000)
        case "tab":
            own = "\t"
        case "line-break":
            own = "\n"
        case _:
            own = element.text or ""
    return own + "".join(_ods_text(child) + (child.tail or "") for child in element)
