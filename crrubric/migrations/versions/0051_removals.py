"""how long records are kept, and proposals to remove one

Revision: 0051
Follows: 0050
"""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

KEPT = (
    "NOT EXISTS (SELECT 1 FROM removal WHERE removal.evaluation_id = OLD.evaluation_id"
    " AND removal.confirmed_at IS NOT NULL)"
)
KEPT_ISSUE = (
    "NOT EXISTS (SELECT 1 FROM removal JOIN memo_issue"
    " ON memo_issue.evaluation_id = removal.evaluation_id"
    " WHERE memo_issue.id = OLD.issue_id AND removal.confirmed_at IS NOT NULL)"
)
TWO = "a record is removed by two people, after its day, and not while it is held"
SEALED = "a sealed ballot stays"
IS_SEALED = "the ballot is submitted and sealed"
ISSUE = "an issued memo stays"
IN_BALLOT = (
    "(EXISTS (SELECT 1 FROM ballot WHERE ballot.id = OLD.ballot_id"  # noqa: S608
    f" AND ballot.state <> 'OPEN')) AND {KEPT}"
)
# triggers that were there: name, condition now, what the refusal says; all of them on deleting
LOOSENED = (
    ("journal_entry_delete", "journal_entry", KEPT, "the journal is append-only"),
    ("sealed_ballot_delete", "sealed_ballot", KEPT, SEALED),
    (
        "ballot_delete",
        "ballot",
        f"OLD.state = 'SUBMITTED' AND {KEPT}",
        "a submitted ballot stays",
    ),
    *(
        (f"{table}_delete_old", table, IN_BALLOT, IS_SEALED)
        for table in ("mark", "gap", "mark_file")
    ),
    ("must_have_vote_delete", "must_have_vote", KEPT, "a vote on must-haves stays"),
    ("sealed_vote_delete", "sealed_vote", KEPT, SEALED),
    (
        "cast_vote_delete_old",
        "cast_vote",
        "(EXISTS (SELECT 1 FROM sealed_vote WHERE sealed_vote.vote_id = OLD.vote_id"  # noqa: S608
        " AND sealed_vote.member_id = OLD.member_id AND sealed_vote.reopened_at IS NULL)"
        " OR EXISTS (SELECT 1 FROM must_have_vote WHERE must_have_vote.id = OLD.vote_id"
        f" AND must_have_vote.closed_at IS NOT NULL)) AND {KEPT}",
        "the answers are sealed, or the vote is closed",
    ),
    ("memo_issue_delete", "memo_issue", KEPT, ISSUE),
    ("memo_file_delete", "memo_file", KEPT_ISSUE, ISSUE),
    ("vote_count_delete", "vote_count", KEPT, "the counts of a vote stay"),
)
REMOVALS = (
    ("removal_insert", "INSERT", "NEW.confirmed_at IS NOT NULL"),
    (
        "removal_update",
        "UPDATE",
        "OLD.confirmed_at IS NOT NULL OR NEW.confirmed_at IS NULL OR NEW.id <> OLD.id"
        " OR NEW.kind <> OLD.kind OR NEW.evaluation_id <> OLD.evaluation_id"
        " OR NEW.proposed_by_id <> OLD.proposed_by_id OR NEW.proposed_at <> OLD.proposed_at"
        " OR EXISTS (SELECT 1 FROM evaluation WHERE evaluation.id = NEW.evaluation_id"
        " AND (evaluation.legal_hold <> '' OR evaluation.retain_until >= NEW.confirmed_at))"
        " OR EXISTS (SELECT 1 FROM keeping_schedule WHERE keeping_schedule.hold <> '')",
    ),
)
REPLACED = "EXISTS (SELECT 1 FROM removal WHERE id = NEW.id)"


def upgrade() -> None:
    """Two tables, empty at first, a plain column, and triggers that are made anew."""
    op.add_column(
        "user_account", sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True)
    )
    make_tables()
    for name, table, condition, message in LOOSENED:
        remake_delete_trigger(name, table, condition, message)
    for name, event, condition in REMOVALS:
        make_removal_trigger(name, event, condition)
    if op.get_bind().dialect.name == "sqlite":
        make_removal_trigger("removal_replace", "INSERT", REPLACED)


def make_tables() -> None:
    """The schedule, and the proposals."""
    op.create_table(
        "keeping_schedule",
        sa.Column("district_id", sa.Integer(), nullable=False),
        sa.Column("evaluation_years", sa.Integer(), nullable=False),
        sa.Column("account_years", sa.Integer(), nullable=False),
        sa.Column("mail_days", sa.Integer(), nullable=False),
        sa.Column("sign_in_days", sa.Integer(), nullable=False),
        sa.Column("hold", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "evaluation_years >= 1 AND account_years >= 1",
            name=op.f("ck_keeping_schedule_a_year_at_least"),
        ),
        sa.CheckConstraint(
            "mail_days >= 30 AND sign_in_days >= 30",
            name=op.f("ck_keeping_schedule_a_month_at_least"),
        ),
        sa.ForeignKeyConstraint(
            ["district_id"], ["district.id"], name=op.f("fk_keeping_schedule_district_id_district")
        ),
        sa.PrimaryKeyConstraint("district_id", name=op.f("pk_keeping_schedule")),
    )
    op.create_table(
        "removal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "EVALUATION",
                "ACCOUNT",
                "MAIL",
                "SIGN_IN",
                name="recordkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("evaluation_id", sa.Integer(), nullable=True),
        sa.Column("proposed_by_id", sa.Integer(), nullable=False),
        sa.Column("proposed_by", sa.String(length=120), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(kind = 'EVALUATION') = (evaluation_id IS NOT NULL)",
            name=op.f("ck_removal_names_its_evaluation"),
        ),
        sa.CheckConstraint("confirmed_by_id <> proposed_by_id", name=op.f("ck_removal_two_people")),
        sa.CheckConstraint(
            "confirmed_by_id IS NULL OR confirmed_at IS NOT NULL",
            name=op.f("ck_removal_confirmed_at_a_moment"),
        ),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluation.id"], name=op.f("fk_removal_evaluation_id_evaluation")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"],
            ["user_account.id"],
            name=op.f("fk_removal_proposed_by_id_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["confirmed_by_id"],
            ["user_account.id"],
            name=op.f("fk_removal_confirmed_by_id_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removal")),
        sa.UniqueConstraint("evaluation_id", name=op.f("uq_removal_evaluation_id")),
    )
    for column in ("proposed_by_id", "confirmed_by_id"):
        op.create_index(op.f(f"ix_removal_{column}"), "removal", [column])
    op.create_index(
        "uq_removal_kind",
        "removal",
        ["kind"],
        unique=True,
        sqlite_where=sa.text("evaluation_id IS NULL"),
        postgresql_where=sa.text("evaluation_id IS NULL"),
    )


def remake_delete_trigger(name: str, table: str, condition: str, message: str) -> None:
    """The trigger as it is, with another condition."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER seal_{name}")
        op.execute(
            f"CREATE TRIGGER seal_{name} BEFORE DELETE ON {table} WHEN {condition}"
            f" BEGIN SELECT RAISE(ABORT, 'sealed: {message}'); END"
        )
        return
    op.execute(
        f"CREATE OR REPLACE FUNCTION seal_{name}() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN IF {condition} THEN RAISE EXCEPTION 'sealed: {message}'"
        " USING ERRCODE = 'restrict_violation'; END IF; RETURN OLD; END $$"
    )


def make_removal_trigger(name: str, event: str, condition: str) -> None:
    """What is checked before a proposal is stored or confirmed."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER seal_{name} BEFORE {event} ON removal WHEN {condition}"
            f" BEGIN SELECT RAISE(ABORT, 'sealed: {TWO}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION seal_{name}() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN IF {condition} THEN RAISE EXCEPTION 'sealed: {TWO}'"
        " USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER seal_{name} BEFORE {event} ON removal FOR EACH ROW"
        f" EXECUTE FUNCTION seal_{name}()"
    )


def downgrade() -> None:
    raise NotImplementedError("what people did is not undone: restore a backup instead")
