"""Rows for files of what the committee found, asked, moved and relied on, for a seat.

Days and times are ISO 8601, times with their zone. Of vendors from which the seat stays away there
is no row. The operator's seat stays away from none: its rows are those of the whole evaluation.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain.policy import FROM_MEETING
from crrubric.domain.results.cost import PriceBasis
from crrubric.domain.results.results import Results
from crrubric.domain.results.scoring import Score
from crrubric.models import Abstention, Ballot, Criterion, Finding, Member, Vendor
from crrubric.queries.ballots.ballots import list_counting_conditions
from crrubric.queries.ballots.evidence import iterate_evidence
from crrubric.queries.meeting.meetings import list_motion_ids, load_minutes
from crrubric.queries.people.access import Seat
from crrubric.queries.questions.questions import list_readable_questions
from crrubric.queries.results.matrices import read_matrix
from crrubric.queries.setup.prices import types_prices
from crrubric.queries.setup.vendors import list_visible_vendors
from crrubric.queries.shared.reading import end_reading


class FindingRow(TypedDict):
    """What the committee adopted for one cell, by column."""

    vendor: str  # its code
    criterion: str  # its code
    outcome: str  # as the votes have it now
    finding: str
    as_computed: str  # yes: the outcome of that moment was adopted
    reason: str
    evidence: str
    agreed: str
    motion: int | None  # its number, as in the file of motions
    recorded_by: str
    recorded_at: str


class AbstentionRow(TypedDict):
    """A criterion that a reviewer left without a mark, by column."""

    reviewer: str
    vendor: str
    criterion: str
    reason: str


class VendorRow(TypedDict):
    """A vendor, by column. Shares are from 0 to 1; None: undefined, or not to be seen now."""

    vendor: str
    company: str
    product: str
    version: str
    status: str  # in selection, withdrawn
    withdrawn_at: str
    withdrawn_reason: str
    score: float | None
    coverage: float | None
    low: float | None
    high: float | None
    gate: str
    price_unit: str
    unit_price: str  # dollars a year
    quantity: int | None
    term_months: int | None
    cost_low: str  # dollars over the term
    cost_high: str


class EvidenceRow(TypedDict):
    """What one mark points to, by column."""

    vendor: str
    criterion: str
    mark: str
    reviewer: str
    stakeholder: str
    kind: str
    place: str
    seen_on: str
    valid_until: str
    files: str  # their names


class QuestionRow(TypedDict):
    """A question to a vendor, by column. Nothing says who asked."""

    vendor: str
    criterion: str  # empty: about the whole offer
    state: str
    question: str
    sent_on: str
    answer: str
    answered_on: str
    withdrawn_reason: str


class MotionRow(TypedDict):
    """A motion with its vote, by column."""

    motion: int
    meeting: int
    kind: str
    words: str
    moved_by: str
    seconded_by: str
    in_favor: int
    opposed: int
    abstaining: int
    carried: str
    items: int  # how many items were adopted with it, of vendors that the seat may see
    corrections: int
    at: str


def write_day(day: date | None) -> str:
    """A day, or nothing."""
    return day.isoformat() if day else ""


def write_instant(moment: datetime | None) -> str:
    """A moment with its zone, or nothing."""
    return moment.isoformat() if moment else ""


def write_yes(value: bool) -> str:
    """yes or no."""
    return "yes" if value else "no"


def list_finding_rows(session: Session, seat: Seat) -> list[FindingRow]:
    """What was adopted, by vendor and criterion. Raises: NotFound before the meeting."""
    results = read_matrix(session, seat.evaluation).results
    motions = list_motion_ids(session, seat.evaluation.id)
    places = {key: number for number, key in enumerate(motions, 1)}
    rows = session.execute(
        select(Finding, Vendor.code, Criterion.code)
        .join(Vendor, Vendor.id == Finding.vendor_id)
        .join(Criterion, Criterion.id == Finding.criterion_id)
        .where(
            Vendor.evaluation_id == seat.evaluation.id,
            Vendor.withdrawn_at.is_(None),
            Vendor.id.not_in(seat.shut_out),
            Criterion.left_out.is_(False),
        )
        .order_by(Vendor.position, Criterion.position, Vendor.id, Criterion.id)
    )
    return [
        FindingRow(
            vendor=vendor,
            criterion=criterion,
            outcome=results.cell(vendor, criterion).resolution.outcome.value,
            finding=row.value.value,
            as_computed=write_yes(row.as_computed),
            reason=row.reason,
            evidence=row.evidence,
            agreed=row.agreed,
            motion=places.get(row.motion_id or 0),
            recorded_by=row.recorded_by,
            recorded_at=write_instant(row.recorded_at),
        )
        for row, vendor, criterion in rows
    ]


def list_abstention_rows(session: Session, seat: Seat) -> list[AbstentionRow]:
    """Abstentions on ballots that count; none before the meeting."""
    if seat.evaluation.phase not in FROM_MEETING:
        return []
    rows = session.execute(
        select(Member.name, Vendor.code, Criterion.code, Abstention.reason)
        .join(Ballot, Ballot.id == Abstention.ballot_id)
        .join(Member, Member.id == Ballot.member_id)
        .join(Vendor, Vendor.id == Ballot.vendor_id)
        .join(Criterion, Criterion.id == Abstention.criterion_id)
        .where(
            *list_counting_conditions(seat.evaluation.id), Ballot.vendor_id.not_in(seat.shut_out)
        )
        .order_by(Vendor.position, Criterion.position, Vendor.id, Criterion.id, Member.id)
    )
    return [
        AbstentionRow(reviewer=who, vendor=vendor, criterion=criterion, reason=reason)
        for who, vendor, criterion, reason in rows
    ]


def list_vendor_rows(session: Session, seat: Seat) -> list[VendorRow]:
    """Vendors in their order; scores from the meeting on, prices once they are open to the seat."""
    results = (
        read_matrix(session, seat.evaluation).results
        if seat.evaluation.phase in FROM_MEETING
        else None
    )
    typed = types_prices(session, seat)
    return [
        make_vendor_row(row, results, row.typed_price if typed else row.price)
        for row in list_visible_vendors(session, seat)
    ]


def make_vendor_row(row: Vendor, results: Results | None, price: PriceBasis) -> VendorRow:
    """One vendor, by column. Args: results: None: nobody may know them now."""
    score = results.scores.get(row.code) if results else None
    low, high = price.cost.span or (None, None)
    return VendorRow(
        vendor=row.code,
        company=row.company,
        product=row.product,
        version=row.product_version,
        status="withdrawn" if row.withdrawn_at else "in selection",
        withdrawn_at=write_instant(row.withdrawn_at),
        withdrawn_reason=row.withdrawn_reason,
        score=pick_share(score, "value"),
        coverage=pick_share(score, "coverage"),
        low=pick_share(score, "low"),
        high=pick_share(score, "high"),
        gate=score.gate.value if score else "",
        price_unit=price.unit.value if price.unit else "",
        unit_price=write_dollars(price.unit_cents),
        quantity=price.quantity,
        term_months=price.term_months,
        cost_low=write_dollars(low),
        cost_high=write_dollars(high),
    )


def pick_share(score: Score | None, name: str) -> float | None:
    """A share of a score; None where it is undefined or there is no score."""
    value = getattr(score, name, None)
    return None if value is None else float(value)


def write_dollars(cents: int | None) -> str:
    """Cents as dollars, with two decimals and nothing between thousands."""
    return "" if cents is None else f"{cents // 100}.{cents % 100:02}"


def iterate_evidence_rows(session: Session, seat: Seat) -> Iterator[EvidenceRow]:
    """The evidence that the seat may see: before the meeting its own. No transaction stays open."""
    for piece in iterate_evidence(session, seat):
        mark = piece.mark
        yield EvidenceRow(
            vendor=piece.vendor.code,
            criterion=piece.criterion.code,
            mark=mark.answer.value,
            reviewer=piece.reviewer,
            stakeholder=piece.stakeholder.value,
            kind=mark.evidence_kind.value if mark.evidence_kind else "",
            place=mark.evidence_place,
            seen_on=write_day(mark.evidence_on),
            valid_until=write_day(mark.evidence_until),
            files="; ".join(file.name for file in piece.files),
        )


def list_question_rows(session: Session, seat: Seat) -> list[QuestionRow]:
    """The questions that the seat may read, in their order."""
    rows = [
        QuestionRow(
            vendor=row.vendor.code,
            criterion=row.criterion.code if row.criterion else "",
            state=row.state.value,
            question=row.words,
            sent_on=write_day(row.sent_on),
            answer=row.answer,
            answered_on=write_day(row.answered_on),
            withdrawn_reason=row.withdrawn_reason,
        )
        for row in list_readable_questions(session, seat)
    ]
    end_reading(session)
    return rows


def list_motion_rows(session: Session, seat: Seat) -> list[MotionRow]:
    """Every motion in its order, as the minutes have it; none before the meeting."""
    if seat.evaluation.phase not in FROM_MEETING:
        return []
    book = load_minutes(session, seat.evaluation.id)
    return [
        MotionRow(
            motion=number,
            meeting=place,
            kind=row.kind.value,
            words=row.words,
            moved_by=row.moved_by,
            seconded_by=row.seconded_by,
            in_favor=row.in_favor,
            opposed=row.opposed,
            abstaining=row.abstaining,
            carried=write_yes(row.carried),
            items=sum(
                item.vendor.id not in seat.shut_out for item in sitting.adopted.get(row.id, ())
            ),
            corrections=len(sitting.corrections.get(row.id, ())),
            at=write_instant(row.at),
        )
        for number, (place, sitting, row) in enumerate(
            (
                (place, sitting, row)
                for place, sitting in enumerate(reversed(book.sittings), 1)
                for row in sitting.motions
            ),
            1,
        )
    ]
