"""Reading and writing entities in bulk, inside a transaction that the caller opens."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    BindParameter,
    Connection,
    Date,
    Select,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite

from matcher.db import tables
from matcher.db.codec import TABLES, from_row, to_row
from matcher.db.event_log import log_records, log_voids, voided
from matcher.entities import HireReport, JobSeeker, SeekerStatus, Vacancy, Void
from matcher.errors import NotFoundError
from matcher.identity import IdentityDigest

E = TypeVar("E")
_CAPITAL = re.compile(r"(?<=[a-z])(?=[A-Z])")

BATCH = 500
"""Keys in one statement: SQLite and PostgreSQL both stay well inside their parameter limits."""
CHANGED: Mapping[type, str] = {JobSeeker: "seeker", Vacancy: "vacancy"}
"""What an index follows, by its name in the log of changes."""

_KEYS: BindParameter[Any] = bindparam("keys", expanding=True)
_LEFT = (
    tables.vacancies.c.openings
    - select(func.coalesce(func.sum(tables.hire_reports.c.openings_filled), 0))
    .where(tables.hire_reports.c.vacancy_id == tables.vacancies.c.id)
    .scalar_subquery()
).label("openings_left")
_LAST_CHANGE = select(func.max(tables.changes.c.seq))


@dataclass(frozen=True, slots=True)
class Upsert:
    """How many records an upsert added, changed, and found as they were."""

    added: int = 0
    changed: int = 0
    same: int = 0

    def __add__(self, other: Upsert) -> Upsert:
        return Upsert(
            self.added + other.added, self.changed + other.changed, self.same + other.same
        )


def upsert(connection: Connection, records: Sequence[Any]) -> Upsert:
    """Write entities of one kind by primary key; logs what an index must follow.

    Rows that are already as given, or were taken back, are not touched. `records` hold each key
    at most once.
    """
    total = Upsert()
    for start in range(0, len(records), BATCH):
        total += _upsert_batch(connection, records[start : start + BATCH])
    return total


def _upsert_batch(connection: Connection, records: Sequence[Any]) -> Upsert:
    kind = type(records[0])
    table = TABLES[kind]
    key_names = [column.name for column in table.primary_key]
    if gone := voided(connection, records):
        kept = [record for record in records if record.id not in gone]
        return Upsert(same=len(gone)) + (_upsert_batch(connection, kept) if kept else Upsert())
    new = {tuple(row[k] for k in key_names): row for row in map(to_row, records)}
    key_columns = tuple_(*(table.c[name] for name in key_names))
    old = {
        tuple(row[k] for k in key_names): dict(row)
        for row in connection.execute(select(table).where(key_columns.in_(list(new)))).mappings()
    }
    fresh = {key: row for key, row in new.items() if old.get(key) != row}
    if fresh:
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(table)
        updates = {c.name: statement.excluded[c.name] for c in table.c if not c.primary_key}
        connection.execute(
            statement.on_conflict_do_update(index_elements=key_names, set_=updates),
            list(fresh.values()),
        )
        log_changes(connection, kind, fresh.values())
        if kind is Void:
            reopened = log_voids(connection, [from_row(Void, row) for row in fresh.values()])
            log_changes(connection, HireReport, reopened)
        else:
            log_records(
                connection,
                (
                    (from_row(kind, old[key]) if key in old else None, record)
                    for key, record in zip(new, records, strict=True)
                    if key in fresh
                ),
            )
    added = sum(key not in old for key in fresh)
    return Upsert(added=added, changed=len(fresh) - added, same=len(new) - len(fresh))


def add_new(connection: Connection, records: Sequence[Any]) -> None:
    """Write entities of one kind that nobody else can have written: their keys are fresh."""
    connection.execute(insert(TABLES[type(records[0])]), [to_row(record) for record in records])


def log_changes(connection: Connection, kind: type, rows: Iterable[Mapping[str, Any]]) -> None:
    """Record which seekers and vacancies an index must look at again."""
    if kind in CHANGED:
        changed = [(CHANGED[kind], row["id"]) for row in rows]
    elif kind is HireReport:
        changed = [(CHANGED[Vacancy], row["vacancy_id"]) for row in rows]
    else:
        return
    if changed:
        connection.execute(
            insert(tables.changes), [{"kind": name, "entity_id": key} for name, key in changed]
        )


def missing_references(
    connection: Connection, records: Sequence[Any]
) -> dict[int, tuple[str, str]]:
    """Records that name something the register lacks: position -> (field, value)."""
    if not records:
        return {}
    missing: dict[int, tuple[str, str]] = {}
    for constraint in TABLES[type(records[0])].foreign_key_constraints:
        local = [column.name for column in constraint.columns]
        remote = [element.column for element in constraint.elements]
        wanted: dict[tuple[Any, ...], list[int]] = {}
        for position, record in enumerate(records):
            key = tuple(getattr(record, name) for name in local)
            if None not in key:
                wanted.setdefault(key, []).append(position)
        known: set[tuple[Any, ...]] = set()
        keys = list(wanted)
        for start in range(0, len(keys), BATCH):
            found = select(*remote).where(tuple_(*remote).in_(keys[start : start + BATCH]))
            known.update(tuple(row) for row in connection.execute(found))
        for key in wanted.keys() - known:
            for position in wanted[key]:
                missing[position] = (local[-1], str(key[-1]))
    return missing


def get(connection: Connection, kind: type[E], key: str) -> E | None:
    """The entity with this id, or None."""
    table = TABLES[kind]
    row = connection.execute(select(table).where(table.c.id == key)).mappings().first()
    return None if row is None else from_row(kind, row)


def must_get(connection: Connection, kind: type[E], key: str) -> E:
    """The entity with this id; raises NotFoundError where there is none."""
    record = get(connection, kind, key)
    if record is None:
        what = _CAPITAL.sub(" ", kind.__name__).lower()
        raise NotFoundError(
            f"There is no {what} {key!r}.", remedy="Check the id.", code="no_such_id"
        )
    return record


def get_many(connection: Connection, kind: type[E], keys: Sequence[str]) -> dict[str, E]:
    """The entities that exist among `keys`."""
    found = {}
    hashable: Any = kind
    for start in range(0, len(keys), BATCH):
        part = {"keys": keys[start : start + BATCH]}
        for row in connection.execute(_by_keys(hashable), part).mappings():
            found[row["id"]] = from_row(kind, row)
    return found


@cache
def _by_keys(kind: Any) -> Select[Any]:
    # Made once: making a statement takes as long as its answer.
    table = TABLES[kind]
    return select(table).where(table.c.id.in_(_KEYS))


def active_seekers(
    connection: Connection, keys: Sequence[str] | None = None
) -> Iterator[JobSeeker]:
    """Seekers who look for work, by id; among `keys` if given."""
    table = tables.job_seekers
    query = select(table).where(table.c.status == SeekerStatus.ACTIVE).order_by(table.c.id)
    for row in _in_batches(connection, query, table.c.id, keys):
        yield from_row(JobSeeker, row)


def open_vacancies(
    connection: Connection, today: date, keys: Sequence[str] | None = None, *, after: str = ""
) -> Iterator[tuple[Vacancy, int]]:
    """Vacancies that may be shown on `today`, with openings left, by id; among `keys` if given.

    Those whose id comes `after` that one only.
    """
    table = tables.vacancies.c
    asked = and_(table.posted_on <= today, table.id > after, _not_over(today))
    yield from _vacancies(connection, keys, asked)


def openings_left(connection: Connection, today: date, keys: Sequence[str]) -> dict[str, int]:
    """Openings left of those of up to BATCH vacancies that may be shown on `today`."""
    asked = {"keys": keys, "today": today}
    return {row[0]: row[1] for row in connection.execute(_openings_left(), asked)}


@cache
def _openings_left() -> Select[Any]:
    table, today = tables.vacancies.c, bindparam("today", type_=Date)
    return select(table.id, _LEFT).where(
        and_(table.id.in_(_KEYS), table.posted_on <= today, _not_over(today), _LEFT > 0)
    )


def indexable_vacancies(
    connection: Connection, today: date, keys: Sequence[str] | None = None
) -> Iterator[tuple[Vacancy, int]]:
    """As `open_vacancies`, and those posted for a later day."""
    yield from _vacancies(connection, keys, _not_over(today))


def _vacancies(
    connection: Connection, keys: Sequence[str] | None, condition: Any
) -> Iterator[tuple[Vacancy, int]]:
    table = tables.vacancies
    query = select(table, _LEFT).where(and_(_LEFT > 0, condition)).order_by(table.c.id)
    for row in _in_batches(connection, query, table.c.id, keys):
        yield from_row(Vacancy, row), int(row["openings_left"])


def _not_over(today: Any) -> Any:
    table = tables.vacancies
    return and_(
        or_(table.c.closes_on.is_(None), table.c.closes_on >= today),
        or_(table.c.closed_on.is_(None), table.c.closed_on > today),
    )


def _in_batches(
    connection: Connection, query: Any, key_column: Any, keys: Sequence[str] | None
) -> Iterator[Mapping[Any, Any]]:
    if keys is None:
        yield from connection.execute(query.execution_options(yield_per=5_000)).mappings()
        return
    for start in range(0, len(keys), BATCH):
        part = query.where(key_column.in_(keys[start : start + BATCH]))
        yield from connection.execute(part).mappings()


def last_change(connection: Connection) -> int:
    """Number of the newest change; 0 when there was none."""
    return connection.execute(_LAST_CHANGE).scalar() or 0


def changes_since(connection: Connection, seq: int, limit: int) -> list[tuple[int, str, str]]:
    """(number, kind, id) of up to `limit` changes after `seq`, oldest first."""
    table = tables.changes
    query = select(table).where(table.c.seq > seq).order_by(table.c.seq).limit(limit)
    return [(row.seq, row.kind, row.entity_id) for row in connection.execute(query)]


def changed_since(
    connection: Connection, kind: type, keys: Sequence[str], seq: int
) -> dict[str, int]:
    """Those of `keys` that changed after number `seq`, with the number of the newest change."""
    asked = {"keys": keys, "seq": seq, "kind": CHANGED[kind]}
    return {row[0]: row[1] for row in connection.execute(_changed_since(), asked)}


@cache
def _changed_since() -> Select[Any]:
    table = tables.changes.c
    return (
        select(table.entity_id, func.max(table.seq))
        .where(
            table.seq > bindparam("seq"),
            table.kind == bindparam("kind"),
            table.entity_id.in_(_KEYS),
        )
        .group_by(table.entity_id)
    )


def register_id(connection: Connection) -> str:
    """The name of this register, made with its tables."""
    return str(connection.execute(select(tables.register.c.id)).scalar_one())


def unlike_last_file(connection: Connection, records: Sequence[Any]) -> list[Any]:
    """Those of `records`, of one kind, that differ from what a file last said of them.

    Remembers what these files say: a file taken in twice is not news, whatever happened to the
    record in between.
    """
    table = tables.imported
    kind = CHANGED[type(records[0])]
    digests = {record.id: _digest(record) for record in records}
    news: list[Any] = []
    for start in range(0, len(records), BATCH):
        part = records[start : start + BATCH]
        keys = [record.id for record in part]
        condition = and_(table.c.kind == kind, table.c.entity_id.in_(keys))
        found = connection.execute(select(table).where(condition))
        known = {row.entity_id: row.digest for row in found}
        fresh = [record for record in part if known.get(record.id) != digests[record.id]]
        if fresh:
            ids = [record.id for record in fresh]
            connection.execute(
                delete(table).where(and_(table.c.kind == kind, table.c.entity_id.in_(ids)))
            )
            connection.execute(
                insert(table),
                [{"kind": kind, "entity_id": key, "digest": digests[key]} for key in ids],
            )
        news += fresh
    return news


def _digest(record: Any) -> str:
    content = json.dumps(to_row(record), default=str, sort_keys=True)
    return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()


def set_identity(connection: Connection, digests: Mapping[str, IdentityDigest]) -> None:
    """Keep the digests of the seekers' identity numbers, replacing older ones."""
    table = tables.identity_digests
    keys = list(digests)
    for start in range(0, len(keys), BATCH):
        part = {key: digests[key] for key in keys[start : start + BATCH]}
        connection.execute(delete(table).where(table.c.seeker_id.in_(list(part))))
        connection.execute(
            insert(table),
            [
                {"seeker_id": key, "digest": d.digest, "key_version": d.key_version}
                for key, d in part.items()
            ],
        )


def holders(connection: Connection, digests: Sequence[str]) -> dict[str, str]:
    """Which seeker each of these identity digests belongs to."""
    table = tables.identity_digests
    found: dict[str, str] = {}
    for start in range(0, len(digests), BATCH):
        query = select(table).where(table.c.digest.in_(digests[start : start + BATCH]))
        found.update({row.digest: row.seeker_id for row in connection.execute(query)})
    return found
