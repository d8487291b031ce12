"""One table as a file for an office program: CSV, XLSX or ODS, in which no text is a formula."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping
from io import BytesIO, StringIO

from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from matcher.reporting.formats import Format, Rows, Value

STARTS = tuple("=+-@\t\r\n＝＋－＠")
"""What makes an office program read a cell of a CSV file as a formula, full width too."""
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def csv_of(rows: Rows) -> bytes:
    """UTF-8 with a mark at its start; texts that could be formulas begin with an apostrophe."""
    written = StringIO(newline="")
    csv.writer(written).writerows([_in_csv(value) for value in row] for row in rows)
    return written.getvalue().encode("utf-8-sig")


def xlsx_of(rows: Rows) -> bytes:
    """A workbook of one sheet; texts are stored as texts and stay so when they are edited."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append([_in_xlsx(sheet, value) for value in row])
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def ods_of(rows: Rows) -> bytes:
    """A workbook of one sheet; a cell says itself that it holds a text."""
    book = OpenDocumentSpreadsheet()
    sheet = Table(name="1")
    for row in rows:
        line = TableRow()
        for value in row:
            line.addElement(_in_ods(value))
        sheet.addElement(line)
    book.spreadsheet.addElement(sheet)
    written = BytesIO()
    book.write(written)
    return written.getvalue()


WRITERS: Mapping[Format, Callable[[Rows], bytes]] = {
    Format.CSV: csv_of,
    Format.XLSX: xlsx_of,
    Format.ODS: ods_of,
}


def _in_csv(value: Value) -> Value:
    if not isinstance(value, str):
        return value
    plain = _CONTROLS.sub("", value)
    return f"'{plain}" if plain.startswith(STARTS) else plain


def _in_xlsx(sheet: WriteOnlyWorksheet, value: Value) -> Cell:
    if not isinstance(value, str):
        return WriteOnlyCell(sheet, value)
    cell = WriteOnlyCell(sheet, _CONTROLS.sub("", value))
    cell.data_type = "s"
    cell.quotePrefix = value.startswith(STARTS)
    return cell


def _in_ods(value: Value) -> TableCell:
    if value is None:
        return TableCell()
    if isinstance(value, str):
        cell = TableCell(valuetype="string")
        for line in _CONTROLS.sub("", value).split("\n"):
            cell.addElement(P(text=line))
        return cell
    cell = TableCell(valuetype="float", value=str(value))
    cell.addElement(P(text=f"{value:g}" if isinstance(value, float) else str(value)))
    return cell
