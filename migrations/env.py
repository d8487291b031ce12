"""Runs migrations on the connection it is handed, or on the configured database."""

from alembic import context

from matcher.config import Settings
from matcher.db.engine import appending, open_engine
from matcher.db.tables import UtcDateTime, metadata


def _plain_types(kind, item, _context):
    """Migrations outlive our classes: write the database's own type instead."""
    return "sa.DateTime(timezone=True)" if kind == "type" and type(item) is UtcDateTime else False


def _run(connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=_plain_types,
        compare_type=True,
    )
    context.run_migrations()


if (given := context.config.attributes.get("connection")) is not None:
    _run(given)
else:
    with appending(open_engine(Settings().sqlalchemy_url)) as opened:
        _run(opened)
