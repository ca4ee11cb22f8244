"""Telling members, once, what they must know: in the transaction of what they are told of."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain.actions import Action
from crrubric.domain.vocabulary import NoticeKind
from crrubric.models import Member, Notice
from crrubric.queries.mail.lateness import select_open_ballots
from crrubric.queries.people.access import make_not_found, require_locked_seat
from crrubric.queries.people.people import Actor
from crrubric.services.mail.letters import write_notice_mails
from crrubric.services.shared.unit import unit_of_work


def notify_members(
    session: Session, members: Iterable[int], kind: NoticeKind, facts: Mapping[str, str]
) -> None:
    """Leave a notice for each of the members, and a mail if it asks for an act."""
    notices = [Notice(member_id=member, kind=kind, facts=dict(facts)) for member in sorted(members)]
    session.add_all(notices)
    write_notice_mails(session, notices, kind, facts)


def notify_chairs_if_complete(session: Session, evaluation_id: int) -> None:
    """Tell the chairs that no ballot is open any more, if that is so after one was submitted."""
    session.flush()
    if session.scalar(select_open_ballots(evaluation_id).limit(1)) is not None:
        return
    chairs = select(Member.id).where(
        Member.evaluation_id == evaluation_id, Member.is_chair, Member.removed_at.is_(None)
    )
    notify_members(session, session.scalars(chairs).all(), NoticeKind.ALL_IN, {})


def list_other_members(session: Session, evaluation_id: int, actor: Actor) -> list[int]:
    """The present members of the evaluation, without the one who acts."""
    rows = session.execute(
        select(Member.id, Member.user_id).where(
            Member.evaluation_id == evaluation_id, Member.removed_at.is_(None)
        )
    )
    return [row.id for row in rows if row.user_id is None or row.user_id != actor.user_id]


def dismiss_notice(actor: Actor, slug: str, notice_id: int) -> None:
    """Mark one's own notice as seen. Raises: NotFound for anybody else's."""
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.VIEW_EVALUATION, slug)
        notice = session.get(Notice, notice_id)
        if notice is None or seat.member is None or notice.member_id != seat.member.id:
            raise make_not_found()
        notice.seen_at = notice.seen_at or now_utc()
