"""Is the record what was written? Chains, sealed ballots, invariants and keys of a database."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from crrubric.domain.errors import CrrubricError, Invalid
from crrubric.domain.policy import FROM_MEETING
from crrubric.domain.receipts import receipt_of, says_the_same
from crrubric.domain.vocabulary import N_, Answer, BallotState, Event
from crrubric.models import (
    Ballot,
    Base,
    Criterion,
    Decision,
    Evaluation,
    Finding,
    JournalEntry,
    Mark,
    Member,
    RankedVendor,
    Reinstatement,
    SealedBallot,
    Vendor,
)
from crrubric.queries.journal import chain_breaks
from crrubric.queries.question_checks import question_checks
from crrubric.queries.seals import gaps_on, marks_on


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked at, and every problem found, a sentence each."""

    entries: int
    seals: int
    problems: tuple[CrrubricError, ...]


def verify(session: Session) -> Verified:
    """Look at everything: the journal's chains, every seal, the invariants, all foreign keys."""
    invariants = (*_invariants(session), *_questions(session))
    found = (*_chains(session), *_seals(session), *invariants, *_keys(session))
    return Verified(_count(session, JournalEntry), _count(session, SealedBallot), found)


def sealed_under(session: Session, receipt: str) -> SealedBallot | None:
    """The sealed ballot that a receipt stands for, if there is one and its text is unchanged."""
    tidy = "".join(receipt.split()).lower()
    found = session.scalar(select(SealedBallot).where(SealedBallot.receipt == tidy))
    return found if found is not None and receipt_of(found.content) == tidy else None


def _count(session: Session, model: type[Base]) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def _chains(session: Session) -> Iterator[CrrubricError]:
    for place in chain_breaks(session):
        message = (
            N_("Journal, chain %(chain)s: entry %(number)s is missing.")
            if place.missing
            else N_("Journal, chain %(chain)s: entry %(number)s is not what was written.")
        )
        yield Invalid(message, chain=place.chain, number=place.number)


def _seals(session: Session) -> Iterator[CrrubricError]:
    rows = session.execute(
        select(SealedBallot, Ballot)
        .join(Ballot, Ballot.id == SealedBallot.ballot_id)
        .order_by(SealedBallot.id)
    ).all()
    for sealed, ballot in rows:
        values: dict[str, Any] = {"ballot": ballot.id, "number": sealed.number}
        if receipt_of(sealed.content) != sealed.receipt:
            yield Invalid(
                N_("Ballot %(ballot)s, version %(number)s: the receipt does not fit."), **values
            )
        elif ballot.state is BallotState.SUBMITTED and sealed.number == ballot.seals:
            marks, gaps = marks_on(session, ballot.id), gaps_on(session, ballot.id)
            if not says_the_same(sealed.content, marks, gaps):
                yield Invalid(
                    N_("Ballot %(ballot)s: its marks are not those that were sealed."), **values
                )


def _invariants(session: Session) -> Iterator[CrrubricError]:
    for message, model, wrong in (
        (
            N_("Ballots whose reviewer and vendor are of two evaluations: %(count)s."),
            Ballot,
            Ballot.id.in_(
                select(Ballot.id)
                .join(Member, Member.id == Ballot.member_id)
                .join(Vendor, Vendor.id == Ballot.vendor_id)
                .where(Member.evaluation_id != Vendor.evaluation_id)
            ),
        ),
        (
            N_("Marks on a criterion of another evaluation: %(count)s."),
            Mark,
            Mark.id.in_(
                select(Mark.id)
                .join(Ballot, Ballot.id == Mark.ballot_id)
                .join(Vendor, Vendor.id == Ballot.vendor_id)
                .join(Criterion, Criterion.id == Mark.criterion_id)
                .where(Criterion.evaluation_id != Vendor.evaluation_id)
            ),
        ),
        (
            N_("Marks NOT APPLICABLE on a criterion that always applies: %(count)s."),
            Mark,
            Mark.id.in_(
                select(Mark.id)
                .join(Criterion, Criterion.id == Mark.criterion_id)
                .where(Mark.answer == Answer.NOT_APPLICABLE, Criterion.may_not_apply.is_(False))
            ),
        ),
        (
            N_("Findings of an evaluation whose meeting has not begun: %(count)s."),
            Finding,
            Finding.id.in_(
                select(Finding.id)
                .join(Vendor, Vendor.id == Finding.vendor_id)
                .join(Evaluation, Evaluation.id == Vendor.evaluation_id)
                .where(Evaluation.phase.not_in(FROM_MEETING), Evaluation.closed_at.is_(None))
                .where(~Evaluation.id.in_(_was_in_meeting()))
            ),
        ),
        *_of_decisions(),
    ):
        count = _matching(session, model, wrong)
        if count:
            yield Invalid(message, count=count)


def _of_decisions() -> Iterator[tuple[str, Any, ColumnElement[bool]]]:
    """What must not be true of recommendations, adopted orders and reinstatements."""
    yield (
        N_("Reinstated vendors of an evaluation whose meeting has not begun: %(count)s."),
        Reinstatement,
        Reinstatement.vendor_id.in_(
            select(Vendor.id)
            .join(Evaluation, Evaluation.id == Vendor.evaluation_id)
            .where(Evaluation.phase.not_in(FROM_MEETING), Evaluation.closed_at.is_(None))
            .where(~Evaluation.id.in_(_was_in_meeting()))
        ),
    )
    yield (
        N_("Recommended vendors of another evaluation: %(count)s."),
        Decision,
        Decision.id.in_(
            select(Decision.id)
            .join(Vendor, Vendor.id == Decision.vendor_id)
            .where(Vendor.evaluation_id != Decision.evaluation_id)
        ),
    )
    yield (
        N_("Vendors in an adopted order of an evaluation without a decision: %(count)s."),
        RankedVendor,
        RankedVendor.vendor_id.in_(
            select(Vendor.id)
            .outerjoin(Decision, Decision.evaluation_id == Vendor.evaluation_id)
            .where(Decision.id.is_(None))
        ),
    )
    yield (
        N_("Recommended vendors without a rank in the adopted order: %(count)s."),
        Decision,
        Decision.id.in_(
            select(Decision.id)
            .join(Vendor, Vendor.evaluation_id == Decision.evaluation_id)
            .join(RankedVendor, RankedVendor.vendor_id == Vendor.id)
            .where(
                Decision.vendor_id.is_not(None),
                Decision.vendor_id.not_in(select(RankedVendor.vendor_id)),
            )
        ),
    )


def _questions(session: Session) -> Iterator[CrrubricError]:
    for message, model, wrong in question_checks():
        count = _matching(session, model, wrong)
        if count:
            yield Invalid(message, count=count)


def _was_in_meeting() -> ColumnElement[int]:
    """Evaluations that went back from the meeting: their findings wait for the next one."""
    return (
        select(JournalEntry.evaluation_id)
        .where(
            JournalEntry.event == Event.PHASE_CHANGED,
            JournalEntry.before["phase"].as_string() == "MEETING",
        )
        .scalar_subquery()
    )


def _matching(session: Session, model: type[Base], wrong: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(model).where(wrong)) or 0


def _keys(session: Session) -> Iterator[CrrubricError]:
    """Rows that point at a row which isn't there, of every foreign key of every table."""
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            there = key.column.table.alias()
            lost = session.scalar(
                select(func.count())
                .select_from(table)
                .outerjoin(there, key.parent == there.c[key.column.name])
                .where(key.parent.is_not(None), there.c[key.column.name].is_(None))
            )
            if lost:
                yield Invalid(
                    N_("Rows of “%(table)s” whose %(column)s points nowhere: %(count)s."),
                    table=table.name,
                    column=key.parent.name,
                    count=lost,
                )
