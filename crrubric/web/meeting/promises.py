"""Whether a vendor has kept a commitment."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.extensions import db
from crrubric.models import Commitment
from crrubric.queries.meeting.decisions import find_commitment
from crrubric.queries.people.access import Seat, refuse_recused
from crrubric.services.meeting import promises as service
from crrubric.web.meeting.decision_forms import CommitmentStateForm
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.page import redirect_to, render_page
from crrubric.web.shared.session import current_actor

bp = Blueprint(
    "promises", __name__, url_prefix="/evaluations/<slug>/decision/commitments/<int:commitment_id>"
)
DECISION = "decision.show_decision"


def find_readable_commitment(seat: Seat, commitment_id: int) -> Commitment:
    """The commitment, unless it was withdrawn or the seat stays away. Raises: NotFound."""
    commitment = find_commitment(db.session(), seat.evaluation.id, commitment_id)
    refuse_recused(seat, commitment.vendor_id)
    return commitment


def make_commitment_state_form(commitment: Commitment) -> CommitmentStateForm:
    """The form with what is stored."""
    stored = service.read_commitment_state(commitment.settled)
    form = CommitmentStateForm(formdata=None, state=commitment.state, reason=stored["reason"])
    return form.showing(stored)


def render_commitment_state(seat: Seat, form: CommitmentStateForm, commitment: Commitment) -> str:
    """The page on which a chair says whether it was kept."""
    return render_page(
        "meeting/commitment.html", seat, under=DECISION, form=form, commitment=commitment
    )


@bp.get("")
@require_permission(Action.MANAGE_COMMITMENTS)
def show_commitment_state(seat: Seat, commitment_id: int) -> ResponseReturnValue:
    """Whether it was kept, to be said."""
    commitment = find_readable_commitment(seat, commitment_id)
    return render_commitment_state(seat, make_commitment_state_form(commitment), commitment)


@bp.post("")
@require_permission(Action.MANAGE_COMMITMENTS)
def save_commitment_state(seat: Seat, commitment_id: int) -> ResponseReturnValue:
    """Say whether it was kept."""
    commitment = find_readable_commitment(seat, commitment_id)
    form, status = CommitmentStateForm(), 422
    if form.validate():
        try:
            service.settle_commitment(
                current_actor(),
                seat.evaluation.slug,
                commitment_id,
                form.state.data,
                reason=form.reason.data or "",
                seen=form.version.data or "",
            )
            flash(_("Saved."), "done")
            return redirect_to(DECISION, seat)
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            commitment = find_readable_commitment(seat, commitment_id)
            form.meet_newer(make_commitment_state_form(commitment), error, {})
            status = 409
    return render_commitment_state(seat, form, commitment), status
