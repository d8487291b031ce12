"""Hides counts of persons so small that somebody could be made out behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from matcher.rates.measures import COUNTINGS, Measure, Unit
from matcher.rates.registry import FORMULAS
from matcher.reporting.document import Cell, Names, Table

FEWEST = 5
"""Persons of which a count may be shown."""
HIDDEN = "＊"
PERSONS = {measure.value for measure in Measure if COUNTINGS[measure].unit is Unit.PERSONS}
TOLD = Names(
    f"「{HIDDEN}」：人數少於 {FEWEST} 人，或可由其推得，故不顯示。",
    f"{HIDDEN}: fewer than {FEWEST} persons, or what would tell them; not shown.",
)


def without_small_cells(table: Table) -> Table:
    """The table without counts of 1 to 4 persons in its parts, and without their rates.

    Where one count alone is hidden in a column, the whole would tell it: the next smallest is
    hidden too.
    """
    keys = [column.key for column in table.columns]
    rows = [list(row.cells) for row in table.rows]
    parts = [at for at, row in enumerate(table.rows) if not row.whole]
    hidden: set[tuple[int, str]] = set()
    for place, key in enumerate(keys):
        if key in PERSONS:
            counts = {at: rows[at][place] for at in parts}
            hidden |= {(at, key) for at in _too_small(counts)}
    for place, key in enumerate(keys):
        for at in parts:
            if any((at, count) in hidden for count in _counts_behind(key)):
                rows[at][place] = HIDDEN
    if not hidden:
        return table
    told = [replace(row, cells=tuple(cells)) for row, cells in zip(table.rows, rows, strict=True)]
    return replace(table, rows=tuple(told), remarks=(*table.remarks, TOLD))


def _too_small(counts: dict[int, Cell]) -> Sequence[int]:
    told = sorted((count, at) for at, count in counts.items() if isinstance(count, int) and count)
    small = [at for count, at in told if count < FEWEST]
    return [at for _, at in told[:2]] if len(small) == 1 else small


def _counts_behind(key: str) -> tuple[str, ...]:
    """The counts that a column tells of: itself, or both sides of a rate."""
    if key in FORMULAS:
        return FORMULAS[key].numerator, FORMULAS[key].denominator
    return (key,)
