"""Rows of an Excel workbook, streamed; formulas are told apart and never computed.

The sheet is walked here rather than by openpyxl, which takes over a minute for a full register and
does not know the number formats 27 to 36 and 50 to 58, dates of the Taiwanese Excel.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree.ElementTree import Element

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils import column_index_from_string
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel
from openpyxl.utils.escape import unescape

from matcher.intake.model import Rows
from matcher.intake.table import Cells, Formula, tabular
from matcher.intake.workbook import MAX_COLUMNS, Sheets, elements, number, one_sheet, readable

_TAIWANESE_DATES = {*range(27, 37), *range(50, 59)}
_ROOT = "xl/workbook.xml"
_RELATED = "xl/_rels/workbook.xml.rels"
_STRINGS = "xl/sharedStrings.xml"
_STYLES = "xl/styles.xml"


@dataclass(frozen=True, slots=True)
class _Book:
    """What cells refer to: shared strings, which styles are dates, and the day the count began."""

    strings: list[str]
    dates: frozenset[str]
    epoch: datetime


def xlsx_rows(path: Path) -> Rows:
    """Rows of the only sheet with data of an Excel workbook."""
    cells = readable(one_sheet(_sheets(path), path), path)
    yield from tabular(cells, name=path.name, ragged=True)


def _sheets(path: Path) -> Sheets:
    with zipfile.ZipFile(path) as archive:
        targets = {
            element.get("Id"): posixpath.normpath(posixpath.join("/xl", element.get("Target", "")))
            for _, element in elements(archive, _RELATED)
            if element.get("Type", "").endswith("/worksheet")
        }
        parts: list[str] = []
        epoch = WINDOWS_EPOCH
        for _, element in elements(archive, _ROOT):
            if _name(element) == "sheet":
                related = {n.rpartition("}")[2]: value for n, value in element.attrib.items()}
                if related["id"] in targets:
                    parts.append(targets[related["id"]].lstrip("/"))
            elif element.get("date1904") in {"1", "true"}:
                epoch = MAC_EPOCH
        names = set(archive.namelist())
        book = _Book(
            strings=list(_strings(archive)) if _STRINGS in names else [],
            dates=_date_styles(archive) if _STYLES in names else frozenset(),
            epoch=epoch,
        )
        for part in parts:
            yield _sheet(archive, part, book)


def _sheet(archive: zipfile.ZipFile, part: str, book: _Book) -> Iterator[Cells]:
    row_number = 0
    with closing(elements(archive, part)) as rows:
        for _, row in rows:
            if not row.tag.endswith("}row"):
                continue
            row_number = int(row.get("r", row_number + 1))
            cells: list[str] = []
            for cell in row:
                place = cell.get("r", "").rstrip("0123456789")
                column = column_index_from_string(place) if place else len(cells) + 1
                cells += [""] * (min(column, MAX_COLUMNS) - 1 - len(cells))
                cells.append(_cell(cell, book))
            row.clear()
            yield row_number, cells


def _cell(cell: Element, book: _Book) -> str:
    value = ""
    for child in cell:
        if child.tag.endswith("}v"):
            value = child.text or ""
        elif child.tag.endswith("}f"):
            return Formula(f"={child.text or '…'}")
        elif child.tag.endswith("}is"):
            return _text(child)
    if not value:
        return ""
    match cell.get("t", "n"):
        case "s":
            return book.strings[int(value)]
        case "b":
            return "true" if value == "1" else "false"
        case "n":
            return _date(value, book.epoch) if cell.get("s") in book.dates else number(float(value))
        case _:
            return unescape(value)


def _date(value: str, epoch: datetime) -> str:
    try:
        found = from_excel(float(value), epoch)
    except (OverflowError, ValueError):
        return value
    if isinstance(found, datetime):
        return found.isoformat(" ", "seconds").removesuffix(" 00:00:00")
    return value if isinstance(found, timedelta) else str(found)


def _strings(archive: zipfile.ZipFile) -> Iterator[str]:
    for _, element in elements(archive, _STRINGS):
        if _name(element) == "si":
            yield _text(element)
            element.clear()


def _text(element: Element) -> str:
    """The text of a string, plain or in runs; what is there for reading aloud is left out."""
    texts = (
        part.text or ""
        for child in element
        if _name(child) in {"t", "r"}
        for part in child.iter()
        if _name(part) == "t"
    )
    return unescape("".join(texts))


def _date_styles(archive: zipfile.ZipFile) -> frozenset[str]:
    formats = dict(BUILTIN_FORMATS)
    dates: set[str] = set()
    for _, element in elements(archive, _STYLES):
        if _name(element) == "numFmt":
            formats[int(element.get("numFmtId", ""))] = element.get("formatCode", "")
        elif _name(element) == "cellXfs":
            for place, style in enumerate(element):
                format_ = int(style.get("numFmtId", "0"))
                if format_ in _TAIWANESE_DATES or is_date_format(formats.get(format_, "")):
                    dates.add(str(place))
    return frozenset(dates)


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]
