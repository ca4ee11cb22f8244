"""Triage in an evaluation: how a chance is read, a past cohort, venues, and counts that are kept.

No row is about a learner. What is small enough to tell of one is not here: the database refuses it.
"""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.planning.triage import Setting
from crrubric.domain.planning.venues import VenueHours, VenueKind
from crrubric.models.base import Base, LongText, Name, checked_enum


class StoredPoint(Base):
    """A point of the evaluation's own line from pace to chance; without any the guide's counts."""

    __tablename__ = "calibration_point"
    __table_args__ = (
        # stored as thousandths
        CheckConstraint("chance BETWEEN 0 AND 100000", name="chance_percent"),
    )

    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pace: Mapped[str] = mapped_column(String(limits.PACE_TEXT))  # exact: 2.5 or 8/3
    chance: Mapped[Decimal]


class StoredGroup(Base):
    """A group of a past cohort; without numbers where there were fewer than 20 learners."""

    __tablename__ = "cohort_group"
    __table_args__ = (
        CheckConstraint("pace_from >= 0 AND pace_from < pace_to", name="pace_rises"),
        CheckConstraint("learners >= 20", name="not_too_small"),
        CheckConstraint("graduated BETWEEN 0 AND learners", name="graduated_of_learners"),
        CheckConstraint("(learners IS NULL) = (graduated IS NULL)", name="both_or_none"),
    )

    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pace_from: Mapped[Decimal]
    pace_to: Mapped[Decimal]
    learners: Mapped[int | None]
    graduated: Mapped[int | None]


class StoredVenue(Base):
    """Where and when a setting happens, where that is another one than its table implies."""

    __tablename__ = "setting_venue"

    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"), primary_key=True)
    setting: Mapped[Setting] = mapped_column(checked_enum(Setting), primary_key=True)
    kind: Mapped[VenueKind] = mapped_column(checked_enum(VenueKind))
    hours: Mapped[VenueHours] = mapped_column(checked_enum(VenueHours))


class KeptTriage(Base):
    """What a roster came to, as it may be kept: a version; the newest counts.

    Where a count is hidden there are `learners` at most, and the seats lie between the two.
    """

    __tablename__ = "kept_triage"
    __table_args__ = (
        UniqueConstraint("evaluation_id", "number"),
        CheckConstraint("number >= 1", name="number_positive"),
        CheckConstraint("seats_low >= 0 AND seats_low <= seats_high", name="seats_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"))
    number: Mapped[int]
    line: Mapped[LongText]  # by which the chances were read: 8/3=75; 5=25
    learners: Mapped[int]
    seats_low: Mapped[int]
    seats_high: Mapped[int]
    kept_by: Mapped[Name]
    kept_at: Mapped[datetime] = mapped_column(default=now_utc)
    counts: Mapped[list["KeptCount"]] = relationship(order_by="KeptCount.setting")


class KeptCount(Base):
    """How many learners got a setting; nothing where the count is hidden."""

    __tablename__ = "kept_count"
    __table_args__ = (CheckConstraint("learners >= 10", name="not_too_small"),)

    kept_id: Mapped[int] = mapped_column(ForeignKey("kept_triage.id"), primary_key=True)
    setting: Mapped[Setting] = mapped_column(checked_enum(Setting), primary_key=True)
    learners: Mapped[int | None]
