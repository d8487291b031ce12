"""Which plan, desk and trial a list was made under; who opts out of sharing openings."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("impressions") as batch_op:
        batch_op.add_column(sa.Column("plan", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("station", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("trial", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("propensity", sa.Float(), nullable=True))
    op.create_table(
        "stations_apart",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stations_apart")),
        comment="keys and accounts whose lists do not share out the openings",
    )
    op.create_table(
        "trials",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trials")),
        comment="randomised trials of lists that share openings against lists made by themselves",
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("trials")
    op.drop_table("stations_apart")
    with op.batch_alter_table("impressions") as batch_op:
        for name in ("propensity", "trial", "station", "plan"):
            batch_op.drop_column(name)
