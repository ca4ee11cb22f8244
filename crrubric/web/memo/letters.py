"""Letters to vendors that were not chosen: the list, what stands at their end, the letters."""

from flask import Blueprint, Response, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric import catalogue
from crrubric.domain.actions import Action
from crrubric.domain.documents.tree import Document
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.events import Event
from crrubric.domain.memo.letters import USUAL_CLOSING, compose_letter
from crrubric.extensions import db
from crrubric.queries.memo.letters import (
    VendorLetter,
    find_vendor_letter,
    list_vendor_letters,
)
from crrubric.queries.people.access import Seat, find_restraint
from crrubric.queries.record.journal import find_latest_changes
from crrubric.queries.shared.reading import end_reading
from crrubric.services.memo import letters as service
from crrubric.services.shared.queues import take_analysis_turn
from crrubric.web.memo.papers import add_logo, send_paper
from crrubric.web.memo.writing_forms import LetterWordsForm
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.page import redirect_to, render_page
from crrubric.web.shared.session import current_actor

bp = Blueprint("letters", __name__, url_prefix="/evaluations/<slug>/letters")
HOME = "letters.show_letters"


@bp.get("")
@require_permission(Action.VIEW_LETTERS)
def show_letters(seat: Seat) -> ResponseReturnValue:
    """Every letter with its downloads, and what stands at the end of all."""
    return render_letters(seat, make_letter_words_form(seat))


@bp.post("")
@require_permission(Action.WRITE_LETTERS)
def save_letter_words(seat: Seat) -> ResponseReturnValue:
    """Save what stands at the end of all letters."""
    form, status = LetterWordsForm(), 422
    if form.validate():
        try:
            words = service.LetterWords(
                contact=form.contact.data or "", closing=form.closing.data or ""
            )
            service.set_letter_words(
                current_actor(), seat.evaluation.slug, words, seen=form.version.data or ""
            )
            flash(_("Saved."), "done")
            return redirect_to(HOME, seat)
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            changes = find_latest_changes(db.session(), seat, Event.LETTER_WORDS_SET)
            form.meet_newer(make_letter_words_form(seat), error, changes)
            status = 409
    return render_letters(seat, form), status


def make_letter_words_form(seat: Seat) -> LetterWordsForm:
    """The form with what is stored."""
    stored = service.read_letter_words(seat.evaluation)
    form = LetterWordsForm(
        formdata=None, contact=stored["letter_contact"], closing=stored["letter_closing"]
    )
    return form.showing(stored)


def render_letters(seat: Seat, form: LetterWordsForm) -> str:
    """The page."""
    say = catalogue.load_translations(seat.evaluation.language).gettext
    return render_page(
        "memo/letters.html",
        seat,
        form=form,
        letters=list_vendor_letters(db.session(), seat.evaluation),
        usual=say(USUAL_CLOSING),
        restraint=find_restraint(db.session(), seat, Action.WRITE_LETTERS),
    )


def compose_own_letter(letter: VendorLetter) -> Document:
    """The letter in the language of the evaluation's documents."""
    return compose_letter(letter.facts, catalogue.load_translations(letter.facts.language).gettext)


@bp.get("/<int:vendor_id>")
@require_permission(Action.VIEW_LETTERS)
def show_letter(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """One letter on a page, with what is to be looked at before it is sent."""
    letter = find_vendor_letter(db.session(), seat.evaluation, vendor_id)
    return render_page(
        "memo/letter.html",
        seat,
        under=HOME,
        letter=letter,
        paper=add_logo(compose_own_letter(letter)),
    )


def render_letter_file(seat: Seat, vendor_id: int, ending: str) -> Response:
    """The letter in one of its formats. Raises: NotFound if none is written to the vendor."""
    letter = find_vendor_letter(db.session(), seat.evaluation, vendor_id)
    name = f"letter-{letter.vendor.code}"
    end_reading(db.session())
    with take_analysis_turn(current_actor().user_id):
        return send_paper(seat, compose_own_letter(letter), name, ending)


@bp.get("/<int:vendor_id>/letter.docx")
@require_permission(Action.VIEW_LETTERS)
def download_letter_word(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """A letter for Word."""
    return render_letter_file(seat, vendor_id, ".docx")


@bp.get("/<int:vendor_id>/letter.pdf")
@require_permission(Action.VIEW_LETTERS)
def download_letter_pdf(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """A letter as a PDF file."""
    return render_letter_file(seat, vendor_id, ".pdf")


@bp.get("/<int:vendor_id>/letter.html")
@require_permission(Action.VIEW_LETTERS)
def download_letter_html(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """A letter as one HTML file."""
    return render_letter_file(seat, vendor_id, ".html")
