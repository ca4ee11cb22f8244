"""Attached files: the pages on which they are attached, and how every file is served."""

from flask import Blueprint, Flask, Response, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.vocabulary import FileKind
from crrubric.extensions import db
from crrubric.models import AttachedFile
from crrubric.queries.ballots import files as read
from crrubric.queries.ballots.ballots import can_mark_ballot, find_own_ballot
from crrubric.queries.ballots.on_behalf import has_seen_ballot
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.services.ballots import attachments as service
from crrubric.services.ballots.ballots import find_assigned_criterion
from crrubric.services.setup.vendors import find_vendor_for_seat
from crrubric.web.ballots.file_forms import FileForm
from crrubric.web.shared import session
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.forms import OUT_OF_DATE, ReasonForm, attach_error
from crrubric.web.shared.page import redirect_to, render_page, send_kept_file
from crrubric.web.shared.session import current_actor

bp = Blueprint("files", __name__, url_prefix="/evaluations/<slug>")
VENDORS, BALLOTS = "vendors.show_vendors", "ballots.show_own_ballots"
UPLOADS = frozenset(
    {"files.upload_vendor_file", "files.upload_mark_file", "imports.upload_import_file"}
)
MIME = {
    FileKind.PDF: "application/pdf",
    FileKind.PNG: "image/png",
    FileKind.JPEG: "image/jpeg",
    FileKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileKind.CSV: "text/csv",
}


def init_app(app: Flask) -> None:
    """Let those who are signed in send a file, which is larger than any text, where files go.

    So may those whose session has ended: they are told that, not that it is too much text. This is
    done before anything else reads the request, as the check of its token does.
    """

    @app.url_value_preprocessor
    def make_room(endpoint: str | None, _values: object) -> None:
        if endpoint not in UPLOADS or request.method != "POST":
            return
        if session.current_person() or session.find_lapsed_owner() is not None:
            request.max_content_length = limits.FILE_REQUEST_BYTES


def send_attached_file(file: AttachedFile) -> Response:
    """The bytes in pieces, to be saved and never shown, whatever they claim to be."""
    return send_kept_file(
        lambda: read.bytes_of(db.session(), file),
        size=file.size,
        content_type=MIME[file.kind],
        name=file.name,
    )


@bp.get("/vendors/<int:vendor_id>/files")
@require_permission(Action.VIEW_EVALUATION)
def show_vendor_files(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """The files of a vendor; the form begins as it was sent before its session ended."""
    form = FileForm(formdata=None, tells_prices=bool(request.args.get("tells_prices")))
    return render_vendor_files_page(seat, vendor_id, form)


def render_vendor_files_page(
    seat: Seat, vendor_id: int, form: FileForm, *, refused: tuple[str, ReasonForm] | None = None
) -> str:
    """A vendor's files; for the chair with the form, and one to withdraw each.

    Args: refused: the key of the file whose withdrawal was refused, with what was typed.
    """
    vendor = find_vendor_for_seat(db.session(), seat, vendor_id)
    return render_page(
        "ballots/vendor_files.html",
        seat,
        under=VENDORS,
        vendor=vendor,
        files=read.list_vendor_files(db.session(), seat, vendor_id=vendor_id),
        form=form,
        refused=refused,
        reason_form=ReasonForm(formdata=None),
        may_attach=seat.may(Action.ATTACH_TO_VENDOR),
        most=limits.FILE_BYTES // limits.MEGABYTE,
    )


@bp.post("/vendors/<int:vendor_id>/files")
@require_permission(Action.ATTACH_TO_VENDOR)
def upload_vendor_file(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """Attach a file to a vendor."""
    form = FileForm()
    if form.validate():
        try:
            with service.take_upload_turn():
                name, data = form.sent()
                file = service.attach_vendor_file(
                    current_actor(),
                    seat.evaluation.slug,
                    vendor_id,
                    name=name,
                    data=data,
                    tells_prices=form.tells_prices.data,
                )
            flash(_("“%(name)s” is attached.", name=file.name), "done")
            return redirect_to("files.show_vendor_files", seat, vendor_id=vendor_id)
        except Invalid as error:
            attach_error(form, error)
    return render_vendor_files_page(seat, vendor_id, form), 422


@bp.get("/vendors/<int:vendor_id>/files/<key>")
@require_permission(Action.VIEW_EVALUATION)
def download_vendor_file(seat: Seat, vendor_id: int, key: str) -> ResponseReturnValue:
    """One file of a vendor; one that was withdrawn for the chair alone."""
    file = read.find_vendor_file(db.session(), seat, vendor_id, key)
    if file.withdrawn_at is not None and not seat.may(Action.VIEW_WITHDRAWN_FILES):
        raise make_not_found()
    return send_attached_file(file)


@bp.post("/vendors/<int:vendor_id>/files/<key>/withdraw")
@require_permission(Action.ATTACH_TO_VENDOR)
def save_file_withdrawal(seat: Seat, vendor_id: int, key: str) -> ResponseReturnValue:
    """Withdraw a file of a vendor with a reason."""
    read.find_vendor_file(db.session(), seat, vendor_id, key)  # or 404
    form, status = ReasonForm(), 422
    if form.validate():
        try:
            service.withdraw_vendor_file(
                current_actor(), seat.evaluation.slug, vendor_id, key, reason=form.reason.data
            )
            flash(_("The file is withdrawn."), "done")
            return redirect_to("files.show_vendor_files", seat, vendor_id=vendor_id)
        except (Invalid, Stale) as error:
            status = attach_refusal(form, error)
    page = render_vendor_files_page(seat, vendor_id, FileForm(formdata=None), refused=(key, form))
    return page, status


@bp.post("/vendors/<int:vendor_id>/files/<key>/prices")
@require_permission(Action.ATTACH_TO_VENDOR)
def save_file_prices(seat: Seat, vendor_id: int, key: str) -> ResponseReturnValue:
    """Say whether a file of a vendor tells prices; what is sent names what holds afterwards."""
    said_so = request.form.get("tells_prices")
    if said_so not in {"yes", "no"}:  # nothing said would open what is closed
        raise Invalid(OUT_OF_DATE)
    tells = said_so == "yes"
    file = service.set_file_prices(
        current_actor(), seat.evaluation.slug, vendor_id, key, tells_prices=tells
    )
    if not tells:
        said = _("“%(name)s” tells no prices.", name=file.name)
    elif seat.evaluation.hides_prices:
        said = _(
            "“%(name)s” tells prices and is closed from now on. The memo names the reviewers who"
            " could read it until now.",
            name=file.name,
        )
    else:
        said = _("“%(name)s” tells prices.", name=file.name)
    flash(said, "done")
    return redirect_to("files.show_vendor_files", seat, vendor_id=vendor_id)


@bp.get("/ballots/<int:vendor_id>/marks/<int:criterion_id>/files")
@require_permission(Action.VIEW_OWN_BALLOTS)
def show_mark_files(seat: Seat, vendor_id: int, criterion_id: int) -> ResponseReturnValue:
    """The files on one of my marks."""
    return render_mark_files_page(seat, vendor_id, criterion_id, FileForm())


def render_mark_files_page(seat: Seat, vendor_id: int, criterion_id: int, form: FileForm) -> str:
    """My files on a mark, with the form while the ballot is open."""
    own, marks = find_own_ballot(db.session(), seat, vendor_id)
    criterion = find_assigned_criterion(db.session(), own.member, criterion_id)
    return render_page(
        "ballots/mark_files.html",
        seat,
        under=BALLOTS,
        vendor=own.vendor,
        criterion=criterion,
        mark=marks.get(criterion_id),
        files=read.load_own_files(db.session(), own).get(criterion_id, ()),
        form=form,
        writable=can_mark_ballot(seat, own)
        and not has_seen_ballot(db.session(), own.member_id, vendor_id),
        most=limits.FILE_BYTES // limits.MEGABYTE,
    )


@bp.post("/ballots/<int:vendor_id>/marks/<int:criterion_id>/files")
@require_permission(Action.ATTACH_TO_MARK)
def upload_mark_file(seat: Seat, vendor_id: int, criterion_id: int) -> ResponseReturnValue:
    """Attach a file to my mark."""
    form = FileForm()
    if form.validate():
        try:
            with service.take_upload_turn():
                name, data = form.sent()
                file = service.attach_mark_file(
                    current_actor(),
                    seat.evaluation.slug,
                    vendor_id,
                    criterion_id,
                    name=name,
                    data=data,
                )
            flash(_("“%(name)s” is attached.", name=file.name), "done")
            return redirect_to(
                "files.show_mark_files", seat, vendor_id=vendor_id, criterion_id=criterion_id
            )
        except Invalid as error:
            attach_error(form, error)
    return render_mark_files_page(seat, vendor_id, criterion_id, form), 422


@bp.get("/ballots/<int:vendor_id>/marks/<int:criterion_id>/files/<key>")
@require_permission(Action.VIEW_OWN_BALLOTS)
def download_own_file(
    seat: Seat, vendor_id: int, criterion_id: int, key: str
) -> ResponseReturnValue:
    """One file on my mark, also one that I took off after a seal."""
    own, _marks = find_own_ballot(db.session(), seat, vendor_id)
    return send_attached_file(read.find_own_file(db.session(), own, criterion_id, key))


@bp.post("/ballots/<int:vendor_id>/marks/<int:criterion_id>/files/<key>/remove")
@require_permission(Action.ATTACH_TO_MARK)
def save_file_removal(
    seat: Seat, vendor_id: int, criterion_id: int, key: str
) -> ResponseReturnValue:
    """Take a file off my mark."""
    service.remove_mark_file(current_actor(), seat.evaluation.slug, vendor_id, criterion_id, key)
    flash(_("The file is removed."), "done")
    return redirect_to(
        "files.show_mark_files", seat, vendor_id=vendor_id, criterion_id=criterion_id
    )
