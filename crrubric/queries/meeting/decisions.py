"""Reading the decision: the recommendation, the adopted order, positions, commitments."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload

from crrubric.domain.events import Event
from crrubric.domain.meeting.ranking import AdoptedRanking
from crrubric.domain.policy import FROM_DECIDED
from crrubric.domain.text import sort_key
from crrubric.models import (
    Commitment,
    Decision,
    Declaration,
    Evaluation,
    Finding,
    JournalEntry,
    Member,
    Position,
    RankedVendor,
    Reinstatement,
    Vendor,
)
from crrubric.queries.people.access import is_recusing_conflict, make_not_found
from crrubric.queries.people.people import is_present_reviewer
from crrubric.queries.setup.wording import translate_rubric_text


def recommendation_of(session: Session, evaluation_id: int) -> Decision | None:
    """The recommendation as recorded, if any."""
    return session.scalar(select(Decision).where(Decision.evaluation_id == evaluation_id))


def find_recording_entry(session: Session, evaluation_id: int) -> JournalEntry | None:
    """The entry of the recommendation as it stands.

    The recommendation keeps a name, and two people may have the same one: who recorded it is here.
    """
    return session.scalar(
        select(JournalEntry)
        .where(
            JournalEntry.evaluation_id == evaluation_id,
            JournalEntry.event == Event.DECISION_RECORDED,
        )
        .order_by(JournalEntry.number.desc())
        .limit(1)
    )


def find_partial_recorder(session: Session, evaluation: Evaluation) -> str | None:
    """Who recorded the recommendation, as it stands, and has a conflict of interest by now.

    With any vendor in the selection, whichever is recommended.
    """
    entry = find_recording_entry(session, evaluation.id)
    if entry is None or entry.actor_id is None:
        return None
    away = (
        select(Declaration.id)
        .join(Member, Member.id == Declaration.member_id)
        .join(Vendor, Vendor.id == Declaration.vendor_id)
        .where(
            Member.evaluation_id == evaluation.id,
            Member.user_id == entry.actor_id,
            Vendor.withdrawn_at.is_(None),
            is_recusing_conflict(),
        )
    )
    return entry.actor_name if session.scalar(away.limit(1)) is not None else None


def find_adopted_ranking(session: Session, decision: Decision | None) -> AdoptedRanking | None:
    """The order that the committee adopted with its decision; None if it adopted none."""
    if decision is None:
        return None
    rows = session.execute(
        select(Vendor.code, RankedVendor.rank)
        .join(Vendor, Vendor.id == RankedVendor.vendor_id)
        .where(Vendor.evaluation_id == decision.evaluation_id, Vendor.withdrawn_at.is_(None))
    )
    ranks = {row.code: row.rank for row in rows}
    if not ranks:
        return None
    return AdoptedRanking(
        ranks, decision.ranking_as_computed, decision.ranking_reason, decision.recorded_at
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ReinstatementAct:
    """What the committee lifted for a vendor at once, with effect or not, and why.

    titles: of the must-haves with these codes.
    """

    vendor: Vendor
    codes: tuple[str, ...]
    titles: tuple[str, ...]
    reason: str
    by: str
    at: datetime


def list_reinstatements(
    session: Session, evaluation_id: int, language: str = ""
) -> list[ReinstatementAct]:
    """Every act by which a vendor was reinstated: vendors in their order, the first act first."""
    rows = session.scalars(
        select(Reinstatement)
        .join(Reinstatement.vendor)
        .options(joinedload(Reinstatement.vendor), joinedload(Reinstatement.criterion))
        .where(Vendor.evaluation_id == evaluation_id, Vendor.withdrawn_at.is_(None))
        .order_by(Vendor.position, Reinstatement.recorded_at, Reinstatement.criterion_id)
    )
    acts: dict[tuple[object, ...], list[Reinstatement]] = {}
    for row in rows:
        acts.setdefault((row.vendor_id, row.recorded_at, row.reason), []).append(row)
    return [
        ReinstatementAct(
            vendor=own[0].vendor,
            codes=tuple(row.criterion.code for row in own),
            titles=tuple(translate_rubric_text(row.criterion, "title", language) for row in own),
            reason=own[0].reason,
            by=own[0].recorded_by,
            at=own[0].recorded_at,
        )
        for own in acts.values()
    ]


def list_lifted_of_vendor(session: Session, vendor_id: int) -> list[Reinstatement]:
    """The must-haves that the committee lifted for a vendor, the first first."""
    return list(
        session.scalars(
            select(Reinstatement)
            .where(Reinstatement.vendor_id == vendor_id)
            .order_by(Reinstatement.recorded_at, Reinstatement.criterion_id)
        )
    )


def list_disclosed_positions(session: Session, evaluation: Evaluation) -> list[Position]:
    """Every position, once the decision is recorded; before that none leaves this function."""
    if evaluation.phase not in FROM_DECIDED:
        return []
    return sorted(
        session.scalars(
            select(Position)
            .join(Position.member)
            .options(joinedload(Position.member))
            .where(is_present_reviewer(evaluation.id), ~_stays_away_from_recommended(evaluation.id))
            .order_by(Member.id)
        ),
        key=lambda row: sort_key(row.member.name),
    )


def count_stated_positions(session: Session, evaluation_id: int) -> tuple[int, int]:
    """(how many stated a position, how many reviewers there are): never which position."""
    row = session.execute(
        select(func.count(Position.member_id), func.count(Member.id))
        .select_from(Member)
        .outerjoin(Position, Position.member_id == Member.id)
        .where(is_present_reviewer(evaluation_id), ~_stays_away_from_recommended(evaluation_id))
    ).one()
    return row[0], row[1]


def _stays_away_from_recommended(evaluation_id: int) -> ColumnElement[bool]:
    """Whether a member has a conflict of interest with the vendor that is recommended.

    What they said of the recommendation, before they declared it, counts no more.
    """
    return (
        select(Declaration.id)
        .join(Decision, Decision.vendor_id == Declaration.vendor_id)
        .where(
            Decision.evaluation_id == evaluation_id,
            Declaration.member_id == Member.id,
            is_recusing_conflict(),
        )
        .correlate(Member)
        .exists()
    )


def list_commitments(session: Session, evaluation_id: int) -> list[Commitment]:
    """Commitments that stand, by day, with their vendor."""
    return list(
        session.scalars(
            select(Commitment)
            .join(Commitment.vendor)
            .options(joinedload(Commitment.vendor))
            .where(Vendor.evaluation_id == evaluation_id, Commitment.withdrawn_at.is_(None))
            .order_by(Commitment.due_on, Commitment.id)
        )
    )


def find_commitment(session: Session, evaluation_id: int, commitment_id: int) -> Commitment:
    """A commitment that stands, read anew. Raises: NotFound."""
    found = session.scalar(
        select(Commitment)
        .join(Commitment.vendor)
        .where(
            Commitment.id == commitment_id,
            Vendor.evaluation_id == evaluation_id,
            Commitment.withdrawn_at.is_(None),
        )
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise make_not_found()
    return found


def find_finding(session: Session, vendor_id: int, criterion_id: int) -> Finding | None:
    """What the committee adopted for a cell, if anything."""
    return session.scalar(
        select(Finding).where(Finding.vendor_id == vendor_id, Finding.criterion_id == criterion_id)
    )


def find_own_position(session: Session, member: Member | None) -> Position | None:
    """What the member stated on the recommendation."""
    return session.get(Position, member.id) if member else None
