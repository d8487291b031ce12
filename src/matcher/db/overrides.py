"""Findings that somebody let stand: written once, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from matcher.db import tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Why findings of `code` at `words` of a vacancy may stand; `made_by` is the id of a key.

    `severity` is that of what was found then: a check that was confirmed lets nothing stand that
    the law forbids.
    """

    id: str
    vacancy_id: str
    code: str
    words: str
    reason: str
    made_at: datetime
    made_by: str
    severity: str


def add_override(connection: Connection, override: Override) -> None:
    """Record it."""
    connection.execute(insert(tables.lint_overrides).values(asdict(override)))


def overrides_of(connection: Connection, vacancy_id: str) -> Sequence[Override]:
    """All that were made for a vacancy, oldest first."""
    table = tables.lint_overrides
    query = (
        select(table).where(table.c.vacancy_id == vacancy_id).order_by(table.c.made_at, table.c.id)
    )
    return [Override(**row) for row in connection.execute(query).mappings()]
