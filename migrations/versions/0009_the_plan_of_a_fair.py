"""Interviewers of booths, and who is expected where at a fair."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("booths", sa.Column("interviewers", sa.Integer(), nullable=True))
    op.add_column("booths", sa.Column("minutes", sa.Integer(), server_default="10", nullable=False))
    op.create_table(
        "fair_visitors",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("fair_id", sa.String(length=32), nullable=False),
        sa.Column("seeker_id", sa.String(length=32), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chances", sa.JSON(), nullable=False),
        sa.Column("resumes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fair_id"],
            ["job_fairs.id"],
            name=op.f("fk_fair_visitors_fair_id_job_fairs"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["seeker_id"],
            ["job_seekers.id"],
            name=op.f("fk_fair_visitors_seeker_id_job_seekers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fair_visitors")),
        comment="who is at a fair whose interviews are planned; gone a day later",
    )
    with op.batch_alter_table("fair_visitors") as batch_op:
        for name in ("fair_id", "seeker_id", "seen_at"):
            batch_op.create_index(batch_op.f(f"ix_fair_visitors_{name}"), [name], unique=False)
    op.create_table(
        "fair_appointments",
        sa.Column("visitor_id", sa.String(length=32), nullable=False),
        sa.Column("booth_number", sa.String(length=32), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["visitor_id"],
            ["fair_visitors.id"],
            name=op.f("fk_fair_appointments_visitor_id_fair_visitors"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("visitor_id", "booth_number", name=op.f("pk_fair_appointments")),
        comment="when a visitor is expected at a booth, as last planned",
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("fair_appointments")
    with op.batch_alter_table("fair_visitors") as batch_op:
        for name in ("seen_at", "seeker_id", "fair_id"):
            batch_op.drop_index(batch_op.f(f"ix_fair_visitors_{name}"))
    op.drop_table("fair_visitors")
    # In a batch the table would be made anew, and résumés refer to it.
    op.drop_column("booths", "minutes")
    op.drop_column("booths", "interviewers")
