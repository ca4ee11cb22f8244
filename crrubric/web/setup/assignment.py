"""Who is to mark what: the chair's overview, one reviewer's ticks, experts in one step."""

from dataclasses import dataclass

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, WrongPhase
from crrubric.domain.setup.assignment import Assignment, coverage
from crrubric.extensions import db
from crrubric.models import Member, Vendor
from crrubric.queries.people.access import Seat, not_found
from crrubric.queries.results.matrices import rule_of
from crrubric.queries.setup.assignments import assignment_of, assignments
from crrubric.queries.setup.members import list_present_reviewers
from crrubric.queries.setup.rubrics import Part, parts
from crrubric.queries.setup.vendors import list_vendors_in_selection
from crrubric.queries.setup.wording import worded
from crrubric.services.setup import assignments as service
from crrubric.services.setup.committee import member_in
from crrubric.web.ballots.forms import EVERYTHING, SOME, AssignmentForm
from crrubric.web.shared.access import in_evaluation
from crrubric.web.shared.forms import attach
from crrubric.web.shared.language import locale
from crrubric.web.shared.page import page, to
from crrubric.web.shared.session import actor
from crrubric.web.shared.words import refusal

bp = Blueprint("assignment", __name__, url_prefix="/evaluations/<slug>/assignment")
HOME = "committee.index"


@dataclass(frozen=True, slots=True)
class Line:
    """One reviewer in the overview: how many criteria of each section, how many vendors."""

    member: Member
    assignment: Assignment
    sections: tuple[int, ...]
    vendors: int


@bp.get("/")
@in_evaluation(Action.MANAGE_COMMITTEE)
def index(seat: Seat) -> ResponseReturnValue:
    """Reviewers by section, and the criteria that too few are to mark."""
    rubric = parts(db.session(), seat.evaluation.id)
    vendors = list_vendors_in_selection(db.session(), seat.evaluation.id)
    found = assignments(db.session(), seat.evaluation.id)
    members = list_present_reviewers(db.session(), seat.evaluation.id)
    titles = {row.id: worded(row, "title", locale()) for part in rubric for row in part.criteria}
    thin = [row for row in coverage(titles, found, rule_of(seat.evaluation)) if row.thin]
    return page(
        "setup/assignment/index.html",
        seat,
        under=HOME,
        parts=rubric,
        vendors=vendors,
        lines=[line(member, found[member.id], rubric, vendors) for member in members],
        thin=thin,
        titles=titles,
    )


def line(member: Member, own: Assignment, rubric: list[Part], vendors: list[Vendor]) -> Line:
    """What one reviewer is to mark, counted."""
    return Line(
        member,
        own,
        tuple(sum(own.covers(row.id) for row in part.criteria) for part in rubric),
        sum(own.covers_vendor(vendor.id) for vendor in vendors),
    )


@bp.post("/by-lead")
@in_evaluation(Action.MANAGE_COMMITTEE)
def by_lead(seat: Seat) -> ResponseReturnValue:
    """Limit everybody to the sections in which they know most."""
    try:
        count = service.assign_by_lead(actor(), seat.evaluation.slug)
        flash(
            ngettext(
                "One reviewer has another assignment now.",
                "%(num)s reviewers have another assignment now.",
                count,
            ),
            "done",
        )
    except WrongPhase as error:
        flash(refusal(error), "problem")
    return to("assignment.index", seat)


@bp.get("/<int:member_id>")
@in_evaluation(Action.MANAGE_COMMITTEE)
def edit(seat: Seat, member_id: int) -> ResponseReturnValue:
    """The ticks of one reviewer."""
    member = member_in(db.session(), seat.evaluation, member_id)
    own = assignment_of(db.session(), member)
    form = AssignmentForm(
        formdata=None,
        vendors=EVERYTHING if own.vendors is None else SOME,
        criteria=EVERYTHING if own.criteria is None else SOME,
    )
    return ticks_page(seat, member, form, own)


def ticks_page(seat: Seat, member: Member, form: AssignmentForm, ticked: Assignment) -> str:
    """Vendors, and criteria by section, each with a tick."""
    if not member.is_reviewer:
        raise not_found()
    return page(
        "setup/assignment/member.html",
        seat,
        under=HOME,
        member=member,
        form=form,
        parts=parts(db.session(), seat.evaluation.id),
        vendors=list_vendors_in_selection(db.session(), seat.evaluation.id),
        ticked=ticked,
    )


@bp.post("/<int:member_id>")
@in_evaluation(Action.MANAGE_COMMITTEE)
def save(seat: Seat, member_id: int) -> ResponseReturnValue:
    """Store the ticks."""
    form = AssignmentForm()
    ticked = Assignment(ids_of("vendor"), ids_of("criterion"))
    member = member_in(db.session(), seat.evaluation, member_id)
    if form.validate():
        wanted = Assignment(
            None if form.vendors.data == EVERYTHING else ticked.vendors,
            None if form.criteria.data == EVERYTHING else ticked.criteria,
        )
        try:
            service.assign(actor(), seat.evaluation.slug, member_id, wanted)
            flash(_("Saved."), "done")
            return to("assignment.index", seat)
        except Invalid as error:
            attach(form, error)
        except WrongPhase as error:
            form.form_errors.append(refusal(error))
            return ticks_page(seat, member, form, ticked), 409
    return ticks_page(seat, member, form, ticked), 422


def ids_of(name: str) -> frozenset[int]:
    """The ids that were ticked; what is no id is left out."""
    found = (text for text in request.form.getlist(name) if text.isdecimal() and len(text) < 10)
    return frozenset(int(text) for text in found)
