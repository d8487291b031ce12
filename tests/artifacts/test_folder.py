"""An artefact is published whole or not at all, and a bad one is refused with the reason."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from matcher.artifacts.folder import (
    KEPT,
    Manifest,
    current,
    load,
    new_generation,
    promote,
    publish,
    roll_back,
)
from matcher.errors import ArtefactError

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def manifest(generation: str) -> Manifest:
    return Manifest(
        kind="index",
        register="r",
        generation=generation,
        created_at=NOW.isoformat(),
        encoder="e",
        encoder_fingerprint="f",
        dimension=4,
        feature_names=("a", "b"),
        change_seq=7,
        counts={"rows": 1},
        code_version="0",
    )


def put(folder: Path, generation: str, text: str = "content") -> Path:
    return publish(folder, manifest(generation), lambda draft: _write(draft, text))


def _write(draft: Path, text: str) -> None:
    (draft / "data.txt").write_text(text)


def test_what_was_published_is_loaded(tmp_path: Path):
    path = put(tmp_path, "g1")
    assert current(tmp_path, kind="index") == "g1"
    loaded = load(path, kind="index", expected={"dimension": 4, "feature_names": ("a", "b")})
    assert loaded.change_seq == 7


def test_without_a_publication_the_remedy_is_named(tmp_path: Path):
    with pytest.raises(ArtefactError, match="matcher index"):
        current(tmp_path, kind="index")


@pytest.mark.parametrize("moment", ["write", "manifest", "rename"])
def test_a_process_killed_while_publishing_leaves_the_last_good_one(tmp_path: Path, moment: str):
    put(tmp_path, "g1", "good")
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), moment], check=False)
    assert killed.returncode == 9
    assert current(tmp_path, kind="index") == "g1"
    load(tmp_path / "g1", kind="index", expected={})
    put(tmp_path, "g3", "newer")
    assert current(tmp_path, kind="index") == "g3"


KILLED = """
import os, sys
from pathlib import Path
from matcher.artifacts import folder
from tests.artifacts.test_folder import _write, manifest

target, moment = Path(sys.argv[1]), sys.argv[2]

def die(*_):
    os._exit(9)

def write(draft):
    _write(draft, "half")
    if moment == "write":
        die()

if moment == "manifest":
    folder.sync = die
if moment == "rename":
    folder._point = die
folder.publish(target, manifest("g2"), write)
"""


def test_a_failed_writer_leaves_nothing_behind(tmp_path: Path):
    def write(draft: Path) -> None:
        _write(draft, "half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        publish(tmp_path, manifest("g1"), write)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_is_refused(tmp_path: Path):
    path = put(tmp_path, "g1")
    (path / "data.txt").write_text("c0ntent")
    with pytest.raises(ArtefactError, match=r"data\.txt.*damaged"):
        load(path, kind="index", expected={})


def test_a_missing_file_is_refused(tmp_path: Path):
    path = put(tmp_path, "g1")
    (path / "data.txt").unlink()
    with pytest.raises(ArtefactError, match="missing"):
        load(path, kind="index", expected={})


def test_a_mismatch_names_both_sides_and_the_remedy(tmp_path: Path):
    path = put(tmp_path, "g1")
    with pytest.raises(ArtefactError, match=r"'f'.*'another'.*matcher index"):
        load(path, kind="index", expected={"encoder_fingerprint": "another"})


def test_an_older_format_is_refused(tmp_path: Path):
    path = put(tmp_path, "g1")
    content = json.loads((path / "manifest.json").read_text())
    (path / "manifest.json").write_text(json.dumps(content | {"format_version": 0}))
    with pytest.raises(ArtefactError, match="format_version"):
        load(path, kind="index", expected={})


def test_a_half_written_manifest_is_refused(tmp_path: Path):
    path = put(tmp_path, "g1")
    (path / "manifest.json").write_text('{"kind": "index", "gen')
    with pytest.raises(ArtefactError, match="unreadable"):
        load(path, kind="index", expected={})


def test_only_the_newest_generations_are_kept(tmp_path: Path):
    for number in range(KEPT + 2):
        put(tmp_path, f"g{number}")
    folders = sorted(p.name for p in tmp_path.iterdir() if p.is_dir())
    assert folders == [f"g{number}" for number in range(2, KEPT + 2)]


def test_generations_sort_by_time_and_never_repeat():
    one, other = new_generation(NOW), new_generation(NOW)
    assert one != other
    assert one < new_generation(NOW.replace(hour=13))
    assert os.sep not in one


def offer(folder: Path, generation: str) -> Path:
    """Publish without promoting."""
    return publish(
        folder, manifest(generation), lambda draft: _write(draft, "x"), make_current=False
    )


def test_what_is_published_unpromoted_serves_nobody_until_it_is_promoted(tmp_path: Path):
    put(tmp_path, "g1")
    offer(tmp_path, "g2")
    assert current(tmp_path, kind="index") == "g1"
    promote(tmp_path, "g2")
    assert current(tmp_path, kind="index") == "g2"


def test_going_back_twice_ends_where_it_began(tmp_path: Path):
    put(tmp_path, "g1")
    put(tmp_path, "g2")
    assert roll_back(tmp_path, kind="index") == "g1"
    assert current(tmp_path, kind="index") == "g1"
    assert roll_back(tmp_path, kind="index") == "g2"
    assert current(tmp_path, kind="index") == "g2"


def test_before_the_first_there_was_nothing_and_nothing_is_published_then(tmp_path: Path):
    offer(tmp_path, "g1")
    promote(tmp_path, "g1")
    assert roll_back(tmp_path, kind="ranker") == ""
    with pytest.raises(ArtefactError, match="matcher train"):
        current(tmp_path, kind="ranker")
    with pytest.raises(ArtefactError, match="go back"):
        roll_back(tmp_path, kind="ranker")
    promote(tmp_path, "g1")
    assert current(tmp_path, kind="ranker") == "g1"


def test_there_is_nothing_to_go_back_from_where_nothing_was_promoted(tmp_path: Path):
    offer(tmp_path, "g1")
    with pytest.raises(ArtefactError, match="no ranker to go back from"):
        roll_back(tmp_path, kind="ranker")


def test_one_that_is_gone_is_not_gone_back_to(tmp_path: Path):
    put(tmp_path, "g1")
    put(tmp_path, "g2")
    (tmp_path / "g1" / "data.txt").unlink()
    (tmp_path / "g1" / "manifest.json").unlink()
    (tmp_path / "g1").rmdir()
    with pytest.raises(ArtefactError, match="go back"):
        roll_back(tmp_path, kind="index")
    assert current(tmp_path, kind="index") == "g2"


def test_the_current_one_and_the_one_before_it_outlive_all_that_was_refused(tmp_path: Path):
    put(tmp_path, "g1")
    put(tmp_path, "g2")
    for number in range(3, KEPT + 5):
        offer(tmp_path, f"g{number}")
    folders = {path.name for path in tmp_path.iterdir() if path.is_dir()}
    assert folders == {"g1", "g2", *(f"g{number}" for number in range(5, KEPT + 5))}
    assert roll_back(tmp_path, kind="index") == "g1"
    load(tmp_path / "g1", kind="index", expected={})
