"""Under which names people stand in the record, for a memo that gives their roles only."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.catalogue import load_translations
from crrubric.domain.events import Event
from crrubric.domain.memo.issuing.roles import NamedMember, RoleBook, Say
from crrubric.models import Evaluation, JournalEntry, Member, User

RENAMED = (Event.MEMBER_RENAMED, Event.INVITE_RENAMED)


def load_named_members(session: Session, evaluation: Evaluation) -> list[NamedMember]:
    """Every member that there has been, with every name that the record has of them."""
    return _read_named_members(session, evaluation)[0]


def load_role_book(
    session: Session, evaluation: Evaluation, language: str, say: Say | None = None
) -> RoleBook:
    """What stands in the memo instead of each name, in this language.

    Args: say: other translations into it.
    """
    members, outsiders = _read_named_members(session, evaluation)
    return RoleBook(members, outsiders, say or load_translations(language).gettext)


def _read_named_members(
    session: Session, evaluation: Evaluation
) -> tuple[list[NamedMember], list[str]]:
    """Members, and the names of those who acted without a seat. Three queries."""
    seats = session.execute(
        select(Member, User.name.label("account"))
        .outerjoin(User, User.id == Member.user_id)
        .where(Member.evaluation_id == evaluation.id)
        .order_by(Member.id)
    ).all()
    acted = session.execute(
        select(JournalEntry.actor_id, JournalEntry.actor_name)
        .where(JournalEntry.evaluation_id == evaluation.id)
        .distinct()
        .order_by(JournalEntry.actor_name)
    ).all()
    renamed = session.scalars(
        select(JournalEntry)
        .where(JournalEntry.evaluation_id == evaluation.id, JournalEntry.event.in_(RENAMED))
        .order_by(JournalEntry.number)
    ).all()
    names = {row.Member.id: [row.Member.name, row.account] for row in seats}
    by_user = {row.Member.user_id: row.Member.id for row in seats if row.Member.user_id}
    outsiders = []
    for user, name in acted:
        if user in by_user:
            names[by_user[user]].append(name)
        else:
            outsiders.append(name)
    for entry in renamed:
        if entry.member_id in names:
            told = ((entry.before or {}).get("name"), (entry.after or {}).get("name"))
            names[entry.member_id].extend(told)
    members = [
        NamedMember(
            stakeholder=row.Member.stakeholder,
            names=tuple(dict.fromkeys(filter(None, names[row.Member.id]))),
            present=row.Member.removed_at is None,
        )
        for row in seats
    ]
    return members, outsiders
