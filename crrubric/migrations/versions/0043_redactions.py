"""texts that copies for the public hide, and what the result of an issued memo rests on

Revision: 0043
Follows: 0042
"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A table, empty at first, and a column that is empty for memos issued before."""
    op.add_column(
        "memo_issue",
        sa.Column("basis_hash", sa.String(length=64), nullable=False, server_default=""),
    )
    op.create_table(
        "redaction",
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("entry", sa.Integer(), nullable=False),
        sa.Column("pointer", sa.String(length=300), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("chosen_by", sa.String(length=120), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_redaction_has_a_reason")),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluation.id"], name=op.f("fk_redaction_evaluation_id_evaluation")
        ),
        sa.PrimaryKeyConstraint("evaluation_id", "entry", "pointer", name=op.f("pk_redaction")),
    )


def downgrade() -> None:
    """Table and column go: the journal tells still what was in them."""
    op.drop_table("redaction")
    op.drop_column("memo_issue", "basis_hash")
