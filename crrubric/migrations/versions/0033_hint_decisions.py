"""what the chair made of the hints of the planning workbook

Revision: 0033
Follows: 0032
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One table, empty at first."""
    op.create_table(
        "hint_decision",
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(length=80), nullable=False),
        sa.Column("criterion", sa.String(length=80), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "must_have",
                "weight",
                "not_applicable",
                name="hintkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("taken", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_hint_decision_has_reason")),
        sa.ForeignKeyConstraint(
            ["evaluation_id"],
            ["evaluation.id"],
            name=op.f("fk_hint_decision_evaluation_id_evaluation"),
        ),
        sa.PrimaryKeyConstraint(
            "evaluation_id", "section", "criterion", "kind", name=op.f("pk_hint_decision")
        ),
    )


def downgrade() -> None:
    """Only the table goes: the journal tells of the hints still."""
    op.drop_table("hint_decision")
