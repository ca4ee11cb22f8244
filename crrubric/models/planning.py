"""The planning workbook of an evaluation: versions of its sections, and who works on which."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from crrubric.clock import now_utc
from crrubric.domain.planning.prompts import HintKind
from crrubric.domain.vocabulary import PlanAccess
from crrubric.models.base import Base, Code, LongText, Name, checked_enum, refer_within_evaluation


class PlanVersion(Base):
    """A section of the workbook as it was at one time: the answers to its prompts, by code.

    The newest is what the section says now. What one person saves in one sitting is one version,
    so that `answers` and `saved_at` of the newest one change; earlier ones stay as they are.
    `restored_number` names the earlier version that this one brought back.
    """

    __tablename__ = "plan_version"
    __table_args__ = (
        CheckConstraint("number >= 1", name="number_positive"),
        CheckConstraint("restored_number < number", name="restored_is_earlier"),
        refer_within_evaluation("member_id", "member"),
    )

    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"), primary_key=True)
    section: Mapped[Code] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    member_id: Mapped[int] = mapped_column(index=True)
    saved_by: Mapped[Name]
    began_at: Mapped[datetime] = mapped_column(default=now_utc)
    saved_at: Mapped[datetime] = mapped_column(default=now_utc)
    restored_number: Mapped[int | None]


class PlanAssignment(Base):
    """A member whom the chair asked to fill a section of the workbook, or to read it."""

    __tablename__ = "plan_assignment"
    __table_args__ = (refer_within_evaluation("member_id", "member"),)

    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"), primary_key=True)
    section: Mapped[Code] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(primary_key=True, index=True)
    access: Mapped[PlanAccess] = mapped_column(checked_enum(PlanAccess))


class HintDecision(Base):
    """What the chair made of a hint of the workbook: taken or declined, and why.

    By codes, as hints are: nothing in the rubric changes by it.
    """

    __tablename__ = "hint_decision"
    __table_args__ = (CheckConstraint("reason <> ''", name="has_reason"),)

    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"), primary_key=True)
    section: Mapped[Code] = mapped_column(primary_key=True)
    criterion: Mapped[Code] = mapped_column(primary_key=True)
    kind: Mapped[HintKind] = mapped_column(checked_enum(HintKind), primary_key=True)
    taken: Mapped[bool]
    reason: Mapped[LongText]
    decided_by: Mapped[Name]
    decided_at: Mapped[datetime] = mapped_column(default=now_utc)
