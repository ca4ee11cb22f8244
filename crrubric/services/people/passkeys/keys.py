"""The passkeys of a person: adding one, ending one, confirming with one."""

import logging
from secrets import token_urlsafe

from sqlalchemy import delete
from sqlalchemy.orm import Session

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.events import Event
from crrubric.domain.mail.account_news import PasskeyNews, TwoStepNews
from crrubric.domain.people.passkeys import RelyingParty
from crrubric.domain.text import clean_line
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import PasskeyUse, SessionLevel
from crrubric.extensions import db
from crrubric.models import AuthenticatorApp, Passkey, User
from crrubric.queries.people.access import make_not_found
from crrubric.queries.people.district import find_named_district
from crrubric.queries.people.identities import has_way_in, list_identities
from crrubric.queries.people.people import Actor, actor_of
from crrubric.queries.people.second_step import has_app, has_two_steps, list_passkeys
from crrubric.services.mail.account_letters import write_passkey_notice, write_two_step_notice
from crrubric.services.people.accounts import (
    SignIn,
    begin_user_session,
    end_other_sessions,
    lock_user,
)
from crrubric.services.people.app_secrets import SITE
from crrubric.services.people.confirming import (
    get_own_id,
    hold_own_session,
    require_confirmation,
    spend_confirmation,
)
from crrubric.services.people.passkeys.ceremonies import (
    KeyOwner,
    KeyRefused,
    MadeKey,
    Options,
    make_creation_options,
    read_key_answer,
    verify_made_key,
)
from crrubric.services.people.passkeys.challenges import issue_challenge, spend_challenge
from crrubric.services.people.second_step import find_waiting_session, turn_on_two_steps
from crrubric.services.shared.constraints import explain_constraint
from crrubric.services.shared.journal import note_event
from crrubric.services.shared.unit import unit_of_work

SAME_KEY = "uq_passkey_credential_id"
HANDLE_BYTES = 32
NO_KEY = Invalid(N_("No passkey was made, or it came too late. Try once more."))
LAST_STEP = Invalid(
    N_("This is your only second step: turn off two-step sign-in instead, or add another first.")
)
log = logging.getLogger("crrubric")


def clean_key_name(name: str) -> str:
    """What a person calls a passkey, on one line. Raises: Invalid (field "name")."""
    tidy = clean_line(name, limit=limits.NAME, field="name")
    if not tidy:
        raise Invalid(N_("Enter a name by which you will know this passkey."), field="name")
    return tidy


def begin_passkey(actor: Actor, party: RelyingParty, *, token: str) -> Options:
    """What a browser is asked for another passkey. Args: token: the secret of the present session.

    Raises: Stale unless the session is confirmed; Invalid for more passkeys than one can have.
    """
    with unit_of_work() as session:
        user = lock_user(session, get_own_id(actor))
        require_confirmation(session, user, token)
        return ask_for_new_key(session, user, party, token)


def begin_required_passkey(token: str, party: RelyingParty) -> Options:
    """The same for somebody who has to sign in with two steps. Raises: NotFound in words."""
    with unit_of_work() as session:
        waiting = find_waiting_session(session, token, SessionLevel.AWAITS_SET_UP)
        return ask_for_new_key(session, lock_user(session, waiting.user_id), party, token)


def ask_for_new_key(session: Session, user: User, party: RelyingParty, token: str) -> Options:
    """What a browser is asked for another passkey of a person who is held. Raises: Invalid."""
    present = list_passkeys(session, user.id)
    if len(present) >= limits.PASSKEYS:
        raise Invalid(
            N_("You have %(count)s passkeys: end one that you do not use any more."),
            count=len(present),
        )
    district = find_named_district(session)
    handle = present[0].handle if present else token_urlsafe(HANDLE_BYTES)
    return make_creation_options(
        party,
        challenge=issue_challenge(session, PasskeyUse.MAKE, user.id, secret=token, handle=handle),
        site=district.name if district else SITE,
        owner=KeyOwner(name=user.name, email=user.email, handle=handle),
        present=[key for key in present if key.host == party.host],
    )


def add_passkey(
    actor: Actor, party: RelyingParty, sent: str, *, name: str, token: str
) -> list[str]:
    """Keep a new passkey; the confirmation of the session is spent.

    The first second step of a person turns two-step sign-in on: every other browser is signed out.

    Returns: the recovery codes that were made then, which nobody can read again; else none.
    Raises: Invalid if there is no passkey, or without a name; Stale unless the session is
    confirmed.
    """
    tidy = clean_key_name(name)
    user_id = get_own_id(actor)
    key = receive_new_key(user_id, party, sent, token=token)
    with explain_constraint(SAME_KEY, NO_KEY), unit_of_work() as session:
        user = lock_user(session, user_id)
        spend_confirmation(session, user, token)
        codes = keep_key(session, actor, user, party, key, name=tidy)
        if codes:
            end_other_sessions(session, user, keep=token)
        hold_own_session(session, user, token).level = SessionLevel.TWO_STEPS
    return codes


def add_required_passkey(
    token: str, party: RelyingParty, sent: str, *, name: str, browser: str
) -> tuple[SignIn, list[str]]:
    """The same for somebody who has to sign in with two steps, which completes the sign-in.

    Raises: NotFound if the first step was too long ago; Invalid.
    """
    tidy = clean_key_name(name)
    user_id = find_waiting_session(db.session(), token, SessionLevel.AWAITS_SET_UP).user_id
    key = receive_new_key(user_id, party, sent, token=token)
    with explain_constraint(SAME_KEY, NO_KEY), unit_of_work() as session:
        user = lock_user(session, user_id)
        find_waiting_session(session, token, SessionLevel.AWAITS_SET_UP)
        codes = keep_key(session, actor_of(user), user, party, key, name=tidy)
        end_other_sessions(session, user, keep="")
        level = SessionLevel.TWO_STEPS
        return begin_user_session(session, user, browser=browser, shown=level), codes


def receive_new_key(user_id: int, party: RelyingParty, sent: str, *, token: str) -> MadeKey:
    """The passkey that a browser has made for this person; what was to be signed is spent.

    Args: token: the secret of the session that was asked.
    Raises: Invalid in words if it is none.
    """
    try:
        answer = read_key_answer(sent)
        with unit_of_work() as session:
            handle = spend_challenge(
                session, answer.challenge, PasskeyUse.MAKE, user_id, secret=token
            )
        if handle is None:
            raise KeyRefused("what it signs is not ours, was used, or is too old")
        return verify_made_key(party, answer, handle=handle)
    except KeyRefused as error:
        log.warning("a new passkey was refused: %.200s", error)
        raise NO_KEY.anew() from error


def keep_key(
    session: Session, actor: Actor, user: User, party: RelyingParty, key: MadeKey, *, name: str
) -> list[str]:
    """Write a new passkey of a person who is held down, and tell them of it.

    Returns: the recovery codes that were made, if it is their first second step.
    Raises: Invalid for one too many.
    """
    if len(list_passkeys(session, user.id)) >= limits.PASSKEYS:
        raise NO_KEY.anew()
    first = not has_two_steps(session, user.id)
    session.add(
        Passkey(
            user_id=user.id,
            name=name,
            credential_id=key.credential_id,
            handle=key.handle,
            public_key=key.public_key,
            host=party.host,
            transports=key.transports,
            stands_alone=key.stands_alone,
            uses=key.uses,
        )
    )
    session.flush()
    write_passkey_notice(session, user, PasskeyNews.FIRST if first else PasskeyNews.ADDED, name)
    note_event(session, actor, Event.ACCOUNT_PASSKEY_ADDED)
    return turn_on_two_steps(session, actor, user) if first else []


def remove_passkey(actor: Actor, passkey_id: int, *, token: str) -> str:
    """End a passkey of one's own; the confirmation of the session is spent.

    Returns: what it was called.
    Raises: NotFound if it is not theirs; Invalid for the only second step, and for the only way
    in; Stale unless the session is confirmed.
    """
    with unit_of_work() as session:
        user = lock_user(session, get_own_id(actor))
        key = session.get(Passkey, passkey_id, populate_existing=True)
        if key is None or key.user_id != user.id:
            raise make_not_found()
        others = [one for one in list_passkeys(session, user.id) if one.id != key.id]
        if not others and not has_app(session, user.id):
            raise LAST_STEP.anew()
        if key.stands_alone and not has_way_in(user, list_identities(session, user.id), others):
            raise Invalid(N_("You could not sign in any more: this passkey is your only way in."))
        spend_confirmation(session, user, token)
        name = key.name
        session.delete(key)
        write_passkey_notice(session, user, PasskeyNews.REMOVED, name)
        note_event(session, actor, Event.ACCOUNT_PASSKEY_REMOVED)
    return name


def remove_app(actor: Actor, *, token: str) -> None:
    """End the authenticator app of one's own where passkeys stay as the second step.

    Raises: Invalid where it is the only second step; Stale unless the session is confirmed.
    """
    with unit_of_work() as session:
        user = lock_user(session, get_own_id(actor))
        if not has_app(session, user.id):
            raise Invalid(N_("There is no authenticator app."))
        if not list_passkeys(session, user.id):
            raise LAST_STEP.anew()
        spend_confirmation(session, user, token)
        session.execute(delete(AuthenticatorApp).where(AuthenticatorApp.user_id == user.id))
        write_two_step_notice(session, user, TwoStepNews.APP_REMOVED)
        note_event(session, actor, Event.ACCOUNT_APP_REMOVED)
