"""accounts: who may hand out a link, which sign-in is out of date, mails about an account

Revision: 0017
Follows: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ENDS = "sent_at IS NULL AND given_up_at IS NULL AND set_aside_at IS NULL"

# The first seat of an account that nobody has used yet came with it. Administrators' and
# organizers' accounts are made on the command line.
MADE_ACCOUNT = """
UPDATE member SET made_account = true WHERE id IN (
    SELECT MIN(seat.id) FROM member AS seat
    JOIN user_account ON user_account.id = seat.user_id
    WHERE user_account.password_hash IS NULL AND user_account.standing = 'MEMBER'
    GROUP BY seat.user_id)
"""

# Until now any committee got a link for any account without a password. Those links stop working
# where somebody else may have one: accounts of the command line, and those of two committees.
VOID = """
UPDATE invite SET used_at = CURRENT_TIMESTAMP WHERE used_at IS NULL AND user_id IN (
    SELECT id FROM user_account WHERE standing <> 'MEMBER' OR (
        SELECT COUNT(*) FROM member WHERE member.user_id = user_account.id) > 1)
"""


def upgrade() -> None:
    """Plain columns: on SQLite a batch would copy a table, and others point to most of these."""
    op.add_column(
        "user_account",
        sa.Column("sign_in_version", sa.Integer(), nullable=False, server_default="0"),
    )
    op.add_column(
        "member",
        sa.Column("made_account", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("invite", sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(MADE_ACCOUNT)
    op.execute(VOID)
    with op.batch_alter_table("outgoing_mail", schema=None) as batch_op:
        batch_op.drop_constraint(
            op.f("ck_outgoing_mail_invitation_kept_while_it_waits"), type_="check"
        )
        batch_op.create_check_constraint(
            op.f("ck_outgoing_mail_link_kept_while_it_waits"),
            f"kind <> 'INVITATION' AND kind <> 'PASSWORD_LINK' OR length(body) = 0 OR ({ENDS})",
        )


def downgrade() -> None:
    raise NotImplementedError("what people did is not undone: restore a backup instead")
