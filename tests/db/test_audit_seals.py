"""What leaves the audit log by its term has been sealed; what leaves it otherwise can be told."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.exc import DatabaseError

from matcher.config import ROOT
from matcher.db import tables
from matcher.db.audit import Entry, add_entries
from matcher.db.audit_seals import drop_entries_before, newest_seal, objections, seal
from matcher.db.engine import appending, reading, writing
from matcher.db.erasing import erase
from matcher.db.store import upsert
from matcher.entities import ErasureReason, JobSeeker
from matcher.jobs.retention import expire
from matcher.service.retention import What, read_retention
from tests.bureau import NOON

KEPT = read_retention(ROOT / "data" / "reference")
TERM = KEPT[What.AUDIT]
LONG_AGO = NOON - TERM - timedelta(days=10)
DAY = timedelta(days=1)
LOG, SEALS = tables.audit_log, tables.audit_seals
AN_ENTRY = Entry(
    id="",
    made_at=LONG_AGO,
    who="chen",
    role="counsellor",
    action="listed",
    person="S-1",
    reason="other",
    words="來電",
)


def write(engine: Engine, *ids: str, at: datetime = LONG_AGO) -> None:
    with appending(engine) as connection:
        add_entries(connection, [replace(AN_ENTRY, id=key, made_at=at) for key in ids])


def there(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.execute(select(LOG.c.id).order_by(LOG.c.seq)).scalars())


def complaints(engine: Engine, *, at: datetime = NOON) -> list[str]:
    with reading(engine) as connection:
        return objections(connection, kept_since=at - TERM)


@contextmanager
def without_triggers(engine: Engine) -> Iterator[None]:
    """What somebody can do who owns the database."""
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            for event in ("update", "delete"):
                connection.exec_driver_sql(f"DROP TRIGGER audit_log_no_{event}")
        else:
            connection.exec_driver_sql("ALTER TABLE audit_log DISABLE TRIGGER USER")
    yield


def test_each_night_seals_what_was_written_since_the_night_before(engine: Engine):
    assert seal(engine, now=NOON) is None
    write(engine, "A", "B")
    first = seal(engine, now=NOON)
    assert first is not None
    assert (first.first_seq, first.last_seq, first.entries) == (1, 2, 2)
    assert (first.newest_at, first.made_at) == (LONG_AGO, NOON)
    assert seal(engine, now=NOON) is None
    write(engine, "C")
    second = seal(engine, now=NOON)
    assert second is not None
    assert (second.first_seq, second.last_seq, second.entries) == (3, 3, 1)
    assert second.digest != first.digest
    with reading(engine) as connection:
        assert newest_seal(connection) == second
    assert complaints(engine) == []


def test_entries_go_when_their_term_is_over_and_the_others_stay(engine: Engine, tmp_path: Path):
    write(engine, "A", "B")
    assert expire(engine, KEPT, tmp_path, now=LONG_AGO + DAY)["audit entries"] == 0
    write(engine, "C", at=NOON - TERM)
    write(engine, "D", at=NOON)
    assert expire(engine, KEPT, tmp_path, now=NOON)["audit entries"] == 2
    assert there(engine) == ["C", "D"]
    assert not any(expire(engine, KEPT, tmp_path, now=NOON).values())
    assert complaints(engine) == []
    # Sealed in one night with D, C stays as long.
    assert expire(engine, KEPT, tmp_path, now=NOON + TERM)["audit entries"] == 0


def test_the_last_entries_go_too(engine: Engine, tmp_path: Path):
    write(engine, "A", "B")
    assert expire(engine, KEPT, tmp_path, now=NOON)["audit entries"] == 2
    assert there(engine) == []
    assert complaints(engine) == []
    write(engine, "C", at=NOON)
    assert seal(engine, now=NOON) is not None
    assert complaints(engine) == []


@pytest.mark.parametrize(
    ("age", "sealed"), [(timedelta(days=364), True), (timedelta(days=4_000), False)]
)
def test_the_database_lets_nothing_go_that_is_young_or_not_sealed(
    engine: Engine, age: timedelta, sealed: bool
):
    # The database goes by its own clock.
    now = datetime.now(UTC)
    write(engine, "A", at=now - age)
    if sealed:
        seal(engine, now=now)
    for statement in (delete(LOG), delete(LOG).where(LOG.c.id == "A")):
        with pytest.raises(DatabaseError, match="a year old"), appending(engine) as connection:
            connection.execute(statement)
    assert there(engine) == ["A"]


def test_what_is_sealed_and_old_still_cannot_be_changed(engine: Engine):
    write(engine, "A")
    seal(engine, now=NOON)
    with pytest.raises(DatabaseError, match="never changed"), appending(engine) as connection:
        connection.execute(update(LOG).values(who="lin"))


def test_a_seal_is_never_changed_or_deleted(engine: Engine):
    write(engine, "A")
    made = seal(engine, now=NOON)
    for statement in (update(SEALS).values(entries=0), delete(SEALS)):
        with pytest.raises(DatabaseError, match="never changed"), appending(engine) as connection:
            connection.execute(statement)
    with reading(engine) as connection:
        assert newest_seal(connection) == made


def two_nights(engine: Engine) -> None:
    for key in "AC":
        write(engine, key, chr(ord(key) + 1), at=NOON)
        seal(engine, now=NOON)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (delete(LOG).where(LOG.c.id == "A"), "2 were sealed, 1 are there"),
        (delete(LOG).where(LOG.c.id.in_(["A", "B"])), "2 were sealed, 0 are there"),
        (update(LOG).where(LOG.c.id == "B").values(who="lin"), "not what was sealed"),
        (update(LOG).where(LOG.c.id == "A").values(made_at=NOON - DAY), "not what was sealed"),
    ],
)
def test_whoever_takes_away_or_changes_an_entry_all_the_same_is_found_out(
    engine: Engine, change, told: str
):
    two_nights(engine)
    with without_triggers(engine), appending(engine) as connection:
        connection.execute(change)
    (complaint,) = complaints(engine)
    assert "entries 1 to 2" in complaint
    assert told in complaint


def test_a_seal_made_anew_fits_neither_the_next_one_nor_a_copy_of_itself(engine: Engine):
    two_nights(engine)
    with without_triggers(engine), appending(engine) as connection:
        connection.execute(update(LOG).where(LOG.c.id == "A").values(who="lin"))
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER audit_seals_no_update")
        else:
            connection.exec_driver_sql("ALTER TABLE audit_seals DISABLE TRIGGER USER")
        connection.execute(update(SEALS).where(SEALS.c.last_seq == 2).values(digest="f" * 64))
    assert len(complaints(engine)) == 2


def test_an_erasure_leaves_the_seals_whole(engine: Engine):
    with writing(engine, now=NOON) as connection:
        upsert(connection, [JobSeeker(id="S-1", registered_on=NOON.date())])
    two_nights(engine)
    with writing(engine, now=NOON) as connection:
        erase(connection, "S-1", reason=ErasureReason.REQUEST, by="k", now=NOON)
    with reading(engine) as connection:
        people = connection.execute(select(LOG.c.person, LOG.c.words).distinct()).all()
    assert people == [("erased", "")]
    assert complaints(engine) == []


def test_a_seal_waits_for_whoever_is_writing(engine: Engine):
    began, go_on = Event(), Event()

    def slowly() -> None:
        with appending(engine) as connection:
            add_entries(connection, [replace(AN_ENTRY, id="slow")])
            began.set()
            assert go_on.wait(60)

    with ThreadPoolExecutor(2) as others:
        writer = others.submit(slowly)
        assert began.wait(60)
        sealing = others.submit(seal, engine, now=NOON)
        with pytest.raises(TimeoutError):
            sealing.result(0.3)
        go_on.set()
        writer.result()
        made = sealing.result()
    assert made is not None
    assert made.entries == 1


def test_entries_are_dropped_a_whole_seal_at_a_time(engine: Engine):
    write(engine, "A")
    write(engine, "B", at=NOON)
    seal(engine, now=NOON)
    with appending(engine) as connection:
        assert drop_entries_before(connection, NOON - TERM) == 0
    assert there(engine) == ["A", "B"]
