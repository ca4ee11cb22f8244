"""when ballots were first shown, what is no longer blind, and a hard end of scoring

Revision: 0013
Follows: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)

# Ballots were shown when the meeting first began, as the journal tells; else when scoring closed.
SHOWN = """
UPDATE evaluation SET shown_at = COALESCE(
    (SELECT min(journal_entry.at) FROM journal_entry
     WHERE journal_entry.evaluation_id = evaluation.id
       AND journal_entry.event = 'PHASE_CHANGED' AND {after} = 'MEETING'),
    closed_at)
WHERE EXISTS (
    SELECT 1 FROM ballot JOIN member ON member.id = ballot.member_id
    WHERE member.evaluation_id = evaluation.id
      AND (ballot.seals > 0 OR EXISTS (SELECT 1 FROM mark WHERE mark.ballot_id = ballot.id)))
"""
# An imported ballot was submitted without a seal.
IMPORTED = """
UPDATE ballot SET imported_at = (
    SELECT max(mark.marked_at) FROM mark WHERE mark.ballot_id = ballot.id)
WHERE state = 'SUBMITTED' AND seals = 0 AND imported_at IS NULL
"""
CHANGED = """
UPDATE ballot SET changed_after_shown_at = (
    SELECT min(mark.marked_at) FROM mark, member, evaluation
    WHERE mark.ballot_id = ballot.id AND member.id = ballot.member_id
      AND evaluation.id = member.evaluation_id AND mark.marked_at > evaluation.shown_at)
WHERE imported_at IS NULL
"""
SUBMITTED = """
UPDATE ballot SET changed_after_shown_at = submitted_at
WHERE changed_after_shown_at IS NULL AND imported_at IS NULL AND submitted_at > (
    SELECT evaluation.shown_at FROM member, evaluation
    WHERE member.id = ballot.member_id AND evaluation.id = member.evaluation_id)
"""
# Who entered a ballot is in the journal by account; the entry itself has the name alone.
ENTERED = """
UPDATE entry_on_behalf SET entered_by_id = (
    SELECT min(seat.id) FROM journal_entry, ballot, member AS seat
    WHERE ballot.id = entry_on_behalf.ballot_id
      AND journal_entry.event = 'BALLOT_ENTERED'
      AND journal_entry.member_id = ballot.member_id
      AND journal_entry.vendor_id = ballot.vendor_id
      AND journal_entry.actor_name = entry_on_behalf.entered_by
      AND seat.evaluation_id = journal_entry.evaluation_id
      AND seat.user_id = journal_entry.actor_id)
"""


def upgrade() -> None:
    """Plain columns: on SQLite a batch would copy the tables and lose their triggers."""
    op.add_column("evaluation", sa.Column("shown_at", MOMENT, nullable=True))
    op.add_column("evaluation", sa.Column("ends_at", MOMENT, nullable=True))
    op.add_column("ballot", sa.Column("imported_at", MOMENT, nullable=True))
    op.add_column("ballot", sa.Column("changed_after_shown_at", MOMENT, nullable=True))
    add_entered_by_id()
    postgresql = op.get_bind().dialect.name == "postgresql"
    after = (
        "journal_entry.after ->> 'phase'"
        if postgresql
        else "json_extract(journal_entry.after, '$.phase')"
    )
    op.execute(SHOWN.format(after=after))
    for statement in (IMPORTED, CHANGED, SUBMITTED, ENTERED):
        op.execute(statement)


def add_entered_by_id() -> None:
    """A batch, which copies the table on SQLite: it has no triggers, and no table points to it."""
    with op.batch_alter_table("entry_on_behalf") as batch:
        batch.add_column(sa.Column("entered_by_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_entry_on_behalf_entered_by_id_member"), "member", ["entered_by_id"], ["id"]
        )
        batch.create_index(op.f("ix_entry_on_behalf_entered_by_id"), ["entered_by_id"])


def downgrade() -> None:
    raise NotImplementedError("what people did is not undone: restore a backup instead")
