"""the library of the district's own rubrics

Revision: 0041
Follows: 0040
"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two tables, empty at first."""
    op.create_table(
        "library_rubric",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_library_rubric")),
    )
    op.create_index("uq_library_rubric_name_key", "library_rubric", ["name_key"], unique=True)
    op.create_table(
        "library_version",
        sa.Column("rubric_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("kept_from", sa.String(length=200), nullable=False),
        sa.Column("kept_by", sa.String(length=120), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_library_version_number_positive")),
        sa.ForeignKeyConstraint(
            ["rubric_id"],
            ["library_rubric.id"],
            name=op.f("fk_library_version_rubric_id_library_rubric"),
        ),
        sa.PrimaryKeyConstraint("rubric_id", "number", name=op.f("pk_library_version")),
    )


def downgrade() -> None:
    """The tables go: the journal of the site tells of what was in them still."""
    op.drop_table("library_version")
    op.drop_index("uq_library_rubric_name_key", "library_rubric")
    op.drop_table("library_rubric")
