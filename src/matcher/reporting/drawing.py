"""Where the lines and bars of a picture lie, so that a template can draw them as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil, floor, log10

from matcher.reporting.document import Cell, Chart, Column, Row

WIDTH, HEIGHT = 760.0, 300.0
LEFT, RIGHT, TOP, BOTTOM = 56.0, 36.0, 16.0, 58.0
"""Room around the plot, in units of the picture, as all lengths here."""
TICKS = 5
LABELS = 13
"""Names that stand beside one another under a picture."""
BAR, BAR_LABELS, BAR_FIGURES = 16.0, 230.0, 90.0
"""Thickness of a bar, room for the names on its left and for its figure on the right."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A value on the axis and where it lies."""

    value: float
    at: float


@dataclass(frozen=True, slots=True)
class Point:
    """A drawn value."""

    row: Row
    cell: Cell
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Line:
    """One column: its points, in runs that a missing value parts."""

    column: Column
    runs: tuple[tuple[Point, ...], ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """Each run as the points of a polyline."""
        return tuple(" ".join(f"{p.x:.1f},{p.y:.1f}" for p in run) for run in self.runs)


@dataclass(frozen=True, slots=True)
class Lines:
    """A picture of lines; `labels` are the rows that are named under it."""

    chart: Chart
    lines: tuple[Line, ...]
    ticks: tuple[Tick, ...]
    labels: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar from the left edge of the plot."""

    column: Column
    cell: Cell
    y: float
    length: float


@dataclass(frozen=True, slots=True)
class Group:
    """The bars of one row; its name stands at `y`."""

    row: Row
    y: float
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """A picture of bars, `height` high."""

    chart: Chart
    columns: tuple[Column, ...]
    groups: tuple[Group, ...]
    height: float


def lines(chart: Chart) -> Lines:
    """The chart as lines; a cell that is no number leaves a gap."""
    rows = _parts(chart)
    columns = _columns(chart)
    top = _round_up(max(_numbers(chart), default=1.0))
    step = (WIDTH - LEFT - RIGHT) / max(len(rows) - 1, 1)

    def place(row: int, value: float) -> tuple[float, float]:
        return LEFT + row * step, HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM)

    drawn = []
    for column in columns:
        runs: list[list[Point]] = [[]]
        for at, (row, cell) in enumerate(_cells(chart, column.key)):
            if isinstance(cell, int | Decimal):
                runs[-1].append(Point(row, cell, *place(at, float(cell))))
            elif runs[-1]:
                runs.append([])
        drawn.append(Line(column, tuple(tuple(run) for run in runs if run)))
    every = ceil(len(rows) / LABELS)
    return Lines(
        chart,
        tuple(drawn),
        tuple(Tick(v, place(0, v)[1]) for v in (top * n / TICKS for n in range(TICKS + 1))),
        tuple(Point(row, None, *place(at, 0)) for at, row in enumerate(rows) if at % every == 0),
    )


def bars(chart: Chart) -> Bars:
    """The chart as bars, those of a row beneath one another."""
    columns = _columns(chart)
    longest = max(_numbers(chart), default=1.0) or 1.0
    room = WIDTH - BAR_LABELS - BAR_FIGURES
    apart = BAR * (len(columns) + 0.75)
    groups = []
    for at, row in enumerate(_parts(chart)):
        found = []
        for turn, column in enumerate(columns):
            cell = _cells(chart, column.key)[at][1]
            length = float(cell) / longest * room if isinstance(cell, int | Decimal) else 0.0
            found.append(Bar(column, cell, at * apart + turn * BAR, length))
        groups.append(Group(row, at * apart + BAR * len(columns) / 2, tuple(found)))
    return Bars(chart, columns, tuple(groups), apart * len(groups))


def _parts(chart: Chart) -> list[Row]:
    return [row for row in chart.table.rows if not row.whole]


def _columns(chart: Chart) -> tuple[Column, ...]:
    by_key = {column.key: column for column in chart.table.columns}
    return tuple(by_key[key] for key in chart.columns)


def _cells(chart: Chart, key: str) -> Sequence[tuple[Row, Cell]]:
    return [(row, cell) for row, cell in chart.table.column(key) if not row.whole]


def _numbers(chart: Chart) -> list[float]:
    cells = (cell for key in chart.columns for _, cell in _cells(chart, key))
    return [float(cell) for cell in cells if isinstance(cell, int | Decimal)]


def _round_up(value: float) -> float:
    """The next round number, so that the ticks are round too."""
    if value <= 0:
        return 1.0
    unit = 10.0 ** floor(log10(value))
    return next(step * unit for step in (1, 2, 2.5, 5, 10) if value <= step * unit)
