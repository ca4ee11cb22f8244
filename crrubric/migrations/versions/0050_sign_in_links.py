"""what a one-time link is for; accounts that were first used by a link; mails with such links

Revision: 0050
Follows: 0049
"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

USES = ("PASSWORD", "ADDRESS", "SIGN_IN", "CONFIRM")
ENDS = "sent_at IS NULL AND given_up_at IS NULL AND set_aside_at IS NULL"
LINKS = "kind <> 'INVITATION' AND kind <> 'PASSWORD_LINK' AND kind <> 'ADDRESS_LINK'"
KEPT = "ck_outgoing_mail_link_kept_while_it_waits"


def upgrade() -> None:
    """Links that are under way stay what they were."""
    with op.batch_alter_table("user_account") as batch:
        batch.add_column(sa.Column("link_used_at", sa.DateTime(timezone=True), nullable=True))
    use = sa.Enum(*USES, name="linkuse", native_enum=False, create_constraint=True, length=40)
    with op.batch_alter_table("invite") as batch:
        batch.add_column(sa.Column("use", use, nullable=False, server_default="PASSWORD"))
    op.execute("UPDATE invite SET use = 'ADDRESS' WHERE address IS NOT NULL")
    with op.batch_alter_table("outgoing_mail") as batch:
        batch.drop_constraint(op.f(KEPT), type_="check")
        batch.create_check_constraint(
            op.f(KEPT), f"{LINKS} AND kind <> 'SIGN_IN_LINK' OR length(body) = 0 OR ({ENDS})"
        )


def downgrade() -> None:
    """Whoever came in by links alone needs one to choose a password; links for signing in go."""
    op.execute("DELETE FROM outgoing_mail WHERE kind = 'SIGN_IN_LINK'")
    op.execute("DELETE FROM invite WHERE use IN ('SIGN_IN', 'CONFIRM')")
    with op.batch_alter_table("outgoing_mail") as batch:
        batch.drop_constraint(op.f(KEPT), type_="check")
        batch.create_check_constraint(op.f(KEPT), f"{LINKS} OR length(body) = 0 OR ({ENDS})")
    with op.batch_alter_table("invite") as batch:
        batch.drop_constraint(batch.f("ck_invite_linkuse"), type_="check")
        batch.drop_column("use")
    with op.batch_alter_table("user_account") as batch:
        batch.drop_column("link_used_at")
