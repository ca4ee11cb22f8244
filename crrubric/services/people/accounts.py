"""Accounts: adding people, hashing and checking passwords, signing in and out."""

import hashlib
import re
import secrets
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.errors import Busy, Invalid
from crrubric.domain.events import Event
from crrubric.domain.people.browsers import describe_browser
from crrubric.domain.people.passwords import check_password
from crrubric.domain.text import clean_line, email_key, key_of
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import SIGNED_IN_LEVELS, SessionLevel, Standing
from crrubric.extensions import db
from crrubric.models import CalendarFeed, User, UserSession
from crrubric.queries.people.access import make_not_found
from crrubric.queries.people.district import find_named_district
from crrubric.queries.people.people import Actor
from crrubric.queries.people.second_step import has_two_steps, is_asked_for_two_steps
from crrubric.services.people.app_secrets import begin_app_secret
from crrubric.services.people.attempts import (
    Attempt,
    AttemptStep,
    begin_attempt,
    forget_failures,
    network_of,
    note_failed_account,
    withdraw_attempt,
)
from crrubric.services.people.hashing import hash_password, matches_password
from crrubric.services.people.ways_in import refuse_passwords_if_off
from crrubric.services.shared.constraints import explain_constraint
from crrubric.services.shared.journal import note_event
from crrubric.services.shared.unit import unit_of_work

SAME_EMAIL = "uq_user_account_email_key"
# What RFC 5321 calls a dot-string, an @ and a domain of two parts or more, with letters of any
# script; no quoted names, no comments, no numbers of machines in brackets. No character fits two
# alternatives: a pattern with two ways to read one text can take forever.
_ATOM = r"(?:[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]|[^\x00-\x7f\s])+"
_LABEL = r"(?!-)(?:[a-zA-Z0-9-]|[^\x00-\x7f\s]){1,63}(?<!-)"
ADDRESS = re.compile(
    rf"(?=.{{1,{limits.EMAIL}}}\Z)(?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+"
)
Known = frozenset[tuple[int, int]]  # (account, its version) that a browser has signed in to
NOBODY_KNOWN: Known = frozenset()


def check_new_password(session: Session, user: User, password: str) -> None:
    """Refuse a password that is guessed early. Raises: Invalid (field "password")."""
    district = find_named_district(session)
    known = (district.name,) if district else ()
    two_steps = has_two_steps(session, user.id)
    check_password(password, about=(user.name, user.email, *known), two_steps=two_steps)


def hash_token(token: str) -> str:
    """What the database keeps of a secret link or session: its SHA-256, in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def clean_email(email: str) -> str:
    """A plausible address as typed. Raises: Invalid (field "email")."""
    tidy = clean_line(email, limit=limits.EMAIL, field="email")
    # key_of: what looks like an address with two @, say, is none
    if not all(ADDRESS.fullmatch(form) for form in (tidy, key_of(tidy), email_key(tidy))):
        raise Invalid(N_("Enter an e-mail address like name@school.example."), field="email")
    return tidy


def clean_name(name: str) -> str:
    """A person's name on one line. Raises: Invalid (field "name")."""
    tidy = clean_line(name, limit=limits.NAME, field="name")
    if not tidy:
        raise Invalid(N_("Enter the person’s name."), field="name")
    return tidy


def find_or_add_user(
    session: Session, name: str, email: str, standing: Standing
) -> tuple[User, bool]:
    """The account with this address, however it is spelled, and whether it was made just now.

    It is held until the transaction ends, so that of its links only the newest works.
    """
    address = clean_email(email)
    user = session.scalar(
        select(User).where(User.email_key == email_key(address)).with_for_update(of=User)
    )
    if user is not None:
        return user, False
    return insert_user(session, name, address, standing), True


def insert_user(session: Session, name: str, address: str, standing: Standing) -> User:
    """A new account. Raises: Invalid without a name; IntegrityError if the address has one."""
    user = User(
        name=clean_name(name), email=address, email_key=email_key(address), standing=standing
    )
    session.add(user)
    session.flush()
    return user


def lock_user(session: Session, user_id: int) -> User:
    """The account, read anew and held until the transaction ends. Raises: NotFound."""
    user = session.get(User, user_id, with_for_update=True, populate_existing=True)
    if user is None or user.removed_at is not None:
        raise make_not_found()
    return user


def is_unused(user: User) -> bool:
    """Whether nobody has used the account yet: whoever holds a link to it would come in."""
    return user.unused


def choose_language(actor: Actor, language: str) -> None:
    """Keep the language that the actor wants to read; one's own choice is no entry in a journal."""
    with unit_of_work() as session:
        session.get_one(User, actor.user_id).language = language


def make_taken(email: str) -> Invalid:
    """The refusal of an address that has an account."""
    return Invalid(N_("%(email)s has an account already."), email=email.strip(), field="email")


def is_taken(session: Session, email: str) -> bool:
    """Whether the address has an account, however it is spelled."""
    return find_owner(session, email) is not None


def find_owner(session: Session, email: str) -> User | None:
    """Whose account has the address, however it is spelled."""
    return session.scalar(select(User).where(User.email_key == email_key(email)))


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
    taken = make_taken(email)
    with explain_constraint(SAME_EMAIL, taken), unit_of_work() as session:
        address = clean_email(email)
        if is_taken(session, address):
            raise taken
        # never one that came up meanwhile: its owner's password would be overwritten
        user = insert_user(session, name, address, standing)
        user.password_hash = hashed
        user.address_proven_at = user.created_at  # no chair is ever given a link for it
        note_event(
            session,
            actor,
            Event.ACCOUNT_ADDED,
            subject=user.name,
            after={"email": user.email, "standing": standing},
        )
    return user


@dataclass(frozen=True, slots=True)
class SignIn:
    """A person, the secret of their new session, and how far they have come with it."""

    user: User
    token: str
    level: SessionLevel

    @property
    def is_complete(self) -> bool:
        """Whether they are in; else the session opens nothing but the next step."""
        return self.level in SIGNED_IN_LEVELS


def sign_in(
    email: str,
    password: str,
    *,
    address: str = "",
    known: Known = NOBODY_KNOWN,
    browser: str = "",
) -> SignIn | None:
    """A new session for the person; None, in the same time, if address and password don't match.

    Args: address: the network address of the browser; known: accounts that it has signed in to;
    browser: what it calls itself.
    Raises: TooSoon if too many tries failed, Busy if too many people sign in: then nothing was
    compared. Invalid where nobody signs in with a password.
    """
    refuse_passwords_if_off()
    user = _get_session().scalar(select(User).where(User.email_key == email_key(email)))
    seen = (user.id, user.sign_in_version) if user is not None else None
    attempt = Attempt(email_key(email), address, known=seen in known)
    usable = user is not None and user.disabled_at is None
    expected = user.password_hash if user is not None and usable else None
    fits = try_password(attempt, expected, password)
    found = _open_session(*seen, browser) if fits and seen is not None else None
    if found is None:
        note_failed_account(attempt, exists=user is not None)
    else:
        forget_failures(attempt)
    return found


def make_attempt(
    email: str, *, address: str, known: Known, step: AttemptStep = AttemptStep.FIRST
) -> Attempt:
    """What an attempt to sign in with this address is counted under."""
    wanted = select(User.id, User.sign_in_version).where(User.email_key == email_key(email))
    row = _get_session().execute(wanted).one_or_none()
    seen = row is not None and (row[0], row[1]) in known
    return Attempt(email_key(email), address, known=seen, step=step)


def try_password(attempt: Attempt, expected: str | None, password: str) -> bool:
    """Whether the password has this hash, as an attempt that is counted until it is forgotten.

    Raises: TooSoon; Busy, and then it counts as none, as nothing was compared.
    """
    delays = begin_attempt(attempt)
    try:
        return matches_password(
            expected, password, known=attempt.known, address=network_of(attempt.address)
        )
    except Busy:
        withdraw_attempt(attempt, delays=delays)
        raise


def _open_session(user_id: int, version: int, browser: str) -> SignIn | None:
    """The person with a new session; None if the password was changed while it was compared."""
    with unit_of_work() as session:
        user = lock_user(session, user_id)
        if user.sign_in_version != version or user.disabled_at is not None:
            return None
        return begin_user_session(session, user, browser=browser)


def begin_user_session(
    session: Session,
    user: User,
    *,
    browser: str,
    shown: SessionLevel = SessionLevel.ONE_STEP,
) -> SignIn:
    """A session of a person who has shown the first step: complete if nobody asks for another.

    Args: shown: TWO_STEPS where both are shown already, as to a provider that counts for both.
    """
    level = shown
    if shown is not SessionLevel.TWO_STEPS and has_two_steps(session, user.id):
        level = SessionLevel.AWAITS_CODE
    elif shown is not SessionLevel.TWO_STEPS and is_asked_for_two_steps(session, user):
        level = SessionLevel.AWAITS_SET_UP
        begin_app_secret(session, user)
    return insert_user_session(session, user, level=level, browser=browser)


def sign_out(token: str) -> None:
    """End the session for good: its cookie can't be replayed."""
    with unit_of_work() as session:
        session.execute(
            update(UserSession)
            .where(UserSession.token_hash == hash_token(token))
            .values(ended_at=now_utc())
        )


def end_sessions(session: Session, user: User) -> None:
    """End every session of a person who is held, and every sign-in that is under way.

    The link of their calendar ends as well: whoever knew the password may have made it.
    """
    user.sign_in_version += 1
    session.execute(delete(CalendarFeed).where(CalendarFeed.user_id == user.id))
    session.execute(
        update(UserSession)
        .where(UserSession.user_id == user.id, UserSession.ended_at.is_(None))
        .values(ended_at=now_utc())
    )


def end_other_sessions(session: Session, user: User, *, keep: str) -> None:
    """End the sessions of a person who is held, but for one. Args: keep: its secret, or empty."""
    session.execute(
        update(UserSession)
        .where(
            UserSession.user_id == user.id,
            UserSession.ended_at.is_(None),
            UserSession.token_hash != hash_token(keep),
        )
        .values(ended_at=now_utc())
    )


def insert_user_session(
    session: Session, user: User, *, level: SessionLevel, browser: str
) -> SignIn:
    """A new session of a person. Args: browser: the header with which it names itself."""
    token = secrets.token_urlsafe(32)
    session.add(
        UserSession(
            token_hash=hash_token(token),
            user_id=user.id,
            level=level,
            browser=describe_browser(browser),
        )
    )
    return SignIn(user, token, level)


def _get_session() -> Session:
    return db.session()  # the scoped session of this request or command
