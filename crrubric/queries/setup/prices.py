"""Whom sealed prices are kept from, though they chair."""

from sqlalchemy import ColumnElement, exists, false, select
from sqlalchemy.orm import Session

from crrubric.domain.actions import Action
from crrubric.domain.results.cost import NO_PRICE
from crrubric.domain.vocabulary import Role
from crrubric.models import Member
from crrubric.queries.people.access import Seat
from crrubric.queries.setup.vendors import list_vendors_in_selection

CHAIRS_AND_SCORES = frozenset({Role.CHAIR, Role.REVIEWER})


def may_be_kept(seat: Seat) -> bool:
    """Whether it is asked at all: for nearly everybody that takes no query."""
    return seat.evaluation.hides_prices and seat.roles >= CHAIRS_AND_SCORES


def keeps_from_prices(seat: Seat) -> ColumnElement[bool]:
    """Whether the seat chairs and scores where another chair, who does not, can type the prices.

    Whoever scores is to know no price. Where every chair scores, somebody has to type them all the
    same: the memo names whoever could read them.
    """
    if not may_be_kept(seat):
        return false()
    return exists().where(
        Member.evaluation_id == seat.evaluation.id,
        Member.is_chair,
        Member.is_reviewer.is_(False),
        Member.removed_at.is_(None),
        Member.awaits_address.is_(None),
    )


def is_kept_from_prices(session: Session, seat: Seat) -> bool:
    """The same, for one who asks."""
    return may_be_kept(seat) and bool(session.scalar(select(keeps_from_prices(seat))))


def types_prices(session: Session, seat: Seat) -> bool:
    """Whether the seat types prices now, and so sees them while they are sealed."""
    return seat.may(Action.EDIT_SETUP) and not is_kept_from_prices(session, seat)


def list_uncosted_vendors(session: Session, seat: Seat) -> tuple[str, ...]:
    """Vendors of whose prices something is missing, while whoever types prices sees them.

    How many learners are priced can be said later.

    None where no price is entered at all, none from whom the seat stays away, and none for a seat
    that is to know no price.
    """
    if not types_prices(session, seat):
        return ()
    rows = [
        row
        for row in list_vendors_in_selection(session, seat.evaluation.id)
        if row.id not in seat.shut_out
    ]
    if all(row.typed_price == NO_PRICE for row in rows):
        return ()
    return tuple(row.name for row in rows if row.typed_price.cost.lacks_a_price)
