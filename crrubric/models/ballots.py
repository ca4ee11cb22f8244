"""Ballots and the marks on them."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crrubric.clock import now_utc
from crrubric.domain.vocabulary import Answer, BallotState, EvidenceKind
from crrubric.models.base import Base, LongText, ShortText, stored_enum
from crrubric.models.evaluations import Criterion, Member, Vendor


class Ballot(Base):
    """One reviewer's marks for one vendor. Its row is the assignment: no row, not assigned."""

    __tablename__ = "ballot"
    __table_args__ = (
        UniqueConstraint("member_id", "vendor_id"),
        CheckConstraint(
            "(state = 'SUBMITTED') = (submitted_at IS NOT NULL)", name="submitted_has_a_time"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"), index=True)
    state: Mapped[BallotState] = mapped_column(stored_enum(BallotState), default=BallotState.OPEN)
    submitted_at: Mapped[datetime | None]
    recusal_reason: Mapped[LongText]
    member: Mapped[Member] = relationship()
    vendor: Mapped[Vendor] = relationship()
    marks: Mapped[list["Mark"]] = relationship(back_populates="ballot")


class Mark(Base):
    """One reviewer's answer to one criterion for one vendor, with its note and evidence.

    `version` counts the saves, so that a save which saw an older one is refused.
    """

    __tablename__ = "mark"
    __table_args__ = (
        UniqueConstraint("ballot_id", "criterion_id"),
        # the tally of a whole evaluation is read from this index alone
        Index("ix_mark_tally", "ballot_id", "criterion_id", "answer"),
        CheckConstraint("version >= 1", name="version_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballot.id"))
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criterion.id"), index=True)
    answer: Mapped[Answer] = mapped_column(stored_enum(Answer))
    note: Mapped[LongText]
    evidence_kind: Mapped[EvidenceKind | None] = mapped_column(stored_enum(EvidenceKind))
    evidence_place: Mapped[ShortText]
    evidence_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)
    marked_at: Mapped[datetime] = mapped_column(default=now_utc)
    ballot: Mapped[Ballot] = relationship(back_populates="marks")
    criterion: Mapped[Criterion] = relationship()
