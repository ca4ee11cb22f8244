"""A reviewer's ballots as a workbook that a chair hands out, and enters when it comes back."""

from collections.abc import Mapping, Sequence
from pathlib import PurePath

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from crrubric.domain import limits
from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, NotReady, Stale, WrongPhase
from crrubric.domain.text import slug_of
from crrubric.extensions import db
from crrubric.models import Member
from crrubric.queries.ballots.declarations import load_own_declarations
from crrubric.queries.ballots.offline import (
    find_reviewer_of_another,
    load_enterable_ballots,
    load_entry_book,
)
from crrubric.queries.people.access import Seat
from crrubric.services.ballots import entry_books as service
from crrubric.services.ballots.attachments import take_upload_turn
from crrubric.web.ballots.forms import EntryBookFileForm, EntryBookForm
from crrubric.web.ballots.offline import (
    list_cell_problems,
    make_workbook_words,
    read_offline_choices,
    send_offline_book,
)
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import redirect_to, render_page, take_turns
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import translate_error

bp = Blueprint(
    "entry_books", __name__, url_prefix="/evaluations/<slug>/progress/workbook/<int:member_id>"
)
PROGRESS = "evaluations.show_progress"


def find_reviewer(seat: Seat, member_id: int) -> Member:
    """The reviewer in the address. Raises: NotFound."""
    return find_reviewer_of_another(db.session(), seat, member_id)


@bp.get("")
@require_permission(Action.ENTER_ON_BEHALF)
def show_entry_book_page(seat: Seat, member_id: int) -> ResponseReturnValue:
    """Where the workbook of a reviewer is had, and where it comes back."""
    return render_entry_book_page(seat, member_id, EntryBookFileForm(formdata=None))


def render_entry_book_page(
    seat: Seat,
    member_id: int,
    form: EntryBookFileForm,
    *,
    problems: Sequence[str] = (),
    name: str = "",
) -> str:
    """The page. Args: problems: what can't be used of the file that was sent; its name."""
    member = find_reviewer(seat, member_id)
    return render_page(
        "ballots/offline/entry.html",
        seat,
        under=PROGRESS,
        form=form,
        reviewer=member,
        own=load_enterable_ballots(db.session(), seat, member, current_language()),
        problems=problems,
        name=name,
        most=limits.REQUEST_BYTES // limits.MEGABYTE,
    )


@bp.get("/workbook.xlsx")
@require_permission(Action.ENTER_ON_BEHALF)
@take_turns
def download_entry_workbook(seat: Seat, member_id: int) -> ResponseReturnValue:
    """A reviewer's empty ballots, to be filled in without the portal."""
    member = find_reviewer(seat, member_id)
    book = load_entry_book(db.session(), seat, member, make_workbook_words(seat))
    return send_offline_book(book, f"{seat.evaluation.slug}-ballots-{slug_of(book.reviewer)}.xlsx")


@bp.post("")
@require_permission(Action.ENTER_ON_BEHALF)
def upload_entry_workbook(seat: Seat, member_id: int) -> ResponseReturnValue:
    """Look at a workbook that came back: on to what would be entered, or what can't be used."""
    form, status, problems = EntryBookFileForm(), 422, list[str]()
    if form.validate():
        name = PurePath(form.file.data.filename or "").name
        try:
            with take_upload_turn():
                data = form.file.data.read(limits.REQUEST_BYTES)
                key = service.upload_entry_book(
                    current_actor(), seat.evaluation.slug, member_id, name=name, data=data
                )
            preview = "entry_books.show_entry_book_preview"
            return redirect_to(preview, seat, member_id=member_id, key=key)
        except NotReady as error:
            problems = list_cell_problems(error)
            page = render_entry_book_page(seat, member_id, form, problems=problems, name=name)
            return page, status
        except (Invalid, WrongPhase) as error:
            status = attach_refusal(form, error)
    return render_entry_book_page(seat, member_id, form), status


@bp.get("/<key>")
@require_permission(Action.ENTER_ON_BEHALF)
def show_entry_book_preview(seat: Seat, member_id: int, key: str) -> ResponseReturnValue:
    """What would be entered out of the workbook; nothing is yet."""
    return render_entry_book_preview(seat, member_id, key, EntryBookForm(formdata=None))


def render_entry_book_preview(
    seat: Seat,
    member_id: int,
    key: str,
    form: EntryBookForm,
    *,
    problems: Mapping[str, str] | None = None,
) -> str:
    """The page. Args: problems: choices that are missing, by the name of their control."""
    session, member = db.session(), find_reviewer(seat, member_id)
    with take_upload_turn():
        preview = service.foresee_entries(session, seat, member, key, current_language())
    form.version.data = preview.fingerprint()
    groups = preview.group_by_vendor()
    own = load_enterable_ballots(session, seat, member, current_language())
    asked = {each.ballot_id: len([*each.iterate_criteria()]) for each in own.opened}
    declared = load_own_declarations(session, member)
    return render_page(
        "ballots/offline/entry_preview.html",
        seat,
        under=PROGRESS,
        form=form,
        key=key,
        reviewer=member,
        preview=preview,
        groups=[(rows, asked[rows[0].ballot_id] - len(rows)) for rows in groups],
        declared=all(rows[0].vendor_id in declared for rows in groups),
        chosen=dict(request.form.items()),
        problems=problems or {},
        linked=list((problems or {}).items()),
    )


@bp.post("/<key>")
@require_permission(Action.ENTER_ON_BEHALF)
def take_entry_workbook(seat: Seat, member_id: int, key: str) -> ResponseReturnValue:
    """Enter and seal the ballots as they were shown: all or none."""
    form = EntryBookForm()
    try:
        if not form.validate():
            return render_entry_book_preview(seat, member_id, key, form), 422
        with take_upload_turn():
            count = service.take_entry_book(
                current_actor(),
                seat.evaluation.slug,
                member_id,
                key,
                choices=read_offline_choices(),
                given=service.GivenBook(
                    on=form.given_on.data,
                    no_conflict=bool(form.no_conflict.data),
                    rest=form.rest.data or "",
                ),
                seen=form.version.data or "",
                language=current_language(),
            )
    except NotReady as error:
        missing = {
            str(problem.field): translate_error(problem)
            for problem in error.problems
            if isinstance(problem, Invalid)
        }
        return render_entry_book_preview(seat, member_id, key, form, problems=missing), 422
    except (Invalid, Stale, WrongPhase) as error:
        status = attach_refusal(form, error)
        return render_entry_book_preview(seat, member_id, key, form), status
    name = find_reviewer(seat, member_id).name
    flash(
        ngettext(
            "One ballot is entered and sealed; %(name)s is asked to confirm it.",
            "%(num)s ballots are entered and sealed; %(name)s is asked to confirm them.",
            count,
            name=name,
        ),
        "done",
    )
    return redirect_to(PROGRESS, seat)


@bp.post("/<key>/discard")
@require_permission(Action.ENTER_ON_BEHALF)
def discard_entry_workbook(seat: Seat, member_id: int, key: str) -> ResponseReturnValue:
    """Forget the file; nothing of it was entered."""
    service.discard_entry_book(current_actor(), seat.evaluation.slug, key)
    flash(_("The file is discarded; nothing of it was entered."), "done")
    return redirect_to("entry_books.show_entry_book_page", seat, member_id=member_id)
