"""Commands that learn from the past and measure it: evaluate, train, tune, rollback."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from matcher.artifacts.folder import roll_back
from matcher.artifacts.ranker import KIND
from matcher.bootstrap import App
from matcher.cli.commands import app
from matcher.cli.failing import failing_clearly
from matcher.cli.printing import out
from matcher.config import Settings
from matcher.encoder import open_encoder
from matcher.encoder.promoted import roll_back_encoder
from matcher.jobs.alone import alone
from matcher.jobs.index import build_index
from matcher.progress import track
from matcher.ranking.linear import LinearRanker
from matcher.service.clock import day_of

if TYPE_CHECKING:
    from matcher.jobs.recording import Store

STEPS = 80
"""Few, so that the encoder learns what a placement is and not one register by heart."""

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
    from matcher.cli.figures import print_evaluation, print_kept
    from matcher.jobs.evaluate import evaluate as evaluate_lists
    from matcher.jobs.recording import record_evaluation

    with failing_clearly():
        bureau = App(Settings())
        bureau.champion.load_newest()
        evaluation = evaluate_lists(
            bureau.engine,
            bureau.indexer,
            ranker=bureau.champion.ranker,
            people=people,
            today=day_of(bureau.clock()),
            centring=bureau.centring,
            oracle=oracle,
            track=track,
        )
        print_evaluation(evaluation)
        print_kept(record_evaluation(evaluation, store_of(bureau)))


@app.command()
def train(people: People = 20_000) -> None:
    """Train a challenger on past placements; it serves only where it is provably better."""
    from matcher.cli.figures import print_training
    from matcher.jobs.recording import keep
    from matcher.jobs.train import train as train_challenger

    with failing_clearly():
        bureau = App(Settings())
        # One that ends while another begins is the champion which that one has to beat.
        with alone(bureau.ranker_folder, "training") as folder:
            training = train_challenger(
                bureau.engine,
                bureau.indexer,
                folder,
                people=people,
                now=bureau.clock(),
                track=track,
                centring=bureau.centring,
            )
            print_training(training, keep(training, folder, store_of(bureau)))


@app.command()
def rollback(
    encoder: Annotated[bool, typer.Option(help="the tuned encoder instead of the ranker")] = False,
) -> None:
    """Let the ranker before the present one serve again, or the encoder before a tuned one."""
    with failing_clearly():
        bureau = App(Settings())
        if encoder:
            before = roll_back_encoder(bureau.settings.var_dir) or bureau.settings.encoder
            out.print(
                f"The encoder is {before} again. Its vectors are others: run `matcher index` and "
                "`matcher train`, and restart the service.",
                highlight=False,
            )
        else:
            before = roll_back(bureau.ranker_folder, kind=KIND) or LinearRanker().version
            bureau.champion.load_newest()
            if bureau.champion.refused is not None:
                roll_back(bureau.ranker_folder, kind=KIND)
                raise bureau.champion.refused
            out.print(f"{before} serves again.", highlight=False)


@app.command()
def tune(
    steps: Annotated[int, typer.Option(min=1, help="steps of training")] = STEPS,
) -> None:
    """Tune the encoder on the bureau's placed pairs; it serves only where it finds more."""
    from matcher.cli.figures import print_tuning
    from matcher.jobs.tune import tune as tune_encoder

    with failing_clearly():
        bureau = App(Settings())
        models = bureau.settings.models_dir
        report = tune_encoder(
            bureau.engine,
            bureau.indexer,
            base=open_encoder(
                bureau.settings.encoder, models_dir=models, fp32=bureau.settings.encoder_fp32
            ),
            models_dir=models,
            var_dir=bureau.settings.var_dir,
            steps=steps,
            now=bureau.clock(),
            track=track,
        )
        print_tuning(report)
        if report.promoted:
            # At once: until there is an index of its vectors a service could not be started anew.
            tuned = App(Settings())
            build_index(
                tuned.engine, tuned.indexer, tuned.index_folder, now=tuned.clock(), track=track
            )
            out.print("Index made anew. Run `matcher train`, and restart the service.")


def store_of(bureau: App) -> Store:
    """Where MLflow keeps runs."""
    from matcher.jobs.recording import Store

    return Store(bureau.settings.tracking_uri, bureau.settings.var_dir / "mlflow")
