"""Reads the files of a register: what each is, its records, and what has to be set aside."""

from matcher.intake.model import (
    FEED,
    Chunk,
    Entity,
    Format,
    Kind,
    Record,
    Reject,
    Source,
    SourceKind,
)
from matcher.intake.reader import read
from matcher.intake.rejects import write_rejects
from matcher.intake.sources import plan

__all__ = [
    "FEED",
    "Chunk",
    "Entity",
    "Format",
    "Kind",
    "Record",
    "Reject",
    "Source",
    "SourceKind",
    "plan",
    "read",
    "write_rejects",
]
