"""Rankers are swapped while lists are made, and a bad one never takes a good one's place."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import pytest
from sqlalchemy.exc import OperationalError

from matcher.artifacts.folder import promote, roll_back
from matcher.artifacts.ranker import KIND
from matcher.bootstrap import App
from matcher.db.engine import open_engine
from matcher.entities import Channel, Language
from matcher.features.pairs import FEATURE_NAMES
from matcher.ranking.linear import LinearRanker
from matcher.service.champion import Champion
from matcher.service.slates import Slate
from matcher.service.view_words import BASELINE, TRAINED
from matcher.service.views import slate_view
from tests.bureau import Bureau
from tests.rankers import put_in_place, small_ranker

GOOD, BAD = "20260316T000000-aaaaaa", "20260316T000001-bbbbbb"


def a_list(app: App) -> Slate:
    return app.lists.for_seeker("S-1", k=3, channel=Channel.COUNSELLOR)


def scores_of(slate: Slate) -> list[tuple[str, float, float | None, float | None]]:
    candidates = [line.candidate for line in slate.lines]
    return [(c.id, c.score, c.hired, c.interviewed) for c in candidates]


def test_without_a_promoted_ranker_the_baseline_serves_and_lists_say_so(bureau: Bureau):
    bureau.app.sync()
    slate = a_list(bureau.app)
    assert (slate.ranker, slate.trained) == (LinearRanker().version, False)
    assert all(line.candidate.hired is None for line in slate.lines)
    told = set()
    for language in Language:
        view = slate_view(slate, language=language, reference=bureau.app.reference)
        assert (view["ranking"]["trained"], view["ranking"]["text"]) == (False, BASELINE[language])
        told |= {BASELINE[language], TRAINED[language]}
    assert len(told) == 2 * len(Language)


def test_a_promoted_ranker_serves_after_the_next_sync_and_lists_say_so(bureau: Bureau):
    put_in_place(bureau.app, small_ranker(GOOD))
    assert a_list(bureau.app).trained is False
    bureau.app.sync()
    slate = a_list(bureau.app)
    assert (slate.ranker, slate.trained) == (GOOD, True)
    assert all(0 < line.candidate.hired <= line.candidate.interviewed < 1 for line in slate.lines)
    for language in Language:
        view = slate_view(slate, language=language, reference=bureau.app.reference)
        assert (view["ranking"]["trained"], view["ranking"]["text"]) == (True, TRAINED[language])


def test_going_back_reaches_the_ranker_before_and_then_the_baseline(bureau: Bureau):
    app = bureau.app
    put_in_place(app, small_ranker(GOOD))
    app.sync()
    assert roll_back(app.ranker_folder, kind=KIND) == ""
    app.sync()
    assert app.champion.ranker == LinearRanker()
    promote(app.ranker_folder, GOOD)
    put_in_place(app, small_ranker(BAD, seed=1))
    app.sync()
    assert app.champion.ranker.version == BAD
    assert roll_back(app.ranker_folder, kind=KIND) == GOOD
    app.sync()
    assert app.champion.ranker.version == GOOD


def test_every_list_is_wholly_by_one_ranker_while_they_are_swapped(bureau: Bureau):
    app = bureau.app
    expected = {}
    for seed, version in enumerate((GOOD, BAD)):
        put_in_place(app, small_ranker(version, seed=seed))
        app.sync()
        expected[version] = scores_of(a_list(app))
    assert expected[GOOD] != expected[BAD]
    stop = threading.Event()

    def swapping() -> int:
        swaps = 0
        while not stop.is_set():
            promote(app.ranker_folder, (GOOD, BAD)[swaps % 2])
            app.champion.load_newest()
            swaps += 1
        return swaps

    with ThreadPoolExecutor(4) as pool:
        swapped = pool.submit(swapping)
        try:
            slates = list(pool.map(lambda _: a_list(app), range(150)))
        finally:
            stop.set()
        assert swapped.result() > 3
    assert {slate.ranker for slate in slates} == {GOOD, BAD}
    for slate in slates:
        assert slate.trained
        assert scores_of(slate) == expected[slate.ranker]


def sealed(path: Path, **changes: Any) -> None:
    """The manifest as it would be had the folder been published as it is now."""
    file = path / "manifest.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    for name in content["files"]:
        content["files"][name] = hashlib.sha256((path / name).read_bytes()).hexdigest()
    file.write_text(json.dumps(content | changes), encoding="utf-8")


def truncated(path: Path) -> None:
    text = (path / "trees.txt").read_text(encoding="utf-8")
    (path / "trees.txt").write_text(text[: len(text) // 2], encoding="utf-8")


def emptied(path: Path) -> None:
    (path / "trees.txt").write_text("", encoding="utf-8")
    sealed(path)


def of_other_features(path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(200, len(FEATURE_NAMES)))
    names = ["sex", *FEATURE_NAMES[1:]]
    data = lgb.Dataset(rows, rows[:, 0], feature_name=names)
    other = lgb.train({"verbosity": -1, "num_threads": 1}, data, num_boost_round=2)
    (path / "trees.txt").write_text(other.model_to_string(), encoding="utf-8")
    sealed(path)


def with_curves(**changes: Any) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        curves = json.loads((path / "curves.json").read_text(encoding="utf-8"))
        (path / "curves.json").write_text(json.dumps(curves | changes), encoding="utf-8")
        sealed(path)

    return change


POISON: dict[str, tuple[Callable[[Path], None], str]] = {
    "truncated trees": (truncated, "trees.txt .* damaged"),
    "no trees": (emptied, "cannot be read"),
    "trees of other features": (of_other_features, "trained on the features sex"),
    "another list of features": (
        lambda path: sealed(path, feature_names=["sex", *FEATURE_NAMES[1:]]),
        "has feature_names",
    ),
    "another encoder": (
        lambda path: sealed(path, encoder_fingerprint="another"),
        "has encoder_fingerprint 'another'",
    ),
    "another register": (lambda path: sealed(path, register="another"), "register 'another'"),
    "an index": (lambda path: sealed(path, kind="index"), "has kind 'index'"),
    "a curve without a slope": (
        with_curves(hired={"slope": float("nan"), "intercept": 0}),
        "cannot be read",
    ),
    "a curve that falls": (with_curves(interviewed={"slope": -1, "intercept": 0}), "cannot be"),
    "half a curve": (with_curves(hired={"slope": 1}), "cannot be read"),
    "another baseline": (with_curves(baseline="linear-1"), "corrects the baseline linear-1"),
    "curves changed by hand": (
        lambda path: (path / "curves.json").write_text("{}"),
        "curves.json .* damaged",
    ),
    "no manifest": (lambda path: (path / "manifest.json").unlink(), "unreadable"),
}


@pytest.mark.parametrize("poison", POISON)
def test_a_bad_ranker_never_takes_the_place_of_a_good_one(bureau: Bureau, poison: str):
    spoil, told = POISON[poison]
    app = bureau.app
    put_in_place(app, small_ranker(GOOD))
    app.sync()
    before = scores_of(a_list(app))
    spoil(put_in_place(app, small_ranker(BAD, seed=1)))
    app.sync()
    assert app.champion.refused is not None
    with pytest.raises(type(app.champion.refused), match=told):
        raise app.champion.refused
    assert app.champion.refused.remedy
    slate = a_list(app)
    assert slate.ranker == GOOD
    assert scores_of(slate) == before
    answer = bureau.get("/health/ready").json()
    assert answer["checks"]["ranker"] == str(app.champion.refused)


def test_a_pointer_to_nothing_leaves_the_good_one_until_there_is_a_better(bureau: Bureau):
    app = bureau.app
    put_in_place(app, small_ranker(GOOD))
    app.sync()
    promote(app.ranker_folder, "20260316T000009-gone")
    app.sync()
    assert app.champion.ranker.version == GOOD
    assert app.champion.refused is not None
    put_in_place(app, small_ranker(BAD, seed=1))
    app.sync()
    assert app.champion.ranker.version == BAD
    assert app.champion.refused is None


def test_a_first_ranker_that_is_bad_leaves_the_baseline(bureau: Bureau):
    truncated(put_in_place(bureau.app, small_ranker(BAD)))
    bureau.app.sync()
    assert bureau.app.champion.refused is not None
    assert a_list(bureau.app).ranker == LinearRanker().version


def test_the_fingerprint_is_that_of_the_encoder_that_serves(bureau: Bureau):
    put_in_place(bureau.app, small_ranker(GOOD))
    other = Champion(bureau.app.engine, bureau.app.ranker_folder, encoder_fingerprint="new")
    other.load_newest()
    assert other.refused is not None
    assert "wants 'new'" in other.refused.message
    assert not other.ranker.trained


def test_a_ranker_is_taken_up_once_a_database_that_did_not_answer_answers_again(bureau: Bureau):
    app = bureau.app
    put_in_place(app, small_ranker(GOOD))
    database = app.settings.var_dir / "matcher.db"
    engine = open_engine(f"sqlite:///{database.with_name('later.db')}")
    champion = Champion(
        engine, app.ranker_folder, encoder_fingerprint=app.indexer.encoder.fingerprint
    )
    with pytest.raises(OperationalError):
        champion.load_newest()
    engine.dispose()
    app.engine.dispose()
    for part in ("", "-wal"):
        source = database.with_name(database.name + part)
        if source.exists():
            database.with_name("later.db" + part).write_bytes(source.read_bytes())
    champion.load_newest()
    assert champion.ranker.version == GOOD
    engine.dispose()
