"""The planning workbook of an evaluation: versions of its sections, who works on which, and what
is measured of its evaluation plan over the years."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.planning.followup.measures import (
    SHOULD_FALL,
    MeasuredPeriod,
    MeasuredPoint,
    MeasureKind,
    MeasureLine,
    MeasureUnit,
)
from crrubric.domain.planning.prompts import HintKind
from crrubric.domain.vocabulary import PlanAccess
from crrubric.models.base import (
    Base,
    Code,
    LongText,
    Name,
    ShortText,
    checked_enum,
    make_owner_key,
    refer_within_evaluation,
)
from crrubric.models.evaluations import Member


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


class Measure(Base):
    """What tells whether the choice worked: a baseline on its day, a target by another.

    Numbers are texts, exactly as they were typed; "" is none. `words` of a failure rate name the
    course; the programme's own size needs none. `origin` tells which suggestion it was made of.
    """

    __tablename__ = "measure"
    __table_args__ = (
        CheckConstraint("kind = 'PROGRAM_SIZE' OR length(words) > 0", name="words_given"),
        CheckConstraint("length(baseline) = 0 OR baseline_on IS NOT NULL", name="baseline_has_day"),
        CheckConstraint("version >= 1", name="version_positive"),
        UniqueConstraint("evaluation_id", "origin"),
        make_owner_key("measure"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"))
    kind: Mapped[MeasureKind] = mapped_column(checked_enum(MeasureKind))
    words: Mapped[ShortText]
    unit: Mapped[MeasureUnit] = mapped_column(checked_enum(MeasureUnit))
    baseline: Mapped[str] = mapped_column(String(limits.NUMBER_TEXT), default="")
    baseline_on: Mapped[date | None]
    target: Mapped[str] = mapped_column(String(limits.NUMBER_TEXT), default="")
    due_on: Mapped[date | None]
    origin: Mapped[str | None] = mapped_column(String(limits.CODE))
    recorded_by: Mapped[Name]
    recorded_at: Mapped[datetime] = mapped_column(default=now_utc)
    version: Mapped[int] = mapped_column(default=1)

    @property
    def line(self) -> MeasureLine:
        """What values are held against."""
        begin = None
        if self.baseline and self.baseline_on:
            begin = MeasuredPoint(self.baseline_on, Decimal(self.baseline))
        return MeasureLine(
            falls=self.kind in SHOULD_FALL,
            baseline=begin,
            target=Decimal(self.target) if self.target else None,
            due_on=self.due_on,
        )


class Actual(Base):
    """A value of a measure on a day, or of the school year that ends on it.

    A row never changes: a correction is another row that names the one which it replaces, with the
    reason; without a value it takes that one back.
    """

    __tablename__ = "actual"
    __table_args__ = (
        refer_within_evaluation("measure_id", "measure"),
        refer_within_evaluation("corrected_id", "actual"),
        CheckConstraint("(corrected_id IS NULL) = (reason = '')", name="corrected_with_a_reason"),
        CheckConstraint("value <> '' OR corrected_id IS NOT NULL", name="value_given"),
        CheckConstraint("corrected_id < id", name="corrects_an_earlier_one"),
        UniqueConstraint("corrected_id"),
        UniqueConstraint("evaluation_id", "id"),  # what a correction refers to
        Index("ix_actual_measure_id", "measure_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"))
    measure_id: Mapped[int]
    measured_on: Mapped[date]
    is_year: Mapped[bool]
    value: Mapped[str] = mapped_column(String(limits.NUMBER_TEXT))
    told_by: Mapped[ShortText]
    note: Mapped[LongText]
    corrected_id: Mapped[int | None]
    reason: Mapped[LongText]
    recorded_by: Mapped[Name]
    recorded_at: Mapped[datetime] = mapped_column(default=now_utc)

    @property
    def period(self) -> MeasuredPeriod:
        """Its day, or its school year."""
        return MeasuredPeriod(self.measured_on, self.is_year)


class HeldReview(Base):
    """A review meeting of the evaluation plan that was held, as it is told afterwards.

    No sitting of the committee: nothing is under way, found or moved. `others`: who was there
    without a seat; `origin`: which row of the plan it was; action items name it in their origin.
    """

    __tablename__ = "held_review"
    __table_args__ = (
        CheckConstraint("length(minutes) > 0", name="minutes_given"),
        CheckConstraint("next_on > held_on", name="next_comes_later"),
        CheckConstraint("version >= 1", name="version_positive"),
        UniqueConstraint("evaluation_id", "origin"),
        make_owner_key("held_review"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"))
    held_on: Mapped[date]
    about: Mapped[ShortText]
    others: Mapped[ShortText]
    minutes: Mapped[LongText]
    next_on: Mapped[date | None]
    origin: Mapped[str | None] = mapped_column(String(limits.CODE))
    recorded_by: Mapped[Name]
    recorded_at: Mapped[datetime] = mapped_column(default=now_utc)
    version: Mapped[int] = mapped_column(default=1)
    presences: Mapped[list["ReviewPresence"]] = relationship(
        order_by="ReviewPresence.member_id", cascade="all, delete-orphan"
    )

    @property
    def present(self) -> list[int]:
        """Ids of the members who were there."""
        return [row.member_id for row in self.presences]


class ReviewPresence(Base):
    """A member who was at a review meeting."""

    __tablename__ = "review_presence"
    __table_args__ = (
        refer_within_evaluation("review_id", "held_review"),
        refer_within_evaluation("member_id", "member"),
    )

    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"))
    review_id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(primary_key=True, index=True)
    member: Mapped[Member] = relationship(viewonly=True)
