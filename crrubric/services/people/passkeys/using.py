"""Using a passkey: alone, as the second step, to confirm that one is still there.

A passkey that knows who uses it, by a PIN or a finger, counts for both steps; after a password it
need not. Whatever is wrong is answered with the same words: None. Failures are counted, though
nobody guesses a signature: each costs the server some work.
"""

import logging
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.people.passkeys import RelyingParty
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import PasskeyUse, SessionLevel
from crrubric.extensions import db
from crrubric.models import Passkey, User
from crrubric.queries.people.identities import takes_passkeys_alone
from crrubric.queries.people.people import Actor
from crrubric.queries.people.second_step import list_passkeys
from crrubric.services.people.accounts import (
    NOBODY_KNOWN,
    Known,
    SignIn,
    begin_user_session,
    insert_user_session,
    lock_user,
    make_attempt,
)
from crrubric.services.people.attempts import (
    AttemptStep,
    begin_attempt,
    begin_key_request,
    forget_failures,
    forget_key_request,
)
from crrubric.services.people.confirming import (
    get_own_id,
    note_confirmation,
)
from crrubric.services.people.passkeys.ceremonies import (
    KeyAnswer,
    KeyRefused,
    Options,
    UsedKey,
    make_request_options,
    read_key_answer,
    verify_used_key,
)
from crrubric.services.people.passkeys.challenges import issue_challenge, spend_challenge
from crrubric.services.people.second_step import find_waiting_session
from crrubric.services.people.ways_in import NO_SUCH_WAY
from crrubric.services.shared.unit import unit_of_work

log = logging.getLogger("crrubric")
NO_KEY_HERE = Invalid(N_("You have no passkey that works at this address."))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownKey:
    """A passkey that has signed what it was to sign."""

    id: int
    user_id: int
    email_key: str
    used: UsedKey


def begin_key_sign_in(party: RelyingParty, *, address: str, secret: str) -> Options:
    """What a browser is asked for somebody who says nothing of who they are.

    Args: address: the network address of the browser; secret: of the browser alone.
    Raises: NotFound where passkeys alone let nobody in; TooSoon; Busy.
    """
    refuse_passkeys_if_off()
    begin_key_request(address)
    with unit_of_work() as session:
        challenge = issue_challenge(session, PasskeyUse.SIGN_IN, None, secret=secret)
    return make_request_options(party, challenge=challenge, alone=True)


def refuse_passkeys_if_off() -> None:
    """Raise NotFound in words where a passkey alone lets nobody in."""
    if not takes_passkeys_alone():
        raise NO_SUCH_WAY.anew()


def sign_in_with_key(
    party: RelyingParty, sent: str, *, address: str, known: Known, browser: str, secret: str
) -> SignIn | None:
    """A session of whoever the passkey belongs to; it counts for both steps. None if it is wrong.

    Args: secret: of the browser, to which the passkey's turn was given.
    Raises: NotFound where passkeys alone let nobody in; TooSoon; Busy.
    """
    refuse_passkeys_if_off()
    answer = try_to_read(sent)
    if answer is None or not spend(answer, PasskeyUse.SIGN_IN, None, secret):
        return None
    shown = check_key(party, answer, alone=True, address=address, known=known)
    if shown is None:
        return None
    with unit_of_work() as session:
        user = lock_user(session, shown.user_id)
        if user.disabled_at is not None or not note_use(session, shown):
            return None
        level = SessionLevel.TWO_STEPS
        found = begin_user_session(session, user, browser=browser, shown=level)
    forget_key_request(address)
    forget_key_failures(shown, address=address, known=known)
    return found


def begin_key_step(token: str, party: RelyingParty, *, address: str) -> Options:
    """What a browser is asked for somebody who has shown the first step.

    Raises: NotFound if that was too long ago; Invalid without a passkey for this host; TooSoon.
    """
    begin_key_request(address)
    with unit_of_work() as session:
        waiting = find_waiting_session(session, token, SessionLevel.AWAITS_CODE)
        return ask_own_keys(session, waiting.user, party, PasskeyUse.SECOND_STEP, token)


def ask_own_keys(
    session: Session, user: User, party: RelyingParty, use: PasskeyUse, token: str
) -> Options:
    """What a browser is asked for one of a person's passkeys. Raises: Invalid without one."""
    present = [key for key in list_passkeys(session, user.id) if key.host == party.host]
    if not present:
        raise NO_KEY_HERE.anew()
    challenge = issue_challenge(session, use, user.id, secret=token)
    alone = use is PasskeyUse.CONFIRM
    return make_request_options(party, challenge=challenge, present=present, alone=alone)


def complete_sign_in_with_key(
    token: str, party: RelyingParty, sent: str, *, address: str, known: Known, browser: str
) -> SignIn | None:
    """The second step: one's passkey. None if it is wrong; after a few the first is asked again.

    Raises: NotFound if the first step was too long ago; TooSoon; Busy.
    """
    waiting = find_waiting_session(db.session(), token, SessionLevel.AWAITS_CODE)
    user_id = waiting.user_id
    shown = show_own_key(
        user_id, PasskeyUse.SECOND_STEP, party, sent, token=token, address=address, known=known
    )
    with unit_of_work() as session:
        user = lock_user(session, user_id)
        waiting = find_waiting_session(session, token, SessionLevel.AWAITS_CODE)
        right = shown is not None and note_use(session, shown)
        waiting.wrong_codes += not right
        if right or waiting.wrong_codes >= limits.SECOND_STEP_TRIES:
            waiting.ended_at = now_utc()
        level = SessionLevel.TWO_STEPS
        found = insert_user_session(session, user, level=level, browser=browser) if right else None
    if found is not None and shown is not None:
        forget_key_request(address)
        forget_key_failures(shown, address=address, known=known)
    return found


def begin_key_confirmation(actor: Actor, party: RelyingParty, *, token: str) -> Options:
    """What a browser is asked for somebody who is signed in. Raises: Invalid without a passkey.

    Args: token: the secret of the present session.
    """
    with unit_of_work() as session:
        user = lock_user(session, get_own_id(actor))
        return ask_own_keys(session, user, party, PasskeyUse.CONFIRM, token)


def confirm_session_by_key(actor: Actor, party: RelyingParty, sent: str, *, token: str) -> bool:
    """Let the present session know that its person is still there. Returns: False if it is wrong.

    Args: token: the secret of the present session.
    Raises: TooSoon; Busy.
    """
    user_id = get_own_id(actor)
    shown = show_own_key(user_id, PasskeyUse.CONFIRM, party, sent, token=token)
    if shown is None:
        return False
    with unit_of_work() as session:
        user = lock_user(session, user_id)
        if not note_use(session, shown):
            return False
        note_confirmation(session, user, token, by_key=True)
    forget_key_failures(shown, address="", known=NOBODY_KNOWN)
    return True


def show_own_key(
    user_id: int,
    use: PasskeyUse,
    party: RelyingParty,
    sent: str,
    *,
    token: str,
    address: str = "",
    known: Known = NOBODY_KNOWN,
) -> ShownKey | None:
    """The passkey of this very person that has signed what they were asked; None if it is wrong.

    Args: token: the secret of the session that was asked.
    """
    answer = try_to_read(sent)
    if answer is None or not spend(answer, use, user_id, token):
        return None
    alone = use is PasskeyUse.CONFIRM
    return check_key(party, answer, of=user_id, alone=alone, address=address, known=known)


def try_to_read(sent: str) -> KeyAnswer | None:
    """What a browser sent, as far as it can be read; None if it can't."""
    try:
        return read_key_answer(sent)
    except KeyRefused as error:
        log.warning("what was sent for a passkey is none: %.200s", error)
        return None


def spend(answer: KeyAnswer, use: PasskeyUse, user_id: int | None, secret: str) -> bool:
    """Whether the answer signs what this server has drawn for this browser, for the first time."""
    with unit_of_work() as session:
        found = spend_challenge(session, answer.challenge, use, user_id, secret=secret)
    return found is not None


def check_key(
    party: RelyingParty,
    answer: KeyAnswer,
    *,
    of: int | None = None,
    alone: bool,
    address: str,
    known: Known,
) -> ShownKey | None:
    """The passkey that has signed; None if it is not kept here, not of this person or host, or
    does not fit.

    Args: of: whose it must be; None: whoever it is of, as its handle says.
    Raises: TooSoon after too many that did not fit.
    """
    key = db.session.scalar(select(Passkey).where(Passkey.credential_id == answer.credential_id))
    if key is None or key.host != party.host or of not in {None, key.user_id}:
        return None
    if answer.handle != key.handle and (answer.handle or of is None):
        return None
    key_id, user_id, email_key = key.id, key.user_id, key.user.email_key
    public_key, uses = key.public_key, key.uses
    begin_attempt(make_attempt(email_key, address=address, known=known, step=AttemptStep.KEY))
    try:
        used = verify_used_key(party, answer, public_key=public_key, uses=uses, alone=alone)
    except KeyRefused as error:
        log.warning("passkey %s of account %s was refused: %.200s", key_id, user_id, error)
        return None
    return ShownKey(id=key_id, user_id=user_id, email_key=email_key, used=used)


def note_use(session: Session, shown: ShownKey) -> bool:
    """Write down that a passkey was used, its person being held.

    Returns: False if it was removed meanwhile, or has counted further: then somebody has a copy.
    """
    key = session.get(Passkey, shown.id, populate_existing=True)
    if key is None or (shown.used.uses <= key.uses and (key.uses or shown.used.uses)):
        return False
    key.uses, key.used_at = shown.used.uses, now_utc()
    return True


def forget_key_failures(shown: ShownKey, *, address: str, known: Known) -> None:
    """It fitted: the next time counts from the beginning."""
    forget_failures(
        make_attempt(shown.email_key, address=address, known=known, step=AttemptStep.KEY)
    )
