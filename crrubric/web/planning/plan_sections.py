"""A section of the planning workbook: filled in, read, held against the goal."""

from collections.abc import Mapping

from flask import Blueprint, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import HiddenField

from crrubric.domain.actions import Action
from crrubric.domain.errors import AnsweredMeanwhile, Invalid, Stale
from crrubric.domain.planning.answers import PlanAnswer
from crrubric.domain.planning.followup.measures import SUCCESS
from crrubric.domain.planning.progress import (
    AMEND,
    GOAL,
    find_section_state,
    is_check_missing,
    list_missing_prompts,
    list_shown_warnings,
    read_goal_check,
)
from crrubric.domain.planning.prompts import AnswerWarning, WorkbookSection
from crrubric.domain.planning.rights import PlanRights
from crrubric.domain.planning.section_files import find_workbook_section
from crrubric.extensions import db
from crrubric.models import PlanVersion
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.planning.workbook import (
    Workbook,
    find_answer_sources,
    load_plan_rights,
    load_workbook,
)
from crrubric.services.planning.workbook import (
    digest_version,
    record_goal_check,
    save_plan_answers,
)
from crrubric.web.planning.answer_fields import NewerAnswer, PlanForm, make_plan_form_class
from crrubric.web.planning.plan_words import list_goal_cells, write_answer_in_words
from crrubric.web.planning.workbook import (
    HOME,
    find_goal_to_show,
    find_plan_place,
    list_goal_wordings,
)
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.forms import OUT_OF_DATE, Form, attach_error
from crrubric.web.shared.language import current_language
from crrubric.web.shared.page import redirect_to, render_page
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import translate_error

bp = Blueprint(
    "plan_sections", __name__, url_prefix="/evaluations/<slug>/plan/sections/<string:code>"
)
PAGE = "plan_sections.show_plan_section"


class GoalCheckForm(Form):
    """Whether the goal still holds: two buttons; `shown` is the wording that was asked about."""

    shown = HiddenField()
    verdict = HiddenField()


def make_goal_check_form(workbook: Workbook) -> GoalCheckForm:
    """The two buttons below the present wording of the goal."""
    form = GoalCheckForm(formdata=None)
    form.shown.data = workbook.wording
    return form


@bp.get("")
@require_permission(Action.VIEW_PLAN)
def show_plan_section(seat: Seat, code: str) -> ResponseReturnValue:
    """The section as a form for whoever may fill it in, else its answers."""
    section, rights = find_readable_section(seat, code)
    workbook = load_workbook(db.session(), seat.evaluation.id)
    form = make_shown_form(section, workbook)
    return render_section(seat, section, rights, workbook, form)


def find_readable_section(seat: Seat, code: str) -> tuple[WorkbookSection, PlanRights]:
    """The section in the reader's language, with what the seat may do. Raises: NotFound."""
    section = find_workbook_section(code, current_language())
    rights = load_plan_rights(db.session(), seat)
    if section is None or section.tool or not rights.may_read(code):
        raise make_not_found()
    return section, rights


def make_shown_form(section: WorkbookSection, workbook: Workbook) -> PlanForm:
    """The form with what is stored."""
    form = make_plan_form_class(section.code, current_language())(formdata=None)
    newest = workbook.versions.get(section.code)
    version = digest_version(newest) if newest else "0"
    return form.showing(workbook.answers(section.code), version)


def render_section(
    seat: Seat,
    section: WorkbookSection,
    rights: PlanRights,
    workbook: Workbook,
    form: PlanForm,
    *,
    check: GoalCheckForm | None = None,
) -> str:
    """The page; `form` holds what is stored, or what was refused."""
    answers, code = workbook.answers(section.code), section.code
    return render_page(
        "planning/section.html",
        seat,
        under=HOME,
        section=section,
        place=find_plan_place(section.number, rights),
        form=form,
        answers=answers,
        newest=workbook.versions.get(code),
        state=find_section_state(section, answers, workbook.wording),
        missing=list_missing_prompts(section, answers),
        unchecked=is_check_missing(section, answers, workbook.wording),
        warnings=list_warnings_by_prompt(section, answers),
        writable=rights.may_fill(code),
        may_manage=rights.every,
        goal=find_goal_to_show(rights, workbook),
        goal_cells=list_goal_cells(find_goal_to_show(rights, workbook)),
        may_amend=rights.may_fill(GOAL),
        verdict=read_goal_check(answers, workbook.wording),
        check=check or make_goal_check_form(workbook),
        wordings=list_goal_wordings(seat) if code == GOAL else [],
        GOAL=GOAL,
        SUCCESS=SUCCESS,
    )


def list_warnings_by_prompt(
    section: WorkbookSection, answers: Mapping[str, PlanAnswer]
) -> dict[str, list[tuple[int, AnswerWarning, bool]]]:
    """By prompt, the warnings that stand beside it: their number, and whether they are shown."""
    shown = list_shown_warnings(section, answers)
    found: dict[str, list[tuple[int, AnswerWarning, bool]]] = {}
    for number, warning in enumerate(section.warnings):
        found.setdefault(warning.beside, []).append((number, warning, warning in shown))
    return found


@bp.post("")
@require_permission(Action.ANSWER_PLAN)
def save_plan_section(seat: Seat, code: str) -> ResponseReturnValue:
    """Save what was typed, half done or not."""
    section, rights = find_readable_section(seat, code)
    form = make_plan_form_class(code, current_language())()
    if not form.validate():
        return refuse_answers(seat, section, rights, form)
    try:
        save_plan_answers(
            current_actor(), seat.evaluation.slug, code, form.answers(), shown=form.shown()
        )
    except Invalid as error:
        attach_error(form, error)
        return refuse_answers(seat, section, rights, form)
    except AnsweredMeanwhile as error:
        return refuse_overtaken_answers(seat, section, rights, form, error)
    act = request.form.get("do", "")
    if act:  # a row was moved, removed, or asked for: back to its table
        return redirect_to(PAGE, seat, code=code, _anchor=find_table_of(form, act))
    flash(_("Saved."), "done")
    return redirect_to(PAGE, seat, code=code)


def find_table_of(form: PlanForm, act: str) -> str | None:
    """The id of the table that a button of the form is about."""
    names = [field.name for field in form.prompts if act.startswith(f"{field.name}-")]
    return names[0] if names else None


def refuse_answers(
    seat: Seat, section: WorkbookSection, rights: PlanRights, form: PlanForm
) -> ResponseReturnValue:
    """The page again with everything that was typed, and each fault beside its control."""
    workbook = load_workbook(db.session(), seat.evaluation.id)
    return render_section(seat, section, rights, workbook, form), 422


def refuse_overtaken_answers(
    seat: Seat,
    section: WorkbookSection,
    rights: PlanRights,
    form: PlanForm,
    error: AnsweredMeanwhile,
) -> ResponseReturnValue:
    """Both answers of what two people changed; nothing was overwritten."""
    workbook = load_workbook(db.session(), seat.evaluation.id)
    newest = workbook.versions.get(section.code)
    stored = workbook.answers(section.code)
    if newest is not None:
        sources = find_answer_sources(db.session(), seat.evaluation.id, section.code)
        sources = {one: sources.get(one, newest) for one in error.prompts}
        newer = describe_newer_answers(section, stored, sources)
        form.meet_newer(stored, digest_version(newest), newer)
    form.form_errors.append(translate_error(error))
    return render_section(seat, section, rights, workbook, form), 409


def describe_newer_answers(
    section: WorkbookSection,
    stored: Mapping[str, PlanAnswer],
    sources: Mapping[str, PlanVersion],
) -> dict[str, NewerAnswer]:
    """What is stored now for these prompts, and who gave it. Args: sources: by prompt."""
    return {
        prompt.code: NewerAnswer(
            write_answer_in_words(prompt, stored.get(prompt.code)) or _("(empty)"),
            sources[prompt.code].saved_by,
            sources[prompt.code].saved_at,
        )
        for prompt in section.prompts
        if prompt.code in sources
    }


@bp.post("/goal-check")
@require_permission(Action.ANSWER_PLAN)
def save_goal_check(seat: Seat, code: str) -> ResponseReturnValue:
    """Say whether the goal still holds; to amend it leads to the goal."""
    section, rights = find_readable_section(seat, code)
    form = GoalCheckForm()
    verdict = form.verdict.data or ""
    try:
        if not form.validate():
            raise Stale(OUT_OF_DATE)
        record_goal_check(
            current_actor(), seat.evaluation.slug, code, verdict, wording=form.shown.data or ""
        )
    except (Stale, Invalid) as error:
        workbook = load_workbook(db.session(), seat.evaluation.id)
        check = make_goal_check_form(workbook)
        check.form_errors.append(translate_error(error))
        shown = make_shown_form(section, workbook)
        return render_section(seat, section, rights, workbook, shown, check=check), 409
    if verdict == AMEND and rights.may_fill(GOAL):
        return redirect_to(PAGE, seat, code=GOAL)
    flash(_("Saved."), "done")
    return redirect_to(PAGE, seat, code=code, _anchor="goal-check")
