"""Two-step sign-in: an authenticator app, and codes on paper for when the phone is not at hand.

Passkeys are a second step as well (`passkeys`).

The app and the site share a secret, from which both make the same code for half a minute. A code
is taken once. Whoever turns this on or off, or makes new codes on paper, is told by mail.
"""

import hmac
import secrets
from datetime import datetime, timedelta

from pyotp import TOTP
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import SiteAction
from crrubric.domain.errors import Invalid, NotFound
from crrubric.domain.events import Event
from crrubric.domain.mail.account_news import TwoStepNews
from crrubric.domain.people.account_effects import AccountAct
from crrubric.domain.people.second_step import (
    DIGITS,
    NEIGHBOURS,
    PERIOD,
    RECOVERY_CODES,
    RECOVERY_LENGTH,
    RECOVERY_LETTERS,
    is_app_code,
    is_recovery_code,
    tidy_code,
    write_recovery_code,
)
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import SessionLevel
from crrubric.extensions import db
from crrubric.models import AuthenticatorApp, Passkey, RecoveryCode, User, UserSession
from crrubric.queries.people.access import require_on_site
from crrubric.queries.people.accounts import foresee_act_on_account
from crrubric.queries.people.identities import has_way_in, list_identities
from crrubric.queries.people.people import Actor, actor_of
from crrubric.queries.people.second_step import has_app, has_two_steps, is_asked_for_two_steps
from crrubric.services.mail.account_letters import write_two_step_notice
from crrubric.services.people.accounts import (
    Known,
    SignIn,
    end_other_sessions,
    end_sessions,
    hash_token,
    insert_user_session,
    lock_user,
    make_attempt,
)
from crrubric.services.people.app_secrets import is_being_set_up, renew_app_secret
from crrubric.services.people.attempts import Attempt, AttemptStep, begin_attempt, forget_failures
from crrubric.services.people.confirming import (
    NOT_CONFIRMED,
    Proof,
    confirm_person,
    get_own_id,
    lock_confirmed_account,
    spend_confirmation,
)
from crrubric.services.people.encryption import decrypt_text
from crrubric.services.shared.journal import note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unforeseen

FRESH = timedelta(minutes=limits.SECOND_STEP_MINUTES)
APP_IS_ON = Invalid(N_("There is an authenticator app already."))
WRONG_APP_CODE = Invalid(
    N_(
        "This code is not right. Enter the six digits that the app shows now; if they are refused"
        " again, let the phone set its clock by itself."
    ),
    field="step_code",
)
WRONG_CODE = Invalid(
    N_(
        "This code is not right, or was used already. Enter the one that the app shows now, or"
        " another recovery code."
    ),
    field="step_code",
)


def begin_authenticator(actor: Actor, proof: Proof) -> None:
    """Make a secret for an app, in the place of one that has not shown a code yet.

    Raises: Invalid beside the field, and if there is an app; TooSoon; Busy; Stale.
    """
    version = confirm_person(actor, proof)
    with unit_of_work() as session:
        user = lock_confirmed_account(session, actor, version, proof)
        if has_app(session, user.id):
            raise APP_IS_ON.anew()
        renew_app_secret(session, user)


def confirm_authenticator(actor: Actor, code: str, *, keep: str) -> list[str]:
    """Turn two-step sign-in on: the app shows a code. Every other browser is signed out.

    Who signs in with a passkey as the second step already has the app besides; nobody is signed
    out then.

    Args: keep: the secret of the present session, which goes on, with two steps from now on.
    Returns: the codes on paper that were made, which nobody can read again.
    Raises: Invalid (field "step_code") if the code is wrong; TooSoon after too many.
    """
    user = db.session().get_one(User, get_own_id(actor))
    attempt = Attempt(user.email_key, known=True, step=AttemptStep.CODE)
    begin_attempt(attempt)
    with unit_of_work() as session:
        user = lock_user(session, user.id)
        codes = _take_app(session, actor, user, code)
        if codes:
            end_other_sessions(session, user, keep=keep)
        session.flush()
        own = session.scalars(
            select(UserSession).where(UserSession.token_hash == hash_token(keep))
        ).one()
        own.level = SessionLevel.TWO_STEPS
    forget_failures(attempt)
    return codes


def confirm_required_authenticator(
    token: str, code: str, *, address: str, known: Known, browser: str
) -> tuple[SignIn, list[str]]:
    """The same for somebody who has to, which completes the sign-in."""
    waiting = find_waiting_session(db.session(), token, SessionLevel.AWAITS_SET_UP)
    attempt = make_attempt(
        waiting.user.email_key, address=address, known=known, step=AttemptStep.CODE
    )
    begin_attempt(attempt)
    with unit_of_work() as session:
        user = lock_user(session, waiting.user_id)
        waiting = find_waiting_session(session, token, SessionLevel.AWAITS_SET_UP)
        codes = _take_app(session, actor_of(user), user, code)
        end_other_sessions(session, user, keep="")
        found = insert_user_session(session, user, level=SessionLevel.TWO_STEPS, browser=browser)
    forget_failures(attempt)
    return found, codes


def _take_app(session: Session, actor: Actor, user: User, code: str) -> list[str]:
    app = session.get(AuthenticatorApp, user.id, populate_existing=True)
    if app is not None and app.confirmed_at is not None:
        raise APP_IS_ON.anew()
    if app is None or not is_being_set_up(app):
        raise Invalid(N_("Begin again: there is no app to set up."))
    if not _takes_app_code(app, tidy_code(code)):
        raise WRONG_APP_CODE.anew()
    first = not has_two_steps(session, user.id)
    app.confirmed_at = now_utc()
    write_two_step_notice(session, user, TwoStepNews.ON if first else TwoStepNews.APP)
    if first:
        return turn_on_two_steps(session, actor, user)
    note_event(session, actor, Event.ACCOUNT_APP_ADDED)
    return []


def turn_on_two_steps(session: Session, actor: Actor, user: User) -> list[str]:
    """A person who is held has their first second step: the codes on paper that go with it."""
    note_event(session, actor, Event.ACCOUNT_TWO_STEPS_ON)
    return _renew_recovery_codes(session, user)


def renew_recovery_codes(actor: Actor, proof: Proof) -> list[str]:
    """Other codes on paper; the earlier ones work no more.

    Raises: Invalid beside the field, and if two-step sign-in is off; TooSoon; Busy; Stale.
    """
    version = confirm_person(actor, proof)
    with unit_of_work() as session:
        user = lock_confirmed_account(session, actor, version, proof)
        if not has_two_steps(session, user.id):
            raise Invalid(N_("Two-step sign-in is off."))
        write_two_step_notice(session, user, TwoStepNews.CODES)
        note_event(session, actor, Event.ACCOUNT_RECOVERY_CODES_MADE)
        return _renew_recovery_codes(session, user)


def _renew_recovery_codes(session: Session, user: User) -> list[str]:
    codes = [
        "".join(secrets.choice(RECOVERY_LETTERS) for _ in range(RECOVERY_LENGTH))
        for _ in range(RECOVERY_CODES)
    ]
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    session.add_all(RecoveryCode(user_id=user.id, code_hash=hash_token(code)) for code in codes)
    return [write_recovery_code(code) for code in codes]


def turn_off_two_steps(actor: Actor, proof: Proof, *, code: str | None) -> None:
    """One's own two-step sign-in ends; both steps are asked for once more.

    Args: code: None from whoever has confirmed with a passkey that knows who uses it.
    Raises: Invalid beside the field, and if the site asks for two steps, the password is too
    short to stand alone, or nothing else lets them in; TooSoon; Busy; Stale.
    """
    version = confirm_person(actor, proof)
    user = db.session().get_one(User, get_own_id(actor))
    attempt = Attempt(user.email_key, known=True, step=AttemptStep.CODE)
    if code is not None:
        begin_attempt(attempt)
    with unit_of_work() as session:
        user = lock_confirmed_account(session, actor, version)
        _refuse_only_one_step(session, user, proof)
        if code is None or user.password_hash is None:
            by_key = spend_confirmation(session, user, proof.session)
            if code is None and not by_key:
                raise NOT_CONFIRMED.anew()
        if code is not None and not takes_code(session, actor, user, code):
            raise WRONG_CODE.anew()
        _remove_second_step(session, user)
        write_two_step_notice(session, user, TwoStepNews.OFF)
        note_event(session, actor, Event.ACCOUNT_TWO_STEPS_OFF)
    if code is not None:
        forget_failures(attempt)


def _refuse_only_one_step(session: Session, user: User, proof: Proof) -> None:
    """Raise Invalid for somebody who has to have a second step, or could not sign in without."""
    if is_asked_for_two_steps(session, user):
        raise Invalid(N_("This site asks you to sign in with two steps."))
    if user.password_hash is None:
        if not has_way_in(user, list_identities(session, user.id), passkeys=()):
            raise Invalid(N_("You could not sign in any more: a passkey is your only way in."))
    elif len(proof.password) < limits.PASSWORD_MIN:
        raise Invalid(
            N_(
                "Your password has less than %(least)s characters, which is enough only with a"
                " second step: change it first."
            ),
            least=limits.PASSWORD_MIN,
            field="password",
        )


def reset_two_steps(actor: Actor, user_id: int, *, seen: str | None = None) -> User:
    """An administrator, or the operator, takes the second step off, passkeys and all: they are
    lost. The owner is told, and signed out everywhere.

    Args: seen: the fingerprint of what the page before said.
    Raises: NotFound unless the actor administers the site; Invalid for one's own account, and where
    there is nothing to take off; Stale.
    """
    require_on_site(actor, SiteAction.MANAGE_ACCOUNTS)
    if user_id == actor.user_id:
        raise Invalid(N_("Turn off two-step sign-in on the page of your own account."))
    with unit_of_work() as session:
        user = lock_user(session, user_id)
        if not has_two_steps(session, user.id):
            raise Invalid(N_("%(name)s does not sign in with two steps."), name=user.name)
        act = AccountAct.TURN_OFF_TWO_STEPS
        refuse_unforeseen(foresee_act_on_account(session, act, user), seen)
        _remove_second_step(session, user)
        end_sessions(session, user)
        write_two_step_notice(session, user, TwoStepNews.RESET)
        note_event(session, actor, Event.ACCOUNT_TWO_STEPS_RESET, subject=user.name)
    return user


def _remove_second_step(session: Session, user: User) -> None:
    for table in (AuthenticatorApp, Passkey, RecoveryCode):
        session.execute(delete(table).where(table.user_id == user.id))


def find_waiting_session(session: Session, token: str, level: SessionLevel) -> UserSession:
    """The session that waits for this step. Raises: NotFound in words if it waits no more."""
    wanted = select(UserSession).where(UserSession.token_hash == hash_token(token))
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if (
        found is None
        or found.level is not level
        or found.ended_at is not None
        or found.created_at < now_utc() - FRESH
        or found.user.disabled_at is not None
    ):
        raise NotFound(N_("That took too long. Sign in once more, from the beginning."))
    return found


def complete_sign_in(
    token: str, code: str, *, address: str, known: Known, browser: str
) -> SignIn | None:
    """The second step: a code of the app, or one on paper. None if it is wrong.

    After a few wrong ones the password is asked for again.

    Raises: NotFound if the first step was too long ago; TooSoon after too many wrong codes.
    """
    waiting = find_waiting_session(db.session(), token, SessionLevel.AWAITS_CODE)
    attempt = make_attempt(
        waiting.user.email_key, address=address, known=known, step=AttemptStep.CODE
    )
    begin_attempt(attempt)
    with unit_of_work() as session:
        user = lock_user(session, waiting.user_id)
        waiting = find_waiting_session(session, token, SessionLevel.AWAITS_CODE)
        right = takes_code(session, actor_of(user), user, code)
        waiting.wrong_codes += not right
        if right or waiting.wrong_codes >= limits.SECOND_STEP_TRIES:
            waiting.ended_at = now_utc()
        level = SessionLevel.TWO_STEPS
        found = insert_user_session(session, user, level=level, browser=browser) if right else None
    if found is not None:
        forget_failures(attempt)
    return found


def takes_code(session: Session, actor: Actor, user: User, typed: str) -> bool:
    """Whether a code of a person who is held is right; it is spent then."""
    code = tidy_code(typed)
    if is_recovery_code(code):
        return _takes_recovery_code(session, actor, user, code)
    app = session.get(AuthenticatorApp, user.id, populate_existing=True)
    return app is not None and app.confirmed_at is not None and _takes_app_code(app, code)


def _takes_recovery_code(session: Session, actor: Actor, user: User, code: str) -> bool:
    row = session.scalar(
        select(RecoveryCode).where(
            RecoveryCode.user_id == user.id,
            RecoveryCode.code_hash == hash_token(code),
            RecoveryCode.used_at.is_(None),
        )
    )
    if row is None:
        return False
    row.used_at = now_utc()
    write_two_step_notice(session, user, TwoStepNews.USED)
    note_event(session, actor, Event.ACCOUNT_RECOVERY_CODE_USED)
    return True


def _takes_app_code(app: AuthenticatorApp, code: str) -> bool:
    secret = decrypt_text(app.secret)
    if secret is None or not is_app_code(code):
        return False
    now = count_periods(now_utc())
    for period in (now + neighbour for neighbour in NEIGHBOURS):
        expected = TOTP(secret, digits=DIGITS, interval=PERIOD).generate_otp(period)
        if period > app.used_period and hmac.compare_digest(expected, code):
            app.used_period = period
            return True
    return False


def count_periods(at: datetime) -> int:
    """How many periods of an authenticator app have passed since 1970."""
    return int(at.timestamp()) // PERIOD
