"""the outbox of mails

Revision: 0009
Follows: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ENDS = ("sent_at", "given_up_at", "set_aside_at")


def upgrade() -> None:
    op.create_table(
        "outgoing_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dedup_key", sa.String(length=300), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("evaluation_id", sa.Integer(), nullable=True),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("to_name", sa.String(length=120), nullable=False),
        sa.Column("to_address", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("vendors", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in ENDS),
        sa.CheckConstraint(
            " + ".join(f"(CASE WHEN {name} IS NULL THEN 0 ELSE 1 END)" for name in ENDS) + " <= 1",
            name=op.f("ck_outgoing_mail_one_end"),
        ),
        sa.CheckConstraint(
            "kind <> 'INVITATION' OR length(body) = 0"
            " OR (sent_at IS NULL AND given_up_at IS NULL AND set_aside_at IS NULL)",
            name=op.f("ck_outgoing_mail_invitation_kept_while_it_waits"),
        ),
        sa.CheckConstraint("length(to_address) > 0", name=op.f("ck_outgoing_mail_address_given")),
        sa.ForeignKeyConstraint(
            ["evaluation_id"],
            ["evaluation.id"],
            name=op.f("fk_outgoing_mail_evaluation_id_evaluation"),
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_outgoing_mail_member_id_member")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_outgoing_mail_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_mail")),
        sa.UniqueConstraint("dedup_key", name=op.f("uq_outgoing_mail_dedup_key")),
    )
    for column in ("evaluation_id", "member_id", "user_id"):
        op.create_index(op.f(f"ix_outgoing_mail_{column}"), "outgoing_mail", [column])
    op.create_index("ix_outgoing_mail_waiting", "outgoing_mail", ["sent_at", "next_try_at"])


def downgrade() -> None:
    raise NotImplementedError("a mail that was sent can't be called back: restore a backup instead")
