"""Questions to vendors, and what reviewers asked that gave rise to them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crrubric.clock import now_utc
from crrubric.domain.vocabulary import QuestionState
from crrubric.models.base import Base, LongText, Name
from crrubric.models.evaluations import Criterion, Vendor


class Question(Base):
    """A request of the committee to a vendor, with the vendor's answer.

    No criterion: it is about the whole offer. `version` counts the times that words or answer were
    recorded, so that a chair who saw older ones is told.
    """

    __tablename__ = "question"
    __table_args__ = (
        CheckConstraint("length(words) > 0", name="words_given"),
        CheckConstraint("(answered_on IS NULL) = (length(answer) = 0)", name="answer_has_a_day"),
        CheckConstraint(
            "answered_on IS NULL OR (sent_on IS NOT NULL AND answered_on >= sent_on)",
            name="answered_after_it_was_sent",
        ),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (length(withdrawn_reason) = 0)",
            name="withdrawn_with_a_reason",
        ),
        CheckConstraint("withdrawn_at IS NULL OR answered_on IS NULL", name="answered_stays"),
        CheckConstraint("version >= 1", name="version_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"), index=True)
    criterion_id: Mapped[int | None] = mapped_column(ForeignKey("criterion.id"), index=True)
    words: Mapped[LongText]
    recorded_by: Mapped[Name]
    recorded_at: Mapped[datetime] = mapped_column(default=now_utc)
    sent_on: Mapped[date | None]
    answer: Mapped[LongText]
    answered_on: Mapped[date | None]
    answer_recorded_by: Mapped[Name] = mapped_column(default="")
    answer_recorded_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[LongText]
    version: Mapped[int] = mapped_column(default=1)
    vendor: Mapped[Vendor] = relationship()
    criterion: Mapped[Criterion | None] = relationship()

    @property
    def state(self) -> QuestionState:
        """How far it is."""
        if self.withdrawn_at is not None:
            return QuestionState.WITHDRAWN
        if self.answered_on is not None:
            return QuestionState.ANSWERED
        return QuestionState.DRAFT if self.sent_on is None else QuestionState.SENT


class Asking(Base):
    """What one reviewer asks of a vendor, for the chair to make a question of.

    `member_id` is nobody's business but the member's own: no page shows it to anybody else.
    """

    __tablename__ = "asking"
    __table_args__ = (
        CheckConstraint("length(words) > 0", name="words_given"),
        CheckConstraint(
            "question_id IS NULL OR length(set_aside_reason) = 0", name="passed_on_or_set_aside"
        ),
    )

    # drawn by who adds it, not counted: the chair sees it, and it would tell who asked when
    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"), index=True)
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criterion.id"), index=True)
    words: Mapped[LongText]
    asked_at: Mapped[datetime] = mapped_column(default=now_utc)
    question_id: Mapped[int | None] = mapped_column(ForeignKey("question.id"), index=True)
    set_aside_reason: Mapped[LongText]
    vendor: Mapped[Vendor] = relationship()
    criterion: Mapped[Criterion] = relationship()
    question: Mapped[Question | None] = relationship()
