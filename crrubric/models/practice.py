"""Marks of the practice round. They lie apart from ballots: nothing that counts can find them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crrubric.clock import now_utc
from crrubric.domain.vocabulary import Answer
from crrubric.models.base import Base, LongText, checked_enum
from crrubric.models.evaluations import Member


class PracticeMark(Base):
    """One reviewer's answer to one criterion for the made-up vendor."""

    __tablename__ = "practice_mark"
    __table_args__ = (CheckConstraint("version >= 1", name="version_positive"),)

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    criterion_id: Mapped[int] = mapped_column(
        ForeignKey("criterion.id"), primary_key=True, index=True
    )
    answer: Mapped[Answer] = mapped_column(checked_enum(Answer))
    note: Mapped[LongText]
    version: Mapped[int] = mapped_column(default=1)
    marked_at: Mapped[datetime] = mapped_column(default=now_utc)
    member: Mapped[Member] = relationship()
