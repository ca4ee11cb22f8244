"""The meeting: agenda, one cell on everybody's screen, motions, minutes."""

from flask import Blueprint, flash, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale, WrongPhase
from crrubric.domain.meeting.agenda import Item, agenda
from crrubric.domain.results.contradictions import contradictions
from crrubric.domain.results.results import Results
from crrubric.domain.vocabulary import Topic
from crrubric.extensions import db
from crrubric.models import Criterion, Meeting, Vendor
from crrubric.queries.meeting.meetings import deferrals, minutes, present, sitting
from crrubric.queries.people.access import Seat
from crrubric.queries.results.matrices import Matrix
from crrubric.queries.results.matrices import matrix as read_matrix
from crrubric.queries.setup.members import list_present_members
from crrubric.queries.setup.rubrics import tension_values
from crrubric.services.meeting import meetings as service
from crrubric.web.meeting.forms import MotionForm, SittingForm
from crrubric.web.results.cell import cell_page
from crrubric.web.shared.access import in_evaluation
from crrubric.web.shared.forms import ReasonForm, attach
from crrubric.web.shared.language import locale
from crrubric.web.shared.page import page, to
from crrubric.web.shared.session import actor
from crrubric.web.shared.words import refusal

bp = Blueprint("meeting", __name__, url_prefix="/evaluations/<slug>/meeting")
HOME = "meeting.index"


@bp.get("/")
@in_evaluation(Action.FOLLOW_MEETING)
def index(seat: Seat) -> ResponseReturnValue:
    """The agenda; for the chair the controls of the meeting."""
    return agenda_page(seat, MotionForm())


def agenda_page(seat: Seat, form: MotionForm) -> str:
    """The agenda with the state of each item, who is there, the motion on undisputed cells."""
    read = read_matrix(db.session(), seat.evaluation, locale())
    under_way = sitting(db.session(), seat.evaluation.id)
    off = deferrals(db.session(), seat.evaluation.id)
    agreed = service.own_undisputed(read, seat)
    if not form.words.data:
        form.words.data = _("To adopt the outcomes of the %(count)s cells that nobody disputes",
                            count=len(agreed))  # fmt: skip
    form.expected.data = str(len(agreed))
    return page(
        "meeting/index.html",
        seat,
        matrix=read,
        results=read.results,
        groups=grouped_items(read, seat),
        deferred=off,
        sitting=under_way,
        present=present(db.session(), under_way) if under_way else set(),
        members=list_present_members(db.session(), seat.evaluation.id),
        agreed=agreed,
        settled=adopted_count(read.results),
        tense=contradicting(read, seat),
        form=form,
        sitting_form=SittingForm(formdata=None),  # what another form sent is not for it
        may_run=seat.may(Action.RUN_MEETING),
    )


def grouped_items(read: Matrix, seat: Seat) -> list[tuple[Topic, list[Item]]]:
    """The agenda by topic, without vendors that the person stays away from."""
    items = [
        item
        for item in agenda(read.basis, read.results)
        if read.vendors[item.cell.vendor].id not in seat.shut_out
    ]
    found = [(topic, [item for item in items if item.topic is topic]) for topic in Topic]
    return [group for group in found if group[1]]


def contradicting(read: Matrix, seat: Seat) -> list[tuple[Vendor, Criterion, Criterion, str]]:
    """(vendor, criterion, what pulls against it, why), without vendors that the person avoids."""
    rows = contradictions(read.results, tension_values(db.session(), seat.evaluation.id, locale()))
    return [
        (read.vendors[row.vendor], read.criteria[row.first], read.criteria[row.second], row.why)
        for row in rows
        if read.vendors[row.vendor].id not in seat.shut_out
    ]


def adopted_count(results: Results) -> int:
    """How many cells the committee has settled."""
    return sum(cell.adopted is not None for cell in results.cells.values())


@bp.post("/start")
@in_evaluation(Action.RUN_MEETING)
def start(seat: Seat) -> ResponseReturnValue:
    """Open the meeting."""
    form = SittingForm()
    form.validate()
    try:
        service.start_meeting(actor(), seat.evaluation.slug, place=form.place.data or "")
        flash(_("The meeting is open."), "done")
    except (Invalid, WrongPhase) as error:
        flash(refusal(error), "problem")
    return to(HOME, seat)


@bp.post("/end")
@in_evaluation(Action.RUN_MEETING)
def end(seat: Seat) -> ResponseReturnValue:
    """Close the meeting."""
    try:
        service.end_meeting(actor(), seat.evaluation.slug)
        flash(_("The meeting is closed. Its minutes are below."), "done")
    except WrongPhase as error:
        flash(refusal(error), "problem")
        return to(HOME, seat)
    return to("meeting.record", seat)


@bp.post("/present")
@in_evaluation(Action.RUN_MEETING)
def attendance(seat: Seat) -> ResponseReturnValue:
    """Who is there now."""
    ticked = [text for text in request.form.getlist("present") if text.isdecimal()]
    try:
        service.set_present(
            actor(), seat.evaluation.slug, [int(text) for text in ticked if len(text) < 10]
        )
        flash(_("Recorded who is present."), "done")
    except WrongPhase as error:
        flash(refusal(error), "problem")
    return to(HOME, seat)


@bp.post("/undisputed")
@in_evaluation(Action.RECORD_FINDING)
def adopt(seat: Seat) -> ResponseReturnValue:
    """One motion for every cell that nobody disputes."""
    form = MotionForm()
    if not form.validate():
        return agenda_page(seat, form), 422
    expected = form.expected.data or ""
    try:
        motion = service.adopt_undisputed(
            actor(),
            seat.evaluation.slug,
            motion_text(form),
            expected=int(expected) if expected.isdecimal() and len(expected) < 10 else -1,
        )
    except Invalid as error:
        attach(form, error)
        return agenda_page(seat, form), 422
    except (Stale, WrongPhase) as error:
        form.form_errors.append(refusal(error))
        return agenda_page(seat, form), 409
    flash(_("The motion carried.") if motion.carried else _("The motion did not carry."), "done")
    return to(HOME, seat)


def motion_text(form: MotionForm) -> service.MotionText:
    """The motion as typed."""
    return service.MotionText(
        form.words.data,
        form.in_favor.data if form.in_favor.data is not None else 0,
        form.opposed.data or 0,
        form.abstaining.data or 0,
        form.moved_by.data or "",
        form.seconded_by.data or "",
    )


@bp.get("/minutes")
@in_evaluation(Action.FOLLOW_MEETING)
def record(seat: Seat) -> ResponseReturnValue:
    """The minutes of every sitting; for the chair a form for other motions."""
    return minutes_page(seat, MotionForm())


def minutes_page(seat: Seat, form: MotionForm) -> str:
    """The minutes, without findings on vendors that the person stays away from."""
    return page(
        "meeting/minutes.html",
        seat,
        under=HOME,
        sittings=minutes(db.session(), seat.evaluation.id),
        form=form,
        open=sitting(db.session(), seat.evaluation.id) is not None,
        may_run=seat.may(Action.RUN_MEETING),
    )


@bp.post("/minutes")
@in_evaluation(Action.RUN_MEETING)
def move(seat: Seat) -> ResponseReturnValue:
    """Record any other motion."""
    form = MotionForm()
    if form.validate():
        try:
            service.record_motion(actor(), seat.evaluation.slug, motion_text(form))
            flash(_("The motion is recorded."), "done")
            return to("meeting.record", seat)
        except Invalid as error:
            attach(form, error)
        except WrongPhase as error:
            form.form_errors.append(refusal(error))
    return minutes_page(seat, form), 422


@bp.post("/show/<int:vendor_id>/<int:criterion_id>")
@in_evaluation(Action.RUN_MEETING)
def show(seat: Seat, vendor_id: int, criterion_id: int) -> ResponseReturnValue:
    """Bring a cell onto everybody's screen, and the chair to it."""
    try:
        service.point_at(actor(), seat.evaluation.slug, vendor_id, criterion_id)
    except WrongPhase as error:
        flash(refusal(error), "problem")
    return to("cell.show", seat, vendor_id=vendor_id, criterion_id=criterion_id)


@bp.post("/defer/<int:vendor_id>/<int:criterion_id>")
@in_evaluation(Action.RECORD_FINDING)
def defer(seat: Seat, vendor_id: int, criterion_id: int) -> ResponseReturnValue:
    """Put a cell off."""
    form = ReasonForm()
    try:
        service.defer_cell(
            actor(), seat.evaluation.slug, vendor_id, criterion_id, reason=form.reason.data or ""
        )
        flash(_("Put off; it stays on the agenda."), "done")
    except (Invalid, WrongPhase) as error:
        flash(refusal(error), "problem")
        return to("cell.show", seat, vendor_id=vendor_id, criterion_id=criterion_id)
    return to(HOME, seat)


@bp.get("/now")
@in_evaluation(Action.FOLLOW_MEETING)
def now(seat: Seat) -> ResponseReturnValue:
    """The cell that the committee talks about, on everybody's screen."""
    meeting = sitting(db.session(), seat.evaluation.id)
    cell = shown_cell(meeting)
    if meeting is None or cell is None or cell[0] in seat.shut_out:
        return page("meeting/waiting.html", seat, under=HOME, sitting=meeting, away=bool(cell))
    return cell_page(seat, *cell, follows=meeting)


def shown_cell(meeting: Meeting | None) -> tuple[int, int] | None:
    """The cell that a meeting shows, if any."""
    if meeting is None or meeting.vendor_id is None or meeting.criterion_id is None:
        return None
    return meeting.vendor_id, meeting.criterion_id


@bp.get("/where")
@in_evaluation(Action.FOLLOW_MEETING)
def where(seat: Seat) -> ResponseReturnValue:
    """How often the screen has moved: asked every two seconds, so it says nothing else."""
    meeting = sitting(db.session(), seat.evaluation.id)
    return jsonify(
        meeting=meeting.id if meeting else None,
        step=meeting.step if meeting else None,
        url=url_for("meeting.now", slug=seat.evaluation.slug),
    )
