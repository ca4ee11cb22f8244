"""the order that the committee adopts, reinstated vendors

Revision: 0007
Follows: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ranked_vendor",
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.CheckConstraint("rank >= 1", name=op.f("ck_ranked_vendor_rank_from_one")),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_ranked_vendor_vendor_id_vendor")
        ),
        sa.PrimaryKeyConstraint("vendor_id", name=op.f("pk_ranked_vendor")),
    )
    op.create_table(
        "reinstatement",
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_reinstatement_reason_given")),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_reinstatement_vendor_id_vendor")
        ),
        sa.PrimaryKeyConstraint("vendor_id", name=op.f("pk_reinstatement")),
    )
    # no decision so far had a ranking: nothing adopted is not another order than the computed one
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("ranking_as_computed", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        batch_op.add_column(
            sa.Column("ranking_reason", sa.Text(), nullable=False, server_default="")
        )
        batch_op.create_check_constraint(
            op.f("ck_decision_ranking_reason_given"),
            "ranking_as_computed OR length(ranking_reason) > 0",
        )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.alter_column("ranking_as_computed", server_default=None)
        batch_op.alter_column("ranking_reason", server_default=None)


def downgrade() -> None:
    raise NotImplementedError("what was decided is not undecided: restore a backup instead")
