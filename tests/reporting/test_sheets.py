"""A list as a file: what was written is read back, and no text is a formula."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO

import pytest
from odf.opendocument import load
from odf.table import TableCell
from openpyxl import load_workbook

from matcher.reporting.sheets import STARTS, csv_of, ods_of, xlsx_of

EVIL = '=HYPERLINK("https://evil.example","x")'
ROWS = [["編號", "職稱"], [1, "倉管\n夜班"], [2.5, None], [3, EVIL]]


def test_csv_is_read_by_office_programs_as_utf_8():
    written = csv_of(ROWS)
    assert written.startswith(b"\xef\xbb\xbf")
    read = list(csv.reader(StringIO(written.decode("utf-8-sig"), newline="")))
    assert read[:3] == [["編號", "職稱"], ["1", "倉管\n夜班"], ["2.5", ""]]


@pytest.mark.parametrize("start", STARTS)
def test_no_text_of_a_csv_begins_as_a_formula_does(start: str):
    (row,) = csv.reader(StringIO(csv_of([[f"{start}1+1"]]).decode("utf-8-sig"), newline=""))
    assert row[0].startswith("'")


def test_a_workbook_holds_texts_as_texts():
    sheet = load_workbook(BytesIO(xlsx_of(ROWS))).active
    assert sheet is not None
    assert [cell.value for cell in sheet["A"]] == ["編號", 1, 2.5, 3]
    cell = sheet["B4"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == (EVIL, "s", True)


def test_an_open_document_holds_texts_as_texts():
    cells = load(BytesIO(ods_of(ROWS))).spreadsheet.getElementsByType(TableCell)
    kinds = [cell.getAttribute("valuetype") for cell in cells]
    assert kinds == ["string", "string", "float", "string", "float", None, "float", "string"]
    assert not any(cell.getAttribute("formula") for cell in cells)


@pytest.mark.parametrize("write", [csv_of, xlsx_of, ods_of])
def test_control_characters_are_left_out(write):
    assert write([["a\x00b\x0bc"]])
