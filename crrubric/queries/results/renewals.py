"""What an earlier evaluation, which this one renews, says of the same vendor.

It would anchor a mark, so whoever still marks the vendor reads none of it: a reviewer once their
own ballot for it is sealed, everybody else once all ballots are shown. Who stays away from the
vendor reads none at all, nor who stayed away from it then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, bindparam, false, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from crrubric.domain.actions import Action
from crrubric.domain.policy import FROM_DECIDED
from crrubric.domain.vocabulary import BallotState, Outcome, Role
from crrubric.models import (
    Ballot,
    Commitment,
    Criterion,
    Declaration,
    Evaluation,
    Mark,
    Member,
    Renewal,
    Vendor,
)
from crrubric.queries.ballots.ballots import list_counting_conditions
from crrubric.queries.meeting.decisions import list_commitments, recommendation_of
from crrubric.queries.people.access import Seat, is_recusing_conflict, make_not_found
from crrubric.queries.planning.measures import FollowedMeasure, list_followed_measures
from crrubric.queries.results.matrices import read_matrix
from crrubric.queries.setup.wording import translate_rubric_text


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierFinding:
    """What was found on a criterion that both rubrics have."""

    criterion_id: int
    title: str
    finding: Outcome
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LapsedEvidence:
    """Evidence of an earlier mark that is valid no longer. Whose mark it was is not told."""

    title: str
    place: str
    until: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierRecord:
    """What the earlier evaluation says of one vendor. measures: if it was chosen then."""

    title: str
    vendor: Vendor
    chosen: bool
    findings: Sequence[EarlierFinding]
    commitments: Sequence[Commitment]
    expired: Sequence[LapsedEvidence]
    measures: Sequence[FollowedMeasure]

    def find_finding_on(self, criterion_id: int) -> EarlierFinding | None:
        """What was found on a criterion of the new evaluation."""
        return next((one for one in self.findings if one.criterion_id == criterion_id), None)


# Made once: every cell asks it, and every list of ballots.
EARLIER = select(Renewal.earlier_id).where(Renewal.evaluation_id == bindparam("evaluation"))


def list_told_vendors(session: Session, seat: Seat) -> set[int]:
    """The vendors of which the seat may read what was found last time: it can no longer anchor a
    mark of theirs."""
    if session.scalar(EARLIER, {"evaluation": seat.evaluation.id}) is None:
        return set()  # as of most evaluations: the rest takes longer to put together than to ask
    earlier = aliased(Vendor)
    known = session.scalars(
        select(Vendor.id)
        .join(Renewal, Renewal.evaluation_id == Vendor.evaluation_id)
        .join(Evaluation, Evaluation.id == Renewal.earlier_id)
        .join(earlier, earlier.evaluation_id == Evaluation.id)
        .where(
            Vendor.evaluation_id == seat.evaluation.id,
            Evaluation.phase.in_(FROM_DECIDED),
            earlier.name_key == Vendor.name_key,
            ~has_stayed_away(seat.actor.user_id, earlier.id),
        )
    ).all()
    if not known or seat.may(Action.VIEW_RESULTS):
        return set(known) - seat.shut_out
    if seat.member is None or seat.roles != {Role.REVIEWER}:
        return set()
    sealed = session.scalars(
        select(Ballot.vendor_id).where(
            Ballot.member_id == seat.member.id,
            Ballot.vendor_id.in_(known),
            Ballot.state == BallotState.SUBMITTED,
        )
    )
    return set(sealed) - seat.shut_out


def has_stayed_away(
    user_id: int | None, vendor_id: InstrumentedAttribute[int]
) -> ColumnElement[bool]:
    """Whether somebody had a conflict of interest with a vendor of another evaluation, also if they
    have left its committee. Never, where it is nobody with an account."""
    if user_id is None:
        return false()
    rows = (
        select(Declaration.id)
        .join(Member, Member.id == Declaration.member_id)
        .where(
            Declaration.vendor_id == vendor_id,
            Member.user_id == user_id,
            is_recusing_conflict(),
        )
    )
    return rows.exists()


def find_earlier_vendor(
    session: Session, evaluation_id: int, vendor_id: int
) -> tuple[Evaluation, Vendor] | None:
    """The earlier evaluation, if its decision is final, and the vendor of the same name in it."""
    own = select(Vendor.name_key).where(
        Vendor.id == vendor_id, Vendor.evaluation_id == evaluation_id
    )
    row = session.execute(
        select(Evaluation, Vendor)
        .join(Renewal, Renewal.earlier_id == Evaluation.id)
        .join(Vendor, Vendor.evaluation_id == Evaluation.id)
        .where(
            Renewal.evaluation_id == evaluation_id,
            Evaluation.phase.in_(FROM_DECIDED),
            Vendor.name_key == own.scalar_subquery(),
        )
    ).first()
    return (row[0], row[1]) if row is not None else None


def require_earlier_record(
    session: Session, seat: Seat, vendor_id: int, today: date, language: str
) -> EarlierRecord:
    """What the earlier evaluation says of a vendor. Raises: NotFound where there is none, or
    where it could still anchor a mark."""
    found = load_earlier_record(session, seat, vendor_id, today, language)
    if found is None:
        raise make_not_found()
    return found


def load_earlier_record(
    session: Session, seat: Seat, vendor_id: int, today: date, language: str
) -> EarlierRecord | None:
    """As `require_earlier_record`; None where there is none for the seat."""
    if vendor_id not in list_told_vendors(session, seat):
        return None
    place = find_earlier_vendor(session, seat.evaluation.id, vendor_id)
    if place is None:
        return None
    source, vendor = place
    decision = recommendation_of(session, source.id)
    chosen = decision is not None and decision.vendor_id == vendor.id
    promised = [row for row in list_commitments(session, source.id) if row.vendor_id == vendor.id]
    return EarlierRecord(
        title=source.title,
        vendor=vendor,
        chosen=chosen,
        findings=_list_earlier_findings(session, seat.evaluation, source, vendor, language),
        commitments=promised,
        expired=_list_expired_evidence(session, source, vendor, today, language),
        measures=list_followed_measures(session, source.id) if chosen else (),
    )


def _list_earlier_findings(
    session: Session, evaluation: Evaluation, source: Evaluation, vendor: Vendor, language: str
) -> list[EarlierFinding]:
    """What was found on the criteria that both rubrics have; nothing of a withdrawn vendor."""
    own = dict(
        session.execute(
            select(Criterion.code, Criterion.id).where(Criterion.evaluation_id == evaluation.id)
        ).all()
    )
    results = read_matrix(session, source, language).results
    if vendor.code not in {one.code for one in results.vendors}:
        return []
    cells = ((one, results.cell(vendor.code, one.code)) for one in results.criteria)
    return [
        EarlierFinding(
            criterion_id=own[criterion.code],
            title=criterion.title,
            finding=cell.finding,
            reason=cell.adopted.reason if cell.adopted else "",
        )
        for criterion, cell in cells
        if criterion.code in own
    ]


def _list_expired_evidence(
    session: Session, source: Evaluation, vendor: Vendor, today: date, language: str
) -> list[LapsedEvidence]:
    """What marks that count point to, and is valid no longer."""
    rows = session.execute(
        select(Criterion, Mark.evidence_place, Mark.evidence_until)
        .join(Mark, Mark.criterion_id == Criterion.id)
        .join(Ballot, Ballot.id == Mark.ballot_id)
        .join(Member, Member.id == Ballot.member_id)
        .join(Vendor, Vendor.id == Ballot.vendor_id)
        .where(*list_counting_conditions(source.id))
        .where(Ballot.vendor_id == vendor.id, Mark.evidence_until < today)
        .order_by(Mark.evidence_until, Criterion.title, Mark.evidence_place)
    )
    return list(
        dict.fromkeys(
            LapsedEvidence(
                title=translate_rubric_text(row[0], "title", language), place=row[1], until=row[2]
            )
            for row in rows
        )
    )
