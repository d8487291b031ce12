"""The report's pictures, drawn from its tables: the same table gives the same bytes."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from math import nan

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from matcher.evaluation.plots import DATA, DPI, INK, LATIN_FONT, WARNING
from matcher.reporting import words
from matcher.reporting.document import Cell, Chart, Names, Shape

COLOURS, MARKERS = (DATA, "#b4460a"), ("o", "s")
WIDTH = 7.4
SHORT = 32
"""Characters of a name that stands on one line in both languages."""


def svg(chart: Chart, *, simulated: bool, font: str | None) -> bytes:
    """The picture with its letters as outlines, which every browser shows, whatever its fonts.

    `font` writes Chinese; None: this system has none, and the words are English alone.
    """
    figure = _draw(chart, simulated=simulated, font=font)
    picture = BytesIO()
    FigureCanvasSVG(figure)
    with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": chart.key}):
        figure.savefig(picture, format="svg", metadata={"Date": None, "Creator": None})
    return picture.getvalue()


def png(chart: Chart, *, simulated: bool, font: str | None) -> tuple[bytes, float, float]:
    """The same for a workbook, with its width and height in inches."""
    figure = _draw(chart, simulated=simulated, font=font)
    picture = BytesIO()
    FigureCanvasAgg(figure)
    figure.savefig(picture, format="png", dpi=DPI, metadata={"Software": None})
    width, height = figure.get_size_inches()
    return picture.getvalue(), float(width), float(height)


def _draw(chart: Chart, *, simulated: bool, font: str | None) -> Figure:
    rows = [row for row in chart.table.rows if not row.whole]
    tall = 3.4 if chart.shape is Shape.LINES else 1.6 + 0.27 * len(rows)
    fonts = [LATIN_FONT] if font is None else [font, LATIN_FONT]
    with mpl.rc_context({"font.family": fonts, "axes.unicode_minus": False, "font.size": 9}):
        figure = Figure(figsize=(WIDTH, tall), layout="constrained")
        figure.suptitle(_words(chart.caption, font), color=INK, fontsize=11)
        axes = figure.subplots()
        if chart.shape is Shape.LINES:
            _lines(axes, chart, [_month(row.names, font) for row in rows], font)
        else:
            _bars(axes, chart, [_words(row.names, font, wrapped=True) for row in rows], font)
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_axisbelow(True)
        if simulated:
            figure.supxlabel(_words(words.SIMULATED_NOTICE, font), color=WARNING, fontsize=9)
        # Ticks are made when drawn, and must be while the fonts are set.
        figure.draw_without_rendering()
    return figure


def _lines(axes: Axes, chart: Chart, labels: list[str], font: str | None) -> None:
    for key, colour, marker in zip(chart.columns, COLOURS, MARKERS, strict=False):
        axes.plot(
            np.arange(len(labels)),
            _values(chart, key),
            color=colour,
            marker=marker,
            label=_legend(chart, key, font),
        )
    axes.set_xticks(np.arange(len(labels)), labels, fontsize=8)
    axes.set_ylim(bottom=0)
    axes.grid(axis="y", color="#dddddd", linewidth=0.6)
    axes.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)


def _bars(axes: Axes, chart: Chart, labels: list[str], font: str | None) -> None:
    places, thick = np.arange(len(labels)), 0.8 / len(chart.columns)
    for turn, (key, colour) in enumerate(zip(chart.columns, COLOURS, strict=False)):
        drawn = axes.barh(
            places + (turn + 0.5) * thick - 0.4,
            _values(chart, key),
            height=thick,
            color=colour,
            label=_legend(chart, key, font),
        )
        axes.bar_label(drawn, fmt="{:,.0f}", padding=3, fontsize=7, color=INK)
    axes.set_yticks(places, labels, fontsize=8)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), fontsize=8)


def _values(chart: Chart, key: str) -> list[float]:
    """The cells of a column; a gap where there is no rate."""
    return [_number(cell) for row, cell in chart.table.column(key) if not row.whole]


def _number(cell: Cell) -> float:
    return float(cell) if isinstance(cell, int | Decimal) else nan


def _legend(chart: Chart, key: str, font: str | None) -> str:
    column = next(column for column in chart.table.columns if column.key == key)
    unit = f" ({_words(column.unit, font)})" if column.unit else ""
    return _words(column.names, font) + unit


def _month(names: Names, font: str | None) -> str:
    """A month in a narrow place: the year of the Republic stands over the month."""
    chinese = names.zh.removeprefix("民國").replace("年", "年\n")
    return names.en if font is None else f"{chinese}\n{names.en}"


def _words(names: Names, font: str | None, *, wrapped: bool = False) -> str:
    if font is None or names.zh == names.en:
        return names.en
    between = "\n" if wrapped and len(names.en) + 2 * len(names.zh) > SHORT else " "
    return f"{names.zh}{between}{names.en}"
