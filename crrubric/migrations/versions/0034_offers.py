"""further prices of a vendor, how many learners are priced, and out of which fund

Revision: 0034
Follows: 0033
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Plain columns, empty at first: the one price that a vendor had stays its license."""
    for name in ("seats_low", "seats_high", "seats_at_once"):
        op.add_column("evaluation", sa.Column(name, sa.Integer(), nullable=True))
    for name in ("seats_note", "fund"):
        op.add_column("evaluation", sa.Column(name, sa.Text(), nullable=False, server_default=""))
    op.add_column("vendor", sa.Column("price_rise", sa.Integer(), nullable=True))
    op.add_column("vendor", sa.Column("price_lines", sa.JSON(), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("what people did is not undone: restore a backup instead")
