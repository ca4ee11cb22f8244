"""Ballots, the marks on them, and what surrounds them: declarations, gaps, sealed versions."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from crrubric.clock import now_utc
from crrubric.domain.vocabulary import (
    Answer,
    BallotState,
    DeclarationKind,
    EntrySource,
    EvidenceKind,
)
from crrubric.models.base import (
    GIVEN_ONCE,
    Base,
    LongText,
    Name,
    ShortText,
    checked_enum,
    make_owner_key,
    refer_within_evaluation,
)
from crrubric.models.evaluations import Criterion, Member, Vendor


class Declaration(Base):
    """A member's statement on a conflict of interest with a vendor; the chair may waive one.

    A conflict that is not waived recuses: the member's marks for the vendor don't count, and
    nothing about the vendor's ballots is shown to them.
    """

    __tablename__ = "declaration"
    __table_args__ = (
        UniqueConstraint("member_id", "vendor_id"),
        CheckConstraint("kind = 'NONE' OR length(words) > 0", name="conflict_in_words"),
        CheckConstraint("waived_at IS NULL OR kind = 'CONFLICT'", name="only_conflicts_waived"),
        CheckConstraint(
            "(waived_at IS NULL) = (length(waiver_reason) = 0)", name="waiver_has_a_reason"
        ),
        GIVEN_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"), index=True)
    kind: Mapped[DeclarationKind] = mapped_column(checked_enum(DeclarationKind))
    words: Mapped[LongText]
    declared_at: Mapped[datetime] = mapped_column(default=now_utc)
    waived_at: Mapped[datetime | None]
    waived_by: Mapped[ShortText]
    waiver_reason: Mapped[LongText]
    member: Mapped[Member] = relationship()
    vendor: Mapped[Vendor] = relationship()

    @property
    def recuses(self) -> bool:
        """Whether the member stays away from the vendor."""
        return self.kind is DeclarationKind.CONFLICT and self.waived_at is None


class Ballot(Base):
    """One reviewer's marks for one vendor. Its row is the assignment: no row, not assigned.

    `seals` counts how often it was submitted. The database refuses any change of the marks of a
    submitted ballot, and to open one again without the reason.
    """

    __tablename__ = "ballot"
    __table_args__ = (
        UniqueConstraint("member_id", "vendor_id"),
        make_owner_key("ballot"),
        refer_within_evaluation("member_id", "member"),
        refer_within_evaluation("vendor_id", "vendor"),
        CheckConstraint(
            "(state = 'SUBMITTED') = (submitted_at IS NOT NULL)", name="submitted_has_a_time"
        ),
        GIVEN_ONCE,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int]
    member_id: Mapped[int] = mapped_column()
    vendor_id: Mapped[int] = mapped_column(index=True)
    state: Mapped[BallotState] = mapped_column(checked_enum(BallotState), default=BallotState.OPEN)
    submitted_at: Mapped[datetime | None]
    seals: Mapped[int] = mapped_column(default=0)
    imported_at: Mapped[datetime | None]  # marks on it came out of a file
    # first changed by its reviewer after the committee had seen the ballots: no longer blind
    changed_after_shown_at: Mapped[datetime | None]
    member: Mapped[Member] = relationship(foreign_keys=[member_id])
    vendor: Mapped[Vendor] = relationship(foreign_keys=[vendor_id])
    marks: Mapped[list["Mark"]] = relationship(
        back_populates="ballot", foreign_keys="Mark.ballot_id"
    )
    recused: Mapped[bool] = column_property(
        select(Declaration.id)
        .where(
            Declaration.member_id == member_id,
            Declaration.vendor_id == vendor_id,
            Declaration.kind == DeclarationKind.CONFLICT,
            Declaration.waived_at.is_(None),
        )
        .correlate_except(Declaration)
        .exists()
    )


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
        refer_within_evaluation("ballot_id", "ballot"),
        refer_within_evaluation("criterion_id", "criterion"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int]
    ballot_id: Mapped[int] = mapped_column()
    criterion_id: Mapped[int] = mapped_column(index=True)
    answer: Mapped[Answer] = mapped_column(checked_enum(Answer))
    note: Mapped[LongText]
    evidence_kind: Mapped[EvidenceKind | None] = mapped_column(checked_enum(EvidenceKind))
    evidence_place: Mapped[ShortText]
    evidence_on: Mapped[date | None]
    evidence_until: Mapped[date | None]  # the last day on which it holds; None: no end
    version: Mapped[int] = mapped_column(default=1)
    marked_at: Mapped[datetime] = mapped_column(default=now_utc)
    ballot: Mapped[Ballot] = relationship(back_populates="marks", foreign_keys=[ballot_id])
    criterion: Mapped[Criterion] = relationship(foreign_keys=[criterion_id])
    asked: Mapped[bool] = column_property(  # a criterion that was left out asks no longer
        select(~Criterion.left_out).where(Criterion.id == criterion_id).scalar_subquery(),
        deferred=True,
    )


class Abstention(Base):
    """A criterion left without a mark on purpose, with the reason: an abstention."""

    __tablename__ = "gap"
    __table_args__ = (
        CheckConstraint("length(reason) > 0", name="reason_given"),
        refer_within_evaluation("ballot_id", "ballot"),
        refer_within_evaluation("criterion_id", "criterion"),
    )

    evaluation_id: Mapped[int]
    ballot_id: Mapped[int] = mapped_column(primary_key=True)
    criterion_id: Mapped[int] = mapped_column(primary_key=True, index=True)
    reason: Mapped[LongText]


class SealedBallot(Base):
    """A ballot as it was submitted, for good: its content as text, and the receipt over it.

    A reopened ballot is sealed again under the next `number`; both versions stay. The database
    refuses to change or delete one, apart from writing down once that it was reopened.
    """

    __tablename__ = "sealed_ballot"
    __table_args__ = (
        UniqueConstraint("ballot_id", "number"),
        CheckConstraint(
            "(reopened_at IS NULL) = (length(reopen_reason) = 0)", name="reopened_with_a_reason"
        ),
        refer_within_evaluation("ballot_id", "ballot"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int]
    ballot_id: Mapped[int] = mapped_column()
    number: Mapped[int]
    sealed_at: Mapped[datetime] = mapped_column(default=now_utc)
    content: Mapped[str] = mapped_column(Text)
    receipt: Mapped[str] = mapped_column(String(64), index=True)
    reopened_at: Mapped[datetime | None]
    reopened_by: Mapped[ShortText]
    reopen_reason: Mapped[LongText]
    ballot: Mapped[Ballot] = relationship(foreign_keys=[ballot_id])


class EntryOnBehalf(Base):
    """A ballot that the chair entered for a reviewer who gave it on paper or by phone.

    `number` is the sealed version that was entered so; the reviewer confirms it, or says that it
    is not what they gave, which opens the ballot again.
    """

    __tablename__ = "entry_on_behalf"
    __table_args__ = (
        UniqueConstraint("ballot_id", "number"),
        CheckConstraint("confirmed_at IS NULL OR disputed_at IS NULL", name="one_answer"),
        CheckConstraint("(disputed_at IS NULL) = (length(dispute) = 0)", name="dispute_in_words"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballot.id"))
    number: Mapped[int]
    source: Mapped[EntrySource] = mapped_column(checked_enum(EntrySource))
    given_on: Mapped[date]
    entered_by: Mapped[Name]
    # the seat of whoever entered it, and so has seen it; None: at the server's console
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"), index=True)
    entered_at: Mapped[datetime] = mapped_column(default=now_utc)
    confirmed_at: Mapped[datetime | None]
    disputed_at: Mapped[datetime | None]
    dispute: Mapped[LongText]
    ballot: Mapped[Ballot] = relationship()
