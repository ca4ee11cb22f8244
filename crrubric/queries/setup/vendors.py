"""Reading the vendors of an evaluation."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crrubric.domain.events import Event
from crrubric.models import JournalEntry, Vendor
from crrubric.queries.people.access import Seat

NUMBERED = "vendors numbered"  # in the session's notes: in which transaction


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


def find_unused_vendor_id(session: Session) -> int | None:
    """The id of the next vendor; None where the database’s own next one will do.

    The journal tells of vendors by their ids, for good: SQLite would give the id of the newest one
    once more after that was removed, and what was said of one would be said of another. The journal
    is looked through once in a transaction: whoever comes second in it has a later id anyway.
    """
    transaction = session.get_transaction()
    if session.get_bind().dialect.name != "sqlite" or session.info.get(NUMBERED) is transaction:
        return None
    session.info[NUMBERED] = transaction
    removed = select(func.max(JournalEntry.vendor_id)).where(
        JournalEntry.event == Event.VENDOR_REMOVED
    )
    gone, newest = session.execute(
        select(removed.scalar_subquery(), select(func.max(Vendor.id)).scalar_subquery())
    ).one()
    return gone + 1 if gone is not None and gone > (newest or 0) else None
