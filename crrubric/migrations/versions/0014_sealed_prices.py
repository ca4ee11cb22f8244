"""prices that are sealed until findings are adopted, and files that tell prices

Revision: 0014
Follows: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Plain columns; evaluations that are there already go on as they began: nothing is sealed."""
    op.add_column(
        "evaluation",
        sa.Column("prices_sealed", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "evaluation", sa.Column("prices_opened_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column(
        "vendor_file",
        sa.Column("tells_prices", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    raise NotImplementedError("what people did is not undone: restore a backup instead")
