"""fair by construction: declarations, sealed ballots, notices, a chained journal

Revision: 0002
Follows: 0001
"""

import hashlib
import json
from datetime import UTC
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    new_tables()
    recusals_become_declarations()
    changed_tables()
    chain_the_journal()


def downgrade() -> None:
    raise NotImplementedError("a record that was sealed is not unsealed: restore a backup instead")


def new_tables() -> None:
    op.create_table(
        "declaration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("vendor_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "NONE",
                "CONFLICT",
                name="declarationkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waived_by", sa.String(length=300), nullable=False),
        sa.Column("waiver_reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind = 'NONE' OR length(words) > 0", name=op.f("ck_declaration_conflict_in_words")
        ),
        sa.CheckConstraint(
            "waived_at IS NULL OR kind = 'CONFLICT'",
            name=op.f("ck_declaration_only_conflicts_waived"),
        ),
        sa.CheckConstraint(
            "(waived_at IS NULL) = (length(waiver_reason) = 0)",
            name=op.f("ck_declaration_waiver_has_a_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_declaration_member_id_member")
        ),
        sa.ForeignKeyConstraint(
            ["vendor_id"], ["vendor.id"], name=op.f("fk_declaration_vendor_id_vendor")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration")),
        sa.UniqueConstraint(
            "member_id", "vendor_id", name=op.f("uq_declaration_member_id_vendor_id")
        ),
    )
    with op.batch_alter_table("declaration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_declaration_vendor_id"), ["vendor_id"], unique=False)
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "PHASE_CHANGED",
                "RUBRIC_CORRECTED",
                "BALLOT_REOPENED",
                "BALLOT_ENTERED",
                "CONFLICT_WAIVED",
                "WAIVER_ENDED",
                "QUESTION_ANSWERED",
                "ASSIGNMENT_CHANGED",
                name="noticekind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_notice_member_id_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index("ix_notice_member", ["member_id", "seen_at"], unique=False)
    op.create_table(
        "gap",
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_gap_reason_given")),
        sa.ForeignKeyConstraint(["ballot_id"], ["ballot.id"], name=op.f("fk_gap_ballot_id_ballot")),
        sa.ForeignKeyConstraint(
            ["criterion_id"], ["criterion.id"], name=op.f("fk_gap_criterion_id_criterion")
        ),
        sa.PrimaryKeyConstraint("ballot_id", "criterion_id", name=op.f("pk_gap")),
    )
    with op.batch_alter_table("gap", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gap_criterion_id"), ["criterion_id"], unique=False)
    op.create_table(
        "sealed_ballot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ballot_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("receipt", sa.String(length=64), nullable=False),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_by", sa.String(length=300), nullable=False),
        sa.Column("reopen_reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(reopened_at IS NULL) = (length(reopen_reason) = 0)",
            name=op.f("ck_sealed_ballot_reopened_with_a_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["ballot_id"], ["ballot.id"], name=op.f("fk_sealed_ballot_ballot_id_ballot")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_ballot")),
        sa.UniqueConstraint("ballot_id", "number", name=op.f("uq_sealed_ballot_ballot_id_number")),
    )
    with op.batch_alter_table("sealed_ballot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sealed_ballot_receipt"), ["receipt"], unique=False)


def text(name: str, kind: sa.String) -> sa.Column[str]:
    """A new column of text that is empty in the rows that are there."""
    return sa.Column(name, kind, nullable=False, server_default="")


def whole(name: str, value: int) -> sa.Column[int]:
    """A new column with this number in the rows that are there."""
    return sa.Column(name, sa.Integer(), nullable=False, server_default=str(value))


def without_defaults(table: str, *names: str) -> None:
    """The defaults were for the rows that are there; new rows say what they hold."""
    with op.batch_alter_table(table, schema=None) as batch_op:
        for name in names:
            batch_op.alter_column(name, server_default=None)


def recusals_become_declarations() -> None:
    op.execute(
        "INSERT INTO declaration (member_id, vendor_id, kind, words, declared_at, waived_by,"
        " waiver_reason) SELECT member_id, vendor_id, 'CONFLICT',"
        " CASE WHEN length(recusal_reason) > 0 THEN recusal_reason ELSE '-' END,"
        " CURRENT_TIMESTAMP, '', '' FROM ballot WHERE state = 'RECUSED'"
    )


def changed_tables() -> None:
    op.execute("UPDATE ballot SET state = 'OPEN' WHERE state = 'RECUSED'")
    with op.batch_alter_table("ballot", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_ballot_ballotstate"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_ballot_ballotstate"), "state IN ('OPEN', 'SUBMITTED')"
        )
        batch_op.add_column(whole("seals", 0))
        batch_op.drop_column("recusal_reason")
    without_defaults("ballot", "seals")
    with op.batch_alter_table("evaluation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("retain_until", sa.Date(), nullable=True))
        batch_op.add_column(text("legal_hold", sa.Text()))
    without_defaults("evaluation", "legal_hold")


def chain_the_journal() -> None:
    """Number the entries of each evaluation in their order, and chain them by hashes."""
    with op.batch_alter_table("journal_entry", schema=None) as batch_op:
        batch_op.add_column(whole("chain", 0))
        batch_op.add_column(whole("number", 0))
        batch_op.add_column(sa.Column("vendor_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("criterion_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("member_id", sa.Integer(), nullable=True))
        batch_op.add_column(text("hash", sa.String(length=64)))
    connection = op.get_bind()
    entry = sa.Table("journal_entry", sa.MetaData(), autoload_with=connection)
    heads: dict[int, tuple[int, str]] = {}
    for row in connection.execute(sa.select(entry).order_by(entry.c.id)).mappings().all():
        chain = row["evaluation_id"] or 0
        number, previous = heads.get(chain, (0, ""))
        heads[chain] = number + 1, digest(dict(row), chain, number + 1, previous)
        connection.execute(
            entry.update()
            .where(entry.c.id == row["id"])
            .values(chain=chain, number=number + 1, hash=heads[chain][1])
        )
    without_defaults("journal_entry", "chain", "number", "hash")
    with op.batch_alter_table("journal_entry", schema=None) as batch_op:
        batch_op.create_unique_constraint(
            batch_op.f("uq_journal_entry_chain_number"), ["chain", "number"]
        )


def digest(row: dict[str, Any], chain: int, number: int, previous: str) -> str:
    """The hash of an entry, as the journal of this revision makes it."""
    at = row["at"]
    moment = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    content = {
        "previous": previous,
        "chain": chain,
        "number": number,
        "at": moment.isoformat(timespec="microseconds"),
        "actor_id": row["actor_id"],
        "actor_name": row["actor_name"],
        "event": row["event"],
        "subject": row["subject"],
        "vendor_id": None,
        "criterion_id": None,
        "member_id": None,
        "before": row["before"],
        "after": row["after"],
        "reason": row["reason"],
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
