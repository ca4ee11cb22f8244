"""Which mails are how far."""

from sqlalchemy import ColumnElement, and_

from crrubric.models import OutgoingMail


def is_waiting() -> ColumnElement[bool]:
    """Which mails are neither sent, given up nor set aside."""
    return and_(
        OutgoingMail.sent_at.is_(None),
        OutgoingMail.given_up_at.is_(None),
        OutgoingMail.set_aside_at.is_(None),
    )
