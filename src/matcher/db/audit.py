"""The audit log: every look at a person and all that was done there, written once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, insert, select, union_all

from matcher.db import tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Who (id of an account or key) did what, when and why; ids only, no names.

    `record` is what was written, `detail` a word about it; `look` is the entry of the look under
    which it happened, `undoes` the entry that this one takes back.
    """

    id: str
    made_at: datetime
    who: str
    role: str
    action: str
    person: str | None = None
    vacancy: str | None = None
    record: str | None = None
    detail: str = ""
    reason: str
    words: str = ""
    look: str | None = None
    undoes: str | None = None


def add_entries(connection: Connection, entries: Sequence[Entry]) -> None:
    """Write them down, in this order."""
    if entries:
        connection.execute(insert(tables.audit_log), [asdict(entry) for entry in entries])


def entry(connection: Connection, entry_id: str) -> Entry | None:
    """The entry of that id."""
    found = _entries(connection, tables.audit_log.c.id == entry_id, limit=1)
    return found[0][1] if found else None


def newest_entries(
    connection: Connection, *, who: str | None, person: str | None, before: int | None, limit: int
) -> list[tuple[int, Entry]]:
    """Up to `limit` entries by number, newest first: of one person who looked, of one looked at."""
    table = tables.audit_log.c
    conditions = [
        column == value
        for column, value in ((table.who, who), (table.person, person))
        if value is not None
    ]
    if before is not None:
        conditions.append(table.seq < before)
    return _entries(connection, *conditions, limit=limit)


def under_look(connection: Connection, look: str, action: str) -> set[str]:
    """The people of whom such an action was logged under a look."""
    table = tables.audit_log.c
    query = select(table.person).where(table.look == look, table.action == action)
    return {row.person for row in connection.execute(query)}


def standing(
    connection: Connection, person: str, actions: Sequence[str], *, limit: int
) -> list[Entry]:
    """Such actions on a person that nothing undoes, newest first."""
    table = tables.audit_log.c
    undone = select(table.undoes).where(table.undoes.is_not(None), table.person == person)
    chosen = and_(table.person == person, table.action.in_(actions), table.id.not_in(undone))
    return [found for _, found in _entries(connection, chosen, limit=limit)]


def names_of(connection: Connection, ids: set[str]) -> dict[str, str]:
    """Names of those accounts and keys; of one that is gone there is none."""
    staff, keys = tables.staff.c, tables.api_keys.c
    query = union_all(
        select(staff.id, staff.name).where(staff.id.in_(ids)),
        select(keys.id, keys.name).where(keys.id.in_(ids)),
    )
    return {row.id: row.name for row in connection.execute(query)}


def _entries(
    connection: Connection, *conditions: ColumnElement[bool], limit: int
) -> list[tuple[int, Entry]]:
    table = tables.audit_log
    query = select(table).order_by(table.c.seq.desc()).limit(limit)
    found = connection.execute(query.where(*conditions))
    return [
        (row["seq"], Entry(**{name: row[name] for name in row if name != "seq"}))
        for row in found.mappings()
    ]
