"""Confirming with the present password that the person who is signed in is still there."""

from sqlalchemy.orm import Session

from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.translation import N_
from crrubric.extensions import db
from crrubric.models import User
from crrubric.queries.people.people import Actor
from crrubric.services.people.accounts import lock_user, try_password
from crrubric.services.people.attempts import Attempt, forget_failures
from crrubric.services.people.ways_in import takes_passwords


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
    """Raise Invalid for somebody who signs in by a provider and never chose a password."""
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


def lock_confirmed_account(session: Session, actor: Actor, version: int) -> User:
    """The actor's account, held, if it is still the one whose password was confirmed.

    Raises: Stale if the password was changed meanwhile, or the account disabled.
    """
    user = lock_user(session, get_own_id(actor))
    if user.sign_in_version != version or user.disabled_at is not None:
        raise Stale(N_("Your password was changed meanwhile: sign in again."))
    return user


def get_own_id(actor: Actor) -> int:
    """The id of the actor's account. Raises: RuntimeError for the operator, who has none."""
    if actor.user_id is None:
        raise RuntimeError("the operator has no account of their own")
    return actor.user_id
