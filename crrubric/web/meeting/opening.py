"""Opening the meeting from a form that needs one: what was typed in it stays."""

from flask import flash, request
from flask_babel import gettext as _

from crrubric.domain.errors import WrongPhase
from crrubric.queries.people.access import Seat
from crrubric.services.meeting.meetings import start_meeting
from crrubric.web.shared.session import current_actor


def open_meeting_if_asked(seat: Seat) -> bool:
    """Whether the form was sent with its button that opens the meeting: then one is open."""
    if "open_meeting" not in request.form:
        return False
    try:
        start_meeting(current_actor(), seat.evaluation.slug)
        flash(_("The meeting is open. Now record what you typed."), "done")
    except WrongPhase:  # somebody else opened one: as good
        pass
    return True
