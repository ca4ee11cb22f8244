"""The journal: append-only, one row per change, chained by hashes."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.events import Event
from crrubric.domain.record.chain import WORD_BY_WORD
from crrubric.domain.vocabulary import RecordKind
from crrubric.models.base import (
    GIVEN_ONCE,
    Base,
    LongText,
    Name,
    ShortText,
    checked_enum,
    unchecked_enum,
)


class Redaction(Base):
    """A typed text that copies for the public hide, wherever it stands: by an entry of the journal
    that tells it, and the pointer into that entry. The record itself keeps the text."""

    __tablename__ = "redaction"
    __table_args__ = (CheckConstraint("length(reason) > 0", name="has_a_reason"),)

    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"), primary_key=True)
    entry: Mapped[int] = mapped_column(primary_key=True)
    pointer: Mapped[str] = mapped_column(String(limits.SHORT_TEXT), primary_key=True)
    reason: Mapped[LongText]
    chosen_by: Mapped[Name]
    chosen_at: Mapped[datetime] = mapped_column(default=now_utc)


class JournalEntry(Base):
    """Who changed what, when, from what, to what, and why.

    `number` is the order within its chain: that of an evaluation, or of the site of a district
    (`find_site_chain`).
    `hash` covers the entry and the hash before it. `vendor_id`, `criterion_id` and `member_id` say
    what the entry is about; they are no foreign keys, as an entry outlives what it tells of.
    `version` says how it is covered: from the second on, a hash covers commitments to typed texts.
    `salts` has their salts, by the pointers to them, and `withheld` the commitments to texts that
    were taken out. The database refuses to change or delete a row.
    """

    __tablename__ = "journal_entry"
    __table_args__ = (
        Index("ix_journal_entry_evaluation", "evaluation_id", "id"),
        UniqueConstraint("chain", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    chain: Mapped[int]
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(default=now_utc)
    evaluation_id: Mapped[int | None] = mapped_column(ForeignKey("evaluation.id"))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    actor_name: Mapped[Name]
    event: Mapped[Event] = mapped_column(unchecked_enum(Event))
    subject: Mapped[ShortText]
    vendor_id: Mapped[int | None]
    criterion_id: Mapped[int | None]
    member_id: Mapped[int | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    reason: Mapped[LongText]
    hash: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(server_default=str(WORD_BY_WORD))
    salts: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    withheld: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))


class KeepingSchedule(Base):
    """How long the site keeps each kind of record; there is no row before somebody sets it.

    hold: why nothing at all may be removed now; empty if there is no such reason.
    """

    __tablename__ = "keeping_schedule"
    __table_args__ = (
        CheckConstraint("evaluation_years >= 1 AND account_years >= 1", name="a_year_at_least"),
        CheckConstraint("mail_days >= 30 AND sign_in_days >= 30", name="a_month_at_least"),
    )

    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), primary_key=True)
    evaluation_years: Mapped[int]
    account_years: Mapped[int]
    mail_days: Mapped[int]
    sign_in_days: Mapped[int]
    hold: Mapped[LongText]


class Removal(Base):
    """The proposal to remove a record whose time is over; another person confirms it.

    The row is deleted with what it removes. While it is confirmed, which is inside one
    transaction, the database lets the sealed rows of this evaluation be deleted, and no others.
    """

    __tablename__ = "removal"
    __table_args__ = (
        UniqueConstraint("evaluation_id"),
        # of everything but evaluations there is one proposal at a time
        Index(
            "uq_removal_kind",
            "kind",
            unique=True,
            sqlite_where=text("evaluation_id IS NULL"),
            postgresql_where=text("evaluation_id IS NULL"),
        ),
        CheckConstraint(
            "(kind = 'EVALUATION') = (evaluation_id IS NOT NULL)", name="names_its_evaluation"
        ),
        CheckConstraint("confirmed_by_id <> proposed_by_id", name="two_people"),
        CheckConstraint(
            "confirmed_by_id IS NULL OR confirmed_at IS NOT NULL", name="confirmed_at_a_moment"
        ),
        GIVEN_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[RecordKind] = mapped_column(checked_enum(RecordKind))
    evaluation_id: Mapped[int | None] = mapped_column(ForeignKey("evaluation.id"))
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    proposed_by: Mapped[Name]
    proposed_at: Mapped[datetime] = mapped_column(default=now_utc)
    # None, with a moment: the operator at the server's console
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    confirmed_at: Mapped[datetime | None]
