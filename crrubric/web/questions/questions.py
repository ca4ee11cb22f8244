"""Questions to vendors: who may read them reads them here; the chair writes and answers them."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.policy import FROM_MEETING
from crrubric.domain.questions.questions import evidence_gaps
from crrubric.domain.results.results import Cell
from crrubric.domain.vocabulary import QuestionState
from crrubric.extensions import db
from crrubric.models import Asking, Criterion, Question, Vendor
from crrubric.queries.people.access import Seat
from crrubric.queries.questions import questions as read
from crrubric.queries.results.matrices import matrix
from crrubric.queries.setup.rubrics import parts
from crrubric.queries.setup.vendors import list_visible_vendors
from crrubric.services.questions import answers
from crrubric.services.questions import questions as service
from crrubric.services.setup.vendors import vendor_for
from crrubric.web.questions.forms import MergeForm, QuestionForm, SendForm, numbered
from crrubric.web.shared.access import in_evaluation
from crrubric.web.shared.forms import attach
from crrubric.web.shared.language import locale
from crrubric.web.shared.page import download, page, to
from crrubric.web.shared.session import actor
from crrubric.web.shared.words import refusal, today

bp = Blueprint("questions", __name__, url_prefix="/evaluations/<slug>/questions")
HOME = "questions.index"
MOST_GAPS = 20
UNANSWERED = frozenset({QuestionState.DRAFT, QuestionState.SENT})


@dataclass(frozen=True, slots=True)
class Desk:
    """What the page says of one vendor, with the forms of the chair."""

    vendor: Vendor
    waiting: list[read.Waiting]
    own: list[Asking]
    questions: list[Question]
    merge: MergeForm
    send: SendForm

    @property
    def unanswered(self) -> list[Question]:
        """Questions that wait for an answer."""
        return [row for row in self.questions if row.state in UNANSWERED]

    @property
    def drafts(self) -> list[Question]:
        """Questions that were not sent yet."""
        return [row for row in self.questions if row.state is QuestionState.DRAFT]


@dataclass(frozen=True, slots=True)
class Refused:
    """A form that was refused: whose vendor, with what was typed and ticked."""

    vendor_id: int
    merge: MergeForm | None = None
    send: SendForm | None = None
    ticked: frozenset[int] = frozenset()


NOTHING = Refused(0)


@bp.get("/")
@in_evaluation(Action.VIEW_QUESTIONS)
def index(seat: Seat) -> ResponseReturnValue:
    """The questions that I may read, vendor by vendor."""
    return index_page(seat, NOTHING)


def index_page(seat: Seat, refused: Refused) -> str:
    """By vendor: what waits for the chair, the questions, what I asked myself; then the gaps."""
    asked = read.questions(db.session(), seat)
    return page(
        "questions/index.html",
        seat,
        under=HOME,
        desks=desks(seat, asked, refused),
        refused=refused,
        may_manage=seat.may(Action.MANAGE_QUESTIONS),
        gaps=gaps(seat, asked),
        most_gaps=MOST_GAPS,
    )


def desks(seat: Seat, asked: Sequence[Question], refused: Refused) -> list[Desk]:
    """A desk for each vendor: for the chair all of them, for others those with something on it."""
    waiting = read.waiting(db.session(), seat)
    own = read.own_askings(db.session(), seat)
    vendors = list_visible_vendors(db.session(), seat)
    found = [
        desk(
            vendor,
            [row for row in waiting if row.vendor_id == vendor.id],
            [row for row in own if row.vendor_id == vendor.id],
            [row for row in asked if row.vendor_id == vendor.id],
            refused,
        )
        for vendor in vendors
        if vendor.withdrawn_at is None
    ]
    everything = seat.may(Action.MANAGE_QUESTIONS)
    return [row for row in found if everything or row.own or row.questions]


def desk(
    vendor: Vendor,
    waiting: list[read.Waiting],
    own: list[Asking],
    asked: list[Question],
    refused: Refused,
) -> Desk:
    """One vendor's desk; a form that was refused stands on it as it was sent."""
    here = refused if refused.vendor_id == vendor.id else NOTHING
    send = here.send or SendForm(formdata=None, sent_on=today())
    made = Desk(vendor, waiting, own, asked, here.merge or MergeForm(formdata=None), send)
    made.merge.offer(made.unanswered)
    numbered(made.merge, vendor.id)
    numbered(made.send, vendor.id)
    return made


def gaps(seat: Seat, asked: Sequence[Question]) -> list[tuple[Vendor, Criterion, Cell]]:
    """Cells that reviewers could not tell and no question is about; none before the meeting."""
    if seat.evaluation.phase not in FROM_MEETING:
        return []
    results = matrix(db.session(), seat.evaluation, locale())
    on = {
        (row.vendor.code, row.criterion.code)
        for row in asked
        if row.criterion and row.state is not QuestionState.WITHDRAWN
    }
    rows = (
        (results.vendors[cell.vendor], results.criteria[cell.criterion], cell)
        for cell in evidence_gaps(results.results, on)
    )
    return [row for row in rows if row[0].id not in seat.shut_out]


@bp.post("/vendors/<int:vendor_id>/merge")
@in_evaluation(Action.MANAGE_QUESTIONS)
def merge(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """Make a question of what is ticked, or put it to one that there is."""
    vendor_for(db.session(), seat, vendor_id)
    ids = [text for text in request.form.getlist("asking") if text.isdecimal() and len(text) < 10]
    ticked = frozenset(int(text) for text in ids)
    form = MergeForm()
    on_vendor = read.questions_on(db.session(), seat, vendor_id)
    form.offer(row for row in on_vendor if row.state in UNANSWERED)
    status = 422
    if form.validate():
        try:
            merge_ticked(seat, vendor_id, ticked, form)
            flash(_("The question is on the list; send it when you are ready."), "done")
            return to(HOME, seat, _anchor=f"vendor-{vendor_id}")
        except Invalid as error:
            attach(form, error)
        except Stale as error:
            form.form_errors.append(refusal(error))
            status = 409
    return index_page(seat, Refused(vendor_id, merge=form, ticked=ticked)), status


def merge_ticked(seat: Seat, vendor_id: int, ticked: frozenset[int], form: MergeForm) -> None:
    """As the chair chose: to a question that there is, or to a new one."""
    slug = seat.evaluation.slug
    if form.into.data:
        question_id = int(form.into.data)
        service.join_question(actor(), slug, vendor_id, ticked, question_id=question_id)
    else:
        service.merge_askings(actor(), slug, vendor_id, ticked, words=form.words.data or "")


@bp.get("/vendors/<int:vendor_id>/new")
@in_evaluation(Action.MANAGE_QUESTIONS)
def new(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """The form for a question of the chair's own; the address may name the criterion."""
    form = QuestionForm(formdata=None, criterion=request.args.get("criterion", ""))
    return new_page(seat, vendor_id, form)


def new_page(seat: Seat, vendor_id: int, form: QuestionForm) -> str:
    """A question of the chair's own to a vendor."""
    form.offer(parts(db.session(), seat.evaluation.id))
    vendor = vendor_for(db.session(), seat, vendor_id)
    return page("questions/new.html", seat, under=HOME, vendor=vendor, form=form)


@bp.post("/vendors/<int:vendor_id>/new")
@in_evaluation(Action.MANAGE_QUESTIONS)
def write(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """Write a question of the chair's own."""
    form = QuestionForm()
    form.offer(parts(db.session(), seat.evaluation.id))
    if form.validate():
        try:
            service.write_question(
                actor(),
                seat.evaluation.slug,
                vendor_id,
                words=form.words.data,
                criterion_id=form.criterion_id(),
            )
            flash(_("The question is on the list; send it when you are ready."), "done")
            return to(HOME, seat, _anchor=f"vendor-{vendor_id}")
        except Invalid as error:
            attach(form, error)
    return new_page(seat, vendor_id, form), 422


@bp.post("/vendors/<int:vendor_id>/send")
@in_evaluation(Action.MANAGE_QUESTIONS)
def send(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """Record that the vendor's questions were sent."""
    form = SendForm()
    if form.validate():
        try:
            sent = answers.send_questions(
                actor(), seat.evaluation.slug, vendor_id, day=form.sent_on.data
            )
            words = ngettext("One question is sent.", "%(num)s questions are sent.", sent)
            flash(words, "done")
            return to(HOME, seat, _anchor=f"vendor-{vendor_id}")
        except Invalid as error:
            attach(form, error)
    vendor_for(db.session(), seat, vendor_id)
    return index_page(seat, Refused(vendor_id, send=form)), 422


@bp.get("/vendors/<int:vendor_id>/copy")
@in_evaluation(Action.MANAGE_QUESTIONS)
def copy(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """What the vendor has not answered, as text to copy into a mail."""
    vendor = vendor_for(db.session(), seat, vendor_id)
    return page("questions/copy.html", seat, under=HOME, vendor=vendor, letter=letter(seat, vendor))


@bp.get("/vendors/<int:vendor_id>/questions.txt")
@in_evaluation(Action.MANAGE_QUESTIONS)
def text(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """The same text as a file."""
    vendor = vendor_for(db.session(), seat, vendor_id)
    name = f"{seat.evaluation.slug}-{vendor.code}-questions.txt"
    return download(letter(seat, vendor), "text/plain", name)


def letter(seat: Seat, vendor: Vendor) -> str:
    """The questions that wait for an answer, numbered; nothing of who asked or of votes."""
    asked = read.questions_on(db.session(), seat, vendor.id)
    offer = " – ".join(part for part in (vendor.company, vendor.product) if part)
    lines = [seat.evaluation.title, _("Questions to %(vendor)s", vendor=offer), ""]
    for number, row in enumerate((row for row in asked if row.state in UNANSWERED), start=1):
        about = row.criterion.title if row.criterion else _("The whole offer")
        lines += [f"{number}. {about}", *(f"   {line}" for line in row.words.split("\n")), ""]
    return "\n".join(lines)
