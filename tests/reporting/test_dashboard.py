"""Pictures of the dashboard: every value where it belongs, and the map of all districts."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.config import ROOT
from matcher.reference import Reference
from matcher.reporting.dashboard import ON_THE_MAP, Counts, counts_of
from matcher.reporting.district_map import SHADES, district_map, read_spots
from matcher.reporting.document import Cell, Chart, Column, Names, Row, Shape, Table
from matcher.reporting.drawing import HEIGHT, WIDTH, bars, lines
from matcher.reporting.small_cells import HIDDEN
from matcher.service.publication import Publisher
from tests.reporting.conftest import QUARTER

SPOTS = read_spots(ROOT / "data" / "reference")


def table(*values: Cell) -> Table:
    """A column of values by district."""
    names = Names("x", "x")
    codes = list(SPOTS)
    return Table(
        key="t",
        caption=names,
        head=names,
        columns=(Column(key="v", names=names),),
        rows=tuple(
            Row(key=codes[n], names=names, cells=(value,)) for n, value in enumerate(values)
        ),
    )


def chart(shape: Shape, *values: Cell) -> Chart:
    return Chart(
        key="c", caption=Names("x", "x"), table=table(*values), columns=("v",), shape=shape
    )


@pytest.fixture(scope="module")
def counts(publisher: Publisher, reference: Reference) -> Counts:
    return counts_of(
        publisher.gather(QUARTER), reference=reference, spots=SPOTS, on_the_map="fill_rate"
    )


def test_a_value_twice_as_high_lies_twice_as_high_over_the_axis():
    drawn = lines(chart(Shape.LINES, Decimal(20), Decimal(40)))
    low, high = drawn.lines[0].runs[0]
    axis = drawn.ticks[0].at
    assert axis - high.y == pytest.approx(2 * (axis - low.y))
    assert [tick.value for tick in drawn.ticks] == [0, 10, 20, 30, 40, 50]


def test_what_has_no_value_parts_the_line():
    drawn = lines(chart(Shape.LINES, 1, None, 2, 3, HIDDEN, 4))
    assert [len(run) for run in drawn.lines[0].runs] == [1, 2, 1]


def test_a_line_of_many_months_names_only_some_of_them():
    assert len(lines(chart(Shape.LINES, *range(1, 38))).labels) <= 13


@given(st.lists(st.one_of(st.none(), st.integers(0, 10**6)), max_size=30))
def test_every_point_lies_in_the_picture(values: list[int | None]):
    drawn = lines(chart(Shape.LINES, *values))
    for line in drawn.lines:
        for run in line.runs:
            assert all(0 <= p.x <= WIDTH and 0 <= p.y <= HEIGHT for p in run)


def test_bars_are_as_long_as_what_they_show_and_the_longest_leaves_room_for_its_figure():
    drawn = bars(chart(Shape.BARS, 10, 5, None))
    first, second, third = (group.bars[0] for group in drawn.groups)
    assert first.length == pytest.approx(2 * second.length)
    assert third.length == 0
    assert first.length < WIDTH - 230


def test_every_district_has_a_tile_of_its_own(reference: Reference):
    assert set(SPOTS) == set(reference.districts)
    assert len(set(SPOTS.values())) == len(SPOTS) == 38


def test_tiles_lie_to_one_another_about_as_the_districts_do(reference: Reference):
    places = [reference.places[code] for code in SPOTS]
    for axis, tiles in (
        ([place.longitude for place in places], [spot.column for spot in SPOTS.values()]),
        ([-place.latitude for place in places], [spot.row for spot in SPOTS.values()]),
    ):
        assert np.corrcoef(np.argsort(np.argsort(axis)), tiles)[0, 1] > 0.9


def test_shades_rise_with_the_values_and_hold_about_equally_many():
    drawn = district_map(table(*map(Decimal, range(38))), "v", SPOTS)
    shades = [tile.shade for tile in drawn.tiles]
    assert shades == sorted(shades)
    assert {shades.count(shade) for shade in range(1, SHADES + 1)} <= {7, 8}
    assert [shade.number for shade in drawn.shades] == [1, 2, 3, 4, 5]


def test_equal_values_have_one_shade_and_what_has_none_has_no_shade():
    drawn = district_map(table(Decimal(7), Decimal(7), HIDDEN, None), "v", SPOTS)
    assert [tile.shade for tile in drawn.tiles][:4] == [1, 1, 0, 0]
    assert [tile.row for tile in drawn.tiles][4:] == [None] * 34


def test_the_map_shows_the_numbers_of_the_table_beside_it(counts: Counts):
    on_map = {tile.code: tile.cell for tile in counts.map.tiles if tile.row is not None}
    beside = {row.key: cell for row, cell in counts.districts.column("fill_rate")}
    assert on_map
    assert on_map["806"] == Decimal("60.00")
    assert all(beside[code] == cell for code, cell in on_map.items())


def test_the_map_can_show_what_the_districts_are_told_by(counts: Counts):
    assert set(ON_THE_MAP) <= {column.key for column in counts.districts.columns}


def test_the_dashboard_hides_small_counts_by_district_and_by_occupation(counts: Counts):
    for told in (counts.districts, counts.occupations.chart.table):
        cells = [cell for row, cell in told.column("seekers_registered") if not row.whole]
        assert HIDDEN in cells


def test_the_newest_fairs_stand_first(counts: Counts):
    days = [row.cells[0] for row in counts.newest_fairs.rows]
    assert days == sorted(days, reverse=True)
