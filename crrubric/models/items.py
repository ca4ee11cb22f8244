"""Action items of an evaluation: what somebody has to do, and its status."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.planning.items import ItemSource, ItemState
from crrubric.models.base import (
    Base,
    LongText,
    Name,
    Title,
    checked_enum,
    refer_within_evaluation,
)
from crrubric.models.evaluations import Evaluation, Member, Vendor


class ActionItem(Base):
    """What a member of the committee, or somebody with a typed name, has to do.

    `origin` tells which suggestion of a source it was made of, so that it is not suggested again.
    `vendor_id`: whose details it tells, if any. `version` counts the times that it was recorded.
    """

    __tablename__ = "action_item"
    __table_args__ = (
        CheckConstraint("length(words) > 0", name="words_given"),
        CheckConstraint("member_id IS NULL OR length(owner) = 0", name="one_owner"),
        CheckConstraint(
            "(state = 'DROPPED') = (length(dropped_reason) > 0)", name="dropped_with_a_reason"
        ),
        CheckConstraint("version >= 1", name="version_positive"),
        UniqueConstraint("evaluation_id", "origin"),
        refer_within_evaluation("member_id", "member"),
        refer_within_evaluation("vendor_id", "vendor"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"))
    words: Mapped[LongText]
    member_id: Mapped[int | None] = mapped_column(index=True)
    owner: Mapped[Title] = mapped_column(default="")
    due_on: Mapped[date | None]
    state: Mapped[ItemState] = mapped_column(checked_enum(ItemState))
    dropped_reason: Mapped[LongText]
    source: Mapped[ItemSource] = mapped_column(checked_enum(ItemSource))
    origin: Mapped[str | None] = mapped_column(String(limits.CODE))
    vendor_id: Mapped[int | None] = mapped_column(index=True)
    recorded_by: Mapped[Name]
    recorded_at: Mapped[datetime] = mapped_column(default=now_utc)
    version: Mapped[int] = mapped_column(default=1)
    evaluation: Mapped[Evaluation] = relationship(viewonly=True)
    member: Mapped[Member | None] = relationship(viewonly=True)
    vendor: Mapped[Vendor | None] = relationship(viewonly=True)

    @property
    def owner_name(self) -> str:
        """Who has to do it; "" if nobody does yet."""
        return self.member.name if self.member is not None else self.owner
