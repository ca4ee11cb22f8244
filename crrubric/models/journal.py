"""The journal: append-only, one row per change, chained by hashes."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.events import Event
from crrubric.domain.record.chain import WORD_BY_WORD
from crrubric.models.base import Base, LongText, Name, ShortText, unchecked_enum


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
