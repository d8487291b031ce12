"""Counts of few persons are hidden, with all that would tell them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from matcher.reporting.document import Cell, Column, Names, Row, Table
from matcher.reporting.small_cells import FEWEST, HIDDEN, TOLD, without_small_cells

KEYS = (
    "seekers_registered",
    "seekers_placed",
    "employment_rate",
    "openings_registered",
    "openings_per_seeker",
)


def table(*parts: tuple[int, int, int]) -> Table:
    """Registered, placed and openings of each part, and of the whole."""
    whole = tuple(map(sum, zip(*parts, strict=True))) or (0, 0, 0)
    rows = [
        Row(key=str(n), names=Names(str(n), str(n)), cells=cells(*counts))
        for n, counts in enumerate([whole, *parts])
    ]
    return Table(
        key="bureau_by_district",
        caption=Names("x", "x"),
        head=Names("x", "x"),
        columns=tuple(Column(key=key, names=Names(key, key)) for key in KEYS),
        rows=(replace(rows[0], whole=True), *rows[1:]),
    )


def cells(registered: int, placed: int, openings: int) -> tuple[Cell, ...]:
    def rate(part: int) -> Decimal | None:
        return Decimal(part) / registered if registered else None

    return registered, placed, rate(100 * placed), openings, rate(openings)


def shown(told: Table) -> list[tuple[Cell, ...]]:
    return [row.cells for row in told.rows]


def test_a_part_with_few_registered_shows_neither_their_count_nor_a_rate_over_it():
    told = shown(without_small_cells(table((3, 0, 40), (4, 0, 9), (50, 20, 80))))
    assert told[1] == (HIDDEN, 0, HIDDEN, 40, HIDDEN)
    assert told[3] == (50, 20, Decimal(40), 80, Decimal("1.6"))


def test_a_part_with_few_placed_still_shows_how_many_registered():
    told = shown(without_small_cells(table((30, 2, 30), (40, 4, 40), (50, 20, 50))))
    assert told[1] == (30, HIDDEN, HIDDEN, 30, Decimal(1))


def test_one_hidden_count_alone_hides_the_next_smallest_too():
    told = shown(without_small_cells(table((3, 0, 1), (9, 0, 1), (50, 0, 1))))
    assert [cells[0] for cells in told] == [62, HIDDEN, HIDDEN, 50]


def test_nothing_is_hidden_where_all_counts_are_large_or_zero():
    whole = table((5, 0, 1), (9, 6, 1))
    assert without_small_cells(whole) is whole


def test_the_table_says_what_the_sign_means():
    assert TOLD in without_small_cells(table((3, 0, 1), (9, 0, 1))).remarks


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(0, 9)), max_size=8))
def test_no_count_of_few_persons_is_left_nor_told_by_the_others(
    parts: list[tuple[int, int, int]],
):
    told = shown(without_small_cells(table(*parts)))
    for place in (0, 1):
        column = [cells[place] for cells in told[1:]]
        assert not any(isinstance(cell, int) and 0 < cell < FEWEST for cell in column)
        counted = [counts[place] for counts in parts]
        hidden = [count for cell, count in zip(column, counted, strict=True) if cell == HIDDEN]
        # Alone it stands only where no other part has any: then it is the whole itself.
        assert len(hidden) != 1 or sum(count > 0 for count in counted) == 1
