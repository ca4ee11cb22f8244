"""review meetings, whether commitments were kept, and what an evaluation renews

Revision: 0037
Follows: 0036
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Four tables, empty at first."""
    op.create_table(
        "held_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("about", sa.String(length=300), nullable=False),
        sa.Column("others", sa.String(length=300), nullable=False),
        sa.Column("minutes", sa.Text(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("origin", sa.String(length=80), nullable=True),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(minutes) > 0", name=op.f("ck_held_review_minutes_given")),
        sa.CheckConstraint("next_on > held_on", name=op.f("ck_held_review_next_comes_later")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_held_review_version_positive")),
        sa.ForeignKeyConstraint(
            ["evaluation_id"],
            ["evaluation.id"],
            name=op.f("fk_held_review_evaluation_id_evaluation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_review")),
        sa.UniqueConstraint(
            "evaluation_id", "origin", name=op.f("uq_held_review_evaluation_id_origin")
        ),
    )
    op.create_index(
        "uq_held_review_evaluation_id_id", "held_review", ["evaluation_id", "id"], unique=True
    )
    op.create_table(
        "review_presence",
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["evaluation_id"],
            ["evaluation.id"],
            name=op.f("fk_review_presence_evaluation_id_evaluation"),
        ),
        sa.ForeignKeyConstraint(
            ["evaluation_id", "review_id"],
            ["held_review.evaluation_id", "held_review.id"],
            name=op.f("fk_review_presence_evaluation_id_review_id_held_review"),
        ),
        sa.ForeignKeyConstraint(
            ["evaluation_id", "member_id"],
            ["member.evaluation_id", "member.id"],
            name=op.f("fk_review_presence_evaluation_id_member_id_member"),
        ),
        sa.PrimaryKeyConstraint("review_id", "member_id", name=op.f("pk_review_presence")),
    )
    op.create_index(op.f("ix_review_presence_member_id"), "review_presence", ["member_id"])
    op.create_table(
        "settled_commitment",
        sa.Column("commitment_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "OPEN",
                "KEPT",
                "BROKEN",
                name="commitmentstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("settled_by", sa.String(length=120), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_settled_commitment_reason_given")),
        sa.ForeignKeyConstraint(
            ["commitment_id"],
            ["commitment.id"],
            name=op.f("fk_settled_commitment_commitment_id_commitment"),
        ),
        sa.PrimaryKeyConstraint("commitment_id", name=op.f("pk_settled_commitment")),
    )
    op.create_table(
        "renewal",
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("earlier_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("earlier_id <> evaluation_id", name=op.f("ck_renewal_of_another")),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluation.id"], name=op.f("fk_renewal_evaluation_id_evaluation")
        ),
        sa.ForeignKeyConstraint(
            ["earlier_id"], ["evaluation.id"], name=op.f("fk_renewal_earlier_id_evaluation")
        ),
        sa.PrimaryKeyConstraint("evaluation_id", name=op.f("pk_renewal")),
    )
    op.create_index(op.f("ix_renewal_earlier_id"), "renewal", ["earlier_id"])


def downgrade() -> None:
    """Only the tables go: the journal tells of what was in them still."""
    op.drop_table("renewal")
    op.drop_table("settled_commitment")
    op.drop_table("review_presence")
    op.drop_table("held_review")
