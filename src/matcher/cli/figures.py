"""How evaluations are printed: each method's figures with their intervals, leads and groups."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from matcher.cli.printing import err, out
from matcher.evaluation.metrics import SMALL_GROUP
from matcher.evaluation.promotion import interval_text

if TYPE_CHECKING:
    from matcher.evaluation.calibration import Calibration
    from matcher.evaluation.comparison import Comparison
    from matcher.jobs.evaluate import Evaluation, SideResult
    from matcher.jobs.recording import Kept
    from matcher.jobs.train import Training
    from matcher.jobs.tune import TuningReport

WIDE = 190
"""Columns of a table of figures."""


def print_evaluation(evaluation: Evaluation) -> None:
    """What was measured, then each side's figures with 95 % intervals, and the calibration."""
    print_origin(simulated=evaluation.simulated)
    versions = ", ".join(f"{name} {value}" for name, value in evaluation.versions.items())
    out.print(
        f"Days {evaluation.first} to {evaluation.last}; recorded until {evaluation.last_recorded}\n"
        f"{evaluation.drawn:,} of {evaluation.people:,} people who ever had a list; of their "
        f"referrals of these days {evaluation.referred:,} have a known outcome, "
        f"{evaluation.hired:,} a hire\n{versions}",
        highlight=False,
    )
    for side in evaluation.sides:
        _print_side(side)
    for outcome, calibration in evaluation.calibration.items():
        _print_calibration(outcome, calibration)


def print_origin(*, simulated: bool) -> None:
    """The notice above every figure of a simulated register."""
    if simulated:
        out.print("[bold yellow]Simulated data / 模擬資料[/]")


def print_training(training: Training, kept: Kept) -> None:
    """What was learnt from, how the challenger did, and whether it serves from now on."""
    print_evaluation(training.evaluation)
    counts = ", ".join(f"{count:,} {name}" for name, count in training.manifest.counts.items())
    out.print(f"\nLearnt from {counts}.", highlight=False)
    if training.refused:
        out.print(f"[yellow]The former champion cannot serve: {escape(training.refused)}[/]")
    verdict, version = training.verdict, training.ranker.version
    gain = interval_text(verdict.gain.interval)
    out.print(
        f"ndcg@10 against {training.champion}: {gain}; calibration error "
        f"{interval_text(verdict.trust.error)}",
        highlight=False,
    )
    for note in verdict.notes:
        out.print(f"Note: {escape(note)}", highlight=False)
    if verdict.promoted:
        out.print(f"[bold green]{version} is the champion.[/] Running services take it up at once.")
    else:
        out.print(f"[bold red]{version} was not promoted; {training.champion} stays.[/]")
        for objection in verdict.objections:
            out.print(f"  - {escape(objection)}", highlight=False)
    print_kept(kept)


def print_tuning(report: TuningReport) -> None:
    """What was found before and after, and whether the tuned encoder serves."""
    print_origin(simulated=report.simulated)
    held_out = "-".join(sorted(report.held_out)) or "none"
    out.print(
        f"{report.placed_pairs:,} placed pairs and {report.title_pairs:,} titles; hires since "
        f"{report.since} examined against {report.catalogue:,} vacancies; held out: {held_out}",
        highlight=False,
    )
    table = _table("recall@50", "before", "after", "difference")
    for group, change in report.changes.items():
        figures = (change.before, change.after, change.difference)
        table.add_row(group, *map(interval_text, figures))
    _print_wide(table)
    if report.promoted:
        out.print(f"[bold green]{report.promoted} is the encoder.[/]", highlight=False)
    else:
        out.print(f"[bold red]Not promoted; {report.before} stays.[/]", highlight=False)
        for objection in report.objections:
            out.print(f"  - {escape(objection)}", highlight=False)


def print_kept(kept: Kept) -> None:
    """Where the record is."""
    if kept.run:
        out.print(f"[dim]MLflow run {kept.run}[/]", highlight=False)
    if kept.trouble:
        err.print(f"[yellow]Not recorded in full: {escape(kept.trouble)}[/]", highlight=False)


def _print_side(side: SideResult) -> None:
    out.print(
        f"\n[bold]Lists for {side.side}[/]: {side.questions:,} asked for by {side.askers:,}, "
        f"{side.candidates:,.0f} candidates each on average; {side.led:,} pairs led to a hire or "
        f"an interview, {side.relevant:,} of them candidates",
        highlight=False,
    )
    told = side.comparison
    if told is None:
        out.print("Nothing to measure: no candidate of these days was hired or interviewed.")
        return
    table = _table("method", "recall@10", "ndcg@10", "MRR", "coverage", "exposure Gini")
    for method in told.figures:
        figures = (method.recall, method.ndcg, method.mrr, method.coverage, method.exposure_gini)
        table.add_row(method.method, *map(interval_text, figures))
    _print_wide(table)
    judged = told.figures[0].ndcg
    out.print(
        f"recall, ndcg and MRR over {judged.queries:,} {side.side} with a relevant candidate; "
        f"{judged.left_out:,} had none.\nPairs nobody referred count as 0 but are not known "
        "to be unsuitable: the figures compare methods and are no absolute quality.",
        highlight=False,
    )
    _print_leads(told)
    _print_groups(told, str(side.side))
    _print_impacts(told)


def _print_leads(told: Comparison) -> None:
    table = _table("difference", "recall@10", "ndcg@10", "MRR")
    for lead in told.leads:
        gaps = (lead.recall.interval, lead.ndcg.interval, lead.mrr.interval)
        table.add_row(f"{lead.method} - {lead.over}", *map(interval_text, gaps))
    _print_wide(table)


def _print_groups(told: Comparison, who: str) -> None:
    methods = [figures.method for figures in told.figures]
    lead = told.leads[0]
    table = _table("ndcg@10", who, *methods, f"{lead.method} - {lead.over}")
    for group in told.groups:
        if group.people >= SMALL_GROUP:
            values = (f"{group.ndcg[method].value:.3f}" for method in methods)
            gap = interval_text(group.lead.interval)
            table.add_row(group.group, f"{group.people:,}", *values, gap)
    _print_wide(table)
    few = [f"{group.group} ({group.people})" for group in told.groups if group.people < SMALL_GROUP]
    if few:
        out.print(f"Too few to tell: {', '.join(few)}.", highlight=False)


def _print_impacts(told: Comparison) -> None:
    for kind, impacts in told.impacts.items():
        rows = list(impacts.items())
        groups = rows[0][1].groups
        names = (f"{g.name} ({g.count:,})" for g in groups if not g.too_small)
        table = _table(f"hit@10 by {kind}", *names, "ratio")
        for name, impact in rows:
            rates = (f"{g.rate:.3f}" for g in impact.groups if not g.too_small)
            table.add_row(name, *rates, "-" if isnan(impact.ratio) else f"{impact.ratio:.2f}")
        _print_wide(table)
        few = [group.name for group in groups if group.too_small]
        if few:
            out.print(f"Too few to tell: {', '.join(few)}.", highlight=False)


def _print_calibration(outcome: str, calibration: Calibration) -> None:
    told = calibration.table
    table = _table(f"{outcome}: predicted", "observed", "referrals")
    for predicted, observed, count in zip(
        told.predicted.tolist(), told.observed.tolist(), told.count.tolist(), strict=True
    ):
        table.add_row(f"{predicted:.3f}", f"{observed:.3f}", f"{count:,}")
    _print_wide(table)
    out.print(
        f"Expected calibration error of {outcome}: {interval_text(calibration.error)}",
        highlight=False,
    )


def _table(*headings: str) -> Table:
    table = Table(box=SIMPLE, pad_edge=False)
    for heading in headings:
        table.add_column(heading, no_wrap=True)
    return table


def _print_wide(table: Table) -> None:
    """Figures with intervals need more room than a log or a narrow terminal has: never torn."""
    Console(width=max(out.width, WIDE)).print(table)
