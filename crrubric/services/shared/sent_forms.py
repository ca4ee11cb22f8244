"""A form that is sent twice has one effect: the unit of work that it opens claims it.

The claim is made, and undone, in the transaction of what the form does. A form of which nothing
came, because it was refused, can be sent again.
"""

from datetime import timedelta

from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain.errors import Repeated
from crrubric.domain.exchange import drafts
from crrubric.domain.translation import N_
from crrubric.extensions import WRITE
from crrubric.models import ImportDraft, SentForm
from crrubric.services.shared.constraints import explain_constraint

FORM = "sent form"  # in the session's notes: the fingerprint of the form that is being answered
SAME_FORM = "pk_sent_form"
KEPT = timedelta(days=2)
UNDER_WAY = timedelta(seconds=5)  # after that, an answer that is not there never came


def name_sent_form(session: Session, digest: str) -> None:
    """Let the next unit of work of this session claim the form."""
    session.info[FORM] = digest


def claim_sent_form(session: Session) -> None:
    """Write down that the form is being done, if one was named. Raises: Repeated if it was."""
    digest = session.info.pop(FORM, None)
    if digest is None:
        return
    forget_old_rows(session)
    repeated = Repeated(N_("This was recorded already; it was not done twice."))
    with explain_constraint(SAME_FORM, repeated):
        session.execute(insert(SentForm).values(digest=digest))


def forget_old_rows(session: Session) -> None:
    """Drop forms that were sent days ago, and files that nobody took within a day."""
    session.execute(delete(SentForm).where(SentForm.sent_at < now_utc() - KEPT))
    session.execute(delete(ImportDraft).where(ImportDraft.made_at < now_utc() - drafts.KEPT))


def keep_answer(session: Session, digest: str, location: str) -> None:
    """Write down where the answer to a claimed form led; nothing if it was not claimed."""
    session.rollback()
    session.connection(execution_options=WRITE)
    session.execute(update(SentForm).where(SentForm.digest == digest).values(location=location))
    session.commit()


def find_answer(session: Session, digest: str) -> str | None:
    """Where the answer to a form led; empty while it is on its way, None if it never came."""
    session.rollback()
    found = session.get(SentForm, digest)
    if found is None or (not found.location and found.sent_at < now_utc() - UNDER_WAY):
        return None
    return found.location
