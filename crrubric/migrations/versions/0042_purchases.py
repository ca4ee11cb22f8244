"""the purchase: its facts, its days, and what is recorded for the lines of its checklist

Revision: 0042
Follows: 0041
"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

METHODS = (
    "MICRO",
    "QUOTES",
    "SEALED_BIDS",
    "PROPOSALS",
    "COOPERATIVE",
    "SOLE_SOURCE",
    "RENEWAL",
)
STATES = ("OPEN", "DONE", "NOT_APPLICABLE")
LEVELS = ("STRONG", "MODERATE", "PROMISING", "RATIONALE")
DAYS = ("published_on", "offers_due_on", "board_on", "contract_on", "begins_on", "ends_on")


def make_checked_enum(*values: str, name: str) -> sa.Enum:
    """Text that is checked to be one of these."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    """Two tables, empty at first."""
    op.create_table(
        "purchase",
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("method", make_checked_enum(*METHODS, name="purchasemethod"), nullable=True),
        sa.Column("method_reason", sa.Text(), nullable=False),
        sa.Column("solicitation", sa.String(length=300), nullable=False),
        sa.Column("estimate_cents", sa.BigInteger(), nullable=True),
        sa.Column("estimate_on", sa.Date(), nullable=True),
        sa.Column("estimate_note", sa.Text(), nullable=False),
        sa.Column("funds", sa.JSON(), nullable=False),
        sa.Column("limits", sa.JSON(), nullable=False),
        *(sa.Column(name, sa.Date(), nullable=True) for name in DAYS),
        sa.Column("board_motion", sa.String(length=300), nullable=False),
        sa.CheckConstraint("estimate_cents >= 0", name=op.f("ck_purchase_estimate_not_negative")),
        sa.CheckConstraint(
            "estimate_on IS NULL OR estimate_cents IS NOT NULL",
            name=op.f("ck_purchase_estimate_has_an_amount"),
        ),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluation.id"], name=op.f("fk_purchase_evaluation_id_evaluation")
        ),
        sa.PrimaryKeyConstraint("evaluation_id", name=op.f("pk_purchase")),
    )
    op.create_table(
        "purchase_line",
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("state", make_checked_enum(*STATES, name="linestate"), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.Text(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("done_by", sa.String(length=120), nullable=False),
        sa.Column("level", make_checked_enum(*LEVELS, name="evidencelevel"), nullable=True),
        sa.Column("vendor_id", sa.Integer(), nullable=True),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state = 'OPEN' OR length(note) > 0", name=op.f("ck_purchase_line_state_has_a_note")
        ),
        sa.CheckConstraint(
            "code NOT LIKE 'own-%' OR length(title) > 0",
            name=op.f("ck_purchase_line_own_has_a_title"),
        ),
        sa.ForeignKeyConstraint(
            ["evaluation_id"],
            ["evaluation.id"],
            name=op.f("fk_purchase_line_evaluation_id_evaluation"),
        ),
        sa.ForeignKeyConstraint(
            ["evaluation_id", "vendor_id"],
            ["vendor.evaluation_id", "vendor.id"],
            name=op.f("fk_purchase_line_evaluation_id_vendor_id_vendor"),
        ),
        sa.PrimaryKeyConstraint("evaluation_id", "code", name=op.f("pk_purchase_line")),
    )
    op.create_index(op.f("ix_purchase_line_vendor_id"), "purchase_line", ["vendor_id"])


def downgrade() -> None:
    """Both tables go: the journal tells of what was in them still."""
    op.drop_table("purchase_line")
    op.drop_table("purchase")
