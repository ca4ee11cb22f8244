"""A whole roster: read, worked out and given back in memory, and kept nowhere."""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from flask import Blueprint, Flask, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import CrrubricError, Invalid, InvalidLines
from crrubric.domain.planning.calibration import GUIDE, Calibration
from crrubric.domain.planning.rosters import FIELDS, BadLine, guess_roster_columns
from crrubric.domain.planning.triage import Setting, count_seats, list_setting_rows
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import FileKind
from crrubric.extensions import db
from crrubric.queries.people.access import Seat
from crrubric.queries.planning.triage import find_own_calibration, load_venues
from crrubric.reports.planning.rosters import RosterWords, write_csv_roster, write_excel_roster
from crrubric.reports.planning.samples import write_sample_roster
from crrubric.services.ballots.attachments import take_upload_turn
from crrubric.services.planning.kept_counts import find_line_in_use, fingerprint_line
from crrubric.services.planning.rosters import (
    PlacedRoster,
    RosterHead,
    place_roster_file,
    read_roster_head,
)
from crrubric.web.ballots.files import MIME
from crrubric.web.planning.forms import ColumnsForm, LearnerForm, RosterForm
from crrubric.web.planning.triage import render_triage
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.page import make_download, render_page, take_turns
from crrubric.web.shared.words import translate_error

OTHER_COLUMNS = N_(
    "This file has other columns than the one before: look again which column is which."
)
TOO_LARGE = N_(
    "What comes back would be too large for this page. Leave out columns that are not needed,"
    " divide the file, or have it worked out on the server with the command below."
)
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
    """Counts by setting, lines that can't be used, and the file with what triage says.

    Where the columns are not known, the page asks for them, and for the file once more.
    """
    form, line = RosterForm(), find_calibration_in_use(seat)
    if not form.validate():
        return render_triage(seat, LearnerForm(formdata=None), roster=form), 422
    data, name = form.file.data.read(), form.file.data.filename or "roster"
    try:
        if "header" in request.form:
            return answer_chosen_columns(seat, data, name, line)
        try:
            return render_roster(seat, work_out(lambda: place_roster_file(data, name, line)))
        except InvalidLines as error:
            head = work_out(lambda: read_roster_head(data, name))
            return ask_for_columns(seat, head, [each for _line, each in error.lines]), 422
    except Invalid as error:
        attach_error(form, error)
    return render_triage(seat, LearnerForm(formdata=None), roster=form), 422


def find_calibration_in_use(seat: Seat) -> Calibration:
    """The line by which this evaluation reads a chance."""
    return find_own_calibration(db.session(), seat.evaluation.id) or GUIDE


def answer_chosen_columns(
    seat: Seat, data: bytes, name: str, line: Calibration
) -> ResponseReturnValue:
    """Work out the file by the columns that were chosen. Raises: Invalid (field "file")."""
    head = work_out(lambda: read_roster_head(data, name))
    form = ColumnsForm().offer(head.header)
    if form.header.data != head.fingerprint():
        return ask_for_columns(seat, head, [Invalid(OTHER_COLUMNS)]), 422
    if form.validate():
        chosen = form.list_chosen()
        try:
            return render_roster(
                seat, work_out(lambda: place_roster_file(data, name, line, chosen)), chosen
            )
        except Invalid as error:
            if error.field == "file":
                raise
            attach_error(form, error)
    return render_columns_page(seat, form, head), 422


def ask_for_columns(seat: Seat, head: RosterHead, unread: Sequence[CrrubricError]) -> str:
    """The page on which the columns are chosen, with those whose names tell what they hold."""
    form = ColumnsForm(formdata=None).offer(head.header)
    form.header.data = head.fingerprint()
    for field, place in guess_roster_columns(head.header).items():
        form[field].data = str(place)
    return render_columns_page(seat, form, head, unread)


def render_columns_page(
    seat: Seat, form: ColumnsForm, head: RosterHead, unread: Sequence[CrrubricError] = ()
) -> str:
    """The columns to choose from, with one line of the file: it is kept in this answer alone."""
    return render_page(
        "planning/columns.html",
        seat,
        under="triage.show_triage",
        form=form,
        head=head,
        fields=[form[field] for field in FIELDS],
        problems=[translate_error(error) for error in unread],
    )


Made = TypeVar("Made")


def work_out(make: Callable[[], Made]) -> Made:
    """What is made of a file that was sent. Raises: as `make` where it says what is wrong."""
    try:
        with take_upload_turn():
            return make()
    except CrrubricError:
        raise
    except Exception:  # its words could hold a cell of somebody's line, and would go to the log
        raise RuntimeError("a roster could not be worked out") from None


@bp.get("/sample")
@require_permission(Action.VIEW_PLAN)
def download_sample_roster(_seat: Seat) -> ResponseReturnValue:
    """A roster of invented learners, to try the page with."""
    return make_download(write_sample_roster(), MIME[FileKind.CSV], "sample-roster.csv")


def render_roster(seat: Seat, placed: PlacedRoster, chosen: Mapping[str, int] | None = None) -> str:
    """What the roster comes to. Its files are parts of the page: nothing waits on the server.

    Args: chosen: field -> the place of its column, where somebody said so. Raises: Invalid (field
    "file") where the answer would be so large that something on the way would keep it on disk.
    """
    counts = placed.count_settings()
    line = find_line_in_use(db.session(), seat.evaluation.id)
    words = RosterWords(
        translate=_,
        line=line,
        venues=load_venues(db.session(), seat.evaluation.id),
        places=placed.places,
    )
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
        chosen=[(field, placed.header[place]) for field, place in (chosen or {}).items()],
        line=fingerprint_line(line),
        files=work_out(lambda: make_files(placed, counts, words)),
    )


def make_files(
    placed: PlacedRoster, counts: Mapping[Setting, int], words: RosterWords
) -> dict[str, str]:
    """Kind -> the address that is the file: Excel, and CSV where both are small enough.

    Raises: Invalid (field "file").
    """
    excel = write_excel_roster(placed.header, placed.learners, counts, words)
    found = {FileKind.XLSX.value: make_data_address(excel, FileKind.XLSX)}
    if sum(map(len, found.values())) > limits.ROSTER_ANSWER:
        raise Invalid(TOO_LARGE, field="file")
    csv = write_csv_roster(placed.header, placed.learners, words)
    both = {**found, FileKind.CSV.value: make_data_address(csv, FileKind.CSV)}
    return both if sum(map(len, both.values())) <= limits.ROSTER_ANSWER else found


def make_data_address(data: bytes, kind: FileKind) -> str:
    """An address that is the file itself."""
    return f"data:{MIME[kind]};base64,{b64encode(data).decode('ascii')}"


def describe_bad_line(line: BadLine) -> str:
    """Why a line can't be used, after the column if it is about one."""
    words = translate_error(line.reason)
    return f"{line.column}: {words}" if line.column else words
