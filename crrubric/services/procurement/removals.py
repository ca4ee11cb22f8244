"""What the checklist of the purchase says to a vendor that is to be removed."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain.errors import WrongPhase
from crrubric.domain.translation import N_
from crrubric.models import PurchaseLine, Vendor


def refuse_vendor_in_binder(session: Session, vendor: Vendor) -> None:
    """Raise WrongPhase if something of the purchase was shown about the vendor."""
    wanted = select(PurchaseLine.code).where(PurchaseLine.vendor_id == vendor.id).limit(1)
    if session.scalar(wanted) is not None:
        raise WrongPhase(
            N_(
                "The checklist of the purchase has something about %(vendor)s: the vendor can’t be"
                " removed. Take it out there first."
            ),
            vendor=vendor.name,
        )
