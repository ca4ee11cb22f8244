"""The accounts of the site, and what became of them."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from crrubric.config import current_settings
from crrubric.domain.events import Event
from crrubric.domain.foreseen import Foreseen
from crrubric.domain.people.account_effects import AccountAct, AccountFacts, foresee_account_act
from crrubric.domain.people.second_step import needs_two_steps
from crrubric.domain.record.chain import SITE
from crrubric.domain.text import key_of, sort_key
from crrubric.domain.vocabulary import Phase, Standing
from crrubric.models import Evaluation, JournalEntry, Member, User
from crrubric.queries.people.access import make_not_found
from crrubric.queries.people.identities import list_identities
from crrubric.queries.people.people import has_seat
from crrubric.queries.people.second_step import has_two_steps

LATEST = 50  # changes of accounts, at most
EVENTS = tuple(
    event for event in Event if event.name.startswith("ACCOUNT_") or event is Event.INVITE_ACCEPTED
)


def list_accounts(session: Session, words: str = "") -> list[User]:
    """Everybody who has an account, by name; with words, those whose name or address has them."""
    rows = session.scalars(select(User).where(User.removed_at.is_(None)).order_by(User.id))
    asked = key_of(words)
    found = [row for row in rows if asked in key_of(row.name) or asked in key_of(row.email)]
    return sorted(found, key=lambda row: sort_key(row.name))


def find_account(session: Session, user_id: int) -> User:
    """One account. Raises: NotFound."""
    user = session.get(User, user_id)
    if user is None or user.removed_at is not None:
        raise make_not_found()
    return user


def list_account_changes(session: Session) -> list[JournalEntry]:
    """What was done to accounts lately, in the journal of the site, the newest first."""
    rows = select(JournalEntry).where(JournalEntry.chain == SITE, JournalEntry.event.in_(EVENTS))
    return list(session.scalars(rows.order_by(JournalEntry.number.desc()).limit(LATEST)))


def foresee_act_on_account(session: Session, act: AccountAct, user: User) -> Foreseen:
    """What the act will do to somebody's account as it is now."""
    return foresee_account_act(act, read_account_facts(session, user))


def read_account_facts(session: Session, user: User) -> AccountFacts:
    """What an administrator should know of an account before doing something with it."""
    two_steps = has_two_steps(session, user.id)
    rule = current_settings().TWO_STEPS_FOR
    return AccountFacts(
        name=user.name,
        email=user.email,
        standing=user.standing,
        disabled=user.disabled_at is not None,
        proven=user.address_proven_at is not None,
        two_steps=two_steps,
        providers=tuple(one.title for one in list_identities(session, user.id)),
        seats=_count_seats(session, user, waiting=False),
        waiting=_count_seats(session, user, waiting=True),
        led=tuple(_list_led_alone(session, user)),
        administrators_left=_count_other_administrators(session, user),
        asked=not two_steps and needs_two_steps(rule, Standing.ADMINISTRATOR, chairs=False),
    )


def _count_seats(session: Session, user: User, *, waiting: bool) -> int:
    """Seats of evaluations that are there, or those among them that wait for the address."""
    wanted = (
        select(func.count(Member.id))
        .join(Evaluation, Evaluation.id == Member.evaluation_id)
        .where(
            Member.user_id == user.id,
            Member.removed_at.is_(None),
            Evaluation.deleted_at.is_(None),
        )
    )
    if waiting:
        wanted = wanted.where(Member.awaits_address == user.email_key)
    return session.scalar(wanted) or 0


def _list_led_alone(session: Session, user: User) -> Sequence[str]:
    """Titles of open evaluations that nobody else chairs who can sign in."""
    other, owner = aliased(Member), aliased(User)
    others = (
        select(other.id)
        .join(owner, owner.id == other.user_id)
        .where(
            other.evaluation_id == Member.evaluation_id,
            other.is_chair,
            other.removed_at.is_(None),
            other.awaits_address.is_(None),
            other.user_id != user.id,
            owner.disabled_at.is_(None),
        )
    )
    titles = (
        select(Evaluation.title)
        .join(Member, Member.evaluation_id == Evaluation.id)
        .where(
            has_seat(user.id),
            Member.is_chair,
            Evaluation.deleted_at.is_(None),
            Evaluation.phase != Phase.ARCHIVED,
            ~others.exists(),
        )
    )
    return sorted(session.scalars(titles), key=sort_key)


def _count_other_administrators(session: Session, user: User) -> int:
    wanted = select(func.count(User.id)).where(
        User.standing == Standing.ADMINISTRATOR,
        User.disabled_at.is_(None),
        User.removed_at.is_(None),
        ~User.unused,
        User.id != user.id,
    )
    return session.scalar(wanted) or 0
