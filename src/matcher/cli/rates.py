"""Commands of the bureau's figures: print rates, and prove register and published tables."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from matcher.bootstrap import App
from matcher.cli.commands import app
from matcher.cli.failing import failing_clearly
from matcher.cli.figures import print_origin
from matcher.cli.printing import out
from matcher.config import Settings
from matcher.errors import ConfigurationError
from matcher.rates.dimensions import By, Dimension
from matcher.rates.lints import Finding
from matcher.rates.measures import COUNTINGS, UNIT_NAMES, Measure
from matcher.rates.periods import Period, Span, year_of
from matcher.rates.registry import Rate
from matcher.reference import Reference
from matcher.service.clock import day_of
from matcher.service.figures import Query, Report, Side, last_twelve_months
from matcher.service.rate_views import part_names

DAY = ["%Y-%m-%d"]


@app.command()
def rates(
    first: Annotated[datetime | None, typer.Option("--from", formats=DAY)] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=DAY)] = None,
    year: Annotated[int, typer.Option(help="a year of either calendar, such as 108")] = 0,
    rate: Annotated[list[str] | None, typer.Option(help="which; default: all")] = None,
    by: Annotated[
        str, typer.Option(help=f"parts: {', '.join([*Span, *Dimension])}", metavar="WHAT")
    ] = "",
    only: Annotated[
        list[str] | None, typer.Option(help="such as district=806", metavar="WHAT=VALUE")
    ] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=DAY, help="as recorded at the end of that day")
    ] = None,
    events: Annotated[
        Side | None, typer.Option(help="print the events that this side of one --rate counts")
    ] = None,
) -> None:
    """Print the bureau's rates with what they were computed from; default: the last 12 months."""
    with failing_clearly():
        bureau = App(Settings())
        default = last_twelve_months(day_of(bureau.clock()))
        if year:
            default = year_of(year)
        query = Query(
            period=Period(
                first=first.date() if first else default.first,
                last=last.date() if last else default.last,
            ),
            keys=tuple(rate or ()),
            where=_where(only or []),
            by=_by(by) if by else None,
            as_of=as_of.date() if as_of else None,
        )
        if events is not None:
            _print_events(bureau, query, events)
            return
        report = bureau.figures.report(query)
        print_origin(simulated=report.simulated)
        _print_report(report, bureau.reference)


@app.command()
def proof(
    tables: Annotated[
        list[Path] | None, typer.Argument(help="published tables; none: the register itself")
    ] = None,
) -> None:
    """Look for what cannot be right: in the register, or in published tables (docs/rates.md)."""
    with failing_clearly():
        if tables:
            # Its libraries take a second to load, which other commands should not pay.
            from matcher.jobs.proof import findings_in_file

            findings = [finding for path in tables for finding in findings_in_file(path)]
        else:
            bureau = App(Settings())
            print_origin(simulated=bureau.figures.simulated())
            findings = bureau.proof.findings()
    for finding in findings:
        _print_finding(finding)
    out.print(f"{len(findings)} findings." if findings else "Nothing found.", highlight=False)
    raise typer.Exit(1 if findings else 0)


def _by(word: str) -> By:
    for kind in (Span, Dimension):
        if word in set(kind):
            return kind(word)
    raise ConfigurationError(
        f"Figures are not told by {word!r}.",
        remedy=f"Choose among {', '.join([*Span, *Dimension])}.",
    )


def _where(told: list[str]) -> dict[Dimension, str]:
    found = {}
    for text in told:
        name, _, value = text.partition("=")
        if name not in set(Dimension) or not value:
            raise ConfigurationError(
                f"{text!r} does not say what to count only.",
                remedy=f"Write WHAT=VALUE with one of {', '.join(Dimension)}.",
            )
        found[Dimension(name)] = value
    return found


def _print_report(report: Report, reference: Reference) -> None:
    query = report.query
    if query.as_of:
        out.print(f"As recorded at the end of {query.as_of}", highlight=False)
    if query.where:
        told = ", ".join(f"{name} {value}" for name, value in query.where.items())
        out.print(f"Only {escape(told)}", highlight=False)
    for rate in report.rates:
        _print_rate(rate)
        if query.by is None:
            continue
        for part in report.parts:
            (mine,) = (r for r in part.rates if r.formula == rate.formula)
            zh, en = part_names(part.key, mine.period, by=query.by, reference=reference)
            name = zh if zh == en else f"{zh} {en}"
            out.print(
                f"  {escape(name)}: {_value(mine)}  ({mine.numerator:,} / {mine.denominator:,})",
                highlight=False,
            )


def _print_rate(rate: Rate) -> None:
    """A rate with its formula, numerator and denominator, and what these count."""
    formula = rate.formula
    out.print(
        f"[bold]{formula.name_zh} {formula.name_en}: {_value(rate)}[/]  "
        f"({rate.numerator:,} / {rate.denominator:,}, "
        f"{rate.period.first} to {rate.period.last})",
        highlight=False,
    )
    for label, measure in (("  counted", formula.numerator), ("  out of", formula.denominator)):
        out.print(f"{label}: {_counted(measure)}", highlight=False)
    if formula.excluded:
        out.print(f"  without: {'; '.join(formula.excluded)}", highlight=False)
    scale = " × 100 %" if formula.is_percentage else ""
    out.print(
        f"  [dim]{formula.numerator} / {formula.denominator}{scale}, rounded half up to "
        f"{formula.decimals} decimals; {formula.source}[/]",
        highlight=False,
    )


def _value(rate: Rate) -> str:
    unit = " %" if rate.formula.is_percentage else ""
    return "not defined" if rate.value is None else f"{rate.value}{unit}"


def _counted(measure: Measure) -> str:
    counting = COUNTINGS[measure]
    zh, en = UNIT_NAMES[counting.unit]
    return f"{counting.name_zh} {counting.name_en} ({zh} {en})"


def _print_events(bureau: App, query: Query, side: Side) -> None:
    """All events that one side of a rate counts, by number, with the ids of their records."""
    if len(query.keys) != 1:
        raise ConfigurationError(
            "Events stand behind one rate at a time.", remedy="Name it with --rate."
        )
    after: int | None = 0
    first = True
    while after is not None:
        found = bureau.figures.evidence(query, query.keys[0], side, after=after)
        if first:
            print_origin(simulated=found.simulated)
            _print_rate(found.rate)
            first = False
        for event in found.events:
            out.print(f"{event.seq} {event.record}", highlight=False)
        after = found.events[-1].seq if found.events else None


def _print_finding(finding: Finding) -> None:
    out.print(f"[bold]{finding.where}[/]: {escape(finding.text)}", highlight=False)
    if finding.records:
        out.print(f"  {' '.join(finding.records)}", highlight=False)
    out.print(f"  [dim]{finding.lint.replace('_', ' ')}[/]", highlight=False)
