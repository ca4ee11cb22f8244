"""journal entries whose hash covers commitments to typed texts

Revision: 0019
Follows: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Plain columns, so that on SQLite the journal keeps its triggers. What is there already is of
    the first version, and stays as it was written."""
    op.add_column(
        "journal_entry", sa.Column("version", sa.Integer(), nullable=False, server_default="1")
    )
    for name in ("salts", "withheld"):
        op.add_column("journal_entry", sa.Column(name, sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("what people did is not undone: restore a backup instead")
