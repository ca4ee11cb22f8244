"""The archive: made and downloaded, whole or as a copy for the public; what such copies hide."""

from tempfile import SpooledTemporaryFile
from typing import IO, cast

from flask import Blueprint, Response, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.archive.manifest import CopyKind
from crrubric.domain.archive.redaction import TextPlace
from crrubric.domain.errors import CrrubricError, Invalid, Stale
from crrubric.extensions import db
from crrubric.queries.exchange.archives import list_made_archives
from crrubric.queries.exchange.redactions import (
    PAGE,
    TextFilter,
    count_chosen_texts,
    find_listed_text,
    has_bare_hashes,
    keeps_accounts,
    list_texts,
)
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.services.exchange.archives.archives import (
    ArchiveText,
    find_archive_obstacle,
    make_archive,
)
from crrubric.services.exchange.archives.redactions import choose_redaction, withdraw_redaction
from crrubric.web.memo.papers import list_paper_languages
from crrubric.web.record.forms import ArchiveForm, RedactionForm
from crrubric.web.record.journal import KINDS, list_events_of_kind
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.ids import read_address_number
from crrubric.web.shared.page import make_download, redirect_to, render_page, take_turns
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import translate_error

bp = Blueprint("archives", __name__, url_prefix="/evaluations/<slug>/archive")
HOME = "archives.show_archive"
TEXTS = "archives.show_texts"
TEXT_PAGES = 1_000
# of the kinds of the journal, those in which people write
WRITTEN = (
    "ballots", "interest", "meeting", "findings", "memo", "questions", "plan", "items", "measures",
    "set-up", "phases", "committee",
)  # fmt: skip
NAMES = {CopyKind.WHOLE: "archive", CopyKind.REDACTED: "public-copy"}


@bp.get("/")
@require_permission(Action.MAKE_ARCHIVE)
def show_archive(seat: Seat) -> ResponseReturnValue:
    """What an archive holds, how it is verified, which were made."""
    form = ArchiveForm(formdata=None)
    form.offer_languages(list_paper_languages(seat))
    return render_archive_page(seat, form)


def render_archive_page(seat: Seat, form: ArchiveForm) -> str:
    """The page with its form."""
    obstacle = find_archive_obstacle(db.session(), seat)
    return render_page(
        "record/archive.html",
        seat,
        form=form,
        obstacle=translate_error(obstacle) if obstacle else "",
        chosen=count_chosen_texts(db.session(), seat.evaluation),
        keeps_accounts=keeps_accounts(db.session(), seat.evaluation),
        has_bare_hashes=has_bare_hashes(db.session(), seat.evaluation),
        made=list_made_archives(db.session(), seat.evaluation),
    )


@bp.post("/")
@require_permission(Action.MAKE_ARCHIVE)
@take_turns
def download_archive(seat: Seat) -> ResponseReturnValue:
    """Make the archive, or a copy for the public, and send it."""
    form, status = ArchiveForm(), 422
    form.offer_languages(list_paper_languages(seat))
    if form.validate():
        try:
            return send_archive(seat, form.read_wish())
        except (Invalid, Stale) as error:
            status = attach_refusal(form, error)
    return render_archive_page(seat, form), status


def send_archive(seat: Seat, wanted: ArchiveText) -> Response:
    """The archive as a file. It is on disk once it is long, and gone once it is sent."""
    file = cast("IO[bytes]", SpooledTemporaryFile(max_size=limits.MEGABYTE))  # noqa: SIM115
    try:
        made = make_archive(current_actor(), seat.evaluation.slug, file, wanted)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return make_download(file, "application/zip", f"{made.reference}-{NAMES[wanted.copy]}.zip")


@bp.get("/texts")
@require_permission(Action.MAKE_ARCHIVE)
@take_turns
def show_texts(seat: Seat) -> ResponseReturnValue:
    """What people wrote, to choose what copies for the public hide."""
    kind = request.args.get("kind", "")
    if kind and kind not in KINDS:
        raise make_not_found()
    wanted = TextFilter(
        events=list_events_of_kind(kind),
        words=request.args.get("q", "")[: limits.SHORT_TEXT],
        named=request.args.get("show") == "names",
        chosen=request.args.get("show") == "hidden",
        page=read_address_number("page", below=TEXT_PAGES),
    )
    rows = list_texts(db.session(), seat, wanted)
    return render_page(
        "record/texts.html",
        seat,
        under=HOME,
        rows=rows[:PAGE],
        wanted=wanted,
        show=request.args.get("show", ""),
        kind=kind,
        kinds={key: _(KINDS[key][0]) for key in WRITTEN},
        more=wanted.page + 1 if len(rows) > PAGE else None,
    )


@bp.get("/texts/<int:entry>/<path:at>")
@require_permission(Action.MAKE_ARCHIVE)
def show_redaction_form(seat: Seat, entry: int, at: str) -> ResponseReturnValue:
    """One text, and why copies hide it."""
    return render_redaction_page(seat, read_text_place(entry, at), RedactionForm(formdata=None))


def read_text_place(entry: int, at: str) -> TextPlace:
    """The place in the address, where the pointer begins without its stroke.

    Raises: NotFound for an odd one.
    """
    if not 0 < entry <= limits.ID.most or len(at) >= limits.SHORT_TEXT or not at.isprintable():
        raise make_not_found()
    return TextPlace(entry, f"/{at}")


def render_redaction_page(seat: Seat, place: TextPlace, form: RedactionForm) -> str:
    """The page of one text. Raises: NotFound if nobody wrote a text there."""
    found = find_listed_text(db.session(), seat, place)
    return render_page("record/text.html", seat, under=HOME, row=found, form=form)


@bp.post("/texts/<int:entry>/<path:at>")
@require_permission(Action.MAKE_ARCHIVE)
def save_redaction(seat: Seat, entry: int, at: str) -> ResponseReturnValue:
    """Hide a text in copies from now on."""
    place, form, status = read_text_place(entry, at), RedactionForm(), 422
    if form.validate():
        try:
            choose_redaction(current_actor(), seat.evaluation.slug, place, form.reason.data)
            flash(_("Copies for the public hide this text from now on."), "done")
            return redirect_to(TEXTS, seat, show="hidden")
        except CrrubricError as error:
            status = attach_refusal(form, error)
    return render_redaction_page(seat, place, form), status


@bp.post("/shown/<int:entry>/<path:at>")
@require_permission(Action.MAKE_ARCHIVE)
def save_redaction_withdrawal(seat: Seat, entry: int, at: str) -> ResponseReturnValue:
    """Show a text in copies again."""
    place = read_text_place(entry, at)
    withdraw_redaction(current_actor(), seat.evaluation.slug, place)
    flash(_("Copies for the public show this text again."), "done")
    return redirect_to(TEXTS, seat, show="hidden")
