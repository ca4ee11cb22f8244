"""Answers that many views give: a page, a redirect, a file to save."""

import codecs
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import wraps
from io import SEEK_END
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Concatenate, ParamSpec
from urllib.parse import quote, urlsplit

from flask import (
    Response,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue

from crrubric.config import current_settings
from crrubric.domain import limits
from crrubric.domain.errors import CrrubricError
from crrubric.domain.foreseen import Foreseen
from crrubric.extensions import db
from crrubric.queries.people.access import Seat
from crrubric.queries.people.district import find_shown_logo
from crrubric.queries.shared.reading import end_reading
from crrubric.reports.exchange.csv_files import Row, iterate_csv
from crrubric.services.ballots.attachments import take_download_turn
from crrubric.services.shared.queues import take_analysis_turn
from crrubric.web.shared.delivery.headers import FILE_POLICY
from crrubric.web.shared.forms import ActForm
from crrubric.web.shared.navigation import make_menu, make_site_menu
from crrubric.web.shared.session import current_actor, current_person

READING = frozenset({"GET", "HEAD"})  # a HEAD is answered as the GET would be
CSV = "text/csv"
PIECE = 64 * 1024  # bytes of a file that are sent at once
CARRIED = 2500  # characters that a message may carry in the cookie of the session


def remember_logo() -> None:
    """Read the district’s logo for the head of the page, before reading ends."""
    if "site_logo" not in g:
        person = current_person()
        g.site_logo = person.logo if person else find_shown_logo(db.session())


def render_page(template: str, seat: Seat, *, under: str | None = None, **values: Any) -> str:
    """Render a page of an evaluation; `under` names the menu entry that it belongs to."""
    if under:
        g.menu_home = under
    menu = make_menu(seat)
    remember_logo()
    end_reading(db.session())
    return render_template(template, seat=seat, evaluation=seat.evaluation, nav=menu, **values)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActWords:
    """How the page before an act names it: title, the thing it is done to, when it is meant."""

    title: str
    button: str
    about: str = ""
    lede: str = ""
    reason_hint: str = ""


def render_act_page(
    seat: Seat,
    form: ActForm,
    foreseen: Foreseen,
    words: ActWords,
    *,
    back: str,
    under: str | None = None,
    problems: Sequence[CrrubricError] = (),
    overtaken: ActForm | None = None,
) -> str:
    """The page before an act that can't be taken back, or of which people are told.

    Args: back: the endpoint that Cancel leads to; under: the menu entry, if that is another one;
    problems: why it can't be done now; then there is no button; overtaken: what was typed for an
    act that is none any more.
    """
    return render_page(
        "shared/act.html",
        seat,
        under=under or back,
        form=form.showing(foreseen),
        foreseen=foreseen,
        words=words,
        back=url_for(back, slug=seat.evaluation.slug),
        problems=problems,
        overtaken=overtaken,
    )


def render_site_act_page(
    form: ActForm, foreseen: Foreseen, words: ActWords, *, back: str, under: str
) -> str:
    """The same page before an act that concerns the site. Args: back: the address of Cancel."""
    return render_site_page(
        "shared/act.html",
        under=under,
        form=form.showing(foreseen),
        foreseen=foreseen,
        words=words,
        back=back,
        seat=None,
        problems=(),
        overtaken=None,
    )


def render_site_page(template: str, *, under: str | None = None, **values: Any) -> str:
    """Render a page outside evaluations, for somebody who is signed in."""
    if under:
        g.menu_home = under
    menu = make_site_menu(current_actor())
    remember_logo()
    end_reading(db.session())
    return render_template(template, nav=menu, **values)


P = ParamSpec("P")
View = Callable[Concatenate[Seat, P], ResponseReturnValue]


def take_turns(view: View[P]) -> View[P]:
    """Let a page that takes long to compute wait for its turn; without a place, ask for patience.

    Stands below `@require_permission`: who may not see the page takes no place.
    """

    @wraps(view)
    def view_in_turn(seat: Seat, /, *args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        with take_analysis_turn(current_actor().user_id):
            return view(seat, *args, **kwargs)

    return view_in_turn


def find_site_address() -> str:
    """Where addresses of this site begin: as the settings say, else as the request came in."""
    settings = current_settings()
    scheme = "https" if settings.BEHIND_TLS else request.scheme
    return settings.SITE_URL or f"{scheme}://{request.host}"


def make_full_address(endpoint: str, **values: Any) -> str:
    """An address to copy and send: it begins with the name by which people reach the site."""
    return find_site_address() + url_for(endpoint, **values)


def wants_json() -> bool:
    """Whether the page's script asks, rather than a plain form."""
    return bool(request.accept_mimetypes.best == "application/json")


def current_address() -> str:
    """Where the switch leads back to: this page, or home where it is the answer to a form."""
    adapter = current_app.create_url_adapter(request)
    if adapter is None or not (request.method in READING or adapter.test(method="GET")):
        return ""
    return request.full_path.removesuffix("?")


def flash_undoable(
    text: str, url: str, fields: Sequence[tuple[str, str]] = (), *, link: str = ""
) -> None:
    """Say on the next page that something is done, with the way back to what was before.

    That is the opposite act, like any other: `fields` are what its form at `url` would send, with
    the version that is stored now. Without any nothing is undone yet: `url` is the page of the
    opposite act, and `link` says so. What doesn't fit into the cookie that carries it there has no
    way back here.
    """
    address = f"{url}?undo=yes" if fields else url  # not the address of a page's own form
    undo = {"url": address, "fields": [list(pair) for pair in fields], "link": link}
    fits = len(json.dumps(undo)) <= CARRIED
    flash({"text": str(text), "undo": undo} if fits else str(text), "done")  # type: ignore[arg-type]


def redirect_to(endpoint: str, seat: Seat, **values: Any) -> ResponseReturnValue:
    """Off to a page of the same evaluation after a POST."""
    return redirect(url_for(endpoint, slug=seat.evaluation.slug, **values), code=303)


def make_download(body: str | bytes | Iterator[bytes], mimetype: str, name: str) -> Response:
    """A file to be saved, never shown: whatever somebody typed stays text."""
    response = Response(body, mimetype=mimetype)
    response.headers["Content-Disposition"] = format_disposition(name)
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


def stream_csv(columns: Sequence[str], rows: Iterable[Row], name: str) -> Response:
    """A CSV file for spreadsheets, sent while its rows are read: none of it is kept anywhere.

    How long it will be is not known. Where reading fails in the middle, the connection is closed
    without the end that HTTP/1.1 wants, so that nobody takes what there is for the whole. HTTP/1.0
    has no such end: there it is made on disk first, and sent with its length.
    """
    if request.method == "HEAD":
        return make_download(b"", CSV, name)
    pieces = iterate_csv(columns, rows)
    if request.environ.get("SERVER_PROTOCOL") != "HTTP/1.0":
        return make_download(stream_with_context(pieces), CSV, name)
    with ExitStack() as opened:
        file = opened.enter_context(SpooledTemporaryFile(max_size=limits.MEGABYTE))
        file.writelines(pieces)
        opened.pop_all()  # from here on its reader closes it
    return send_file_in_pieces(file, CSV, name)


def send_file_in_pieces(file: IO[bytes], mimetype: str, name: str) -> Response:
    """A file that was made on disk, with its length; it is closed when it is sent."""
    size = file.seek(0, SEEK_END)
    file.seek(0)
    response = make_download(read_in_pieces(file), mimetype, name)
    response.headers["Content-Length"] = str(size)
    return response


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
        response = Response(pieces, content_type=name_characters(body, content_type))
        response.call_on_close(turn.pop_all().close)  # until then it is in memory
    response.headers["Content-Length"] = str(len(body))
    response.headers["Content-Disposition"] = format_disposition(name)
    response.headers["Content-Security-Policy"] = FILE_POLICY
    return response


def name_characters(body: memoryview, content_type: str) -> str:
    """The type of a text with its encoding; a text in another one than UTF-8 is bytes."""
    if not content_type.startswith("text/"):
        return content_type
    try:
        codecs.decode(body, "utf-8")
    except UnicodeDecodeError:
        return "application/octet-stream"
    return f"{content_type}; charset=utf-8"


def read_in_pieces(file: IO[bytes]) -> Iterator[bytes]:
    """What a file holds, never all of it at once; then, or if nobody listens, it is closed."""
    with file:
        while piece := file.read(PIECE):
            yield piece


def format_disposition(name: str) -> str:
    """An attachment of this name (RFC 6266): in ASCII for old programs, then as it is.

    Titles and codes can be any text; what would be a folder is none.
    """
    safe = re.sub(r"[/\\]", "_", name)
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"%' else "_" for c in safe)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"


def shorten_address(address: str) -> str:
    """The address, without what is asked for where it would make the head of an answer too long.

    nginx takes a head of 4,096 characters, and else says 502, whatever was done.
    """
    if len(quote(address)) <= limits.ADDRESS:
        return address
    path = urlsplit(address).path
    return path if len(quote(path)) <= limits.ADDRESS else url_for("home.show_home")


def to_local_address(target: str | None) -> str:
    """`target` if it is a page of this site, else the home page."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return url_for("home.show_home")
    parts = urlsplit(target)
    clean = not parts.scheme and not parts.netloc and "\\" not in target and target.isprintable()
    return shorten_address(target) if clean else url_for("home.show_home")
