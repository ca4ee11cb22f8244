"""One answer of the workbook, saved as it is typed: what the page's script sends.

Without the script the whole section is saved by its button (`plan_sections`).
"""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from crrubric.domain.actions import Action
from crrubric.domain.errors import AnsweredMeanwhile, Invalid
from crrubric.domain.planning.answers import digest_answer
from crrubric.domain.planning.progress import (
    find_section_state,
    list_missing_prompts,
    list_shown_warnings,
)
from crrubric.domain.planning.prompts import Prompt, WorkbookSection
from crrubric.extensions import db
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.planning.workbook import Workbook, load_workbook
from crrubric.services.planning.workbook import save_plan_answers
from crrubric.web.planning.answer_fields import (
    PlanField,
    PlanForm,
    make_plan_form_class,
    write_controls,
)
from crrubric.web.planning.plan_sections import find_readable_section
from crrubric.web.planning.plan_words import write_answer_in_words, write_cost_in_words
from crrubric.web.shared.access import require_permission
from crrubric.web.shared.forms import attach_error
from crrubric.web.shared.language import current_language
from crrubric.web.shared.session import current_actor
from crrubric.web.shared.words import format_clock_time, translate_error, translate_label

bp = Blueprint(
    "plan_answers",
    __name__,
    url_prefix="/evaluations/<slug>/plan/sections/<string:code>/answers",
)


@bp.post("/<string:prompt>")
@require_permission(Action.ANSWER_PLAN)
def save_plan_answer(seat: Seat, code: str, prompt: str) -> ResponseReturnValue:
    """Save the answer to one prompt; `version` is of what the page showed for it."""
    section, _rights = find_readable_section(seat, code)
    if section.find_prompt(prompt) is None:
        raise make_not_found()
    form = make_plan_form_class(code, current_language(), only=prompt)()
    [field] = form.prompts
    if not form.validate():
        return refuse_answer(form, field)
    try:
        workbook = save_plan_answers(
            current_actor(),
            seat.evaluation.slug,
            code,
            {prompt: field.data},
            shown={prompt: form.version.data or ""},
        )
    except Invalid as error:
        attach_error(form, error)
        return refuse_answer(form, field)
    except AnsweredMeanwhile as error:
        workbook = load_workbook(db.session(), seat.evaluation.id)
        theirs = describe_stored_answer(field.prompt, workbook, code)
        return jsonify(message=translate_error(error), theirs=theirs), 409
    saved = describe_saved_section(section, workbook)
    cost = write_cost_in_words(field.prompt, field.data)
    return jsonify(version=digest_answer(field.data), cost=cost, **saved)


def refuse_answer(form: PlanForm, field: PlanField) -> ResponseReturnValue:
    """What is wrong, by the control that it is about."""
    wrong = {field.control(short): words for short, words in field.cell_errors.items()}
    others = [words for errors in form.errors.values() for words in errors]
    message = " ".join(dict.fromkeys([*map(str, wrong.values()), *map(str, others)]))
    return jsonify(message=message, wrong=wrong), 422


def describe_saved_section(section: WorkbookSection, workbook: Workbook) -> dict[str, object]:
    """What the page shows anew: when it was saved, how far the section is, what it warns of."""
    answers = workbook.answers(section.code)
    newest = workbook.versions.get(section.code)
    state = find_section_state(section, answers, workbook.wording)
    shown = list_shown_warnings(section, answers)
    return {
        "saved_at": format_clock_time(newest.saved_at) if newest else "",
        "state": state.value,
        "state_label": translate_label(state),
        "missing": [one.code for one in list_missing_prompts(section, answers)],
        "warnings": [number for number, warning in enumerate(section.warnings) if warning in shown],
    }


def describe_stored_answer(prompt: Prompt, workbook: Workbook, code: str) -> dict[str, object]:
    """What is saved for a prompt: in words, as its controls would say it, by whom and when."""
    newest = workbook.versions.get(code)
    answer = workbook.answers(code).get(prompt.code)
    return {
        **write_controls(prompt, answer),
        "whole": True,
        "words": write_answer_in_words(prompt, answer),
        "version": digest_answer(answer),
        "by": newest.saved_by if newest else "",
        "saved_at": format_clock_time(newest.saved_at) if newest else "",
    }
