"""What is to read about one cell, for its page and for the panel beside the matrix."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from crrubric.domain.results.contradictions import find_contradictions
from crrubric.domain.results.outcome import DecisionRule
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
from crrubric.queries.ballots.ballots import (
    DisclosedMark,
    iterate_disclosed_marks,
    list_former_reviewers,
)
from crrubric.queries.ballots.declarations import list_declared_conflicts
from crrubric.queries.ballots.files import load_mark_files
from crrubric.queries.meeting.meetings import find_deferral
from crrubric.queries.people.access import Seat, make_not_found, refuse_recused
from crrubric.queries.questions.questions import list_vendor_questions
from crrubric.queries.record.journal import list_cell_history
from crrubric.queries.results.matrices import Matrix
from crrubric.queries.setup.rubrics import list_tension_values
from crrubric.queries.setup.wording import translate_rubric_text
from crrubric.web.shared.language import current_language


@dataclass(frozen=True, slots=True, kw_only=True)
class CellFacts:
    """One cell: counts, marks, who stays away, questions, how the committee came to its finding."""

    vendor: Vendor
    criterion: Criterion
    cell: Cell
    rule: DecisionRule
    marks: list[DisclosedMark]
    files: Mapping[int, Sequence[MarkFile]]  # by ballot id
    expert: list[DisclosedMark]
    conflicts: list[Declaration]
    questions: list[Question]
    deferral: Deferral | None
    tense: list[tuple[str, str]]
    trail: list[JournalEntry]
    former: list[str]

    def named(self) -> dict[str, object]:
        """The facts by name, for a template."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def load_cell_facts(seat: Seat, read: Matrix, vendor_id: int, criterion_id: int) -> CellFacts:
    """What the person may read about a cell, in a fixed number of queries.

    Raises: NotFound if there is no such cell or the person stays away from its vendor.
    """
    refuse_recused(seat, vendor_id)
    vendor = next((row for row in read.vendors.values() if row.id == vendor_id), None)
    criterion = next((row for row in read.criteria.values() if row.id == criterion_id), None)
    if vendor is None or criterion is None:
        raise make_not_found()
    session, evaluation = db.session(), seat.evaluation
    marks = list(
        iterate_disclosed_marks(session, evaluation, vendor_id=vendor_id, criterion_id=criterion_id)
    )
    attached = load_mark_files(session, seat, [(row.mark.ballot_id, criterion_id) for row in marks])
    found = read.results.cell(vendor.code, criterion.code)
    return CellFacts(
        vendor=vendor,
        criterion=criterion,
        cell=found,
        rule=read.results.rule,
        marks=marks,
        files={ballot_id: rows for (ballot_id, _criterion), rows in attached.items()},
        expert=list_expert_dissent(found, criterion.lead, marks),
        conflicts=[
            row
            for row in list_declared_conflicts(session, evaluation.id)
            if row.vendor_id == vendor_id
        ],
        questions=list_vendor_questions(session, seat, vendor_id, criterion_id=criterion_id),
        deferral=find_deferral(session, vendor_id, criterion_id),
        tense=list_cell_tensions(read, seat, found),
        trail=list_cell_history(session, seat, vendor_id, criterion_id),
        former=list_former_reviewers(session, evaluation, vendor_id, criterion_id),
    )


def list_cell_tensions(read: Matrix, seat: Seat, found: Cell) -> list[tuple[str, str]]:
    """(title, why) of the criteria that pull against this one where the vendor is Met on both."""
    tensions = list_tension_values(db.session(), seat.evaluation.id, current_language())
    about = [row for row in tensions if found.criterion in row.between]
    rows = find_contradictions(read.results, about)
    return [
        (translate_rubric_text(read.criteria[other], "title", current_language()), row.why)
        for row in rows
        if row.vendor == found.vendor and (other := row.other(found.criterion)) is not None
    ]


def list_expert_dissent(
    found: Cell, lead: Stakeholder | None, marks: list[DisclosedMark]
) -> list[DisclosedMark]:
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
