"""Reading evaluations: who sees which, what is missing, how far ballots are."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, ColumnExpressionArgument, case, func, select
from sqlalchemy.orm import Session

from crrubric.domain.setup.lifecycle import Readiness
from crrubric.domain.text import sort_key
from crrubric.domain.vocabulary import BallotState, Phase
from crrubric.models import (
    Ballot,
    Commitment,
    Criterion,
    Decision,
    Deferral,
    EntryOnBehalf,
    Evaluation,
    Finding,
    Mark,
    Meeting,
    Member,
    Reinstatement,
    Vendor,
)
from crrubric.queries.ballots.ballots import is_vendor_in_selection
from crrubric.queries.people.access import Seat
from crrubric.queries.people.people import Actor, is_present_reviewer


def load_readiness(session: Session, evaluation_id: int) -> Readiness:
    """The counts that conditions and checklist look at, in one query."""

    def count(model: type, *conditions: ColumnExpressionArgument[bool]) -> ColumnElement[int]:
        return select(func.count()).select_from(model).where(*conditions).scalar_subquery()

    vendors_of = select(Vendor.id).where(Vendor.evaluation_id == evaluation_id)
    in_rubric = (Criterion.evaluation_id == evaluation_id, Criterion.left_out.is_(False))
    row = session.execute(
        select(
            count(Criterion, *in_rubric).label("criteria"),
            count(Criterion, *in_rubric, Criterion.weight > 0).label("weighted_criteria"),
            count(
                Vendor, Vendor.evaluation_id == evaluation_id, Vendor.withdrawn_at.is_(None)
            ).label("vendors"),
            count(Member, is_present_reviewer(evaluation_id)).label("reviewers"),
            Evaluation.rule_set_at.is_not(None).label("rule_set"),
            select(func.count(Mark.id))
            .join(Ballot, Ballot.id == Mark.ballot_id)
            .join(Member, Member.id == Ballot.member_id)
            .where(Member.evaluation_id == evaluation_id)
            .scalar_subquery()
            .label("marks"),
            select(func.count(Ballot.id))
            .join(Member, Member.id == Ballot.member_id)
            .where(Member.evaluation_id == evaluation_id, Ballot.seals > 0)
            .scalar_subquery()
            .label("sealed"),
            (
                count(Meeting, Meeting.evaluation_id == evaluation_id)
                + count(Finding, Finding.vendor_id.in_(vendors_of))
                + count(Deferral, Deferral.vendor_id.in_(vendors_of))
                + count(Commitment, Commitment.vendor_id.in_(vendors_of))
                + count(Reinstatement, Reinstatement.vendor_id.in_(vendors_of))
                + count(Decision, Decision.evaluation_id == evaluation_id)
            ).label("settled"),
            (count(Decision, Decision.evaluation_id == evaluation_id) > 0).label("recommendation"),
            Evaluation.retain_until.is_not(None).label("retention"),
        ).where(Evaluation.id == evaluation_id)
    ).one()
    return Readiness(**row._asdict())


@dataclass(frozen=True, slots=True)
class OwnEvaluation:
    """One line of the home page: an evaluation, my seat in it, what of my ballots is done."""

    evaluation: Evaluation
    member: Member
    ballots: int  # mine that are not recused
    submitted: int

    @property
    def waiting(self) -> int:
        """Ballots that wait for me now."""
        scoring = self.evaluation.phase is Phase.SCORING
        return self.ballots - self.submitted if scoring else 0


def list_own_evaluations(session: Session, actor: Actor) -> list[OwnEvaluation]:
    """Every evaluation in which the actor has a seat, in one query: what is under way first."""
    done = func.sum(case((Ballot.state == BallotState.SUBMITTED, 1), else_=0))
    rows = session.execute(
        select(Evaluation, Member, func.count(Ballot.id), func.coalesce(done, 0))
        .join(Member, Member.evaluation_id == Evaluation.id)
        .outerjoin(
            Ballot, (Ballot.member_id == Member.id) & ~Ballot.recused & is_vendor_in_selection()
        )
        .where(Member.user_id == actor.user_id, Member.removed_at.is_(None))
        .group_by(Evaluation.id, Member.id)
        .order_by(Evaluation.id.desc())
    )
    order = (
        Phase.SCORING,
        Phase.MEETING,
        Phase.SETUP,
        Phase.PRACTICE,
        Phase.DECIDED,
        Phase.ARCHIVED,
    )
    own = [OwnEvaluation(*row) for row in rows]
    return sorted(own, key=lambda row: (not row.waiting, order.index(row.evaluation.phase)))


@dataclass(frozen=True, slots=True, kw_only=True)
class BallotProgress:
    """One ballot in the chair's progress table: how many marks, never which."""

    member: Member
    vendor: Vendor
    ballot_id: int
    state: BallotState
    recused: bool
    seals: int
    marks: int
    entered: bool  # the present version was entered on the reviewer's behalf
    confirmed: bool  # and the reviewer confirmed it

    @property
    def by_vendor(self) -> tuple[int, "BallotProgress"]:
        """(vendor id, this), to look a reviewer's ballots up by vendor."""
        return self.vendor.id, self


def list_ballot_progress(session: Session, seat: Seat) -> list[BallotProgress]:
    """Every ballot with its number of marks, by reviewer and vendor, in one query.

    Nothing of the vendors that the person stays away from.
    """
    marks = (
        select(Mark.ballot_id, func.count().label("marks"))
        .join(Criterion, Criterion.id == Mark.criterion_id)
        .where(Criterion.evaluation_id == seat.evaluation.id, Criterion.left_out.is_(False))
        .group_by(Mark.ballot_id)
        .subquery()
    )
    found = session.execute(
        select(
            Member,
            Vendor,
            Ballot.id.label("ballot_id"),
            Ballot.state,
            Ballot.recused,
            Ballot.seals,
            func.coalesce(marks.c.marks, 0).label("marks"),
            EntryOnBehalf.id.is_not(None).label("entered"),
            EntryOnBehalf.confirmed_at.is_not(None).label("confirmed"),
        )
        .select_from(Ballot)
        .join(Member, Member.id == Ballot.member_id)
        .join(Vendor, Vendor.id == Ballot.vendor_id)
        .outerjoin(marks, marks.c.ballot_id == Ballot.id)
        .outerjoin(
            EntryOnBehalf,
            (EntryOnBehalf.ballot_id == Ballot.id) & (EntryOnBehalf.number == Ballot.seals),
        )
        .where(is_present_reviewer(seat.evaluation.id), Vendor.withdrawn_at.is_(None))
        .where(Ballot.vendor_id.not_in(seat.shut_out))
        .order_by(Member.id, Vendor.position)
    )
    return [
        BallotProgress(
            member=row.Member,
            vendor=row.Vendor,
            ballot_id=row.ballot_id,
            state=row.state,
            recused=row.recused,
            seals=row.seals,
            marks=row.marks,
            entered=row.entered,
            confirmed=row.confirmed,
        )
        for row in sorted(found, key=lambda row: sort_key(row.Member.name))
    ]
