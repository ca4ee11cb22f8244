"""What an evaluation takes over from an earlier one: a list of needs, or the whole record."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from crrubric.domain.vocabulary import Outcome
from crrubric.models.base import Base, LongText, Title, checked_enum, refer_within_evaluation


class KnownNeed(Base):
    """One criterion that it does not meet, or on which nothing was settled.

    A copy, made when the evaluation was started: whoever reads it need not see the earlier one.
    reason: the committee's; earlier: the title of the earlier evaluation.
    """

    __tablename__ = "known_need"
    __table_args__ = (
        CheckConstraint("finding IN ('NOT_MET', 'UNRESOLVED')", name="finding_a_need"),
        refer_within_evaluation("criterion_id", "criterion"),
    )

    evaluation_id: Mapped[int] = mapped_column(primary_key=True)
    criterion_id: Mapped[int] = mapped_column(primary_key=True)
    finding: Mapped[Outcome] = mapped_column(checked_enum(Outcome))
    reason: Mapped[LongText]
    earlier: Mapped[Title]


class Renewal(Base):
    """Which evaluation this one renews: what that found of the same vendors stands beside.

    A link and no copy: whether commitments were kept, and what was measured, goes on being told.
    """

    __tablename__ = "renewal"
    __table_args__ = (CheckConstraint("earlier_id <> evaluation_id", name="of_another"),)

    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"), primary_key=True)
    earlier_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"), index=True)
