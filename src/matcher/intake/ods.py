"""Rows of an OpenDocument spreadsheet, streamed; formulas are told apart and never computed."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from xml.etree.ElementTree import Element

from matcher.intake.model import Rows
from matcher.intake.table import Cells, Formula, tabular
from matcher.intake.workbook import (
    MAX_COLUMNS,
    Sheets,
    elements,
    number,
    one_sheet,
    readable,
)

MAX_REPEATED_ROWS = 1_048_576
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def ods_rows(path: Path) -> Rows:
    """Rows of the only sheet with data of an OpenDocument spreadsheet."""
    cells = readable(one_sheet(_sheets(path), path), path)
    yield from tabular(cells, name=path.name, ragged=True)


def _sheets(path: Path) -> Sheets:
    with (
        zipfile.ZipFile(path) as archive,
        closing(elements(archive, "content.xml", ("start", "end"))) as events,
    ):
        for event, element in events:
            if event == "start" and element.tag == f"{_TABLE}table":
                yield _sheet(events, element)


def _sheet(events: Iterator[tuple[str, Element]], table: Element) -> Iterator[Cells]:
    row_number = 0
    parents = [table]
    for event, element in events:
        if event == "start":
            parents.append(element)
            continue
        if element is table:
            return
        parents.pop()
        if element.tag != f"{_TABLE}table-row":
            continue
        cells = _row(element)
        parents[-1].remove(element)
        times = int(element.get(f"{_TABLE}number-rows-repeated", "1"))
        if not any(cells):
            row_number += times
            continue
        if times > MAX_REPEATED_ROWS:
            raise ValueError
        for _ in range(times):
            row_number += 1
            yield row_number, cells


def _row(row: Element) -> list[str]:
    cells: list[str] = []
    for cell in row:
        if cell.tag in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            times = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
            cells += [_cell(cell)] * min(times, max(MAX_COLUMNS - len(cells), 1))
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _cell(cell: Element) -> str:
    formula = cell.get(f"{_TABLE}formula")
    if formula is not None:
        return Formula(formula)
    match cell.get(f"{_OFFICE}value-type"):
        case "float" | "percentage" | "currency":
            return number(float(cell.get(f"{_OFFICE}value", "")))
        case "date":
            when = datetime.fromisoformat(cell.get(f"{_OFFICE}date-value", ""))
            return when.isoformat(" ", "seconds").removesuffix(" 00:00:00")
        case "boolean":
            return cell.get(f"{_OFFICE}boolean-value", "")
    return "\n".join(_text(paragraph) for paragraph in cell.findall(f"{_TEXT}p"))


def _text(element: Element) -> str:
    match element.tag.removeprefix(_TEXT):
        case "s":
            own = " " * min(int(element.get(f"{_TEXT}c", "1")), 1_000)
        case "tab":
            own = "\t"
        case "line-break":
            own = "\n"
        case _:
            own = element.text or ""
    return own + "".join(_text(child) + (child.tail or "") for child in element)
