"""measures of the evaluation plan, and what was measured over the years

Revision: 0036
Follows: 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

KINDS = ("PLANNED", "ADDED", "PROGRAM_SIZE", "FAILURE_RATE")
UNITS = ("PERSONS", "PERCENT", "NUMBER")


def make_checked_enum(*values: str, name: str) -> sa.Enum:
    """Text that is checked to be one of these."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    """Two tables, empty at first."""
    op.create_table(
        "measure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("kind", make_checked_enum(*KINDS, name="measurekind"), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("unit", make_checked_enum(*UNITS, name="measureunit"), nullable=False),
        sa.Column("baseline", sa.String(length=20), nullable=False),
        sa.Column("baseline_on", sa.Date(), nullable=True),
        sa.Column("target", sa.String(length=20), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("origin", sa.String(length=80), nullable=True),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind = 'PROGRAM_SIZE' OR length(words) > 0", name=op.f("ck_measure_words_given")
        ),
        sa.CheckConstraint(
            "length(baseline) = 0 OR baseline_on IS NOT NULL",
            name=op.f("ck_measure_baseline_has_day"),
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_measure_version_positive")),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluation.id"], name=op.f("fk_measure_evaluation_id_evaluation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
        sa.UniqueConstraint(
            "evaluation_id", "origin", name=op.f("uq_measure_evaluation_id_origin")
        ),
    )
    op.create_index("uq_measure_evaluation_id_id", "measure", ["evaluation_id", "id"], unique=True)
    op.create_table(
        "actual",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column("measured_on", sa.Date(), nullable=False),
        sa.Column("is_year", sa.Boolean(), nullable=False),
        sa.Column("value", sa.String(length=20), nullable=False),
        sa.Column("told_by", sa.String(length=300), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("corrected_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.String(length=120), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(corrected_id IS NULL) = (reason = '')",
            name=op.f("ck_actual_corrected_with_a_reason"),
        ),
        sa.CheckConstraint(
            "value <> '' OR corrected_id IS NOT NULL", name=op.f("ck_actual_value_given")
        ),
        sa.CheckConstraint("corrected_id < id", name=op.f("ck_actual_corrects_an_earlier_one")),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluation.id"], name=op.f("fk_actual_evaluation_id_evaluation")
        ),
        sa.ForeignKeyConstraint(
            ["evaluation_id", "measure_id"],
            ["measure.evaluation_id", "measure.id"],
            name=op.f("fk_actual_evaluation_id_measure_id_measure"),
        ),
        sa.ForeignKeyConstraint(
            ["evaluation_id", "corrected_id"],
            ["actual.evaluation_id", "actual.id"],
            name=op.f("fk_actual_evaluation_id_corrected_id_actual"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actual")),
        sa.UniqueConstraint("evaluation_id", "id", name=op.f("uq_actual_evaluation_id_id")),
        sa.UniqueConstraint("corrected_id", name=op.f("uq_actual_corrected_id")),
    )
    op.create_index("ix_actual_measure_id", "actual", ["measure_id"])


def downgrade() -> None:
    """Only the tables go: the journal tells of the values still."""
    op.drop_table("actual")
    op.drop_table("measure")
