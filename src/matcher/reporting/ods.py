"""The report as a workbook in the Open Document Format, which government offices use."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZipFile, ZipInfo

from odf.dc import Title
from odf.draw import Frame, Image
from odf.number import DateStyle, Day, Month, Number, NumberStyle, Text, Year
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import (
    Footer,
    FooterStyle,
    Header,
    HeaderFooterProperties,
    HeaderStyle,
    MasterPage,
    PageLayout,
    PageLayoutProperties,
    ParagraphProperties,
    Style,
    TableCellProperties,
    TableColumnProperties,
    TableProperties,
    TableRowProperties,
    TextProperties,
)
from odf.svg import Desc
from odf.table import Table as Sheet
from odf.table import TableCell, TableColumn, TableHeaderRows, TableRow
from odf.text import P, PageCount, PageNumber

from matcher.calendar_roc import roc_text
from matcher.reporting import words
from matcher.reporting.document import Cell, Chart, Column, Document, Names, Table
from matcher.reporting.plots import png

WIDTHS = {"head": "6cm", "words": "5.5cm", "number": "3.2cm"}
SCALE = "70%"
TALLEST = 6.0
"""Inches of a picture that stand on one printed page, at SCALE."""
DECIMALS = range(3)
"""Decimals that rates are printed with."""


def ods_of(document: Document, *, font: str | None) -> bytes:
    """The workbook: what it is, then a sheet for each table, with its pictures beneath."""
    book = _Book(document)
    book.add_front()
    for section in document.sections:
        for table in section.tables:
            charts = [chart for chart in section.charts if chart.table is table]
            book.add_table(table, charts, font)
    written = BytesIO()
    book.file.write(written)
    return _undated(written.getvalue())


class _Book:
    """A workbook as it grows."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.file = OpenDocumentSpreadsheet()
        self.file.meta.addElement(Title(text=f"{document.title.zh} {document.title.en}"))
        self._page()
        self._columns = {
            kind: self._style("table-column", TableColumnProperties(columnwidth=width))
            for kind, width in WIDTHS.items()
        }
        self._high = self._style("table-row", TableRowProperties(useoptimalrowheight="true"))
        self._next_page = self._style("table-row", TableRowProperties(breakbefore="page"))
        wrapped = {"wrapoption": "wrap", "verticalalign": "top"}
        self._line_style = self._cell_style({})
        self._plain = self._cell_style(wrapped)
        self._bold = self._cell_style(wrapped, fontweight="bold")
        self._head = self._cell_style(
            wrapped | {"backgroundcolor": "#eef2f3"}, fontweight="bold", fontsize="9pt"
        )
        self._title = self._cell_style({}, fontweight="bold", fontsize="14pt")
        self._notice = self._cell_style({}, fontweight="bold", color="#8a3200")
        top, end = TableCellProperties(verticalalign="top"), ParagraphProperties(textalign="end")
        self._dash = self._style("table-cell", top, end)
        self._numbers = {places: self._number_style(places) for places in DECIMALS}
        self._day = self._day_style()

    def add_front(self) -> None:
        """What the workbook is, and what its sheets hold."""
        document, sheet = self._document, self._sheet("說明 About", ("words",))
        self._line(sheet, _both(document.title), self._title)
        if document.simulated:
            self._line(sheet, _both(words.SIMULATED_NOTICE), self._notice)
        period = document.period
        told = [
            (words.PERIOD, f"{roc_text(period.first)}至{roc_text(period.last)}"),
            (words.PERIOD, f"{period.first} – {period.last}"),
            (words.COUNTED_ON, f"{roc_text(document.counted_on)} {document.counted_on}"),
        ]
        if document.as_of:
            told.append((words.AS_OF, f"{roc_text(document.as_of)} {document.as_of}"))
        for names, text in told:
            self._row(sheet, [(names, self._bold), (text, self._line_style)])
        self._line(sheet, "", self._line_style)
        self._line(sheet, _both(words.CONTENTS), self._bold)
        for table in document.tables:
            self._row(
                sheet, [(sheet_name(table), self._plain), (table.caption.en, self._line_style)]
            )

    def add_table(self, table: Table, charts: Iterable[Chart], font: str | None) -> None:
        """A sheet with the table, how to read it, and its pictures."""
        document = self._document
        sheet = self._sheet(sheet_name(table), _kinds(table))
        self._line(sheet, _both(table.caption), self._title)
        if document.simulated:
            self._line(sheet, _both(words.SIMULATED_NOTICE), self._notice)
        period = document.period
        roc = f"{roc_text(period.first)}至{roc_text(period.last)}"
        self._line(sheet, f"{roc}（{period.first} – {period.last}）", self._line_style)
        self._line(sheet, "", self._line_style)
        heads = [(_head(column), self._head) for column in table.columns]
        top = TableHeaderRows()
        sheet.addElement(top)
        self._row(top, [(table.head, self._head), *heads])
        for row in table.rows:
            words_style = self._bold if row.whole else self._plain
            names = _noted(row.names, row.note)
            cells = [(cell, words_style) for cell in row.cells]
            self._row(sheet, [(names, words_style), *cells])
        for remark in table.remarks:
            self._line(sheet, _both(remark), self._line_style)
        for chart in charts:
            self._picture(sheet, chart, font)

    def _sheet(self, name: str, kinds: Iterable[str]) -> Any:
        sheet = Sheet(name=name, stylename=self._table)
        for kind in ("head", *kinds):
            sheet.addElement(TableColumn(stylename=self._columns[kind]))
        self.file.spreadsheet.addElement(sheet)
        return sheet

    def _line(self, sheet: Any, text: str, style: Any) -> None:
        self._row(sheet, [(text, style)])

    def _row(self, sheet: Any, cells: Iterable[tuple[Cell, Any]]) -> None:
        row = TableRow(stylename=self._high)
        for cell, style in cells:
            row.addElement(self._cell(cell, style))
        sheet.addElement(row)

    def _cell(self, cell: Cell, style: Any) -> Any:
        match cell:
            case int() | Decimal():
                made = TableCell(
                    valuetype="float", value=str(cell), stylename=self._numbers[_decimals(cell)]
                )
                made.addElement(P(text=f"{cell:,}"))
            case date():
                day = cell.isoformat()
                made = TableCell(valuetype="date", datevalue=day, stylename=self._day)
                made.addElement(P(text=day))
            case _:
                style = self._dash if cell is None else style
                made = TableCell(valuetype="string", stylename=style)
                for line in _lines(cell):
                    made.addElement(P(text=line))
        return made

    def _picture(self, sheet: Any, chart: Chart, font: str | None) -> None:
        drawn, width, height = png(chart, simulated=self._document.simulated, font=font)
        shrunk = min(1.0, TALLEST / height)
        name = self.file.addPicture(f"Pictures/{chart.key}.png", "image/png", drawn)
        frame = Frame(
            width=f"{width * shrunk:.2f}in",
            height=f"{height * shrunk:.2f}in",
            x="0in",
            y="0.1in",
            name=chart.key,
        )
        frame.addElement(Image(href=name, type="simple", show="embed", actuate="onLoad"))
        frame.addElement(Desc(text=f"{chart.caption.zh} {chart.caption.en}"))
        cell, row = TableCell(), TableRow(stylename=self._next_page)
        cell.addElement(frame)
        row.addElement(cell)
        sheet.addElement(row)

    def _page(self) -> None:
        """Printed lying A4, the notice at the head of every page and its number at the foot."""
        document = self._document
        layout = PageLayout(name="lying")
        layout.addElement(
            PageLayoutProperties(
                pagewidth="29.7cm",
                pageheight="21cm",
                printorientation="landscape",
                margin="1.5cm",
                scaleto=SCALE,
            )
        )
        # Without styles of their own, headers and footers are not printed.
        for made in (HeaderStyle(), FooterStyle()):
            made.addElement(HeaderFooterProperties(minheight="0.8cm"))
            layout.addElement(made)
        self.file.automaticstyles.addElement(layout)
        page = MasterPage(name="report", pagelayoutname=layout)
        header, footer = Header(), Footer()
        marked = f"　{_both(words.SIMULATED_MARK)}" if document.simulated else ""
        header.addElement(P(text=f"{_both(document.title)}{marked}"))
        number = P()
        for part in (PageNumber(), " / ", PageCount()):
            number.addText(part) if isinstance(part, str) else number.addElement(part)
        footer.addElement(number)
        page.addElement(header)
        page.addElement(footer)
        self.file.masterstyles.addElement(page)
        self._table = Style(name="sheet", family="table", masterpagename="report")
        self._table.addElement(TableProperties(display="true"))
        self.file.automaticstyles.addElement(self._table)

    def _style(self, family: str, *properties: Any, **about: Any) -> Any:
        number = len(self.file.automaticstyles.childNodes)
        style = Style(name=f"s{number}", family=family, **about)
        for one in properties:
            style.addElement(one)
        self.file.automaticstyles.addElement(style)
        return style

    def _cell_style(self, cell: dict[str, str], **text: str) -> Any:
        # Chinese letters have weights and sizes of their own.
        asian = {f"{name}asian": value for name, value in text.items() if name != "color"}
        return self._style(
            "table-cell", TableCellProperties(**cell), TextProperties(**text, **asian)
        )

    def _number_style(self, places: int) -> Any:
        written = NumberStyle(name=f"n{places}")
        written.addElement(Number(decimalplaces=places, minintegerdigits=1, grouping="true"))
        self.file.automaticstyles.addElement(written)
        top = TableCellProperties(verticalalign="top")
        return self._style("table-cell", top, datastylename=written)

    def _day_style(self) -> Any:
        written = DateStyle(name="day")
        for part in (Year(style="long"), Text(text="-"), Month(style="long"), Text(text="-")):
            written.addElement(part)
        written.addElement(Day(style="long"))
        self.file.automaticstyles.addElement(written)
        top = TableCellProperties(verticalalign="top")
        return self._style("table-cell", top, datastylename=written)


def sheet_name(table: Table) -> str:
    """The name of a table's sheet, which may hold no colon and few signs else."""
    return table.caption.zh.replace("：", " ").replace("，", " ")


def _kinds(table: Table) -> list[str]:
    """How wide each column must be, by its first cell."""
    first = table.rows[0].cells if table.rows else [""] * len(table.columns)
    numeric = int | Decimal | date | None
    return ["number" if isinstance(cell, numeric) else "words" for cell in first]


def _decimals(number: int | Decimal) -> int:
    return -int(number.as_tuple().exponent) if isinstance(number, Decimal) else 0


def _head(column: Column) -> Names:
    names = _noted(column.names, column.note)
    if column.unit is None:
        return names
    return Names(f"{names.zh}（{column.unit.zh}）", f"{names.en} ({column.unit.en})")


def _noted(names: Names, note: int | None) -> Names:
    return names if note is None else Names(f"{names.zh} {words.NOTE.zh}{note}", names.en)


def _lines(cell: Names | str | None) -> list[str]:
    match cell:
        case None:
            return [words.NO_RATE]
        case Names() if cell.en and cell.en != cell.zh:
            return [cell.zh, cell.en]
        case Names():
            return [cell.zh]
    return [cell]


def _both(names: Names) -> str:
    return f"{names.zh} {names.en}"


def _undated(archive: bytes) -> bytes:
    """The archive without the moment it was made: the same figures are the same bytes."""
    written = BytesIO()
    with ZipFile(BytesIO(archive)) as dated, ZipFile(written, "w") as undated:
        for info in dated.infolist():
            plain = ZipInfo(info.filename)
            plain.compress_type = info.compress_type
            undated.writestr(plain, dated.read(info))
    return written.getvalue()
