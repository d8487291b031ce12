"""What intake hands on: sources in reading order, and chunks of records, rejects and counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final, Literal

from matcher.entities import (
    Booth,
    Employer,
    FairResume,
    HireReport,
    Impression,
    JobFair,
    JobSeeker,
    Placement,
    ProtectedAttributes,
    Referral,
    ReferralOutcome,
    Service,
    Vacancy,
    Void,
)
from matcher.identity import IdentityDigest

WITHHELD: Final = "(withheld)"
"""Stands for a value of a private field."""

Entity = (
    JobSeeker
    | ProtectedAttributes
    | Employer
    | Vacancy
    | JobFair
    | Booth
    | FairResume
    | Impression
    | Referral
    | ReferralOutcome
    | Placement
    | HireReport
    | Service
    | Void
)


class Kind(StrEnum):
    """Kinds of record, in an order in which nothing refers to what is not there yet."""

    SEEKERS = "seekers"
    PROTECTED = "protected"
    EMPLOYERS = "employers"
    VACANCIES = "vacancies"
    FAIRS = "fairs"
    BOOTHS = "booths"
    FAIR_RESUMES = "fair_resumes"
    IMPRESSIONS = "impressions"
    REFERRALS = "referrals"
    OUTCOMES = "outcomes"
    PLACEMENTS = "placements"
    HIRE_REPORTS = "hire_reports"
    SERVICES = "services"
    VOIDS = "voids"


FEED: Final = "feed"
"""The TaiwanJobs feed: one row holds a vacancy and its employer."""

SourceKind = Kind | Literal["feed"]


class Format(StrEnum):
    """Forms a file may have."""

    CSV = "csv"
    XLSX = "xlsx"
    ODS = "ods"
    JSON = "json"
    JSON_LINES = "jsonl"
    XML = "xml"


@dataclass(frozen=True, slots=True)
class Source:
    """A file whose kind is known; `encoding` is empty for workbooks."""

    path: Path
    kind: SourceKind
    format: Format
    encoding: str


@dataclass(frozen=True, slots=True)
class Problem:
    """A broken rule: where in the row, what was found, what holds, and how to mend it."""

    field: str
    value: str
    rule: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row as text by column name; `number` counts as a clerk sees it, the header being 1.

    In JSON and XML it is the number of the item, in JSON lines that of the line.
    """

    number: int
    cells: Mapping[str, str]
    problem: Problem | None = None


Rows = Generator[Row, None, None]
"""Rows of an open file; closing it closes the file."""


@dataclass(frozen=True, slots=True)
class Record:
    """An accepted row; `identity` is set for seekers whose number was given."""

    row: int
    entity: Entity
    identity: IdentityDigest | None = None


@dataclass(frozen=True, slots=True)
class Reject:
    """One broken rule of one row; `record` is the rest of that row, private fields left out."""

    file: str
    row: int
    field: str
    value: str
    rule: str
    remedy: str
    record: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Some rows of one file: records of one kind, what was set aside, and what to know about it.

    `flags` counts records by what is odd about them; `notes` are sentences for the reader.
    """

    kind: Kind
    records: list[Record]
    rejects: list[Reject] = field(default_factory=list)
    notes: tuple[str, ...] = ()
    flags: Counter[str] = field(default_factory=Counter)

    @property
    def rejected_rows(self) -> int:
        """Number of rows set aside; a row may break several rules."""
        return len({reject.row for reject in self.rejects})
