"""The command of the night."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer
from rich.markup import escape

from matcher.bootstrap import App
from matcher.cli.commands import app
from matcher.cli.failing import failing_clearly
from matcher.cli.learning import store_of
from matcher.cli.printing import err, out
from matcher.config import Settings
from matcher.db.engine import migrate, open_engine
from matcher.jobs.alone import alone
from matcher.progress import track
from matcher.service.clock import day_of

LOOK = 3
"""Exit code of a night that is done, but of which somebody must look at something."""


@app.command()
def nightly(
    date: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="the day to come; default: today")
    ] = None,
) -> None:
    """Take in, renew, prepare all lists, count: the whole night (docs/nightly.md).

    Exit codes: 0 done, 1 not done (run it again), 3 done, but somebody must look at something.
    """
    # Its libraries take seconds to load, which other commands should not pay.
    from matcher.jobs.night import Bureau
    from matcher.jobs.nightly import nightly as do_night

    troubled = False
    with failing_clearly():
        bureau = App(Settings())
        night = date.date() if date else day_of(bureau.clock())
        with alone(bureau.night_folder, "night"):
            migrate(open_engine(bureau.settings.sqlalchemy_url))
            work = Bureau(
                engine=bureau.engine,
                indexer=bureau.indexer,
                linter=bureau.linter,
                key=bureau.identity_key,
                incoming=bureau.settings.incoming_dir,
                rejects=bureau.settings.var_dir / "rejects",
                index=bureau.index_folder,
                rankers=bureau.ranker_folder,
                models=bureau.settings.models_dir,
                retention=bureau.retention,
                plans=bureau.plan_folder,
                floor=bureau.floor,
                folder=bureau.night_folder,
                store=store_of(bureau),
            )
            for told in do_night(work, night, now=bureau.clock(), track=track):
                said = ", ".join(
                    f"{name} {value}"
                    for name, value in told.result.items()
                    if name != "trouble" and value not in ("", [])
                )
                how = "done before" if told.before else f"{told.seconds:.1f} s"
                out.print(f"{told.step} ({how}): {escape(said)}", highlight=False)
                for trouble in told.trouble:
                    err.print(f"  [bold yellow]look:[/] {escape(trouble)}", highlight=False)
                troubled |= bool(told.trouble)
    raise typer.Exit(LOOK if troubled else 0)
