"""How the commands print lists, rates and reports on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from matcher.config import Settings
from matcher.entities import Language
from matcher.evaluation.metrics import SMALL_GROUP
from matcher.rates.registry import EVENT_NAMES, Rate
from matcher.reference import Reference
from matcher.service.lists import Slate
from matcher.service.views import slate_view

if TYPE_CHECKING:
    from matcher.evaluation.intervals import Interval
    from matcher.jobs.evaluate import Evaluation
    from matcher.jobs.importing import FileReport

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)

WIDE = 140
"""Columns of a table of figures."""


def print_report(report: FileReport) -> None:
    """What became of one imported file."""
    if report.error:
        err.print(
            f"[bold red]{report.path}: nothing taken in.[/] {escape(str(report.error))}",
            highlight=False,
        )
        return
    stored = report.stored
    out.print(
        f"{report.path} ({_kinds(report)}): {report.accepted} accepted "
        f"({stored.added} new, {stored.changed} changed, {stored.same} as before), "
        f"{report.rejected} rejected",
        highlight=False,
    )
    for name, count in sorted(report.flags.items()):
        out.print(f"  flagged {name.replace('_', ' ')}: {count}", highlight=False)
    for note in report.notes:
        out.print(f"  {note}", highlight=False)
    if report.rejects_file:
        out.print(f"  rejected rows with reasons: {report.rejects_file}", highlight=False)


def _kinds(report: FileReport) -> str:
    """The kind of record in a file; of a feed, which holds two, how many of each."""
    if len(report.kinds) < 2:
        return report.kind
    return f"{report.kind}: " + ", ".join(f"{n:,} {kind}" for kind, n in report.kinds.items())


def print_rates(rates: Sequence[Rate], *, simulated: bool) -> None:
    """Rates with numerator, denominator and what these count."""
    if simulated:
        out.print("[bold yellow]Simulated data / 模擬資料[/]")
    for rate in rates:
        formula = rate.formula
        unit = " %" if formula.is_percentage else ""
        value = "not defined" if rate.value is None else f"{rate.value}{unit}"
        out.print(
            f"[bold]{formula.name_zh} {formula.name_en}: {value}[/]  "
            f"({rate.numerator:,} / {rate.denominator:,}, "
            f"{rate.period.first} to {rate.period.last})",
            highlight=False,
        )
        for label, event in (("  counted", formula.numerator), ("  out of", formula.denominator)):
            out.print(f"{label}: {' '.join(EVENT_NAMES[event])}", highlight=False)


def print_welcome(settings: Settings, key: str, *, simulated: bool) -> None:
    """Addresses, a key, and a first request that works."""
    address = f"http://{settings.host}:{settings.port}"
    if simulated:
        print("\nThis bureau is simulated: no figure below says anything about real people.")
    print(
        f"\n  API description   {address}/docs"
        f"\n  ready?            {address}/health/ready"
        f"\n  key for trying    {key}   (role: counsellor)"
        "\n\nA first list, for somebody nobody registered:\n\n"
        f"  curl -s {address}/v1/matches -H 'Authorization: Bearer {key}' \\\n"
        "    -H 'Content-Type: application/json' \\\n"
        """    -d '{"text": "會開堆高機，想找前鎮的倉庫日班，月薪三萬五"}' \\\n"""
        "    | python3 -m json.tool --no-ensure-ascii\n"
    )


def print_slate(slate: Slate, language: Language, reference: Reference) -> None:
    """A match list: each line with the reasons for it and what could not be told."""
    view: Any = slate_view(slate, language=language, reference=reference)
    if view["notice"]:
        out.print(f"[bold yellow]{view['notice']}[/]")
    for line in view["lines"]:
        about = [
            (line.get("employer") or {}).get("name"),
            line.get("address") or (line.get("place") or line.get("district") or {}).get("name"),
            (line.get("pay") or {}).get("text"),
        ]
        title = line["title"] or (line["occupation"] or {}).get("name") or line["id"]
        out.print(f"[bold]{line['rank']:>2}. {escape(title)}[/]  ({line['score']:.2f})")
        out.print("    " + escape(" · ".join(part for part in about if part)), highlight=False)
        for reason in line["reasons"]:
            mark = "[green]+[/]" if reason["speaks_for"] else "[red]-[/]"
            out.print(f"    {mark} {escape(reason['text'])}", highlight=False)
        if line["unknown"]:
            unknown = "; ".join(item["text"] for item in line["unknown"])
            out.print(f"    [dim]? {escape(unknown)}[/]", highlight=False)
    versions = view["versions"]
    out.print(
        f"[dim]{view['eligible']} eligible; index {versions['index_generation']}, "
        f"ranker {versions['ranker']}, encoder {versions['encoder']}[/]",
        highlight=False,
    )
    for rate in view["rates"]:
        counts = f"{rate['numerator']['count']:,} / {rate['denominator']['count']:,}"
        names = f"{rate['names']['zh']} {rate['names']['en']}"
        value = "-" if rate["value"] is None else f"{rate['value']} {rate['unit']}"
        out.print(f"[dim]{names}: {value} ({counts})[/]", highlight=False)


def print_evaluation(evaluation: Evaluation) -> None:
    """What was measured, then each method's figures with 95 % intervals, leads and groups."""
    if evaluation.simulated:
        out.print("[bold yellow]Simulated data / 模擬資料[/]")
    versions = ", ".join(f"{name} {value}" for name, value in evaluation.versions.items())
    out.print(
        f"Days {evaluation.first} to {evaluation.last}; recorded until {evaluation.last_recorded}\n"
        f"{evaluation.queries:,} of {evaluation.asked:,} people with a list in these days, "
        f"{evaluation.candidates:,.0f} candidates each on average\n"
        f"{evaluation.relevant:,} pairs led to a hire or an interview, {evaluation.listable:,} of "
        f"them candidates; {evaluation.censored:,} hired elsewhere are left out\n"
        f"{versions}",
        highlight=False,
    )
    told = evaluation.comparison
    if told is None:
        out.print("Nothing to measure: no candidate of these days was hired or interviewed.")
        return
    table = _table("method", "recall@10", "ndcg@10", "MRR", "coverage", "exposure Gini")
    for method in told.figures:
        figures = (method.recall, method.ndcg, method.mrr, method.coverage, method.exposure_gini)
        table.add_row(method.method, *map(_interval, figures))
    _print_wide(table)
    judged = told.figures[0].ndcg
    out.print(
        f"recall, ndcg and MRR over {judged.queries:,} people with a relevant candidate; "
        f"{judged.left_out:,} had none.\nPairs nobody referred count as 0 but are not known "
        "to be unsuitable: the figures compare methods and are no absolute quality.",
        highlight=False,
    )
    table = _table("difference", "recall@10", "ndcg@10", "MRR")
    for lead in told.leads:
        gaps = (lead.recall.interval, lead.ndcg.interval, lead.mrr.interval)
        table.add_row(f"{lead.method} - {lead.over}", *map(_interval, gaps))
    _print_wide(table)
    methods = [figures.method for figures in told.figures]
    lead = told.leads[0]
    table = _table("ndcg@10", "people", *methods, f"{lead.method} - {lead.over}")
    for group in told.groups:
        if group.people >= SMALL_GROUP:
            values = (f"{group.ndcg[method].value:.3f}" for method in methods)
            table.add_row(group.group, f"{group.people:,}", *values, _interval(group.lead.interval))
    _print_wide(table)
    few = [f"{group.group} ({group.people})" for group in told.groups if group.people < SMALL_GROUP]
    if few:
        out.print(f"Too few people to tell: {', '.join(few)}.", highlight=False)
    for kind, impacts in told.impacts.items():
        rows = list(impacts.items())
        table = _table(
            f"hit@10 by {kind}", *(f"{g.name} ({g.count:,})" for g in rows[0][1].groups), "ratio"
        )
        for name, impact in rows:
            rates = (
                "too few" if group.too_small else f"{group.rate:.3f}" for group in impact.groups
            )
            table.add_row(name, *rates, "-" if isnan(impact.ratio) else f"{impact.ratio:.2f}")
        _print_wide(table)


def _table(*headings: str) -> Table:
    table = Table(box=SIMPLE, pad_edge=False)
    for heading in headings:
        table.add_column(heading, no_wrap=True)
    return table


def _print_wide(table: Table) -> None:
    """Figures with intervals need more room than a log or a narrow terminal has: never torn."""
    Console(width=max(out.width, WIDE)).print(table)


def _interval(interval: Interval) -> str:
    if isnan(interval.value):
        return "-"
    if isnan(interval.low):
        return f"{interval.value:.3f}"
    return f"{interval.value:.3f} [{interval.low:.3f}, {interval.high:.3f}]"
