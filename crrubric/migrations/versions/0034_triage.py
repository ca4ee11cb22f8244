"""triage in an evaluation: its own line, a past cohort, venues, and counts that are kept

Revision: 0034
Follows: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0028"
branch_labels = None
depends_on = None

SETTING = (
    "CORE_CLASS", "HYBRID", "PULLED_OUT", "GROUP_SESSIONS", "BESIDE_LOAD", "INSTRUCTION",
    "OWN_CHOICE", "MAINSTREAM",
)  # fmt: skip
VENUE_KIND = ("IN_PERSON", "ONLINE", "MIXED")
VENUE_HOURS = ("INSIDE_DAY", "OUTSIDE_DAY", "AROUND_DAY")


def upgrade() -> None:
    """New tables alone: what is there is not touched."""
    op.create_table(
        "calibration_point",
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pace", sa.String(length=40), nullable=False),
        sa.Column("chance", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "chance BETWEEN 0 AND 100000", name=op.f("ck_calibration_point_chance_percent")
        ),
        refer_to_evaluation("calibration_point"),
        sa.PrimaryKeyConstraint("evaluation_id", "position", name=op.f("pk_calibration_point")),
    )
    op.create_table(
        "cohort_group",
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("pace_from", sa.Integer(), nullable=False),
        sa.Column("pace_to", sa.Integer(), nullable=False),
        sa.Column("learners", sa.Integer(), nullable=True),
        sa.Column("graduated", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "pace_from >= 0 AND pace_from < pace_to", name=op.f("ck_cohort_group_pace_rises")
        ),
        sa.CheckConstraint("learners >= 20", name=op.f("ck_cohort_group_not_too_small")),
        sa.CheckConstraint(
            "graduated BETWEEN 0 AND learners", name=op.f("ck_cohort_group_graduated_of_learners")
        ),
        sa.CheckConstraint(
            "(learners IS NULL) = (graduated IS NULL)", name=op.f("ck_cohort_group_both_or_none")
        ),
        refer_to_evaluation("cohort_group"),
        sa.PrimaryKeyConstraint("evaluation_id", "position", name=op.f("pk_cohort_group")),
    )
    op.create_table(
        "setting_venue",
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("setting", checked_text("setting", SETTING), nullable=False),
        sa.Column("kind", checked_text("venuekind", VENUE_KIND), nullable=False),
        sa.Column("hours", checked_text("venuehours", VENUE_HOURS), nullable=False),
        refer_to_evaluation("setting_venue"),
        sa.PrimaryKeyConstraint("evaluation_id", "setting", name=op.f("pk_setting_venue")),
    )
    op.create_table(
        "kept_triage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("learners", sa.Integer(), nullable=False),
        sa.Column("seats_low", sa.Integer(), nullable=False),
        sa.Column("seats_high", sa.Integer(), nullable=False),
        sa.Column("kept_by", sa.String(length=120), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_kept_triage_number_positive")),
        sa.CheckConstraint(
            "seats_low >= 0 AND seats_low <= seats_high", name=op.f("ck_kept_triage_seats_range")
        ),
        refer_to_evaluation("kept_triage"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_triage")),
        sa.UniqueConstraint(
            "evaluation_id", "number", name=op.f("uq_kept_triage_evaluation_id_number")
        ),
    )
    op.create_table(
        "kept_count",
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("setting", checked_text("setting", SETTING), nullable=False),
        sa.Column("learners", sa.Integer(), nullable=True),
        sa.CheckConstraint("learners >= 10", name=op.f("ck_kept_count_not_too_small")),
        sa.ForeignKeyConstraint(
            ["kept_id"], ["kept_triage.id"], name=op.f("fk_kept_count_kept_id_kept_triage")
        ),
        sa.PrimaryKeyConstraint("kept_id", "setting", name=op.f("pk_kept_count")),
    )


def refer_to_evaluation(table: str) -> sa.ForeignKeyConstraint:
    """The key by which rows belong to an evaluation."""
    return sa.ForeignKeyConstraint(
        ["evaluation_id"], ["evaluation.id"], name=op.f(f"fk_{table}_evaluation_id_evaluation")
    )


def checked_text(name: str, values: tuple[str, ...]) -> sa.Enum:
    """One of these, as text that the database checks."""
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def downgrade() -> None:
    raise NotImplementedError("what people did is not undone: restore a backup instead")
