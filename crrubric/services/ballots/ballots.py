"""Ballots: issuing and marking them. Blind: only one's own, ever."""

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session, joinedload

from crrubric.clock import now_utc
from crrubric.domain.actions import Action
from crrubric.domain.ballots.marks import MarkText as MarkText  # for whoever records a mark
from crrubric.domain.ballots.marks import clean_mark as clean_mark
from crrubric.domain.ballots.marks import serialize_mark as serialize_mark
from crrubric.domain.errors import Invalid, Reworded, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Answer, BallotState, Phase
from crrubric.models import Abstention, Ballot, Criterion, Evaluation, Mark, Member, Vendor
from crrubric.queries.ballots.ballots import mark_text as mark_text
from crrubric.queries.ballots.on_behalf import has_seen_ballot, load_seen_ballots
from crrubric.queries.people.access import Seat, lock_evaluation, make_not_found, require
from crrubric.queries.people.people import Actor
from crrubric.queries.setup.assignments import assignment_of, load_assignments
from crrubric.queries.setup.rubrics import load_wordings
from crrubric.services.ballots.declarations import require_declaration
from crrubric.services.setup.vendors import require_candidate
from crrubric.services.shared.days import refuse_after_end, require_past_day
from crrubric.services.shared.journal import EntryReferences, note_event
from crrubric.services.shared.unit import unit_of_work
from crrubric.services.shared.versions import refuse_unseen_mark

# Made once: every mark that is saved asks for both.
HELD_BALLOT = (
    select(Ballot)
    .options(joinedload(Ballot.vendor, innerjoin=True))
    .where(Ballot.member_id == bindparam("member"), Ballot.vendor_id == bindparam("vendor"))
    .with_for_update(of=Ballot)
    .execution_options(populate_existing=True)
)
STORED = select(Mark).where(
    Mark.ballot_id == bindparam("ballot"), Mark.criterion_id == bindparam("criterion")
)


def issue_ballots_if_scoring(session: Session, evaluation: Evaluation) -> None:
    """Issue the ballots that are missing now; none before or after scoring."""
    if evaluation.phase is Phase.SCORING:
        issue_ballots(session, evaluation)


def issue_ballots(session: Session, evaluation: Evaluation) -> None:
    """Give every present reviewer a ballot for every assigned vendor; those that exist stay.

    None where the reviewer has seen another's ballot for the vendor.
    """
    assigned = load_assignments(session, evaluation.id)
    vendors = session.scalars(
        select(Vendor.id).where(
            Vendor.evaluation_id == evaluation.id, Vendor.withdrawn_at.is_(None)
        )
    ).all()
    there = set(
        session.execute(
            select(Ballot.member_id, Ballot.vendor_id).where(Ballot.member_id.in_(assigned))
        )
    )
    seen = load_seen_ballots(session, evaluation.id)
    for member, assignment in assigned.items():  # in rows, not objects: imports have thousands
        rows = [
            {"evaluation_id": evaluation.id, "member_id": member, "vendor_id": vendor}
            for vendor in vendors
            if (member, vendor) not in there | seen and assignment.covers_vendor(vendor)
        ]
        if rows:
            session.execute(insert(Ballot), rows)


def record_mark(
    actor: Actor,
    slug: str,
    vendor_id: int,
    criterion_id: int,
    text: MarkText,
    *,
    seen_version: int,
    seen_wording: int | None = None,
) -> Mark:
    """Store the actor's mark, replacing an earlier one.

    Args: seen_version: version of the mark that the page showed; 0 where there was none.
    seen_wording: of `load_wordings`, what the page asked; None compares nothing.
    Raises: Reworded if the criterion asks something else by now; Stale if the mark has changed
    since, with nothing overwritten; an identical save is no conflict. WrongPhase once scoring is
    over or the ballot is sealed. Invalid for the text.
    """
    tidy = clean_mark(text)
    with unit_of_work() as session:
        evaluation = lock_evaluation(session, slug)
        ballot = lock_markable_ballot(session, actor, evaluation, vendor_id)
        criterion = find_assigned_criterion(session, ballot.member, criterion_id)
        require_same_wording(session, criterion, seen_wording)
        return write_own_mark(session, actor, ballot, criterion, tidy, seen_version=seen_version)


def write_own_mark(
    session: Session,
    actor: Actor,
    ballot: Ballot,
    criterion: Criterion,
    tidy: MarkText,
    *,
    seen_version: int,
) -> Mark:
    """Put an answer on the actor's own ballot, which is held, with its journal entry. A step.

    Args: tidy: a mark that was cleaned; seen_version: as for `record_mark`. The same words again
    change nothing. Raises: Invalid, Stale.
    """
    evaluation = ballot.vendor.evaluation
    if tidy.evidence_on:
        require_past_day(evaluation, tidy.evidence_on, field="evidence_on")
    check_answer(criterion, tidy.answer)
    mark = session.scalar(STORED, {"ballot": ballot.id, "criterion": criterion.id})
    old = mark_text(mark) if mark else None
    if mark is not None and old == tidy:
        return mark
    refuse_unseen_mark(mark, seen_version)
    if mark is None:
        mark = make_mark(ballot, criterion.id)
        session.add(mark)
    note_late_change(evaluation, ballot)  # first: the mark is not older than this
    write_mark(mark, tidy)
    note_event(
        session,
        actor,
        Event.MARK_RECORDED,
        evaluation_id=evaluation.id,
        subject=f"{ballot.vendor.name}: {criterion.title}",
        about=EntryReferences(ballot.vendor_id, criterion.id, ballot.member_id),
        before=serialize_mark(old) if old else None,
        after=serialize_mark(tidy),
    )
    return mark


def require_same_wording(session: Session, criterion: Criterion, seen: int | None) -> None:
    """Raise Reworded if the criterion was corrected, to be marked again, after it was read."""
    if seen is None:
        return
    wording = load_wordings(session, criterion.evaluation_id).get(criterion.id, 0)
    if wording != seen:
        raise Reworded(
            N_("This criterion was corrected after you opened it. Read what it asks now."), wording
        )


def lock_writable_ballot(
    session: Session, actor: Actor, evaluation: Evaluation, vendor_id: int
) -> Ballot:
    """The actor's own ballot for the vendor, locked, if it can still be written.

    Raises: NotFound if there is none; WrongPhase outside scoring or when sealed.
    """
    seat = require(actor, Action.RECORD_MARK, evaluation, session)
    refuse_after_end(evaluation)
    ballot = lock_own_ballot(session, seat, vendor_id)
    if ballot.state is BallotState.SUBMITTED:
        raise WrongPhase(N_("This ballot is submitted and sealed: it can’t be changed."))
    require_declaration(session, ballot.member, ballot.vendor)
    return ballot


def lock_markable_ballot(
    session: Session, actor: Actor, evaluation: Evaluation, vendor_id: int
) -> Ballot:
    """As `lock_writable_ballot`, unless its reviewer has seen another's ballot for the vendor.

    Such a ballot can be open after a correction; it can only be submitted as it is.
    """
    ballot = lock_writable_ballot(session, actor, evaluation, vendor_id)
    refuse_seen_ballot(session, ballot)
    return ballot


def refuse_seen_ballot(session: Session, ballot: Ballot) -> None:
    """Raise WrongPhase if the ballot's reviewer has seen another's for the same vendor."""
    if has_seen_ballot(session, ballot.member_id, ballot.vendor_id):
        raise WrongPhase(
            N_(
                "You entered another reviewer’s ballot for %(vendor)s and have seen it: you can’t"
                " mark this vendor any more. Submit your ballot as it is."
            ),
            vendor=ballot.vendor.name,
        )


def lock_own_ballot(session: Session, seat: Seat, vendor_id: int) -> Ballot:
    """The seat's own ballot for the vendor, held: two windows act one after the other.

    Raises: NotFound if there is none; WrongPhase if the vendor left the selection.
    """
    member_id = seat.member.id if seat.member else None
    ballot = session.scalar(HELD_BALLOT, {"member": member_id, "vendor": vendor_id})
    if ballot is None:
        raise make_not_found()
    require_candidate(ballot.vendor)
    return ballot


def note_late_change(evaluation: Evaluation, ballot: Ballot) -> None:
    """Write down, once, that the ballot was changed after the committee had seen the ballots."""
    if evaluation.shown_at is not None and ballot.changed_after_shown_at is None:
        ballot.changed_after_shown_at = now_utc()


def find_assigned_criterion(session: Session, member: Member, criterion_id: int) -> Criterion:
    """The criterion, if the member is to mark it. Raises: NotFound."""
    criterion = session.get(Criterion, criterion_id, populate_existing=True)
    if (
        criterion is None
        or criterion.evaluation_id != member.evaluation_id
        or criterion.left_out
        or not assignment_of(session, member).covers(criterion.id)
    ):
        raise make_not_found()
    return criterion


def check_answer(criterion: Criterion, answer: Answer) -> None:
    """Raise Invalid for NOT APPLICABLE where the criterion always applies."""
    if answer is Answer.NOT_APPLICABLE and not criterion.may_not_apply:
        raise Invalid(
            N_("“Not applicable” is not an answer here: this criterion always applies."),
            field="answer",
        )


def make_mark(ballot: Ballot, criterion_id: int) -> Mark:
    """A mark without words yet, on a ballot."""
    return Mark(
        evaluation_id=ballot.evaluation_id,
        ballot_id=ballot.id,
        criterion_id=criterion_id,
        version=0,
    )


def make_gap(ballot: Ballot, criterion_id: int, reason: str) -> Abstention:
    """A criterion that is left without a mark, on a ballot."""
    return Abstention(
        evaluation_id=ballot.evaluation_id,
        ballot_id=ballot.id,
        criterion_id=criterion_id,
        reason=reason,
    )


def write_mark(mark: Mark, text: MarkText) -> None:
    """Put the words on the mark, as its next version."""
    mark.answer, mark.note = text.answer, text.note
    mark.evidence_kind, mark.evidence_place = text.evidence_kind, text.evidence_place
    mark.evidence_on, mark.evidence_until = text.evidence_on, text.evidence_until
    mark.version += 1
    mark.marked_at = now_utc()
