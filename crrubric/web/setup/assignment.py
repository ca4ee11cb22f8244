"""Who is to mark what: the chair's overview, one reviewer's ticks, experts in one step."""

from dataclasses import dataclass

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.setup.assignment import Assignment, list_criterion_coverage
from crrubric.domain.translation import N_
from crrubric.extensions import db
from crrubric.models import Member, Vendor
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.record.journal import find_latest_changes
from crrubric.queries.results.matrices import rule_of
from crrubric.queries.setup.act_facts import foresee_assignment_to_experts
from crrubric.queries.setup.assignments import assignment_of, load_assignments
from crrubric.queries.setup.members import list_present_reviewers
from crrubric.queries.setup.rubrics import RubricPart, list_rubric_parts
from crrubric.queries.setup.vendors import list_vendors_in_selection
from crrubric.queries.setup.wording import translate_rubric_text
from crrubric.services.setup import assignments as service
from crrubric.services.setup.committee import find_member
from crrubric.web.ballots.forms import EVERYTHING, SOME, AssignmentForm
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.forms import ActForm, attach_error
from crrubric.web.shared.ids import read_ticked_ids
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import (
    ActWords,
    flash_undoable,
    redirect_to,
    render_act_page,
    render_page,
)
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import translate_error

bp = Blueprint("assignment", __name__, url_prefix="/evaluations/<slug>/assignment")
HOME = "committee.show_committee"


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """One reviewer in the overview: how many criteria of each section, how many vendors."""

    member: Member
    assignment: Assignment
    sections: tuple[int, ...]
    vendors: int


@bp.get("/")
@require_permission(Action.MANAGE_COMMITTEE)
def show_assignments(seat: Seat) -> ResponseReturnValue:
    """Reviewers by section, and the criteria that too few are to mark."""
    rubric = list_rubric_parts(db.session(), seat.evaluation.id)
    vendors = list_vendors_in_selection(db.session(), seat.evaluation.id)
    found = load_assignments(db.session(), seat.evaluation.id)
    members = list_present_reviewers(db.session(), seat.evaluation.id)
    titles = {
        row.id: translate_rubric_text(row, "title", current_language())
        for part in rubric
        for row in part.criteria
    }
    thin = [
        row for row in list_criterion_coverage(titles, found, rule_of(seat.evaluation)) if row.thin
    ]
    return render_page(
        "setup/assignment/index.html",
        seat,
        under=HOME,
        parts=rubric,
        vendors=vendors,
        lines=[count_assignment(member, found[member.id], rubric, vendors) for member in members],
        thin=thin,
        titles=titles,
    )


def count_assignment(
    member: Member, own: Assignment, rubric: list[RubricPart], vendors: list[Vendor]
) -> AssignmentRow:
    """What one reviewer is to mark, counted."""
    return AssignmentRow(
        member,
        own,
        tuple(sum(own.covers(row.id) for row in part.criteria) for part in rubric),
        sum(own.covers_vendor(vendor.id) for vendor in vendors),
    )


@bp.get("/by-lead")
@require_permission(Action.MANAGE_COMMITTEE)
def show_assignments_by_lead(seat: Seat) -> ResponseReturnValue:
    """Whose ballots change if experts mark their sections, before it is done."""
    return render_assignments_by_lead(seat, ActForm(formdata=None))


def render_assignments_by_lead(seat: Seat, form: ActForm) -> str:
    """The page with what will happen."""
    words = ActWords(title=_("Experts mark their sections"), button=_("Assign sections to experts"))
    foreseen = foresee_assignment_to_experts(db.session(), seat, current_language())
    nothing = N_(
        "It would change nothing: it is assigned so already, or a section would be left to nobody."
    )
    return render_act_page(
        seat,
        form,
        foreseen,
        words,
        back="assignment.show_assignments",
        under=HOME,
        problems=() if foreseen.effects else [Invalid(nothing)],
    )


@bp.post("/by-lead")
@require_permission(Action.MANAGE_COMMITTEE)
def save_assignments_by_lead(seat: Seat) -> ResponseReturnValue:
    """Limit everybody to the sections in which they know most."""
    form, status = ActForm(), 422
    if form.validate():
        try:
            count = service.assign_sections_by_lead(
                current_actor(),
                seat.evaluation.slug,
                seen=form.version.data or "",
                language=current_language(),
            )
            flash(
                ngettext(
                    "The assignment of one reviewer has changed.",
                    "The assignments of %(num)s reviewers have changed.",
                    count,
                ),
                "done",
            )
            return redirect_to("assignment.show_assignments", seat)
        except (Stale, WrongPhase) as error:
            status = attach_refusal(form, error)
    return render_assignments_by_lead(seat, form), status


@bp.get("/<int:member_id>")
@require_permission(Action.MANAGE_COMMITTEE)
def show_assignment_form(seat: Seat, member_id: int) -> ResponseReturnValue:
    """The ticks of one reviewer."""
    member = find_member(db.session(), seat.evaluation, member_id)
    own = assignment_of(db.session(), member)
    return render_assignment_page(seat, member, make_assignment_form(own), own)


def make_assignment_form(own: Assignment) -> AssignmentForm:
    """The form with what is stored; the ticks are beside it."""
    form = AssignmentForm(
        formdata=None,
        vendors=EVERYTHING if own.vendors is None else SOME,
        criteria=EVERYTHING if own.criteria is None else SOME,
    )
    return form.showing(service.read_assignment_values(own))


def take_over_ticks(form: AssignmentForm, ticked: Assignment, newer: Assignment) -> Assignment:
    """The ticks as typed; the saved ones where “everything” was left alone and is no longer so."""
    return Assignment(
        newer.vendors if form.takes_over("vendors") else ticked.vendors,
        newer.criteria if form.takes_over("criteria") else ticked.criteria,
    )


def render_assignment_page(
    seat: Seat,
    member: Member,
    form: AssignmentForm,
    ticked: Assignment,
    newer: Assignment | None = None,
) -> str:
    """Vendors, and criteria by section, each with a tick.

    Args: newer: what was saved meanwhile; it stands beside each tick that is another one.
    """
    if not member.is_reviewer:
        raise make_not_found()
    return render_page(
        "setup/assignment/member.html",
        seat,
        under=HOME,
        member=member,
        form=form,
        parts=list_rubric_parts(db.session(), seat.evaluation.id),
        vendors=list_vendors_in_selection(db.session(), seat.evaluation.id),
        ticked=ticked,
        newer=newer,
    )


@bp.post("/<int:member_id>")
@require_permission(Action.MANAGE_COMMITTEE)
def save_assignment(seat: Seat, member_id: int) -> ResponseReturnValue:
    """Store the ticks."""
    form = AssignmentForm()
    ticked = Assignment(read_ticked_ids("vendor"), read_ticked_ids("criterion"))
    member = find_member(db.session(), seat.evaluation, member_id)
    before = assignment_of(db.session(), member)
    if form.validate():
        wanted = Assignment(
            None if form.vendors.data == EVERYTHING else ticked.vendors,
            None if form.criteria.data == EVERYTHING else ticked.criteria,
        )
        try:
            service.assign_reviewer(
                current_actor(),
                seat.evaluation.slug,
                member_id,
                wanted,
                seen=form.version.data or "",
            )
            now = assignment_of(db.session(), member)
            if now == before:
                flash(_("Saved."), "done")
            else:
                flash_undoable(_("Saved."), request.path, list_ticks_to_go_back(before, now))
            return redirect_to("assignment.show_assignments", seat)
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            newer = assignment_of(db.session(), member)
            changes = find_latest_changes(
                db.session(), seat, Event.MEMBER_ASSIGNED, member_id=member_id
            )
            form.meet_newer(make_assignment_form(newer), error, changes)
            ticked = take_over_ticks(form, ticked, newer)
            return render_assignment_page(seat, member, form, ticked, newer), 409
        except WrongPhase as error:
            form.form_errors.append(translate_error(error))
            return render_assignment_page(seat, member, form, ticked), 409
    return render_assignment_page(seat, member, form, ticked), 422


def list_ticks_to_go_back(before: Assignment, now: Assignment) -> list[tuple[str, str]]:
    """What the form would send to save the assignment as it was."""
    ticks = [("vendor", str(key)) for key in sorted(before.vendors or ())]
    ticks += [("criterion", str(key)) for key in sorted(before.criteria or ())]
    return [*make_assignment_form(before).list_sent_values(make_assignment_form(now)), *ticks]
