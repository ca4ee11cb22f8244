"""What becomes of the ballots that an import fills: sealed with their receipts, or left open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.catalogue import load_translations
from crrubric.clock import now_utc
from crrubric.domain.events import Event
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import BallotState, EntrySource, NoticeKind, Phase
from crrubric.models import Ballot, Mark
from crrubric.queries.people.access import Seat
from crrubric.queries.setup.assignments import list_assigned_criterion_ids
from crrubric.services.ballots.ballots import (
    make_gap,
    mark_text,
    note_late_change,
    serialize_mark,
)
from crrubric.services.ballots.declarations import require_declaration
from crrubric.services.ballots.entries import GivenBallot, declare_on_behalf, insert_entry
from crrubric.services.ballots.seals import seal_ballot
from crrubric.services.mail.notices import notify_chairs_if_complete, notify_members
from crrubric.services.shared.journal import ROW, EntryReferences, note_event
from crrubric.services.shared.progress import SILENT, StepWatch

WHY_NO_MARK = N_("The file that was imported has no mark here.")


@dataclass(frozen=True, slots=True)
class GivenBallots:
    """When the ballots of a file were given, and that their reviewers declared no conflict."""

    on: date
    no_conflict: bool


def close_filled_ballots(
    session: Session,
    seat: Seat,
    filled: Mapping[int, Sequence[int]],
    *,
    seal: bool,
    given: GivenBallots | None = None,
    watch: StepWatch = SILENT,
) -> None:
    """Write down what each ballot was given, and seal it if it is to be: its reviewer is told.

    Args: filled: ballot -> the criteria that the file marks, by id; given: how the ballots of
    others came to a chair, who has seen them by that: each reviewer is asked to confirm theirs.
    Raises: Invalid (field "no_conflict") where a reviewer has not declared whether they have one.
    """
    actor, evaluation = seat.actor, seat.evaluation
    sealed: dict[int, list[str]] = {}  # by member, the vendors
    vendors: set[int] = set()
    asked: dict[int, list[int]] = {}  # by member
    why = load_translations(evaluation.language).gettext(WHY_NO_MARK)
    for ballot_id, criteria in filled.items():
        ballot = session.get_one(Ballot, ballot_id)
        vendors.add(ballot.vendor_id)
        if ballot.member_id not in asked:
            asked[ballot.member_id] = list_assigned_criterion_ids(session, ballot.member)
        marks = session.scalars(select(Mark).where(Mark.ballot_id == ballot_id)).all()
        told: dict[str, Any] = {"marks": len(criteria)}
        entered = given is not None and _is_of_another(session, seat, ballot, given)
        note_late_change(evaluation, ballot)
        if seal:
            marked = {mark.criterion_id for mark in marks}
            left = [each for each in asked[ballot.member_id] if each not in marked]
            told |= _submit(session, evaluation.slug, ballot, gaps=dict.fromkeys(left, why))
            if given is not None and entered:
                told |= _note_entry(session, seat, ballot, told["number"], given)
            elif ballot.member.user_id is not None:
                sealed.setdefault(ballot.member_id, []).append(ballot.vendor.name)
        wanted = set(criteria)
        told[ROW] = {
            "marks": [
                (mark.criterion_id, serialize_mark(mark_text(mark)))
                for mark in marks
                if mark.criterion_id in wanted
            ]
        }
        note_event(
            session,
            actor,
            Event.BALLOT_IMPORTED,
            evaluation_id=evaluation.id,
            subject=f"{ballot.member.name}, {ballot.vendor.name}",
            about=EntryReferences(vendor_id=ballot.vendor_id, member_id=ballot.member_id),
            after=told,
        )
        watch.advance()
    for member_id, companies in sealed.items():
        facts = {"vendors": ", ".join(companies)}
        notify_members(session, [member_id], NoticeKind.BALLOTS_IMPORTED, facts, vendor_id=None)
    if seal and evaluation.phase is Phase.SCORING:
        notify_chairs_if_complete(session, evaluation.id, vendors)


def _note_entry(
    session: Session, seat: Seat, ballot: Ballot, number: int, given: GivenBallots
) -> dict[str, Any]:
    """That a chair has seen a ballot, which its reviewer is asked to confirm; for the journal."""
    own = GivenBallot(EntrySource.FILE, given.on)
    insert_entry(session, seat, ballot.id, number, own)
    facts, kind = {"vendor": ballot.vendor.name}, NoticeKind.BALLOT_ENTERED
    notify_members(session, [ballot.member_id], kind, facts, vendor_id=ballot.vendor_id)
    return {"source": own.source, "given on": own.on.isoformat()}


def _is_of_another(session: Session, seat: Seat, ballot: Ballot, given: GivenBallots) -> bool:
    """Whether a chair enters another's ballot; either way its reviewer has declared themselves.

    Raises: Invalid (field "no_conflict") where another has not; WrongPhase where the chair has not.
    """
    if seat.member is not None and ballot.member_id == seat.member.id:
        require_declaration(session, ballot.member, ballot.vendor)
        return False
    declare_on_behalf(session, seat.actor, ballot, no_conflict=given.no_conflict)
    return True


def _submit(
    session: Session, slug: str, ballot: Ballot, *, gaps: Mapping[int, str]
) -> dict[str, Any]:
    """Submit a ballot with a reason for every gap; what the journal tells of it."""
    session.add_all(make_gap(ballot, criterion, why) for criterion, why in gaps.items())
    session.flush()
    sealed = seal_ballot(session, ballot, slug, now_utc())
    session.flush()
    ballot.state, ballot.submitted_at = BallotState.SUBMITTED, sealed.sealed_at
    session.flush()
    return {"unscored": len(gaps), "number": sealed.number, "receipt": sealed.receipt}
