"""the vote on must-haves with its seals, and evaluations of the curriculum in place

Revision: 0029
Follows: 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

SEALED = "a sealed ballot stays"
VOTE = "a vote on must-haves stays"
CAST = "the answers are sealed, or the vote is closed"
COUNTS = "the counts of a vote stay"
# name, "when on table", condition, what the refusal says; as in 0003
SEALS = (
    ("must_have_vote_update", "UPDATE ON must_have_vote", "OLD.closed_at IS NOT NULL", VOTE),
    ("must_have_vote_delete", "DELETE ON must_have_vote", "", VOTE),
    ("sealed_vote_delete", "DELETE ON sealed_vote", "", SEALED),
    (
        "sealed_vote_update",
        "UPDATE ON sealed_vote",
        "OLD.reopened_at IS NOT NULL OR OLD.counted OR NEW.content <> OLD.content"
        " OR NEW.receipt <> OLD.receipt OR NEW.number <> OLD.number OR NEW.vote_id <> OLD.vote_id"
        " OR NEW.member_id <> OLD.member_id OR NEW.sealed_at <> OLD.sealed_at",
        SEALED,
    ),
    *(
        (
            f"cast_vote_{event.lower()}_{row.lower()}",
            f"{event} ON cast_vote",
            "EXISTS (SELECT 1 FROM sealed_vote"  # noqa: S608
            f" WHERE sealed_vote.vote_id = {row}.vote_id"
            f" AND sealed_vote.member_id = {row}.member_id"
            " AND sealed_vote.reopened_at IS NULL)"
            f" OR EXISTS (SELECT 1 FROM must_have_vote WHERE must_have_vote.id = {row}.vote_id"
            " AND must_have_vote.closed_at IS NOT NULL)",
            CAST,
        )
        for event, row in (
            ("INSERT", "NEW"),
            ("UPDATE", "NEW"),
            ("UPDATE", "OLD"),
            ("DELETE", "OLD"),
        )
    ),
    ("vote_count_delete", "DELETE ON vote_count", "", COUNTS),
    (
        "vote_count_update",
        "UPDATE ON vote_count",
        "NEW.yes <> OLD.yes OR NEW.no <> OLD.no OR NEW.reworded <> OLD.reworded"
        " OR NEW.title <> OLD.title OR NEW.question <> OLD.question"
        " OR NEW.vote_id <> OLD.vote_id OR NEW.criterion_id <> OLD.criterion_id",
        COUNTS,
    ),
)
# SQLite alone: see 0018
REPLACEMENTS = (
    (
        "must_have_vote_replace",
        "INSERT ON must_have_vote",
        "EXISTS (SELECT 1 FROM must_have_vote WHERE id = NEW.id"
        " OR evaluation_id = NEW.evaluation_id AND (number = NEW.number OR closed_at IS NULL))",
        VOTE,
    ),
    ("must_have_vote_key", "UPDATE ON must_have_vote", "NEW.id <> OLD.id", VOTE),
    (
        "sealed_vote_replace",
        "INSERT ON sealed_vote",
        "EXISTS (SELECT 1 FROM sealed_vote WHERE id = NEW.id OR vote_id = NEW.vote_id"
        " AND member_id = NEW.member_id AND number = NEW.number)",
        SEALED,
    ),
    ("sealed_vote_key", "UPDATE ON sealed_vote", "NEW.id <> OLD.id", SEALED),
    (
        "vote_count_replace",
        "INSERT ON vote_count",
        "EXISTS (SELECT 1 FROM vote_count WHERE vote_id = NEW.vote_id"
        " AND criterion_id = NEW.criterion_id)",
        COUNTS,
    ),
)
OUTCOMES = ("MET", "NOT_MET", "NOT_APPLICABLE", "UNRESOLVED")
TABLES = ("must_have_vote", "sealed_vote", "cast_vote", "vote_count")
ANSWERS = ("YES", "NO", "CANNOT_TELL", "NOT_APPLICABLE")


def upgrade() -> None:
    create_must_have_vote()
    create_cast_vote()
    create_sealed_vote()
    create_vote_count()
    seal_tables()
    create_known_need()
    op.add_column(
        "evaluation",
        sa.Column("in_place", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def create_must_have_vote() -> None:
    op.create_table(
        "must_have_vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.String(length=120), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_must_have_vote")),
        sa.UniqueConstraint(
            "evaluation_id", "number", name=op.f("uq_must_have_vote_evaluation_id_number")
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_must_have_vote_number_positive")),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (length(closed_by) = 0)",
            name=op.f("ck_must_have_vote_closed_by_somebody"),
        ),
        sa.ForeignKeyConstraint(
            ["evaluation_id"],
            ["evaluation.id"],
            name=op.f("fk_must_have_vote_evaluation_id_evaluation"),
        ),
    )
    op.create_index(
        "uq_must_have_vote_evaluation_id_id", "must_have_vote", ["evaluation_id", "id"], unique=True
    )
    still_open = sa.text("closed_at IS NULL")
    op.create_index(
        "uq_must_have_vote_open",
        "must_have_vote",
        ["evaluation_id"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )


def create_cast_vote() -> None:
    op.create_table(
        "cast_vote",
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("vote_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column(
            "answer",
            sa.Enum(*ANSWERS, name="answer", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("wording", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("vote_id", "member_id", "criterion_id", name=op.f("pk_cast_vote")),
        sa.CheckConstraint("answer IN ('YES', 'NO')", name=op.f("ck_cast_vote_answer_decisive")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_cast_vote_version_positive")),
        *refer_within_evaluation("cast_vote", "must_have_vote", "member", "criterion"),
    )
    for column in ("member_id", "criterion_id"):
        op.create_index(op.f(f"ix_cast_vote_{column}"), "cast_vote", [column])


def create_sealed_vote() -> None:
    op.create_table(
        "sealed_vote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("vote_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("receipt", sa.String(length=64), nullable=False),
        sa.Column("counted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_by", sa.String(length=300), nullable=False),
        sa.Column("reopen_reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_vote")),
        sa.UniqueConstraint(
            "vote_id", "member_id", "number", name=op.f("uq_sealed_vote_vote_id_member_id_number")
        ),
        sa.CheckConstraint(
            "(reopened_at IS NULL) = (length(reopen_reason) = 0)",
            name=op.f("ck_sealed_vote_reopened_with_a_reason"),
        ),
        sa.CheckConstraint(
            "reopened_at IS NULL OR NOT counted", name=op.f("ck_sealed_vote_counted_as_sealed")
        ),
        *refer_within_evaluation("sealed_vote", "must_have_vote", "member"),
    )
    for column in ("member_id", "receipt"):
        op.create_index(op.f(f"ix_sealed_vote_{column}"), "sealed_vote", [column])


def create_vote_count() -> None:
    op.create_table(
        "vote_count",
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("vote_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("yes", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("reworded", sa.Integer(), nullable=False),
        sa.Column("adopted", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("vote_id", "criterion_id", name=op.f("pk_vote_count")),
        sa.CheckConstraint(
            "yes >= 0 AND no >= 0 AND reworded >= 0",
            name=op.f("ck_vote_count_counts_not_negative"),
        ),
        sa.CheckConstraint(
            "reworded <= yes + no", name=op.f("ck_vote_count_reworded_among_counted")
        ),
        sa.CheckConstraint(
            "(adopted IS NULL) = (decided_at IS NULL)",
            name=op.f("ck_vote_count_adopted_at_some_time"),
        ),
        *refer_within_evaluation("vote_count", "must_have_vote", "criterion"),
    )
    op.create_index(op.f("ix_vote_count_criterion_id"), "vote_count", ["criterion_id"])


def create_known_need() -> None:
    op.create_table(
        "known_need",
        sa.Column("evaluation_id", sa.Integer(), nullable=False),
        sa.Column("criterion_id", sa.Integer(), nullable=False),
        sa.Column(
            "finding",
            sa.Enum(
                *OUTCOMES, name="outcome", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("earlier", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("evaluation_id", "criterion_id", name=op.f("pk_known_need")),
        sa.CheckConstraint(
            "finding IN ('NOT_MET', 'UNRESOLVED')", name=op.f("ck_known_need_finding_a_need")
        ),
        *refer_within_evaluation("known_need", "criterion"),
    )


def refer_within_evaluation(table: str, *others: str) -> list[sa.ForeignKeyConstraint]:
    """Foreign keys to rows of the same evaluation."""
    column = {"must_have_vote": "vote_id", "member": "member_id", "criterion": "criterion_id"}
    return [
        sa.ForeignKeyConstraint(
            ["evaluation_id", column[other]],
            [f"{other}.evaluation_id", f"{other}.id"],
            name=op.f(f"fk_{table}_evaluation_id_{column[other]}_{other}"),
        )
        for other in others
    ]


def seal_tables() -> None:
    """The triggers that refuse to change what is sealed."""
    if op.get_bind().dialect.name == "sqlite":
        for name, event, condition, message in (*SEALS, *REPLACEMENTS):
            when = f" WHEN {condition}" if condition else ""
            op.execute(
                f"CREATE TRIGGER seal_{name} BEFORE {event}{when}"
                f" BEGIN SELECT RAISE(ABORT, 'sealed: {message}'); END"
            )
        return
    emptied = [
        (f"{table}_truncate", f"TRUNCATE ON {table}", "", "this table is not emptied")
        for table in TABLES
    ]
    for name, event, condition, message in (*SEALS, *emptied):
        whole = event.startswith("TRUNCATE")
        given = "NULL" if whole else "OLD" if event.startswith("DELETE") else "NEW"
        op.execute(
            f"CREATE FUNCTION seal_{name}() RETURNS trigger LANGUAGE plpgsql AS $$"
            f" BEGIN IF {condition or 'true'} THEN RAISE EXCEPTION 'sealed: {message}'"
            f" USING ERRCODE = 'restrict_violation'; END IF; RETURN {given}; END $$"
        )
        op.execute(
            f"CREATE TRIGGER seal_{name} BEFORE {event} FOR EACH"
            f" {'STATEMENT' if whole else 'ROW'} EXECUTE FUNCTION seal_{name}()"
        )


def downgrade() -> None:
    raise NotImplementedError("what people voted is not thrown away: restore a backup instead")
