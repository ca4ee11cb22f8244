"""One's own ballots as a workbook: downloaded, filled in without the portal, uploaded again."""

from contextlib import ExitStack
from tempfile import SpooledTemporaryFile

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.ballots.offline.readme import README
from crrubric.extensions import db
from crrubric.queries.ballots.offline import OfflineWords, load_offline_book
from crrubric.queries.people.access import Seat
from crrubric.queries.shared.reading import end_reading
from crrubric.web.exchange.exports import XLSX
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import make_full_address, send_file_in_pieces, take_turns
from crrubric.web.shared.words import describe_closing, load_time_zone

bp = Blueprint("offline", __name__, url_prefix="/evaluations/<slug>/ballots/offline")
HOME = "ballots.show_own_ballots"


@bp.get("/workbook.xlsx")
@require_permission(Action.RECORD_MARK)
@take_turns
def download_offline_workbook(seat: Seat) -> ResponseReturnValue:
    """My open ballots, to be filled in without the portal; made on disk."""
    from crrubric.reports.exchange.offline_ballots import write_offline_book  # heavy, seldom needed

    words = OfflineWords(
        language=current_language(),
        readme=_(README),
        made_at=now_utc().astimezone(load_time_zone()).replace(tzinfo=None, microsecond=0),
        closing=describe_closing(seat.evaluation),
        address=make_full_address("offline.show_offline_page", slug=seat.evaluation.slug),
    )
    book = load_offline_book(db.session(), seat, words)
    end_reading(db.session())
    with ExitStack() as opened:
        file = opened.enter_context(SpooledTemporaryFile(max_size=limits.MEGABYTE))
        if request.method != "HEAD":
            write_offline_book(file, book, _)
        opened.pop_all()  # from here on its reader closes it
    return send_file_in_pieces(file, XLSX, f"{seat.evaluation.slug}-my-ballots.xlsx")
