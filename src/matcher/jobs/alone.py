"""Keeps long work that decides something from running twice at once."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from matcher.errors import ConflictError


@contextmanager
def alone(folder: Path, what: str) -> Iterator[Path]:
    """The working folder, for one process at a time; raises ConflictError for a second.

    The error says which process holds it. Let go of when the process ends, however it ends.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            holder = lock.read().strip() or "a process that just began"
            raise ConflictError(
                f"Another {what} of this register runs: {holder}.",
                remedy="Wait until it has ended.",
            ) from error
        lock.truncate(0)
        lock.write(f"process {os.getpid()} on {socket.gethostname()}\n")
        lock.flush()
        yield folder
