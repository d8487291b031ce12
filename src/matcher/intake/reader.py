"""Reads one file in chunks: every row becomes a record or a reject, none is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import cast

from matcher.identity import IdentityDigest, IdentityKey
from matcher.intake import build, feed, feed_words, schema
from matcher.intake.layouts import LAYOUTS
from matcher.intake.model import FEED, WITHHELD, Chunk, Kind, Problem, Record, Reject, Row, Source
from matcher.intake.schema import Violation, validated
from matcher.intake.sources import rows
from matcher.intake.values import MAX_CHARACTERS
from matcher.reference import Reference

_SHOWN = 200
"""Characters of an offending value that are repeated in a reject."""

Values = Mapping[str, object]


def read(
    source: Source,
    *,
    reference: Reference,
    key: IdentityKey | None,
    today: date,
    chunk_rows: int = 10_000,
) -> Iterator[Chunk]:
    """Read `source` in chunks of up to `chunk_rows` rows of the file.

    A feed gives employers before the vacancies that name them, each employer once. Raises
    InvalidInputError where the file itself breaks off, and ConfigurationError where it holds
    identity numbers and `key` is None.
    """
    if source.kind == FEED:
        return _read_feed(source, reference=reference, chunk_rows=chunk_rows)
    return _read_kind(source, source.kind, reference, key, today, chunk_rows)
