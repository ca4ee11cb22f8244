"""The purchase of an evaluation: its facts, its days, and what is recorded for its checklist."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crrubric.clock import now_utc
from crrubric.domain.procurement.binder import LineRecord
from crrubric.domain.procurement.line_states import EvidenceLevel, LineState
from crrubric.domain.procurement.purchase import (
    PurchaseDays,
    PurchaseFacts,
    PurchaseMethod,
    read_funds,
    read_own_limits,
)
from crrubric.models.base import (
    Base,
    Code,
    LongText,
    Name,
    ShortText,
    checked_enum,
    refer_within_evaluation,
)
from crrubric.models.evaluations import Vendor


class Purchase(Base):
    """What is known of a purchase; an evaluation of which nothing was said has no row.

    funds, limits: lists that are typed, compared and told as a whole.
    """

    __tablename__ = "purchase"
    __table_args__ = (
        CheckConstraint("estimate_cents >= 0", name="estimate_not_negative"),
        CheckConstraint(
            "estimate_on IS NULL OR estimate_cents IS NOT NULL", name="estimate_has_an_amount"
        ),
    )

    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"), primary_key=True)
    method: Mapped[PurchaseMethod | None] = mapped_column(checked_enum(PurchaseMethod))
    method_reason: Mapped[LongText]
    solicitation: Mapped[ShortText]
    estimate_cents: Mapped[int | None] = mapped_column(BigInteger)
    estimate_on: Mapped[date | None]
    estimate_note: Mapped[LongText]
    funds: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    limits: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    published_on: Mapped[date | None]
    offers_due_on: Mapped[date | None]
    board_on: Mapped[date | None]
    board_motion: Mapped[ShortText]
    contract_on: Mapped[date | None]
    begins_on: Mapped[date | None]
    ends_on: Mapped[date | None]

    @property
    def facts(self) -> PurchaseFacts:
        """It without its days, amounts by fund included: whoever shows it looks after the seal."""
        return PurchaseFacts(
            method=self.method,
            method_reason=self.method_reason,
            solicitation=self.solicitation,
            estimate_cents=self.estimate_cents,
            estimate_on=self.estimate_on,
            estimate_note=self.estimate_note,
            funds=read_funds(self.funds),
            limits=read_own_limits(self.limits),
        )

    @property
    def days(self) -> PurchaseDays:
        """Its days."""
        return PurchaseDays(
            published_on=self.published_on,
            offers_due_on=self.offers_due_on,
            board_on=self.board_on,
            board_motion=self.board_motion,
            contract_on=self.contract_on,
            begins_on=self.begins_on,
            ends_on=self.ends_on,
        )


class PurchaseLine(Base):
    """What is recorded for a line of the checklist, by the code of the line.

    A line of the district's own has a title here, and its code begins with own-.
    """

    __tablename__ = "purchase_line"
    __table_args__ = (
        CheckConstraint("state = 'OPEN' OR length(note) > 0", name="state_has_a_note"),
        CheckConstraint("code NOT LIKE 'own-%' OR length(title) > 0", name="own_has_a_title"),
        refer_within_evaluation("vendor_id", "vendor"),
    )

    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"), primary_key=True)
    code: Mapped[Code] = mapped_column(primary_key=True)
    title: Mapped[ShortText]
    state: Mapped[LineState] = mapped_column(checked_enum(LineState))
    note: Mapped[LongText]
    kept_at: Mapped[LongText]
    done_on: Mapped[date | None]
    done_by: Mapped[Name] = mapped_column(default="")
    level: Mapped[EvidenceLevel | None] = mapped_column(checked_enum(EvidenceLevel))
    vendor_id: Mapped[int | None] = mapped_column(index=True)
    recorded_by: Mapped[Name]
    recorded_at: Mapped[datetime] = mapped_column(default=now_utc)
    vendor: Mapped[Vendor | None] = relationship(viewonly=True)

    @property
    def record(self) -> LineRecord:
        """It as a plain value."""
        return LineRecord(
            state=self.state,
            title=self.title,
            note=self.note,
            kept_at=self.kept_at,
            done_on=self.done_on,
            done_by=self.done_by,
            level=self.level,
            vendor_id=self.vendor_id,
        )
