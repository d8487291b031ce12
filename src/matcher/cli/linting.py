"""The command that holds vacancies against the law before anybody sees them."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from matcher.bootstrap import App
from matcher.cli.commands import app
from matcher.cli.failing import failing_clearly
from matcher.cli.printing import out, print_tally
from matcher.compliance.findings import Finding, Severity
from matcher.compliance.sentences import citation, message, suggestion
from matcher.config import Settings
from matcher.entities import Language, Vacancy
from matcher.intake.rejects import defused
from matcher.service.clock import day_of

if TYPE_CHECKING:
    from _csv import Writer

COLUMNS = (
    "vacancy_id",
    "title",
    "code",
    "severity",
    "field",
    "start",
    "end",
    "words",
    "rule",
    "message",
    "suggestion",
)


@app.command()
def lint(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="files or folders; none: the register")
    ] = None,
    out_file: Annotated[
        Path | None, typer.Option("--out", help="CSV file for the findings; else they are printed")
    ] = None,
    lang: Annotated[Language, typer.Option(help="language of the sentences")] = Language.ZH,
) -> None:
    """Say what the law objects to in vacancies; nothing is stored or rejected."""
    # Its validation library takes a second to load, which other commands should not pay.
    from matcher.jobs.linting import Tally, lint_files, lint_register

    with failing_clearly():
        bureau = App(Settings())
        today, linter = day_of(bureau.clock()), bureau.linter
        checked = (
            lint_files(paths, linter=linter, reference=bureau.reference, today=today)
            if paths
            else lint_register(bureau.engine, linter=linter, today=today)
        )
        tally = Tally()
        with _writer(out_file) as table:
            for vacancy, findings in checked:
                tally.add(findings)
                for finding in findings:
                    if table:
                        table.writerow(_cells(vacancy, finding, lang))
                    else:
                        _print(vacancy, finding, lang)
        print_tally(tally)
        out.print(
            f"  newest minimum wage known: since {linter.wages[-1].since}; "
            "whether a statement is true cannot be told",
            highlight=False,
        )


@contextmanager
def _writer(path: Path | None) -> Iterator[Writer | None]:
    if path is None:
        yield None
        return
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        yield table


def _cells(vacancy: Vacancy, finding: Finding, language: Language) -> list[Any]:
    return [
        vacancy.id,
        defused(vacancy.title),
        finding.code,
        finding.severity,
        finding.field,
        finding.start,
        finding.end,
        defused(finding.words),
        citation(finding.rule, language),
        message(finding.code, finding.severity, language),
        suggestion(finding.code, language),
    ]


def _print(vacancy: Vacancy, finding: Finding, language: Language) -> None:
    colour = "red" if finding.severity is Severity.FORBIDDEN else "yellow"
    out.print(
        f"{vacancy.id} {escape(vacancy.title)}  [{colour}]{escape(finding.words)}[/]  "
        f"{escape(message(finding.code, finding.severity, language))} "
        f"[dim]{escape(citation(finding.rule, language))}[/]",
        highlight=False,
    )
    out.print(f"    {escape(suggestion(finding.code, language))}", highlight=False)
