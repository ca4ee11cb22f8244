"""Confirming that the person who is signed in is still there, before something of importance.

Who has a password types it into the form itself. Who has none, and whoever adds or ends a passkey,
confirms on a page of its own: for some minutes the session knows it, and one act spends it. A
provider or a link by mail confirms for who has no password alone: both are often open beside this.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.translation import N_
from crrubric.extensions import db
from crrubric.models import User, UserSession
from crrubric.queries.people.access import make_not_found
from crrubric.queries.people.people import Actor
from crrubric.queries.people.sessions import find_session, is_confirmed, is_in_use
from crrubric.services.people.accounts import hash_token, lock_user, try_password
from crrubric.services.people.attempts import Attempt, forget_failures
from crrubric.services.people.ways_in import takes_passwords
from crrubric.services.shared.unit import unit_of_work

CONFIRM_BY_PASSWORD = Invalid(N_("Confirm with your password."))
NOT_CONFIRMED = Stale(N_("Confirm first that it is you; a confirmation counts for ten minutes."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What shows that somebody is still there.

    Args: password: as typed, of somebody who has one; session: the secret of the present session,
    which may have been confirmed.
    """

    password: str = ""
    session: str = ""


def confirm_person(actor: Actor, proof: Proof) -> int:
    """The version of the account whose owner is still there.

    Raises: Invalid (field "password"); Stale if a session is not confirmed; TooSoon; Busy.
    """
    session = db.session()
    user = session.get_one(User, actor.user_id)
    if user.password_hash is not None:
        return confirm_password(actor, proof.password, field="password")
    found = find_session(session, hash_token(proof.session))
    if found is None or not is_confirmed(found.own, now_utc()):
        raise NOT_CONFIRMED.anew()
    return user.sign_in_version


def confirm_password(actor: Actor, password: str, *, field: str) -> int:
    """The version of the account whose password this is. Raises: Invalid; TooSoon; Busy."""
    session = db.session()
    user = session.get_one(User, actor.user_id)
    refuse_missing_password(user, field)
    attempt = Attempt(user.email_key, known=True)
    expected, version = user.password_hash, user.sign_in_version
    if not try_password(attempt, expected, password):
        raise Invalid(N_("This is not your password."), field=field)
    forget_failures(attempt)
    return version


def refuse_missing_password(user: User, field: str) -> None:
    """Raise Invalid for somebody who signs in in another way and never chose a password."""
    if user.password_hash is not None:
        return
    if takes_passwords():
        raise Invalid(
            N_(
                "You have no password here. Choose one first: sign out, then use “Forgot your"
                " password?” on the page for signing in."
            ),
            field=field,
        )
    raise Invalid(
        N_("You have no password here: ask the people who run this site at your district."),
        field=field,
    )


def lock_confirmed_account(
    session: Session, actor: Actor, version: int, proof: Proof | None = None
) -> User:
    """The actor's account, held, if it is still the one whose owner has confirmed.

    Args: proof: of somebody who may have no password; their confirmation is spent.
    Raises: Stale if the password was changed meanwhile, or the account disabled, or somebody
    without a password has spent their confirmation already.
    """
    user = lock_user(session, get_own_id(actor))
    if user.sign_in_version != version or user.disabled_at is not None:
        raise Stale(N_("Your password was changed meanwhile: sign in again."))
    if proof is not None and user.password_hash is None:
        spend_confirmation(session, user, proof.session)
    return user


def confirm_session_by_password(actor: Actor, proof: Proof) -> None:
    """Let the present session know that its person has typed their password.

    Raises: Invalid (field "password"); TooSoon; Busy; Stale.
    """
    version = confirm_password(actor, proof.password, field="password")
    with unit_of_work() as session:
        user = lock_confirmed_account(session, actor, version)
        note_confirmation(session, user, proof.session, by_key=False)


def refuse_who_has_password(user: User) -> None:
    """Raise Invalid for somebody who has a password to confirm with."""
    if user.password_hash is not None:
        raise CONFIRM_BY_PASSWORD.anew()


def note_confirmation(session: Session, user: User, token: str, *, by_key: bool) -> None:
    """The session of a person who is held is confirmed from now on, for some minutes.

    Args: by_key: with a passkey that knows who uses it, which counts for both steps.
    """
    own = hold_own_session(session, user, token)
    own.confirmed_at, own.confirmed_by_key = now_utc(), by_key


def spend_confirmation(session: Session, user: User, token: str) -> bool:
    """Take back that the session of a person who is held is confirmed: it counts for one act.

    Returns: whether they confirmed with a passkey that knows who uses it.
    Raises: Stale if it is not confirmed.
    """
    own = require_confirmation(session, user, token)
    by_key = own.confirmed_by_key
    own.confirmed_at, own.confirmed_by_key = None, False
    return by_key


def require_confirmation(session: Session, user: User, token: str) -> UserSession:
    """The session of a person who is held, which is confirmed and stays so.

    Raises: Stale if it is not; NotFound unless it is theirs.
    """
    own = hold_own_session(session, user, token)
    if not is_confirmed(own, now_utc()):
        raise NOT_CONFIRMED.anew()
    return own


def hold_own_session(session: Session, user: User, token: str) -> UserSession:
    """The session with this secret, as it is stored now. Raises: NotFound unless it is theirs."""
    wanted = select(UserSession).where(UserSession.token_hash == hash_token(token))
    own = session.scalar(wanted.execution_options(populate_existing=True))
    if own is None or own.user_id != user.id or not is_in_use(own, now_utc()):
        raise make_not_found()
    return own


def get_own_id(actor: Actor) -> int:
    """The id of the actor's account. Raises: RuntimeError for the operator, who has none."""
    if actor.user_id is None:
        raise RuntimeError("the operator has no account of their own")
    return actor.user_id
