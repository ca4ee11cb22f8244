"""Signing in by a provider: whose account it is, connecting it the first time, undoing that.

An account that nobody has used yet is connected at once, if the provider vouches for its address:
that is what an invitation by mail would show as well. One that has a password is connected by
whoever knows that password, and the second step with it; from then on the provider's own number for
the person finds it, whatever becomes of the address, and no other provider's word for the address
does. Nobody gets an account who was not invited.
"""

from dataclasses import replace

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain.actions import SiteAction
from crrubric.domain.errors import Invalid, NotLetIn, Stale
from crrubric.domain.events import Event
from crrubric.domain.mail.account_news import IdentityNews
from crrubric.domain.people.account_effects import AccountAct
from crrubric.domain.people.providers import Arrival
from crrubric.domain.text import email_key
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import SessionLevel
from crrubric.extensions import db
from crrubric.models import ExternalIdentity, User
from crrubric.queries.people.access import make_not_found, require_on_site
from crrubric.queries.people.accounts import foresee_act_on_account
from crrubric.queries.people.identities import (
    find_identity,
    is_only_way_in,
    list_identities,
    name_identity,
)
from crrubric.queries.people.people import Actor, actor_of
from crrubric.queries.people.second_step import has_two_steps
from crrubric.services.mail.account_letters import write_identity_notice
from crrubric.services.people.accounts import (
    Known,
    SignIn,
    begin_user_session,
    end_sessions,
    lock_user,
    make_attempt,
    try_password,
)
from crrubric.services.people.attempts import (
    AttemptStep,
    begin_attempt,
    forget_failures,
    note_failed_account,
)
from crrubric.services.people.confirming import (
    get_own_id,
    note_confirmation,
    refuse_who_has_password,
)
from crrubric.services.people.links import note_acceptance, void_links
from crrubric.services.people.proofs import prove_address
from crrubric.services.people.second_step import WRONG_CODE, takes_code
from crrubric.services.shared.constraints import explain_constraint
from crrubric.services.shared.journal import note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unforeseen

SAME_PERSON = "uq_external_identity_issuer_subject"
ONE_EACH = "uq_external_identity_user_id_issuer"
TWICE = Stale(N_("This was done in another window meanwhile: sign in once more."))


def sign_in_by_provider(arrival: Arrival, *, browser: str) -> SignIn | None:
    """A session for whoever a provider has sent; None if their account has to be connected first.

    Raises: NotLetIn in words for whoever has no account here, or may not use it; Stale.
    """
    with explain_constraint(SAME_PERSON, TWICE, ONE_EACH), unit_of_work() as session:
        user = lock_linked_user(session, arrival)
        if user is None:
            user = lock_invited_user(session, arrival)
            if user.password_hash is not None or has_two_steps(session, user.id):
                return None
            refuse_other_provider(session, user, arrival)
            if user.address_proven_at is None:
                end_sessions(session, user)  # of whoever came in by a link that a chair could read
            link_identity(session, user, arrival)
        prove_named_address(session, user, arrival)
        return begin_user_session(session, user, browser=browser, shown=tell_steps(arrival))


def confirm_session_by_provider(actor: Actor, arrival: Arrival, *, token: str) -> None:
    """Let the present session know that its person has signed in at their provider once more.

    Args: token: the secret of the present session.
    Raises: NotLetIn if the provider has sent somebody else; Invalid for who has a password; Stale.
    """
    with unit_of_work() as session:
        user = lock_linked_user(session, arrival)
        if user is None or user.id != actor.user_id:
            raise NotLetIn(
                N_("%(provider)s has sent somebody else than who is signed in here."),
                provider=arrival.title,
            )
        refuse_who_has_password(user)
        note_confirmation(session, user, token, by_key=False)


def tell_steps(arrival: Arrival) -> SessionLevel:
    """How many steps a sign-in by a provider counts for."""
    return SessionLevel.TWO_STEPS if arrival.both_steps else SessionLevel.ONE_STEP


def lock_linked_user(session: Session, arrival: Arrival) -> User | None:
    """The account that is connected with this person, held; None if there is none.

    Raises: NotLetIn if it is disabled; Stale if the connection was undone just now.
    """
    row = find_identity(session, arrival.issuer, arrival.subject)
    if row is None:
        return None
    user = lock_user(session, row.user_id)
    held = session.get(ExternalIdentity, row.id, populate_existing=True)
    if held is None or held.user_id != user.id:
        raise TWICE.anew()
    refuse_disabled_account(user)
    held.used_at, held.email = now_utc(), arrival.email
    return user


def refuse_disabled_account(user: User) -> None:
    """Raise NotLetIn for an account that nobody may use."""
    if user.disabled_at is not None:
        raise NotLetIn(
            N_("Your account on this site is disabled. Ask the people who run it at your district.")
        )


def lock_invited_user(session: Session, arrival: Arrival) -> User:
    """The account that has the address for which a provider vouches, held.

    What is said of an address for which nobody vouches is the same whether it has an account here.

    Raises: NotLetIn in words.
    """
    if not arrival.vouched:
        raise NotLetIn(
            N_(
                "%(provider)s does not vouch for an e-mail address of yours that this site takes."
                " Sign in another way, or ask the people who run this site at your district."
            )
            if arrival.email
            else N_(
                "%(provider)s told this site no e-mail address of yours. Ask the people who run"
                " this site at your district."
            ),
            provider=arrival.title,
        )
    key = email_key(arrival.email)
    user = session.scalar(select(User).where(User.email_key == key).with_for_update(of=User))
    if user is None:
        raise NotLetIn(
            N_(
                "%(email)s was not invited to this site. If you were invited with another address,"
                " sign in with that one. Else ask the chair of your committee to invite you, or"
                " the people who run this site at your district."
            ),
            email=arrival.email,
        )
    session.refresh(user)
    refuse_disabled_account(user)
    refuse_second_identity(session, user, arrival)
    return user


def refuse_second_identity(session: Session, user: User, arrival: Arrival) -> None:
    """Raise NotLetIn if the account is connected with somebody else there.

    An address that was given to another person finds nothing that was its former owner's.
    """
    other = session.scalar(
        select(ExternalIdentity.id).where(
            ExternalIdentity.user_id == user.id, ExternalIdentity.issuer == arrival.issuer
        )
    )
    if other is not None:
        raise NotLetIn(
            N_(
                "The account of %(email)s on this site is connected with another account of"
                " %(provider)s. Ask the people who run this site at your district."
            ),
            email=arrival.email,
            provider=arrival.title,
        )


def refuse_other_provider(session: Session, user: User, arrival: Arrival) -> None:
    """Raise NotLetIn if nothing but the address says whose the account is that is connected with
    somebody at another provider, of those that the settings still have."""
    others = [one.title for one in list_identities(session, user.id) if one.usable]
    if others:
        raise NotLetIn(
            N_(
                "Whoever has the account of %(email)s on this site signs in with %(others)s. If"
                " that is you, do so; else ask the people who run this site at your district."
            ),
            email=arrival.email,
            others=" / ".join(others),
        )


def link_identity(session: Session, user: User, arrival: Arrival) -> None:
    """Connect an account that is held with whoever a provider has sent; its owner is told.

    Links that others might hold to an account that was not used yet stop working.
    """
    first = user.unused
    if first:
        void_links(session, user.id)
    session.add(
        ExternalIdentity(
            user_id=user.id,
            issuer=arrival.issuer,
            subject=arrival.subject,
            email=arrival.email,
        )
    )
    user.identity_linked_at = user.identity_linked_at or now_utc()
    session.flush()
    write_identity_notice(session, user, IdentityNews.LINKED, arrival.title)
    note_event(session, actor_of(user), Event.ACCOUNT_IDENTITY_LINKED, subject=arrival.title)
    if first:
        note_acceptance(session, user)


def prove_named_address(session: Session, user: User, arrival: Arrival) -> None:
    """An address for which a provider vouches is its account's owner's."""
    if arrival.vouched and email_key(arrival.email) == user.email_key:
        prove_address(session, actor_of(user), user)


def find_account_to_connect(arrival: Arrival) -> tuple[User, bool]:
    """The account that waits for its password, and whether it asks for a code as well.

    Raises: NotLetIn if there is none any more; Stale if it is connected by now.
    """
    session = db.session()
    if not arrival.vouched or find_identity(session, arrival.issuer, arrival.subject) is not None:
        raise TWICE.anew()
    user = session.scalar(select(User).where(User.email_key == email_key(arrival.email)))
    if user is None:
        raise TWICE.anew()
    return user, has_two_steps(session, user.id)


def connect_account(
    arrival: Arrival, *, password: str, code: str, address: str, known: Known, browser: str
) -> SignIn | None:
    """Connect an account with whoever a provider has sent: they know its password, and its code.

    Args: code: of the second step, where the account has one; address: the network address of the
    browser; known: accounts that it has signed in to.
    Returns: None if the password is wrong, in the same words and time as at sign-in.
    Raises: Invalid (field "step_code") if the code is; NotLetIn; Stale; TooSoon; Busy.
    """
    user, asks_code = find_account_to_connect(arrival)
    user_id, version, expected = user.id, user.sign_in_version, user.password_hash
    attempt = make_attempt(user.email_key, address=address, known=known)
    second = replace(attempt, step=AttemptStep.CODE)
    if expected is not None and not try_password(attempt, expected, password):
        note_failed_account(attempt, exists=True)
        return None
    if asks_code:
        begin_attempt(second)
    with explain_constraint(SAME_PERSON, TWICE, ONE_EACH), unit_of_work() as session:
        user = lock_invited_user(session, arrival)
        if (user.id, user.sign_in_version) != (user_id, version) or has_two_steps(
            session, user.id
        ) != asks_code:
            raise TWICE.anew()
        if asks_code and not takes_code(session, actor_of(user), user, code):
            raise WRONG_CODE.anew()
        link_identity(session, user, arrival)
        prove_named_address(session, user, arrival)
        shown = SessionLevel.TWO_STEPS if asks_code else tell_steps(arrival)
        found = begin_user_session(session, user, browser=browser, shown=shown)
    forget_failures(attempt)
    if asks_code:
        forget_failures(second)
    return found


def unlink_own_identity(actor: Actor, identity_id: int) -> str:
    """Sign in with an account elsewhere no more.

    Returns: the provider's name.
    Raises: NotFound if it is not the actor's; Invalid if they could not sign in without it.
    """
    with unit_of_work() as session:
        user = lock_user(session, get_own_id(actor))
        row = session.get(ExternalIdentity, identity_id, populate_existing=True)
        if row is None or row.user_id != user.id:
            raise make_not_found()
        title = name_identity(row).title
        if is_only_way_in(session, user, row):
            raise Invalid(
                N_("You could not sign in any more: %(provider)s is your only way in."),
                provider=title,
            )
        session.delete(row)
        write_identity_notice(session, user, IdentityNews.UNLINKED, title)
        note_event(session, actor, Event.ACCOUNT_IDENTITY_UNLINKED, subject=title)
    return title


def unlink_all_identities(actor: Actor, user_id: int, *, seen: str | None = None) -> User:
    """An administrator, or the operator, undoes the connections of an account: it was the wrong
    person, or the person has another account there now. They are told, and signed out everywhere.

    Args: seen: the fingerprint of what the page before said.
    Raises: NotFound unless the actor administers the site; Invalid where there is none, and for
    one's own account; Stale.
    """
    require_on_site(actor, SiteAction.MANAGE_ACCOUNTS)
    if user_id == actor.user_id:
        raise Invalid(N_("Undo that on the page of your own account."))
    with unit_of_work() as session:
        user = lock_user(session, user_id)
        found = list_identities(session, user.id)
        if not found:
            raise Invalid(N_("%(name)s signs in with no account of a provider."), name=user.name)
        act = AccountAct.END_IDENTITIES
        refuse_unforeseen(foresee_act_on_account(session, act, user), seen)
        session.execute(delete(ExternalIdentity).where(ExternalIdentity.user_id == user.id))
        end_sessions(session, user)
        write_identity_notice(
            session, user, IdentityNews.RESET, " / ".join(one.title for one in found)
        )
        note_event(session, actor, Event.ACCOUNT_IDENTITIES_ENDED, subject=user.name)
    return user
