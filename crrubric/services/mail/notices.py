"""Telling members, once, what they must know: in the transaction of what they are told of."""

from collections.abc import Iterable, Mapping

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain.actions import Action
from crrubric.domain.vocabulary import MailKind, NoticeKind
from crrubric.models import Ballot, Declaration, Member, Notice, OutgoingMail, Vendor
from crrubric.queries.mail.lateness import select_open_ballots
from crrubric.queries.people.access import (
    is_recusing_conflict,
    make_not_found,
    require_locked_seat,
)
from crrubric.queries.people.people import Actor
from crrubric.services.mail.letters import notice_key_of, write_notice_mails
from crrubric.services.mail.outbox import set_aside_mail_of
from crrubric.services.shared.unit import unit_of_work


def notify_members(
    session: Session,
    members: Iterable[int],
    kind: NoticeKind,
    facts: Mapping[str, str],
    *,
    vendor_id: int | None,
) -> None:
    """Leave a notice for each of the members, and a mail if it asks for an act.

    Args: vendor_id: the vendor of which it tells; who stays away from it is not told. None if it
    tells of none, or to each member of their own seat only.
    """
    told = set(members)
    if vendor_id is not None:
        session.flush()
        away = select(Declaration.member_id).where(
            Declaration.vendor_id == vendor_id, is_recusing_conflict()
        )
        told -= set(session.scalars(away))
    notices = [Notice(member_id=member, kind=kind, facts=dict(facts)) for member in sorted(told)]
    session.add_all(notices)
    write_notice_mails(session, notices, kind, facts)


def withdraw_notices(
    session: Session, member_id: int, kind: NoticeKind, facts: Mapping[str, str]
) -> None:
    """What a member was told holds no more: it is not shown, and mails that wait are not sent.

    Args: facts: what the notice tells among other things.
    """
    rows = session.scalars(
        select(Notice).where(
            Notice.member_id == member_id, Notice.kind == kind, Notice.seen_at.is_(None)
        )
    )
    for notice in rows.all():
        if facts.items() <= notice.facts.items():
            notice.seen_at = now_utc()
            set_aside_mail_of(session, notice_key_of(notice))


def notify_chairs_if_complete(session: Session, evaluation_id: int, vendors: set[int]) -> None:
    """Tell each chair that no ballot that they may know of is open any more.

    Args: vendors: those of the ballots that were just submitted. A chair who stays away from all of
    them is told nothing now: the moment would tell when those ballots came in.
    """
    session.flush()
    still_open = set(
        session.scalars(select_open_ballots(evaluation_id).with_only_columns(Ballot.vendor_id))
    )
    for chair, away in _load_chairs(session, evaluation_id).items():
        if vendors <= away or still_open - away:
            continue
        kind = NoticeKind.KNOWN_IN if away else NoticeKind.ALL_IN
        notify_members(session, [chair], kind, {}, vendor_id=None)


def _load_chairs(session: Session, evaluation_id: int) -> dict[int, set[int]]:
    """The present chairs, each with the vendors in the selection from which they stay away."""
    rows = session.execute(
        select(Member.id, Vendor.id)
        .outerjoin(Declaration, and_(Declaration.member_id == Member.id, is_recusing_conflict()))
        .outerjoin(Vendor, and_(Vendor.id == Declaration.vendor_id, Vendor.withdrawn_at.is_(None)))
        .where(Member.evaluation_id == evaluation_id, Member.is_chair, Member.removed_at.is_(None))
    )
    found: dict[int, set[int]] = {}
    for chair, vendor in rows:
        found.setdefault(chair, set()).update(() if vendor is None else (vendor,))
    return found


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


def dismiss_notices(actor: Actor, slug: str, *, last: int) -> None:
    """Mark one's own notices of an evaluation as seen, up to the last that the page showed."""
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.VIEW_EVALUATION, slug)
        if seat.member is None:
            raise make_not_found()
        session.execute(
            update(Notice)
            .where(Notice.member_id == seat.member.id, Notice.seen_at.is_(None), Notice.id <= last)
            .values(seen_at=now_utc())
        )


def dismiss_account_news(actor: Actor, *, last: int) -> None:
    """Mark as read what was told of one's own account on a page, up to the last that it showed."""
    with unit_of_work() as session:
        session.execute(
            update(OutgoingMail)
            .where(
                OutgoingMail.user_id == actor.user_id,
                OutgoingMail.kind == MailKind.ACCOUNT,
                OutgoingMail.read_at.is_(None),
                OutgoingMail.id <= last,
            )
            .values(read_at=now_utc())
        )
