"""Takes a person out of every table; what published figures count stays, and leads back to nobody.

docs/decisions/0017-erasure.md says what stays and why.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Text, and_, cast, delete, insert, select, update

from matcher.db import tables
from matcher.db.engine import BUSY_TIMEOUT_MS
from matcher.db.event_log import VOIDABLE
from matcher.db.store import last_change, log_changes, must_get, register_id
from matcher.entities import ErasureReason, JobSeeker
from matcher.errors import NotReadyError
from matcher.rates.events import Kind

ERASED = "erased"
"""Stands where an id was, in rows that others need."""

RENAMED = (Kind.SEEKER_PLACED, Kind.PROGRAMME_STEP)
"""Events whose records go with the person: only the log counts them from then on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """One person's erasure. `seeker_id` is told until no index, list or cache holds it any more.

    `change_seq` is the change that took the person out of the register: an index that does not know
    it may hold them. `finished_at` is None until the database's own files are free of them too.
    """

    seeker_id: str | None
    change_seq: int
    finished_at: datetime | None


def erase(
    connection: Connection, seeker_id: str, *, reason: ErasureReason, by: str, now: datetime
) -> Erasure:
    """Take a person out of the register, and note what is left to do elsewhere.

    Somebody erased before is left so. Raises NotFoundError for an id that never was.
    """
    mark = _mark(connection, seeker_id)
    table = tables.erasures
    known = connection.execute(select(table).where(table.c.mark == mark)).first()
    if known is not None:
        return _erasure(known)
    must_get(connection, JobSeeker, seeker_id)
    _rename_events(connection, seeker_id)
    _leave_tables(connection, seeker_id)
    log_changes(connection, JobSeeker, [{"id": seeker_id}])
    seq = last_change(connection)
    row = {"seeker_id": seeker_id, "asked_at": now, "asked_by": by, "change_seq": seq}
    connection.execute(insert(table).values(mark=mark, reason=reason, **row))
    return Erasure(seeker_id=seeker_id, change_seq=seq, finished_at=None)


def erased(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Those of `ids` whose people were erased: nothing takes them in again under the same id."""
    table = tables.erasures.c
    marks = set(connection.execute(select(table.mark)).scalars())
    if not marks:
        return set()
    key = register_id(connection)
    return {seeker_id for seeker_id in ids if _keyed(key, seeker_id) in marks}


def unfinished(connection: Connection) -> list[Erasure]:
    """Erasures of which something is left to do, the oldest first."""
    table = tables.erasures
    query = select(table).where(table.c.finished_at.is_(None)).order_by(table.c.change_seq)
    return [_erasure(row) for row in connection.execute(query)]


def newest_erasure(connection: Connection) -> int:
    """The change that took the last person out; an index must know it. 0 without any."""
    table = tables.erasures.c
    newest = select(table.change_seq).order_by(table.change_seq.desc()).limit(1)
    return connection.execute(newest).scalar() or 0


def forget_ids(connection: Connection, ids: Sequence[str]) -> None:
    """Blank the last places that name these people: the log of changes, and their erasures."""
    changes, table = tables.changes, tables.erasures
    connection.execute(
        update(changes)
        .where(changes.c.kind == "seeker", changes.c.entity_id.in_(ids))
        .values(entity_id=ERASED)
    )
    connection.execute(update(table).where(table.c.seeker_id.in_(ids)).values(seeker_id=None))


def finish(engine: Engine) -> None:
    """Write an SQLite file anew and empty its log, so that no deleted row stays in either.

    PostgreSQL reuses the room of deleted rows by itself (autovacuum).
    """
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.execute("VACUUM")
        (busy, *_) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        cursor.close()
    finally:
        connection.close()
    if busy:
        raise NotReadyError(
            "The register was read all the time, so deleted rows still lie in its log.",
            remedy="Run `matcher erase` once more.",
        )


def finished(connection: Connection, now: datetime) -> None:
    """Note that of all erasures whose ids are blanked nothing is left to do."""
    table = tables.erasures
    connection.execute(
        update(table)
        .where(table.c.seeker_id.is_(None), table.c.finished_at.is_(None))
        .values(finished_at=now)
    )


def _rename_events(connection: Connection, seeker_id: str) -> None:
    """Give the person's events other names, the same for the same, which nobody can trace back."""
    table = tables.events
    own = select(table.c.seq, table.c.kind, table.c.record).where(table.c.person == seeker_id)
    records = {(row.kind, row.record) for row in connection.execute(own)}
    _take_back_voids(connection, seeker_id, records)
    person = _alias()
    at_fairs = and_(table.c.person == seeker_id, table.c.kind == Kind.RESUME_HANDED_IN)
    # Like the résumé itself, which stays at its booth without a person.
    connection.execute(update(table).where(at_fairs).values(person=None))
    connection.execute(update(table).where(table.c.person == seeker_id).values(person=person))
    registered = and_(table.c.record == seeker_id, table.c.kind == Kind.SEEKER_REGISTERED)
    connection.execute(update(table).where(registered).values(record=person))
    for kind, record in sorted(records):
        if kind not in RENAMED:
            continue
        newest = (
            select(table.c.person)
            .where(table.c.kind == kind, table.c.record == record)
            .order_by(table.c.seq.desc())
            .limit(1)
        )
        if connection.execute(newest).scalar() != person:
            continue  # It was put right: it is somebody else's.
        alias = _alias()
        same = and_(table.c.kind == kind, table.c.record == record)
        connection.execute(update(table).where(same).values(record=alias))
        if kind == Kind.PROGRAMME_STEP:
            connection.execute(update(table).where(table.c.follows == record).values(follows=alias))


def _take_back_voids(connection: Connection, seeker_id: str, records: set[tuple[str, str]]) -> None:
    """Voids give their reasons in free words; without the person nothing brings these back."""
    table = tables.voids
    words = {kind: word for word, (_, kind) in VOIDABLE.items()}
    records = records | {(Kind.SEEKER_REGISTERED, seeker_id)}
    for kind, record in records:
        voided = and_(table.c.kind == words[Kind(kind)], table.c.record_id == record)
        connection.execute(delete(table).where(voided))


def _leave_tables(connection: Connection, seeker_id: str) -> None:
    t = tables
    sent = select(t.referrals.c.id).where(t.referrals.c.seeker_id == seeker_id)
    connection.execute(delete(t.placements).where(t.placements.c.seeker_id == seeker_id))
    connection.execute(
        update(t.placements).where(t.placements.c.referral_id.in_(sent)).values(referral_id=None)
    )
    for table in (t.referrals, t.services):
        connection.execute(delete(table).where(table.c.seeker_id == seeker_id))
    imported = and_(t.imported.c.kind == "seeker", t.imported.c.entity_id == seeker_id)
    connection.execute(delete(t.imported).where(imported))
    _blank_shortlists(connection, seeker_id)
    # Enciphered, so nobody can tell whose they are; a visitor in the middle begins anew.
    connection.execute(
        update(t.kiosks).values(
            visit=None, visit_began_at=None, visit_touched_at=None, page_due=False
        )
    )
    # Who looked, when and why stays; the triggers of the log let this through and nothing else.
    looked_at = t.audit_log.c.person == seeker_id
    connection.execute(update(t.audit_log).where(looked_at).values(person=ERASED, words=""))
    # Takes with it what refers to it by ON DELETE: digest, protected attributes, slates, notes.
    connection.execute(delete(t.job_seekers).where(t.job_seekers.c.id == seeker_id))


def _blank_shortlists(connection: Connection, seeker_id: str) -> None:
    """In lists of candidates the person's place stays, so that the others keep theirs."""
    table = tables.impressions
    named = cast(table.c["items"], Text).contains(f'"{seeker_id}"', autoescape=True)
    query = select(table.c.id, table.c["items"]).where(named, table.c.vacancy_id.is_not(None))
    for shown in connection.execute(query).all():
        items = [[ERASED if key == seeker_id else key, score] for key, score in shown[1]]
        connection.execute(update(table).where(table.c.id == shown.id).values(items=items))


def _mark(connection: Connection, seeker_id: str) -> str:
    return _keyed(register_id(connection), seeker_id)


def _keyed(register: str, seeker_id: str) -> str:
    """Without the register's own name nobody can try ids out."""
    key = register.encode()
    return hashlib.blake2b(seeker_id.encode(), key=key, digest_size=16).hexdigest()


def _alias() -> str:
    """A name of 32 characters that was drawn, not made of anything."""
    return f"X-{secrets.token_hex(15)}"


def _erasure(row: Row[Any]) -> Erasure:
    return Erasure(seeker_id=row.seeker_id, change_seq=row.change_seq, finished_at=row.finished_at)
