"""Rows for files: every mark with its reviewer, and what identifies an evaluation."""

from collections.abc import Iterator, Sequence
from typing import TypedDict

from sqlalchemy.orm import Session

from crrubric.domain.ballots.evidence import describe_evidence
from crrubric.models import Evaluation
from crrubric.queries.ballots.ballots import iterate_disclosed_marks
from crrubric.queries.ballots.files import load_all_mark_files
from crrubric.queries.people.access import Seat


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
    blind: str  # yes; no: given after the committee had seen the ballots


def iterate_mark_rows(session: Session, seat: Seat) -> Iterator[MarkRow]:
    """Marks that count, without those of vendors that the person stays away from."""
    files = load_all_mark_files(session, seat)
    for row in iterate_disclosed_marks(session, seat.evaluation, away=seat.shut_out):
        mark = row.mark
        yield MarkRow(
            reviewer=row.reviewer,
            vendor=row.vendor,
            criterion=row.criterion,
            mark=mark.answer.value,
            note=mark.note,
            evidence=describe_evidence(mark.evidence_kind, mark.evidence_place, mark.evidence_on),
            evidence_until=mark.evidence_until.isoformat() if mark.evidence_until else "",
            files="; ".join(
                file.name for file in files.get((mark.ballot_id, mark.criterion_id), ())
            ),
            origin="import" if row.imported else "on behalf" if row.entered else "reviewer",
            blind="no" if row.informed else "yes",
        )


def describe_evaluation(
    evaluation: Evaluation,
    *,
    late: int = 0,
    withheld: Sequence[str] = (),
) -> dict[str, object]:
    """What the results object says of the evaluation itself.

    Args: late: how many ballots were changed after the committee had seen them; withheld: codes of
    vendors from which the reader stays away, and on which nothing here rests.
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
    }
