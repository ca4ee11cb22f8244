"""What must hold among ballots, assignments, findings and decisions, apart from constraints."""

from sqlalchemy import ColumnElement, Text, cast, select

from crrubric.domain.events import Event
from crrubric.domain.policy import FROM_MEETING
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Answer, BallotState
from crrubric.models import (
    Abstention,
    AssignedCriterion,
    AssignedVendor,
    Ballot,
    Criterion,
    Decision,
    EntryOnBehalf,
    Evaluation,
    Finding,
    JournalEntry,
    Mark,
    MarkFile,
    Member,
    PracticeMark,
    RankedVendor,
    Reinstatement,
    SealedBallot,
    Vendor,
)
from crrubric.queries.record.question_checks import Check


def list_ballot_checks() -> tuple[Check, ...]:
    """(what is wrong, the table, the rows that are)."""
    return (
        (
            N_("Ballots whose reviewer and vendor belong to different evaluations: %(count)s."),
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
            N_("Marks whose evidence expires before it was seen: %(count)s."),
            Mark,
            Mark.evidence_until < Mark.evidence_on,
        ),
        (
            N_("Files on a criterion without a mark: %(count)s."),
            MarkFile,
            MarkFile.removed_at.is_(None)
            & ~select(Mark.id)
            .where(Mark.ballot_id == MarkFile.ballot_id, Mark.criterion_id == MarkFile.criterion_id)
            .correlate(MarkFile)
            .exists(),
        ),
        (
            N_(
                "Reasons for no mark on a ballot that was not submitted by its reviewer: %(count)s."
            ),
            Abstention,
            Abstention.ballot_id.in_(
                select(Ballot.id).where((Ballot.state == BallotState.OPEN) | (Ballot.seals == 0))
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
                .where(~Evaluation.id.in_(_select_returned_evaluations()))
            ),
        ),
    )


def list_assignment_checks() -> tuple[Check, ...]:
    """The same for assignments, practice marks and ballots on behalf."""
    limited = select(AssignedCriterion.criterion_id).where(AssignedCriterion.member_id == Member.id)
    return (
        (
            N_("Marks on a criterion that was not assigned to the reviewer: %(count)s."),
            Mark,
            Mark.id.in_(
                select(Mark.id)
                .join(Ballot, Ballot.id == Mark.ballot_id)
                .join(Member, Member.id == Ballot.member_id)
                .where(
                    Member.every_criterion.is_(False),
                    Mark.criterion_id.not_in(limited.correlate(Member)),
                )
            ),
        ),
        (
            N_("Assigned vendors of another evaluation: %(count)s."),
            AssignedVendor,
            AssignedVendor.vendor_id.in_(
                select(Vendor.id)
                .join(Member, Member.id == AssignedVendor.member_id)
                .where(Member.evaluation_id != Vendor.evaluation_id)
                .correlate(AssignedVendor)
            ),
        ),
        (
            N_("Assigned or practiced criteria of another evaluation: %(count)s."),
            AssignedCriterion,
            _has_foreign_criterion(AssignedCriterion),
        ),
        (
            N_("Assigned or practiced criteria of another evaluation: %(count)s."),
            PracticeMark,
            _has_foreign_criterion(PracticeMark),
        ),
        (
            N_("Ballots entered for a reviewer that were not sealed: %(count)s."),
            EntryOnBehalf,
            ~select(SealedBallot.id)
            .where(
                SealedBallot.ballot_id == EntryOnBehalf.ballot_id,
                SealedBallot.number == EntryOnBehalf.number,
            )
            .correlate(EntryOnBehalf)
            .exists(),
        ),
    )


def _has_foreign_criterion(
    model: type[AssignedCriterion] | type[PracticeMark],
) -> ColumnElement[bool]:
    """Rows whose member and criterion are of two evaluations."""
    return model.criterion_id.in_(
        select(Criterion.id)
        .join(Member, Member.id == model.member_id)
        .where(Member.evaluation_id != Criterion.evaluation_id)
        .correlate(model)
    )


def list_decision_checks() -> tuple[Check, ...]:
    """The same for recommendations, adopted orders and reinstatements."""
    return (
        (
            N_("Reinstated vendors of an evaluation whose meeting has not begun: %(count)s."),
            Reinstatement,
            Reinstatement.vendor_id.in_(
                select(Vendor.id)
                .join(Evaluation, Evaluation.id == Vendor.evaluation_id)
                .where(Evaluation.phase.not_in(FROM_MEETING), Evaluation.closed_at.is_(None))
                .where(~Evaluation.id.in_(_select_returned_evaluations()))
            ),
        ),
        (
            N_("Recommended vendors of another evaluation: %(count)s."),
            Decision,
            Decision.id.in_(
                select(Decision.id)
                .join(Vendor, Vendor.id == Decision.vendor_id)
                .where(Vendor.evaluation_id != Decision.evaluation_id)
            ),
        ),
        (
            N_("Vendors in an adopted order of an evaluation without a decision: %(count)s."),
            RankedVendor,
            RankedVendor.vendor_id.in_(
                select(Vendor.id)
                .outerjoin(Decision, Decision.evaluation_id == Vendor.evaluation_id)
                .where(Decision.id.is_(None))
            ),
        ),
        (
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
        ),
    )


def _select_returned_evaluations() -> ColumnElement[int]:
    """Evaluations that went back from the meeting: their findings wait for the next one.

    Read as text: SQLite's functions for JSON end the query where somebody forged what is none.
    """
    return (
        select(JournalEntry.evaluation_id)
        .where(
            JournalEntry.event == Event.PHASE_CHANGED,
            cast(JournalEntry.before, Text).contains('"MEETING"'),
        )
        .scalar_subquery()
    )
