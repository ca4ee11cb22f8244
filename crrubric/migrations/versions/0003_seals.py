"""seals: the database itself refuses to change sealed ballots and the journal

Revision: 0003
Follows: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# name, "when on table", condition, what the refusal says; NEW and OLD as in both databases
SEALS = (
    ("journal_entry_update", "UPDATE ON journal_entry", "", "the journal is append-only"),
    ("journal_entry_delete", "DELETE ON journal_entry", "", "the journal is append-only"),
    ("sealed_ballot_delete", "DELETE ON sealed_ballot", "", "a sealed ballot stays"),
    (
        "sealed_ballot_update",
        "UPDATE ON sealed_ballot",
        "OLD.reopened_at IS NOT NULL OR NEW.content <> OLD.content"
        " OR NEW.receipt <> OLD.receipt OR NEW.number <> OLD.number"
        " OR NEW.ballot_id <> OLD.ballot_id OR NEW.sealed_at <> OLD.sealed_at",
        "a sealed ballot stays",
    ),
    (
        "ballot_update",
        "UPDATE ON ballot",
        "OLD.state = 'SUBMITTED' AND (NEW.member_id <> OLD.member_id"
        " OR NEW.vendor_id <> OLD.vendor_id OR NEW.state <> 'SUBMITTED' AND NOT EXISTS ("
        "SELECT 1 FROM sealed_ballot WHERE sealed_ballot.ballot_id = OLD.id"
        " AND sealed_ballot.number = OLD.seals AND sealed_ballot.reopened_at IS NOT NULL))",
        "a submitted ballot is reopened with a reason, or not at all",
    ),
    (
        "ballot_delete",
        "DELETE ON ballot",
        "OLD.state = 'SUBMITTED'",
        "a submitted ballot stays",
    ),
)
# what lies on a ballot may change only while the ballot is open
ON_BALLOTS = ("mark", "gap")


def upgrade() -> None:
    for name, event, condition, message in SEALS:
        refuse(name, event, condition, message)
    for table in ON_BALLOTS:
        for event, row in (
            ("INSERT", "NEW"),
            ("UPDATE", "NEW"),
            ("UPDATE", "OLD"),
            ("DELETE", "OLD"),
        ):
            refuse(
                f"{table}_{event.lower()}_{row.lower()}",
                f"{event} ON {table}",
                f"EXISTS (SELECT 1 FROM ballot WHERE ballot.id = {row}.ballot_id"  # noqa: S608
                " AND ballot.state <> 'OPEN')",
                "the ballot is submitted and sealed",
            )


def downgrade() -> None:
    raise NotImplementedError("seals are not taken off: restore a backup instead")


def refuse(name: str, event: str, condition: str, message: str) -> None:
    """A trigger that refuses the event on rows for which the condition holds."""
    if op.get_bind().dialect.name == "sqlite":
        when = f" WHEN {condition}" if condition else ""
        op.execute(
            f"CREATE TRIGGER seal_{name} BEFORE {event}{when}"
            f" BEGIN SELECT RAISE(ABORT, 'sealed: {message}'); END"
        )
        return
    test = f"IF {condition} THEN" if condition else "IF true THEN"
    given = "OLD" if event.startswith("DELETE") else "NEW"
    op.execute(
        f"CREATE FUNCTION seal_{name}() RETURNS trigger LANGUAGE plpgsql AS $$"
        f" BEGIN {test} RAISE EXCEPTION 'sealed: {message}'"
        f" USING ERRCODE = 'restrict_violation'; END IF; RETURN {given}; END $$"
    )
    op.execute(
        f"CREATE TRIGGER seal_{name} BEFORE {event} FOR EACH ROW EXECUTE FUNCTION seal_{name}()"
    )
