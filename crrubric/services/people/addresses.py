"""Changing the address of an account: its links die, mails that wait go to the new one, and two
accounts never share one."""

from sqlalchemy.orm import Session

from crrubric.domain.events import Event
from crrubric.domain.text import email_key
from crrubric.models import User
from crrubric.queries.people.people import Actor
from crrubric.services.mail.account_letters import write_address_notices
from crrubric.services.mail.outbox import redirect_mails
from crrubric.services.people.accounts import clean_email, is_taken, make_taken
from crrubric.services.people.links import void_links
from crrubric.services.shared.journal import note_event


def set_address(session: Session, user: User, email: str) -> str:
    """Put another address on an account that is held; its links stop working.

    Returns: the old address.
    Raises: Invalid (field "email") if it is none, or has an account.
    """
    address = clean_email(email)
    if email_key(address) != user.email_key and is_taken(session, address):
        raise make_taken(address)
    old = user.email
    if email_key(address) != user.email_key:
        user.address_proven_at = None
    user.email, user.email_key = address, email_key(address)
    void_links(session, user.id)
    session.flush()
    redirect_mails(session, user)
    return old


def readdress_user(session: Session, actor: Actor, user: User, email: str) -> None:
    """`set_address`, written into the journal and told to both addresses; nothing if it is same."""
    old = set_address(session, user, email)
    if old == user.email:
        return
    write_address_notices(session, user, old)
    note_event(
        session,
        actor,
        Event.ACCOUNT_READDRESSED,
        subject=user.name,
        before={"email": old},
        after={"email": user.email},
    )
