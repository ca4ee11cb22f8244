"""One cell: its votes, what reviewers wrote, what the committee finds, the trail of that."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from crrubric.domain.agenda import Item, agenda
from crrubric.domain.contradictions import contradictions
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.results import Cell
from crrubric.domain.vocabulary import Action, Answer, Outcome, Stakeholder
from crrubric.extensions import db
from crrubric.models import Criterion, Deferral, Finding, Meeting, Vendor
from crrubric.queries.access import Seat, let_in, not_found
from crrubric.queries.ballots import OpenMark, former_markers, open_marks
from crrubric.queries.declarations import conflicts
from crrubric.queries.files import mark_files
from crrubric.queries.journal import cell_trail
from crrubric.queries.matrices import Matrix
from crrubric.queries.matrices import matrix as read_matrix
from crrubric.queries.meetings import sitting
from crrubric.queries.questions import questions_on
from crrubric.queries.rubrics import tension_values
from crrubric.services import decisions as service
from crrubric.web.access import in_evaluation
from crrubric.web.evaluations import to
from crrubric.web.forms import FindingForm, ReasonForm, attach
from crrubric.web.page import page
from crrubric.web.session import actor
from crrubric.web.words import refusal

bp = Blueprint("cell", __name__, url_prefix="/evaluations/<slug>/cells")
HOME = "results.matrix"


@bp.get("/<int:vendor_id>/<int:criterion_id>")
@in_evaluation(Action.VIEW_RESULTS)
def show(seat: Seat, vendor_id: int, criterion_id: int) -> ResponseReturnValue:
    """One cell: counts, marks by stakeholder, notes and evidence."""
    return cell_page(seat, vendor_id, criterion_id)


def cell_page(
    seat: Seat,
    vendor_id: int,
    criterion_id: int,
    form: FindingForm | None = None,
    *,
    follows: Meeting | None = None,
) -> str:
    """The page of a cell, with the form for the chair in the meeting.

    Args: form: what was just refused; follows: the meeting whose shared screen this is.
    """
    let_in(seat, vendor_id)
    read = read_matrix(db.session(), seat.evaluation)
    vendor = next((row for row in read.vendors.values() if row.id == vendor_id), None)
    criterion = next((row for row in read.criteria.values() if row.id == criterion_id), None)
    if vendor is None or criterion is None:
        raise not_found()
    marks = list(
        open_marks(db.session(), seat.evaluation, vendor_id=vendor_id, criterion_id=criterion_id)
    )
    found = read.results.cell(vendor.code, criterion.code)
    return page(
        "results/cell.html",
        seat,
        under="meeting.index" if follows else HOME,
        vendor=vendor,
        criterion=criterion,
        cell=found,
        rule=read.results.rule,
        marks=marks,
        files=mark_files(db.session(), seat, [(row.mark.ballot_id, criterion_id) for row in marks]),
        answers=list(Answer),
        expert=expert_against(found, criterion.lead, marks),
        conflicts=[
            row for row in conflicts(db.session(), seat.evaluation.id) if row.vendor_id == vendor_id
        ],
        questions=questions_on(db.session(), seat, vendor_id, criterion_id=criterion_id),
        may_manage=seat.may(Action.MANAGE_QUESTIONS) and follows is None,
        may_find=seat.may(Action.RECORD_FINDING) and follows is None,
        form=form or finding_form(found),
        follows=follows,
        sitting=follows or sitting(db.session(), seat.evaluation.id),
        deferral=db.session.get(Deferral, (vendor_id, criterion_id)),
        items=on_agenda(read, seat),
        tense=tense(read, seat, found),
        trail=cell_trail(db.session(), seat, vendor_id, criterion_id),
        former=former_markers(db.session(), seat.evaluation, vendor_id, criterion_id),
        reason_form=ReasonForm(formdata=None),
        neighbours=neighbours(read, found),
    )


def finding_form(found: Cell) -> FindingForm:
    """The form as it begins: what was adopted, else the outcome if there is one."""
    form = FindingForm(formdata=None)
    settled = found.finding is not Outcome.UNRESOLVED
    form.value.data = found.finding if settled else None
    if found.adopted:
        form.reason.data, form.evidence.data = found.adopted.reason, found.adopted.evidence
        form.agreed.data = found.adopted.agreed
    form.version.data = str(found.adopted.version if found.adopted else 0)
    return form


def stale_finding(
    seat: Seat, vendor_id: int, criterion_id: int, form: FindingForm, error: Stale
) -> ResponseReturnValue:
    """What was recorded meanwhile stands beside what was typed; sending again replaces it."""
    held = db.session.scalar(
        select(Finding.version).where(
            Finding.vendor_id == vendor_id, Finding.criterion_id == criterion_id
        )
    )
    form.version.data = str(held or 0)
    form.form_errors.append(refusal(error))
    return cell_page(seat, vendor_id, criterion_id, form), 409


def on_agenda(read: Matrix, seat: Seat) -> list[tuple[Vendor, Criterion, Item]]:
    """The agenda as rows to link to, without vendors that the person stays away from."""
    rows = (
        (read.vendors[item.cell.vendor], read.criteria[item.cell.criterion], item)
        for item in agenda(read.basis, read.results)
    )
    return [row for row in rows if row[0].id not in seat.shut_out]


def tense(read: Matrix, seat: Seat, found: Cell) -> list[tuple[str, str]]:
    """(title, why) of the criteria that pull against this one where the vendor is Met on both."""
    rows = contradictions(read.results, tension_values(db.session(), seat.evaluation.id))
    return [
        (read.criteria[other].title, row.why)
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


def neighbours(read: Matrix, found: Cell) -> tuple[tuple[int, int] | None, ...]:
    """The cells before and after this one down the vendor's column, as (vendor, criterion) ids."""
    codes = list(read.criteria)
    here = codes.index(found.criterion)
    vendor = read.vendors[found.vendor].id

    def at(place: int) -> tuple[int, int] | None:
        inside = 0 <= place < len(codes)
        return (vendor, read.criteria[codes[place]].id) if inside else None

    return at(here - 1), at(here + 1)


@bp.post("/<int:vendor_id>/<int:criterion_id>")
@in_evaluation(Action.RECORD_FINDING)
def find(seat: Seat, vendor_id: int, criterion_id: int) -> ResponseReturnValue:
    """Record what the committee finds."""
    form = FindingForm()
    if form.validate():
        try:
            service.record_finding(
                actor(),
                seat.evaluation.slug,
                vendor_id,
                criterion_id,
                service.FindingText(
                    form.value.data,
                    form.reason.data or "",
                    form.evidence.data or "",
                    form.agreed.data or "",
                ),
                seen_version=form.seen_version(),
            )
            flash(_("The finding is recorded."), "done")
            return to("cell.show", seat, vendor_id=vendor_id, criterion_id=criterion_id)
        except Invalid as error:
            attach(form, error)
        except Stale as error:
            return stale_finding(seat, vendor_id, criterion_id, form, error)
    return cell_page(seat, vendor_id, criterion_id, form), 422


@bp.post("/<int:vendor_id>/<int:criterion_id>/withdraw")
@in_evaluation(Action.RECORD_FINDING)
def withdraw(seat: Seat, vendor_id: int, criterion_id: int) -> ResponseReturnValue:
    """Go back to what the rule makes of the ballots."""
    form = ReasonForm()
    try:
        service.withdraw_finding(
            actor(),
            seat.evaluation.slug,
            vendor_id,
            criterion_id,
            reason=form.reason.data or "",
        )
        flash(_("The finding is withdrawn."), "done")
    except Invalid as error:
        flash(refusal(error), "problem")
    return to("cell.show", seat, vendor_id=vendor_id, criterion_id=criterion_id)
