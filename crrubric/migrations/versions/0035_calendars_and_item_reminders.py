"""secret links of calendars, and reminders of action items

Revision: 0035
Follows: 0034
"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two tables, empty at first; everybody is reminded."""
    op.create_table(
        "calendar_feed",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_calendar_feed_user_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    op.create_table(
        "item_reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["action_item.id"], name=op.f("fk_item_reminder_item_id_action_item")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_item_reminder_user_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["outgoing_mail.id"], name=op.f("fk_item_reminder_mail_id_outgoing_mail")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_reminder")),
        sa.UniqueConstraint(
            "item_id", "user_id", "due_on", "step",
            name=op.f("uq_item_reminder_item_id_user_id_due_on_step"),
        ),
    )  # fmt: skip
    op.create_index(op.f("ix_item_reminder_mail_id"), "item_reminder", ["mail_id"])
    op.add_column(
        "user_account",
        sa.Column("item_mails_off", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    """Calendars that read a link find nothing any more; who was reminded may be so again."""
    op.drop_column("user_account", "item_mails_off")
    op.drop_table("item_reminder")
    op.drop_table("calendar_feed")
