"""The chances that stood in a list; who lets findings stand is not a supervisor alone."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


COMMENT = "append-only, held by triggers: findings that somebody let stand, and why"
BEFORE = "append-only, held by triggers: findings that a supervisor let stand, and why"


def upgrade() -> None:
    """Apply."""
    chances = sa.Column("chances", sa.JSON(), server_default="[]", nullable=False)
    op.add_column("impressions", chances)
    _describe(COMMENT, BEFORE)


def downgrade() -> None:
    """Take back."""
    _describe(BEFORE, COMMENT)
    op.drop_column("impressions", "chances")


def _describe(comment: str, before: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.create_table_comment("lint_overrides", comment, existing_comment=before)
