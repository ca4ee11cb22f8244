"""Saying who is to mark what: by hand, or from who knows most about what."""

from collections.abc import Iterable

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.setup.assignment import Asked, Assignment, by_lead
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import BallotState, NoticeKind, Phase
from crrubric.models import (
    AssignedCriterion,
    AssignedVendor,
    Ballot,
    Criterion,
    Evaluation,
    Gap,
    Mark,
    Member,
    Vendor,
)
from crrubric.queries.people.access import locked_seat
from crrubric.queries.people.people import Actor
from crrubric.queries.setup.assignments import assignment_of, assignments
from crrubric.queries.setup.rubrics import parts
from crrubric.services.ballots.ballots import catch_up_ballots
from crrubric.services.ballots.stored_files import delete_files_on
from crrubric.services.mail.notices import tell
from crrubric.services.setup.committee import member_in
from crrubric.services.shared.journal import About, note_event
from crrubric.services.shared.unit import unit_of_work


def assign(actor: Actor, slug: str, member_id: int, wanted: Assignment) -> Member:
    """Say what one reviewer is to mark.

    While scoring is under way nothing is taken away that was marked, and nothing is added to a
    ballot that is submitted.
    Raises: Invalid (field "vendors" or "criteria") for a choice of nothing or of what isn't there;
    WrongPhase where marks stand in the way; NotFound for who is no reviewer here.
    """
    with unit_of_work() as session:
        seat = locked_seat(session, actor, Action.MANAGE_COMMITTEE, slug)
        member = member_in(session, seat.evaluation, member_id)
        if not member.is_reviewer:
            raise Invalid(
                N_("%(name)s does not score."),
                name=member.name,
            )
        _check(session, seat.evaluation, wanted)
        if _put(session, actor, seat.evaluation, member, wanted):
            catch_up_ballots(session, seat.evaluation)
    return member


def assign_by_lead(actor: Actor, slug: str) -> int:
    """Limit every reviewer to the sections in which they know most; who leads nothing keeps all.

    Returns: how many reviewers have another assignment now. Raises: as `assign`.
    """
    with unit_of_work() as session:
        seat = locked_seat(session, actor, Action.MANAGE_COMMITTEE, slug)
        evaluation = seat.evaluation
        now = assignments(session, evaluation.id)
        members = {id_: session.get_one(Member, id_) for id_ in now}
        asked = [
            Asked(row.id, row.section_id, row.lead)
            for part in parts(session, evaluation.id)
            for row in part.criteria
        ]
        wanted = by_lead({id_: row.stakeholder for id_, row in members.items()}, asked)
        changed = [
            _put(session, actor, evaluation, members[id_], Assignment(now[id_].vendors, some))
            for id_, some in wanted.items()
        ]
        catch_up_ballots(session, evaluation)
    return sum(changed)


def _check(session: Session, evaluation: Evaluation, wanted: Assignment) -> None:
    """Raise Invalid unless something is chosen, all of it of this evaluation."""
    for field, ids, model in (
        ("vendors", wanted.vendors, Vendor),
        ("criteria", wanted.criteria, Criterion),
    ):
        if ids is None:
            continue
        if not ids:
            raise Invalid(N_("Tick at least one, or choose everything."), field=field)
        here = select(model.id).where(model.evaluation_id == evaluation.id, model.id.in_(ids))
        if set(session.scalars(here)) != set(ids):
            raise Invalid(N_("Choose from the list: open the page again."), field=field)


def _put(
    session: Session, actor: Actor, evaluation: Evaluation, member: Member, wanted: Assignment
) -> bool:
    """Store the assignment in the caller's transaction; whether it is another one than before."""
    old = assignment_of(session, member)
    if old == wanted:
        return False
    if evaluation.phase is Phase.SCORING:
        _keep_marks(session, member, old, wanted)
    before = _plain(session, old)
    member.every_vendor, member.every_criterion = wanted.vendors is None, wanted.criteria is None
    for table, key, ids in (
        (AssignedVendor, "vendor_id", wanted.vendors),
        (AssignedCriterion, "criterion_id", wanted.criteria),
    ):
        session.execute(delete(table).where(table.member_id == member.id))
        if ids:
            rows = [{"member_id": member.id, key: id_} for id_ in sorted(ids)]
            session.execute(insert(table), rows)
    note_event(
        session,
        actor,
        Event.MEMBER_ASSIGNED,
        evaluation_id=evaluation.id,
        subject=member.name,
        about=About(member_id=member.id),
        before=before,
        after=_plain(session, wanted),
    )
    if evaluation.phase is Phase.SCORING and member.user_id != actor.user_id:
        tell(session, [member.id], NoticeKind.ASSIGNMENT_CHANGED, {})
    return True


def _keep_marks(session: Session, member: Member, old: Assignment, wanted: Assignment) -> None:
    """Raise WrongPhase if the change would drop a mark or reach into a submitted ballot.

    Ballots of vendors that are no longer assigned go, as nothing is on them.
    """
    rows = session.execute(
        select(Ballot, Vendor.company)
        .join(Vendor, Vendor.id == Ballot.vendor_id)
        .where(Ballot.member_id == member.id)
    ).all()
    if old.criteria != wanted.criteria and any(
        ballot.state is BallotState.SUBMITTED for ballot, _company in rows
    ):
        raise WrongPhase(
            N_("%(name)s has submitted a ballot: reopen it before you change what is on it."),
            name=member.name,
        )
    begun = select(Mark.id).join(Ballot, Ballot.id == Mark.ballot_id)
    if _takes_away(session, member, old, wanted) and session.scalar(
        begun.where(Ballot.member_id == member.id).limit(1)
    ):
        # whatever criteria these are: a refusal for some and not for others would tell which
        raise WrongPhase(
            N_("%(name)s has begun to mark: you can add criteria, not take any away."),
            name=member.name,
        )
    for ballot, company in rows:
        if not wanted.covers_vendor(ballot.vendor_id):
            _drop(session, ballot, company)


def _takes_away(session: Session, member: Member, old: Assignment, wanted: Assignment) -> bool:
    """Whether a criterion that the member is to mark would no longer be theirs."""
    rubric = parts(session, member.evaluation_id)
    asked = [row.id for part in rubric for row in part.criteria]
    return any(old.covers(row) and not wanted.covers(row) for row in asked)


def _drop(session: Session, ballot: Ballot, company: str) -> None:
    """Delete a ballot on which nothing stands. Raises: WrongPhase otherwise."""
    used = [ballot.seals, ballot.state is BallotState.SUBMITTED]
    for table in (Mark, Gap):
        on_it = select(table.criterion_id).where(table.ballot_id == ballot.id).limit(1)
        used.append(session.scalar(on_it) is not None)
    if any(used):
        raise WrongPhase(
            N_("%(name)s has marked %(vendor)s already: it stays assigned."),
            name=ballot.member.name,
            vendor=company,
        )
    delete_files_on(session, Ballot.id == ballot.id)
    session.delete(ballot)
    session.flush()


def _plain(session: Session, assignment: Assignment) -> dict[str, object]:
    """The assignment as the journal keeps it: names, not ids."""
    return {
        "vendors": _names(session, Vendor.code, Vendor.id, assignment.vendors),
        "criteria": _names(session, Criterion.code, Criterion.id, assignment.criteria),
    }


def _names(
    session: Session,
    name: InstrumentedAttribute[str],
    key: InstrumentedAttribute[int],
    ids: Iterable[int] | None,
) -> list[str] | str:
    if ids is None:
        return "everything"
    return list(session.scalars(select(name).where(key.in_(ids)).order_by(key)))
