"""how often name and time zone of the district were set: never, where they are what was made up

Revision: 0012
Follows: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A plain column: on SQLite a batch would copy the table, to which evaluations point."""
    op.add_column(
        "district", sa.Column("version", sa.Integer(), nullable=False, server_default="0")
    )
    op.execute("UPDATE district SET version = 1 WHERE name <> 'Our district' OR time_zone <> 'UTC'")


def downgrade() -> None:
    raise NotImplementedError("what people did is not undone: restore a backup instead")
