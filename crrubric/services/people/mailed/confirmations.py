"""Confirming that one is still there by a link to one's address, for who has no password."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.events import Event
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import LinkUse
from crrubric.models import Invite, User
from crrubric.queries.people.access import make_not_found
from crrubric.queries.people.people import Actor
from crrubric.services.mail.account_letters import write_confirmation_link
from crrubric.services.mail.outbox import is_mail_on
from crrubric.services.people.accounts import lock_user
from crrubric.services.people.confirming import (
    get_own_id,
    note_confirmation,
    refuse_who_has_password,
)
from crrubric.services.people.links import find_link, issue_short_link
from crrubric.services.shared.journal import note_event
from crrubric.services.shared.unit import unit_of_work

HOUR = timedelta(hours=1)


def send_confirmation_link(actor: Actor) -> str:
    """Have a link sent to one's own address, to be opened where one is signed in.

    Returns: the address.
    Raises: Invalid for who has a password, where the site sends no mail, and after too many.
    """
    if not is_mail_on():
        raise Invalid(N_("This site sends no e-mail: ask the people who run it."))
    with unit_of_work() as session:
        user = lock_user(session, get_own_id(actor))
        refuse_who_has_password(user)
        refuse_more_confirmation_links(session, user)
        write_confirmation_link(session, user, issue_short_link(session, user, LinkUse.CONFIRM))
        note_event(session, actor, Event.ACCOUNT_CONFIRM_LINK_SENT)
        return user.email


def refuse_more_confirmation_links(session: Session, user: User) -> None:
    """Raise Invalid if a person had too many such links sent within an hour."""
    sent = select(func.count(Invite.id)).where(
        Invite.user_id == user.id,
        Invite.use == LinkUse.CONFIRM,
        Invite.created_at > now_utc() - HOUR,
    )
    if (session.scalar(sent) or 0) >= limits.CONFIRM_LINKS:
        raise Invalid(
            N_("You had %(count)s links sent within an hour: wait, then ask again."),
            count=limits.CONFIRM_LINKS,
        )


def find_confirmation_link(session: Session, actor: Actor, token: str) -> Invite:
    """The link of this very person that the secret opens. Raises: NotFound."""
    found = find_link(session, token, LinkUse.CONFIRM)
    if found is None or found.user_id != actor.user_id:
        raise make_not_found()
    return found


def confirm_session_by_link(actor: Actor, link: str, *, token: str) -> None:
    """Let the present session know that its person reads the mail of the address.

    Args: link: the secret of the link, which is spent; token: that of the present session.
    Raises: NotFound if the link works no more, or is somebody else's; Invalid for who has a
    password.
    """
    with unit_of_work() as session:
        user = lock_user(session, get_own_id(actor))
        find_confirmation_link(session, actor, link).used_at = now_utc()
        refuse_who_has_password(user)
        note_confirmation(session, user, token, by_key=False)
