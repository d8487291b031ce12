"""What the dashboard shows of the bureau's counts: the report's tables, drawn, small cells hidden.

Each of its pictures stands beside the table of the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from matcher.rates.dimensions import Dimension
from matcher.reference import Reference
from matcher.reporting import words
from matcher.reporting.assemble import assemble
from matcher.reporting.district_map import DistrictMap, Spot, district_map
from matcher.reporting.document import Chart, Document, Shape, Table
from matcher.reporting.drawing import Bars, Lines, bars, lines
from matcher.reporting.small_cells import without_small_cells
from matcher.service.publication import Publication

ON_THE_MAP = ("employment_rate", "fill_rate", "openings_per_seeker")
"""Rates that the map can show, the first unless another is asked for."""
FAIRS = 20
"""Fairs that are told one by one, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The counted part of the dashboard."""

    document: Document
    summary: Table
    over_time: tuple[Lines, ...]
    districts: Table
    map: DistrictMap
    occupations: Bars
    fairs: tuple[Table, ...]
    newest_fairs: Table


def counts_of(
    publication: Publication,
    *,
    reference: Reference,
    spots: Mapping[str, Spot],
    on_the_map: str,
) -> Counts:
    """The tables and pictures of a publication; `on_the_map` is a column of the districts."""
    document = assemble(publication, (), reference=reference)
    tables = {table.key: table for table in document.tables}
    districts = without_small_cells(tables["bureau_by_district"])
    occupations = without_small_cells(tables["bureau_by_occupation"])
    rates = Chart(
        key="occupation_rates",
        caption=words.RATES_BY_OCCUPATION,
        table=occupations,
        columns=("employment_rate", "fill_rate"),
        shape=Shape.BARS,
    )
    each = tables["each_fair"]
    named = [row for row in each.rows if row.key is not None]
    return Counts(
        document=document,
        summary=tables["summary"],
        over_time=tuple(lines(chart) for chart in document.charts if chart.shape is Shape.LINES),
        districts=districts,
        map=district_map(districts, on_the_map, spots),
        occupations=bars(rates),
        fairs=tuple(tables[f"fairs_by_{by}"] for by in (Dimension.FAIR_TYPE, Dimension.FAIR_SIZE)),
        newest_fairs=replace(each, rows=tuple(named[: -FAIRS - 1 : -1])),
    )
