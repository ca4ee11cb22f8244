"""Serving files that are kept in the database."""

from collections.abc import Callable
from contextlib import ExitStack

from flask import Response

from crrubric.extensions import db
from crrubric.queries.shared.reading import end_reading
from crrubric.services.ballots.attachments import take_download_turn
from crrubric.web.shared.page import PIECE, format_disposition


def send_kept_file(
    read: Callable[[], bytes], *, size: int, content_type: str, name: str
) -> Response:
    """The bytes in pieces, to be saved and never shown, whatever they claim to be.

    Large files wait for their turn, so that only a few are in memory.
    """
    end_reading(db.session())  # nothing of the database is held while it waits
    with ExitStack() as turn:
        turn.enter_context(take_download_turn(size))
        body = memoryview(read())
        end_reading(db.session())
        pieces = (bytes(body[at : at + PIECE]) for at in range(0, len(body), PIECE))
        response = Response(pieces, content_type=content_type)
        response.call_on_close(turn.pop_all().close)  # until then it is in memory
    response.headers["Content-Length"] = str(len(body))
    response.headers["Content-Disposition"] = format_disposition(name)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
