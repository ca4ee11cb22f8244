"""Why a mark is not taken any more, for whoever typed it while away and comes back too late.

What may be asked here is only about oneself: strangers hear of nothing, and nobody of others.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from crrubric.domain.errors import CrrubricError, NotFound, WrongPhase
from crrubric.domain.policy import PREPARING
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import BallotState, Phase
from crrubric.models import Ballot, Evaluation, Member
from crrubric.queries.ballots.on_behalf import entry_of
from crrubric.queries.people.access import find_evaluation, make_not_found
from crrubric.queries.people.people import Actor
from crrubric.services.ballots.ballots import find_assigned_criterion, refuse_seen_ballot
from crrubric.services.planning.votes import (
    IS_CLOSED,
    find_voted_criterion,
    refuse_sealed_votes,
    require_open_vote,
)
from crrubric.services.setup.vendors import require_candidate
from crrubric.services.shared.days import refuse_after_end


def explain_refused_mark(
    session: Session, actor: Actor, slug: str, vendor_id: int, criterion_id: int
) -> CrrubricError | None:
    """Why the actor's mark would be refused now, whatever it says; None if it would be taken."""
    try:
        evaluation, member = _find_own_seat(session, actor, slug)
        _require_scoring(evaluation)
        _require_open_ballot(session, member, vendor_id)
        _require_asked_criterion(session, member, criterion_id)
    except CrrubricError as reason:
        return reason
    return None


def explain_refused_practice_mark(
    session: Session, actor: Actor, slug: str, criterion_id: int
) -> CrrubricError | None:
    """As `explain_refused_mark`, for the practice round."""
    try:
        evaluation, member = _find_own_seat(session, actor, slug)
        if evaluation.phase is not Phase.PRACTICE or evaluation.practice_shown_at is not None:
            raise WrongPhase(N_("The practice round is over: its marks stay as they are."))
        _require_asked_criterion(session, member, criterion_id)
    except CrrubricError as reason:
        return reason
    return None


def explain_refused_vote(
    session: Session, actor: Actor, slug: str, criterion_id: int
) -> CrrubricError | None:
    """As `explain_refused_mark`, for the vote on must-haves."""
    try:
        evaluation, member = _find_own_seat(session, actor, slug)
        if evaluation.phase not in PREPARING:
            raise WrongPhase(IS_CLOSED)
        refuse_sealed_votes(session, require_open_vote(session, evaluation), member)
        find_voted_criterion(session, evaluation, criterion_id)
    except NotFound:
        return WrongPhase(N_("This criterion is not part of the vote any more."))
    except CrrubricError as reason:
        return reason
    return None


def _find_own_seat(session: Session, actor: Actor, slug: str) -> tuple[Evaluation, Member]:
    """The evaluation, and the actor's seat as a reviewer in it."""
    evaluation = find_evaluation(session, slug)
    member = session.scalar(
        select(Member).where(Member.evaluation_id == evaluation.id, Member.user_id == actor.user_id)
    )
    if member is None or member.awaits_address is not None:
        raise make_not_found()
    if member.removed_at is not None:
        raise WrongPhase(N_("You are not on this committee any more."))
    if not member.is_reviewer:
        raise WrongPhase(N_("You do not score in this evaluation any more."))
    return evaluation, member


def _require_scoring(evaluation: Evaluation) -> None:
    if evaluation.phase in {Phase.SETUP, Phase.PRACTICE}:
        raise WrongPhase(N_("Scoring is not open now."))
    if evaluation.phase is not Phase.SCORING:
        raise WrongPhase(N_("Scoring has closed."))
    refuse_after_end(evaluation)


def _require_open_ballot(session: Session, member: Member, vendor_id: int) -> None:
    ballot = session.scalar(
        select(Ballot)
        .options(joinedload(Ballot.vendor, innerjoin=True))
        .where(Ballot.member_id == member.id, Ballot.vendor_id == vendor_id)
    )
    if ballot is None:
        raise WrongPhase(N_("You are not asked to score this vendor any more."))
    require_candidate(ballot.vendor)
    if ballot.recused:
        raise WrongPhase(N_("You declared a conflict of interest here: there is no ballot."))
    if ballot.state is BallotState.SUBMITTED:
        raise _explain_seal(session, ballot)
    refuse_seen_ballot(session, ballot)


def _explain_seal(session: Session, ballot: Ballot) -> WrongPhase:
    """By whom the ballot was sealed."""
    if entry_of(session, ballot) is not None:
        return WrongPhase(
            N_("The chair entered your ballot for %(vendor)s meanwhile; it is sealed."),
            vendor=ballot.vendor.name,
        )
    if ballot.imported_at is not None and ballot.imported_at == ballot.submitted_at:
        return WrongPhase(
            N_("Your ballot for %(vendor)s was filled from a file meanwhile; it is sealed."),
            vendor=ballot.vendor.name,
        )
    return WrongPhase(
        N_("Your ballot for %(vendor)s is submitted; it is sealed."),
        vendor=ballot.vendor.name,
    )


def _require_asked_criterion(session: Session, member: Member, criterion_id: int) -> None:
    try:
        find_assigned_criterion(session, member, criterion_id)
    except NotFound:
        raise WrongPhase(N_("This criterion is not part of your ballot any more.")) from None
