"""Ballots: issuing and marking them. Blind: only one's own, ever."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.errors import Invalid, Stale, WrongPhase
from crrubric.domain.text import clean, one_line
from crrubric.domain.vocabulary import (
    N_,
    Action,
    Answer,
    BallotState,
    Event,
    EvidenceKind,
)
from crrubric.models import Ballot, Criterion, Evaluation, Mark, Member, Vendor
from crrubric.queries.access import locked_evaluation, not_found, require
from crrubric.queries.people import Actor
from crrubric.services.declarations import require_declaration
from crrubric.services.journal import About, note_event
from crrubric.services.unit import unit_of_work


@dataclass(frozen=True, slots=True)
class MarkText:
    """What a reviewer says in one cell."""

    answer: Answer
    note: str = ""
    evidence_kind: EvidenceKind | None = None
    evidence_place: str = ""
    evidence_on: date | None = None


def issue_ballots(session: Session, evaluation: Evaluation) -> None:
    """Give every present reviewer a ballot for every vendor; those that exist stay."""
    members = session.scalars(
        select(Member.id).where(
            Member.evaluation_id == evaluation.id, Member.is_reviewer, Member.removed_at.is_(None)
        )
    ).all()
    vendors = session.scalars(select(Vendor.id).where(Vendor.evaluation_id == evaluation.id)).all()
    there = set(
        session.execute(
            select(Ballot.member_id, Ballot.vendor_id).where(Ballot.member_id.in_(members))
        )
    )
    for member in members:  # in rows, not objects: a large import has tens of thousands
        rows = [
            {"member_id": member, "vendor_id": vendor}
            for vendor in vendors
            if (member, vendor) not in there
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
) -> Mark:
    """Store the actor's mark, replacing an earlier one.

    Args: seen_version: version of the mark that the page showed; 0 where there was none.
    Raises: Stale if the mark has changed since, with nothing overwritten; an identical save is
    no conflict. WrongPhase once scoring is over or the ballot is sealed. Invalid for the text.
    """
    tidy = checked_mark(text)
    with unit_of_work() as session:
        evaluation = locked_evaluation(session, slug)
        ballot = open_ballot(session, actor, evaluation, vendor_id)
        criterion = _criterion(session, evaluation, criterion_id, tidy.answer)
        mark = session.scalar(
            select(Mark).where(Mark.ballot_id == ballot.id, Mark.criterion_id == criterion.id)
        )
        old = mark_text(mark) if mark else None
        if mark is not None and old == tidy:
            return mark
        if (mark.version if mark else 0) != seen_version:
            raise Stale(
                N_("This mark was changed in another window. Nothing was overwritten: compare.")
            )
        if mark is None:
            mark = Mark(ballot_id=ballot.id, criterion_id=criterion.id, version=0)
            session.add(mark)
        _write(mark, tidy)
        note_event(
            session,
            actor,
            Event.MARK_RECORDED,
            evaluation_id=evaluation.id,
            subject=f"{ballot.vendor.company}: {criterion.title}",
            about=About(ballot.vendor_id, criterion.id, ballot.member_id),
            before=plain(old) if old else None,
            after=plain(tidy),
        )
    return mark


def checked_mark(text: MarkText) -> MarkText:
    """The mark, cleaned. Raises: Invalid naming the field."""
    return MarkText(
        text.answer,
        clean(text.note, limit=limits.NOTE, field="note"),
        text.evidence_kind,
        one_line(text.evidence_place, limit=limits.SHORT_TEXT, field="evidence_place"),
        text.evidence_on,
    )


def mark_text(mark: Mark) -> MarkText:
    """What a stored mark says."""
    return MarkText(
        mark.answer, mark.note, mark.evidence_kind, mark.evidence_place, mark.evidence_on
    )


def plain(text: MarkText) -> dict[str, object]:
    """The mark as the journal keeps it."""
    return {
        "answer": text.answer,
        "note": text.note,
        "evidence_kind": text.evidence_kind,
        "evidence_place": text.evidence_place,
        "evidence_on": text.evidence_on.isoformat() if text.evidence_on else None,
    }


def open_ballot(session: Session, actor: Actor, evaluation: Evaluation, vendor_id: int) -> Ballot:
    """The actor's own ballot for the vendor, locked, if it can still be written.

    Raises: NotFound if there is none; WrongPhase outside scoring or when sealed.
    """
    seat = require(actor, Action.RECORD_MARK, evaluation, session)
    ballot = session.scalar(
        select(Ballot)
        .where(
            Ballot.member_id == (seat.member.id if seat.member else None),
            Ballot.vendor_id == vendor_id,
        )
        .with_for_update(of=Ballot)
        .execution_options(populate_existing=True)
    )
    if ballot is None:
        raise not_found()
    if ballot.state is BallotState.SUBMITTED:
        raise WrongPhase(N_("This ballot is submitted and sealed: it can’t be changed."))
    require_declaration(session, ballot.member, ballot.vendor)
    return ballot


def open_criteria(session: Session, evaluation_id: int) -> int:
    """How many criteria a ballot asks for."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Criterion)
            .where(Criterion.evaluation_id == evaluation_id, Criterion.left_out.is_(False))
        )
        or 0
    )


def marks_given(session: Session, ballot_id: int) -> int:
    """How many of them have a mark on the ballot."""
    return (
        session.scalar(select(func.count()).select_from(Mark).where(Mark.ballot_id == ballot_id))
        or 0
    )


def _criterion(
    session: Session, evaluation: Evaluation, criterion_id: int, answer: Answer
) -> Criterion:
    criterion = session.get(Criterion, criterion_id)
    if criterion is None or criterion.evaluation_id != evaluation.id or criterion.left_out:
        raise not_found()
    if answer is Answer.NOT_APPLICABLE and not criterion.may_not_apply:
        raise Invalid(
            N_("“Not applicable” is not an answer here: this criterion always applies."),
            field="answer",
        )
    return criterion


def _write(mark: Mark, text: MarkText) -> None:
    mark.answer, mark.note = text.answer, text.note
    mark.evidence_kind, mark.evidence_place = text.evidence_kind, text.evidence_place
    mark.evidence_on = text.evidence_on
    mark.version += 1
    mark.marked_at = now_utc()
