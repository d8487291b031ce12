"""What was taken back at the desk is kept, as it stood."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "undone",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("seeker_id", sa.String(length=32), nullable=False),
        sa.Column("vacancy_id", sa.String(length=32), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["seeker_id"],
            ["job_seekers.id"],
            name=op.f("fk_undone_seeker_id_job_seekers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["vacancy_id"],
            ["vacancies.id"],
            name=op.f("fk_undone_vacancy_id_vacancies"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_undone")),
        comment="what was taken back at the desk, as it stood; nothing counts or learns from it",
    )
    with op.batch_alter_table("undone") as batch_op:
        for name in ("seeker_id", "vacancy_id"):
            batch_op.create_index(batch_op.f(f"ix_undone_{name}"), [name], unique=False)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("undone") as batch_op:
        for name in ("vacancy_id", "seeker_id"):
            batch_op.drop_index(batch_op.f(f"ix_undone_{name}"))
    op.drop_table("undone")
