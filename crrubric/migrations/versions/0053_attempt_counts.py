"""failed attempts that several servers count together

Revision: 0053
Follows: 0052
"""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A table of its own, empty at first."""
    op.create_table(
        "attempt_count",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_attempt_count")),
    )
    op.create_index(op.f("ix_attempt_count_ends_at"), "attempt_count", ["ends_at"])


def downgrade() -> None:
    raise NotImplementedError("what people did is not undone: restore a backup instead")
