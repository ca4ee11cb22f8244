"""seals that REPLACE and TRUNCATE can't get past

Revision: 0018
Follows: 0017
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

# SQLite: a row that REPLACE deletes is deleted without any other trigger, so who brings the key
# of something sealed is refused. Name, "when on table", condition, what the refusal says.
REPLACEMENTS = (
    (
        "journal_entry_replace",
        "INSERT ON journal_entry",
        "EXISTS (SELECT 1 FROM journal_entry WHERE id = NEW.id"
        " OR chain = NEW.chain AND number = NEW.number)",
        "the journal is append-only",
    ),
    (
        "sealed_ballot_replace",
        "INSERT ON sealed_ballot",
        "EXISTS (SELECT 1 FROM sealed_ballot WHERE id = NEW.id"
        " OR ballot_id = NEW.ballot_id AND number = NEW.number)",
        "a sealed ballot stays",
    ),
    (
        "sealed_ballot_key",
        "UPDATE ON sealed_ballot",
        "NEW.id <> OLD.id",
        "a sealed ballot stays",
    ),
    (
        "ballot_replace",
        "INSERT ON ballot",
        "EXISTS (SELECT 1 FROM ballot WHERE state = 'SUBMITTED' AND (id = NEW.id"
        " OR member_id = NEW.member_id AND vendor_id = NEW.vendor_id))",
        "a submitted ballot stays",
    ),
    (
        "ballot_key",
        "UPDATE ON ballot",
        "NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM ballot WHERE id <> OLD.id"
        " AND state = 'SUBMITTED' AND member_id = NEW.member_id AND vendor_id = NEW.vendor_id)",
        "a submitted ballot stays",
    ),
    (
        "mark_replace",
        "INSERT ON mark",
        "EXISTS (SELECT 1 FROM mark JOIN ballot ON ballot.id = mark.ballot_id"
        " WHERE mark.id = NEW.id AND ballot.state <> 'OPEN')",
        "the ballot is submitted and sealed",
    ),
    (
        "mark_key",
        "UPDATE ON mark",
        "NEW.id <> OLD.id",
        "the ballot is submitted and sealed",
    ),
    (
        "mark_file_replace",
        "INSERT ON mark_file",
        "EXISTS (SELECT 1 FROM mark_file JOIN ballot ON ballot.id = mark_file.ballot_id"
        " WHERE (mark_file.id = NEW.id OR mark_file.key = NEW.key"
        " OR mark_file.content_id = NEW.content_id) AND ballot.state <> 'OPEN')",
        "the ballot is submitted and sealed",
    ),
    (
        "mark_file_key",
        "UPDATE ON mark_file",
        "NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM mark_file JOIN ballot"
        " ON ballot.id = mark_file.ballot_id"
        " WHERE (mark_file.id = NEW.id OR mark_file.key = NEW.key"
        " OR mark_file.content_id = NEW.content_id) AND mark_file.id <> OLD.id"
        " AND ballot.state <> 'OPEN')",
        "the ballot is submitted and sealed",
    ),
    (
        "file_content_replace",
        "INSERT ON file_content",
        "EXISTS (SELECT 1 FROM file_content WHERE id = NEW.id)",
        "a file stays as it was attached",
    ),
)
# PostgreSQL: TRUNCATE fires no trigger of rows.
TRUNCATED = ("journal_entry", "sealed_ballot", "ballot", "mark", "gap", "mark_file", "file_content")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name, event, condition, message in REPLACEMENTS:
            op.execute(
                f"CREATE TRIGGER seal_{name} BEFORE {event} WHEN {condition}"
                f" BEGIN SELECT RAISE(ABORT, 'sealed: {message}'); END"
            )
        return
    for table in TRUNCATED:
        op.execute(
            f"CREATE FUNCTION seal_{table}_truncate() RETURNS trigger LANGUAGE plpgsql AS $$"
            " BEGIN IF true THEN RAISE EXCEPTION 'sealed: this table is not emptied'"
            " USING ERRCODE = 'restrict_violation'; END IF; RETURN NULL; END $$"
        )
        op.execute(
            f"CREATE TRIGGER seal_{table}_truncate BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION seal_{table}_truncate()"
        )


def downgrade() -> None:
    raise NotImplementedError("seals are not taken off: restore a backup instead")
