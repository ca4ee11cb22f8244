"""Everything that the memo of an evaluation says, read in a fixed number of queries."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from crrubric.clock import now_utc
from crrubric.domain.cost import total_cents
from crrubric.domain.evidence import evidence_words
from crrubric.domain.memo import (
    MemoCommitment,
    MemoFacts,
    MemoNote,
    MemoPerson,
    MemoPosition,
    MemoQuestion,
    MemoSitting,
    MemoVendor,
    Recommendation,
    Recusal,
)
from crrubric.domain.reliability import reliability_of
from crrubric.domain.robustness import robustness_of
from crrubric.domain.vocabulary import BallotState, Phase, Role
from crrubric.models import Ballot, Decision, Evaluation, Member, Vendor
from crrubric.queries.ballots import open_marks
from crrubric.queries.decisions import commitments, open_positions
from crrubric.queries.declarations import conflicts
from crrubric.queries.journal import head
from crrubric.queries.matrices import Matrix, matrix
from crrubric.queries.meetings import minutes
from crrubric.queries.questions import standing_questions


def memo_facts(session: Session, evaluation: Evaluation, language: str) -> MemoFacts:
    """The facts of the memo; times in the district's zone. Raises: NotFound before the meeting."""
    read = matrix(session, evaluation)
    counts = read.basis.ballots.counts()
    zone = ZoneInfo(evaluation.district.time_zone)

    def local(moment: datetime | None) -> datetime | None:
        return moment.astimezone(zone) if moment else None

    return MemoFacts(
        title=evaluation.title,
        district=evaluation.district.name,
        reference=evaluation.slug,
        purpose=evaluation.purpose,
        language=language,
        on=(local(evaluation.decided_at) or now_utc().astimezone(zone)).date(),
        final=evaluation.phase in {Phase.DECIDED, Phase.ARCHIVED},
        opened_at=local(evaluation.opened_at),
        closed_at=local(evaluation.closed_at),
        decided_at=local(evaluation.decided_at),
        rubric_name=evaluation.rubric_name,
        rubric_version=evaluation.rubric_version,
        people=people(session, evaluation),
        recusals=tuple(
            Recusal(row.member.name, row.vendor.company, row.words, row.waiver_reason)
            for row in conflicts(session, evaluation.id)
        ),
        vendors=tuple(vendor(row, read) for row in read.vendors.values()),
        results=read.results,
        reliability=reliability_of(read.basis, counts),
        robustness=robustness_of(read.basis, counts),
        recommendation=recommendation(session, evaluation, zone),
        notes=notes(session, evaluation),
        journal_head=head(session, evaluation),
        positions=tuple(
            MemoPosition(row.member.name, row.member.stakeholder, row.kind, row.words)
            for row in open_positions(session, evaluation)
        ),
        commitments=tuple(
            MemoCommitment(row.vendor.company, row.words, row.owner, row.due_on)
            for row in commitments(session, evaluation.id)
        ),
        sittings=tuple(
            MemoSitting(
                row.meeting.started_at.astimezone(zone),
                local(row.meeting.ended_at),
                row.meeting.place,
                tuple(seen.member.name for seen in row.attendance),
            )
            for row in reversed(minutes(session, evaluation.id))
        ),
        questions=questions(session, evaluation),
    )


def people(session: Session, evaluation: Evaluation) -> tuple[MemoPerson, ...]:
    """Present members with how many of their ballots they submitted."""
    submitted = func.sum(case((Ballot.state == BallotState.SUBMITTED, 1), else_=0))
    rows = session.execute(
        select(Member, func.count(Ballot.id), func.coalesce(submitted, 0))
        .outerjoin(Ballot, (Ballot.member_id == Member.id) & ~Ballot.recused)
        .where(Member.evaluation_id == evaluation.id, Member.removed_at.is_(None))
        .group_by(Member.id)
        .order_by(Member.id)
    )
    return tuple(
        MemoPerson(member.name, member.stakeholder, roles(member), int(done), ballots)
        for member, ballots, done in rows
    )


def roles(member: Member) -> tuple[str, ...]:
    """The member's roles as labels."""
    found = [
        role.label
        for role, held in ((Role.CHAIR, member.is_chair), (Role.REVIEWER, member.is_reviewer))
        if held
    ]
    return tuple(found) or (Role.OBSERVER.label,)


def vendor(row: Vendor, read: Matrix) -> MemoVendor:
    """The vendor under the name that the results use."""
    name = next(v.name for v in read.results.vendors if v.code == row.code)
    return MemoVendor(
        row.code,
        name,
        row.product,
        row.product_version,
        row.price_unit,
        row.unit_price_cents,
        row.quantity,
        row.term_months,
        total_cents(row.unit_price_cents, row.quantity, row.term_months),
        row.price_note,
    )


def recommendation(
    session: Session, evaluation: Evaluation, zone: ZoneInfo
) -> Recommendation | None:
    """What the committee adopted, if anything."""
    row = session.scalar(select(Decision).where(Decision.evaluation_id == evaluation.id))
    if row is None:
        return None
    return Recommendation(
        row.vendor.code if row.vendor else None,
        row.reason,
        row.conditions,
        row.term,
        row.cost_ceiling,
        row.recorded_at.astimezone(zone),
    )


def notes(session: Session, evaluation: Evaluation) -> tuple[MemoNote, ...]:
    """Marks that have a note, with their evidence in words."""
    return tuple(
        MemoNote(
            row.vendor,
            row.criterion,
            row.mark.answer,
            row.mark.note,
            evidence_words(row.mark.evidence_kind, row.mark.evidence_place, row.mark.evidence_on),
            row.stakeholder,
        )
        for row in open_marks(session, evaluation, noted=True)
    )


def questions(session: Session, evaluation: Evaluation) -> tuple[MemoQuestion, ...]:
    """Questions to vendors with their answers; nothing of who asked."""
    return tuple(
        MemoQuestion(
            row.vendor.code,
            row.criterion.code if row.criterion else None,
            row.words,
            row.sent_on,
            row.answer,
            row.answered_on,
        )
        for row in standing_questions(session, evaluation)
    )
