"""Writes entities in the documented formats, independently of the reader."""

from __future__ import annotations

import csv
import json
from dataclasses import fields
from datetime import date, datetime
from enum import IntEnum, IntFlag, StrEnum
from pathlib import Path

import openpyxl
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.teletype import addTextToElement
from odf.text import P

from matcher.entities import Impression, Vacancy
from matcher.intake.model import Entity

FORMATS = ("csv", "xlsx", "ods", "json", "jsonl")


def cells(entity: Entity) -> dict[str, str]:
    """The row of an entity, as text by column name."""
    names = [field.name for field in fields(entity) if field.name not in {"pay", "items"}]
    row = {name: _cell(getattr(entity, name)) for name in names}
    if isinstance(entity, Vacancy):
        del row["job_category"]
        pay = entity.pay
        row |= {"pay_basis": _cell(pay.basis), "pay_disclosed": _cell(pay.disclosed)}
        row |= {"pay_low": _cell(pay.low), "pay_high": _cell(pay.high)}
    if isinstance(entity, Impression):
        for logged_here in (
            "index_generation", "plan", "station", "trial", "propensity", "exploration",
            "swapped", "chances",
        ):  # fmt: skip
            del row[logged_here]
        row["items"] = _cell(tuple(item for item, _ in entity.items))
        row["shown_at"] = entity.shown_at.strftime("%Y-%m-%d %H:%M:%S")
    return row


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else "0"
        case IntFlag():
            return "|".join(str(flag.name).lower() for flag in value)
        case IntEnum():
            return value.name.lower()
        case StrEnum():
            return value.value
        case tuple():
            return "|".join(value) or "none"
        case datetime() | date():
            return value.isoformat()
        case _:
            return str(value)


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    """Write rows in the format that the ending of `path` names."""
    header = list(rows[0])
    table = [header, *([row[name] for name in header] for row in rows)]
    match path.suffix:
        case ".csv":
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(table)
        case ".json":
            path.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
        case ".jsonl":
            lines = (json.dumps(row, ensure_ascii=False) for row in rows)
            path.write_text("\n".join(lines), encoding="utf-8")
        case ".xlsx":
            write_xlsx(path, table)
        case ".ods":
            write_ods(path, table)
    return path


def write_xlsx(path: Path, *sheets: list[list[object]] | list[list[str]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for table in sheets:
        sheet = book.create_sheet()
        for row in table:
            sheet.append(row)
    book.save(path)
    return path


def write_ods(path: Path, *sheets: list[list[str]], formulas: bool = False) -> Path:
    """With `formulas`, text that begins with `=` is written as a formula."""
    book = OpenDocumentSpreadsheet()
    for table in sheets:
        sheet = Table(name=f"s{len(book.spreadsheet.childNodes)}")
        book.spreadsheet.addElement(sheet)
        for row in table:
            line = TableRow()
            sheet.addElement(line)
            for text in row:
                if formulas and text.startswith("="):
                    cell = TableCell(formula=f"of:{text}", valuetype="float", value="2")
                else:
                    cell = TableCell(valuetype="string")
                line.addElement(cell)
                for paragraph in text.split("\n") if text else ():
                    element = P()
                    addTextToElement(element, paragraph)
                    cell.addElement(element)
    book.save(str(path))
    return path
