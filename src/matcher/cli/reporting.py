"""The command that writes the bureau's report."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from matcher.bootstrap import App
from matcher.cli.commands import app
from matcher.cli.failing import failing_clearly
from matcher.cli.figures import print_origin
from matcher.cli.printing import err, out
from matcher.cli.rates import DAY
from matcher.config import Settings
from matcher.errors import ConfigurationError
from matcher.rates.periods import Period, month_of, year_of
from matcher.service.clock import day_of
from matcher.service.figures import last_twelve_months


@app.command()
def report(
    folder: Annotated[Path, typer.Option("--out", help="folder for the files")],
    month: Annotated[str, typer.Option(help="such as 2026-10 or 115-10")] = "",
    year: Annotated[int, typer.Option(help="a year of either calendar, such as 108")] = 0,
    first: Annotated[datetime | None, typer.Option("--from", formats=DAY)] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=DAY)] = None,
    as_of: Annotated[
        datetime | None, typer.Option(formats=DAY, help="as recorded at the end of that day")
    ] = None,
) -> None:
    """Write the report of a period: a page, a workbook, JSON; default: the last 12 months."""
    # Its libraries take a second to load, which other commands should not pay.
    from matcher.jobs.report import write_report

    with failing_clearly():
        if sum((bool(month), bool(year), bool(first or last))) > 1:
            raise ConfigurationError(
                "More than one period.", remedy="Give --month, --year, or --from and --to."
            )
        bureau = App(Settings())
        default = last_twelve_months(day_of(bureau.clock()))
        if month:
            default = month_of(month)
        elif year:
            default = year_of(year)
        period = Period(
            first=first.date() if first else default.first,
            last=last.date() if last else default.last,
        )
        bureau.follow_market()
        written = write_report(
            bureau.publisher,
            bureau.proof,
            reference=bureau.reference,
            period=period,
            out=folder,
            as_of=as_of.date() if as_of else None,
            market=bureau.prices.market,
        )
    print_origin(simulated=written.simulated)
    for path in (written.page, written.workbook, written.figures):
        out.print(str(path), highlight=False)
    if not written.chinese:
        err.print(
            "[yellow]The plots are in English only: this machine has no Chinese font.[/] "
            "Install one, such as Debian's fonts-noto-cjk, and write the report again."
        )
