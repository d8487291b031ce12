"""Seals of the audit log, which let what is over its time go; what an override let stand."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
NEVER = "an entry of the audit log is never changed or deleted"
SEALED = "a seal of the audit log is never changed or deleted"
DELETES = {
    "sqlite": (
        "CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log "
        "WHEN NOT (OLD.made_at < datetime('now', '-365 days') AND OLD.seq <= "
        "(SELECT coalesce(max(last_seq), 0) FROM audit_seals)) "
        "BEGIN SELECT RAISE(ABORT, 'no entry of the audit log is deleted before it is a year old "
        "and sealed'); END"
    ),
    "postgresql": (
        "CREATE FUNCTION audit_log_refuse_young() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF OLD.made_at < now() - interval '365 days' AND OLD.seq <= "
        "(SELECT coalesce(max(last_seq), 0) FROM audit_seals) THEN RETURN OLD; END IF; "
        "RAISE EXCEPTION 'no entry of the audit log is deleted before it is a year old and sealed'"
        "; END $$"
    ),
}
"""By the clock of the database, which no caller sets."""


def upgrade() -> None:
    """Apply."""
    op.add_column(
        "lint_overrides",
        sa.Column("severity", sa.String(length=32), server_default="forbidden", nullable=False),
    )
    op.create_table(
        "audit_seals",
        sa.Column("last_seq", NUMBER, autoincrement=False, nullable=False),
        sa.Column("first_seq", NUMBER, nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("newest_at", MOMENT, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("last_seq", name=op.f("pk_audit_seals")),
        comment="append-only, held by triggers: a chain of digests over the entries of each night",
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_log_no_delete")
        op.execute(DELETES["sqlite"])
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_seals_no_{event.lower()} BEFORE {event} "
                f"ON audit_seals BEGIN SELECT RAISE(ABORT, '{SEALED}'); END"
            )
        return
    op.execute(DELETES["postgresql"])
    op.execute("DROP TRIGGER audit_log_append_only_row ON audit_log")
    _on("audit_log", "append_only_row", "UPDATE", "ROW", "audit_log_refuse")
    _on("audit_log", "no_young_delete", "DELETE", "ROW", "audit_log_refuse_young")
    op.execute(
        "CREATE FUNCTION audit_seals_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{SEALED}'; END $$"
    )
    _on(
        "audit_seals",
        "append_only",
        "UPDATE OR DELETE OR TRUNCATE",
        "STATEMENT",
        "audit_seals_refuse",
    )


def downgrade() -> None:
    """Take back."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_log_no_delete")
        op.execute(
            "CREATE TRIGGER audit_log_no_delete BEFORE DELETE ON audit_log "
            f"BEGIN SELECT RAISE(ABORT, '{NEVER}'); END"
        )
    else:
        op.execute("DROP TRIGGER audit_log_no_young_delete ON audit_log")
        op.execute("DROP FUNCTION audit_log_refuse_young()")
        op.execute("DROP TRIGGER audit_log_append_only_row ON audit_log")
        _on("audit_log", "append_only_row", "UPDATE OR DELETE", "ROW", "audit_log_refuse")
    op.drop_table("audit_seals")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION audit_seals_refuse()")
    op.drop_column("lint_overrides", "severity")


def _on(table: str, name: str, events: str, level: str, function: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_{name} BEFORE {events} ON {table} "
        f"FOR EACH {level} EXECUTE FUNCTION {function}()"
    )
