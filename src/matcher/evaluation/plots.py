"""Pictures of an evaluation, drawn without a display: the same input gives the same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font
from numpy.typing import ArrayLike

from matcher.evaluation.comparison import Figures
from matcher.evaluation.metrics import Reliability

SIMULATED_ENGLISH, SIMULATED_CHINESE = "Simulated data", "模擬資料"
LATIN_FONT = "DejaVu Sans"
CHINESE_FONTS = (
    "Noto Sans CJK TC",
    "Noto Sans TC",
    "Source Han Sans TC",
    "Noto Sans CJK JP",
    "Microsoft JhengHei",
    "PingFang TC",
    "Heiti TC",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
)
"""Fonts that systems have for Chinese; matplotlib brings none."""
DPI = 120
CURVES = ("#777777", "#d08a00", "#1f5f99", "#2b8a57", "#8e3f97")
"""Colours that people of every colour vision tell apart by their lightness."""
INK, DATA, WARNING = "#222222", "#1f5f99", "#a33b00"


def reliability_plot(reliability: Reliability, *, title: str, simulated: bool) -> Figure:
    """Observed shares against predicted chances, sized by count, which stands below as bars.

    Points on the diagonal are right, points under it were promised too much.
    """
    figure = _figure(title, height=6.0, simulated=simulated)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
    largest = max(reliability.count.max(initial=0), 1)
    above.plot([0, 1], [0, 1], color="grey", linestyle="--", linewidth=1, label="perfect")
    above.plot(reliability.predicted, reliability.observed, color=DATA, linewidth=1)
    above.scatter(
        reliability.predicted, reliability.observed, s=90 * reliability.count / largest, color=DATA
    )
    highest = max(reliability.predicted.max(initial=0.1), reliability.observed.max(initial=0.1))
    above.set(xlim=(0, min(1.05 * highest, 1)), ylim=(0, min(1.05 * highest, 1)))
    above.set_ylabel("share observed")
    above.legend(loc="upper left", frameon=False)
    below.vlines(reliability.predicted, 0, reliability.count, color=DATA, linewidth=6)
    below.set(xlabel="chance predicted (mean of the bin)", ylabel="pairs", ylim=(0, 1.15 * largest))
    for axes in (above, below):
        _plain(axes)
    return figure


def comparison_plot(figures: Sequence[Figures], *, title: str, simulated: bool) -> Figure:
    """ndcg@10 of each method with its 95 % interval, first method on top."""
    figure = _figure(title, height=1.6 + 0.4 * len(figures), simulated=simulated)
    axes = figure.subplots()
    value, low, high = (
        np.array([getattr(method.ndcg, name) for method in figures], np.float64)
        for name in ("value", "low", "high")
    )
    rows = np.arange(len(figures))
    axes.hlines(rows, low, high, color=DATA, linewidth=2)
    axes.scatter(value, rows, color=DATA, s=36, zorder=3)
    ends = np.where(np.isnan(high), value, high)
    for row, (number, end) in enumerate(zip(value.tolist(), ends.tolist(), strict=True)):
        if not np.isnan(number):
            axes.annotate(
                f"{number:.3f}",
                (end, row),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                color=INK,
            )
    axes.set_yticks(rows, [method.method for method in figures])
    axes.set(xlabel="ndcg@10 with 95 % interval", ylim=(len(figures) - 0.5, -0.5))
    axes.set_xlim(0, 1.15 * np.nanmax(np.append(ends, 0.1)))
    _plain(axes)
    return figure


def curves_plot(
    curves: Mapping[str, tuple[ArrayLike, ArrayLike]],
    *,
    title: str,
    across: str,
    up: str,
    simulated: bool,
) -> Figure:
    """Curves (x, y) by name, each named in the legend, with what is `across` and `up`."""
    figure = _figure(title, height=4.0, simulated=simulated)
    axes = figure.subplots()
    for colour, (name, (x, y)) in zip(cycle(CURVES), curves.items(), strict=False):
        axes.plot(x, y, label=name, color=colour, linewidth=1.6)
    axes.set(xlabel=across, ylabel=up)
    axes.legend(frameon=False)
    _plain(axes)
    return figure


def png(figure: Figure) -> bytes:
    """The picture as a PNG file that holds nothing of when or by what it was made."""
    FigureCanvasAgg(figure)
    picture = BytesIO()
    figure.savefig(picture, format="png", dpi=DPI, metadata={"Software": None})
    return picture.getvalue()


def _figure(title: str, *, height: float, simulated: bool) -> Figure:
    figure = Figure(figsize=(7.0, height), layout="constrained")
    figure.suptitle(title, color=INK)
    if simulated:
        words, fonts = _notice()
        figure.supxlabel(words, color=WARNING, fontfamily=fonts)
    return figure


def _notice() -> tuple[str, list[str]]:
    """The notice of simulated data, in as many languages as the fonts can write."""
    font = chinese_font()
    if font is None:
        return SIMULATED_ENGLISH, [LATIN_FONT]
    return f"{SIMULATED_ENGLISH} / {SIMULATED_CHINESE}", [LATIN_FONT, font]


def chinese_font() -> str | None:
    """The first of CHINESE_FONTS that this system has and that writes Chinese."""
    installed = set(fontManager.get_font_names())
    names = (name for name in CHINESE_FONTS if name in installed)
    return next((name for name in names if _writes(name, SIMULATED_CHINESE)), None)


def _writes(name: str, text: str) -> bool:
    font = get_font(findfont(FontProperties(family=[name])))
    return all(font.get_char_index(ord(character)) for character in text)


def _plain(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.set_axisbelow(True)
