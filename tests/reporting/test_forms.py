"""The page, the workbook and the JSON say the same, and each says that its data are simulated."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

import pandas as pd

from matcher.db.engine import migrate, open_engine
from matcher.jobs.report import Written, report_name, write_report
from matcher.rates.periods import Period, month_of, year_of
from matcher.reference import Reference
from matcher.reporting.assemble import assemble
from matcher.reporting.document import Document, Shape
from matcher.reporting.html import html_of
from matcher.reporting.ods import ods_of, sheet_name
from matcher.service.proof import Proof
from matcher.service.publication import Publisher
from tests.rates.register import noon, write
from tests.reporting.conftest import CLOSED, FAIR, QUARTER, records

NO_RATE = "－"


class Tables(HTMLParser):
    """The cells of a page's tables by id, and the captions."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: dict[str, list[list[str]]] = {}
        self.captions: list[str] = []
        self._into: list[str] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self._table = self.rows.setdefault(str(dict(attrs)["id"]).removeprefix("table-"), [])
        elif tag == "tr":
            self._table.append([])
        elif tag in ("td", "th"):
            self._into = self._table[-1]
            self._into.append("")
        elif tag == "caption":
            self._into = self.captions
            self._into.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th", "caption"):
            self._into = None

    def handle_data(self, data: str) -> None:
        if self._into is not None:
            self._into[-1] += data


def numbers_in_json(path: Path) -> dict[str, list[list[Decimal | None]]]:
    """Of each table the cells that are counts or rates, line by line."""
    found = {}
    for section in json.loads(path.read_text(encoding="utf-8"))["sections"]:
        for table in section["tables"]:
            found[table["key"]] = [
                [
                    None if cell is None else Decimal(str(cell))
                    for cell in row["cells"].values()
                    if cell is None or isinstance(cell, int | float)
                ]
                for row in table["rows"]
            ]
    return found


def as_number(text: str) -> Iterator[Decimal | None]:
    plain = text.strip().replace(",", "")
    if plain == NO_RATE:
        yield None
    elif plain.replace(".", "", 1).isdecimal():
        yield Decimal(plain)


def as_numbers(cells: list[str]) -> list[Decimal | None]:
    return [number for cell in cells for number in as_number(cell)]


def test_the_page_shows_the_numbers_of_the_json(written: Written):
    page = Tables(written.page.read_text(encoding="utf-8"))
    shown = {key: [as_numbers(cells[1:]) for cells in rows[1:]] for key, rows in page.rows.items()}
    assert shown == numbers_in_json(written.figures)
    assert sum(len(cells) for rows in shown.values() for cells in rows) > 100


def test_the_workbook_holds_the_numbers_of_the_json(written: Written, document: Document):
    sheets = pd.read_excel(written.workbook, engine="odf", sheet_name=None, header=None, dtype=str)
    expected = numbers_in_json(written.figures)
    assert len(sheets) == len(expected) + 1
    for table in document.tables:
        sheet = sheets[sheet_name(table)].fillna("")
        head = (
            next(n for n, text in enumerate(sheet[0]) if text.startswith(table.head.zh) and n > 2)
            if table.rows
            else 0
        )
        held = sheet.iloc[head + 1 : head + 1 + len(table.rows), 1:]
        assert [as_numbers(list(row)) for row in held.itertuples(index=False)] == expected[
            table.key
        ]


def test_numbers_of_the_workbook_are_numbers_and_days_are_days(written: Written):
    fairs = pd.read_excel(written.workbook, engine="odf", sheet_name="各場徵才活動", header=None)
    line = next(row for row in fairs.itertuples(index=False) if str(row[0]).startswith("<前鎮>"))
    assert line[1] == pd.Timestamp(2026, 2, 7)
    assert line[4:9] == (10, 3, 7, 4, 57.14)


def test_every_form_is_marked_as_simulated(written: Written):
    page = Tables(written.page.read_text(encoding="utf-8"))
    assert page.captions
    assert all("模擬資料" in caption and "Simulated" in caption for caption in page.captions)
    sheets = pd.read_excel(written.workbook, engine="odf", sheet_name=None, header=None, dtype=str)
    for sheet in sheets.values():
        assert sheet[0].str.contains("模擬資料").any()
    figures = json.loads(written.figures.read_text(encoding="utf-8"))
    assert figures["simulated"]
    assert "Simulated" in figures["notice"]["en"]
    with ZipFile(written.workbook) as archive:
        assert "模擬資料 Simulated data" in archive.read("styles.xml").decode()


def test_a_real_register_is_nowhere_called_simulated(
    database_url: str, reference: Reference, tmp_path: Path
):
    engine = open_engine(database_url)
    migrate(engine)
    write(engine, *records("K-"), on=CLOSED)
    publisher = Publisher(engine, lambda: noon(CLOSED))
    written = write_report(
        publisher, Proof(engine), reference=reference, period=QUARTER, out=tmp_path / "new"
    )
    engine.dispose()
    with ZipFile(written.workbook) as archive:
        parts = "".join(
            archive.read(name).decode() for name in archive.namelist() if ".xml" in name
        )
    for text in (written.page.read_text("utf-8"), written.figures.read_text("utf-8"), parts):
        assert "模擬" not in text
        assert "Simulated" not in text
    assert not written.simulated


def test_the_workbook_is_one_that_any_office_program_knows(written: Written, document: Document):
    with ZipFile(written.workbook) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", ZIP_STORED)
        assert archive.read(first).decode() == "application/vnd.oasis.opendocument.spreadsheet"
        pictures = [name for name in archive.namelist() if name.startswith("Pictures/")]
        assert len(pictures) == len(list(document.charts))
        assert all(archive.read(name).startswith(b"\x89PNG") for name in pictures)


def test_a_period_of_which_nothing_is_recorded_is_written_all_the_same(
    publisher: Publisher, reference: Reference
):
    document = assemble(publisher.gather(year_of(108)), [], reference=reference)
    page = Tables(html_of(document, font=None).decode())
    assert page.rows["each_fair"] == []
    assert page.rows["bureau_by_district"][1][3] == NO_RATE
    assert {chart.shape for chart in document.charts} == {Shape.LINES}
    assert ods_of(document, font=None).startswith(b"PK")


def test_names_are_escaped(written: Written):
    page = written.page.read_text(encoding="utf-8")
    assert FAIR.name not in page
    assert "&lt;前鎮&gt; &amp; 聯合徵才" in page


def test_the_same_report_is_the_same_bytes(document: Document):
    assert html_of(document, font=None) == html_of(document, font=None)
    assert ods_of(document, font=None) == ods_of(document, font=None)


def test_files_are_named_after_the_period(written: Written):
    assert written.page.name == "report-2026-Q1.html"
    assert not list(written.page.parent.glob(".*"))
    assert report_name(month_of("2026-10")) == "report-2026-10"
    assert report_name(year_of(108), CLOSED) == "report-2019-as-of-2026-04-02"
    days = Period(first=QUARTER.first, last=CLOSED)
    assert report_name(days) == "report-2026-01-01-2026-04-02"
