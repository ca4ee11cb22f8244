"""the planning workbook: versions of its sections, and who works on which

Revision: 0031
Follows: 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two tables, empty at first."""
    op.create_table(
        "plan_version",
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(length=80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("saved_by", sa.String(length=120), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("restored_number", sa.Integer(), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_plan_version_number_positive")),
        sa.CheckConstraint(
            "restored_number < number", name=op.f("ck_plan_version_restored_is_earlier")
        ),
        sa.ForeignKeyConstraint(
            ["evaluation_id"],
            ["evaluation.id"],
            name=op.f("fk_plan_version_evaluation_id_evaluation"),
        ),
        sa.ForeignKeyConstraint(
            ["evaluation_id", "member_id"],
            ["member.evaluation_id", "member.id"],
            name=op.f("fk_plan_version_evaluation_id_member_id_member"),
        ),
        sa.PrimaryKeyConstraint("evaluation_id", "section", "number", name=op.f("pk_plan_version")),
    )
    op.create_index(op.f("ix_plan_version_member_id"), "plan_version", ["member_id"])
    op.create_table(
        "plan_assignment",
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.String(length=80), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column(
            "access",
            sa.Enum(
                "FILL",
                "READ",
                name="planaccess",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["evaluation_id"],
            ["evaluation.id"],
            name=op.f("fk_plan_assignment_evaluation_id_evaluation"),
        ),
        sa.ForeignKeyConstraint(
            ["evaluation_id", "member_id"],
            ["member.evaluation_id", "member.id"],
            name=op.f("fk_plan_assignment_evaluation_id_member_id_member"),
        ),
        sa.PrimaryKeyConstraint(
            "evaluation_id", "section", "member_id", name=op.f("pk_plan_assignment")
        ),
    )
    op.create_index(op.f("ix_plan_assignment_member_id"), "plan_assignment", ["member_id"])


def downgrade() -> None:
    """Only the tables go: the journal tells of the answers still."""
    op.drop_table("plan_assignment")
    op.drop_table("plan_version")
