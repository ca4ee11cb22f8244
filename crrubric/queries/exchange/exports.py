"""Rows for files: every mark with its reviewer, and what identifies an evaluation."""

from collections.abc import Iterator, Sequence
from datetime import UTC
from itertools import groupby
from operator import attrgetter
from typing import TypedDict

from sqlalchemy import select
from sqlalchemy.orm import Session

from crrubric.domain.ballots.blindness import LateChange
from crrubric.domain.ballots.evidence import describe_evidence
from crrubric.domain.meeting.ranking import AdoptedRanking
from crrubric.domain.memo.facts import MemoPrices
from crrubric.domain.policy import FROM_MEETING
from crrubric.domain.results.cost import NO_PRICE
from crrubric.domain.text import sort_key
from crrubric.models import Ballot, Evaluation, MarkFile, Vendor
from crrubric.queries.ballots.ballots import (
    DisclosedMark,
    list_late_changes,
    make_disclosed_mark,
    select_disclosed_marks,
)
from crrubric.queries.ballots.files import load_mark_files
from crrubric.queries.meeting.decisions import find_adopted_ranking, recommendation_of
from crrubric.queries.memo.prices import load_memo_prices
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.shared.reading import end_reading

NO_PRICES = MemoPrices()


class MarkRow(TypedDict):
    """One mark in a file, by column."""

    reviewer: str
    vendor: str  # its code
    criterion: str  # its code
    mark: str
    note: str
    evidence: str
    evidence_until: str  # the day, or empty
    files: str  # their names
    origin: str  # how the mark came here: reviewer, on behalf, import
    # yes; no: given after the committee had seen the ballots; not recorded: out of a file
    blind: str
    evidence_kind: str  # its code, or empty
    evidence_place: str
    evidence_on: str  # the day, or empty


def iterate_mark_rows(session: Session, seat: Seat) -> Iterator[MarkRow]:
    """Marks that count, by column: see `iterate_seat_marks`."""
    return (make_mark_row(row, files) for row, files in iterate_seat_marks(session, seat))


def iterate_seat_marks(
    session: Session, seat: Seat
) -> Iterator[tuple[DisclosedMark, Sequence[MarkFile]]]:
    """Marks that count with their files, without those of vendors that the person stays away from.

    Read vendor by vendor: no transaction is open while a row is used, and the marks of one vendor
    are all that is held. Raises: NotFound if the committee went back to scoring meanwhile.
    """
    vendors = session.scalars(
        select(Vendor.id)
        .where(Vendor.evaluation_id == seat.evaluation.id, Vendor.id.not_in(seat.shut_out))
        .order_by(Vendor.position, Vendor.id)
    ).all()
    for vendor_id in vendors:
        session.refresh(seat.evaluation, ["phase"])  # each page is of a transaction of its own
        if seat.evaluation.phase not in FROM_MEETING:
            raise make_not_found()
        rows = list_vendor_marks(session, seat, vendor_id)
        end_reading(session)
        yield from rows


def list_vendor_marks(
    session: Session, seat: Seat, vendor_id: int
) -> list[tuple[DisclosedMark, Sequence[MarkFile]]]:
    """The marks of one vendor with their files."""
    if seat.evaluation.phase not in FROM_MEETING:
        return []
    wanted = select_disclosed_marks(seat.evaluation).where(Ballot.vendor_id == vendor_id)
    rows = session.execute(wanted).all()
    keys = {name: sort_key(name) for name in {row.reviewer for row in rows}}
    marks = [
        make_disclosed_mark(row)
        for _criterion, own in groupby(rows, key=attrgetter("criterion"))
        for row in sorted(own, key=lambda row: keys[row.reviewer])
    ]
    files = load_mark_files(
        session, seat, ((row.mark.ballot_id, row.mark.criterion_id) for row in marks)
    )
    return [(row, files.get((row.mark.ballot_id, row.mark.criterion_id), ())) for row in marks]


def make_mark_row(row: DisclosedMark, files: Sequence[MarkFile]) -> MarkRow:
    """One mark with its files, by column."""
    mark = row.mark
    kind, place, on = mark.evidence_kind, mark.evidence_place, mark.evidence_on
    return {
        "reviewer": row.reviewer,
        "vendor": row.vendor,
        "criterion": row.criterion,
        "mark": mark.answer.value,
        "note": mark.note,
        "evidence": describe_evidence(kind, place, on) if kind or place or on else "",
        "evidence_until": mark.evidence_until.isoformat() if mark.evidence_until else "",
        "files": "; ".join([file.name for file in files]) if files else "",
        "origin": describe_origin(row),
        "blind": describe_blindness(row),
        "evidence_kind": kind.value if kind else "",
        "evidence_place": place,
        "evidence_on": on.isoformat() if on else "",
    }


def load_results_facts(
    session: Session, seat: Seat, withheld: Sequence[str] = ()
) -> tuple[dict[str, object], AdoptedRanking | None, list[LateChange]]:
    """What the results object says beside the result: the evaluation, the order that was adopted,
    ballots that were changed after the committee had seen them.

    Args: withheld: codes of vendors from which the seat stays away.
    """
    evaluation = seat.evaluation
    late = list_late_changes(session, evaluation, seat.shut_out)
    facts = describe_evaluation(
        evaluation,
        late=len(late),
        withheld=withheld,
        prices=load_memo_prices(session, evaluation),
    )
    adopted = find_adopted_ranking(session, recommendation_of(session, evaluation.id))
    return facts, adopted, late


def describe_origin(row: DisclosedMark) -> str:
    """How a mark came here."""
    return "import" if row.imported else "on behalf" if row.entered else "reviewer"


def describe_blindness(row: DisclosedMark) -> str:
    """Whether a mark was given before the committee had seen the ballots."""
    return "no" if row.informed else "not recorded" if row.imported else "yes"


def describe_evaluation(
    evaluation: Evaluation,
    *,
    late: int = 0,
    withheld: Sequence[str] = (),
    prices: MemoPrices = NO_PRICES,
) -> dict[str, object]:
    """What the results object says of the evaluation itself.

    Args: late: how many ballots were changed after the committee had seen them; withheld: codes of
    vendors from which the reader stays away, and on which nothing here rests; prices: how long they
    were sealed, and who could read them.
    """
    over, under = evaluation.threshold_over, evaluation.threshold_under
    return {
        "slug": evaluation.slug,
        "title": evaluation.title,
        "phase": evaluation.phase.value,
        "rule": evaluation.rule_kind.value,
        "threshold": f"{over}/{under}" if evaluation.rule_kind == "SUPERMAJORITY" else None,
        "quorum": evaluation.quorum,
        "pass_mark": evaluation.pass_mark / 100,
        "scoring": evaluation.scoring_mode.value,
        "ballots_shown_at": evaluation.shown_at.isoformat() if evaluation.shown_at else None,
        "ballots_changed_after_shown": late,
        "withheld_vendors": list(withheld),
        "prices": describe_prices(evaluation, prices, withheld),
    }


def describe_prices(
    evaluation: Evaluation, prices: MemoPrices, withheld: Sequence[str]
) -> dict[str, object]:
    """Whether prices are sealed, and what of them could be read before they were opened."""
    opened = evaluation.prices_opened_at
    told = [(row, [code for code in row.codes if code not in withheld]) for row in prices.openings]
    return {
        "sealed": evaluation.prices_sealed,
        "opened_at": opened.isoformat() if opened else None,
        "readers": len(prices.readers),
        "readable_before": [
            {
                "vendors": codes,
                "file": row.file,
                "from": row.began.astimezone(UTC).isoformat(),
                "to": row.ended.astimezone(UTC).isoformat() if row.ended else None,
                "reviewers": len(row.readers),
            }
            for row, codes in told
            if codes
        ],
        "costs": [
            describe_cost(vendor)
            for vendor in evaluation.vendors
            if vendor.code not in withheld and vendor.price != NO_PRICE
        ],
    }


def describe_cost(vendor: Vendor) -> dict[str, object]:
    """What a vendor costs over its term, in cents, at the least and at the most."""
    price = vendor.price
    found = price.cost
    low, high = found.span or (None, None)
    return {
        "vendor": vendor.code,
        "months": price.term_months,
        "low_cents": low,
        "high_cents": high,
        "low_learners": found.low.learners,
        "high_learners": found.high.learners,
        "lacks": [
            {"line": lack.kind.value if lack.kind else None, "what": lack.what.value}
            for lack in found.lacks
        ],
    }
