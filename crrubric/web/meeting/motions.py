"""Correcting what is recorded of a motion, with a reason."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.vocabulary import MotionKind
from crrubric.extensions import db
from crrubric.models import Motion
from crrubric.queries.meeting.meetings import list_motion_findings
from crrubric.queries.people.access import Seat
from crrubric.services.meeting import motions as service
from crrubric.web.meeting.forms import MotionCorrectionForm
from crrubric.web.meeting.meeting import read_motion_text
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.page import redirect_to, render_page
from crrubric.web.shared.session import current_actor

bp = Blueprint("motions", __name__, url_prefix="/evaluations/<slug>/meeting/motions")


@bp.get("/<int:motion_id>/correct")
@require_permission(Action.RECORD_FINDING)
def show_motion_correction(seat: Seat, motion_id: int) -> ResponseReturnValue:
    """The form with what is recorded."""
    motion = service.require_motion(db.session(), seat, motion_id)
    return render_motion_correction(seat, motion, make_motion_correction_form(motion))


def make_motion_correction_form(motion: Motion) -> MotionCorrectionForm:
    """The form with what is recorded; a reason is always a new one."""
    form = MotionCorrectionForm(formdata=None, obj=motion)
    return form.showing(service.read_motion_values(motion))


def render_motion_correction(seat: Seat, motion: Motion, form: MotionCorrectionForm) -> str:
    """The form, with how many items fall if the motion did not carry after all."""
    rows = list_motion_findings(db.session(), motion)
    return render_page(
        "meeting/motion.html",
        seat,
        under="meeting.show_agenda",
        form=form,
        adopts=motion.kind is MotionKind.UNDISPUTED and motion.carried,
        count=len(rows),
    )


@bp.post("/<int:motion_id>/correct")
@require_permission(Action.RECORD_FINDING)
def save_motion_correction(seat: Seat, motion_id: int) -> ResponseReturnValue:
    """Correct the motion."""
    form, status = MotionCorrectionForm(), 422
    if form.validate():
        try:
            service.correct_motion(
                current_actor(),
                seat.evaluation.slug,
                motion_id,
                read_motion_text(form),
                reason=form.reason.data,
                seen=form.version.data or "",
            )
            flash(_("The motion is corrected."), "done")
            return redirect_to("meeting.show_minutes", seat)
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            motion = service.require_motion(db.session(), seat, motion_id)
            form.meet_newer(make_motion_correction_form(motion), error, {})
            status = 409
    motion = service.require_motion(db.session(), seat, motion_id)
    return render_motion_correction(seat, motion, form), status
