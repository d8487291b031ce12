"""What was taken back at the desk, as it stood: out of every table that anything else reads.

docs/decisions/0019-undone.md says why these rows lie apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, select

from matcher.db import tables
from matcher.db.audit import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """A row of the table `kind` as it stood; `id` is the entry of the log that took it back.

    `undone_by` is the id of an account or key. Days in `record` are ISO texts.
    """

    id: str
    kind: str
    seeker_id: str
    vacancy_id: str
    record: Mapping[str, Any]
    undone_at: datetime
    undone_by: str

    @property
    def day(self) -> date:
        """The day that the row told of."""
        return date.fromisoformat(self.record[_DAYS[self.kind]])


_DAYS = {
    tables.referrals.name: "made_on",
    tables.referral_outcomes.name: "happened_on",
    tables.placements.name: "placed_on",
    tables.hire_reports.name: "reported_on",
}


def keep(
    connection: Connection, table: Table, these: ColumnElement[bool], *, undoing: Entry
) -> None:
    """Keep those rows of `table` as they stand, with who takes them back and when."""
    for row in connection.execute(select(table).where(these)).mappings():
        record = {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in row.items()
        }
        kept = Undone(
            id=undoing.id,
            kind=table.name,
            seeker_id=str(undoing.person),
            vacancy_id=str(undoing.vacancy),
            record=record,
            undone_at=undoing.made_at,
            undone_by=undoing.who,
        )
        connection.execute(insert(tables.undone).values(asdict(kept)))


def take_out(
    connection: Connection, table: Table, these: ColumnElement[bool], *, undoing: Entry
) -> None:
    """Keep those rows, and take them out of `table`."""
    keep(connection, table, these, undoing=undoing)
    connection.execute(delete(table).where(these))


def undone_of(
    connection: Connection, seeker_id: str, vacancy_id: str | None, *, limit: int
) -> list[Undone]:
    """What was taken back of a person, or of a pair, newest first."""
    table = tables.undone
    query = select(table).where(table.c.seeker_id == seeker_id)
    if vacancy_id is not None:
        query = query.where(table.c.vacancy_id == vacancy_id)
    found = connection.execute(query.order_by(table.c.undone_at.desc(), table.c.id).limit(limit))
    return [Undone(**row) for row in found.mappings()]
