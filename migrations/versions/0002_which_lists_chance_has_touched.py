"""Which lists chance has touched."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("impressions") as batch_op:
        batch_op.add_column(sa.Column("exploration", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("swapped", sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("impressions") as batch_op:
        batch_op.drop_column("swapped")
        batch_op.drop_column("exploration")
