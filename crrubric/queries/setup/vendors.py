"""Reading the vendors of an evaluation."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.models import Vendor
from crrubric.queries.people.access import Seat


def list_vendors(session: Session, evaluation_id: int) -> list[Vendor]:
    """All vendors in order, also those that left the selection."""
    return list(
        session.scalars(
            select(Vendor).where(Vendor.evaluation_id == evaluation_id).order_by(Vendor.position)
        )
    )


def list_vendors_in_selection(session: Session, evaluation_id: int) -> list[Vendor]:
    """The vendors that did not leave the selection, in order."""
    rows = list_vendors(session, evaluation_id)
    return [vendor for vendor in rows if vendor.withdrawn_at is None]


def list_visible_vendors(session: Session, seat: Seat) -> list[Vendor]:
    """The vendors that the person does not stay away from, in order."""
    rows = list_vendors(session, seat.evaluation.id)
    return [vendor for vendor in rows if vendor.id not in seat.shut_out]
