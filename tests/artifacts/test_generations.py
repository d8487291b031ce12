"""What is on disk of an artefact, as people read it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from matcher.artifacts.folder import Manifest, publish
from matcher.artifacts.generations import generations

MANIFEST = Manifest(
    kind="ranker",
    register="r",
    generation="20260301T000000-aaaaaa",
    created_at="2026-03-01T00:00:00+00:00",
    encoder="e5",
    encoder_fingerprint="f" * 64,
    dimension=8,
    feature_names=(),
    change_seq=1,
    counts={"lists": 3},
    code_version="0",
    metrics={"gain": 0.1},
)


def put(folder: Path, manifest: Manifest, *, serves: bool = True) -> None:
    publish(folder, manifest, lambda draft: (draft / "x").touch(), make_current=serves)


def test_generations_stand_newest_first_and_one_serves(tmp_path: Path):
    later = replace(
        MANIFEST, generation="20260401T000000-bbbbbb", created_at="2026-04-01T00:00:00+00:00"
    )
    put(tmp_path, MANIFEST)
    put(tmp_path, later, serves=False)
    newest, first = generations(tmp_path)
    assert (newest.name, newest.serves) == (later.generation, False)
    assert (first.name, first.serves) == (MANIFEST.generation, True)
    assert (first.encoder, first.counts, first.metrics) == ("e5", {"lists": 3}, {"gain": 0.1})


def test_a_generation_that_cannot_be_read_is_left_out(tmp_path: Path):
    put(tmp_path, MANIFEST)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "manifest.json").write_text("{", encoding="utf-8")
    assert [one.name for one in generations(tmp_path)] == [MANIFEST.generation]


def test_where_nothing_is_published_there_is_none(tmp_path: Path):
    assert generations(tmp_path / "none") == []
