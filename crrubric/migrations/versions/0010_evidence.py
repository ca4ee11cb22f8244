"""evidence: its expiry, after how long it is old, attached files

Revision: 0010
Follows: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KINDS = ("PDF", "PNG", "JPEG", "DOCX", "XLSX", "CSV")
# name, "when on table", condition, what the refusal says; as in 0003
SEALS = (
    ("file_content_update", "UPDATE ON file_content", "", "a file stays as it was attached"),
    *(
        (
            f"mark_file_{event.lower()}_{row.lower()}",
            f"{event} ON mark_file",
            f"EXISTS (SELECT 1 FROM ballot WHERE ballot.id = {row}.ballot_id"  # noqa: S608
            " AND ballot.state <> 'OPEN')",
            "the ballot is submitted and sealed",
        )
        for event, row in (
            ("INSERT", "NEW"),
            ("UPDATE", "NEW"),
            ("UPDATE", "OLD"),
            ("DELETE", "OLD"),
        )
    ),
)


def upgrade() -> None:
    # plain columns: on SQLite a batch would copy the table and lose its triggers
    op.add_column("mark", sa.Column("evidence_until", sa.Date(), nullable=True))
    op.add_column("criterion", sa.Column("evidence_months", sa.Integer(), nullable=True))
    op.create_table(
        "file_content",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file_content")),
    )
    create_vendor_file()
    create_mark_file()
    for name, event, condition, message in SEALS:
        refuse(name, event, condition, message)


def create_vendor_file() -> None:
    op.create_table(
        "vendor_file",
        *attached("vendor_file"),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.String(length=120), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=300), nullable=False),
        sa.Column("withdrawn_reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (length(withdrawn_reason) = 0)",
            name=op.f("ck_vendor_file_withdrawn_with_a_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_vendor_file_vendor_id_vendor")
        ),
        sa.UniqueConstraint("vendor_id", "sha256", name=op.f("uq_vendor_file_vendor_id_sha256")),
    )


def create_mark_file() -> None:
    op.create_table(
        "mark_file",
        *attached("mark_file"),
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["ballot_id"], ["ballot.id"], name=op.f("fk_mark_file_ballot_id_ballot")
        ),
        sa.ForeignKeyConstraint(
            ["criterion_id"], ["criterion.id"], name=op.f("fk_mark_file_criterion_id_criterion")
        ),
        sa.UniqueConstraint(
            "ballot_id",
            "criterion_id",
            "sha256",
            name=op.f("uq_mark_file_ballot_id_criterion_id_sha256"),
        ),
    )
    op.create_index(op.f("ix_mark_file_criterion_id"), "mark_file", ["criterion_id"])


def attached(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    """What both kinds of attached files have."""
    return (
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*KINDS, name="filekind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("key", name=op.f(f"uq_{table}_key")),
        sa.UniqueConstraint("content_id", name=op.f(f"uq_{table}_content_id")),
        sa.ForeignKeyConstraint(
            ["content_id"], ["file_content.id"], name=op.f(f"fk_{table}_content_id_file_content")
        ),
    )


def downgrade() -> None:
    raise NotImplementedError("what people attached is not thrown away: restore a backup instead")


def refuse(name: str, event: str, condition: str, message: str) -> None:
    """A trigger that refuses the event on rows for which the condition holds."""
    if op.get_bind().dialect.name == "sqlite":
        when = f" WHEN {condition}" if condition else ""
        op.execute(
            f"CREATE TRIGGER seal_{name} BEFORE {event}{when}"
            f" BEGIN SELECT RAISE(ABORT, 'sealed: {message}'); END"
        )
        return
    given = "OLD" if event.startswith("DELETE") else "NEW"
    op.execute(
        f"CREATE FUNCTION seal_{name}() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN IF {condition or 'true'} THEN RAISE EXCEPTION 'sealed: {message}'"
        f" USING ERRCODE = 'restrict_violation'; END IF; RETURN {given}; END $$"
    )
    op.execute(
        f"CREATE TRIGGER seal_{name} BEFORE {event} FOR EACH ROW EXECUTE FUNCTION seal_{name}()"
    )
