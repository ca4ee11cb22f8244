"""Answers of the workbook in the reader's language."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Flask
from flask_babel import gettext

from crrubric.domain.planning.answers import PlanAnswer, add_up_cost, digest_answer
from crrubric.domain.planning.differences import (
    AnswerFormatter,
    write_as_text,
    write_cell,
)
from crrubric.domain.planning.progress import AMEND, CHECK, HOLDS, LETTER_LABELS, LETTERS
from crrubric.domain.planning.prompts import Prompt, PromptColumn
from crrubric.domain.planning.section_files import find_workbook_section, name_workbook_section
from crrubric.web.shared.language import current_language
from crrubric.web.shared.words import NOTHING, format_day, format_money, format_short_number


def init_app(app: Flask) -> None:
    """Give templates the filters."""
    app.jinja_env.filters["cell_words"] = write_cell_in_words
    app.jinja_env.filters["answer_words"] = write_answer_in_words
    app.jinja_env.filters["answer_digest"] = digest_answer
    app.jinja_env.filters["iso_day"] = write_iso_day
    app.jinja_env.filters["cost_words"] = write_cost_in_words


def make_answer_formatter() -> AnswerFormatter:
    """How answers are written for the reader of this request."""
    return AnswerFormatter(
        translate=gettext,
        day=format_day,
        number=format_short_number,
        money=lambda dollars: format_money(int(dollars * 100)),
    )


def write_cell_in_words(column: PromptColumn, text: str) -> str:
    """One text of an answer as people read it."""
    return write_cell(column, text, make_answer_formatter())


def write_answer_in_words(prompt: Prompt, answer: PlanAnswer | None) -> str:
    """An answer as text, a line for each row."""
    return write_as_text(prompt, answer, make_answer_formatter())


def write_cost_in_words(prompt: Prompt, answer: PlanAnswer | None) -> str:
    """What the rows of a table cost in all; "" where there is nothing to add up."""
    total = add_up_cost(prompt, answer)
    return "" if total is None else format_money(int(total * 100))


def write_iso_day(text: str) -> str:
    """A day of an answer in the reader's language."""
    return format_day(date.fromisoformat(text))


def list_goal_cells(goal: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(letter in words, what is written there) of the cells of the goal that are filled in."""
    return [(gettext(LETTER_LABELS[key]), str(goal[key])) for key in LETTERS if goal.get(key)]


def name_plan_section(code: str) -> str:
    """The title of a section in the reader's language; the code of one that is no more."""
    return name_workbook_section(code, current_language())


def list_told_answers(
    code: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[tuple[str, str, str]]:
    """(prompt, old, new) of what a journal entry tells of answers."""
    section = find_workbook_section(code, current_language())
    old, new = (
        {each["prompt"]: each["words"] for each in told.get("answers", ())}
        for told in (before, after)
    )
    found = []
    for key in {**old, **new}:
        prompt = section.find_prompt(key) if section else None
        if key == CHECK:
            values = [_write_check(told.get(key)) for told in (old, new)]
            found.append((gettext("Does the goal still hold?"), *values))
            continue
        values = [_write_told(prompt, told.get(key)) for told in (old, new)]
        found.append((prompt.label if prompt else key, *values))
    return [(what, first, second) for what, first, second in found]


def _write_told(prompt: Prompt | None, text: str | None) -> str:
    """An answer as the journal keeps it, in words; a text that was withheld has none."""
    if not text:
        return NOTHING
    return write_answer_in_words(prompt, json.loads(text)) if prompt else text


def _write_check(text: str | None) -> str:
    verdict = json.loads(text)[0].get("verdict") if text else ""
    words = {HOLDS: gettext("It holds"), AMEND: gettext("Amend it")}
    return str(words.get(verdict, NOTHING))
