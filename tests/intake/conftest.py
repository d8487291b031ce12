from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from matcher.identity import IdentityKey
from matcher.intake.model import Chunk
from matcher.intake.reader import read
from matcher.intake.sources import plan
from matcher.reference import Reference

DATA = Path(__file__).parents[2] / "data"
KEY = IdentityKey(1, bytes(range(32)))
TODAY = date(2026, 10, 1)

Read = Callable[..., list[Chunk]]


@pytest.fixture(scope="session")
def reference() -> Reference:
    return Reference.load(DATA / "reference")


@pytest.fixture
def read_file(reference: Reference) -> Read:
    """Plan and read one file; gives its chunks."""

    def run(path: Path, key: IdentityKey | None = KEY, chunk_rows: int = 10_000) -> list[Chunk]:
        [source] = plan([path])
        found = read(source, reference=reference, key=key, today=TODAY, chunk_rows=chunk_rows)
        return list(found)

    return run


@pytest.fixture
def read_text(tmp_path: Path, read_file: Read) -> Read:
    """Write a text to a file and read it."""

    def run(text: str, name: str = "some.csv", encoding: str = "utf-8") -> list[Chunk]:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return read_file(path)

    return run
