"""Findings of the lint that a supervisor let stand."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

REFUSAL = "an override of the lint is never changed or deleted"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "lint_overrides",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("vacancy_id", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["vacancy_id"], ["vacancies.id"], name=op.f("fk_lint_overrides_vacancy_id_vacancies")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lint_overrides")),
        comment="append-only, held by triggers: findings that a supervisor let stand, and why",
    )
    with op.batch_alter_table("lint_overrides") as batch_op:
        batch_op.create_index(batch_op.f("ix_lint_overrides_vacancy_id"), ["vacancy_id"])
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER lint_overrides_no_{event.lower()} BEFORE {event} "
                f"ON lint_overrides BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION lint_overrides_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER lint_overrides_append_only BEFORE UPDATE OR DELETE OR TRUNCATE "
        "ON lint_overrides FOR EACH STATEMENT EXECUTE FUNCTION lint_overrides_refuse()"
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("lint_overrides")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION lint_overrides_refuse()")
