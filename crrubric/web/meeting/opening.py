"""Opening the meeting from a form that needs one: what was typed in it stays."""

from flask import flash, request
from flask_babel import gettext as _

from crrubric.domain.errors import Repeated, WrongPhase
from crrubric.queries.people.access import Seat
from crrubric.services.meeting.meetings import start_meeting
from crrubric.web.shared.session import current_actor


def open_meeting_if_asked(seat: Seat) -> bool:
    """Whether the form was sent with its button that opens the meeting: then one is open.

    Pressed twice, the second answer is the page, too: led to where the first led, who pressed it
    would lose what they typed.
    """
    if "open_meeting" not in request.form:
        return False
    try:
        start_meeting(current_actor(), seat.evaluation.slug)
        flash(_("The meeting is open. Now record what you typed."), "done")
    except (Repeated, WrongPhase):  # it was opened already, by this form or by somebody else
        pass
    return True
