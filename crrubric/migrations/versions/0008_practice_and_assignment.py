"""practice round, assignment, ballots on behalf, corrections of the rubric, vendors withdrawn

Revision: 0008
Follows: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ANSWERS = ("YES", "NO", "CANNOT_TELL", "NOT_APPLICABLE")


def upgrade() -> None:
    add_columns()
    create_assignment()
    create_practice()
    create_entries()
    create_revisions()


def add_columns() -> None:
    """Plain columns: on SQLite a batch would copy the table and lose its triggers."""
    for table, column in (
        (
            "member",
            sa.Column("every_vendor", sa.Boolean(), nullable=False, server_default=sa.true()),
        ),
        (
            "member",
            sa.Column("every_criterion", sa.Boolean(), nullable=False, server_default=sa.true()),
        ),
        ("member", sa.Column("practiced_at", sa.DateTime(timezone=True), nullable=True)),
        ("evaluation", sa.Column("practice_at", sa.DateTime(timezone=True), nullable=True)),
        ("evaluation", sa.Column("practice_shown_at", sa.DateTime(timezone=True), nullable=True)),
        ("criterion", sa.Column("practice", sa.Text(), nullable=False, server_default="")),
        ("vendor", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True)),
        ("vendor", sa.Column("withdrawn_reason", sa.Text(), nullable=False, server_default="")),
    ):
        op.add_column(table, column)


def create_assignment() -> None:
    for table, other in (("assigned_vendor", "vendor"), ("assigned_criterion", "criterion")):
        key = f"{other}_id"
        op.create_table(
            table,
            sa.Column("member_id", sa.Integer(), nullable=False),
            sa.Column(key, sa.Integer(), nullable=False),
            sa.ForeignKeyConstraint(
                ["member_id"], ["member.id"], name=op.f(f"fk_{table}_member_id_member")
            ),
            sa.ForeignKeyConstraint([key], [f"{other}.id"], name=op.f(f"fk_{table}_{key}_{other}")),
            sa.PrimaryKeyConstraint("member_id", key, name=op.f(f"pk_{table}")),
        )
        op.create_index(op.f(f"ix_{table}_{key}"), table, [key])


def create_practice() -> None:
    op.create_table(
        "practice_mark",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("answer", enum("answer", *ANSWERS), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_practice_mark_version_positive")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_practice_mark_member_id_member")
        ),
        sa.ForeignKeyConstraint(
            ["criterion_id"], ["criterion.id"], name=op.f("fk_practice_mark_criterion_id_criterion")
        ),
        sa.PrimaryKeyConstraint("member_id", "criterion_id", name=op.f("pk_practice_mark")),
    )
    op.create_index(op.f("ix_practice_mark_criterion_id"), "practice_mark", ["criterion_id"])


def create_entries() -> None:
    op.create_table(
        "entry_on_behalf",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("source", enum("entrysource", "PAPER", "PHONE"), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("entered_by", sa.String(length=120), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disputed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dispute", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "confirmed_at IS NULL OR disputed_at IS NULL",
            name=op.f("ck_entry_on_behalf_one_answer"),
        ),
        sa.CheckConstraint(
            "(disputed_at IS NULL) = (length(dispute) = 0)",
            name=op.f("ck_entry_on_behalf_dispute_in_words"),
        ),
        sa.ForeignKeyConstraint(
            ["ballot_id"], ["ballot.id"], name=op.f("fk_entry_on_behalf_ballot_id_ballot")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_on_behalf")),
        sa.UniqueConstraint(
            "ballot_id", "number", name=op.f("uq_entry_on_behalf_ballot_id_number")
        ),
    )


def create_revisions() -> None:
    op.create_table(
        "rubric_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("effect", enum("correctioneffect", "KEEP", "AGAIN", "LEAVE_OUT"), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(length=120), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_rubric_revision_reason_given")),
        sa.CheckConstraint("number >= 1", name=op.f("ck_rubric_revision_number_positive")),
        sa.ForeignKeyConstraint(
            ["evaluation_id"],
            ["evaluation.id"],
            name=op.f("fk_rubric_revision_evaluation_id_evaluation"),
        ),
        sa.ForeignKeyConstraint(
            ["criterion_id"],
            ["criterion.id"],
            name=op.f("fk_rubric_revision_criterion_id_criterion"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rubric_revision")),
        sa.UniqueConstraint(
            "evaluation_id", "number", name=op.f("uq_rubric_revision_evaluation_id_number")
        ),
    )
    op.create_index(op.f("ix_rubric_revision_criterion_id"), "rubric_revision", ["criterion_id"])


def enum(name: str, *values: str) -> sa.Enum:
    """Checked text."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def downgrade() -> None:
    raise NotImplementedError("what people did is not undone: restore a backup instead")
