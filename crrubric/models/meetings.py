"""The meeting: when it was held, who was there, what was moved, what was put off."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crrubric.clock import now_utc
from crrubric.domain.vocabulary import MotionKind
from crrubric.models.base import Base, LongText, Name, ShortText, checked_enum
from crrubric.models.evaluations import Member


class Meeting(Base):
    """One sitting of the committee. Everybody's screen follows its cell; `step` counts moves."""

    __tablename__ = "meeting"
    __table_args__ = (
        # at most one sitting is under way
        Index(
            "uq_meeting_under_way",
            "evaluation_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        CheckConstraint("ended_at IS NULL OR ended_at >= started_at", name="ends_after_start"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"))
    place: Mapped[ShortText]
    started_at: Mapped[datetime] = mapped_column(default=now_utc)
    started_by: Mapped[Name]
    ended_at: Mapped[datetime | None]
    vendor_id: Mapped[int | None] = mapped_column(ForeignKey("vendor.id"))
    criterion_id: Mapped[int | None] = mapped_column(ForeignKey("criterion.id"))
    step: Mapped[int] = mapped_column(default=0)


class Attendance(Base):
    """A member who was at a meeting, from when to when."""

    __tablename__ = "attendance"
    __table_args__ = (UniqueConstraint("meeting_id", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), index=True)
    arrived_at: Mapped[datetime] = mapped_column(default=now_utc)
    left_at: Mapped[datetime | None]
    member: Mapped[Member] = relationship()


class Motion(Base):
    """A motion with its vote. Nobody's own vote is kept: only how many."""

    __tablename__ = "motion"
    __table_args__ = (
        CheckConstraint("length(words) > 0", name="words_given"),
        CheckConstraint(
            "in_favor >= 0 AND opposed >= 0 AND abstaining >= 0", name="votes_not_negative"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meeting.id"), index=True)
    kind: Mapped[MotionKind] = mapped_column(checked_enum(MotionKind))
    words: Mapped[LongText]
    moved_by: Mapped[Name]
    seconded_by: Mapped[Name]
    in_favor: Mapped[int]
    opposed: Mapped[int]
    abstaining: Mapped[int]
    carried: Mapped[bool]
    at: Mapped[datetime] = mapped_column(default=now_utc)


class Deferral(Base):
    """A cell that the committee put off, with the reason; adopting a finding ends it."""

    __tablename__ = "deferral"
    __table_args__ = (CheckConstraint("length(reason) > 0", name="reason_given"),)

    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"), primary_key=True)
    criterion_id: Mapped[int] = mapped_column(
        ForeignKey("criterion.id"), primary_key=True, index=True
    )
    reason: Mapped[LongText]
    recorded_by: Mapped[Name]
    recorded_at: Mapped[datetime] = mapped_column(default=now_utc)
