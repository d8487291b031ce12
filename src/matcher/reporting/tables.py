"""The tables of counts and rates: each cell is a count of the register or follows from two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from matcher.calendar_roc import roc_text
from matcher.rates.dimensions import By, Dimension
from matcher.rates.measures import COUNTINGS, UNIT_NAMES, Measure
from matcher.rates.registry import FORMULAS, Formula, Rate
from matcher.reference import CITY_COUNTY, Reference
from matcher.reporting import words
from matcher.reporting.document import Cell, Column, Names, Row, Table
from matcher.service.publication import AT_FAIRS, FAIR_COUNTS, Publication, Tally
from matcher.service.rate_views import part_names

Content = Measure | Formula
"""What a column of counts or of rates shows."""

NOTES: Mapping[str, int] = {key: number for number, key in enumerate(FORMULAS, start=1)}
"""The number under which the report explains each formula."""
IN_TURN: tuple[Content, ...] = (
    Measure.SEEKERS_REGISTERED,
    Measure.SEEKERS_PLACED,
    FORMULAS["employment_rate"],
    Measure.OPENINGS_REGISTERED,
    Measure.OPENINGS_FILLED,
    FORMULAS["fill_rate"],
    FORMULAS["openings_per_seeker"],
)
AT_A_FAIR: tuple[Content, ...] = (*FAIR_COUNTS, FORMULAS[AT_FAIRS])


def rates_table(key: str, caption: Names, formulas: Iterable[Formula], tally: Tally) -> Table:
    """A line for each rate, with both its counts and what they count."""
    rows = []
    for formula in formulas:
        part, whole = formula.numerator, formula.denominator
        cells: tuple[Cell, ...] = (
            _cell(formula, tally),
            _unit(formula),
            _cell(part, tally),
            _counted(part),
            _cell(whole, tally),
            _counted(whole),
        )
        names, note = Names(formula.name_zh, formula.name_en), NOTES[formula.key]
        rows.append(Row(key=formula.key, names=names, cells=cells, note=note))
    return Table(
        key=key,
        caption=caption,
        head=words.RATE,
        columns=(
            Column(key="value", names=words.VALUE),
            Column(key="unit", names=words.UNIT),
            Column(key="numerator", names=words.NUMERATOR),
            Column(key="counted", names=words.COUNTED),
            Column(key="denominator", names=words.DENOMINATOR),
            Column(key="out_of", names=words.OUT_OF),
        ),
        rows=tuple(rows),
    )


def parts_table(
    by: By,
    tallies: Sequence[Tally],
    contents: Sequence[Content],
    *,
    key: str,
    caption: Names,
    reference: Reference,
    remarks: tuple[Names, ...],
) -> Table:
    """A line for the whole, the first of `tallies`, and one for each part."""
    head = words.HEADS[by]
    whole, *parts = tallies
    if by is Dimension.DISTRICT:
        # The city's own districts, whose codes have three digits; then other places; then none.
        parts.sort(key=lambda tally: (tally.key is None, len(tally.key or "") != 3))
    rows = [
        Row(
            key=tally.key,
            names=_part_names(by, tally, reference),
            cells=tuple(_cell(content, tally) for content in contents),
        )
        for tally in (whole, *parts)
    ]
    rows[0] = replace(rows[0], names=words.WHOLE, whole=True)
    return Table(
        key=f"{key}_by_{by.value}",
        caption=Names(f"{caption.zh}，依{head.zh}", f"{caption.en} by {head.en}"),
        head=head,
        columns=tuple(_column(content) for content in contents),
        rows=tuple(rows),
        remarks=remarks,
    )


def _part_names(by: By, tally: Tally, reference: Reference) -> Names:
    if by is Dimension.DISTRICT and tally.key == CITY_COUNTY:
        return words.IN_THE_CITY
    return Names(*part_names(tally.key, tally.period, by=by, reference=reference))


def fairs_table(publication: Publication, reference: Reference) -> Table:
    """The fairs in the order of their days; last what names no fair on record."""
    rows = []
    for tally in publication.at_fairs[Dimension.FAIR]:
        fair = publication.fairs.get(tally.key or "")
        place = reference.places.get(fair.district or "") if fair else None
        name = (
            fair.name
            if fair
            else part_names(tally.key, tally.period, by=Dimension.FAIR, reference=reference)[0]
        )
        about: tuple[Cell, ...] = (
            fair.held_on if fair else "",
            roc_text(fair.held_on) if fair else "",
            Names(place.name, place.name_en) if place else "",
        )
        # How many fairs one fair is need not be told.
        counts = tuple(_cell(content, tally) for content in AT_A_FAIR[1:])
        rows.append(Row(key=tally.key, names=Names(name, tally.key or ""), cells=about + counts))
    last = publication.period.last
    days = {fair.id: fair.held_on for fair in publication.fairs.values()}
    rows.sort(key=lambda row: (row.key is None, days.get(row.key or "", last), row.key or ""))
    return Table(
        key="each_fair",
        caption=Names("各場徵才活動", "Each job fair"),
        head=words.HEADS[Dimension.FAIR],
        columns=(
            Column(key="held_on", names=words.DATE),
            Column(key="held_on_roc", names=words.ROC_DATE),
            Column(key="district", names=words.DISTRICT),
            *(_column(content) for content in AT_A_FAIR[1:]),
        ),
        rows=tuple(rows),
        remarks=(words.WITHOUT_ON_BEHALF,),
    )


def _column(content: Content) -> Column:
    if isinstance(content, Measure):
        counting = COUNTINGS[content]
        return Column(
            key=content.value,
            names=_counted(content),
            unit=Names(*UNIT_NAMES[counting.unit]),
        )
    return Column(
        key=content.key,
        names=Names(content.name_zh, content.name_en),
        unit=_unit(content),
        note=NOTES[content.key],
    )


def _cell(content: Content, tally: Tally) -> Cell:
    if isinstance(content, Measure):
        return tally.counts[content]
    return Rate(
        formula=content,
        period=tally.period,
        numerator=tally.counts[content.numerator],
        denominator=tally.counts[content.denominator],
    ).value


def _counted(measure: Measure) -> Names:
    return Names(COUNTINGS[measure].name_zh, COUNTINGS[measure].name_en)


def _unit(formula: Formula) -> Names:
    if formula.is_percentage:
        return Names("%", "%")
    part, whole = (
        UNIT_NAMES[COUNTINGS[measure].unit] for measure in (formula.numerator, formula.denominator)
    )
    return Names(f"{part[0]}／{whole[0]}", f"{part[1]} / {whole[1]}")
