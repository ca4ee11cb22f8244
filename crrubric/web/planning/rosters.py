"""A whole roster: read, worked out and given back in memory, and kept nowhere."""

from base64 import b64encode

from flask import Blueprint, Flask, request
from flask.typing import ResponseReturnValue

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import CrrubricError, Invalid, InvalidLines
from crrubric.domain.planning.rosters import BadLine
from crrubric.domain.planning.triage import count_seats, list_setting_rows
from crrubric.domain.vocabulary import FileKind
from crrubric.queries.people.access import Seat
from crrubric.reports.planning.rosters import write_excel_roster
from crrubric.services.ballots.attachments import take_upload_turn
from crrubric.services.planning.rosters import PlacedRoster, place_roster_file
from crrubric.web.ballots.files import MIME
from crrubric.web.planning.forms import LearnerForm, RosterForm
from crrubric.web.planning.triage import render_triage
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.page import render_page, take_turns
from crrubric.web.shared.words import translate_error

bp = Blueprint("rosters", __name__, url_prefix="/evaluations/<slug>/plan/triage/roster")
LISTED = 200  # lines that can't be used, named one by one


def init_app(app: Flask) -> None:
    """Take no roster that something on the way would have to keep on disk."""

    @app.url_value_preprocessor
    def keep_small(endpoint: str | None, _values: object) -> None:
        if endpoint == "rosters.place_whole_roster":
            request.max_content_length = limits.ROSTER_BYTES


@bp.post("")
@require_permission(Action.VIEW_PLAN)
@take_turns
def place_whole_roster(seat: Seat) -> ResponseReturnValue:
    """Counts by setting, lines that can't be used, and the file with what triage says."""
    form, unread = RosterForm(), tuple[CrrubricError, ...]()
    if form.validate():
        try:
            return render_roster(seat, work_out(form))
        except InvalidLines as error:
            unread = tuple(each for _line, each in error.lines)
        except Invalid as error:
            attach_error(form, error)
    return render_triage(seat, LearnerForm(formdata=None), roster=form, unread=unread), 422


def work_out(form: RosterForm) -> PlacedRoster:
    """What triage says of the file that was sent. Raises: Invalid, InvalidLines."""
    sent = form.file.data
    try:
        with take_upload_turn():
            return place_roster_file(sent.read(), sent.filename or "roster")
    except CrrubricError:
        raise
    except Exception:  # its words could hold a cell of somebody's line, and would go to the log
        raise RuntimeError("a roster could not be worked out") from None


def render_roster(seat: Seat, placed: PlacedRoster) -> str:
    """What the roster comes to. The file is a part of the page: nothing waits on the server."""
    counts = placed.count_settings()
    made = write_excel_roster(placed.header, placed.learners, counts)
    return render_page(
        "planning/roster.html",
        seat,
        under="triage.show_triage",
        placed=placed,
        bad=[(line.number, describe_bad_line(line)) for line in placed.bad[:LISTED]],
        more=len(placed.bad) - LISTED,
        counts=counts,
        seats=count_seats(counts),
        bands=list_setting_rows(),
        file=f"data:{MIME[FileKind.XLSX]};base64,{b64encode(made).decode('ascii')}",
    )


def describe_bad_line(line: BadLine) -> str:
    """Why a line can't be used, after the column if it is about one."""
    words = translate_error(line.reason)
    return f"{line.field}: {words}" if line.field else words
