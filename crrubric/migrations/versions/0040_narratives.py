"""what the chair writes for the memo about each vendor, and the end of letters to vendors

Revision: 0040
Follows: 0037
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A table and two columns, empty at first."""
    op.create_table(
        "narrative",
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.Column(
            "part",
            sa.Enum(
                "STRENGTHS",
                "GAPS",
                "EVIDENCE",
                "QUESTIONS",
                name="narrativepart",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written_by", sa.String(length=120), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_narrative_vendor_id_vendor")
        ),
        sa.PrimaryKeyConstraint("vendor_id", "part", name=op.f("pk_narrative")),
    )
    for name in ("letter_contact", "letter_closing"):
        op.add_column("evaluation", sa.Column(name, sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    """Table and columns go: the journal tells of what was in them still."""
    for name in ("letter_closing", "letter_contact"):
        op.drop_column("evaluation", name)
    op.drop_table("narrative")
