"""addresses that are proven to be their account's, and seats that wait for that

Revision: 0023
Follows: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

# Accounts of administrators and organizers were made at the server. Members were invited, and a
# chair could read their first link; who set a new password with a later one had it by mail, or of
# the operator. The seats that people have stay theirs.
PROVEN = """
UPDATE user_account SET address_proven_at = created_at WHERE standing <> 'MEMBER' OR EXISTS (
    SELECT 1 FROM journal_entry
    WHERE event = 'ACCOUNT_PASSWORD_SET' AND actor_id = user_account.id)
"""


def upgrade() -> None:
    """Plain columns: on SQLite a batch would copy a table, and others point to these."""
    proven = sa.Column("address_proven_at", sa.DateTime(timezone=True), nullable=True)
    op.add_column("user_account", proven)
    op.add_column(
        "invite", sa.Column("proves", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("member", sa.Column("awaits_address", sa.String(254), nullable=True))
    op.execute(PROVEN)


def downgrade() -> None:
    raise NotImplementedError("what people did is not undone: restore a backup instead")
