"""Saying who is to mark what: by hand, or from who knows most about what."""

from collections.abc import Iterable

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.setup.assignment import Assignment, keep_unlisted
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import BallotState, NoticeKind, Phase
from crrubric.models import (
    Abstention,
    AssignedCriterion,
    AssignedVendor,
    Ballot,
    Criterion,
    Evaluation,
    Mark,
    Member,
    Vendor,
)
from crrubric.queries.ballots.on_behalf import load_seen_ballots
from crrubric.queries.people.access import Seat, require_locked_seat
from crrubric.queries.people.people import Actor
from crrubric.queries.setup.act_facts import foresee_assignment_to_experts
from crrubric.queries.setup.assignments import (
    assignment_of,
    find_assignments_by_lead,
    load_unlisted,
)
from crrubric.queries.setup.rubrics import list_rubric_parts
from crrubric.services.ballots.ballots import issue_ballots_if_scoring
from crrubric.services.ballots.stored_files import delete_ballot_files
from crrubric.services.mail.notices import notify_members
from crrubric.services.setup.committee import find_member
from crrubric.services.shared.counting import refuse_assignment_once_shown
from crrubric.services.shared.journal import EntryReferences, note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unforeseen, refuse_unseen_change


def assign_reviewer(
    actor: Actor, slug: str, member_id: int, wanted: Assignment, *, seen: str | None = None
) -> Member:
    """Say what one reviewer is to mark.

    While scoring is under way nothing is taken away that was marked, and nothing is added to a
    ballot that is submitted. What is out of the selection, or left out, stays as it was.
    Args: wanted: of what the form lists; seen: the version that the form showed.
    Raises: Stale; Invalid (field "vendors" or "criteria") for a choice of nothing or of what isn't
    there; WrongPhase where marks stand in the way, or once the committee has seen ballots; NotFound
    for who is no reviewer here.
    """
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.MANAGE_COMMITTEE, slug)
        member = find_member(session, seat.evaluation, member_id)
        if not member.is_reviewer:
            raise Invalid(
                N_("%(name)s does not score."),
                name=member.name,
            )
        _refuse_partial_chair(session, seat)
        old = assignment_of(session, member)
        whole = keep_unlisted(load_unlisted(session, seat.evaluation.id), old, wanted)
        refuse_unseen_change(read_assignment_values(old), read_assignment_values(whole), seen)
        _check_assignment(session, seat.evaluation, wanted)
        if _store_assignment(session, actor, seat.evaluation, member, whole):
            issue_ballots_if_scoring(session, seat.evaluation)
    return member


def read_assignment_values(assignment: Assignment) -> dict[str, object]:
    """What a reviewer is to mark, by id; None: everything."""
    vendors, criteria = assignment.vendors, assignment.criteria
    return {
        "vendors": None if vendors is None else sorted(vendors),
        "criteria": None if criteria is None else sorted(criteria),
    }


def assign_sections_by_lead(
    actor: Actor, slug: str, *, seen: str | None = None, language: str = ""
) -> int:
    """Limit every reviewer to the sections in which they know most; who leads nothing keeps all.

    Args: seen: what the page before it said, language: in which it did. Returns: how many reviewers
    have another assignment now. Raises: as `assign_reviewer`.
    """
    with unit_of_work() as session:
        seat = require_locked_seat(session, actor, Action.MANAGE_COMMITTEE, slug)
        evaluation = seat.evaluation
        _refuse_partial_chair(session, seat)
        refuse_unforeseen(foresee_assignment_to_experts(session, seat, language), seen)
        wanted = find_assignments_by_lead(session, evaluation.id)
        changed = [
            _store_assignment(session, actor, evaluation, session.get_one(Member, key), assignment)
            for key, assignment in wanted.items()
        ]
        issue_ballots_if_scoring(session, evaluation)
    return sum(changed)


def _refuse_partial_chair(session: Session, seat: Seat) -> None:
    """Raise WrongPhase while ballots are open, if the chair stays away from a vendor.

    What may be taken away or added depends on what was marked, and a refusal would tell it.
    """
    if seat.evaluation.phase is Phase.SCORING and seat.shut_out:
        raise WrongPhase(
            N_(
                "You have a conflict of interest with %(vendor)s: while ballots are open, another"
                " chair changes who marks what."
            ),
            vendor=session.get_one(Vendor, min(seat.shut_out)).name,
        )


def _check_assignment(session: Session, evaluation: Evaluation, wanted: Assignment) -> None:
    """Raise Invalid unless something is chosen, all of it of this evaluation."""
    for field, ids, model in (
        ("vendors", wanted.vendors, Vendor),
        ("criteria", wanted.criteria, Criterion),
    ):
        if ids is None:
            continue
        if not ids:
            raise Invalid(N_("Select at least one, or choose everything."), field=field)
        here = select(model.id).where(model.evaluation_id == evaluation.id, model.id.in_(ids))
        if set(session.scalars(here)) != set(ids):
            raise Invalid(N_("Choose from the list: open the page again."), field=field)


def _store_assignment(
    session: Session, actor: Actor, evaluation: Evaluation, member: Member, wanted: Assignment
) -> bool:
    """Store the assignment in the caller's transaction; whether it is another one than before."""
    old = assignment_of(session, member)
    if old == wanted:
        return False
    refuse_assignment_once_shown(evaluation)
    _refuse_seen_vendors(session, member, old, wanted)
    if evaluation.phase is Phase.SCORING:
        _protect_marks(session, member, old, wanted)
    before = _serialize_assignment(session, old)
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
        about=EntryReferences(member_id=member.id),
        before=before,
        after=_serialize_assignment(session, wanted),
    )
    if evaluation.phase is Phase.SCORING and member.user_id != actor.user_id:
        kind = NoticeKind.ASSIGNMENT_CHANGED
        notify_members(session, [member.id], kind, {}, vendor_id=None)
    return True


def _refuse_seen_vendors(
    session: Session, member: Member, old: Assignment, wanted: Assignment
) -> None:
    """Raise WrongPhase where a vendor is given to somebody who has seen another's ballot for it."""
    seen = {
        vendor
        for who, vendor in load_seen_ballots(session, member.evaluation_id)
        if who == member.id
    }
    # whose own ballot was there before has it, and keeps it
    own = session.scalars(select(Ballot.vendor_id).where(Ballot.member_id == member.id))
    kept = (old.vendors or frozenset()) | frozenset(own)
    added = seen & ((wanted.vendors or frozenset()) - kept)
    for vendor in sorted(added):
        raise WrongPhase(
            N_("%(name)s has seen another reviewer’s ballot for %(vendor)s, and can’t mark it."),
            name=member.name,
            vendor=session.get_one(Vendor, vendor).name,
        )


def _protect_marks(session: Session, member: Member, old: Assignment, wanted: Assignment) -> None:
    """Raise WrongPhase if the change would drop a mark or reach into a submitted ballot.

    Ballots of vendors that are no longer assigned go, as nothing is on them.
    """
    rows = session.execute(
        select(Ballot, Vendor.name)
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
    if _removes_criteria(session, member, old, wanted) and session.scalar(
        begun.where(Ballot.member_id == member.id).limit(1)
    ):
        # whatever criteria these are: a refusal for some and not for others would tell which
        raise WrongPhase(
            N_("%(name)s has begun to mark: you can add criteria, not take any away."),
            name=member.name,
        )
    for ballot, company in rows:
        if not wanted.covers_vendor(ballot.vendor_id):
            _delete_empty_ballot(session, ballot, company)


def _removes_criteria(
    session: Session, member: Member, old: Assignment, wanted: Assignment
) -> bool:
    """Whether a criterion that the member is to mark would no longer be theirs."""
    rubric = list_rubric_parts(session, member.evaluation_id)
    asked = [row.id for part in rubric for row in part.criteria]
    return any(old.covers(row) and not wanted.covers(row) for row in asked)


def _delete_empty_ballot(session: Session, ballot: Ballot, company: str) -> None:
    """Delete a ballot on which nothing stands. Raises: WrongPhase otherwise."""
    used = [ballot.seals, ballot.state is BallotState.SUBMITTED]
    for table in (Mark, Abstention):
        on_it = select(table.criterion_id).where(table.ballot_id == ballot.id).limit(1)
        used.append(session.scalar(on_it) is not None)
    if any(used):
        raise WrongPhase(
            N_("%(name)s has marked %(vendor)s already: it stays assigned."),
            name=ballot.member.name,
            vendor=company,
        )
    delete_ballot_files(session, Ballot.id == ballot.id)
    session.delete(ballot)
    session.flush()


def _serialize_assignment(session: Session, assignment: Assignment) -> dict[str, object]:
    """The assignment as the journal keeps it: names, not ids."""
    return {
        "vendors": _list_names(session, Vendor.code, Vendor.id, assignment.vendors),
        "criteria": _list_names(session, Criterion.code, Criterion.id, assignment.criteria),
    }


def _list_names(
    session: Session,
    name: InstrumentedAttribute[str],
    key: InstrumentedAttribute[int],
    ids: Iterable[int] | None,
) -> list[str] | str:
    if ids is None:
        return "everything"
    return list(session.scalars(select(name).where(key.in_(ids)).order_by(key)))
