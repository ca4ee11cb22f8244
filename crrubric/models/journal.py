"""The journal: append-only, one row per change."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from crrubric.clock import now_utc
from crrubric.domain.vocabulary import Event
from crrubric.models.base import Base, LongText, Name, ShortText, open_enum


class JournalEntry(Base):
    """Who changed what, when, from what, to what, and why. `id` is the order, not the time."""

    __tablename__ = "journal_entry"
    __table_args__ = (Index("ix_journal_entry_evaluation", "evaluation_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now_utc)
    evaluation_id: Mapped[int | None] = mapped_column(ForeignKey("evaluation.id"))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    actor_name: Mapped[Name]
    event: Mapped[Event] = mapped_column(open_enum(Event))
    subject: Mapped[ShortText]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    reason: Mapped[LongText]
