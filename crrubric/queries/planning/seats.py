"""What the plan says of how many learners there are, for whoever says how many are priced."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from crrubric.domain.planning.answers import PlanAnswer
from crrubric.domain.planning.triage import Seats
from crrubric.domain.results.priced_seats import SeatProposal, propose_seats
from crrubric.queries.planning.triage import find_newest_kept
from crrubric.queries.planning.workbook import load_workbook


def list_seat_proposals(session: Session, evaluation_id: int) -> list[SeatProposal]:
    """Ranges with where they come from, in two queries."""
    workbook = load_workbook(session, evaluation_id)
    kept = find_newest_kept(session, evaluation_id)
    return propose_seats(
        Seats(kept.seats_low, kept.seats_high) if kept else None,
        read_count(workbook.answers("reasons"), "learners"),
        read_count(workbook.answers("technology"), "learners"),
    )


def read_count(answers: Mapping[str, PlanAnswer], prompt: str) -> int | None:
    """A whole number that was answered; None where there is none."""
    answer = answers.get(prompt)
    return int(answer) if isinstance(answer, str) and answer.isdecimal() else None
