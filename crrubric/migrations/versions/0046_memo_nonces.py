"""a number drawn at random in each issued memo, without which its hash can be guessed at

Revision: 0046
Follows: 0045
"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A column that is empty for memos issued before: their files stay as they are."""
    op.add_column(
        "memo_issue", sa.Column("nonce", sa.String(length=32), nullable=False, server_default="")
    )


def downgrade() -> None:
    """The column goes: the journal tells still what was in it."""
    op.drop_column("memo_issue", "nonce")
