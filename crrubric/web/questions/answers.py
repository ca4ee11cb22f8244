"""One question to a vendor, for the chair: its words, its answer, taking it back; setting aside."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale
from crrubric.domain.vocabulary import QuestionState
from crrubric.extensions import db
from crrubric.models import Question
from crrubric.queries.people.access import Seat, not_found
from crrubric.queries.questions import questions as read
from crrubric.services.questions import answers as service
from crrubric.services.questions import questions
from crrubric.web.questions.forms import AnswerForm, WordsForm
from crrubric.web.shared.access import in_evaluation
from crrubric.web.shared.forms import ReasonForm, attach
from crrubric.web.shared.page import page, to
from crrubric.web.shared.session import actor
from crrubric.web.shared.words import refusal, today

bp = Blueprint("answers", __name__, url_prefix="/evaluations/<slug>/questions")
HOME = "questions.index"


@bp.get("/<int:question_id>")
@in_evaluation(Action.MANAGE_QUESTIONS)
def question(seat: Seat, question_id: int) -> ResponseReturnValue:
    """One question with what can be done with it now."""
    return question_page(seat, question_id)


def question_page(
    seat: Seat,
    question_id: int,
    *,
    words: WordsForm | None = None,
    answer: AnswerForm | None = None,
    reason: ReasonForm | None = None,
) -> str:
    """The question, what was asked that it stands for, and the forms.

    Args: words, answer, reason: what was just refused, with what was typed.
    """
    found = read.find_question(db.session(), seat, question_id)
    return page(
        "questions/question.html",
        seat,
        under=HOME,
        question=found,
        asked=read.asked_words(db.session(), found),
        words=words or WordsForm.showing(found),
        answer=answer or answer_form(found),
        reason=reason or ReasonForm(formdata=None),
        draft=found.state is QuestionState.DRAFT,
        open=found.state in {QuestionState.DRAFT, QuestionState.SENT},
        withdrawn=found.state is QuestionState.WITHDRAWN,
    )


def answer_form(found: Question) -> AnswerForm:
    """The form with the answer as it is; the day of a new one is today."""
    form = AnswerForm.showing(found)
    form.answered_on.data = found.answered_on or today()
    return form


def shown_again(form: WordsForm | AnswerForm, question_id: int, error: Stale) -> None:
    """What was recorded meanwhile stands above what was typed; sending again replaces it."""
    form.version.data = str(read.load_question_version(db.session(), question_id))
    form.form_errors.append(refusal(error))


@bp.post("/<int:question_id>/reword")
@in_evaluation(Action.MANAGE_QUESTIONS)
def reword(seat: Seat, question_id: int) -> ResponseReturnValue:
    """Change the words of a question that was not sent."""
    form, status = WordsForm(), 422
    if form.validate():
        try:
            questions.reword_question(
                actor(),
                seat.evaluation.slug,
                question_id,
                words=form.words.data,
                seen_version=form.seen_version(),
            )
            flash(_("Saved."), "done")
            return to(HOME, seat)
        except Invalid as error:
            attach(form, error)
        except Stale as error:
            shown_again(form, question_id, error)
            status = 409
    return question_page(seat, question_id, words=form), status


@bp.post("/<int:question_id>/answer")
@in_evaluation(Action.MANAGE_QUESTIONS)
def save(seat: Seat, question_id: int) -> ResponseReturnValue:
    """Record the answer, or correct it."""
    form, status = AnswerForm(), 422
    if form.validate():
        try:
            service.record_answer(
                actor(),
                seat.evaluation.slug,
                question_id,
                answer=form.answer.data,
                day=form.answered_on.data,
                seen_version=form.seen_version(),
            )
            flash(_("The answer is recorded; whoever asked is told."), "done")
            return to(HOME, seat)
        except Invalid as error:
            attach(form, error)
        except Stale as error:
            shown_again(form, question_id, error)
            status = 409
    return question_page(seat, question_id, answer=form), status


@bp.post("/<int:question_id>/withdraw")
@in_evaluation(Action.MANAGE_QUESTIONS)
def withdraw(seat: Seat, question_id: int) -> ResponseReturnValue:
    """Take the question back, with a reason."""
    form = ReasonForm()
    if form.validate():
        try:
            service.withdraw_question(
                actor(), seat.evaluation.slug, question_id, reason=form.reason.data
            )
            flash(_("The question is withdrawn; whoever asked is told."), "done")
            return to(HOME, seat)
        except Invalid as error:
            attach(form, error)
    return question_page(seat, question_id, reason=form), 422


@bp.get("/askings/<int:asking_id>")
@in_evaluation(Action.MANAGE_QUESTIONS)
def asking(seat: Seat, asking_id: int) -> ResponseReturnValue:
    """The form that sets aside what was asked."""
    return asking_page(seat, asking_id, ReasonForm(formdata=None))


def asking_page(seat: Seat, asking_id: int, form: ReasonForm) -> str:
    """What was asked, without a name. Raises: NotFound once it is dealt with."""
    found = next((row for row in read.waiting(db.session(), seat) if row.id == asking_id), None)
    if found is None:
        raise not_found()
    return page("questions/aside.html", seat, under=HOME, asking=found, form=form)


@bp.post("/askings/<int:asking_id>")
@in_evaluation(Action.MANAGE_QUESTIONS)
def set_aside(seat: Seat, asking_id: int) -> ResponseReturnValue:
    """Not pass on what was asked; who asked is told why."""
    form = ReasonForm()
    if form.validate():
        try:
            questions.set_aside(actor(), seat.evaluation.slug, asking_id, reason=form.reason.data)
            flash(_("It is set aside; whoever asked is told why."), "done")
            return to(HOME, seat)
        except Invalid as error:
            attach(form, error)
    return asking_page(seat, asking_id, form), 422
