"""What members are told once, on their pages."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crrubric.clock import now_utc
from crrubric.domain.vocabulary import NoticeKind
from crrubric.models.base import Base, unchecked_enum
from crrubric.models.evaluations import Member


class Notice(Base):
    """One thing that one member is told; shown until they put it away."""

    __tablename__ = "notice"
    __table_args__ = (Index("ix_notice_member", "member_id", "seen_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    kind: Mapped[NoticeKind] = mapped_column(unchecked_enum(NoticeKind))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(default=now_utc)
    seen_at: Mapped[datetime | None]
    member: Mapped[Member] = relationship()
