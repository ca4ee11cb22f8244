"""The meeting: agenda, one cell on everybody's screen, motions, minutes."""

from collections.abc import Collection, Sequence

from flask import Blueprint, flash, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.meeting.agenda import fingerprint_cells
from crrubric.domain.results.contradictions import find_contradictions
from crrubric.domain.results.results import Results
from crrubric.extensions import db
from crrubric.models import Criterion, Meeting, Motion, Vendor
from crrubric.queries.meeting.decisions import recommendation_of
from crrubric.queries.meeting.meetings import (
    find_current_meeting,
    list_motion_findings,
    list_present_member_ids,
    load_deferrals,
    load_minutes,
)
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.record.journal import find_latest_changes
from crrubric.queries.results.matrices import Matrix, read_matrix
from crrubric.queries.setup.act_facts import foresee_opening_of_prices
from crrubric.queries.setup.members import list_present_members
from crrubric.queries.setup.rubrics import list_tension_values
from crrubric.services.meeting import meetings as service
from crrubric.services.meeting.prices import open_prices, refuse_early_opening
from crrubric.web.meeting.adopted_items import group_minuted_items, group_undisputed_cells
from crrubric.web.meeting.agenda_places import go_on_from, group_agenda_items, list_own_agenda
from crrubric.web.meeting.carried import (
    list_carried_fields,
    list_refused_fields,
    read_carried_form,
)
from crrubric.web.meeting.forms import (
    AttendanceForm,
    MotionFields,
    MotionForm,
    PostponementForm,
    SittingForm,
)
from crrubric.web.meeting.opening import open_meeting_if_asked
from crrubric.web.results.cell import render_cell_page
from crrubric.web.results.in_parts import ITEMS_AT_ONCE, list_part_links, read_part_begin
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.forms import ActForm, attach_error
from crrubric.web.shared.ids import read_ticked_ids
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import ActWords, redirect_to, render_act_page, render_page
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import translate_error

bp = Blueprint("meeting", __name__, url_prefix="/evaluations/<slug>/meeting")
HOME = "meeting.show_agenda"
PROJECTOR = "projector"  # where the form was sent from


@bp.get("/")
@require_permission(Action.FOLLOW_MEETING)
def show_agenda(seat: Seat) -> ResponseReturnValue:
    """The agenda; for the chair the controls of the meeting."""
    return render_agenda_page(seat, MotionForm())


def render_agenda_page(
    seat: Seat,
    form: MotionForm,
    *,
    attendance: AttendanceForm | None = None,
    ticked: Collection[int] = (),
    opening: SittingForm | None = None,
    carried: Sequence[tuple[str, str]] = (),
) -> str:
    """The agenda with the state of each item, who is there, the motion on undisputed cells.

    Args: attendance, ticked: who was ticked as present, in a form that was refused; opening: the
    opening of a meeting that was refused; carried: what the attendance sends along, so that `form`
    is shown again as it was typed.
    """
    read = read_matrix(db.session(), seat.evaluation, current_language())
    under_way = find_current_meeting(db.session(), seat.evaluation.id)
    off = load_deferrals(db.session(), seat.evaluation.id)
    present = list_present_member_ids(db.session(), under_way) if under_way else set()
    agreed = service.list_undisputed_for_seat(read, seat)
    if not form.words.data:
        form.words.data = _("To adopt the outcome of each item that nobody disputes (%(count)s)",
                            count=len(agreed))  # fmt: skip
    form.shown.data = fingerprint_cells(agreed)
    settled = count_adopted_cells(read.results)
    without_finding = len(read.results.cells) - settled
    items = list_own_agenda(read, seat)
    begin = read_part_begin(request.args, len(items), ITEMS_AT_ONCE)
    return render_page(
        "meeting/index.html",
        seat,
        matrix=read,
        results=read.results,
        groups=group_agenda_items(items[begin : begin + ITEMS_AT_ONCE], items),
        left=sum(item.cell.adopted is None for item in items),
        links=list_part_links(
            url_for("meeting.show_agenda", slug=seat.evaluation.slug),
            len(items),
            begin,
            ITEMS_AT_ONCE,
        ),
        deferred=off,
        sitting=under_way,
        present=present,
        ticked=ticked if attendance else present,
        attendance=attendance or make_attendance_form(under_way, present),
        members=list_present_members(db.session(), seat.evaluation.id),
        agreed=agreed,
        agreed_items=group_undisputed_cells(read, agreed),
        settled=settled,
        tense=list_vendor_contradictions(read, seat),
        form=form,
        carried=carried,
        opening=opening or SittingForm(formdata=None),  # what another form sent is not for it
        may_run=seat.may(Action.RUN_MEETING),
        may_open_prices=seat.may(Action.OPEN_PRICES) and seat.evaluation.hides_prices,
        without_finding=without_finding,
        may_recommend=settled > 0 and not without_finding and is_recommendation_next(seat),
    )


def is_recommendation_next(seat: Seat) -> bool:
    """Whether this seat, once every item has a finding, is to record the recommendation."""
    if not seat.may(Action.RECORD_DECISION) or seat.evaluation.hides_prices or seat.shut_out:
        return False
    return recommendation_of(db.session(), seat.evaluation.id) is None


def make_attendance_form(under_way: Meeting | None, present: Collection[int]) -> AttendanceForm:
    """The form with who is present now."""
    form = AttendanceForm(formdata=None)
    if under_way is None:
        return form
    return form.showing(service.read_attendance_values(under_way.id, present))


def list_vendor_contradictions(
    read: Matrix, seat: Seat
) -> list[tuple[Vendor, Criterion, Criterion, str]]:
    """(vendor, criterion, what pulls against it, why), without vendors that the person avoids."""
    rows = find_contradictions(
        read.results, list_tension_values(db.session(), seat.evaluation.id, current_language())
    )
    return [
        (read.vendors[row.vendor], read.criteria[row.first], read.criteria[row.second], row.why)
        for row in rows
        if read.vendors[row.vendor].id not in seat.shut_out
    ]


def count_adopted_cells(results: Results) -> int:
    """How many cells the committee has settled."""
    return sum(cell.adopted is not None for cell in results.cells.values())


@bp.get("/prices")
@require_permission(Action.OPEN_PRICES)
def show_price_opening(seat: Seat) -> ResponseReturnValue:
    """What opening the sealed prices will do, before it is done."""
    return render_price_opening(seat, ActForm(formdata=None))


def render_price_opening(seat: Seat, form: ActForm) -> str:
    """The page with what will happen, or with what is in the way. Raises: NotFound if open."""
    if not seat.evaluation.hides_prices:
        raise make_not_found()
    problems: list[Invalid] = []
    try:
        refuse_early_opening(db.session(), seat.evaluation)
    except Invalid as error:
        problems.append(error)
    words = ActWords(title=_("Open the prices"), button=_("Open the prices"))
    foreseen = foresee_opening_of_prices(db.session(), seat)
    return render_act_page(seat, form, foreseen, words, back=HOME, problems=problems)


@bp.post("/prices")
@require_permission(Action.OPEN_PRICES)
def save_price_opening(seat: Seat) -> ResponseReturnValue:
    """Open the sealed prices."""
    form, status = ActForm(), 422
    if form.validate():
        try:
            open_prices(current_actor(), seat.evaluation.slug, seen=form.version.data or "")
            flash(_("The prices are open to everybody who may read results."), "done")
            return redirect_to(HOME, seat)
        except Invalid:
            pass  # the page says what is in the way
        except Stale as error:
            status = attach_refusal(form, error)
    return render_price_opening(seat, form), status


@bp.post("/start")
@require_permission(Action.RUN_MEETING)
def save_meeting_start(seat: Seat) -> ResponseReturnValue:
    """Open the meeting."""
    form, status = SittingForm(), 422
    if form.validate():
        try:
            place = form.place.data or ""
            service.start_meeting(current_actor(), seat.evaluation.slug, place=place)
            flash(_("The meeting is open."), "done")
            return redirect_to(HOME, seat)
        except (Invalid, WrongPhase) as error:
            status = attach_refusal(form, error)
    return render_agenda_page(seat, MotionForm(formdata=None), opening=form), status


@bp.post("/end")
@require_permission(Action.RUN_MEETING)
def save_meeting_end(seat: Seat) -> ResponseReturnValue:
    """Close the meeting."""
    try:
        service.end_meeting(current_actor(), seat.evaluation.slug)
        flash(_("The meeting is closed. Its minutes are below."), "done")
    except WrongPhase as error:
        flash(translate_error(error), "problem")
        return redirect_to(HOME, seat)
    return redirect_to("meeting.show_minutes", seat)


@bp.post("/present")
@require_permission(Action.RUN_MEETING)
def save_attendance(seat: Seat) -> ResponseReturnValue:
    """Who is there now."""
    form, ticked = AttendanceForm(), read_ticked_ids("present")
    if "everybody" in request.form:
        members = list_present_members(db.session(), seat.evaluation.id)
        ticked = frozenset(row.id for row in members)
    try:
        service.record_attendance(
            current_actor(), seat.evaluation.slug, sorted(ticked), seen=form.version.data or ""
        )
    except Stale as error:
        sitting = find_current_meeting(db.session(), seat.evaluation.id)
        present = list_present_member_ids(db.session(), sitting) if sitting else set()
        changes = find_latest_changes(db.session(), seat, Event.ATTENDANCE_CHANGED)
        form.meet_newer(make_attendance_form(sitting, present), error, changes)
    except WrongPhase as error:
        attach_refusal(form, error)
    else:
        flash(_("The attendance is recorded."), "done")
        if not list_carried_fields():
            return redirect_to(HOME, seat)
        return render_carried_agenda(seat)
    return render_carried_agenda(seat, attendance=form, ticked=ticked), 409


def render_carried_agenda(
    seat: Seat, *, attendance: AttendanceForm | None = None, ticked: Collection[int] = ()
) -> str:
    """The agenda, with the motion as it was typed if it came along with the attendance."""
    motion = MotionForm(formdata=read_carried_form())
    return render_agenda_page(
        seat, motion, attendance=attendance, ticked=ticked, carried=list_carried_fields()
    )


@bp.post("/undisputed")
@require_permission(Action.RECORD_FINDING)
def save_undisputed_motion(seat: Seat) -> ResponseReturnValue:
    """One motion for every cell that nobody disputes."""
    form = MotionForm()
    if not form.validate():
        return render_agenda_page(seat, form, carried=list_refused_fields()), 422
    try:
        motion = service.adopt_undisputed_cells(
            current_actor(),
            seat.evaluation.slug,
            read_motion_text(form),
            shown=form.shown.data or "",
        )
    except Invalid as error:
        attach_error(form, error)
        return render_agenda_page(seat, form, carried=list_refused_fields()), 422
    except (Stale, WrongPhase) as error:
        form.form_errors.append(translate_error(error))
        return render_agenda_page(seat, form, carried=list_refused_fields()), 409
    flash(describe_vote(motion), "done")
    return redirect_to(HOME, seat)


def describe_vote(motion: Motion) -> str:
    """What became of the motion to adopt what nobody disputes, and of its items."""
    if not motion.carried:
        return str(_("The motion did not carry: nothing is adopted."))
    count = len(list_motion_findings(db.session(), motion))
    return str(
        ngettext(
            "The motion carried: one item is adopted.",
            "The motion carried: %(num)s items are adopted.",
            count,
        )
    )


def read_motion_text(form: MotionFields) -> service.MotionText:
    """The motion as typed."""
    return service.MotionText(
        words=form.words.data,
        in_favor=form.in_favor.data if form.in_favor.data is not None else 0,
        opposed=form.opposed.data or 0,
        abstaining=form.abstaining.data or 0,
        moved_by=form.moved_by.data or "",
        seconded_by=form.seconded_by.data or "",
    )


@bp.get("/minutes")
@require_permission(Action.FOLLOW_MEETING)
def show_minutes(seat: Seat) -> ResponseReturnValue:
    """The minutes of every sitting; for the chair a form for other motions."""
    return render_minutes_page(seat, MotionForm())


def render_minutes_page(seat: Seat, form: MotionForm) -> str:
    """The minutes, without findings on vendors that the person stays away from."""
    book = load_minutes(db.session(), seat.evaluation.id)
    return render_page(
        "meeting/minutes.html",
        seat,
        under=HOME,
        language=current_language(),
        sittings=book.sittings,
        outside=[row for row in book.outside if row.vendor.id not in seat.shut_out],
        adopted=group_minuted_items(book, seat),
        form=form,
        open=find_current_meeting(db.session(), seat.evaluation.id) is not None,
        may_run=seat.may(Action.RUN_MEETING),
        may_correct=seat.may(Action.RECORD_FINDING),
    )


@bp.post("/minutes")
@require_permission(Action.RUN_MEETING)
def save_motion(seat: Seat) -> ResponseReturnValue:
    """Record any other motion."""
    form = MotionForm()
    if form.validate():
        try:
            service.record_motion(current_actor(), seat.evaluation.slug, read_motion_text(form))
            flash(_("The motion is recorded."), "done")
            return redirect_to("meeting.show_minutes", seat)
        except Invalid as error:
            attach_error(form, error)
        except WrongPhase as error:
            form.form_errors.append(translate_error(error))
    return render_minutes_page(seat, form), 422


@bp.post("/show/<int:vendor_id>/<int:criterion_id>")
@require_permission(Action.RUN_MEETING)
def put_cell_on_screen(seat: Seat, vendor_id: int, criterion_id: int) -> ResponseReturnValue:
    """Bring a cell onto everybody's screen, and the chair to it."""
    try:
        service.point_at_cell(current_actor(), seat.evaluation.slug, vendor_id, criterion_id)
    except WrongPhase as error:
        flash(translate_error(error), "problem")
    if request.form.get("back") == PROJECTOR:
        return redirect_to("projector.show_projected_screen", seat)
    return redirect_to("cell.show_cell", seat, vendor_id=vendor_id, criterion_id=criterion_id)


@bp.post("/defer/<int:vendor_id>/<int:criterion_id>")
@require_permission(Action.RECORD_FINDING)
def save_deferral(seat: Seat, vendor_id: int, criterion_id: int) -> ResponseReturnValue:
    """Put a cell off."""
    form, status = PostponementForm(), 422
    if open_meeting_if_asked(seat):
        return render_cell_page(seat, vendor_id, criterion_id, postponement=form)
    if form.validate():
        try:
            service.defer_cell(
                current_actor(),
                seat.evaluation.slug,
                vendor_id,
                criterion_id,
                reason=form.reason.data,
                seen=form.version.data or "",
            )
            flash(_("Postponed; it stays on the agenda."), "done")
            read = read_matrix(db.session(), seat.evaluation, current_language())
            return go_on_from(seat, read, vendor_id, criterion_id)
        except (Invalid, Stale, WrongPhase) as error:
            status = attach_refusal(form, error)
    return render_cell_page(seat, vendor_id, criterion_id, postponement=form), status


@bp.get("/now")
@require_permission(Action.FOLLOW_MEETING)
def show_current_cell(seat: Seat) -> ResponseReturnValue:
    """The cell that the committee talks about, on everybody's screen."""
    meeting = find_current_meeting(db.session(), seat.evaluation.id)
    cell = shown_cell_of(meeting)
    if meeting is None or cell is None or cell[0] in seat.shut_out:
        return render_page(
            "meeting/waiting.html", seat, under=HOME, sitting=meeting, away=bool(cell)
        )
    return render_cell_page(seat, *cell, follows=meeting)


def shown_cell_of(meeting: Meeting | None) -> tuple[int, int] | None:
    """The cell that a meeting shows, if any."""
    if meeting is None or meeting.vendor_id is None or meeting.criterion_id is None:
        return None
    return meeting.vendor_id, meeting.criterion_id


@bp.get("/where")
@require_permission(Action.FOLLOW_MEETING)
def show_screen_step(seat: Seat) -> ResponseReturnValue:
    """How often the screen has moved: asked every second, so it says nothing else."""
    meeting = find_current_meeting(db.session(), seat.evaluation.id)
    return jsonify(
        meeting=meeting.id if meeting else None,
        step=meeting.step if meeting else None,
        url=url_for("meeting.show_current_cell", slug=seat.evaluation.slug),
    )
