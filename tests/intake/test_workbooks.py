"""What real workbooks hold beside plain cells."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from matcher.entities import HireReport
from matcher.errors import InvalidInputError
from matcher.intake.sources import plan
from tests.intake.conftest import Read
from tests.intake.register_files import write_ods, write_xlsx

HEADER = ["id", "name", "industry"]
REPORTS = ["id", "vacancy_id", "reported_on", "openings_filled"]


def rewritten(path: Path, part: str, change: Callable[[str], str]) -> Path:
    target = path.with_stem("changed")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            content = source.read(name)
            if name == part:
                before, content = content, change(content.decode()).encode()
                assert content != before
            archive.writestr(name, content)
    return target


def test_inline_strings_are_read_like_shared_ones(tmp_path: Path, read_file: Read) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(HEADER)
    sheet.append(["e1", "大大鋼鐵", None])
    book.save(tmp_path / "w.xlsx")
    assert read_file(tmp_path / "w.xlsx")[0].records[0].entity.name == "大大鋼鐵"


def test_text_in_several_fonts_is_one_text(tmp_path: Path, read_file: Read) -> None:
    book = openpyxl.Workbook()
    book.active.append(HEADER)
    book.active.append(["e1", "x", None])
    book.active["B2"] = CellRichText("大大", TextBlock(InlineFont(b=True), "鋼鐵"), "廠")
    book.save(tmp_path / "w.xlsx")
    assert read_file(tmp_path / "w.xlsx")[0].records[0].entity.name == "大大鋼鐵廠"


def test_signs_for_reading_aloud_are_not_part_of_the_text(tmp_path: Path, read_file: Read) -> None:
    book = openpyxl.Workbook()
    book.active.append(HEADER)
    book.active.append(["e1", "大大鋼鐵", None])
    book.save(tmp_path / "w.xlsx")
    path = rewritten(
        tmp_path / "w.xlsx",
        "xl/sharedStrings.xml",
        lambda text: text.replace("<t>大大鋼鐵</t>", "<t>大大鋼鐵</t><rPh><t>ㄉㄚ</t></rPh>"),
    )
    assert read_file(path)[0].records[0].entity.name == "大大鋼鐵"


@pytest.mark.parametrize("format_", ["yyyy-mm-dd", "[$-404]e/m/d", "builtin 27"])
@pytest.mark.parametrize("mac", [False, True])
def test_a_date_cell_is_read_whatever_calendar_it_is_shown_in(
    tmp_path: Path, read_file: Read, format_: str, mac: bool
) -> None:
    book = openpyxl.Workbook()
    if mac:
        book.epoch = CALENDAR_MAC_1904
    book.active.append(REPORTS)
    book.active.append(["h1", "v1", date(2019, 7, 27), 3])
    book.active["C2"].number_format = "[$-404]e/m/d" if format_ == "builtin 27" else format_
    path = tmp_path / "w.xlsx"
    book.save(path)
    if format_ == "builtin 27":
        path = rewritten(
            path,
            "xl/styles.xml",
            lambda text: re.sub(r'<xf numFmtId="16[45]"', '<xf numFmtId="27"', text),
        )
    [record] = read_file(path)[0].records
    assert record.entity == HireReport(
        id="h1", vacancy_id="v1", reported_on=date(2019, 7, 27), openings_filled=3
    )


def test_an_error_in_a_cell_costs_its_row(tmp_path: Path, read_file: Read) -> None:
    book = openpyxl.Workbook()
    for row in (HEADER, ["e1", "#N/A", None], ["e2", "B", None]):
        book.active.append(row)
    book.active["B2"].data_type = "e"
    book.save(tmp_path / "w.xlsx")
    [chunk] = read_file(tmp_path / "w.xlsx")
    assert [(r.row, r.field, r.value) for r in chunk.rejects] == [(2, "name", "#N/A")]
    assert [record.entity.id for record in chunk.records] == ["e2"]
    assert "error of a spreadsheet" in chunk.rejects[0].rule


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_an_error_pasted_as_a_value_is_an_error_even_where_it_is_saved_as_a_formula(
    tmp_path: Path, read_file: Read, ending: str
) -> None:
    path = tmp_path / f"w.{ending}"
    table = [HEADER, ["e1", "=#N/A", ""], ["e2", "=#REF!", ""], ["e3", "=A2", ""]]
    write = write_xlsx if ending == "xlsx" else lambda p, t: write_ods(p, t, formulas=True)
    [chunk] = read_file(write(path, table))
    assert [reject.value for reject in chunk.rejects[:2]] == ["#N/A", "#REF!"]
    assert ["formula" in reject.rule for reject in chunk.rejects] == [False, False, True]
    assert "empty it" in chunk.rejects[0].remedy


@pytest.mark.parametrize("error", ["#N/A", "#DIV/0!", " #REF! ", "Err:502"])
def test_an_error_saved_as_text_is_an_error_too(
    tmp_path: Path, read_file: Read, error: str
) -> None:
    path = tmp_path / "w.csv"
    path.write_text(f"id,name,industry\ne1,{error},\ne2,#1 倉儲,\n", encoding="utf-8")
    [chunk] = read_file(path)
    assert [(r.row, r.field, r.value) for r in chunk.rejects] == [(2, "name", error.strip())]
    assert "formula" not in chunk.rejects[0].rule
    assert [record.entity.id for record in chunk.records] == ["e2"]


def test_empty_sheets_beside_the_one_with_data_do_no_harm(tmp_path: Path, read_file: Read) -> None:
    table = [HEADER, ["e1", "A", ""]]
    path = write_ods(tmp_path / "w.ods", [], table, [[""]])
    assert len(read_file(path)[0].records) == 1


def test_the_empty_rest_of_a_sheet_costs_nothing(tmp_path: Path, read_file: Read) -> None:
    path = rewritten(
        write_ods(tmp_path / "w.ods", [HEADER, ["e1", "A", ""], ["e2", "B", ""]]),
        "content.xml",
        lambda text: text.replace(
            "</table:table>",
            '<table:table-row table:number-rows-repeated="1048574">'
            '<table:table-cell table:number-columns-repeated="16384"/>'
            "</table:table-row></table:table>",
        ),
    )
    assert [record.row for record in read_file(path)[0].records] == [2, 3]


def test_a_row_said_to_repeat_without_end_is_refused(tmp_path: Path) -> None:
    path = rewritten(
        write_ods(tmp_path / "w.ods", [HEADER, ["e1", "A", ""]]),
        "content.xml",
        lambda text: text.replace(
            "<table:table-row>", '<table:table-row table:number-rows-repeated="9999999">', 1
        ),
    )
    with pytest.raises(InvalidInputError, match="not a readable workbook"):
        plan([path])
