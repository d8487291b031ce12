"""Puts the report together from what was counted: every number of every form comes from here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from matcher.calendar_roc import roc_text
from matcher.rates.dimensions import By, Dimension
from matcher.rates.lints import Finding
from matcher.rates.measures import COUNTINGS, UNIT_NAMES, Measure
from matcher.rates.periods import Period, Span, span_names, span_of
from matcher.rates.registry import FORMULAS, Formula, Rate
from matcher.reference import CITY_COUNTY, Reference
from matcher.reporting import words
from matcher.reporting.document import (
    Cell,
    Chart,
    Column,
    Document,
    Names,
    Row,
    Section,
    Shape,
    Table,
)
from matcher.service.publication import (
    AT_FAIRS,
    BUREAU,
    FAIR_COUNTS,
    Publication,
    Tally,
)
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


def assemble(
    publication: Publication, findings: Iterable[Finding], *, reference: Reference
) -> Document:
    """The report; months are told apart only where the period has several."""
    return Document(
        title=_title(publication.period),
        period=publication.period,
        as_of=publication.as_of,
        counted_on=publication.counted_on,
        simulated=publication.simulated,
        sections=(
            _summary(publication),
            _of_bureau(publication, reference),
            _at_fairs(publication, reference),
            _programmes(publication),
            Section(key="formulas", names=words.FORMULAS, tables=(_formulas(),)),
            Section(
                key="suspicions", names=words.SUSPICIONS, tables=(_suspicions(tuple(findings)),)
            ),
        ),
    )


def _title(period: Period) -> Names:
    span, title = span_of(period), words.TITLE
    if span is None:
        return title
    zh, en = span_names(period, span)
    return Names(f"{zh}{title.zh}", f"{title.en}, {en}")


def _summary(publication: Publication) -> Section:
    formulas = [FORMULAS[key] for key in (*BUREAU, AT_FAIRS)]
    table = _rates("summary", words.SUMMARY, formulas, publication.whole)
    remarks = (words.MAY_EXCEED, words.NO_RATE_TOLD)
    return Section(key="summary", names=words.SUMMARY, tables=(replace(table, remarks=remarks),))


def _of_bureau(publication: Publication, reference: Reference) -> Section:
    tables: dict[By, Table] = {}
    for by, tallies in publication.bureau.items():
        if by is Span.MONTH and len(tallies) == 1:
            continue
        told = (words.WHERE_TOLD[by],) if by in words.WHERE_TOLD else ()
        tables[by] = _told_by(
            by,
            [publication.whole, *tallies],
            IN_TURN,
            key="bureau",
            caption=words.BUREAU,
            reference=reference,
            remarks=(words.PERSONS_DO_NOT_SUM, *told, *_cut_months(by, tallies)),
        )
    charts = [_both_sides(by, table) for by, table in tables.items() if by is not Span.MONTH]
    if Span.MONTH in tables:
        shown = ("employment_rate", "fill_rate")
        charts.insert(0, _over_time(words.RATES_OVER_TIME, tables[Span.MONTH], shown))
    return Section(
        key="bureau", names=words.BUREAU, tables=tuple(tables.values()), charts=tuple(charts)
    )


def _at_fairs(publication: Publication, reference: Reference) -> Section:
    tables: dict[By, Table] = {}
    for by, tallies in publication.at_fairs.items():
        if by is Dimension.FAIR or (by is Span.MONTH and len(tallies) == 1):
            continue
        told = (words.WHERE_HELD,) if by is Dimension.DISTRICT else ()
        tables[by] = _told_by(
            by,
            [publication.whole, *tallies],
            AT_A_FAIR,
            key="fairs",
            caption=words.FAIRS,
            reference=reference,
            remarks=(words.WITHOUT_ON_BEHALF, *told, *_cut_months(by, tallies)),
        )
    charts: tuple[Chart, ...] = ()
    if Span.MONTH in tables:
        charts = (_over_time(words.ON_SITE_OVER_TIME, tables[Span.MONTH], (AT_FAIRS,)),)
    each = _each_fair(publication, reference)
    return Section(key="fairs", names=words.FAIRS, tables=(*tables.values(), each), charts=charts)


def _programmes(publication: Publication) -> Section:
    formulas = [formula for formula in FORMULAS.values() if formula.programme]
    table = _rates("programmes", words.PROGRAMMES, formulas, publication.whole)
    remarks = (words.NOT_YET_FINAL, words.NO_RATE_TOLD)
    table = replace(table, remarks=remarks)
    return Section(key="programmes", names=words.PROGRAMMES, tables=(table,))


def _rates(key: str, caption: Names, formulas: Iterable[Formula], tally: Tally) -> Table:
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


def _told_by(
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


def _cut_months(by: By, tallies: Sequence[Tally]) -> tuple[Names, ...]:
    """What to say of months of which only some days lie in the period."""
    cut = by is Span.MONTH and any(span_of(tally.period) is None for tally in tallies)
    return (words.CUT_MONTHS,) if cut else ()


def _each_fair(publication: Publication, reference: Reference) -> Table:
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


def _formulas() -> Table:
    """What the numbers of the notes refer to."""
    rows = []
    for key, formula in FORMULAS.items():
        part, whole = COUNTINGS[formula.numerator], COUNTINGS[formula.denominator]
        scale = " × 100 %" if formula.is_percentage else ""
        rounded = f"四捨五入至小數 {formula.decimals} 位"
        told = Names(
            f"{part.name_zh} ÷ {whole.name_zh}{scale}，{rounded}",
            f"{part.name_en} / {whole.name_en}{scale}, rounded half up to {formula.decimals} "
            "decimals",
        )
        zh = "；".join(words.EXCLUSIONS[text] for text in formula.excluded)
        excluded = Names(zh, "; ".join(formula.excluded)) if zh else words.NOTHING
        source = Names(words.SOURCES[formula.source], formula.source)
        rows.append(
            Row(
                key=key,
                names=Names(formula.name_zh, formula.name_en),
                cells=(NOTES[key], told, excluded, source),
            )
        )
    return Table(
        key="formulas",
        caption=words.FORMULAS,
        head=words.RATE,
        columns=(
            Column(key="note", names=words.NOTE),
            Column(key="formula", names=words.FORMULA),
            Column(key="excluded", names=words.EXCLUDED),
            Column(key="source", names=words.SOURCE),
        ),
        rows=tuple(rows),
    )


def _suspicions(findings: Sequence[Finding]) -> Table:
    rows = [
        Row(
            key=finding.lint.value,
            names=Names(words.LINTS[finding.lint], finding.lint.replace("_", " ")),
            cells=(
                Names(words.KINDS[finding.where], finding.where.replace("_", " ")),
                finding.text,
            ),
        )
        for finding in findings
    ]
    return Table(
        key="suspicions",
        caption=words.SUSPICIONS,
        head=words.SUSPICION,
        columns=(
            Column(key="where", names=words.WHERE),
            Column(key="found", names=words.FOUND),
        ),
        rows=tuple(rows),
        remarks=(words.ONLY_SUSPICIONS,) if rows else (words.NONE_FOUND,),
    )


def _over_time(caption: Names, table: Table, columns: tuple[str, ...]) -> Chart:
    return Chart(
        key=f"{table.key}_rates",
        caption=caption,
        table=table,
        columns=columns,
        shape=Shape.LINES,
    )


def _both_sides(by: By, table: Table) -> Chart:
    return Chart(
        key=f"{table.key}_counts",
        caption=words.BOTH_SIDES_BY[by],
        table=table,
        columns=(Measure.SEEKERS_REGISTERED, Measure.OPENINGS_REGISTERED),
        shape=Shape.BARS,
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
