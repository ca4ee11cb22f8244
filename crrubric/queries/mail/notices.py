"""Reading notices: a person's own, and only those that they have not put away."""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from crrubric.domain.vocabulary import NoticeKind
from crrubric.models import Evaluation, Member, Notice
from crrubric.queries.people.people import Actor, has_seat


def list_own_notices(
    session: Session, actor: Actor, *, evaluation_id: int | None = None
) -> list[Notice]:
    """The newest first, of one evaluation or of all, with member and evaluation loaded.

    That a phase has begun which is over already is no news.
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
    return [notice for notice in session.scalars(wanted) if not _tells_of_past_phase(notice)]


def _tells_of_past_phase(notice: Notice) -> bool:
    phase = notice.member.evaluation.phase
    return notice.kind is NoticeKind.PHASE_CHANGED and notice.facts.get("phase") != phase.label
