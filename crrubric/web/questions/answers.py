"""One question to a vendor, for the chair: its words, its answer, taking it back; setting aside."""

from flask import Blueprint, flash
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, Stale, WrongPhase
from crrubric.domain.vocabulary import QuestionState
from crrubric.extensions import db
from crrubric.models import Question
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.questions import questions as read
from crrubric.services.questions import answers as service
from crrubric.services.questions import questions
from crrubric.web.questions.forms import AnswerForm, QuestionWithdrawalForm, QuestionWordsForm
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.errors import attach_refusal
from crrubric.web.shared.forms import ReasonForm, VersionedForm, attach_error
from crrubric.web.shared.page import redirect_to, render_page
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import current_day, translate_error

bp = Blueprint("answers", __name__, url_prefix="/evaluations/<slug>/questions")
HOME = "questions.show_questions"


@bp.get("/<int:question_id>")
@require_permission(Action.MANAGE_QUESTIONS)
def show_question(seat: Seat, question_id: int) -> ResponseReturnValue:
    """One question with what can be done with it now."""
    return render_question_page(seat, question_id)


def render_question_page(
    seat: Seat,
    question_id: int,
    *,
    words: QuestionWordsForm | None = None,
    answer: AnswerForm | None = None,
    reason: QuestionWithdrawalForm | None = None,
) -> str:
    """The question, what was asked that it stands for, and the forms.

    Args: words, answer, reason: what was just refused, with what was typed.
    """
    found = read.find_question(db.session(), seat, question_id)
    return render_page(
        "questions/question.html",
        seat,
        under=HOME,
        question=found,
        asked=read.list_asking_texts(db.session(), found),
        words=words or QuestionWordsForm.showing(found),
        answer=answer or make_answer_form(found),
        reason=reason or QuestionWithdrawalForm.showing(found),
        draft=found.state is QuestionState.DRAFT,
        open=found.state in {QuestionState.DRAFT, QuestionState.SENT},
        withdrawn=found.state is QuestionState.WITHDRAWN,
    )


def make_answer_form(found: Question) -> AnswerForm:
    """The form with the answer as it is; the day of a new one is today."""
    form = AnswerForm.showing(found)
    form.answered_on.data = found.answered_on or current_day()
    return form


def attach_stale_error(form: VersionedForm, question_id: int, error: Stale) -> None:
    """What was recorded meanwhile stands above what was typed; sending again replaces it."""
    form.version.data = str(read.load_question_version(db.session(), question_id))
    form.form_errors.append(translate_error(error))


@bp.post("/<int:question_id>/reword")
@require_permission(Action.MANAGE_QUESTIONS)
def save_question_words(seat: Seat, question_id: int) -> ResponseReturnValue:
    """Change the words of a question that was not sent."""
    form, status = QuestionWordsForm(), 422
    if form.validate():
        try:
            questions.reword_question(
                current_actor(),
                seat.evaluation.slug,
                question_id,
                words=form.words.data,
                seen_version=form.seen_version(),
            )
            flash(_("Saved."), "done")
            return redirect_to(HOME, seat)
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            attach_stale_error(form, question_id, error)
            status = 409
    return render_question_page(seat, question_id, words=form), status


@bp.post("/<int:question_id>/answer")
@require_permission(Action.MANAGE_QUESTIONS)
def save_answer(seat: Seat, question_id: int) -> ResponseReturnValue:
    """Record the answer, or correct it."""
    form, status = AnswerForm(), 422
    if form.validate():
        try:
            service.record_answer(
                current_actor(),
                seat.evaluation.slug,
                question_id,
                answer=form.answer.data,
                day=form.answered_on.data,
                seen_version=form.seen_version(),
            )
            flash(_("The answer is recorded; whoever asked is told."), "done")
            return redirect_to(HOME, seat)
        except Invalid as error:
            attach_error(form, error)
        except Stale as error:
            attach_stale_error(form, question_id, error)
            status = 409
    return render_question_page(seat, question_id, answer=form), status


@bp.post("/<int:question_id>/withdraw")
@require_permission(Action.MANAGE_QUESTIONS)
def save_question_withdrawal(seat: Seat, question_id: int) -> ResponseReturnValue:
    """Take the question back, with a reason."""
    form, status = QuestionWithdrawalForm(), 422
    if form.validate():
        try:
            service.withdraw_question(
                current_actor(),
                seat.evaluation.slug,
                question_id,
                reason=form.reason.data,
                seen_version=form.seen_version(),
            )
            flash(_("The question is withdrawn; whoever asked is told."), "done")
            return redirect_to(HOME, seat)
        except Stale as error:  # reworded meanwhile, or withdrawn
            attach_stale_error(form, question_id, error)
            status = 409
        except (Invalid, WrongPhase) as error:  # answered meanwhile
            status = attach_refusal(form, error)
    return render_question_page(seat, question_id, reason=form), status


@bp.get("/askings/<int:asking_id>")
@require_permission(Action.MANAGE_QUESTIONS)
def show_set_aside_form(seat: Seat, asking_id: int) -> ResponseReturnValue:
    """The form that sets aside what was asked."""
    return render_set_aside_page(seat, asking_id, ReasonForm(formdata=None))


def render_set_aside_page(seat: Seat, asking_id: int, form: ReasonForm) -> str:
    """What was asked, without a name. Raises: NotFound once it is dealt with."""
    found = next(
        (row for row in read.list_waiting_askings(db.session(), seat) if row.id == asking_id), None
    )
    if found is None:
        raise make_not_found()
    return render_page("questions/aside.html", seat, under=HOME, asking=found, form=form)


@bp.post("/askings/<int:asking_id>")
@require_permission(Action.MANAGE_QUESTIONS)
def save_set_aside_reason(seat: Seat, asking_id: int) -> ResponseReturnValue:
    """Not pass on what was asked; who asked is told why."""
    form = ReasonForm()
    if form.validate():
        try:
            questions.set_aside_asking(
                current_actor(), seat.evaluation.slug, asking_id, reason=form.reason.data
            )
            flash(_("The question is not passed on; whoever asked is told why."), "done")
            return redirect_to(HOME, seat)
        except Invalid as error:
            attach_error(form, error)
    return render_set_aside_page(seat, asking_id, form), 422
