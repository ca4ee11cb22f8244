"""Reading notices: a person's own, and only those that they have not put away."""

from collections.abc import Mapping

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from crrubric.domain.policy import MEETING, OPEN_WORK, PREPARING, SCORING
from crrubric.domain.vocabulary import MailKind, NoticeKind, Phase
from crrubric.models import Declaration, Evaluation, Member, Notice, OutgoingMail, Vendor
from crrubric.queries.people.access import is_recusing_conflict
from crrubric.queries.people.people import Actor, has_seat

LATEST_NEWS = 20  # of an account, at most


def list_account_news(session: Session, actor: Actor) -> list[OutgoingMail]:
    """What was done with the actor's account and no mail could tell them, the latest first.

    Of another address the former one is told as well: that is the same news.
    """
    rows = select(OutgoingMail).where(
        OutgoingMail.user_id == actor.user_id,
        OutgoingMail.kind == MailKind.ACCOUNT,
        or_(OutgoingMail.set_aside_at.is_not(None), OutgoingMail.given_up_at.is_not(None)),
        OutgoingMail.read_at.is_(None),
    )
    found = session.scalars(rows.order_by(OutgoingMail.id.desc()).limit(2 * LATEST_NEWS))
    return [mail for mail in found if (mail.news or {}).get("old") != mail.to_address][:LATEST_NEWS]


def list_own_notices(
    session: Session, actor: Actor, *, evaluation_id: int | None = None
) -> list[Notice]:
    """The newest first, of one evaluation or of all, with member and evaluation loaded.

    What tells of a phase that is over, or asks for what can't be done any more, is no news. Nor is
    what was told of a vendor to whoever has declared a conflict of interest with it since.
    """
    wanted = (
        select(Notice)
        .join(Notice.member)
        .join(Member.evaluation)
        .options(joinedload(Notice.member).joinedload(Member.evaluation))
        .where(has_seat(actor.user_id), Notice.seen_at.is_(None), Evaluation.deleted_at.is_(None))
        .order_by(Notice.id.desc())
    )
    if evaluation_id is not None:
        wanted = wanted.where(Member.evaluation_id == evaluation_id)
    news = [notice for notice in session.scalars(wanted) if not _tells_of_past_phase(notice)]
    if not any(map(_find_told_vendor, news)):
        return news
    away = _load_avoided_names(session, actor)
    return [row for row in news if (row.member_id, _find_told_vendor(row)) not in away]


# these tell of the conflict itself: whoever stays away reads that they do
TOLD_OF_CONFLICTS = frozenset({NoticeKind.CONFLICT_WAIVED, NoticeKind.WAIVER_ENDED})


def _find_told_vendor(notice: Notice) -> str | None:
    """The name of the vendor of which a notice tells, which holds from the opening of ballots on;
    None if it tells of none, or of somebody's conflict of interest."""
    if notice.kind in TOLD_OF_CONFLICTS:
        return None
    told: str | None = notice.facts.get("vendor")
    return told


def _load_avoided_names(session: Session, actor: Actor) -> set[tuple[int, str]]:
    """(member id, name) of the vendors from which the actor stays away, on every committee."""
    rows = session.execute(
        select(Member.id, Vendor.name)
        .join(Declaration, Declaration.member_id == Member.id)
        .join(Vendor, Vendor.id == Declaration.vendor_id)
        .where(has_seat(actor.user_id), is_recusing_conflict())
    )
    return {(member, name) for member, name in rows}


# the phases in which a notice that asks for something is news
ASKING: Mapping[NoticeKind, frozenset[Phase]] = {
    NoticeKind.CLOSING_DAY_MOVED: SCORING,
    NoticeKind.ALL_IN: SCORING,
    NoticeKind.KNOWN_IN: SCORING,
    NoticeKind.ASSIGNMENT_CHANGED: OPEN_WORK,
    NoticeKind.MARK_AGAIN: OPEN_WORK,
    NoticeKind.BALLOT_ENTERED: SCORING | MEETING,
    NoticeKind.POSITION_ASKED: MEETING,
    NoticeKind.VOTE_OPENED: PREPARING,
}


def _tells_of_past_phase(notice: Notice) -> bool:
    phase = notice.member.evaluation.phase
    if notice.kind is NoticeKind.PHASE_CHANGED:
        return notice.facts.get("phase") != phase.label
    return phase not in ASKING.get(notice.kind, {phase})
