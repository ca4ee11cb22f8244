"""Everything that the memo of an evaluation says, read in a fixed number of queries."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from crrubric.catalogue import translations
from crrubric.clock import now_utc
from crrubric.domain.ballots.evidence import evidence_words
from crrubric.domain.meeting.ranking import AdoptedRanking
from crrubric.domain.memo.tree import (
    MemoCommitment,
    MemoDeparture,
    MemoFacts,
    MemoNote,
    MemoPerson,
    MemoPosition,
    MemoPractice,
    MemoQuestion,
    MemoReinstatement,
    MemoRevision,
    MemoSitting,
    MemoVendor,
    Recommendation,
    Recusal,
)
from crrubric.domain.results.contradictions import contradictions
from crrubric.domain.results.cost import total_cents
from crrubric.domain.statistics.reliability import reliability_of
from crrubric.domain.statistics.robustness import robustness_of
from crrubric.domain.vocabulary import BallotState, Phase, Role
from crrubric.models import (
    Ballot,
    Decision,
    EntryOnBehalf,
    Evaluation,
    Member,
    PracticeMark,
    Vendor,
)
from crrubric.queries.ballots.ballots import in_selection, open_marks
from crrubric.queries.ballots.declarations import conflicts
from crrubric.queries.meeting.decisions import (
    adopted_ranking,
    commitments,
    open_positions,
    recommendation_of,
    reinstatements,
)
from crrubric.queries.meeting.meetings import minutes
from crrubric.queries.questions.questions import standing_questions
from crrubric.queries.record.journal import head
from crrubric.queries.results.matrices import Matrix, matrix
from crrubric.queries.setup.assignments import asked_counts
from crrubric.queries.setup.rubrics import revisions, tension_values
from crrubric.queries.setup.wording import worded


def memo_facts(session: Session, evaluation: Evaluation, language: str) -> MemoFacts:
    """The facts of the memo; times in the district's zone. Raises: NotFound before the meeting."""
    read = matrix(session, evaluation, language)
    decision = recommendation_of(session, evaluation.id)
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
        recommendation=recommendation(decision, zone),
        notes=notes(session, evaluation, language),
        journal_head=head(session, evaluation),
        positions=tuple(
            MemoPosition(row.member.name, row.member.stakeholder, row.kind, row.words)
            for row in open_positions(session, evaluation)
        ),
        commitments=tuple(
            MemoCommitment(row.vendor.company, row.words, row.owner, row.due_on)
            for row in commitments(session, evaluation.id)
        ),
        contradictions=contradictions(
            read.results, tension_values(session, evaluation.id, language)
        ),
        entries=entries(session, evaluation),
        practice=practice(session, evaluation, zone),
        revisions=corrections(session, evaluation, zone, language),
        departed_vendors=departed_vendors(session, evaluation, zone),
        departed_members=departed_members(session, evaluation, zone),
        sittings=tuple(
            MemoSitting(
                row.meeting.started_at.astimezone(zone),
                local(row.meeting.ended_at),
                row.meeting.place,
                tuple(seen.member.name for seen in row.attendance),
            )
            for row in reversed(minutes(session, evaluation.id))
        ),
        ranking=ranking(session, decision, zone),
        reinstatements=tuple(
            MemoReinstatement(row.vendor.code, row.reason, row.recorded_at.astimezone(zone))
            for row in reinstatements(session, evaluation.id)
        ),
        questions=questions(session, evaluation),
    )


def people(session: Session, evaluation: Evaluation) -> tuple[MemoPerson, ...]:
    """Present members with how many of their ballots they submitted, and what they were to mark."""
    submitted = func.sum(case((Ballot.state == BallotState.SUBMITTED, 1), else_=0))
    rows = session.execute(
        select(
            Member,
            func.count(Ballot.id),
            func.coalesce(submitted, 0),
            func.count(EntryOnBehalf.id),
            func.count(EntryOnBehalf.confirmed_at),
        )
        .select_from(Member)
        .outerjoin(Ballot, (Ballot.member_id == Member.id) & ~Ballot.recused & in_selection())
        .outerjoin(
            EntryOnBehalf,
            (EntryOnBehalf.ballot_id == Ballot.id) & (EntryOnBehalf.number == Ballot.seals),
        )
        .where(Member.evaluation_id == evaluation.id, Member.removed_at.is_(None))
        .group_by(Member.id)
        .order_by(Member.id)
    ).all()
    asked = asked_counts(session, evaluation.id)
    return tuple(
        MemoPerson(
            member.name,
            member.stakeholder,
            roles(member),
            int(done),
            ballots if member.is_reviewer else 0,
            None if member.every_criterion else asked.get(member.id, 0),
            entered,
            entered - confirmed,
        )
        for member, ballots, done, entered, confirmed in rows
    )


def entries(session: Session, evaluation: Evaluation) -> int:
    """How many ballots were ever entered on a reviewer's behalf."""
    rows = (
        select(func.count(EntryOnBehalf.id))
        .join(Ballot, Ballot.id == EntryOnBehalf.ballot_id)
        .join(Member, Member.id == Ballot.member_id)
        .where(Member.evaluation_id == evaluation.id)
    )
    return session.scalar(rows) or 0


def practice(session: Session, evaluation: Evaluation, zone: ZoneInfo) -> MemoPractice | None:
    """The practice round, if there was one."""
    if evaluation.practice_at is None:
        return None
    marked = (
        select(func.count(PracticeMark.member_id.distinct()))
        .join(Member, Member.id == PracticeMark.member_id)
        .where(Member.evaluation_id == evaluation.id)
    )
    return MemoPractice(evaluation.practice_at.astimezone(zone), session.scalar(marked) or 0)


def corrections(
    session: Session, evaluation: Evaluation, zone: ZoneInfo, language: str
) -> tuple[MemoRevision, ...]:
    """Corrections of the rubric after ballots opened."""
    return tuple(
        MemoRevision(
            row.number,
            worded(row.criterion, "title", language),
            row.effect,
            row.reason,
            row.made_at.astimezone(zone),
        )
        for row in revisions(session, evaluation.id)
    )


def departed_vendors(
    session: Session, evaluation: Evaluation, zone: ZoneInfo
) -> tuple[MemoDeparture, ...]:
    """Vendors that left the selection, with the reason."""
    rows = session.scalars(
        select(Vendor)
        .where(Vendor.evaluation_id == evaluation.id, Vendor.withdrawn_at.is_not(None))
        .order_by(Vendor.position)
    )
    return tuple(
        MemoDeparture(row.company, row.withdrawn_at.astimezone(zone), row.withdrawn_reason)
        for row in rows
        if row.withdrawn_at is not None
    )


def departed_members(
    session: Session, evaluation: Evaluation, zone: ZoneInfo
) -> tuple[MemoDeparture, ...]:
    """Members who left the committee."""
    rows = session.scalars(
        select(Member)
        .where(Member.evaluation_id == evaluation.id, Member.removed_at.is_not(None))
        .order_by(Member.id)
    )
    return tuple(
        MemoDeparture(row.name, row.removed_at.astimezone(zone))
        for row in rows
        if row.removed_at is not None
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


def ranking(session: Session, decision: Decision | None, zone: ZoneInfo) -> AdoptedRanking | None:
    """The order that the committee adopted, its moment in the district's zone."""
    found = adopted_ranking(session, decision)
    return replace(found, at=found.at.astimezone(zone)) if found else None


def recommendation(row: Decision | None, zone: ZoneInfo) -> Recommendation | None:
    """What the committee adopted, if anything."""
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


def notes(session: Session, evaluation: Evaluation, language: str) -> tuple[MemoNote, ...]:
    """Marks that have a note, with their evidence in words of this language."""
    say = translations(language).gettext
    return tuple(
        MemoNote(
            row.vendor,
            row.criterion,
            row.mark.answer,
            row.mark.note,
            evidence_words(
                row.mark.evidence_kind,
                row.mark.evidence_place,
                row.mark.evidence_on,
                row.mark.evidence_until,
                say=say,
            ),
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
