"""One cell: its votes, what reviewers wrote, what the committee finds, the trail of that."""

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale, WrongPhase
from crrubric.domain.results.results import Cell
from crrubric.domain.versions import fingerprint_values
from crrubric.domain.vocabulary import Answer, Outcome
from crrubric.extensions import db
from crrubric.models import Deferral, Meeting
from crrubric.queries.meeting.decisions import find_finding
from crrubric.queries.meeting.meetings import find_current_meeting
from crrubric.queries.people.access import Seat
from crrubric.queries.results.matrices import Matrix, read_matrix
from crrubric.queries.results.renewals import EarlierFinding, load_earlier_record
from crrubric.services.meeting import decisions as service
from crrubric.services.meeting.meetings import read_deferral_values
from crrubric.web.meeting.agenda_places import (
    extract_agenda,
    find_next_place,
    go_on_from,
    is_on_agenda,
    list_own_agenda,
)
from crrubric.web.meeting.forms import FindingForm, PostponementForm
from crrubric.web.meeting.opening import open_meeting_if_asked
from crrubric.web.results.cell_facts import load_cell_facts
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.forms import ReasonForm, attach_error, parse_version
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import flash_undoable, redirect_to, render_page
from crrubric.web.shared.reading import translate_rubric_row
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import current_day, translate_error

bp = Blueprint("cell", __name__, url_prefix="/evaluations/<slug>/cells")
HOME = "results.show_matrix"


@bp.get("/<int:vendor_id>/<int:criterion_id>")
@require_permission(Action.VIEW_RESULTS)
def show_cell(seat: Seat, vendor_id: int, criterion_id: int) -> ResponseReturnValue:
    """One cell: counts, marks by stakeholder, notes and evidence."""
    return render_cell_page(seat, vendor_id, criterion_id)


@bp.get("/<int:vendor_id>/<int:criterion_id>/aside")
@require_permission(Action.VIEW_RESULTS)
def show_cell_panel(seat: Seat, vendor_id: int, criterion_id: int) -> ResponseReturnValue:
    """The panel of a cell, for the script that puts it beside the matrix."""
    read = read_matrix(db.session(), seat.evaluation, current_language())
    facts = load_cell_facts(seat, read, vendor_id, criterion_id)
    html = render_template(
        "results/panel.html",
        seat=seat,
        evaluation=seat.evaluation,
        facts=facts,
        answers=list(Answer),
    )
    return {"html": html}


def find_last_finding(seat: Seat, vendor_id: int, criterion_id: int) -> EarlierFinding | None:
    """What the evaluation that this one renews found on the same item."""
    session, language = db.session(), current_language()
    found = load_earlier_record(session, seat, vendor_id, current_day(), language)
    return found.find_finding_on(criterion_id) if found is not None else None


def render_cell_page(
    seat: Seat,
    vendor_id: int,
    criterion_id: int,
    form: FindingForm | None = None,
    *,
    follows: Meeting | None = None,
    withdrawal: ReasonForm | None = None,
    postponement: PostponementForm | None = None,
) -> str:
    """The page of a cell, with the form for the chair in the meeting.

    Args: form, withdrawal, postponement: what was just refused; follows: the meeting whose shared
    screen this is.
    """
    read = read_matrix(db.session(), seat.evaluation, current_language())
    facts = load_cell_facts(seat, read, vendor_id, criterion_id)
    items = list_own_agenda(read, seat)
    return render_page(
        "results/cell.html",
        seat,
        under="meeting.show_agenda" if follows else HOME,
        **facts.named(),
        answers=list(Answer),
        may_manage=seat.may(Action.MANAGE_QUESTIONS) and follows is None,
        may_find=seat.may(Action.RECORD_FINDING) and follows is None,
        last_time=None if follows else find_last_finding(seat, vendor_id, criterion_id),
        form=require_finding_reason(form or make_finding_form(facts.cell), facts.cell),
        follows=follows,
        sitting=follows or find_current_meeting(db.session(), seat.evaluation.id),
        has_agenda=bool(items),
        agenda=extract_agenda(read, items, facts.cell),
        following=find_next_place(read, items, facts.cell),
        withdrawal=(withdrawal or ReasonForm(formdata=None)).named("withdraw-reason"),
        postponement=offer_postponement(
            postponement or PostponementForm(formdata=None), facts.deferral
        ),
        neighbours=find_adjacent_cells(read, facts.cell),
    )


def offer_postponement(form: PostponementForm, stored: Deferral | None) -> PostponementForm:
    """The form below the reason that is stored: what is sent now, is sent after reading that."""
    form.version.data = fingerprint_values(read_deferral_values(stored))
    return form.named("defer-reason")


def make_finding_form(found: Cell) -> FindingForm:
    """The form as it begins: what was adopted, else the outcome if there is one."""
    form = FindingForm(formdata=None)
    settled = found.finding is not Outcome.UNRESOLVED
    form.value.data = found.finding if settled else None
    if found.adopted:
        form.reason.data, form.evidence.data = found.adopted.reason, found.adopted.evidence
        form.agreed.data = found.adopted.agreed
    form.version.data = str(found.adopted.version if found.adopted else 0)
    form.at.data = found.adopted.at.isoformat() if found.adopted else ""
    return form


def require_finding_reason(form: FindingForm, found: Cell) -> FindingForm:
    """The form, which says that a reason is needed where the rule settled nothing."""
    form.reason.flags.required = found.resolution.outcome is Outcome.UNRESOLVED
    return form


def refuse_stale_finding(
    seat: Seat, vendor_id: int, criterion_id: int, form: FindingForm, error: Stale
) -> ResponseReturnValue:
    """What was recorded meanwhile stands beside what was typed; sending again replaces it."""
    now = find_finding(db.session(), vendor_id, criterion_id)
    form.version.data = str(now.version if now else 0)
    form.at.data = now.recorded_at.isoformat() if now else ""
    form.form_errors.append(translate_error(error))
    return render_cell_page(seat, vendor_id, criterion_id, form), 409


def find_adjacent_cells(read: Matrix, found: Cell) -> tuple[tuple[int, int] | None, ...]:
    """The cells before and after this one down the vendor's column, as (vendor, criterion) ids."""
    codes = list(read.criteria)
    here = codes.index(found.criterion)
    vendor = read.vendors[found.vendor].id

    def at(place: int) -> tuple[int, int] | None:
        inside = 0 <= place < len(codes)
        return (vendor, read.criteria[codes[place]].id) if inside else None

    return at(here - 1), at(here + 1)


@bp.post("/<int:vendor_id>/<int:criterion_id>")
@require_permission(Action.RECORD_FINDING)
def save_finding(seat: Seat, vendor_id: int, criterion_id: int) -> ResponseReturnValue:
    """Record what the committee finds."""
    form, status = FindingForm(), 422
    if open_meeting_if_asked(seat):
        return render_cell_page(seat, vendor_id, criterion_id, form)
    if form.validate():
        try:
            service.record_finding(
                current_actor(),
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
                seen_at=form.at.data or None,
            )
            return go_on_from_finding(seat, vendor_id, criterion_id, first=not form.seen_version())
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            return refuse_stale_finding(seat, vendor_id, criterion_id, form, error)
        except WrongPhase as error:
            status = attach_refusal(form, error)
    return render_cell_page(seat, vendor_id, criterion_id, form), status


def go_on_from_finding(
    seat: Seat, vendor_id: int, criterion_id: int, *, first: bool
) -> ResponseReturnValue:
    """Off to the next item of the agenda, with what was recorded and the way back to it.

    A finding that was changed, or is about no item of the agenda, stays on the screen.
    """
    read = read_matrix(db.session(), seat.evaluation, current_language())
    on_agenda = is_on_agenda(read, seat, vendor_id, criterion_id)
    if first:  # going back to an earlier finding is no withdrawal
        flash_finding(seat, read, vendor_id, criterion_id)
    else:
        flash(_("The finding is recorded."), "done")
    if first and on_agenda:
        return go_on_from(seat, read, vendor_id, criterion_id)
    return redirect_to("cell.show_cell", seat, vendor_id=vendor_id, criterion_id=criterion_id)


def flash_finding(seat: Seat, read: Matrix, vendor_id: int, criterion_id: int) -> None:
    """Say of what a finding is recorded."""
    vendor = next(row for row in read.vendors.values() if row.id == vendor_id)
    criterion = next(row for row in read.criteria.values() if row.id == criterion_id)
    said = _(
        "The finding is recorded: %(vendor)s, %(criterion)s, %(outcome)s.",
        vendor=vendor.name,
        criterion=translate_rubric_row(criterion, "title"),
        outcome=_(read.results.cell(vendor.code, criterion.code).finding.label),
    )
    back = url_for(
        "cell.show_cell",
        slug=seat.evaluation.slug,
        vendor_id=vendor_id,
        criterion_id=criterion_id,
        open="withdrawal",  # not every browser opens a fold for a fragment inside
        _anchor="withdraw-reason",
    )
    flash_undoable(said, back, link=_("Back to it, or withdraw it…"))


@bp.post("/<int:vendor_id>/<int:criterion_id>/withdraw")
@require_permission(Action.RECORD_FINDING)
def save_finding_withdrawal(seat: Seat, vendor_id: int, criterion_id: int) -> ResponseReturnValue:
    """Go back to what the rule makes of the ballots."""
    form, status = ReasonForm(), 422
    if open_meeting_if_asked(seat):
        return render_cell_page(seat, vendor_id, criterion_id, withdrawal=form)
    if form.validate():
        try:
            service.withdraw_finding(
                current_actor(),
                seat.evaluation.slug,
                vendor_id,
                criterion_id,
                reason=form.reason.data,
                seen_version=parse_version(request.form.get("version")),
                seen_at=request.form.get("at"),
            )
            flash(_("The finding is withdrawn."), "done")
            return redirect_to(
                "cell.show_cell", seat, vendor_id=vendor_id, criterion_id=criterion_id
            )
        except (Invalid, Stale, WrongPhase) as error:
            status = attach_refusal(form, error)
    return render_cell_page(seat, vendor_id, criterion_id, withdrawal=form), status
