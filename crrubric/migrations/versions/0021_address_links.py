"""links that prove another address of an account

Revision: 0021
Follows: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ENDS = "sent_at IS NULL AND given_up_at IS NULL AND set_aside_at IS NULL"
LINKS = "kind <> 'INVITATION' AND kind <> 'PASSWORD_LINK' AND kind <> 'ADDRESS_LINK'"


def upgrade() -> None:
    op.add_column("invite", sa.Column("address", sa.String(254), nullable=True))
    name = op.f("ck_outgoing_mail_link_kept_while_it_waits")
    with op.batch_alter_table("outgoing_mail", schema=None) as batch_op:
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, f"{LINKS} OR length(body) = 0 OR ({ENDS})")


def downgrade() -> None:
    raise NotImplementedError("what people did is not undone: restore a backup instead")
