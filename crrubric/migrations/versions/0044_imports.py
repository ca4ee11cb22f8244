"""files that were uploaded and not taken yet, how columns were matched, ballots given in a file

Revision: 0044
Follows: 0043
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

KINDS = ("MARKS", "OFFLINE_BALLOTS", "VENDORS", "COMMITTEE", "RUBRIC")


def check_sources(*sources: str) -> None:
    """Let ballots that were entered on behalf of reviewers be given in these ways alone."""
    told = ", ".join(f"'{source}'" for source in sources)
    with op.batch_alter_table("entry_on_behalf") as batch:
        batch.drop_constraint(batch.f("ck_entry_on_behalf_entrysource"), type_="check")
        batch.create_check_constraint(
            batch.f("ck_entry_on_behalf_entrysource"), f"source IN ({told})"
        )


def upgrade() -> None:
    """Two tables, empty at first; and one more way in which a ballot is given."""
    check_sources("PAPER", "PHONE", "FILE")
    kind = sa.Enum(*KINDS, name="draftkind", native_enum=False, create_constraint=True, length=40)
    op.create_table(
        "import_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False, server_default=""),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["evaluation_id"],
            ["evaluation.id"],
            name=op.f("fk_import_draft_evaluation_id_evaluation"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_import_draft_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_draft")),
        sa.UniqueConstraint("key", name=op.f("uq_import_draft_key")),
        sa.UniqueConstraint(
            "user_id",
            "evaluation_id",
            "kind",
            name=op.f("uq_import_draft_user_id_evaluation_id_kind"),
        ),
    )
    op.create_index(op.f("ix_import_draft_evaluation_id"), "import_draft", ["evaluation_id"])
    op.create_index(op.f("ix_import_draft_made_at"), "import_draft", ["made_at"])
    op.create_table(
        "column_mapping",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("headers", sa.String(length=64), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["district_id"], ["district.id"], name=op.f("fk_column_mapping_district_id_district")
        ),
        sa.PrimaryKeyConstraint("district_id", "kind", "headers", name=op.f("pk_column_mapping")),
    )


def downgrade() -> None:
    """Both go: nothing in them counts. Ballots given in a file are called given on paper."""
    op.drop_table("column_mapping")
    op.drop_table("import_draft")
    op.execute("UPDATE entry_on_behalf SET source = 'PAPER' WHERE source = 'FILE'")
    check_sources("PAPER", "PHONE")
