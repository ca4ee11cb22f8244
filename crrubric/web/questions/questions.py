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
from crrubric.domain.questions.questions import find_evidence_gaps
from crrubric.domain.results.results import Cell
from crrubric.domain.versions import fingerprint_values
from crrubric.domain.vocabulary import QuestionState
from crrubric.extensions import db
from crrubric.models import Asking, Criterion, Question, Vendor
from crrubric.queries.people.access import Seat
from crrubric.queries.questions import questions as read
from crrubric.queries.results.matrices import read_matrix
from crrubric.queries.setup.rubrics import list_rubric_parts
from crrubric.queries.setup.vendors import list_visible_vendors
from crrubric.queries.setup.wording import translate_rubric_text
from crrubric.services.questions import answers
from crrubric.services.questions import questions as service
from crrubric.services.setup.vendors import find_vendor_for_seat
from crrubric.web.questions.forms import (
    MergeForm,
    QuestionForm,
    SendQuestionsForm,
    number_field_ids,
)
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.ids import read_ticked_ids
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import make_download, redirect_to, render_page
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import current_day

bp = Blueprint("questions", __name__, url_prefix="/evaluations/<slug>/questions")
HOME = "questions.show_questions"
MOST_GAPS = 20
UNANSWERED = frozenset({QuestionState.DRAFT, QuestionState.SENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorQuestions:
    """What the page says of one vendor, with the forms of the chair."""

    vendor: Vendor
    waiting: list[read.WaitingAsking]
    own: list[Asking]
    questions: list[Question]
    merge: MergeForm
    send: SendQuestionsForm

    @property
    def unanswered(self) -> list[Question]:
        """Questions that wait for an answer."""
        return [row for row in self.questions if row.state in UNANSWERED]

    @property
    def drafts(self) -> list[Question]:
        """Questions that were not sent yet."""
        return [row for row in self.questions if row.state is QuestionState.DRAFT]


@dataclass(frozen=True, slots=True)
class RefusedQuestionForm:
    """A form that was refused: whose vendor, with what was typed and ticked."""

    vendor_id: int
    merge: MergeForm | None = None
    send: SendQuestionsForm | None = None
    ticked: frozenset[int] = frozenset()


NOTHING = RefusedQuestionForm(0)


@bp.get("/")
@require_permission(Action.VIEW_QUESTIONS)
def show_questions(seat: Seat) -> ResponseReturnValue:
    """The questions that I may read, vendor by vendor."""
    return render_questions_page(seat, NOTHING)


def render_questions_page(seat: Seat, refused: RefusedQuestionForm) -> str:
    """By vendor: what waits for the chair, the questions, what I asked myself; then the gaps."""
    asked = read.list_readable_questions(db.session(), seat)
    return render_page(
        "questions/index.html",
        seat,
        under=HOME,
        desks=group_questions_by_vendor(seat, asked, refused),
        refused=refused,
        may_manage=seat.may(Action.MANAGE_QUESTIONS),
        gaps=list_gaps_without_question(seat, asked),
        most_gaps=MOST_GAPS,
    )


def group_questions_by_vendor(
    seat: Seat, asked: Sequence[Question], refused: RefusedQuestionForm
) -> list[VendorQuestions]:
    """A desk for each vendor: for the chair all of them, for others those with something on it."""
    waiting = read.list_waiting_askings(db.session(), seat)
    own = read.list_own_askings(db.session(), seat)
    vendors = list_visible_vendors(db.session(), seat)
    found = [
        make_vendor_questions(
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


def make_vendor_questions(
    vendor: Vendor,
    waiting: list[read.WaitingAsking],
    own: list[Asking],
    asked: list[Question],
    refused: RefusedQuestionForm,
) -> VendorQuestions:
    """One vendor's desk; a form that was refused stands on it as it was sent."""
    here = refused if refused.vendor_id == vendor.id else NOTHING
    send = here.send or SendQuestionsForm(formdata=None, sent_on=current_day())
    made = VendorQuestions(
        vendor=vendor,
        waiting=waiting,
        own=own,
        questions=asked,
        merge=here.merge or MergeForm(formdata=None),
        send=send,
    )
    made.merge.offer(made.unanswered)
    if here.merge:
        suggest_question_words(made.merge, [row for row in waiting if row.id in here.ticked])
    made.send.shown.data = fingerprint_values(answers.read_question_versions(made.drafts))
    number_field_ids(made.merge, vendor.id)
    number_field_ids(made.send, vendor.id)
    return made


def suggest_question_words(form: MergeForm, ticked: Sequence[read.WaitingAsking]) -> None:
    """Put the reviewer's words into a form that was sent without any, if one alone was ticked."""
    if not form.words.data and len(ticked) == 1:
        form.words.data = ticked[0].words


def list_gaps_without_question(
    seat: Seat, asked: Sequence[Question]
) -> list[tuple[Vendor, Criterion, Cell]]:
    """Cells that reviewers could not tell and no question is about; none before the meeting."""
    if seat.evaluation.phase not in FROM_MEETING:
        return []
    results = read_matrix(db.session(), seat.evaluation, current_language())
    on = {
        (row.vendor.code, row.criterion.code)
        for row in asked
        if row.criterion and row.state is not QuestionState.WITHDRAWN
    }
    rows = (
        (results.vendors[cell.vendor], results.criteria[cell.criterion], cell)
        for cell in find_evidence_gaps(results.results, on)
    )
    return [row for row in rows if row[0].id not in seat.shut_out]


@bp.post("/vendors/<int:vendor_id>/merge")
@require_permission(Action.MANAGE_QUESTIONS)
def save_merged_question(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """Make a question of what is ticked, or put it to one that there is."""
    find_vendor_for_seat(db.session(), seat, vendor_id)
    ticked = read_ticked_ids("asking")
    form = MergeForm()
    on_vendor = read.list_vendor_questions(db.session(), seat, vendor_id)
    form.offer(row for row in on_vendor if row.state in UNANSWERED)
    status = 422
    if form.validate():
        try:
            merge_ticked_askings(seat, vendor_id, ticked, form)
            flash(_("The question is on the list; send it when you are ready."), "done")
            return redirect_to(HOME, seat, _anchor=f"vendor-{vendor_id}")
        except (Invalid, Stale) as error:
            status = attach_refusal(form, error)
    return render_questions_page(
        seat, RefusedQuestionForm(vendor_id, merge=form, ticked=ticked)
    ), status


def merge_ticked_askings(
    seat: Seat, vendor_id: int, ticked: frozenset[int], form: MergeForm
) -> None:
    """As the chair chose: to a question that there is, or to a new one."""
    slug = seat.evaluation.slug
    if form.into.data:
        question_id = int(form.into.data)
        service.join_question(current_actor(), slug, vendor_id, ticked, question_id=question_id)
    else:
        service.merge_askings(current_actor(), slug, vendor_id, ticked, words=form.words.data or "")


@bp.get("/vendors/<int:vendor_id>/new")
@require_permission(Action.MANAGE_QUESTIONS)
def show_new_question_form(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """The form for a question of the chair's own; the address may name the criterion."""
    form = QuestionForm(formdata=None, criterion=request.args.get("criterion", ""))
    return render_new_question_page(seat, vendor_id, form)


def render_new_question_page(seat: Seat, vendor_id: int, form: QuestionForm) -> str:
    """A question of the chair's own to a vendor."""
    form.offer(list_rubric_parts(db.session(), seat.evaluation.id))
    vendor = find_vendor_for_seat(db.session(), seat, vendor_id)
    return render_page("questions/new.html", seat, under=HOME, vendor=vendor, form=form)


@bp.post("/vendors/<int:vendor_id>/new")
@require_permission(Action.MANAGE_QUESTIONS)
def save_new_question(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """Write a question of the chair's own."""
    form = QuestionForm()
    form.offer(list_rubric_parts(db.session(), seat.evaluation.id))
    if form.validate():
        try:
            service.write_question(
                current_actor(),
                seat.evaluation.slug,
                vendor_id,
                words=form.words.data,
                criterion_id=form.criterion_id(),
            )
            flash(_("The question is on the list; send it when you are ready."), "done")
            return redirect_to(HOME, seat, _anchor=f"vendor-{vendor_id}")
        except Invalid as error:
            attach_error(form, error)
    return render_new_question_page(seat, vendor_id, form), 422


@bp.post("/vendors/<int:vendor_id>/send")
@require_permission(Action.MANAGE_QUESTIONS)
def save_questions_sent(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """Record that the vendor's questions were sent."""
    form, status = SendQuestionsForm(), 422
    if form.validate():
        try:
            sent = answers.send_questions(
                current_actor(),
                seat.evaluation.slug,
                vendor_id,
                day=form.sent_on.data,
                seen=form.shown.data or "",
            )
            words = ngettext("One question is sent.", "%(num)s questions are sent.", sent)
            flash(words, "done")
            return redirect_to(HOME, seat, _anchor=f"vendor-{vendor_id}")
        except (Invalid, Stale) as error:
            status = attach_refusal(form, error)
    find_vendor_for_seat(db.session(), seat, vendor_id)
    return render_questions_page(seat, RefusedQuestionForm(vendor_id, send=form)), status


@bp.get("/vendors/<int:vendor_id>/copy")
@require_permission(Action.MANAGE_QUESTIONS)
def show_questions_to_copy(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """What the vendor has not answered, as text to copy into a mail."""
    vendor = find_vendor_for_seat(db.session(), seat, vendor_id)
    return render_page(
        "questions/copy.html",
        seat,
        under=HOME,
        vendor=vendor,
        letter=format_questions_letter(seat, vendor),
    )


@bp.get("/vendors/<int:vendor_id>/questions.txt")
@require_permission(Action.MANAGE_QUESTIONS)
def download_questions(seat: Seat, vendor_id: int) -> ResponseReturnValue:
    """The same text as a file."""
    vendor = find_vendor_for_seat(db.session(), seat, vendor_id)
    name = f"{seat.evaluation.slug}-{vendor.code}-questions.txt"
    return make_download(format_questions_letter(seat, vendor), "text/plain", name)


def format_questions_letter(seat: Seat, vendor: Vendor) -> str:
    """The questions that wait for an answer, numbered; nothing of who asked or of votes."""
    asked = read.list_vendor_questions(db.session(), seat, vendor.id)
    offer = " – ".join(part for part in (vendor.company, vendor.product) if part)
    lines = [seat.evaluation.title, _("Questions to %(vendor)s", vendor=offer), ""]
    for number, row in enumerate((row for row in asked if row.state in UNANSWERED), start=1):
        about = (
            translate_rubric_text(row.criterion, "title", current_language())
            if row.criterion
            else _("The whole offer")
        )
        lines += [f"{number}. {about}", *(f"   {line}" for line in row.words.split("\n")), ""]
    return "\n".join(lines)
