"""One-time links with which a person chooses a password: who makes them, and using them.

A link goes to the address itself, or comes from the operator at the server: whoever uses it has
proven that the address is theirs. Chairs hand out only those of accounts that their own evaluation
made and that nobody has used yet; such a link proves nothing, as the chair could use it.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import SiteAction
from crrubric.domain.errors import Invalid, NotFound
from crrubric.domain.events import Event
from crrubric.domain.text import email_key
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import LinkUse, MailKind
from crrubric.extensions import db
from crrubric.models import Invite, Member, OutgoingMail, User
from crrubric.queries.people.access import make_not_found, require_on_site
from crrubric.queries.people.people import CLOCKWORK, Actor, actor_of
from crrubric.services.mail.account_letters import (
    write_link_notice,
    write_password_link,
    write_password_notice,
)
from crrubric.services.mail.outbox import is_mail_on, set_aside_links
from crrubric.services.people.accounts import (
    SignIn,
    begin_user_session,
    check_new_password,
    end_sessions,
    hash_token,
    is_unused,
    lock_user,
)
from crrubric.services.people.attempts import Attempt, begin_request, note_requested_account
from crrubric.services.people.hashing import hash_password
from crrubric.services.people.mailed.stand_ins import write_to_owner
from crrubric.services.people.proofs import has_doubtful_step, prove_address
from crrubric.services.people.seats import lock_open_seats
from crrubric.services.people.ways_in import refuse_passwords_if_off
from crrubric.services.shared.journal import EntryReferences, note_event
from crrubric.services.shared.later import find_later_queue
from crrubric.services.shared.unit import unit_of_work

INVITATION = timedelta(days=limits.INVITE_DAYS)
RESET = timedelta(minutes=limits.RESET_MINUTES)
SHORT = timedelta(minutes=limits.SIGN_IN_LINK_MINUTES)


def issue_invite(session: Session, user: User, *, proves: bool, secret: str = "") -> str:
    """A fresh one-time link secret for `user`; earlier unused ones stop working.

    Args: proves: no chair gets to see it; secret: of which the links of several people are made, so
    that whoever holds it can show all of them; it must be a fresh one.
    """
    void_links(session, user.id)
    token = derive_token(secret, user.id) if secret else secrets.token_urlsafe(32)
    return _insert_link(session, user, INVITATION, token=token, proves=proves)


def derive_token(secret: str, user_id: int) -> str:
    """The secret of one person's link among those of several: nobody can tell one from another."""
    digest = hmac.digest(secret.encode(), str(user_id).encode(), hashlib.sha256)
    return urlsafe_b64encode(digest).decode().rstrip("=")


def issue_mailed_link(session: Session, user: User) -> str:
    """A secret for a mail to the address and nobody else; other links go on working."""
    return _insert_link(session, user, INVITATION, proves=True)


def refuse_more_address_links(session: Session, user_id: int) -> None:
    """Raise Invalid (field "email") if a person had too many links sent to other addresses."""
    since = now_utc() - RESET
    sent = select(func.count(Invite.id)).where(
        Invite.user_id == user_id, Invite.address.is_not(None), Invite.created_at > since
    )
    if (session.scalar(sent) or 0) >= limits.ADDRESS_LINKS:
        raise Invalid(
            N_("You had %(count)s links sent within an hour: wait, then ask again."),
            count=limits.ADDRESS_LINKS,
            field="email",
        )


def issue_address_link(session: Session, user: User, address: str) -> str:
    """A fresh secret for a link to another address of `user`, who is held.

    Raises: Invalid (field "email") after too many.
    """
    refuse_more_address_links(session, user.id)
    session.execute(
        update(Invite)
        .where(Invite.user_id == user.id, Invite.address.is_not(None), Invite.used_at.is_(None))
        .values(used_at=now_utc())
    )
    return _insert_link(session, user, RESET, use=LinkUse.ADDRESS, address=address)


def issue_short_link(session: Session, user: User, use: LinkUse) -> str:
    """A secret for a mail to the address, which works for some minutes; the earlier ones for the
    same use stop working."""
    session.execute(
        update(Invite)
        .where(Invite.user_id == user.id, Invite.use == use, Invite.used_at.is_(None))
        .values(used_at=now_utc())
    )
    return _insert_link(session, user, SHORT, use=use, proves=True)


def find_link(session: Session, token: str, use: LinkUse) -> Invite | None:
    """The link for this use that the secret opens; None if it is used, old or unknown."""
    invite = read_link(session, token)
    if invite is None or invite.use is not use or is_spent(invite):
        return None
    return invite


def is_spent(invite: Invite) -> bool:
    """Whether a link works no more: used, too old, or of an account that is disabled."""
    return (
        invite.used_at is not None
        or invite.expires_at < now_utc()
        or invite.user.disabled_at is not None
    )


def read_link(session: Session, token: str) -> Invite | None:
    """The link with this secret as it is stored now: a copy from before a hash may be spent."""
    wanted = select(Invite).where(Invite.token_hash == hash_token(token))
    return session.scalar(wanted.execution_options(populate_existing=True))


def find_address_link(session: Session, user_id: int | None, token: str) -> Invite:
    """The link with which a person proves another address. Raises: NotFound in words."""
    invite = read_link(session, token)
    if (
        invite is None
        or invite.user_id != user_id
        or invite.use is not LinkUse.ADDRESS
        or is_spent(invite)
    ):
        raise NotFound(
            N_(
                "This link has been used, is too old, or is of another account than the one you"
                " are signed in with."
            )
        )
    return invite


def _insert_link(
    session: Session,
    user: User,
    lifetime: timedelta,
    *,
    use: LinkUse = LinkUse.PASSWORD,
    address: str | None = None,
    token: str = "",
    proves: bool = False,
    by_operator: bool = False,
) -> str:
    token, now = token or secrets.token_urlsafe(32), now_utc()
    session.add(
        Invite(
            token_hash=hash_token(token),
            user_id=user.id,
            created_at=now,
            expires_at=now + lifetime,
            use=use,
            address=address,
            proves=proves,
            by_operator=by_operator,
        )
    )
    return token


def void_links(session: Session, user_id: int) -> None:
    """Every link of a person stops working, those in mails that wait as well."""
    session.execute(
        update(Invite)
        .where(Invite.user_id == user_id, Invite.used_at.is_(None))
        .values(used_at=now_utc())
    )
    set_aside_links(session, user_id)


def make_operator_link(actor: Actor, user: User) -> str:
    """A one-time link secret for the operator at the server to hand on; the owner is told.

    Raises: NotFound for everybody else; Invalid if the account is disabled.
    """
    if actor.user_id is not None:
        raise make_not_found()
    with unit_of_work() as session:
        return _make_link(session, actor, user.id, by_operator=True)


def make_reset_link(actor: Actor, user_id: int) -> str:
    """A one-time link secret for an administrator to hand on, where the site sends no mail.

    The owner reads of it when they sign in next, and the committees on which they sit have it in
    their journals: whoever has the link could sign in as them. It proves no address.

    Raises: NotFound unless the actor administers the site; Invalid for one's own account, for one
    that is disabled, and where mail is on.
    """
    require_on_site(actor, SiteAction.MANAGE_ACCOUNTS)
    if user_id == actor.user_id:
        raise Invalid(N_("Change your own password on the page of your account."))
    refuse_passwords_if_off()
    if is_mail_on():
        raise Invalid(N_("This site sends mail: have the link sent to the owner."))
    with unit_of_work() as session:
        return _make_link(session, actor, user_id, by_operator=False)


def _make_link(session: Session, actor: Actor, user_id: int, *, by_operator: bool) -> str:
    seats = lock_open_seats(session, user_id)
    user = lock_user(session, user_id)
    _refuse_disabled(user)
    void_links(session, user.id)
    token = _insert_link(session, user, INVITATION, proves=by_operator, by_operator=by_operator)
    if not is_unused(user):
        write_link_notice(session, user, by=actor.name if actor.user_id else "")
    note_event(session, actor, Event.ACCOUNT_LINK_MADE, subject=user.name)
    for seat in seats:
        note_event(
            session,
            actor,
            Event.MEMBER_LINK_MADE,
            evaluation_id=seat.evaluation_id,
            subject=seat.name,
            about=EntryReferences(member_id=seat.id),
        )
    return token


def send_password_link(actor: Actor, user_id: int) -> User:
    """An administrator has a link for a new password sent to the owner, and never sees it.

    Raises: NotFound unless the actor administers the site; Invalid if that can't be done.
    """
    require_on_site(actor, SiteAction.MANAGE_ACCOUNTS)
    refuse_passwords_if_off()
    if not is_mail_on():
        raise Invalid(
            N_("This site sends no mail: make a link on the server, with “crrubric user link”.")
        )
    with unit_of_work() as session:
        user = lock_user(session, user_id)
        _refuse_disabled(user)
        token = _insert_link(session, user, RESET, proves=True)
        write_password_link(session, user, token, asked_by=actor.name)
        note_event(session, actor, Event.ACCOUNT_LINK_SENT, subject=user.name)
    return user


def request_password_link(email: str, *, address: str = "") -> None:
    """Somebody forgot a password: a link goes to the address, if it has an account that works.

    Whoever asks is told nothing of that, not even by the time that it takes: the address is looked
    up after the answer. Links that are under way stay: anybody can ask.

    Raises: TooSoon if links were asked for too often from one network; Busy; Invalid where nobody
    signs in with a password.
    """
    refuse_passwords_if_off()
    attempt = Attempt(email_key(email), address)
    begin_request(attempt)
    find_later_queue().put(lambda: _send_requested_link(attempt))


def _send_requested_link(attempt: Attempt) -> None:
    with unit_of_work() as session:
        user = hold_requested_account(session, attempt, MailKind.PASSWORD_LINK)
        write_to_owner(session, user, _write_requested_link)


def _write_requested_link(session: Session, user: User) -> None:
    write_password_link(session, user, _insert_link(session, user, RESET, proves=True))
    note_event(session, CLOCKWORK, Event.ACCOUNT_LINK_ASKED, subject=user.name)


def hold_requested_account(session: Session, attempt: Attempt, kind: MailKind) -> User | None:
    """The account for which somebody asked for a link; None if it gets none, or had one just now.

    That it was asked for counts, whether it exists or not.
    """
    user = session.scalar(
        select(User).where(User.email_key == attempt.account).with_for_update(of=User)
    )
    note_requested_account(attempt, exists=user is not None)
    if user is None or user.disabled_at is not None or _was_sent_lately(session, user, kind):
        return None
    return user


def _was_sent_lately(session: Session, user: User, kind: MailKind) -> bool:
    """Whether the person had a mail with such a link minutes ago: anybody can ask for it."""
    since = now_utc() - timedelta(minutes=limits.LINK_MAIL_MINUTES)
    mail = select(OutgoingMail.id).where(
        OutgoingMail.user_id == user.id,
        OutgoingMail.kind == kind,
        OutgoingMail.created_at > since,
    )
    return session.scalar(mail.limit(1)) is not None


def _refuse_disabled(user: User) -> None:
    if user.disabled_at is not None:
        raise Invalid(N_("The account of %(name)s is disabled: enable it first."), name=user.name)


def find_usable_invite(session: Session, token: str) -> Invite:
    """The invite that `token` opens. Raises: NotFound in words if it is used, old or unknown."""
    invite = find_invite(session, token)
    if invite is None:
        raise NotFound(
            N_("This link has been used or is too old. Ask the chair for a new one, or sign in.")
        )
    return invite


def find_invite(session: Session, token: str) -> Invite | None:
    """The invite that `token` opens; None if it is used, old or unknown."""
    return find_link(session, token, LinkUse.PASSWORD)


def refuse_useless_link(invite: Invite) -> None:
    """Raise Invalid for a link to a password where nobody signs in with one.

    The operator's still lets its owner in, once: that is the way in when a provider is down.
    """
    if not invite.by_operator:
        refuse_passwords_if_off()


def accept_invite(token: str, *, password: str, browser: str = "") -> SignIn:
    """Set the password of the link's owner and sign them in; every link of theirs is spent.

    A link is no second step: whoever signs in with two still has to show the other one.

    Args: browser: what it calls itself.
    Raises: NotFound if the link no longer works; Invalid if the password can't be used, or where
    nobody signs in with one and the link is not the operator's.
    """
    invite = find_usable_invite(db.session(), token)
    refuse_useless_link(invite)
    user = invite.user
    user_id = user.id
    check_new_password(db.session(), user, password)
    hashed = hash_password(password)
    with unit_of_work() as session:
        user = lock_user(session, user_id)
        # once more: nobody else can spend it now
        proven = find_usable_invite(session, token).proves
        void_links(session, user.id)
        first = is_unused(user)
        user.password_hash = hashed
        end_sessions(session, user)
        # whoever chose the password before is out, so the seats are the owner's
        if proven and not has_doubtful_step(session, user):
            prove_address(session, actor_of(user), user)
        if first:
            note_acceptance(session, user)
        else:
            write_password_notice(session, user)
            note_event(session, actor_of(user), Event.ACCOUNT_PASSWORD_SET)
        return begin_user_session(session, user, browser=browser)


def note_acceptance(session: Session, user: User) -> None:
    """In the journal of the evaluation that made the account; of the site, if none did."""
    member = session.scalar(
        select(Member).where(Member.user_id == user.id, Member.made_account).limit(1)
    )
    note_event(
        session,
        actor_of(user),
        Event.INVITE_ACCEPTED,
        evaluation_id=member.evaluation_id if member else None,
        about=EntryReferences(member_id=member.id if member else None),
    )
