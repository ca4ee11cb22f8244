"""One's own ballots as a workbook: downloaded, filled in without the portal, uploaded again."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import PurePath
from tempfile import SpooledTemporaryFile

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from crrubric.clock import now_utc
from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.ballots.offline.books import OfflineBook
from crrubric.domain.ballots.offline.changes import Holding, OfflineChoices, Side
from crrubric.domain.ballots.offline.readme import README
from crrubric.domain.errors import Invalid, NotReady, Stale, WrongPhase
from crrubric.extensions import db
from crrubric.queries.ballots.offline import OfflineWords, load_offline_book, load_own_ballots
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.shared.reading import end_reading
from crrubric.services.ballots import offline as service
from crrubric.services.ballots.attachments import take_upload_turn
from crrubric.web.ballots.forms import OfflineFileForm, OfflinePreviewForm
from crrubric.web.exchange.exports import XLSX
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.forms import OUT_OF_DATE
from crrubric.web.shared.ids import read_id_after
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import (
    make_full_address,
    redirect_to,
    render_page,
    send_file_in_pieces,
    take_turns,
)
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import describe_closing, load_time_zone, translate_error

bp = Blueprint("offline", __name__, url_prefix="/evaluations/<slug>/ballots/offline")
HOME = "ballots.show_own_ballots"


@bp.get("")
@require_permission(Action.RECORD_MARK)
def show_offline_page(seat: Seat) -> ResponseReturnValue:
    """Where the workbook is had, and where it comes back."""
    return render_offline_page(seat, OfflineFileForm(formdata=None))


def render_offline_page(
    seat: Seat, form: OfflineFileForm, *, problems: Sequence[str] = (), name: str = ""
) -> str:
    """The page. Args: problems: what can't be used of the file that was sent; its name."""
    if seat.member is None:
        raise make_not_found()
    own = load_own_ballots(db.session(), seat.member, current_language())
    return render_page(
        "ballots/offline/index.html",
        seat,
        under=HOME,
        form=form,
        own=own,
        problems=problems,
        name=name,
        most=limits.REQUEST_BYTES // limits.MEGABYTE,
    )


def list_cell_problems(error: NotReady) -> list[str]:
    """As many as a page lists, and how many more there are."""
    left = int(str(error.values["count"])) - len(error.problems)
    more = [ngettext("And one more.", "And %(num)s more.", left)] if left > 0 else []
    return [*map(translate_error, error.problems), *more]


@bp.get("/workbook.xlsx")
@require_permission(Action.RECORD_MARK)
@take_turns
def download_offline_workbook(seat: Seat) -> ResponseReturnValue:
    """My open ballots, to be filled in without the portal."""
    address = make_full_address("offline.show_offline_page", slug=seat.evaluation.slug)
    book = load_offline_book(db.session(), seat, make_workbook_words(seat, address=address))
    return send_offline_book(book, f"{seat.evaluation.slug}-my-ballots.xlsx")


def make_workbook_words(seat: Seat, *, address: str = "") -> OfflineWords:
    """What a workbook says of itself. Args: address: where it is uploaded, if its reader may."""
    closing = describe_closing(seat.evaluation)
    return OfflineWords(
        language=current_language(),
        readme=_(README),
        made_at=now_utc().astimezone(load_time_zone()).replace(tzinfo=None, microsecond=0),
        closing=f"{closing[:1].upper()}{closing[1:]}." if closing else "",
        address=address,
    )


def send_offline_book(book: OfflineBook, name: str) -> ResponseReturnValue:
    """A workbook of ballots as a file to save; made on disk."""
    from crrubric.reports.exchange.offline_ballots import write_offline_book  # heavy, seldom needed

    end_reading(db.session())
    with ExitStack() as opened:
        file = opened.enter_context(SpooledTemporaryFile(max_size=limits.MEGABYTE))
        if request.method != "HEAD":
            write_offline_book(file, book, _)
        opened.pop_all()  # from here on its reader closes it
    return send_file_in_pieces(file, XLSX, name)


@bp.post("")
@require_permission(Action.RECORD_MARK)
def upload_offline_workbook(seat: Seat) -> ResponseReturnValue:
    """Look at a workbook that came back: on to what it would change, or what can't be used."""
    form, status, problems = OfflineFileForm(), 422, list[str]()
    if form.validate():
        name = PurePath(form.file.data.filename or "").name
        try:
            with take_upload_turn():
                data = form.file.data.read(limits.REQUEST_BYTES)
                key = service.upload_offline_book(
                    current_actor(), seat.evaluation.slug, name=name, data=data
                )
            return redirect_to("offline.show_offline_preview", seat, key=key)
        except NotReady as error:
            problems = list_cell_problems(error)
            return render_offline_page(seat, form, problems=problems, name=name), status
        except (Invalid, WrongPhase) as error:
            status = attach_refusal(form, error)
    return render_offline_page(seat, form), status


@bp.get("/<key>")
@require_permission(Action.RECORD_MARK)
def show_offline_preview(seat: Seat, key: str) -> ResponseReturnValue:
    """What the workbook would change; nothing is taken yet."""
    return render_offline_preview(seat, key, OfflinePreviewForm(formdata=None))


def render_offline_preview(
    seat: Seat, key: str, form: OfflinePreviewForm, *, problems: Mapping[str, str] | None = None
) -> str:
    """The page. Args: problems: choices that are missing, by the name of their control."""
    with take_upload_turn():
        preview = service.foresee_offline_changes(db.session(), seat, key, current_language())
    form.version.data = preview.fingerprint()
    return render_page(
        "ballots/offline/preview.html",
        seat,
        under=HOME,
        form=form,
        key=key,
        preview=preview,
        chosen=dict(request.form.items()),
        problems=problems or {},
        linked=list((problems or {}).items()),
    )


@bp.post("/<key>")
@require_permission(Action.RECORD_MARK)
def take_offline_workbook(seat: Seat, key: str) -> ResponseReturnValue:
    """Record the answers as they were chosen: all or none."""
    form = OfflinePreviewForm()
    try:
        if not form.validate():
            raise Invalid(OUT_OF_DATE)
        with take_upload_turn():
            count = service.take_offline_book(
                current_actor(),
                seat.evaluation.slug,
                key,
                read_offline_choices(),
                seen=form.version.data or "",
                language=current_language(),
            )
    except NotReady as error:
        missing = {
            str(problem.field): translate_error(problem)
            for problem in error.problems
            if isinstance(problem, Invalid)
        }
        return render_offline_preview(seat, key, form, problems=missing), 422
    except (Invalid, Stale, WrongPhase) as error:
        status = attach_refusal(form, error)
        return render_offline_preview(seat, key, form), status
    flash(describe_taken(count), "done")
    return redirect_to(HOME, seat)


def describe_taken(count: int) -> str:
    """What is said after it."""
    if not count:
        return str(_("No answer was taken: those of the portal stay."))
    return str(
        ngettext(
            "One answer is taken. Review and submit your ballots here when they are complete.",
            "%(num)s answers are taken. Review and submit your ballots here when they are"
            " complete.",
            count,
        )
    )


def read_offline_choices() -> OfflineChoices:
    """What was chosen on the page; what is none of the choices is no choice."""
    sides = {
        name.removeprefix("side-"): Side(value)
        for name, value in request.form.items()
        if name.startswith("side-") and value in set(Side)
    }
    holding = {
        number: Holding(value)
        for name, value in request.form.items()
        if (number := read_id_after("holding-", name)) is not None and value in set(Holding)
    }
    return OfflineChoices(sides=sides, holding=holding)


@bp.post("/<key>/discard")
@require_permission(Action.RECORD_MARK)
def discard_offline_workbook(seat: Seat, key: str) -> ResponseReturnValue:
    """Forget the file; nothing of it was taken."""
    service.discard_offline_book(current_actor(), seat.evaluation.slug, key)
    flash(_("The file is discarded; nothing of it was taken."), "done")
    return redirect_to("offline.show_offline_page", seat)
