"""A trained ranker is kept whatever becomes of its record, and serves only where none objected."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from matcher.artifacts.folder import current_if_any
from matcher.artifacts.ranker import load_ranker
from matcher.bootstrap import App
from matcher.evaluation.promotion import Trial, Verdict, judge_trial
from matcher.jobs.recording import Kept, Store, figures_of, keep, record_evaluation
from matcher.jobs.train import Training, train
from matcher.simulation import simulate
from tests.bureau import NOON, settings_in, untracked
from tests.jobs.past import START, imported
from tests.strategies import REFERENCE


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> App:
    register = tmp_path_factory.mktemp("simulated")
    simulate(seekers=400, seed=5, start=START, out=register, reference=REFERENCE)
    return imported(tmp_path_factory.mktemp("bureau"), tiny_model, register)


@pytest.fixture(scope="module")
def training(simulated: App) -> Training:
    folder = simulated.ranker_folder
    return train(
        simulated.engine, simulated.indexer, folder, people=1_000, now=NOON, track=untracked
    )


@pytest.fixture
def app(simulated: App, tmp_path: Path, tiny_model: Path) -> Iterator[App]:
    shutil.copytree(simulated.settings.var_dir, tmp_path / "var")
    app = App(settings_in(tmp_path, tiny_model), clock=lambda: NOON)
    yield app
    app.engine.dispose()


def nowhere(folder: Path) -> Store:
    """A store beneath something that is no folder."""
    (folder / "file").write_text("no folder")
    return Store(f"sqlite:///{folder / 'file' / 'mlflow.db'}", folder / "mlflow")


def approval() -> Verdict:
    """A verdict over made-up figures to which nobody objects."""
    before, chances = np.linspace(0.1, 0.5, 200), np.full(400, 0.25)
    return judge_trial(
        Trial(
            challenger_ndcg=before + 0.03,
            champion_ndcg=before,
            challenger_listing=before,
            champion_listing=before,
            challenger_hit=before,
            champion_hit=before,
            probabilities=chances,
            outcomes=(np.arange(400) < 100) * 1.0,
            groups={},
        )
    )


def loaded(app: App, training: Training):
    path = app.ranker_folder / training.ranker.version
    register = training.manifest.register
    fingerprint = app.indexer.encoder.fingerprint
    return load_ranker(path, encoder_fingerprint=fingerprint, register=register)


def test_a_store_that_cannot_be_reached_loses_no_ranker(
    app: App, training: Training, tmp_path: Path
):
    promoted = replace(training, verdict=approval())
    kept = keep(promoted, app.ranker_folder, nowhere(tmp_path))
    assert kept.run == ""
    assert "MLflow store cannot be used" in kept.trouble
    found = loaded(app, training)
    assert found.manifest.mlflow_run == ""
    assert found.ranker.trees.text == training.ranker.trees.text
    assert current_if_any(app.ranker_folder) == training.ranker.version
    app.champion.load_newest()
    assert app.champion.ranker.version == training.ranker.version


def test_a_refused_ranker_is_kept_and_does_not_serve(app: App, training: Training, tmp_path: Path):
    refused = replace(training, verdict=replace(approval(), objections=("It is not better.",)))
    keep(refused, app.ranker_folder, nowhere(tmp_path))
    assert current_if_any(app.ranker_folder) == ""
    assert loaded(app, training).ranker.trained
    card = (app.ranker_folder / training.ranker.version / "card.md").read_text(encoding="utf-8")
    assert "- It is not better.\n" in card
    assert "Simulated data" in card


def test_the_manifest_holds_the_figures_of_every_method_and_the_gain(
    app: App, training: Training, tmp_path: Path
):
    keep(training, app.ranker_folder, nowhere(tmp_path))
    metrics = loaded(app, training).manifest.metrics
    assert {name.split("/")[1] for name in metrics if name.startswith("seekers/")} >= {
        "random",
        "BM25",
        "linear score",
        "challenger",
    }
    gain = training.verdict.gain.interval
    told = [metrics[name] for name in ("gain/low", "gain", "gain/high")]
    assert told == [round(value, 4) for value in (gain.low, gain.value, gain.high)]
    assert metrics.items() >= figures_of(training.evaluation).items()
    assert "calibration_error/hired" in metrics


def test_an_evaluation_without_a_store_is_told(training: Training, tmp_path: Path):
    kept = record_evaluation(training.evaluation, nowhere(tmp_path))
    assert kept == Kept("", kept.trouble)
    assert "MATCHER_MLFLOW_URL" in kept.trouble


def test_the_run_the_ranker_and_its_alias_are_found_in_the_store(
    app: App, training: Training, tmp_path: Path
):
    store = Store(f"sqlite:///{tmp_path / 'mlflow.db'}", tmp_path / "mlflow")
    kept = keep(replace(training, verdict=approval()), app.ranker_folder, store)
    assert kept.trouble == ""
    assert kept.run == loaded(app, training).manifest.mlflow_run
    artifacts = tmp_path / "mlflow" / "training" / kept.run / "artifacts"
    assert {path.name for path in artifacts.iterdir()} >= {"objections.txt", "seekers.png"}
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mlflow

        client = mlflow.MlflowClient(store.uri)
        champion = client.get_model_version_by_alias("ranker", "champion")
        assert champion.tags == {"generation": training.ranker.version}
        tags = client.get_run(kept.run).data.tags
    assert (tags["promoted"], tags["simulated"]) == ("true", "true")
