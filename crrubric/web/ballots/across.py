"""One criterion across a reviewer's open ballots: the same question, vendor after vendor."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from crrubric.domain.actions import Action
from crrubric.extensions import db
from crrubric.models import Criterion, Member
from crrubric.queries.ballots.ballots import BallotLine, own_ballots, own_marks_on, writable
from crrubric.queries.ballots.declarations import own_declarations
from crrubric.queries.ballots.files import own_file_counts_on
from crrubric.queries.people.access import Seat, not_found
from crrubric.queries.setup.assignments import asked_of
from crrubric.queries.setup.rubrics import Part, tensions
from crrubric.queries.setup.wording import worded
from crrubric.web.ballots.mark_fields import Tried, evidence_kinds, fields_of
from crrubric.web.shared.access import in_evaluation
from crrubric.web.shared.language import locale
from crrubric.web.shared.page import page

bp = Blueprint("across", __name__, url_prefix="/evaluations/<slug>/ballots/criteria")


HOME = "ballots.index"
ACROSS = "criterion"  # what a form of this page says of where it leads back to


@bp.get("/<int:criterion_id>")
@in_evaluation(Action.RECORD_MARK)
def criterion(seat: Seat, criterion_id: int) -> ResponseReturnValue:
    """The criterion once for each of one's own open ballots, in the reviewer's own order."""
    return across_page(seat, criterion_id)


def across_page(seat: Seat, criterion_id: int, *, tried: Tried | None = None) -> str:
    """The page; `tried` is the vendor whose form was refused, with what was typed.

    Raises: NotFound unless the person is asked about the criterion.
    """
    if seat.member is None:
        raise not_found()
    rubric = asked_of(db.session(), seat.member)
    flat = [row for part in rubric for row in part.criteria]
    here = next((row for row in flat if row.id == criterion_id), None)
    if here is None:
        raise not_found()
    ready, undeclared = open_lines(seat, seat.member)
    marks = own_marks_on(db.session(), seat.member, criterion_id)
    return page(
        "ballots/across.html",
        seat,
        under=HOME,
        criterion=here,
        section=section_of(rubric, here),
        number=flat.index(here) + 1,
        criteria=flat,
        neighbours=neighbours(flat, here),
        lines=ready,
        undeclared=undeclared,
        marks=marks,
        file_counts=own_file_counts_on(db.session(), seat.member, criterion_id),
        fields={
            row.vendor.id: fields_of(row.vendor.id, marks.get(row.ballot.id), tried)
            for row in ready
        },
        kinds=evidence_kinds(),
        tried=tried,
        back=ACROSS,
        tensions=tensions(db.session(), seat.evaluation.id, locale()).get(here.id, []),
        titles={row.id: worded(row, "title", locale()) for row in flat},
    )


def open_lines(seat: Seat, member: Member) -> tuple[list[BallotLine], list[BallotLine]]:
    """One's own open ballots: those that can be marked, and those that wait for a declaration."""
    lines = [row for row in own_ballots(db.session(), member) if writable(seat, row.ballot)]
    declared = own_declarations(db.session(), member)
    ready = [row for row in lines if row.vendor.id in declared]
    return ready, [row for row in lines if row.vendor.id not in declared]


def markable(seat: Seat) -> set[int]:
    """The ids of the vendors that the page has a form for."""
    ready, _undeclared = open_lines(seat, seat.member) if seat.member else ([], [])
    return {row.vendor.id for row in ready}


def section_of(rubric: list[Part], wanted: Criterion) -> str:
    """The title of the section in which a criterion stands."""
    return next(
        worded(part.section, "title", locale()) for part in rubric if wanted in part.criteria
    )


def neighbours(flat: list[Criterion], here: Criterion) -> tuple[Criterion | None, Criterion | None]:
    """The criteria before and after this one; None at either end."""
    at = flat.index(here)
    return (flat[at - 1] if at else None, flat[at + 1] if at + 1 < len(flat) else None)
