"""What the committee adopts: findings for cells, and the recommendation."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crrubric.clock import now_utc
from crrubric.domain.memo.narratives import NarrativePart
from crrubric.domain.vocabulary import CommitmentState, Outcome, PositionKind
from crrubric.models.base import Base, LongText, Name, ShortText, Title, checked_enum
from crrubric.models.evaluations import Criterion, Member, Vendor


class Finding(Base):
    """What the committee adopted for a cell: the outcome itself, or something else with a reason.

    `version` counts the times it was recorded, so that a chair who saw an older one is told.
    """

    __tablename__ = "finding"
    __table_args__ = (
        UniqueConstraint("vendor_id", "criterion_id"),
        CheckConstraint("value <> 'UNRESOLVED'", name="value_settled"),
        CheckConstraint("as_computed OR length(reason) > 0", name="reason_given"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"))
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criterion.id"), index=True)
    value: Mapped[Outcome] = mapped_column(checked_enum(Outcome))
    as_computed: Mapped[bool] = mapped_column(default=False)  # the outcome itself was adopted
    reason: Mapped[LongText]
    evidence: Mapped[LongText]
    agreed: Mapped[ShortText]
    motion_id: Mapped[int | None] = mapped_column(ForeignKey("motion.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    recorded_by: Mapped[Name]
    recorded_at: Mapped[datetime] = mapped_column(default=now_utc)


class Decision(Base):
    """The recommendation of one evaluation. No vendor: the committee recommends none.

    The adopted order is in `RankedVendor`; it may be another one than the computed one, with a
    reason.
    """

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint(
            "ranking_as_computed OR length(ranking_reason) > 0", name="ranking_reason_given"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"), unique=True)
    vendor_id: Mapped[int | None] = mapped_column(ForeignKey("vendor.id"))
    reason: Mapped[LongText]
    conditions: Mapped[LongText]
    term: Mapped[ShortText]
    cost_ceiling: Mapped[ShortText]
    ranking_as_computed: Mapped[bool] = mapped_column(default=True)
    ranking_reason: Mapped[LongText]
    recorded_by: Mapped[Name]
    recorded_at: Mapped[datetime] = mapped_column(default=now_utc)
    vendor: Mapped[Vendor | None] = relationship()


class RankedVendor(Base):
    """A vendor's rank in the order that the committee adopted; who has no row is not ranked."""

    __tablename__ = "ranked_vendor"
    __table_args__ = (CheckConstraint("rank >= 1", name="rank_from_one"),)

    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"), primary_key=True)
    rank: Mapped[int]
    vendor: Mapped[Vendor] = relationship()


class Reinstatement(Base):
    """A must-have that the committee lifts for a vendor that does not meet it, and why.

    The vendor is ranked while every must-have that it fails is lifted; one that it comes to fail
    later takes an act of its own.
    """

    __tablename__ = "reinstatement"
    __table_args__ = (CheckConstraint("length(reason) > 0", name="reason_given"),)

    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"), primary_key=True)
    criterion_id: Mapped[int] = mapped_column(
        ForeignKey("criterion.id"), primary_key=True, index=True
    )
    reason: Mapped[LongText]
    recorded_by: Mapped[Name]
    recorded_at: Mapped[datetime] = mapped_column(default=now_utc)
    vendor: Mapped[Vendor] = relationship()
    criterion: Mapped[Criterion] = relationship()


class Position(Base):
    """Where a reviewer stands on the recommendation; dissent in their own words."""

    __tablename__ = "position"
    __table_args__ = (
        CheckConstraint("kind <> 'CANNOT_SUPPORT' OR length(words) > 0", name="dissent_in_words"),
    )

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    kind: Mapped[PositionKind] = mapped_column(checked_enum(PositionKind))
    words: Mapped[LongText]
    stated_at: Mapped[datetime] = mapped_column(default=now_utc)
    member: Mapped[Member] = relationship()


class Commitment(Base):
    """A promise of a vendor, with who watches over it and by when."""

    __tablename__ = "commitment"
    __table_args__ = (CheckConstraint("length(words) > 0", name="words_given"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"), index=True)
    words: Mapped[LongText]
    owner: Mapped[Title]
    due_on: Mapped[date]
    withdrawn_at: Mapped[datetime | None]
    recorded_by: Mapped[Name]
    recorded_at: Mapped[datetime] = mapped_column(default=now_utc)
    vendor: Mapped[Vendor] = relationship()
    settled: Mapped["SettledCommitment | None"] = relationship(lazy="joined", viewonly=True)

    @property
    def state(self) -> CommitmentState:
        """Whether it was kept; open while nobody has said."""
        return self.settled.state if self.settled is not None else CommitmentState.OPEN


class SettledCommitment(Base):
    """What was said last of a commitment: kept, broken or open again, and what shows it."""

    __tablename__ = "settled_commitment"
    __table_args__ = (CheckConstraint("length(reason) > 0", name="reason_given"),)

    commitment_id: Mapped[int] = mapped_column(ForeignKey("commitment.id"), primary_key=True)
    state: Mapped[CommitmentState] = mapped_column(checked_enum(CommitmentState))
    reason: Mapped[LongText]
    settled_by: Mapped[Name]
    settled_at: Mapped[datetime] = mapped_column(default=now_utc)


class Narrative(Base):
    """What the chair wrote for the memo about one vendor, for one part; empty: taken out again."""

    __tablename__ = "narrative"

    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"), primary_key=True)
    part: Mapped[NarrativePart] = mapped_column(checked_enum(NarrativePart), primary_key=True)
    words: Mapped[LongText]
    written_by: Mapped[Name]
    written_at: Mapped[datetime] = mapped_column(default=now_utc)
