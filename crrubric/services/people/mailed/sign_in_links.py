"""Signing in with a link that is sent to the address: for people who never choose a password.

A link proves the address and is one step: who has a second one, or must have one, is asked for it.
"""

from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain.errors import Invalid
from crrubric.domain.events import Event
from crrubric.domain.text import email_key
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import LinkUse, MailKind
from crrubric.extensions import db
from crrubric.models import Invite, User
from crrubric.queries.people.people import CLOCKWORK, actor_of
from crrubric.services.mail.account_letters import write_sign_in_link
from crrubric.services.people.accounts import (
    SignIn,
    begin_user_session,
    end_sessions,
    is_unused,
    lock_user,
)
from crrubric.services.people.attempts import Attempt, begin_request
from crrubric.services.people.links import (
    find_link,
    find_usable_invite,
    hold_requested_account,
    issue_short_link,
    note_acceptance,
    void_links,
)
from crrubric.services.people.mailed.stand_ins import write_to_owner
from crrubric.services.people.proofs import has_doubtful_step, prove_address
from crrubric.services.people.ways_in import NO_SUCH_WAY, takes_links
from crrubric.services.shared.journal import note_event
from crrubric.services.shared.later import find_later_queue
from crrubric.services.shared.unit import unit_of_work


def refuse_links_if_off() -> None:
    """Raise NotFound in words where no links are sent that sign in."""
    if not takes_links():
        raise NO_SUCH_WAY.anew()


def request_sign_in_link(email: str, *, address: str = "") -> None:
    """Have a link sent to an address, if it has an account that works.

    Whoever asks is told nothing of that, not even by the time that it takes: the address is looked
    up after the answer.

    Args: address: the network address of who asks.
    Raises: NotFound where there are no such links; TooSoon if links were asked for too often from
    one network; Busy.
    """
    refuse_links_if_off()
    attempt = Attempt(email_key(email), address)
    begin_request(attempt)
    find_later_queue().put(lambda: _send_link(attempt))


def _send_link(attempt: Attempt) -> None:
    with unit_of_work() as session:
        user = hold_requested_account(session, attempt, MailKind.SIGN_IN_LINK)
        write_to_owner(session, user, _write_link)


def _write_link(session: Session, user: User) -> None:
    write_sign_in_link(session, user, issue_short_link(session, user, LinkUse.SIGN_IN))
    note_event(session, CLOCKWORK, Event.ACCOUNT_SIGN_IN_LINK_ASKED, subject=user.name)


def find_sign_in_link(session: Session, token: str) -> Invite | None:
    """The link that the secret opens; None if it is used, old or unknown."""
    refuse_links_if_off()
    return find_link(session, token, LinkUse.SIGN_IN)


def sign_in_by_link(token: str, *, browser: str = "") -> SignIn | None:
    """A session of whoever the link was sent to; the link is spent. None if it works no more.

    Args: browser: what it calls itself.
    Raises: NotFound where there are no such links.
    """
    found = find_sign_in_link(db.session(), token)
    if found is None:
        return None
    user_id = found.user_id
    with unit_of_work() as session:
        user = lock_user(session, user_id)
        link = find_sign_in_link(session, token)  # once more: nobody else can spend it now
        if link is None:
            return None
        link.used_at = now_utc()
        if is_unused(user):
            accept_by_link(session, user, proves=True)
        else:
            prove_by_link(session, user)
        note_event(session, actor_of(user), Event.ACCOUNT_SIGN_IN_LINK_USED)
        return begin_user_session(session, user, browser=browser)


def accept_by_link(session: Session, user: User, *, proves: bool) -> None:
    """A person who is held uses their account for the first time, without a password.

    Links that others might hold stop working. Args: proves: the link went to the address itself.
    """
    void_links(session, user.id)
    user.link_used_at = now_utc()
    if proves:
        prove_address(session, actor_of(user), user)
    note_acceptance(session, user)


def prove_by_link(session: Session, user: User) -> None:
    """The address of a person who is held is theirs, if nobody else can open the account.

    A password or a second step that was chosen after a link which a chair could read may be the
    chair's: then seats go on waiting. A session that began by such a link is ended.
    """
    if user.address_proven_at is None:
        if user.password_hash is not None or has_doubtful_step(session, user):
            return
        end_sessions(session, user)
    prove_address(session, actor_of(user), user)


def accept_without_password(token: str, *, browser: str = "") -> SignIn:
    """Accept an invitation without choosing a password: from then on links are sent.

    Raises: NotFound if the link works no more, and where there are no links that sign in; Invalid
    for an account that is in use.
    """
    refuse_links_if_off()
    user_id = find_usable_invite(db.session(), token).user_id
    with unit_of_work() as session:
        user = lock_user(session, user_id)
        invite = find_usable_invite(session, token)
        if not is_unused(user):
            raise Invalid(N_("This account is in use: choose a password, or sign in."))
        accept_by_link(session, user, proves=invite.proves)
        return begin_user_session(session, user, browser=browser)
