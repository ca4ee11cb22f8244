"""What is to read about one cell, for its page and for the panel beside the matrix."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from crrubric.domain.results.contradictions import contradictions
from crrubric.domain.results.outcome import Rule
from crrubric.domain.results.results import Cell
from crrubric.domain.vocabulary import Answer, Outcome, Stakeholder
from crrubric.extensions import db
from crrubric.models import (
    Criterion,
    Declaration,
    Deferral,
    JournalEntry,
    MarkFile,
    Question,
    Vendor,
)
from crrubric.queries.ballots.ballots import OpenMark, former_markers, open_marks
from crrubric.queries.ballots.declarations import conflicts
from crrubric.queries.ballots.files import mark_files
from crrubric.queries.meeting.meetings import find_deferral
from crrubric.queries.people.access import Seat, let_in, not_found
from crrubric.queries.questions.questions import questions_on
from crrubric.queries.record.journal import cell_trail
from crrubric.queries.results.matrices import Matrix
from crrubric.queries.setup.rubrics import tension_values
from crrubric.queries.setup.wording import worded
from crrubric.web.shared.language import locale


@dataclass(frozen=True, slots=True)
class CellFacts:
    """One cell: counts, marks, who stays away, questions, how the committee came to its finding."""

    vendor: Vendor
    criterion: Criterion
    cell: Cell
    rule: Rule
    marks: list[OpenMark]
    files: Mapping[int, Sequence[MarkFile]]  # by ballot id
    expert: list[OpenMark]
    conflicts: list[Declaration]
    questions: list[Question]
    deferral: Deferral | None
    tense: list[tuple[str, str]]
    trail: list[JournalEntry]
    former: list[str]

    def named(self) -> dict[str, object]:
        """The facts by name, for a template."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def cell_facts(seat: Seat, read: Matrix, vendor_id: int, criterion_id: int) -> CellFacts:
    """What the person may read about a cell, in a fixed number of queries.

    Raises: NotFound if there is no such cell or the person stays away from its vendor.
    """
    let_in(seat, vendor_id)
    vendor = next((row for row in read.vendors.values() if row.id == vendor_id), None)
    criterion = next((row for row in read.criteria.values() if row.id == criterion_id), None)
    if vendor is None or criterion is None:
        raise not_found()
    session, evaluation = db.session(), seat.evaluation
    marks = list(open_marks(session, evaluation, vendor_id=vendor_id, criterion_id=criterion_id))
    attached = mark_files(session, seat, [(row.mark.ballot_id, criterion_id) for row in marks])
    found = read.results.cell(vendor.code, criterion.code)
    return CellFacts(
        vendor,
        criterion,
        found,
        read.results.rule,
        marks,
        {ballot_id: rows for (ballot_id, _criterion), rows in attached.items()},
        expert_against(found, criterion.lead, marks),
        [row for row in conflicts(session, evaluation.id) if row.vendor_id == vendor_id],
        questions_on(session, seat, vendor_id, criterion_id=criterion_id),
        find_deferral(session, vendor_id, criterion_id),
        tense(read, seat, found),
        cell_trail(session, seat, vendor_id, criterion_id),
        former_markers(session, evaluation, vendor_id, criterion_id),
    )


def tense(read: Matrix, seat: Seat, found: Cell) -> list[tuple[str, str]]:
    """(title, why) of the criteria that pull against this one where the vendor is Met on both."""
    rows = contradictions(read.results, tension_values(db.session(), seat.evaluation.id, locale()))
    return [
        (worded(read.criteria[other], "title", locale()), row.why)
        for row in rows
        if row.vendor == found.vendor and (other := row.other(found.criterion)) is not None
    ]


def expert_against(found: Cell, lead: Stakeholder | None, marks: list[OpenMark]) -> list[OpenMark]:
    """Marks of those who speak for the criterion's field and say the opposite of the outcome."""
    opposite = {Outcome.MET: Answer.NO, Outcome.NOT_MET: Answer.YES}.get(found.resolution.outcome)
    return [
        row
        for row in marks
        if opposite is not None
        and lead is not None
        and row.stakeholder is lead
        and row.mark.answer is opposite
    ]
