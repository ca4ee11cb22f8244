"""Reading who leads which evaluation, for whoever may appoint an acting chair."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from crrubric.domain.errors import Invalid
from crrubric.domain.policy import COMMITTEE_FIXED
from crrubric.domain.text import email_key
from crrubric.domain.translation import N_
from crrubric.models import Evaluation, Member, User


@dataclass(frozen=True, slots=True)
class ChairLine:
    """An evaluation in or after its meeting: who leads it, and who else could."""

    evaluation: Evaluation
    chairs: tuple[Member, ...]
    others: tuple[Member, ...]  # present members with an account that is not disabled


def list_led_evaluations(session: Session) -> list[ChairLine]:
    """Every evaluation that can be given an acting chair, the newest first, in two queries."""
    evaluations = session.scalars(
        select(Evaluation)
        .where(Evaluation.phase.in_(COMMITTEE_FIXED))
        .order_by(Evaluation.id.desc())
    ).all()
    members = session.scalars(
        select(Member)
        .options(joinedload(Member.user))
        .where(
            Member.evaluation_id.in_([row.id for row in evaluations]),
            Member.removed_at.is_(None),
            Member.user_id.is_not(None),
            Member.awaits_address.is_(None),
        )
        .order_by(Member.id)
    ).all()
    return [
        _make_line(row, [one for one in members if one.evaluation_id == row.id])
        for row in evaluations
    ]


def _make_line(evaluation: Evaluation, members: Sequence[Member]) -> ChairLine:
    return ChairLine(
        evaluation,
        tuple(row for row in members if row.is_chair),
        tuple(row for row in members if not row.is_chair and is_let_in(row)),
    )


def is_let_in(member: Member) -> bool:
    """Whether the member has an account that is not disabled."""
    return member.user is not None and member.user.disabled_at is None


def find_member_by_address(session: Session, evaluation: Evaluation, email: str) -> Member:
    """The present member whose account has this address. Raises: Invalid."""
    found = session.scalar(
        select(Member)
        .join(User, User.id == Member.user_id)
        .where(
            Member.evaluation_id == evaluation.id,
            Member.removed_at.is_(None),
            User.email_key == email_key(email),
        )
    )
    if found is None:
        raise Invalid(N_("Nobody with the address %(email)s is on this committee."), email=email)
    return found
