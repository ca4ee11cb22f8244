"""languages: of people, of an evaluation's documents, and the rubric in other languages

Revision: 0011
Follows: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Plain columns: on SQLite a batch would copy the table and lose its triggers."""
    op.add_column("user_account", sa.Column("language", sa.String(length=16), nullable=True))
    op.add_column(
        "evaluation",
        sa.Column("language", sa.String(length=16), nullable=False, server_default="en"),
    )
    for table in ("section", "criterion", "tension"):
        op.add_column(
            table, sa.Column("translations", sa.JSON(), nullable=False, server_default="{}")
        )


def downgrade() -> None:
    raise NotImplementedError("what people did is not undone: restore a backup instead")
