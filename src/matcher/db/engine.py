"""Opening the database so that both kinds behave alike: foreign keys, one writer, no lost wait."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import sqlalchemy
from sqlalchemy import Connection, Engine, event, inspect, make_url, text

from matcher.errors import ConfigurationError

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).resolve().parents[3] / "migrations"
BUSY_TIMEOUT_MS = 30_000

_turns: WeakKeyDictionary[Engine, Lock] = WeakKeyDictionary()


def open_engine(url: str) -> Engine:
    """Engine for `url`. SQLite gets WAL and enforced foreign keys; its folder is made.

    Errors never carry the values of a statement: they may be a person's.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return sqlalchemy.create_engine(
            parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, hide_parameters=True
        )
    if parsed.get_backend_name() != "sqlite":
        raise ConfigurationError(
            f"The database kind {parsed.get_backend_name()!r} is not supported.",
            remedy="Set MATCHER_DATABASE_URL to a sqlite:/// or postgresql:// address.",
        )
    if parsed.database:
        # What lies in there is about people: nobody else on the machine may look.
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = sqlalchemy.create_engine(
        parsed, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}, hide_parameters=True
    )
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:
    # The driver's own BEGIN comes too late to guard a read that a write depends on.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One consistent read: everything in it is seen as of one moment."""
    options: dict[str, Any] = {}
    if engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine, *, now: datetime | None = None) -> Iterator[Connection]:
    """One transaction on the register, all of it or nothing; one after the other.

    So that what is read in it still holds when it writes, and the log of changes is numbered in
    the order of commits: PostgreSQL draws numbers before commit. What it adds to the event log is
    recorded as of `now`, by default the moment at which its turn comes.
    """
    with appending(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("LOCK TABLE changes IN SHARE ROW EXCLUSIVE MODE")
        connection.execution_options(recorded_at=now or datetime.now(UTC))
        yield connection


@contextmanager
def appending(engine: Engine) -> Iterator[Connection]:
    """One transaction on rows that no index follows, such as logged slates and sessions."""
    # Those who wait for SQLite's one writer hold no connection that a reader could use.
    turn = _turns.setdefault(engine, Lock()) if engine.dialect.name == "sqlite" else nullcontext()
    with (
        turn,
        engine.connect().execution_options(writes=True) as connection,
        connection.begin(),
    ):
        yield connection


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest revision."""
    # A service that finds its schema in place does without.
    from alembic import command

    config = _alembic_config()
    with appending(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_migrated(engine: Engine) -> bool:
    """Whether the schema is that of this program."""
    with reading(engine) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    # Files of migrations are named by their revisions.
    newest = max(path.name for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    return found == newest.partition("_")[0]


def _alembic_config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config
