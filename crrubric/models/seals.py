"""The triggers by which the database itself refuses to change what is sealed.

Migrations make them; here is what they must be, so that verification notices one that is not.
"""

from collections.abc import Iterator

# name, "when on table", condition, what the refusal says; NEW and OLD as in both databases
Seal = tuple[str, str, str, str]

APPEND_ONLY = "the journal is append-only"
SEALED_STAYS = "a sealed ballot stays"
SUBMITTED_STAYS = "a submitted ballot stays"
IS_SEALED = "the ballot is submitted and sealed"
FILE_STAYS = "a file stays as it was attached"
VOTE_STAYS = "a vote on must-haves stays"
IS_CAST = "the answers are sealed, or the vote is closed"
ISSUE_STAYS = "an issued memo stays"
COUNTS_STAY = "the counts of a vote stay"
TWO_CONFIRM = "a record is removed by two people, after its day, and not while it is held"

# The one way out of a seal on deleting: two people removed the whole record. Only inside their
# transaction is there such a row.
KEPT = (
    "NOT EXISTS (SELECT 1 FROM removal WHERE removal.evaluation_id = OLD.evaluation_id"
    " AND removal.confirmed_at IS NOT NULL)"
)
KEPT_ISSUE = (
    "NOT EXISTS (SELECT 1 FROM removal JOIN memo_issue"
    " ON memo_issue.evaluation_id = removal.evaluation_id"
    " WHERE memo_issue.id = OLD.issue_id AND removal.confirmed_at IS NOT NULL)"
)


def _keep_unless_removed(event: str, condition: str) -> str:
    """The condition under which a row stays; whatever it is, the removal of the record goes on."""
    return f"({condition}) AND {KEPT}" if event == "DELETE" else condition


SEALS: tuple[Seal, ...] = (
    ("journal_entry_update", "UPDATE ON journal_entry", "", APPEND_ONLY),
    ("journal_entry_delete", "DELETE ON journal_entry", KEPT, APPEND_ONLY),
    ("sealed_ballot_delete", "DELETE ON sealed_ballot", KEPT, SEALED_STAYS),
    (
        "sealed_ballot_update",
        "UPDATE ON sealed_ballot",
        "OLD.reopened_at IS NOT NULL OR NEW.content <> OLD.content"
        " OR NEW.receipt <> OLD.receipt OR NEW.number <> OLD.number"
        " OR NEW.ballot_id <> OLD.ballot_id OR NEW.sealed_at <> OLD.sealed_at",
        SEALED_STAYS,
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
        f"OLD.state = 'SUBMITTED' AND {KEPT}",
        SUBMITTED_STAYS,
    ),
    ("file_content_update", "UPDATE ON file_content", "", FILE_STAYS),
    *(
        (
            f"{table}_{event.lower()}_{row.lower()}",
            f"{event} ON {table}",
            _keep_unless_removed(
                event,
                f"EXISTS (SELECT 1 FROM ballot WHERE ballot.id = {row}.ballot_id"  # noqa: S608
                " AND ballot.state <> 'OPEN')",
            ),
            IS_SEALED,
        )
        for table in ("mark", "gap", "mark_file")
        for event, row in (
            ("INSERT", "NEW"),
            ("UPDATE", "NEW"),
            ("UPDATE", "OLD"),
            ("DELETE", "OLD"),
        )
    ),
    ("must_have_vote_update", "UPDATE ON must_have_vote", "OLD.closed_at IS NOT NULL", VOTE_STAYS),
    ("must_have_vote_delete", "DELETE ON must_have_vote", KEPT, VOTE_STAYS),
    ("sealed_vote_delete", "DELETE ON sealed_vote", KEPT, SEALED_STAYS),
    (
        "sealed_vote_update",
        "UPDATE ON sealed_vote",
        "OLD.reopened_at IS NOT NULL OR OLD.counted OR NEW.content <> OLD.content"
        " OR NEW.receipt <> OLD.receipt OR NEW.number <> OLD.number OR NEW.vote_id <> OLD.vote_id"
        " OR NEW.member_id <> OLD.member_id OR NEW.sealed_at <> OLD.sealed_at",
        SEALED_STAYS,
    ),
    *(
        (
            f"cast_vote_{event.lower()}_{row.lower()}",
            f"{event} ON cast_vote",
            _keep_unless_removed(
                event,
                "EXISTS (SELECT 1 FROM sealed_vote"  # noqa: S608
                f" WHERE sealed_vote.vote_id = {row}.vote_id"
                f" AND sealed_vote.member_id = {row}.member_id"
                " AND sealed_vote.reopened_at IS NULL)"
                f" OR EXISTS (SELECT 1 FROM must_have_vote WHERE must_have_vote.id = {row}.vote_id"
                " AND must_have_vote.closed_at IS NOT NULL)",
            ),
            IS_CAST,
        )
        for event, row in (
            ("INSERT", "NEW"),
            ("UPDATE", "NEW"),
            ("UPDATE", "OLD"),
            ("DELETE", "OLD"),
        )
    ),
    ("memo_issue_update", "UPDATE ON memo_issue", "", ISSUE_STAYS),
    ("memo_issue_delete", "DELETE ON memo_issue", KEPT, ISSUE_STAYS),
    ("memo_file_update", "UPDATE ON memo_file", "", ISSUE_STAYS),
    ("memo_file_delete", "DELETE ON memo_file", KEPT_ISSUE, ISSUE_STAYS),
    (
        "file_content_delete",
        "DELETE ON file_content",
        "EXISTS (SELECT 1 FROM memo_file WHERE memo_file.content_id = OLD.id)",
        ISSUE_STAYS,
    ),
    ("vote_count_delete", "DELETE ON vote_count", KEPT, COUNTS_STAY),
    (
        "vote_count_update",
        "UPDATE ON vote_count",
        "NEW.yes <> OLD.yes OR NEW.no <> OLD.no OR NEW.reworded <> OLD.reworded"
        " OR NEW.title <> OLD.title OR NEW.question <> OLD.question"
        " OR NEW.vote_id <> OLD.vote_id OR NEW.criterion_id <> OLD.criterion_id",
        COUNTS_STAY,
    ),
    ("removal_insert", "INSERT ON removal", "NEW.confirmed_at IS NOT NULL", TWO_CONFIRM),
    (
        "removal_update",
        "UPDATE ON removal",
        "OLD.confirmed_at IS NOT NULL OR NEW.confirmed_at IS NULL OR NEW.id <> OLD.id"
        " OR NEW.kind <> OLD.kind OR NEW.evaluation_id <> OLD.evaluation_id"
        " OR NEW.proposed_by_id <> OLD.proposed_by_id OR NEW.proposed_at <> OLD.proposed_at"
        " OR EXISTS (SELECT 1 FROM evaluation WHERE evaluation.id = NEW.evaluation_id"
        " AND (evaluation.legal_hold <> '' OR evaluation.retain_until >= NEW.confirmed_at))"
        " OR EXISTS (SELECT 1 FROM keeping_schedule WHERE keeping_schedule.hold <> '')",
        TWO_CONFIRM,
    ),
)
# SQLite alone has REPLACE, which deletes the row that has the key without any other trigger.
REPLACEMENTS: tuple[Seal, ...] = (
    (
        "journal_entry_replace",
        "INSERT ON journal_entry",
        "EXISTS (SELECT 1 FROM journal_entry WHERE id = NEW.id"
        " OR chain = NEW.chain AND number = NEW.number)",
        APPEND_ONLY,
    ),
    (
        "sealed_ballot_replace",
        "INSERT ON sealed_ballot",
        "EXISTS (SELECT 1 FROM sealed_ballot WHERE id = NEW.id"
        " OR ballot_id = NEW.ballot_id AND number = NEW.number)",
        SEALED_STAYS,
    ),
    ("sealed_ballot_key", "UPDATE ON sealed_ballot", "NEW.id <> OLD.id", SEALED_STAYS),
    (
        "ballot_replace",
        "INSERT ON ballot",
        "EXISTS (SELECT 1 FROM ballot WHERE state = 'SUBMITTED' AND (id = NEW.id"
        " OR member_id = NEW.member_id AND vendor_id = NEW.vendor_id))",
        SUBMITTED_STAYS,
    ),
    (
        "ballot_key",
        "UPDATE ON ballot",
        "NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM ballot WHERE id <> OLD.id"
        " AND state = 'SUBMITTED' AND member_id = NEW.member_id AND vendor_id = NEW.vendor_id)",
        SUBMITTED_STAYS,
    ),
    (
        "mark_replace",
        "INSERT ON mark",
        "EXISTS (SELECT 1 FROM mark JOIN ballot ON ballot.id = mark.ballot_id"
        " WHERE mark.id = NEW.id AND ballot.state <> 'OPEN')",
        IS_SEALED,
    ),
    ("mark_key", "UPDATE ON mark", "NEW.id <> OLD.id", IS_SEALED),
    (
        "mark_file_replace",
        "INSERT ON mark_file",
        "EXISTS (SELECT 1 FROM mark_file JOIN ballot ON ballot.id = mark_file.ballot_id"
        " WHERE (mark_file.id = NEW.id OR mark_file.key = NEW.key"
        " OR mark_file.content_id = NEW.content_id) AND ballot.state <> 'OPEN')",
        IS_SEALED,
    ),
    (
        "mark_file_key",
        "UPDATE ON mark_file",
        "NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM mark_file JOIN ballot"
        " ON ballot.id = mark_file.ballot_id"
        " WHERE (mark_file.id = NEW.id OR mark_file.key = NEW.key"
        " OR mark_file.content_id = NEW.content_id) AND mark_file.id <> OLD.id"
        " AND ballot.state <> 'OPEN')",
        IS_SEALED,
    ),
    (
        "file_content_replace",
        "INSERT ON file_content",
        "EXISTS (SELECT 1 FROM file_content WHERE id = NEW.id)",
        FILE_STAYS,
    ),
    (
        "must_have_vote_replace",
        "INSERT ON must_have_vote",
        "EXISTS (SELECT 1 FROM must_have_vote WHERE id = NEW.id"
        " OR evaluation_id = NEW.evaluation_id AND (number = NEW.number OR closed_at IS NULL))",
        VOTE_STAYS,
    ),
    ("must_have_vote_key", "UPDATE ON must_have_vote", "NEW.id <> OLD.id", VOTE_STAYS),
    (
        "sealed_vote_replace",
        "INSERT ON sealed_vote",
        "EXISTS (SELECT 1 FROM sealed_vote WHERE id = NEW.id OR vote_id = NEW.vote_id"
        " AND member_id = NEW.member_id AND number = NEW.number)",
        SEALED_STAYS,
    ),
    ("sealed_vote_key", "UPDATE ON sealed_vote", "NEW.id <> OLD.id", SEALED_STAYS),
    (
        "memo_issue_replace",
        "INSERT ON memo_issue",
        "EXISTS (SELECT 1 FROM memo_issue WHERE id = NEW.id"
        " OR evaluation_id = NEW.evaluation_id AND number = NEW.number)",
        ISSUE_STAYS,
    ),
    (
        "memo_file_replace",
        "INSERT ON memo_file",
        "EXISTS (SELECT 1 FROM memo_file WHERE id = NEW.id OR content_id = NEW.content_id"
        " OR issue_id = NEW.issue_id AND form = NEW.form)",
        ISSUE_STAYS,
    ),
    (
        "removal_replace",
        "INSERT ON removal",
        "EXISTS (SELECT 1 FROM removal WHERE id = NEW.id)",
        TWO_CONFIRM,
    ),
    (
        "vote_count_replace",
        "INSERT ON vote_count",
        "EXISTS (SELECT 1 FROM vote_count WHERE vote_id = NEW.vote_id"
        " AND criterion_id = NEW.criterion_id)",
        COUNTS_STAY,
    ),
)
# PostgreSQL alone has TRUNCATE, which fires no trigger of rows.
TRUNCATED = (
    "journal_entry", "sealed_ballot", "ballot", "mark", "gap", "mark_file", "file_content",
    "must_have_vote", "sealed_vote", "cast_vote", "vote_count",
    "memo_issue", "memo_file",
)  # fmt: skip


def list_expected_triggers(dialect: str) -> Iterator[tuple[str, str]]:
    """(name, text) of every trigger that the database must have, as `queries/record/triggers.py`
    reads it."""
    if dialect == "sqlite":
        for name, event, condition, message in (*SEALS, *REPLACEMENTS):
            when = f" WHEN {condition}" if condition else ""
            yield (
                f"seal_{name}",
                f"CREATE TRIGGER seal_{name} BEFORE {event}{when}"
                f" BEGIN SELECT RAISE(ABORT, 'sealed: {message}'); END",
            )
        return
    truncate = [
        (f"{table}_truncate", f"TRUNCATE ON {table}", "", "this table is not emptied")
        for table in TRUNCATED
    ]
    for name, event, condition, message in (*SEALS, *truncate):
        each = "STATEMENT" if event.startswith("TRUNCATE") else "ROW"
        given = "OLD" if event.startswith("DELETE") else "NEW"
        if each == "STATEMENT":
            given = "NULL"
        yield (
            f"seal_{name}",
            f"CREATE TRIGGER seal_{name} BEFORE {event} FOR EACH {each}"
            f" EXECUTE FUNCTION seal_{name}();"
            f" BEGIN IF {condition or 'true'} THEN RAISE EXCEPTION 'sealed: {message}'"
            f" USING ERRCODE = 'restrict_violation'; END IF; RETURN {given}; END ",
        )
