"""questions to vendors, and what reviewers asked

Revision: 0006
Follows: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "question",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answer_recorded_by", sa.String(length=120), nullable=False),
        sa.Column("answer_recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(words) > 0", name=op.f("ck_question_words_given")),
        sa.CheckConstraint(
            "(answered_on IS NULL) = (length(answer) = 0)",
            name=op.f("ck_question_answer_has_a_day"),
        ),
        sa.CheckConstraint(
            "answered_on IS NULL OR (sent_on IS NOT NULL AND answered_on >= sent_on)",
            name=op.f("ck_question_answered_after_it_was_sent"),
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (length(withdrawn_reason) = 0)",
            name=op.f("ck_question_withdrawn_with_a_reason"),
        ),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR answered_on IS NULL", name=op.f("ck_question_answered_stays")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_question_version_positive")),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_question_vendor_id_vendor")
        ),
        sa.ForeignKeyConstraint(
            ["criterion_id"], ["criterion.id"], name=op.f("fk_question_criterion_id_criterion")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    op.create_index(op.f("ix_question_vendor_id"), "question", ["vendor_id"])
    op.create_index(op.f("ix_question_criterion_id"), "question", ["criterion_id"])

    op.create_table(
        "asking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.Column("set_aside_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("length(words) > 0", name=op.f("ck_asking_words_given")),
        sa.CheckConstraint(
            "question_id IS NULL OR length(set_aside_reason) = 0",
            name=op.f("ck_asking_passed_on_or_set_aside"),
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_asking_member_id_member")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_asking_vendor_id_vendor")
        ),
        sa.ForeignKeyConstraint(
            ["criterion_id"], ["criterion.id"], name=op.f("fk_asking_criterion_id_criterion")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["question.id"], name=op.f("fk_asking_question_id_question")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asking")),
    )
    for column in ("member_id", "vendor_id", "criterion_id", "question_id"):
        op.create_index(op.f(f"ix_asking_{column}"), "asking", [column])


def downgrade() -> None:
    raise NotImplementedError("what was asked is not unasked: restore a backup instead")
