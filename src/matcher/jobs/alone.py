"""Keeps long work that decides something from running twice at once."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from matcher.errors import ConflictError


@contextmanager
def alone(folder: Path, what: str) -> Iterator[Path]:
    """The working folder, for one process at a time; raises ConflictError for a second.

    Let go of when the process ends, however it ends.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConflictError(
                f"Another {what} of this register runs.", remedy="Wait until it has ended."
            ) from error
        yield folder
