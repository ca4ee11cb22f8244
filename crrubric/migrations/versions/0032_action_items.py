"""action items: what somebody has to do, until when, and how far it is

Revision: 0032
Follows: 0031
"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

STATES = ("OPEN", "UNDER_WAY", "DONE", "DROPPED")
SOURCES = ("CAUSE", "STEP", "NEED", "PROMISE", "GOAL", "OWN")


def make_checked_enum(*values: str, name: str) -> sa.Enum:
    """Text that is checked to be one of these."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    """One table, empty at first."""
    op.create_table(
        "action_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("state", make_checked_enum(*STATES, name="itemstate"), nullable=False),
        sa.Column("dropped_reason", sa.Text(), nullable=False),
        sa.Column("source", make_checked_enum(*SOURCES, name="itemsource"), nullable=False),
        sa.Column("origin", sa.String(length=80), nullable=True),
        sa.Column("vendor_id", sa.Integer(), nullable=True),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(words) > 0", name=op.f("ck_action_item_words_given")),
        sa.CheckConstraint(
            "member_id IS NULL OR length(owner) = 0", name=op.f("ck_action_item_one_owner")
        ),
        sa.CheckConstraint(
            "(state = 'DROPPED') = (length(dropped_reason) > 0)",
            name=op.f("ck_action_item_dropped_with_a_reason"),
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_action_item_version_positive")),
        sa.ForeignKeyConstraint(
            ["evaluation_id"],
            ["evaluation.id"],
            name=op.f("fk_action_item_evaluation_id_evaluation"),
        ),
        sa.ForeignKeyConstraint(
            ["evaluation_id", "member_id"],
            ["member.evaluation_id", "member.id"],
            name=op.f("fk_action_item_evaluation_id_member_id_member"),
        ),
        sa.ForeignKeyConstraint(
            ["evaluation_id", "vendor_id"],
            ["vendor.evaluation_id", "vendor.id"],
            name=op.f("fk_action_item_evaluation_id_vendor_id_vendor"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action_item")),
        sa.UniqueConstraint(
            "evaluation_id", "origin", name=op.f("uq_action_item_evaluation_id_origin")
        ),
    )
    op.create_index(op.f("ix_action_item_member_id"), "action_item", ["member_id"])
    op.create_index(op.f("ix_action_item_vendor_id"), "action_item", ["vendor_id"])


def downgrade() -> None:
    """Only the table goes: the journal tells of the items still."""
    op.drop_table("action_item")
