"""Puts the report together from what was counted: every form is written from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from matcher.rates.dimensions import By, Dimension
from matcher.rates.lints import Finding
from matcher.rates.measures import COUNTINGS, Measure
from matcher.rates.periods import Period, Span, span_names, span_of
from matcher.rates.registry import FORMULAS
from matcher.reference import Reference
from matcher.reporting import words
from matcher.reporting.document import (
    Chart,
    Column,
    Document,
    Names,
    Row,
    Section,
    Shape,
    Table,
)
from matcher.reporting.sharing import sharing
from matcher.reporting.tables import (
    AT_A_FAIR,
    IN_TURN,
    NOTES,
    fairs_table,
    parts_table,
    rates_table,
)
from matcher.service.publication import AT_FAIRS, BUREAU, Publication, Tally


def assemble(
    publication: Publication,
    findings: Iterable[Finding],
    *,
    reference: Reference,
    market: Mapping[str, Any] | None = None,
) -> Document:
    """The report; months are told apart only where the period has several.

    `market`, if given, is what the newest plan tells of crowded and starved vacancies.
    """
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
            *(() if market is None else (sharing(market, reference),)),
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
    table = rates_table("summary", words.SUMMARY, formulas, publication.whole)
    remarks = (words.MAY_EXCEED, words.NO_RATE_TOLD)
    return Section(key="summary", names=words.SUMMARY, tables=(replace(table, remarks=remarks),))


def _of_bureau(publication: Publication, reference: Reference) -> Section:
    tables: dict[By, Table] = {}
    for by, tallies in publication.bureau.items():
        if by is Span.MONTH and len(tallies) == 1:
            continue
        told = (words.WHERE_TOLD[by],) if by in words.WHERE_TOLD else ()
        tables[by] = parts_table(
            by,
            [publication.whole, *tallies],
            IN_TURN,
            key="bureau",
            caption=words.BUREAU,
            reference=reference,
            remarks=(words.PERSONS_DO_NOT_SUM, *told, *_cut_months(by, tallies)),
        )
    charts = [
        _both_sides(by, table)
        for by, table in tables.items()
        if by in words.BOTH_SIDES_BY and len(table.rows) > 1
    ]
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
        tables[by] = parts_table(
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
    each = fairs_table(publication, reference)
    return Section(key="fairs", names=words.FAIRS, tables=(*tables.values(), each), charts=charts)


def _programmes(publication: Publication) -> Section:
    formulas = [formula for formula in FORMULAS.values() if formula.programme]
    table = rates_table("programmes", words.PROGRAMMES, formulas, publication.whole)
    remarks = (words.NOT_YET_FINAL, words.NO_RATE_TOLD)
    table = replace(table, remarks=remarks)
    return Section(key="programmes", names=words.PROGRAMMES, tables=(table,))


def _cut_months(by: By, tallies: Sequence[Tally]) -> tuple[Names, ...]:
    """What to say of months of which only some days lie in the period."""
    cut = by is Span.MONTH and any(span_of(tally.period) is None for tally in tallies)
    return (words.CUT_MONTHS,) if cut else ()


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
