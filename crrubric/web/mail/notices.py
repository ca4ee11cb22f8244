"""Notices on the page: what members are told once."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from crrubric.domain.actions import Action
from crrubric.domain.typed import parse_id
from crrubric.queries.people.access import Seat
from crrubric.services.mail.notices import dismiss_notice, dismiss_notices
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.page import redirect_to
from crrubric.web.shared.session import current_actor

bp = Blueprint("notices", __name__, url_prefix="/evaluations/<slug>")


@bp.post("/notices")
@require_permission(Action.VIEW_EVALUATION)
def save_notice_dismissals(seat: Seat) -> ResponseReturnValue:
    """Dismiss all of the reader’s own notices that the page showed."""
    dismiss_notices(
        current_actor(), seat.evaluation.slug, last=parse_id(request.form.get("at")) or 0
    )
    return redirect_to("evaluations.show_overview", seat)


@bp.post("/notices/<int:notice_id>")
@require_permission(Action.VIEW_EVALUATION)
def save_notice_dismissal(seat: Seat, notice_id: int) -> ResponseReturnValue:
    """Dismiss one of the reader’s own notices."""
    dismiss_notice(current_actor(), seat.evaluation.slug, notice_id)
    return redirect_to("evaluations.show_overview", seat)
