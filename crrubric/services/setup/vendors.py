"""Vendors of an evaluation: adding, changing, removing before ballots open."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from decimal import Decimal
from urllib.parse import urlsplit

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, WrongPhase, clean_together
from crrubric.domain.events import Event
from crrubric.domain.results.cost import PRICE_FIELDS
from crrubric.domain.results.offer_checks import refuse_many_districts
from crrubric.domain.results.offers import PriceLine, write_line
from crrubric.domain.text import clean_line, clean_text, require_line
from crrubric.domain.translation import N_
from crrubric.domain.typed import require_in_bounds
from crrubric.domain.vocabulary import DeclarationKind, PriceUnit
from crrubric.models import (
    Asking,
    AssignedVendor,
    Ballot,
    Declaration,
    Evaluation,
    Member,
    Question,
    Vendor,
    VendorFile,
)
from crrubric.queries.people.access import (
    Seat,
    make_not_found,
    refuse_recused,
    require_locked_seat,
)
from crrubric.queries.people.people import Actor, is_present_reviewer
from crrubric.queries.setup.act_facts import foresee_removal_of_vendor
from crrubric.queries.setup.prices import is_kept_from_prices
from crrubric.queries.setup.vendors import find_unused_vendor_id
from crrubric.services.ballots.stored_files import delete_file
from crrubric.services.people.accounts import clean_email
from crrubric.services.procurement.removals import refuse_vendor_in_binder
from crrubric.services.setup.rubrics import find_free_code
from crrubric.services.shared.constraints import explain_constraint
from crrubric.services.shared.journal import ROW, EntryReferences, find_changes, note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unforeseen, refuse_unseen_change

SAME_PRODUCT = "uq_vendor_evaluation_id_company_product"
SAME_NAME_KEY = "uq_vendor_evaluation_id_name_key"
LEAVE_OUT_PRICE = N_(
    "Leave out the price: you score as well, and a chair who does not types the prices."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorFacts:
    """What a chair can say of a vendor. The price is for one unit and one year, in cents.

    price_rise: by how many hundredths of a percent it may rise a year.
    """

    company: str
    product: str = ""
    product_version: str = ""
    contact_name: str = ""
    contact_email: str = ""
    links: str = ""
    price_unit: PriceUnit | None = None
    unit_price_cents: int | None = None
    quantity: int | None = None
    term_months: int | None = None
    price_rise: int | None = None
    price_note: str = ""


def clean_vendor(facts: VendorFacts) -> VendorFacts:
    """The facts, cleaned. Raises: Invalid naming the field."""
    tidy = clean_together(
        company=lambda: require_line(
            facts.company,
            N_("Enter the name of the company."),
            limit=limits.NAME,
            field="company",
        ),
        product=lambda: clean_line(facts.product, limit=limits.NAME, field="product"),
        product_version=lambda: clean_line(
            facts.product_version, limit=limits.PRODUCT_VERSION, field="product_version"
        ),
        contact_name=lambda: clean_line(
            facts.contact_name, limit=limits.NAME, field="contact_name"
        ),
        contact_email=lambda: clean_contact(facts.contact_email),
        links=lambda: clean_links(facts.links),
        price_note=lambda: clean_line(
            facts.price_note, limit=limits.SHORT_TEXT, field="price_note"
        ),
        unit_price_cents=lambda: _check_unit_price(facts.unit_price_cents),
        quantity=lambda: _check_quantity(facts),
        term_months=lambda: _check_optional(facts.term_months, limits.TERM_MONTHS, "term_months"),
        price_rise=lambda: _check_rise(facts.price_rise),
    )
    return replace(facts, **tidy)


def _check_unit_price(cents: int | None) -> int | None:
    """The price of a unit, if one is given. Raises: Invalid (field "unit_price")."""
    if cents is not None:
        require_in_bounds(Decimal(cents) / 100, limits.UNIT_PRICE, field="unit_price")
    return cents


def _check_quantity(facts: VendorFacts) -> int | None:
    """How many units, if that is said. Raises: Invalid (field "quantity")."""
    refuse_many_districts(facts.price_unit, facts.quantity)
    return _check_optional(facts.quantity, limits.QUANTITY, "quantity")


def _check_rise(rise: int | None) -> int | None:
    """By how much the price may rise, if that is said. Raises: Invalid (field "price_rise")."""
    if rise is not None:
        require_in_bounds(Decimal(rise) / 100, limits.PRICE_RISE, field="price_rise")
    return rise


def _check_optional(value: int | None, bounds: limits.NumberLimits, field: str) -> int | None:
    """The number, if one is given. Raises: Invalid."""
    return None if value is None else require_in_bounds(value, bounds, field=field)


def clean_contact(email: str) -> str:
    """The contact's address, or nothing. Raises: Invalid (field "contact_email")."""
    if not email.strip():
        return ""
    try:
        return clean_email(email)
    except Invalid as error:
        raise Invalid(error.message, field="contact_email", **error.values) from None


def clean_links(text: str) -> str:
    """Web addresses, one a line. Raises: Invalid (field "links") naming the line that is none."""
    lines = [
        line.strip() for line in clean_text(text, limit=limits.NOTE, field="links").split("\n")
    ]
    for number, line in enumerate(lines, start=1):
        if not line:
            continue
        try:
            parts = urlsplit(line)
        except ValueError:
            parts = urlsplit("")
        good = parts.scheme in {"http", "https"} and parts.hostname and " " not in line
        if not good or len(line) > limits.LINK:
            raise Invalid(
                N_("Line %(number)s is not a web address: begin it with https://."),
                number=number,
                field="links",
            )
    return "\n".join(line for line in lines if line)


def add_vendor(actor: Actor, slug: str, facts: VendorFacts) -> Vendor:
    """A new vendor at the end of the list.

    Raises: Invalid if it is there already, or with a price from whom prices are kept from.
    """
    tidy = clean_vendor(facts)
    taken = make_vendor_taken(tidy)
    with explain_constraint(SAME_PRODUCT, taken, SAME_NAME_KEY), unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.EDIT_SETUP, slug)
        if is_kept_from_prices(session, seat):
            refuse_price(tidy)
        return enter_vendor(session, actor, seat.evaluation, tidy)


def refuse_price(facts: VendorFacts) -> None:
    """Raise Invalid for facts with a price, of somebody who is to know none."""
    if any(getattr(facts, name, None) not in (None, "") for name in PRICE_FIELDS):
        raise Invalid(LEAVE_OUT_PRICE, field="unit_price")


def enter_vendor(
    session: Session,
    actor: Actor,
    evaluation: Evaluation,
    facts: VendorFacts,
    lines: Sequence[PriceLine] = (),
) -> Vendor:
    """A vendor with its journal entry, in the caller's transaction. Args: facts, lines: cleaned."""
    vendor = insert_vendor(session, evaluation, facts)
    offer = {"price_lines": [write_line(line) for line in lines]} if lines else {}
    vendor.price_lines = offer.get("price_lines")
    note_event(
        session,
        actor,
        Event.VENDOR_ADDED,
        evaluation_id=evaluation.id,
        subject=vendor.name,
        about=EntryReferences(vendor_id=vendor.id),
        after={**serialize_vendor(vendor), **offer},
    )
    return vendor


def serialize_vendor(vendor: Vendor) -> dict[str, object]:
    """A new vendor as the journal keeps it."""
    return {
        **serialize_vendor_facts(vendor),
        ROW: {"code": vendor.code, "position": vendor.position},
    }


def serialize_vendor_facts(vendor: Vendor) -> dict[str, object]:
    """What a chair can say of a vendor, as the journal keeps it."""
    return {field.name: getattr(vendor, field.name) for field in fields(VendorFacts)}


def omit_price(facts: Mapping[str, object]) -> dict[str, object]:
    """The facts without what tells a price: a fingerprint of them tells none either."""
    return {name: value for name, value in facts.items() if name not in PRICE_FIELDS}


def insert_vendor(
    session: Session, evaluation: Evaluation, facts: VendorFacts, code: str | None = None
) -> Vendor:
    """A vendor row in the caller's transaction, with a code of its own."""
    codes = set(session.scalars(select(Vendor.code).where(Vendor.evaluation_id == evaluation.id)))
    last = session.scalar(
        select(func.max(Vendor.position)).where(Vendor.evaluation_id == evaluation.id)
    )
    vendor = Vendor(
        id=find_unused_vendor_id(session),
        evaluation_id=evaluation.id,
        code=code or find_free_code(facts.company, codes),
        position=0 if last is None else last + 1,
        **asdict(facts),
    )
    session.add(vendor)
    session.flush()
    return vendor


def change_vendor(
    actor: Actor, slug: str, vendor_id: int, facts: VendorFacts, *, seen: str | None = None
) -> Vendor:
    """Change what is known of a vendor; the price stays if it is kept from whoever changes it.

    Args: seen: the version that the form showed. Raises: Invalid naming the field; Stale.
    """
    tidy = clean_vendor(facts)
    taken = make_vendor_taken(tidy)
    with explain_constraint(SAME_PRODUCT, taken, SAME_NAME_KEY), unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.EDIT_SETUP, slug)
        evaluation = seat.evaluation
        vendor = find_vendor_for_seat(session, seat, vendor_id)
        old, new = serialize_vendor_facts(vendor), asdict(tidy)
        if is_kept_from_prices(session, seat):
            old, new = omit_price(old), omit_price(new)
        refuse_unseen_change(old, new, seen)
        before, after = find_changes(old, new)
        for key, value in after.items():
            setattr(vendor, key, value)
        if after:
            session.flush()
            session.refresh(vendor, ["name"])
            note_event(
                session,
                actor,
                Event.VENDOR_CHANGED,
                evaluation_id=evaluation.id,
                subject=vendor.name,
                about=EntryReferences(vendor_id=vendor.id),
                before=before,
                after=after,
            )
    return vendor


def remove_vendor(actor: Actor, slug: str, vendor_id: int, *, seen: str | None = None) -> None:
    """Take a vendor out of an evaluation that is still being set up.

    Args: seen: the fingerprint of what the page before said. Raises: WrongPhase if something was
    asked of it, or a conflict of interest declared; Invalid if a reviewer is to mark nothing else;
    Stale.
    """
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.EDIT_SETUP, slug)
        evaluation = seat.evaluation
        vendor = find_vendor_for_seat(session, seat, vendor_id)
        _refuse_marked_vendor(session, vendor)
        _refuse_questioned_vendor(session, vendor)
        refuse_vendor_in_binder(session, vendor)
        _refuse_vendor_with_conflict(session, vendor)
        refuse_unforeseen(foresee_removal_of_vendor(session, vendor), seen)
        _unassign_vendor(session, vendor)
        session.execute(delete(Declaration).where(Declaration.vendor_id == vendor.id))
        _delete_vendor_files(session, vendor)
        note_event(
            session,
            actor,
            Event.VENDOR_REMOVED,
            evaluation_id=evaluation.id,
            subject=vendor.name,
            about=EntryReferences(vendor_id=vendor.id),
            before={"company": vendor.company, "product": vendor.product},
        )
        session.delete(vendor)


def _refuse_marked_vendor(session: Session, vendor: Vendor) -> None:
    """Raise WrongPhase if there are ballots: an import could bring them into a set-up once."""
    if session.scalar(select(Ballot.id).where(Ballot.vendor_id == vendor.id).limit(1)):
        raise WrongPhase(
            N_("%(vendor)s has ballots already: the vendor can’t be removed."),
            vendor=vendor.name,
        )


def _refuse_questioned_vendor(session: Session, vendor: Vendor) -> None:
    """Raise WrongPhase if something was asked of the vendor while ballots were open before."""
    for table in (Asking, Question):
        if session.scalar(select(table.id).where(table.vendor_id == vendor.id).limit(1)):
            raise WrongPhase(
                N_("A question to %(vendor)s is already recorded: the vendor can’t be removed."),
                vendor=vendor.name,
            )


def _refuse_vendor_with_conflict(session: Session, vendor: Vendor) -> None:
    """Raise WrongPhase if somebody declared a conflict, waived or not.

    Entered once more, the vendor would be one with whom nobody has any.
    """
    declared = select(Declaration.id).where(
        Declaration.vendor_id == vendor.id, Declaration.kind == DeclarationKind.CONFLICT
    )
    if session.scalar(declared.limit(1)) is not None:
        raise WrongPhase(
            N_(
                "Somebody declared a conflict of interest with %(vendor)s, and the record keeps"
                " it: correct the entry of the vendor, or take the vendor out of the selection"
                " once ballots are open."
            ),
            vendor=vendor.name,
        )


def _delete_vendor_files(session: Session, vendor: Vendor) -> None:
    """Delete the vendor's files with their bytes: ballots were never open."""
    for file in session.scalars(select(VendorFile).where(VendorFile.vendor_id == vendor.id)):
        delete_file(session, file)


def _unassign_vendor(session: Session, vendor: Vendor) -> None:
    """Take the vendor from those who are to mark some. Raises: Invalid if nothing would be left."""
    limited = select(AssignedVendor.member_id).where(AssignedVendor.vendor_id == vendor.id)
    others = select(AssignedVendor.member_id).where(AssignedVendor.vendor_id != vendor.id)
    idle = session.scalar(
        select(Member.name)
        .where(
            is_present_reviewer(vendor.evaluation_id),
            Member.id.in_(limited),
            Member.id.not_in(others),
        )
        .order_by(Member.id)
        .limit(1)
    )
    if idle is not None:
        raise Invalid(
            N_("%(vendor)s is the only vendor assigned to %(name)s: change that first."),
            name=idle,
            vendor=vendor.name,
        )
    session.execute(delete(AssignedVendor).where(AssignedVendor.vendor_id == vendor.id))


def find_vendor(session: Session, evaluation: Evaluation, vendor_id: int) -> Vendor:
    """The vendor, if it belongs to the evaluation. Raises: NotFound."""
    vendor = session.get(Vendor, vendor_id)
    if vendor is None or vendor.evaluation_id != evaluation.id:
        raise make_not_found()
    return vendor


def find_vendor_for_seat(session: Session, seat: Seat, vendor_id: int) -> Vendor:
    """As `find_vendor`, unless the seat stays away from the vendor. Raises: NotFound."""
    refuse_recused(seat, vendor_id)
    return find_vendor(session, seat.evaluation, vendor_id)


def find_candidate(session: Session, evaluation: Evaluation, vendor_id: int) -> Vendor:
    """As `find_vendor`, a vendor that is still in the selection. Raises: NotFound."""
    vendor = find_vendor(session, evaluation, vendor_id)
    if vendor.withdrawn_at is not None:
        raise make_not_found()
    return vendor


def require_candidate(vendor: Vendor) -> None:
    """Raise WrongPhase if the vendor has left the selection."""
    if vendor.withdrawn_at is not None:
        raise WrongPhase(
            N_("%(vendor)s is out of the selection and is no longer marked."),
            vendor=vendor.name,
        )


def make_vendor_taken(facts: VendorFacts) -> Invalid:
    """The refusal of a vendor that is on the list."""
    return Invalid(
        N_("%(company)s with this product is on the list already."),
        company=facts.company,
        field="company",
    )
