"""issues of the memo with their files, and whether it names people

Revision: 0039
Follows: 0037
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

STAYS = "an issued memo stays"
TABLES = ("memo_issue", "memo_file")
SEALS = (
    *(
        (f"{table}_{event.lower()}", f"{event} ON {table}", "")
        for table in TABLES
        for event in ("UPDATE", "DELETE")
    ),
    (
        "file_content_delete",
        "DELETE ON file_content",
        "EXISTS (SELECT 1 FROM memo_file WHERE memo_file.content_id = OLD.id)",
    ),
)
REPLACEMENTS = (
    (
        "memo_issue_replace",
        "INSERT ON memo_issue",
        "EXISTS (SELECT 1 FROM memo_issue WHERE id = NEW.id"
        " OR evaluation_id = NEW.evaluation_id AND number = NEW.number)",
    ),
    (
        "memo_file_replace",
        "INSERT ON memo_file",
        "EXISTS (SELECT 1 FROM memo_file WHERE id = NEW.id OR content_id = NEW.content_id"
        " OR issue_id = NEW.issue_id AND form = NEW.form)",
    ),
)


def upgrade() -> None:
    """Two tables, empty at first, and a plain column: a batch would copy the table."""
    op.add_column(
        "evaluation",
        sa.Column("names_people", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    op.create_table(
        "memo_issue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("names_people", sa.Boolean(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("journal_head", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("issued_by", sa.String(length=120), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_memo_issue_number_from_one")),
        sa.CheckConstraint(
            "number = 1 OR length(reason) > 0", name=op.f("ck_memo_issue_correction_has_a_reason")
        ),
        sa.ForeignKeyConstraint(
            ["evaluation_id"],
            ["evaluation.id"],
            name=op.f("fk_memo_issue_evaluation_id_evaluation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memo_issue")),
        sa.UniqueConstraint(
            "evaluation_id", "number", name=op.f("uq_memo_issue_evaluation_id_number")
        ),
    )
    op.create_table(
        "memo_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column(
            "form",
            sa.Enum(
                "PDF",
                "WORD",
                "HTML",
                name="memoformat",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["memo_issue.id"], name=op.f("fk_memo_file_issue_id_memo_issue")
        ),
        sa.ForeignKeyConstraint(
            ["content_id"], ["file_content.id"], name=op.f("fk_memo_file_content_id_file_content")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memo_file")),
        sa.UniqueConstraint("issue_id", "form", name=op.f("uq_memo_file_issue_id_form")),
        sa.UniqueConstraint("content_id", name=op.f("uq_memo_file_content_id")),
    )
    seal_issues()


def seal_issues() -> None:
    """The triggers that refuse to change what was issued."""
    if op.get_bind().dialect.name == "sqlite":
        for name, event, condition in (*SEALS, *REPLACEMENTS):
            when = f" WHEN {condition}" if condition else ""
            op.execute(
                f"CREATE TRIGGER seal_{name} BEFORE {event}{when}"
                f" BEGIN SELECT RAISE(ABORT, 'sealed: {STAYS}'); END"
            )
        return
    for name, event, condition in SEALS:
        given = "OLD" if event.startswith("DELETE") else "NEW"
        make_function(name, condition, STAYS, given)
        op.execute(
            f"CREATE TRIGGER seal_{name} BEFORE {event} FOR EACH ROW EXECUTE FUNCTION seal_{name}()"
        )
    for table in TABLES:
        make_function(f"{table}_truncate", "", "this table is not emptied", "NULL")
        op.execute(
            f"CREATE TRIGGER seal_{table}_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"
            f" EXECUTE FUNCTION seal_{table}_truncate()"
        )


def make_function(name: str, condition: str, message: str, given: str) -> None:
    """What a trigger of PostgreSQL does."""
    op.execute(
        f"CREATE FUNCTION seal_{name}() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN IF {condition or 'true'} THEN RAISE EXCEPTION 'sealed: {message}'"
        f" USING ERRCODE = 'restrict_violation'; END IF; RETURN {given}; END $$"
    )


def downgrade() -> None:
    raise NotImplementedError("an issued memo is not thrown away: restore a backup instead")
