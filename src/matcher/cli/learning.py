"""Commands that learn from the past and measure it: evaluate, train, rollback."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from matcher.bootstrap import App
from matcher.cli.commands import app
from matcher.cli.failing import failing_clearly
from matcher.config import Settings
from matcher.progress import track

People = Annotated[int, typer.Option(min=1, help="how many people at most, drawn by a seed")]


@app.command()
def evaluate(
    people: People = 20_000,
    oracle: Annotated[
        Path | None, typer.Option(help="hidden/oracle.csv of a simulated register")
    ] = None,
) -> None:
    """Compare what serves with simpler ways to order lists, on past days with known outcomes."""
    # Its libraries take a second to load, which other commands should not pay.
    from matcher.cli.figures import print_evaluation
    from matcher.jobs.evaluate import evaluate as evaluate_lists

    with failing_clearly():
        bureau = App(Settings())
        bureau.champion.load_newest()
        evaluation = evaluate_lists(
            bureau.engine,
            bureau.indexer,
            ranker=bureau.champion.ranker,
            people=people,
            oracle=oracle,
            track=track,
        )
    print_evaluation(evaluation)
