"""Keeps what was measured and trained: in MLflow for comparing, as artefact for serving."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import isnan
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from matcher.artifacts.folder import promote
from matcher.artifacts.ranker import publish_ranker
from matcher.evaluation.plots import comparison_plot, reliability_plot
from matcher.features.columns import EPOCH
from matcher.jobs.card import CardFacts, model_card
from matcher.jobs.evaluate import Evaluation
from matcher.jobs.train import Training
from matcher.tracking import (
    TrackingError,
    promote_alias,
    record_run,
    register_ranker,
)


@dataclass(frozen=True, slots=True)
class Store:
    """Where MLflow keeps runs: its address, and the folder of the files of a local store."""

    uri: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Kept:
    """The run in MLflow, and why there is none or only a part of it; never a lost artefact."""

    run: str
    trouble: str = ""


def record_evaluation(evaluation: Evaluation, store: Store) -> Kept:
    """Record figures, plots and the data they come from."""
    try:
        run = record_run(
            store.uri,
            folder=store.folder,
            experiment="evaluation",
            name=f"{evaluation.versions['ranker']} {evaluation.first} to {evaluation.last}",
            params=_params(evaluation),
            metrics=figures_of(evaluation),
            tags=_tags(evaluation),
            artifacts=_plots(evaluation),
        )
    except TrackingError as error:
        return Kept("", str(error))
    return Kept(run)


def record_figures(figures: Mapping[str, Any], store: Store) -> Kept:
    """Record the figures of a night, as `night_figures` gives them."""
    try:
        run = record_run(
            store.uri,
            folder=store.folder,
            experiment="nightly",
            name=figures["day"],
            params={"day": figures["day"], "alerts": len(figures["alerts"])},
            metrics={
                "/".join(filter(None, (figure["key"], figure["part"]))): figure["value"]
                for figure in figures["figures"]
                if figure["value"] is not None
            },
            tags={"simulated": _yes(figures["simulated"])},
            artifacts={"figures.json": json.dumps(figures, indent=1, ensure_ascii=False)},
        )
    except TrackingError as error:
        return Kept("", str(error))
    return Kept(run)


def keep(training: Training, folder: Path, store: Store) -> Kept:
    """Publish the challenger and, where nothing speaks against it, let it serve from now on.

    A store that cannot be used costs the record, never the ranker.
    """
    evaluation, verdict = training.evaluation, training.verdict
    figures = figures_of(evaluation) | _gain(training)
    told = {name: figure for name, figure in figures.items() if not isnan(figure)}
    manifest = replace(training.manifest, metrics=told)
    trouble = ""
    run = ""
    try:
        run = record_run(
            store.uri,
            folder=store.folder,
            experiment="training",
            name=manifest.generation,
            params=_params(evaluation) | dict(manifest.counts),
            metrics=manifest.metrics,
            tags=_tags(evaluation) | {"promoted": _yes(verdict.promoted)},
            artifacts={**_plots(evaluation), "objections.txt": "\n".join(verdict.objections)},
        )
    except TrackingError as error:
        trouble = str(error)
    manifest = replace(manifest, mlflow_run=run)
    card = model_card(_facts(replace(training, manifest=manifest)))
    path = publish_ranker(folder, manifest, training.ranker, card=card)
    if verdict.promoted:
        promote(folder, manifest.generation)
    if run:
        try:
            version = register_ranker(store.uri, run=run, generation=path)
            if verdict.promoted:
                promote_alias(store.uri, version)
        except TrackingError as error:
            trouble = str(error)
    return Kept(run, trouble)


def figures_of(evaluation: Evaluation) -> dict[str, float]:
    """The figures of every method for both sides, and the calibration errors, by flat names."""
    found = {
        f"{side.side}/{figures.method}/{name}": round(interval.value, 4)
        for side in evaluation.sides
        if side.comparison is not None
        for figures in side.comparison.figures
        for name, interval in (
            ("recall@10", figures.recall),
            ("ndcg@10", figures.ndcg),
            ("mrr", figures.mrr),
            ("coverage", figures.coverage),
            ("exposure_gini", figures.exposure_gini),
        )
    }
    for outcome, calibration in evaluation.calibration.items():
        found[f"calibration_error/{outcome}"] = round(calibration.error.value, 4)
    return found


def _gain(training: Training) -> dict[str, float]:
    gain = training.verdict.gain.interval
    told = {"gain": gain.value, "gain/low": gain.low, "gain/high": gain.high}
    return {name: round(value, 4) for name, value in told.items()}


def _params(evaluation: Evaluation) -> dict[str, str | int | float]:
    return {
        "days": f"{evaluation.first} to {evaluation.last}",
        "recorded_until": evaluation.last_recorded.isoformat(),
        "people": evaluation.drawn,
        "referrals": evaluation.referred,
        **evaluation.versions,
        **evaluation.snapshot,
    }


def _tags(evaluation: Evaluation) -> dict[str, str]:
    return {"simulated": _yes(evaluation.simulated)}


def _yes(fact: bool) -> str:
    return "true" if fact else "false"


def _plots(evaluation: Evaluation) -> Mapping[str, Figure | str]:
    plots: dict[str, Figure | str] = {}
    for side in evaluation.sides:
        if side.comparison is not None:
            plots[f"{side.side}.png"] = comparison_plot(
                side.comparison.figures,
                title=f"ndcg@10 of lists for {side.side}",
                simulated=evaluation.simulated,
            )
    for outcome, calibration in evaluation.calibration.items():
        plots[f"reliability_{outcome}.png"] = reliability_plot(
            calibration.table,
            title=f"Chances of being {outcome} within 60 days of a referral",
            simulated=evaluation.simulated,
        )
    return plots


def _facts(training: Training) -> CardFacts:
    evaluation = training.evaluation
    return CardFacts(
        manifest=training.manifest,
        simulated=evaluation.simulated,
        baseline=training.ranker.baseline.version,
        champion=training.champion,
        learnt=(_date(training.examples.days[0]), _date(training.examples.days[-1])),
        tried=(evaluation.first, evaluation.last),
        propensity=training.propensity,
        habits=training.ranker.habits,
        figures={
            str(side.side): side.comparison.figures
            for side in evaluation.sides
            if side.comparison is not None
        },
        verdict=training.verdict,
    )


def _date(day: int) -> date:
    return EPOCH + timedelta(days=int(day))
