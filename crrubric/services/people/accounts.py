"""Accounts: adding people, one-time links, signing in and out."""

import hashlib
import re
import secrets
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.errors import Invalid, NotFound
from crrubric.domain.events import Event
from crrubric.domain.people.passwords import check_password
from crrubric.domain.text import clean_line, email_key
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Standing
from crrubric.extensions import WRITE, db
from crrubric.models import Invite, User, UserSession
from crrubric.queries.people.access import make_not_found
from crrubric.queries.people.people import Actor, actor_of
from crrubric.services.mail.outbox import set_aside_invitations
from crrubric.services.people.hashing import hash_password, matches_password
from crrubric.services.shared.constraints import explain_constraint
from crrubric.services.shared.journal import note_event
from crrubric.services.shared.unit import unit_of_work

SAME_EMAIL = "uq_user_account_email_key"


def hash_token(token: str) -> str:
    """What the database keeps of a secret link or session: its SHA-256, in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def clean_email(email: str) -> str:
    """A plausible address as typed. Raises: Invalid (field "email")."""
    tidy = clean_line(email, limit=limits.EMAIL, field="email")
    if not re.fullmatch(r"[^@\s<>,;:\"()]+@[^@\s<>,;:\"()]+\.[^@\s<>,;:\"().]+", tidy):
        raise Invalid(N_("Enter an e-mail address like name@school.example."), field="email")
    return tidy


def find_or_add_user(session: Session, name: str, email: str, standing: Standing) -> User:
    """The account with this address, however it is spelled; a new one if there is none.

    It is held until the transaction ends, so that of its links only the newest works.
    """
    address = clean_email(email)
    user = session.scalar(
        select(User).where(User.email_key == email_key(address)).with_for_update(of=User)
    )
    return user or insert_user(session, name, address, standing)


def insert_user(session: Session, name: str, address: str, standing: Standing) -> User:
    """A new account. Raises: Invalid without a name; IntegrityError if the address has one."""
    tidy = clean_line(name, limit=limits.NAME, field="name")
    if not tidy:
        raise Invalid(N_("Enter the person’s name."), field="name")
    user = User(name=tidy, email=address, email_key=email_key(address), standing=standing)
    session.add(user)
    session.flush()
    return user


def choose_language(actor: Actor, language: str) -> None:
    """Keep the language that the actor wants to read; one's own choice is no entry in a journal."""
    with unit_of_work() as session:
        session.get_one(User, actor.user_id).language = language


def add_user(
    actor: Actor, *, name: str, email: str, standing: Standing, password: str = ""
) -> User:
    """A new account, with a password or to be completed by a link.

    Raises: NotFound unless the actor administers the site; Invalid if the address is taken.
    """
    if actor.standing is not Standing.ADMINISTRATOR:
        raise make_not_found()
    if password:
        check_password(password, about=(name, email))
    hashed = hash_password(password) if password else None
    taken = Invalid(N_("%(email)s has an account already."), email=email.strip(), field="email")
    with explain_constraint(SAME_EMAIL, taken), unit_of_work() as session:
        address = clean_email(email)
        key = email_key(address)
        if session.scalar(select(User.id).where(User.email_key == key)) is not None:
            raise taken
        # never one that came up meanwhile: its owner's password would be overwritten
        user = insert_user(session, name, address, standing)
        user.password_hash = hashed
    return user


def issue_invite(session: Session, user: User) -> str:
    """A fresh one-time link secret for `user`; earlier unused ones stop working."""
    now = now_utc()
    session.execute(
        update(Invite)
        .where(Invite.user_id == user.id, Invite.used_at.is_(None))
        .values(used_at=now)
    )
    set_aside_invitations(session, user.id)
    token = secrets.token_urlsafe(32)
    session.add(
        Invite(
            token_hash=hash_token(token),
            user_id=user.id,
            created_at=now,
            expires_at=now + timedelta(days=limits.INVITE_DAYS),
        )
    )
    return token


def invite_user(actor: Actor, user: User) -> str:
    """A one-time link secret made by the site's administrator. Raises: NotFound for others."""
    if actor.standing is not Standing.ADMINISTRATOR:
        raise make_not_found()
    with unit_of_work() as session:
        return issue_invite(session, session.get_one(User, user.id))


def find_usable_invite(session: Session, token: str, *, held: bool = False) -> Invite:
    """The invite that `token` opens. Raises: NotFound in words if it is used, old or unknown.

    Args: held: keep it to ourselves until the transaction ends, to spend it.
    """
    wanted = select(Invite).where(Invite.token_hash == hash_token(token))
    if held:
        wanted = wanted.with_for_update(of=Invite).execution_options(populate_existing=True)
    invite = session.scalar(wanted)
    if invite is None or invite.used_at is not None or invite.expires_at < now_utc():
        raise NotFound(
            N_("This link has been used or is too old. Ask the chair for a new one, or sign in.")
        )
    return invite


def accept_invite(token: str, *, password: str) -> tuple[User, str]:
    """Set the password of the invited person and sign them in; the link is spent.

    Returns: the person and the secret of their new session.
    Raises: NotFound if the link no longer works; Invalid if the password can't be used.
    """
    invite = find_usable_invite(_get_session(), token)
    check_password(password, about=(invite.user.name, invite.user.email))
    hashed = hash_password(password)
    with unit_of_work() as session:
        invite = find_usable_invite(session, token, held=True)
        invite.used_at = now_utc()
        set_aside_invitations(session, invite.user_id)
        invite.user.password_hash = hashed
        end_sessions(session, invite.user.id)
        note_event(session, actor_of(invite.user), Event.INVITE_ACCEPTED)
        return invite.user, _insert_user_session(session, invite.user)


def sign_in(email: str, password: str) -> tuple[User, str] | None:
    """The person and the secret of a new session; None, in the same time, if they don't match."""
    session = _get_session()
    user = session.scalar(select(User).where(User.email_key == email_key(email)))
    usable = user is not None and user.disabled_at is None
    expected = user.password_hash if user is not None and usable else None
    if not matches_password(expected, password) or user is None:
        return None
    user_id = user.id
    with unit_of_work() as session:
        user = session.get_one(User, user_id)
        return user, _insert_user_session(session, user)


def touch_session(session_id: int) -> None:
    """Write down that the session is alive; a busy database is no reason to refuse a page.

    Not a unit of work: nothing is journaled, and a page that only reads must not wait for it.
    """
    db.session.rollback()  # on SQLite this request's own reading would keep the writer out
    try:
        with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
            connection.execute(
                update(UserSession).where(UserSession.id == session_id).values(seen_at=now_utc())
            )
    except OperationalError:
        return


def sign_out(token: str) -> None:
    """End the session for good: its cookie can't be replayed."""
    with unit_of_work() as session:
        session.execute(
            update(UserSession)
            .where(UserSession.token_hash == hash_token(token))
            .values(ended_at=now_utc())
        )


def end_sessions(session: Session, user_id: int) -> None:
    """End every session of a person, inside the caller's transaction."""
    session.execute(
        update(UserSession)
        .where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
        .values(ended_at=now_utc())
    )


def _insert_user_session(session: Session, user: User) -> str:
    token = secrets.token_urlsafe(32)
    session.add(UserSession(token_hash=hash_token(token), user_id=user.id))
    return token


def _get_session() -> Session:
    from crrubric.extensions import db  # the scoped session of this request or command

    return db.session()
