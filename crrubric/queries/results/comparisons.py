"""What vendors side by side are compared by beside their results: evidence and open questions."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crrubric.domain.policy import FROM_MEETING
from crrubric.domain.results.results import Results
from crrubric.domain.vocabulary import Answer, Outcome
from crrubric.models import Ballot, Criterion, Mark, Member, Question, Vendor
from crrubric.queries.ballots.evidence import has_evidence
from crrubric.queries.people.access import Seat
from crrubric.queries.people.people import is_present_reviewer
from crrubric.queries.questions.questions import select_readable_questions

SAYS = {Outcome.MET: Answer.YES, Outcome.NOT_MET: Answer.NO}


def count_findings_with_evidence(session: Session, seat: Seat, results: Results) -> dict[str, int]:
    """By vendor code: how many cells found MET or NOT MET have a mark that says so with evidence.

    No mark and no name leaves the database, only that there is such a mark; nothing before the
    meeting, and nothing of vendors that the person stays away from.
    """
    if seat.evaluation.phase not in FROM_MEETING:
        return {}
    rows = session.execute(
        select(Vendor.code, Criterion.code, Mark.answer)
        .distinct()
        .join(Ballot, Ballot.id == Mark.ballot_id)
        .join(Member, Member.id == Ballot.member_id)
        .join(Vendor, Vendor.id == Ballot.vendor_id)
        .join(Criterion, Criterion.id == Mark.criterion_id)
        .where(
            is_present_reviewer(seat.evaluation.id),
            ~Ballot.recused,
            Vendor.withdrawn_at.is_(None),
            Vendor.id.not_in(seat.shut_out),
            Criterion.left_out.is_(False),
            has_evidence(),
        )
    )
    found: dict[str, int] = {}
    for vendor, criterion, answer in rows:
        if SAYS.get(results.cell(vendor, criterion).finding) is answer:
            found[vendor] = found.get(vendor, 0) + 1
    return found


def count_open_questions(session: Session, seat: Seat) -> dict[int, int]:
    """By vendor id: how many questions wait for an answer, of those that the person may read."""
    rows = session.execute(
        select_readable_questions(seat)
        .with_only_columns(Question.vendor_id, func.count(Question.id))
        .where(Question.withdrawn_at.is_(None), Question.answered_on.is_(None))
        .group_by(Question.vendor_id)
        .order_by(None)
    )
    return {row[0]: row[1] for row in rows}
