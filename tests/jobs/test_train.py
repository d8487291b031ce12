"""A challenger is trained the same way every time and serves only where it is better."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from matcher.artifacts.folder import current_if_any, promote
from matcher.bootstrap import App
from matcher.cli import app as command
from matcher.db import tables
from matcher.db.engine import reading
from matcher.db.store import last_change, register_id
from matcher.entities import Channel
from matcher.errors import NotReadyError
from matcher.evaluation.history import days_to_end, gain
from matcher.features.columns import EPOCH
from matcher.features.pairs import FEATURE_NAMES
from matcher.jobs.alone import alone
from matcher.jobs.train import CHALLENGER, CHAMPION, Training, train
from matcher.ranking.examples import REFERRED_WITHIN
from matcher.ranking.forest import Forest
from matcher.ranking.linear import LinearRanker
from matcher.ranking.trained import TrainedRanker
from matcher.ranking.training import NAMES
from matcher.simulation import simulate
from tests.bureau import NOON, publish_index, settings_in, untracked
from tests.jobs.past import START, back, bureau_of, days, imported
from tests.rankers import put_in_place, small_ranker
from tests.strategies import REFERENCE

TAIPEI = timezone(timedelta(hours=8))
NOBODY = "nothing://at/all"
"""An MLflow store that is not there."""


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> App:
    register = tmp_path_factory.mktemp("simulated")
    simulate(seekers=500, seed=5, start=START, out=register, reference=REFERENCE)
    app = imported(tmp_path_factory.mktemp("bureau"), tiny_model, register)
    app = replace(app, clock=lambda: NOON)
    publish_index(app)
    return app


@pytest.fixture
def app(simulated: App, tmp_path: Path, tiny_model: Path) -> Iterator[App]:
    """The simulated bureau, fresh for each test."""
    shutil.copytree(simulated.settings.var_dir, tmp_path / "var")
    shutil.copytree(simulated.settings.models_dir, tmp_path / "models")
    app = App(settings_in(tmp_path, tiny_model), clock=lambda: NOON)
    yield app
    app.engine.dispose()


def trained(app: App, **options: Any) -> Training:
    options = {
        "people": 1_000, "now": NOON, "track": untracked, "centring": app.centring
    } | options  # fmt: skip
    return train(app.engine, app.indexer, app.ranker_folder, **options)


@pytest.fixture(scope="module")
def training(simulated: App) -> Training:
    return trained(simulated)


def misleading(version: str) -> TrainedRanker:
    """Puts first what is least alike and farthest away."""
    rng = np.random.default_rng(0)
    rows = rng.uniform(-1, 1, (2_000, len(FEATURE_NAMES)))
    rows[:, NAMES.index("distance_km")] = rng.uniform(0, 40, len(rows))
    against = -100 * LinearRanker().scores(rows.astype(np.float32))
    settings = {"verbosity": -1, "num_threads": 1, "deterministic": True, "seed": 0}
    data = lgb.Dataset(rows, against, feature_name=NAMES)
    trees = lgb.train(settings, data, num_boost_round=100)
    return replace(small_ranker(), version=version, trees=Forest.of(trees.model_to_string()))


def run(app: App, monkeypatch: pytest.MonkeyPatch, *words: str, code: int = 0) -> str:
    """What `matcher ...` prints on that bureau."""
    for name in ("data_dir", "models_dir", "var_dir", "encoder"):
        monkeypatch.setenv(f"MATCHER_{name.upper()}", str(getattr(app.settings, name)))
    monkeypatch.setenv("MATCHER_DATABASE_URL", "")
    monkeypatch.setenv("MATCHER_MLFLOW_URL", NOBODY)
    done = CliRunner().invoke(command, list(words))
    assert done.exit_code == code, done.output
    return re.sub(r"\s+", " ", done.output)


def test_training_twice_gives_the_same_trees_and_curves(simulated: App, training: Training):
    again = trained(simulated)
    one, other = training.ranker, again.ranker
    assert one.trees.text == other.trees.text
    assert (one.hired, one.interviewed) == (other.hired, other.interviewed)
    assert again.verdict.objections == training.verdict.objections
    assert again.manifest.counts == training.manifest.counts
    assert one.version != other.version


def test_the_manifest_counts_what_the_register_holds(simulated: App, training: Training):
    manifest, looked = training.manifest, back(simulated)
    first = EPOCH + days(looked.records.window.first)
    impressions = tables.impressions
    with reading(simulated.engine) as connection:
        assert manifest.register == register_id(connection)
        assert manifest.change_seq == last_change(connection)
        too_young = datetime.combine(first - days(REFERRED_WITHIN), time(), TAIPEI)
        old_enough = impressions.c.shown_at < too_young
        lists = connection.scalar(
            select(func.count()).where(impressions.c.seeker_id.is_not(None), old_enough)
        )
    eve = looked.records.window.first
    last = eve - 1 - days_to_end(looked.records.courses, as_of=eve)
    gains = [
        gain(course, as_of=eve)
        for course in looked.records.courses
        if course.made_on <= last
        and course.vacancy in looked.chronicle.vacancies_for(course.seeker, course.made_on)
    ]
    counts = manifest.counts
    assert counts["hires"] == gains.count(3) > 10
    assert counts["interviews"] == counts["hires"] + gains.count(1)
    assert counts["referrals"] == len(gains) - gains.count(None)
    # A list of which nothing is known any more teaches nothing.
    assert 0.9 * lists <= counts["lists"] <= lists
    assert counts["pairs"] == len(training.examples.rows) > counts["lists"]
    assert manifest.feature_names == FEATURE_NAMES
    assert manifest.encoder_fingerprint == simulated.indexer.encoder.fingerprint
    assert manifest.generation == training.ranker.version


def test_the_challenger_is_held_against_all_that_serves(training: Training):
    assert training.champion == LinearRanker().version
    assert training.refused == ""
    for side in training.evaluation.sides:
        assert {CHALLENGER, "linear score", "random"} <= set(side.judged)
        assert CHAMPION not in side.judged
    assert set(training.evaluation.calibration) == {"hired", "interviewed"}


def test_nothing_is_published_by_training_alone(simulated: App, training: Training):
    assert training.ranker.trained
    assert not simulated.ranker_folder.exists()


def test_the_same_trees_again_are_not_better_and_the_champion_stays(
    app: App, training: Training, monkeypatch: pytest.MonkeyPatch
):
    put_in_place(app, training.ranker)
    said = run(app, monkeypatch, "train")
    assert "Simulated data" in said
    assert f"was not promoted; {training.ranker.version} stays." in said
    assert "ndcg@10 less the champion's is 0.000 [0.000, 0.000]" in said
    assert "the interval does not lie above 0." in said
    assert "Not recorded in full: The MLflow store cannot be used" in said
    assert current_if_any(app.ranker_folder) == training.ranker.version
    kept = [path for path in app.ranker_folder.iterdir() if path.is_dir()]
    assert len(kept) == 2, "the refused one can be looked at"


def test_a_challenger_is_held_against_the_champion_and_learns_nothing_of_it(
    app: App, training: Training
):
    put_in_place(app, misleading("20260101T000000-aaaaaa"))
    again = trained(app)
    assert again.champion == "20260101T000000-aaaaaa"
    seekers, vacancies = (side.judged for side in again.evaluation.sides)
    difference = np.nanmean(seekers[CHALLENGER].ndcg - seekers[CHAMPION].ndcg)
    assert again.verdict.gain.interval.value == pytest.approx(difference)
    assert np.nanmean(vacancies[CHALLENGER].ndcg) > np.nanmean(vacancies[CHAMPION].ndcg) + 0.05
    assert again.ranker.trees.text == training.ranker.trees.text


def test_a_damaged_champion_is_told_and_the_baseline_is_the_rival(app: App):
    path = put_in_place(app, misleading("20260101T000000-aaaaaa"))
    (path / "trees.txt").write_text("rubbish")
    again = trained(app)
    assert "damaged" in again.refused
    assert again.champion == LinearRanker().version


def test_a_promoted_ranker_serves_without_a_restart_and_rollback_goes_all_the_way_back(
    app: App, training: Training, monkeypatch: pytest.MonkeyPatch
):
    app.sync()
    seeker = app.live.snapshot.index.seekers.base.columns.ids[0].decode()

    def serving() -> str:
        app.sync()
        return app.lists.for_seeker(seeker, k=5, channel=Channel.COUNSELLOR).ranker

    assert serving() == LinearRanker().version
    put_in_place(app, training.ranker)
    assert serving() == training.ranker.version
    first, second = training.ranker.version, "20991231T000000-ffffff"
    put_in_place(app, replace(training.ranker, version=second))
    assert serving() == second
    assert f"{first} serves again." in run(app, monkeypatch, "rollback")
    assert serving() == first
    assert f"{second} serves again." in run(app, monkeypatch, "rollback")
    assert serving() == second


def test_only_one_training_runs_at_a_time(app: App, monkeypatch: pytest.MonkeyPatch):
    with alone(app.ranker_folder, "training"):
        assert "Another training" in run(app, monkeypatch, "train", code=1)


def test_rollback_of_the_first_ranker_lets_the_baseline_serve(
    app: App, training: Training, monkeypatch: pytest.MonkeyPatch
):
    path = put_in_place(app, training.ranker)
    app.sync()
    assert app.champion.ranker.trained
    assert "linear-2 serves again." in run(app, monkeypatch, "rollback")
    app.sync()
    assert app.champion.ranker == LinearRanker()
    promote(app.ranker_folder, path.name)
    app.sync()
    assert app.champion.ranker.version == training.ranker.version


def test_a_ranker_that_cannot_serve_any_more_is_not_gone_back_to(
    app: App, training: Training, monkeypatch: pytest.MonkeyPatch
):
    before = put_in_place(app, training.ranker)
    put_in_place(app, misleading("20991231T000000-ffffff"))
    (before / "trees.txt").write_text("rubbish")
    assert "damaged" in run(app, monkeypatch, "rollback", code=1)
    assert current_if_any(app.ranker_folder) == "20991231T000000-ffffff"


def test_a_register_with_too_little_says_so_and_leaves_nothing(tmp_path: Path, tiny_model: Path):
    app = bureau_of(tmp_path, tiny_model, [])
    with pytest.raises(NotReadyError, match="Too little to learn from: 0 lists"):
        trained(app, now=NOON + days(30))
    assert not app.ranker_folder.exists()
