"""Artefacts: folders with a manifest, published whole or not at all, the last good one kept."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from matcher.durable import file_digest, sync, write_whole
from matcher.errors import ArtefactError

FORMAT_VERSION = 2
KEPT = 3
"""Newest generations that stay on disk, beside the current one and the one before it."""
MADE_BY = {"index": "matcher index", "plan": "matcher plan", "ranker": "matcher train"}
"""The command that makes an artefact, by kind."""
ABANDONED_SECONDS = 6 * 3600
"""Age after which a draft is what a killed process left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an artefact is, what it was made from, and what it fits."""

    kind: str
    register: str
    generation: str
    created_at: str
    encoder: str
    encoder_fingerprint: str
    dimension: int
    feature_names: tuple[str, ...]
    change_seq: int
    counts: Mapping[str, int]
    code_version: str
    metrics: Mapping[str, Any] = field(default_factory=dict)
    mlflow_run: str = ""
    format_version: int = FORMAT_VERSION
    files: Mapping[str, str] = field(default_factory=dict)


def new_generation(now: datetime) -> str:
    """A name that sorts by time and never repeats."""
    return f"{now:%Y%m%dT%H%M%S}-{uuid4().hex[:6]}"


def publish(
    folder: Path,
    manifest: Manifest,
    write: Callable[[Path], None],
    *,
    make_current: bool = True,
) -> Path:
    """Add a new generation and make it current: `write` fills a temporary folder, a rename decides.

    A crash at any point leaves the former generation current.
    """
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".draft-{manifest.generation}"
    draft.mkdir()
    try:
        write(draft)
        files = {path.name: file_digest(path) for path in sorted(draft.iterdir())}
        content = asdict(manifest) | {"files": files}
        (draft / "manifest.json").write_text(json.dumps(content, indent=1), encoding="utf-8")
        for path in (*draft.iterdir(), draft):
            sync(path)
        final = folder / manifest.generation
        draft.rename(final)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    if make_current:
        promote(folder, manifest.generation)
    _prune(folder)
    return final


def promote(folder: Path, generation: str) -> None:
    """Make a published generation current; the one before it is remembered."""
    if _read(folder, "current") == generation:
        return
    _point(folder, "previous", _read(folder, "current") or "")
    _point(folder, "current", generation)


def drop_before(folder: Path, change_seq: int) -> None:
    """Delete what was made of a register that did not know a change yet, also half-made drafts.

    The current generation stays: whoever calls this makes a new one first, if it must go too.
    """
    for path in list(folder.glob("*/")):
        if path.name != current_if_any(folder) and change_of(path) < change_seq:
            shutil.rmtree(path, ignore_errors=True)


def change_of(path: Path) -> int:
    """The newest change that a generation knows; -1 where its manifest cannot tell."""
    try:
        content = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
        return int(content["change_seq"])
    except (OSError, ValueError, TypeError, KeyError):
        return -1


def roll_back(folder: Path, *, kind: str) -> str:
    """Make the generation before the current one current again, and return its name.

    Empty where the current one was the first: then nothing is published. Doing it twice ends
    where it began. Raises ArtefactError where there is nothing to go back from.
    """
    now, before = _read(folder, "current"), _read(folder, "previous")
    if not now or before is None or (before and not (folder / before).is_dir()):
        raise ArtefactError(f"There is no {kind} to go back from.", remedy="See `matcher check`.")
    _point(folder, "current", before)
    _point(folder, "previous", now)
    return before


def current(folder: Path, *, kind: str) -> str:
    """Name of the current generation; raises ArtefactError when there is none."""
    generation = current_if_any(folder)
    if not generation:
        raise ArtefactError(f"No {kind} has been published yet.", remedy=f"Run `{MADE_BY[kind]}`.")
    return generation


def current_if_any(folder: Path) -> str:
    """The same, empty where there is none; raises ArtefactError when that cannot be told."""
    return _read(folder, "current") or ""


def created(folder: Path) -> dict[str, datetime]:
    """The generations in a folder and when each was made; those without a manifest are left out."""
    found = {}
    for path in sorted(folder.glob("[!.]*/manifest.json")):
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            found[path.parent.name] = datetime.fromisoformat(content["created_at"])
        except (OSError, ValueError, TypeError, KeyError):
            continue
    return found


def load(path: Path, *, kind: str, expected: Mapping[str, object]) -> Manifest:
    """The verified manifest of the artefact in `path`.

    Raises ArtefactError when a file is missing or damaged, or when the manifest differs from
    `expected` (field -> value), naming both sides.
    """
    remedy = f"Run `{MADE_BY[kind]}` to make it anew."
    try:
        content = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
        content["feature_names"] = tuple(content["feature_names"])
        manifest = Manifest(**content)
        if not isinstance(manifest.files, dict) or not manifest.files:
            raise ValueError("no files")
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ArtefactError(
            f"The manifest of {kind} {path.name} is unreadable.", remedy=remedy
        ) from error
    wanted = {"kind": kind, "format_version": FORMAT_VERSION, **expected}
    for name, value in wanted.items():
        if (found := getattr(manifest, name)) != value:
            raise ArtefactError(
                f"The {kind} {path.name} has {name} {found!r}; this program wants {value!r}.",
                remedy=remedy,
            )

    def check(name: str) -> None:
        try:
            damaged = (
                not (path / name).is_file() or file_digest(path / name) != manifest.files[name]
            )
        except OSError as error:
            raise _unreadable(path / name, error) from error
        if damaged:
            raise ArtefactError(
                f"The file {name} of {kind} {path.name} is missing or damaged.", remedy=remedy
            )

    # Digests are made outside of Python's lock: a start waits for the largest file, not for all.
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        list(pool.map(check, manifest.files))
    return manifest


def _read(folder: Path, pointer: str) -> str | None:
    try:
        return (folder / pointer).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise _unreadable(folder / pointer, error) from error


def _unreadable(path: Path, error: OSError | ValueError) -> ArtefactError:
    reason = error.strerror if isinstance(error, OSError) else "it is no text"
    return ArtefactError(
        f"{path.parent.name}/{path.name} cannot be read: {reason}.",
        remedy="See that the service's user may read the folder and its files.",
    )


def _point(folder: Path, pointer: str, generation: str) -> None:
    write_whole(folder / pointer, f"{generation}\n".encode())


def _prune(folder: Path) -> None:
    names = sorted(p.name for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    for draft in folder.glob(".draft-*"):
        if time.time() - draft.stat().st_mtime > ABANDONED_SECONDS:
            shutil.rmtree(draft, ignore_errors=True)
    for name in names[:-KEPT]:
        if name not in (_read(folder, "current"), _read(folder, "previous")):
            shutil.rmtree(folder / name, ignore_errors=True)
