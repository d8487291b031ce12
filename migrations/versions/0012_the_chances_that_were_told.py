"""The chances of a hire that stood in a list, to hold them against what followed."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    chances = sa.Column("chances", sa.JSON(), server_default="[]", nullable=False)
    op.add_column("impressions", chances)


def downgrade() -> None:
    """Take back."""
    op.drop_column("impressions", "chances")
