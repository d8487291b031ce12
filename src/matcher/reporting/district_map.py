"""The map of the city's districts: a tile for each, which its name and figure fit into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from matcher.reference import table_rows
from matcher.reporting.document import Cell, Column, Row, Table

SHADES = 5
"""Shades, from 1 for the lowest values to this for the highest; 0: no value."""
TABLE = "district_tiles.csv"


@dataclass(frozen=True, slots=True)
class Spot:
    """Column and row of a district's tile, from the north-west."""

    column: int
    row: int


@dataclass(frozen=True, slots=True)
class Tile:
    """A district with the value of its column of the table; `row` None: nothing was counted."""

    code: str
    spot: Spot
    row: Row | None
    cell: Cell
    shade: int


@dataclass(frozen=True, slots=True)
class Shade:
    """A class of values, both ends within it."""

    number: int
    low: int | Decimal
    high: int | Decimal


@dataclass(frozen=True, slots=True)
class DistrictMap:
    """All tiles, and what the shades stand for."""

    column: Column
    tiles: tuple[Tile, ...]
    shades: tuple[Shade, ...]


def read_spots(folder: Path) -> dict[str, Spot]:
    """Where each district's tile lies; raises ConfigurationError where the table is missing."""
    rows = table_rows(folder / TABLE)
    return {row["code"]: Spot(int(row["column"]), int(row["row"])) for row in rows}


def district_map(table: Table, key: str, spots: Mapping[str, Spot]) -> DistrictMap:
    """The column `key` of a table by district; shades hold equally many districts."""
    by_code = {row.key: (row, cell) for row, cell in table.column(key) if not row.whole}
    found = (by_code[code][1] for code in spots if code in by_code)
    values = sorted(cell for cell in found if isinstance(cell, int | Decimal))
    shades = _shades(values)
    tiles = []
    for code, spot in spots.items():
        row, cell = by_code.get(code, (None, None))
        tiles.append(Tile(code, spot, row, cell, _shade_of(cell, shades)))
    column = next(column for column in table.columns if column.key == key)
    return DistrictMap(column, tuple(tiles), shades)


def _shades(values: Sequence[int | Decimal]) -> tuple[Shade, ...]:
    """The values in classes of equal size; equal values share a class."""
    classes: dict[int, list[int | Decimal]] = {}
    for value in values:
        below = values.index(value)
        classes.setdefault(1 + below * SHADES // len(values), []).append(value)
    return tuple(Shade(number, inside[0], inside[-1]) for number, inside in classes.items())


def _shade_of(cell: Cell, shades: Sequence[Shade]) -> int:
    if not isinstance(cell, int | Decimal):
        return 0
    return next(shade.number for shade in shades if shade.low <= cell <= shade.high)
