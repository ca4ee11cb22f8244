"""One answer of the workbook, saved as it is typed: what the page's script sends.

Without the script the whole section is saved by its button (`plan_sections`). The page also asks
every few seconds what others have saved meanwhile.
"""

from collections.abc import Mapping

from flask import Blueprint, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from crrubric.domain.actions import Action
from crrubric.domain.errors import AnsweredMeanwhile, Invalid
from crrubric.domain.planning.answers import PlanAnswer, digest_answer
from crrubric.domain.planning.progress import (
    find_section_state,
    list_missing_prompts,
    list_shown_warnings,
)
from crrubric.domain.planning.prompts import Prompt, WorkbookSection
from crrubric.extensions import db
from crrubric.models import PlanVersion
from crrubric.queries.people.access import Seat, make_not_found
from crrubric.queries.planning.workbook import (
    Workbook,
    find_answer_sources,
    load_newest_version,
    load_workbook,
)
from crrubric.services.planning.workbook import save_plan_answers
from crrubric.web.planning.answer_fields import (
    PlanField,
    PlanForm,
    make_plan_form_class,
    read_seen,
    write_controls,
)
from crrubric.web.planning.plan_sections import find_readable_section
from crrubric.web.planning.plan_words import write_answer_in_words, write_cost_in_words
from crrubric.web.shared.access import let_session_lapse, require_permission
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
        theirs = describe_stored_answer(field.prompt, seat, code)
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


@bp.get("")
@let_session_lapse
@require_permission(Action.VIEW_PLAN)
def show_newer_answers(seat: Seat, code: str) -> ResponseReturnValue:
    """Those answers that are others by now than `known`: `PlanForm.seen`, written with commas.

    An open page asks every few seconds. As long as nothing is new one version is read, by its key.
    """
    section, _rights = find_readable_section(seat, code)
    known = read_seen(request.args.get("known", "").replace(",", " "))
    newest = load_newest_version(db.session(), seat.evaluation.id, code)
    stored = newest.answers if newest else {}
    changed = [
        prompt
        for prompt in section.prompts
        if prompt.code in known and digest_answer(stored.get(prompt.code)) != known[prompt.code]
    ]
    if not changed:
        return jsonify(newer=[])
    workbook = load_workbook(db.session(), seat.evaluation.id)
    sources = find_answer_sources(db.session(), seat.evaluation.id, code)
    return jsonify(
        newer=[describe_newer_answer(seat, code, prompt, stored, sources) for prompt in changed],
        **describe_saved_section(section, workbook),
    )


def describe_newer_answer(
    seat: Seat,
    code: str,
    prompt: Prompt,
    stored: Mapping[str, PlanAnswer],
    sources: Mapping[str, PlanVersion],
) -> dict[str, object]:
    """An answer that others gave, or oneself in another window (`own`), with where it is saved."""
    source = sources.get(prompt.code)
    own = source is not None and seat.member is not None and source.member_id == seat.member.id
    return {
        "action": url_for(
            "plan_answers.save_plan_answer",
            slug=seat.evaluation.slug,
            code=code,
            prompt=prompt.code,
        ),
        "prompt": prompt.code,
        "label": prompt.label,
        "own": own,
        **describe_answer(prompt, stored.get(prompt.code), source),
    }


def describe_stored_answer(prompt: Prompt, seat: Seat, code: str) -> dict[str, object]:
    """What is saved for a prompt: in words, as its controls would say it, by whom and when."""
    newest = load_newest_version(db.session(), seat.evaluation.id, code)
    sources = find_answer_sources(db.session(), seat.evaluation.id, code)
    answer = newest.answers.get(prompt.code) if newest else None
    return describe_answer(prompt, answer, sources.get(prompt.code))


def describe_answer(
    prompt: Prompt, answer: PlanAnswer | None, source: PlanVersion | None
) -> dict[str, object]:
    """An answer in words and as its controls would say it. Args: source: where it was given."""
    return {
        **write_controls(prompt, answer),
        "whole": True,
        "words": write_answer_in_words(prompt, answer),
        "cost": write_cost_in_words(prompt, answer),
        "version": digest_answer(answer),
        "by": source.saved_by if source else "",
        "saved_at": format_clock_time(source.saved_at) if source else "",
    }
