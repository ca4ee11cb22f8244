"""An evaluation with its committee, its copy of the rubric, its vendors."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    and_,
    case,
    false,
    select,
    true,
)
from sqlalchemy.orm import (
    Mapped,
    column_property,
    mapped_column,
    relationship,
    validates,
)

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.people.languages import SOURCE
from crrubric.domain.results.cost import NO_PRICE, PriceBasis
from crrubric.domain.results.offers import SeatRange, read_lines
from crrubric.domain.text import key_of
from crrubric.domain.vocabulary import (
    CorrectionEffect,
    Phase,
    PriceUnit,
    RuleKind,
    ScoringMode,
    Stakeholder,
)
from crrubric.models.base import (
    GIVEN_ONCE,
    Base,
    Code,
    Key,
    LongText,
    Name,
    ShortText,
    Title,
    checked_enum,
    make_owner_key,
)
from crrubric.models.people import District, User

# language -> column -> its text in that language; what is not there is read as it was written
Translated = dict[str, dict[str, str]]


class Evaluation(Base):
    """One selection, from set-up to archive, with the decision rule that was fixed for it."""

    __tablename__ = "evaluation"
    __table_args__ = (
        UniqueConstraint("district_id", "title"),
        UniqueConstraint("district_id", "slug"),
        Index("uq_evaluation_district_id_title_key", "district_id", "title_key", unique=True),
        CheckConstraint("2 * threshold_over > threshold_under", name="threshold_above_half"),
        CheckConstraint("threshold_over <= threshold_under", name="threshold_at_most_one"),
        CheckConstraint("quorum IS NULL OR quorum >= 1", name="quorum_positive"),
        CheckConstraint("pass_mark BETWEEN 0 AND 100", name="pass_mark_percent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"))
    slug: Mapped[Code]
    title: Mapped[Title]
    title_key: Mapped[Key]
    purpose: Mapped[LongText]
    language: Mapped[str] = mapped_column(  # of documents
        String(limits.LANGUAGE), default=SOURCE, server_default=SOURCE
    )
    phase: Mapped[Phase] = mapped_column(checked_enum(Phase), default=Phase.SETUP)
    # of the curriculum that the district has, alone: the result is what it lacks
    in_place: Mapped[bool] = mapped_column(default=False, server_default=false())
    # the memo names the members of the committee; else it gives their roles only
    names_people: Mapped[bool] = mapped_column(default=True, server_default=true())
    rubric_name: Mapped[Title] = mapped_column(default="")
    rubric_version: Mapped[str] = mapped_column(String(limits.RUBRIC_VERSION), default="")
    rule_kind: Mapped[RuleKind] = mapped_column(checked_enum(RuleKind), default=RuleKind.MAJORITY)
    threshold_over: Mapped[int] = mapped_column(default=2)
    threshold_under: Mapped[int] = mapped_column(default=3)
    quorum: Mapped[int | None]  # None: the default, two and half of the assigned reviewers
    pass_mark: Mapped[int] = mapped_column(default=85)  # percent
    scoring_mode: Mapped[ScoringMode] = mapped_column(
        checked_enum(ScoringMode), default=ScoringMode.OUTCOME
    )
    # nobody sees a price before the committee has adopted a finding for every item
    prices_sealed: Mapped[bool] = mapped_column(default=True, server_default=false())
    prices_opened_at: Mapped[datetime | None]  # for good
    # how many learners are priced; in percent how many of them work at the same time
    seats_low: Mapped[int | None]
    seats_high: Mapped[int | None]
    seats_at_once: Mapped[int | None]
    seats_note: Mapped[LongText] = mapped_column(server_default="")  # where the numbers are from
    fund: Mapped[LongText] = mapped_column(server_default="")  # out of which it is paid
    # of the letters to vendors that were not chosen; empty: no contact, the usual closing
    letter_contact: Mapped[LongText] = mapped_column(server_default="")
    letter_closing: Mapped[LongText] = mapped_column(server_default="")
    created_at: Mapped[datetime] = mapped_column(default=now_utc)
    practice_at: Mapped[datetime | None]  # the practice round opened
    practice_shown_at: Mapped[datetime | None]  # it ended: everybody sees the spread
    rule_set_at: Mapped[datetime | None]  # the chair looked at the rule and saved it
    opened_at: Mapped[datetime | None]  # ballots opened: rubric and rule froze
    closes_on: Mapped[date | None]
    ends_at: Mapped[datetime | None]  # the hard end: after it nothing is taken
    closed_at: Mapped[datetime | None]
    shown_at: Mapped[datetime | None]  # the committee first saw the ballots; it stays, for good
    decided_at: Mapped[datetime | None]
    archived_at: Mapped[datetime | None]
    retain_until: Mapped[date | None]  # the record is kept at least until this day
    deleted_at: Mapped[datetime | None]  # in set-up: nobody finds it any more; its record stays
    legal_hold: Mapped[LongText]  # why the record must be kept whatever the day; empty: no hold

    district: Mapped[District] = relationship()
    sections: Mapped[list["Section"]] = relationship(
        order_by="Section.position", back_populates="evaluation"
    )
    vendors: Mapped[list["Vendor"]] = relationship(
        order_by="Vendor.position", back_populates="evaluation"
    )
    members: Mapped[list["Member"]] = relationship(
        order_by="Member.id", back_populates="evaluation"
    )

    @property
    def hides_prices(self) -> bool:
        """Whether prices are sealed now, for everybody."""
        return self.prices_sealed and self.prices_opened_at is None

    @property
    def seats(self) -> SeatRange | None:
        """How many learners are priced; None: not said yet."""
        if self.seats_low is None or self.seats_high is None:
            return None
        return SeatRange(self.seats_low, self.seats_high, self.seats_at_once)

    @validates("title")
    def set_title_key(self, _column: str, title: str) -> str:
        """Whoever writes the title writes its key."""
        self.title_key = key_of(title)
        return title


class Section(Base):
    """A part of the rubric; criteria stay in its order."""

    __tablename__ = "section"
    __table_args__ = (UniqueConstraint("evaluation_id", "code"), GIVEN_ONCE)

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"))
    code: Mapped[Code]
    title: Mapped[Title]
    position: Mapped[int]
    translations: Mapped[Translated] = mapped_column(JSON, default=dict, server_default="{}")
    evaluation: Mapped[Evaluation] = relationship(back_populates="sections")
    criteria: Mapped[list["Criterion"]] = relationship(
        order_by="Criterion.position", back_populates="section"
    )


class Criterion(Base):
    """One YES/NO question of an evaluation's own copy of the rubric."""

    __tablename__ = "criterion"
    __table_args__ = (
        UniqueConstraint("evaluation_id", "code"),
        make_owner_key("criterion"),
        CheckConstraint("weight >= 0", name="weight_not_negative"),
        CheckConstraint("length(title) > 0", name="title_not_empty"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"))
    section_id: Mapped[int] = mapped_column(ForeignKey("section.id"), index=True)
    code: Mapped[Code]
    position: Mapped[int]
    title: Mapped[Title]
    question: Mapped[LongText]
    look_for: Mapped[LongText]
    lead: Mapped[Stakeholder | None] = mapped_column(checked_enum(Stakeholder))
    weight: Mapped[Decimal] = mapped_column(default=Decimal(1))
    must_have: Mapped[bool] = mapped_column(default=False)
    may_not_apply: Mapped[bool] = mapped_column(default=False)
    left_out: Mapped[bool] = mapped_column(default=False)
    # what the made-up vendor of the practice round shows here
    practice: Mapped[LongText] = mapped_column(server_default="")
    translations: Mapped[Translated] = mapped_column(JSON, default=dict, server_default="{}")
    evidence_months: Mapped[int | None]  # after how many evidence is old; None: it does not age
    section: Mapped[Section] = relationship(back_populates="criteria")


class RubricRevision(Base):
    """A correction of one criterion after ballots opened, with what it did to marks given.

    `number` counts the corrections of an evaluation: the rubric as frozen is revision 0.
    """

    __tablename__ = "rubric_revision"
    __table_args__ = (
        UniqueConstraint("evaluation_id", "number"),
        CheckConstraint("length(reason) > 0", name="reason_given"),
        CheckConstraint("number >= 1", name="number_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"))
    number: Mapped[int]
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criterion.id"), index=True)
    effect: Mapped[CorrectionEffect] = mapped_column(checked_enum(CorrectionEffect))
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[LongText]
    made_by: Mapped[Name]
    made_at: Mapped[datetime] = mapped_column(default=now_utc)
    criterion: Mapped[Criterion] = relationship()


class Tension(Base):
    """Two criteria that pull against each other: YES on both asks for two configurations."""

    __tablename__ = "tension"
    __table_args__ = (UniqueConstraint("first_id", "second_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"), index=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("criterion.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("criterion.id"))
    why: Mapped[LongText]
    translations: Mapped[Translated] = mapped_column(JSON, default=dict, server_default="{}")


def make_vendor_key(company: str, product: str) -> str:
    """The form under which two spellings of a vendor are one."""
    return f"{key_of(company)}\n{key_of(product)}"


class Vendor(Base):
    """One candidate: a company, the product it offers and the basis of its price."""

    __tablename__ = "vendor"
    __table_args__ = (
        UniqueConstraint("evaluation_id", "code"),
        UniqueConstraint("evaluation_id", "company", "product"),
        Index("uq_vendor_evaluation_id_name_key", "evaluation_id", "name_key", unique=True),
        make_owner_key("vendor"),
        CheckConstraint("length(company) > 0", name="company_not_empty"),
        CheckConstraint("unit_price_cents >= 0", name="price_not_negative"),
        CheckConstraint("quantity >= 0", name="quantity_not_negative"),
        CheckConstraint("term_months >= 1", name="term_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"))
    code: Mapped[Code]
    position: Mapped[int]
    company: Mapped[Name]
    product: Mapped[Name] = mapped_column(default="")
    name_key: Mapped[Key]
    product_version: Mapped[str] = mapped_column(String(limits.PRODUCT_VERSION), default="")
    contact_name: Mapped[Name] = mapped_column(default="")
    contact_email: Mapped[str] = mapped_column(String(limits.EMAIL), default="")
    links: Mapped[LongText]  # one address a line
    price_unit: Mapped[PriceUnit | None] = mapped_column(checked_enum(PriceUnit))
    unit_price_cents: Mapped[int | None] = mapped_column(BigInteger)  # a year
    quantity: Mapped[int | None]
    term_months: Mapped[int | None]
    price_rise: Mapped[int | None]  # hundredths of a percent by which it may rise a year
    price_note: Mapped[ShortText]
    # what else is paid, and further prices of the license for large numbers; None: nothing
    price_lines: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    # the vendor withdrew its offer, or was taken out of the selection, after ballots opened
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[LongText] = mapped_column(server_default="")
    evaluation: Mapped[Evaluation] = relationship(back_populates="vendors")
    if TYPE_CHECKING:
        name: Mapped[str]  # what everybody calls it: see below the class

    @property
    def typed_price(self) -> PriceBasis:
        """The price as it was typed, for whoever types it; everybody else reads `price`."""
        return PriceBasis(
            unit=self.price_unit,
            unit_cents=self.unit_price_cents,
            quantity=self.quantity,
            term_months=self.term_months,
            rise=self.price_rise,
            note=self.price_note,
            lines=read_lines(self.price_lines),
            seats=self.evaluation.seats,
        )

    @property
    def price(self) -> PriceBasis:
        """The price as everybody may read it: nothing while prices are sealed."""
        return NO_PRICE if self.evaluation.hides_prices else self.typed_price

    @validates("company", "product")
    def set_name_key(self, column: str, name: str) -> str:
        """Whoever writes company or product writes the key of both."""
        company = name if column == "company" else self.company or ""
        product = name if column == "product" else self.product or ""
        self.name_key = make_vendor_key(company, product)
        return name


_other = Vendor.__table__.alias()
# the company, with its product where the company offers two; vendors that left are counted, so
# that the name stays the same in what was said before and after
Vendor.name = column_property(
    case(
        (
            and_(
                Vendor.product != "",
                select(_other.c.id)
                .where(
                    _other.c.evaluation_id == Vendor.evaluation_id,
                    _other.c.company == Vendor.company,
                    _other.c.id != Vendor.id,
                )
                .correlate_except(_other)
                .exists(),
            ),
            Vendor.company + " – " + Vendor.product,
        ),
        else_=Vendor.company,
    )
)


class Member(Base):
    """A seat on the committee. Neither chair nor reviewer: an observer.

    `user_id` is empty for a reviewer who has no account, such as one whose marks were imported.
    """

    __tablename__ = "member"
    __table_args__ = (UniqueConstraint("evaluation_id", "user_id"), make_owner_key("member"))

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    name: Mapped[Name]
    stakeholder: Mapped[Stakeholder] = mapped_column(checked_enum(Stakeholder))
    is_chair: Mapped[bool] = mapped_column(default=False)
    is_reviewer: Mapped[bool] = mapped_column(default=False)
    # what a reviewer is to mark: everything, and what is added later, unless limited to some
    every_vendor: Mapped[bool] = mapped_column(default=True, server_default=true())
    every_criterion: Mapped[bool] = mapped_column(default=True, server_default=true())
    practiced_at: Mapped[datetime | None]  # finished the practice round
    # the account was made with this seat: until it is used, this committee hands out its link
    made_account: Mapped[bool] = mapped_column(default=False, server_default=false())
    # the address (its key) that was invited: until its owner has proven it, nobody has the seat
    awaits_address: Mapped[str | None] = mapped_column(String(limits.EMAIL))
    removed_at: Mapped[datetime | None]
    evaluation: Mapped[Evaluation] = relationship(back_populates="members")
    user: Mapped[User | None] = relationship()


class AssignedVendor(Base):
    """One of the vendors that a limited reviewer is to mark."""

    __tablename__ = "assigned_vendor"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    vendor_id: Mapped[int] = mapped_column(ForeignKey("vendor.id"), primary_key=True, index=True)


class AssignedCriterion(Base):
    """One of the criteria that a limited reviewer is to mark."""

    __tablename__ = "assigned_criterion"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    criterion_id: Mapped[int] = mapped_column(
        ForeignKey("criterion.id"), primary_key=True, index=True
    )
