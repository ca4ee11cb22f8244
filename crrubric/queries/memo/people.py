"""Whom the memo names: members and what they did, conflicts, acting chairs, who left."""

from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from crrubric.domain.events import Event
from crrubric.domain.memo.facts import (
    MemoAppointment,
    MemoChangedConflict,
    MemoDeparture,
    MemoPerson,
    MemoRecusal,
    MemoScope,
)
from crrubric.domain.vocabulary import BallotState, CorrectionEffect, Role
from crrubric.models import (
    Ballot,
    Criterion,
    Declaration,
    EntryOnBehalf,
    Evaluation,
    JournalEntry,
    Mark,
    Member,
    RubricRevision,
    Vendor,
)
from crrubric.queries.ballots.ballots import is_vendor_in_selection
from crrubric.queries.ballots.declarations import (
    list_changed_conflicts,
    list_declared_conflicts,
)
from crrubric.queries.setup.assignments import count_assigned_criteria
from crrubric.queries.setup.rubrics import SINCE_OPENING


def list_memo_people(session: Session, evaluation: Evaluation) -> tuple[MemoPerson, ...]:
    """Present members with how many of their ballots they submitted, and what they were to mark."""
    submitted = func.sum(case((Ballot.state == BallotState.SUBMITTED, 1), else_=0))

    def entry(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
        """How many ballots have such an entry on behalf: of ballots submitted anew as well."""
        found = select(EntryOnBehalf.id).where(EntryOnBehalf.ballot_id == Ballot.id, *conditions)
        return func.coalesce(func.sum(case((found.correlate(Ballot).exists(), 1), else_=0)), 0)

    waiting = EntryOnBehalf.confirmed_at.is_(None), EntryOnBehalf.number == Ballot.seals
    has_marks = select(Mark.id).where(Mark.ballot_id == Ballot.id).correlate(Ballot).exists()
    rows = session.execute(
        select(
            Member,
            func.count(Ballot.id),
            func.coalesce(submitted, 0),
            entry(),
            entry(*waiting, EntryOnBehalf.disputed_at.is_(None)),
            entry(EntryOnBehalf.disputed_at.is_not(None)),
            func.coalesce(func.max(case((has_marks, 1), else_=0)), 0),
        )
        .select_from(Member)
        .outerjoin(
            Ballot, (Ballot.member_id == Member.id) & ~Ballot.recused & is_vendor_in_selection()
        )
        .where(Member.evaluation_id == evaluation.id, Member.removed_at.is_(None))
        .group_by(Member.id)
        .order_by(Member.id)
    ).all()
    asked = count_assigned_criteria(session, evaluation.id)
    return tuple(
        MemoPerson(
            name=member.name,
            stakeholder=member.stakeholder,
            roles=list_role_labels(member),
            submitted=int(done),
            ballots=ballots if member.is_reviewer else 0,
            criteria=None if member.every_criterion else asked.get(member.id, 0),
            marked=member.is_reviewer and bool(marked),
            entered=int(entered),
            unconfirmed=int(waits),
            disputed=int(disputed),
        )
        for member, ballots, done, entered, waits, disputed, marked in rows
    )


def load_memo_scope(session: Session, evaluation: Evaluation) -> MemoScope:
    """What was to be scored by whom: also what was withdrawn since, left out, or removed.

    Without vendors that were withdrawn, and criteria that were left out, before ballots opened for
    the last time: those nobody was asked.
    """
    left_out_since = select(RubricRevision.id).where(
        RubricRevision.criterion_id == Criterion.id,
        RubricRevision.effect == CorrectionEffect.LEAVE_OUT,
        SINCE_OPENING,
    )
    has_marks = select(Mark.id).where(Mark.ballot_id == Ballot.id).correlate(Ballot).exists()
    offered = Vendor.withdrawn_at.is_(None) | (Vendor.withdrawn_at >= evaluation.opened_at)
    row = session.execute(
        select(
            select(func.count(Vendor.id))
            .where(Vendor.evaluation_id == evaluation.id, offered)
            .scalar_subquery(),
            select(func.count(Criterion.id))
            .where(
                Criterion.evaluation_id == evaluation.id,
                Criterion.left_out.is_(False) | left_out_since.exists(),
            )
            .scalar_subquery(),
            select(func.count(RubricRevision.id))
            .where(RubricRevision.evaluation_id == evaluation.id, ~SINCE_OPENING)
            .scalar_subquery(),
            func.count(Ballot.member_id.distinct()),
            func.count(case((has_marks, Ballot.member_id)).distinct()),
        )
        .select_from(Ballot)
        .where(Ballot.evaluation_id == evaluation.id, ~Ballot.recused)
    ).one()
    names = ("vendors", "criteria", "fixed_revisions", "reviewers", "marked")
    return MemoScope(**dict(zip(names, row, strict=True)))


def list_memo_recusals(
    session: Session, evaluation: Evaluation, zone: ZoneInfo
) -> tuple[MemoRecusal, ...]:
    """Every declared conflict of interest, and what became of it."""
    rows = list_declared_conflicts(session, evaluation.id)
    late = {row.id for row in rows if was_declared_late(evaluation, row)}
    marked = list_marked_pairs(session, evaluation) if rows else set()
    return tuple(
        MemoRecusal(
            name=row.member.name,
            vendor=row.vendor.name,
            reason=row.words,
            waiver=row.waiver_reason,
            marked=(row.member_id, row.vendor_id) in marked,
            late_at=row.declared_at.astimezone(zone) if row.id in late else None,
        )
        for row in rows
    )


def list_memo_changed_conflicts(
    session: Session, evaluation: Evaluation, zone: ZoneInfo
) -> tuple[MemoChangedConflict, ...]:
    """Conflicts that were taken back, or put into other words, by whoever had declared them."""
    return tuple(
        MemoChangedConflict(
            name=row.name,
            vendor=row.vendor,
            words=row.words,
            now=row.now,
            at=row.at.astimezone(zone),
            reason=row.reason,
        )
        for row in list_changed_conflicts(session, evaluation.id)
    )


def list_marked_pairs(session: Session, evaluation: Evaluation) -> set[tuple[int, int]]:
    """The members with the vendors for which they gave a mark, whether it counts or not."""
    has_marks = select(Mark.id).where(Mark.ballot_id == Ballot.id).exists()
    pairs = select(Ballot.member_id, Ballot.vendor_id).where(
        Ballot.evaluation_id == evaluation.id, has_marks
    )
    return {(member, vendor) for member, vendor in session.execute(pairs)}


def was_declared_late(evaluation: Evaluation, declaration: Declaration) -> bool:
    """Whether the conflict takes marks out of the count that the committee had seen."""
    shown = evaluation.shown_at
    return declaration.recuses and shown is not None and declaration.declared_at >= shown


def list_appointments(
    session: Session, evaluation: Evaluation, zone: ZoneInfo
) -> tuple[MemoAppointment, ...]:
    """Acting chairs, the first first."""
    rows = session.scalars(
        select(JournalEntry)
        .where(
            JournalEntry.evaluation_id == evaluation.id,
            JournalEntry.event == Event.CHAIR_APPOINTED,
        )
        .order_by(JournalEntry.number)
    )
    return tuple(
        MemoAppointment(row.subject, row.actor_name, row.at.astimezone(zone), row.reason)
        for row in rows
    )


def list_departed_members(
    session: Session, evaluation: Evaluation, zone: ZoneInfo
) -> tuple[MemoDeparture, ...]:
    """Members who left the committee."""
    rows = session.scalars(
        select(Member)
        .where(Member.evaluation_id == evaluation.id, Member.removed_at.is_not(None))
        .order_by(Member.id)
    ).all()
    pairs = list_marked_pairs(session, evaluation) if rows else set()
    marked = {member for member, _vendor in pairs}
    return tuple(
        MemoDeparture(name=row.name, at=row.removed_at.astimezone(zone), marked=row.id in marked)
        for row in rows
        if row.removed_at is not None
    )


def list_role_labels(member: Member) -> tuple[str, ...]:
    """The member's roles as labels."""
    found = [
        role.label
        for role, held in ((Role.CHAIR, member.is_chair), (Role.REVIEWER, member.is_reviewer))
        if held
    ]
    return tuple(found) or (Role.OBSERVER.label,)
