"""The report as one page that needs nothing else: no network, no script, no other file."""

from __future__ import annotations

from base64 import b64encode
from datetime import date
from decimal import Decimal

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from matcher.calendar_roc import roc_text
from matcher.reporting import words
from matcher.reporting.document import Cell, Chart, Document, Names
from matcher.reporting.fonts import part_of
from matcher.reporting.plots import svg

_pages = Environment(
    loader=PackageLoader("matcher.reporting", "page"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def html_of(document: Document, *, font: str | None) -> bytes:
    """The page in UTF-8; `font` writes the Chinese of its pictures, and goes with it in part."""
    pictures = {
        chart.key: _picture(chart, simulated=document.simulated, font=font)
        for chart in document.charts
    }
    template = _pages.get_template("report.html")
    told = template.render(document=document, words=words, pictures={}, letters=None)
    part = None if font is None else part_of(font, set(told))
    letters = part and _data("font/woff", part)
    page = template.render(document=document, words=words, pictures=pictures, letters=letters)
    return page.encode()


def _picture(chart: Chart, *, simulated: bool, font: str | None) -> str:
    return _data("image/svg+xml", svg(chart, simulated=simulated, font=font))


def _data(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{b64encode(content).decode()}"


def _both(names: Names) -> Markup:
    """Chinese, and English beneath."""
    if names.zh == names.en or not names.en:
        return Markup("{}").format(names.zh)
    return Markup('{} <span class="en" lang="en">{}</span>').format(names.zh, names.en)


def _shown(cell: Cell) -> str:
    """A cell; what is no markup yet, the template escapes."""
    match cell:
        case None:
            return words.NO_RATE
        case int() | Decimal():
            return f"{cell:,}"
        case date():
            return cell.isoformat()
        case Names():
            return _both(cell)
    return cell


def _is_number(cell: Cell) -> bool:
    return cell is None or isinstance(cell, int | Decimal)


_pages.filters |= {"both": _both, "shown": _shown, "roc": roc_text}
_pages.tests["number"] = _is_number
