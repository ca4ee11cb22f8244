"""One criterion across a reviewer's open ballots: the same question, vendor after vendor."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from crrubric.domain.actions import Action
from crrubric.extensions import db
from crrubric.models import Criterion, Member
from crrubric.queries.ballots.ballots import (
    BallotLine,
    can_mark_ballot,
    list_own_ballots,
    load_own_criterion_marks,
)
from crrubric.queries.ballots.declarations import load_own_declarations
from crrubric.queries.ballots.files import count_own_criterion_files
from crrubric.queries.ballots.on_behalf import load_seen_ballots
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.setup.assignments import list_assigned_parts
from crrubric.queries.setup.rubrics import RubricPart, load_tensions, load_wordings
from crrubric.queries.setup.wording import translate_rubric_text
from crrubric.web.ballots.mark_fields import Tried, make_mark_fields
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import render_page

bp = Blueprint("across", __name__, url_prefix="/evaluations/<slug>/ballots/criteria")


HOME = "ballots.show_own_ballots"
ACROSS = "criterion"  # what a form of this page says of where it leads back to


@bp.get("/<int:criterion_id>")
@require_permission(Action.RECORD_MARK)
def show_criterion_across_ballots(seat: Seat, criterion_id: int) -> ResponseReturnValue:
    """The criterion once for each of one's own open ballots, in the reviewer's own order."""
    return render_across_page(seat, criterion_id)


def render_across_page(seat: Seat, criterion_id: int, *, tried: Tried | None = None) -> str:
    """The page; `tried` is the vendor whose form was refused, with what was typed.

    Raises: NotFound unless the person is asked about the criterion.
    """
    if seat.member is None:
        raise make_not_found()
    rubric = list_assigned_parts(db.session(), seat.member)
    flat = [row for part in rubric for row in part.criteria]
    here = next((row for row in flat if row.id == criterion_id), None)
    if here is None:
        raise make_not_found()
    ready, undeclared = split_open_ballots(seat, seat.member)
    wording = load_wordings(db.session(), seat.evaluation.id).get(criterion_id, 0)
    marks = load_own_criterion_marks(db.session(), seat.member, criterion_id)
    return render_page(
        "ballots/across.html",
        seat,
        under=HOME,
        criterion=here,
        section=section_title_of(rubric, here),
        number=flat.index(here) + 1,
        criteria=flat,
        neighbours=find_adjacent_criteria(flat, here),
        lines=ready,
        undeclared=undeclared,
        marks=marks,
        file_counts=count_own_criterion_files(db.session(), seat.member, criterion_id),
        fields={
            row.vendor.id: make_mark_fields(row.vendor.id, marks.get(row.ballot.id), tried, wording)
            for row in ready
        },
        tried=tried,
        back=ACROSS,
        tensions=load_tensions(db.session(), seat.evaluation.id, current_language()).get(
            here.id, []
        ),
        titles={row.id: translate_rubric_text(row, "title", current_language()) for row in flat},
    )


def split_open_ballots(seat: Seat, member: Member) -> tuple[list[BallotLine], list[BallotLine]]:
    """One's own open ballots: those that can be marked, and those that wait for a declaration."""
    seen = load_seen_ballots(db.session(), seat.evaluation.id)
    lines = [
        row
        for row in list_own_ballots(db.session(), member)
        if can_mark_ballot(seat, row.ballot) and (member.id, row.vendor.id) not in seen
    ]
    declared = load_own_declarations(db.session(), member)
    ready = [row for row in lines if row.vendor.id in declared]
    return ready, [row for row in lines if row.vendor.id not in declared]


def list_markable_vendors(seat: Seat) -> set[int]:
    """The ids of the vendors that the page has a form for."""
    ready, _undeclared = split_open_ballots(seat, seat.member) if seat.member else ([], [])
    return {row.vendor.id for row in ready}


def section_title_of(rubric: list[RubricPart], wanted: Criterion) -> str:
    """The title of the section in which a criterion stands."""
    return next(
        translate_rubric_text(part.section, "title", current_language())
        for part in rubric
        if wanted in part.criteria
    )


def find_adjacent_criteria(
    flat: list[Criterion], here: Criterion
) -> tuple[Criterion | None, Criterion | None]:
    """The criteria before and after this one; None at either end."""
    at = flat.index(here)
    return (flat[at - 1] if at else None, flat[at + 1] if at + 1 < len(flat) else None)
