"""The browsers in which a person is signed in: ending one of them, or all the others."""

from crrubric.clock import now_utc
from crrubric.domain.actions import SiteAction
from crrubric.domain.errors import Invalid
from crrubric.domain.events import Event
from crrubric.domain.people.account_effects import AccountAct
from crrubric.domain.translation import N_
from crrubric.models import User, UserSession
from crrubric.queries.people.access import make_not_found, require_on_site
from crrubric.queries.people.accounts import foresee_act_on_account
from crrubric.queries.people.people import Actor
from crrubric.services.people.accounts import (
    end_other_sessions,
    end_sessions,
    hash_token,
    lock_user,
)
from crrubric.services.people.confirming import get_own_id
from crrubric.services.shared.journal import note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unforeseen


def end_own_session(actor: Actor, session_id: int, *, keep: str) -> None:
    """Sign one other browser of the actor out; nothing is noted if it was out already.

    Args: keep: the secret of the present session, which is ended by signing out.
    Raises: NotFound if it is no session of the actor; Invalid if it is the present one.
    """
    with unit_of_work() as session:
        lock_user(session, get_own_id(actor))
        found = session.get(UserSession, session_id, populate_existing=True)
        if found is None or found.user_id != actor.user_id:
            raise make_not_found()
        if found.token_hash == hash_token(keep):
            raise Invalid(N_("This is the browser that you use now: sign out instead."))
        if found.ended_at is None:
            found.ended_at = now_utc()
            note_event(session, actor, Event.ACCOUNT_SESSIONS_ENDED)


def end_other_own_sessions(actor: Actor, *, keep: str) -> None:
    """Sign every other browser of the actor out. Args: keep: the secret of the present session."""
    with unit_of_work() as session:
        user = lock_user(session, get_own_id(actor))
        end_other_sessions(session, user, keep=keep)
        note_event(session, actor, Event.ACCOUNT_SESSIONS_ENDED)


def sign_out_everywhere(actor: Actor, user_id: int, *, seen: str | None = None) -> User:
    """An administrator, or the operator, ends all sessions of somebody else.

    Args: seen: the fingerprint of what the page before said.
    Raises: NotFound unless the actor administers the site; Invalid for one's own account; Stale.
    """
    require_on_site(actor, SiteAction.MANAGE_ACCOUNTS)
    if user_id == actor.user_id:
        raise Invalid(N_("Sign out other browsers on the page of your own account."))
    with unit_of_work() as session:
        user = lock_user(session, user_id)
        refuse_unforeseen(foresee_act_on_account(session, AccountAct.SIGN_OUT, user), seen)
        end_sessions(session, user)
        note_event(session, actor, Event.ACCOUNT_SIGNED_OUT, subject=user.name)
    return user
