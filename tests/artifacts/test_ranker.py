"""A ranker that was published scores to the last bit as the one that was judged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pytest

from matcher.artifacts.folder import KEPT, Manifest, current_if_any, promote
from matcher.artifacts.ranker import (
    CARD,
    KIND,
    load_champion,
    load_ranker,
    publish_ranker,
)
from matcher.errors import ArtefactError
from matcher.features.pairs import FEATURE_NAMES
from matcher.ranking.forest import Forest
from matcher.ranking.linear import LinearRanker
from tests.rankers import small_ranker
from tests.ranking.made_up import rows_of

FITS = {"encoder_fingerprint": "f", "register": "r"}


def manifest(generation: str) -> Manifest:
    return Manifest(
        kind=KIND,
        register="r",
        generation=generation,
        created_at="2026-03-16T12:00:00+08:00",
        encoder="e",
        encoder_fingerprint="f",
        dimension=4,
        feature_names=FEATURE_NAMES,
        change_seq=7,
        counts={"lists": 400},
        code_version="0",
        metrics={"gain": 0.03},
        mlflow_run="run",
    )


def put(folder: Path, generation: str) -> Path:
    return publish_ranker(folder, manifest(generation), small_ranker(), card="# 卡片\n")


def test_what_was_published_scores_and_explains_as_before(tmp_path: Path):
    path = put(tmp_path, "g1")
    loaded, rows = load_ranker(path, **FITS), rows_of(500, np.random.default_rng(1))
    one, other = small_ranker(), loaded.ranker
    assert other.version == loaded.manifest.generation == "g1"
    assert other.scores(rows).tobytes() == one.scores(rows).tobytes()
    assert other.contributions(rows).tobytes() == one.contributions(rows).tobytes()
    scores = one.scores(rows)
    for chance in ("hired", "interviewed"):
        before, after = (getattr(r.chances(rows, scores), chance) for r in (one, other))
        assert after.tobytes() == before.tobytes()


def test_a_ranker_whose_chances_no_tree_corrects_is_read_back(tmp_path: Path):
    one, rows = small_ranker(), rows_of(50, np.random.default_rng(1))
    labels = lgb.Dataset(rows, np.arange(50) % 2, feature_name=list(FEATURE_NAMES))
    untouched = lgb.Booster({"objective": "binary", "verbosity": -1}, labels).model_to_string()
    bare = replace(one, hires=Forest.of(untouched))
    path = publish_ranker(tmp_path, manifest("g1"), bare, card="# 卡片\n")
    found, scores = load_ranker(path, **FITS).ranker, one.scores(rows)
    np.testing.assert_allclose(found.chances(rows, scores).hired, one.hired(scores))


def test_the_manifest_and_the_card_are_kept(tmp_path: Path):
    path = put(tmp_path, "g1")
    kept = load_ranker(path, **FITS).manifest
    assert (kept.metrics, kept.mlflow_run, kept.counts) == ({"gain": 0.03}, "run", {"lists": 400})
    assert (path / CARD).read_text(encoding="utf-8") == "# 卡片\n"
    assert set(kept.files) == {"trees.txt", "hires.txt", "curves.json", "card.md"}


def test_no_file_of_a_ranker_is_a_pickle(tmp_path: Path):
    for file in put(tmp_path, "g1").iterdir():
        assert file.read_bytes()[:1] != b"\x80"
        file.read_text(encoding="utf-8")


def test_publishing_promotes_nothing(tmp_path: Path):
    assert current_if_any(tmp_path) == ""
    put(tmp_path, "g1")
    assert current_if_any(tmp_path) == ""
    assert load_champion(tmp_path, **FITS) == LinearRanker()
    promote(tmp_path, "g1")
    assert current_if_any(tmp_path) == "g1"
    assert load_champion(tmp_path, **FITS).version == "g1"


def test_a_champion_outlives_the_challengers_that_were_refused(tmp_path: Path):
    put(tmp_path, "g0")
    promote(tmp_path, "g0")
    for number in range(1, KEPT + 3):
        put(tmp_path, f"g{number}")
    assert load_champion(tmp_path, **FITS).version == "g0"


@pytest.mark.parametrize("field", FITS)
def test_a_ranker_for_something_else_is_refused_with_both_sides(tmp_path: Path, field: str):
    path = put(tmp_path, "g1")
    with pytest.raises(ArtefactError, match=rf"{field} '[fr]'.*wants 'other'") as refused:
        load_ranker(path, **(FITS | {field: "other"}))
    assert "matcher train" in refused.value.remedy


def test_without_a_folder_the_baseline_serves(tmp_path: Path):
    assert load_champion(tmp_path / "nowhere", **FITS) == LinearRanker()
