"""Which encoder serves: the one that is set, or one tuned from it that passed the gate."""

from __future__ import annotations

from pathlib import Path

from matcher.durable import write_whole
from matcher.encoder.folder import read_manifest
from matcher.encoder.model import find_model
from matcher.errors import NotReadyError

POINTER = "encoder"
PREVIOUS = "encoder.previous"
BASE = "base"
"""Key of a tuned model's source that holds the fingerprint of the model it was tuned from."""


def promoted_encoder(name: str, *, models_dir: Path, var_dir: Path) -> str:
    """Name of the model folder that serves where `name` is the encoder that is set.

    It is the promoted one as long as that was tuned from the encoder set; where the setting has
    changed, or the promoted folder is gone, the setting counts.
    """
    tuned = _read(var_dir / POINTER)
    if not tuned:
        return name
    manifest = read_manifest(models_dir / tuned)
    if manifest is None:
        return name
    _, base = find_model(name, models_dir=models_dir)
    return tuned if manifest.source.get(BASE) == base.fingerprint else name


def promote_encoder(tuned: str, *, var_dir: Path) -> None:
    """Let the model folder `tuned` serve from now on, and remember the one before it."""
    var_dir.mkdir(parents=True, exist_ok=True)
    _write(var_dir / PREVIOUS, _read(var_dir / POINTER))
    _write(var_dir / POINTER, tuned)


def roll_back_encoder(var_dir: Path) -> str:
    """Undo the last promotion; returns the folder that serves again, empty for the one set.

    Raises NotReadyError where no promotion is left to undo.
    """
    if not (var_dir / PREVIOUS).is_file():
        raise NotReadyError(
            "There is no promotion of an encoder to undo.",
            remedy="Only the last one can be undone, once.",
        )
    before = _read(var_dir / PREVIOUS)
    _write(var_dir / POINTER, before)
    (var_dir / PREVIOUS).unlink()
    return before


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return ""


def _write(path: Path, name: str) -> None:
    write_whole(path, f"{name}\n".encode())
