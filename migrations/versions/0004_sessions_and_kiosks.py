"""Sessions of the pages, kiosks at fairs, and what became of a résumé at its booth."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "sessions",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["key_id"],
            ["api_keys.id"],
            name=op.f("fk_sessions_key_id_api_keys"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sessions")),
        comment="browsers that showed an API key; the token in their cookie is not kept",
    )
    with op.batch_alter_table("sessions") as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_key_id"), ["key_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sessions_seen_at"), ["seen_at"], unique=False)
    op.create_table(
        "kiosks",
        sa.Column("key_id", sa.String(length=32), nullable=False),
        sa.Column("fair_id", sa.String(length=32), nullable=False),
        sa.Column("tries_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("visit", sa.Text(), nullable=True),
        sa.Column("visit_began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("visit_touched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("page_due", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["key_id"],
            ["api_keys.id"],
            name=op.f("fk_kiosks_key_id_api_keys"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["fair_id"],
            ["job_fairs.id"],
            name=op.f("fk_kiosks_fair_id_job_fairs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_kiosks")),
        comment="one row a kiosk; only the cookie of the kiosk can decipher its visit",
    )
    with op.batch_alter_table("fair_resumes") as batch_op:
        batch_op.add_column(
            sa.Column("interviewed", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("number", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("fair_resumes") as batch_op:
        batch_op.drop_column("number")
        batch_op.drop_column("interviewed")
    op.drop_table("kiosks")
    with op.batch_alter_table("sessions") as batch_op:
        batch_op.drop_index(batch_op.f("ix_sessions_seen_at"))
        batch_op.drop_index(batch_op.f("ix_sessions_key_id"))
    op.drop_table("sessions")
