"""Answers to the workbook's prompts: read from what was typed, checked against their kind.

An answer is plain JSON: a text, or rows of texts by code. What is chosen from a list is a row for
each option (`option`, `count`, `words`); a row of a grid says where it stands (`down`, `across`).
Numbers are texts, exactly as they are; no answer is None.

What was typed comes by name: "" for a single control, "failed" and "failed-count" for an option,
"2-course" for a cell of a table, "year1-early-0-step" for one of a grid.
"""

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypeGuard

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.limits import NumberLimits
from crrubric.domain.planning.prompts import (
    ROWS,
    Prompt,
    PromptColumn,
    PromptKind,
    PromptOption,
)
from crrubric.domain.record.chain import hash_text
from crrubric.domain.text import clean_line, clean_text
from crrubric.domain.translation import N_
from crrubric.domain.typed import parse_day, parse_exact_number, parse_whole_number

PlanRow = Mapping[str, str]
PlanAnswer = str | Sequence[PlanRow]
Typed = Mapping[str, str]

YES, NO = "yes", "no"
DIGEST = 12  # hex digits: it tells an answer that was left alone from one that was changed
_LISTED = ROWS | {PromptKind.CHOICES}
_ROW = re.compile(r"([0-9]{1,4})-([a-z0-9_]+)")


def is_rows(answer: PlanAnswer | None) -> TypeGuard[Sequence[PlanRow]]:
    """Whether an answer has rows."""
    return answer is not None and not isinstance(answer, str)


def read_answer(prompt: Prompt, typed: Typed) -> PlanAnswer | None:
    """The answer that was typed; None for none.

    Raises: Invalid naming the control, with everything else that is wrong behind it.
    """
    faults: list[Invalid] = []
    answer: PlanAnswer | None
    if prompt.kind is PromptKind.CHOICES:
        answer = _read_choices(prompt, typed, faults)
    elif prompt.kind in ROWS:
        answer = [
            {**place, **row}
            for place, prefix in list_row_places(prompt)
            for row in _read_typed_rows(prompt, typed, prefix, faults)
        ]
    else:
        answer = _read_one_text(prompt, typed.get("", ""), "", faults)
    if faults:
        faults[0].more = tuple(faults[1:])
        raise faults[0]
    return answer or None


def list_row_places(prompt: Prompt) -> list[tuple[PlanRow, str]]:
    """Where rows of a table or a grid stand: (what each row says of it, prefix of its controls)."""
    if prompt.kind is not PromptKind.GRID:
        return [({}, "")]
    return [
        ({"down": down.code, "across": across.code}, f"{down.code}-{across.code}-")
        for down in prompt.down
        for across in prompt.across
    ]


def list_row_numbers(prompt: Prompt, typed: Typed, prefix: str = "") -> list[int]:
    """The numbers of the rows that were typed in one place, in order."""
    codes = {column.code for column in prompt.columns}
    found = (_ROW.fullmatch(name.removeprefix(prefix)) for name in typed if name.startswith(prefix))
    return sorted({int(each[1]) for each in found if each and each[2] in codes})


def write_answer(prompt: Prompt, answer: PlanAnswer | None) -> dict[str, str]:
    """The answer as it would be typed; `read_answer` reads it again."""
    if answer is None or (isinstance(answer, str) and prompt.kind not in _LISTED):
        return {"": answer} if answer else {}
    if isinstance(answer, str):
        return {}
    if prompt.kind is PromptKind.CHOICES:
        typed = {}
        for row in answer:
            code = row.get("option", "")
            typed[code] = YES
            typed |= {f"{code}-{key}": row[key] for key in ("count", "words") if key in row}
        return typed
    typed = {}
    for place, prefix in list_row_places(prompt):
        rows = [row for row in answer if place.items() <= row.items()]
        for number, row in enumerate(rows):
            cells = {key: value for key, value in row.items() if key not in place}
            typed |= {f"{prefix}{number}-{key}": value for key, value in cells.items()}
    return typed


def check_answer_kind(prompt: Prompt, answer: object) -> PlanAnswer | None:
    """The answer if it is one that the prompt takes: for what comes from elsewhere than a form.

    Raises: Invalid.
    """
    if answer is None:
        return None
    wrong = Invalid(N_("This is no answer to this question."))
    if isinstance(answer, str) != (prompt.kind not in _LISTED):
        raise wrong
    rows: object = answer if not isinstance(answer, str) else []
    if not isinstance(rows, list) or not all(map(_is_text_row, rows)):
        raise wrong
    checked = read_answer(prompt, write_answer(prompt, answer))  # type: ignore[arg-type]  # is rows
    if checked != answer:
        raise wrong
    return checked


def _is_text_row(row: object) -> bool:
    return isinstance(row, dict) and all(
        isinstance(key, str) and isinstance(value, str) for key, value in row.items()
    )


def canonical_answer(answer: PlanAnswer | None) -> str:
    """The answer as one text that tells it from every other; "" for none."""
    if answer is None:
        return ""
    return json.dumps(answer, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_answer(answer: PlanAnswer | None) -> str:
    """The answer in short, to be compared."""
    return hash_text(canonical_answer(answer))[:DIGEST]


def add_up_cost(prompt: Prompt, answer: PlanAnswer | None) -> Decimal | None:
    """What the rows of a table cost in all, in dollars: its number times its money, row by row.

    None for other prompts, and where no row has both; a row that lacks one adds nothing.
    """
    money = [column.code for column in prompt.columns if column.kind is PromptKind.MONEY]
    counts = [column.code for column in prompt.columns if column.kind is PromptKind.NUMBER]
    if len(money) != 1 or len(counts) != 1 or not is_rows(answer):
        return None
    costs = [
        Decimal(row[counts[0]]) * Decimal(row[money[0]])
        for row in answer
        if counts[0] in row and money[0] in row
    ]
    return sum(costs, Decimal(0)) if costs else None


# what was typed


def _read_choices(prompt: Prompt, typed: Typed, faults: list[Invalid]) -> list[dict[str, str]]:
    """A row for each option that is ticked; a count or words beside an option tick it."""
    rows = []
    for option in prompt.options:
        row = {"option": option.code}
        for key in ("count", "words"):
            if text := _read_beside(prompt, option, key, typed, faults):
                row[key] = text
        if len(row) > 1 or typed.get(option.code, "").strip():
            rows.append(row)
    return rows


def _read_beside(
    prompt: Prompt, option: PromptOption, key: str, typed: Typed, faults: list[Invalid]
) -> str:
    """The count of an option, or its words, where the prompt asks for them."""
    text, name = typed.get(f"{option.code}-{key}", ""), f"{option.code}-{key}"
    if key == "count":
        counts = PromptColumn(code=key, kind=PromptKind.NUMBER, label="", bounds=limits.PLAN_NUMBER)
        return _read_one_text(counts, text, name, faults) if prompt.counted else ""
    words = PromptColumn(code=key, kind=PromptKind.TEXT, label="")
    return _read_one_text(words, text, name, faults) if option.named else ""


def _read_typed_rows(
    prompt: Prompt, typed: Typed, prefix: str, faults: list[Invalid]
) -> list[dict[str, str]]:
    """The rows in one place, without those in which nothing stands."""
    numbers = list_row_numbers(prompt, typed, prefix)
    rows = []
    for number in numbers:
        row = {
            column.code: text
            for column in prompt.columns
            for name in (f"{prefix}{number}-{column.code}",)
            if (text := _read_one_text(column, typed.get(name, ""), name, faults))
        }
        if row:
            rows.append(row)
    if len(rows) > limits.PLAN_ROWS:
        faults.append(
            Invalid(
                N_("Use at most %(most)s rows; there are %(count)s."),
                most=limits.PLAN_ROWS,
                count=len(rows),
                field=f"{prefix}{numbers[0]}-{prompt.columns[0].code}",
            )
        )
    return rows


def _read_one_text(column: PromptColumn, text: str, name: str, faults: list[Invalid]) -> str:
    """What one control says, tidied; "" for nothing, and for what is wrong."""
    if not text.strip():
        return ""
    try:
        return tidy_cell(column, text, field=name)
    except Invalid as error:
        faults.append(error)
        return ""


def tidy_cell(column: PromptColumn, text: str, *, field: str | None = None) -> str:
    """One text as it is kept. Raises: Invalid saying what to write."""
    kind = column.kind
    if kind is PromptKind.TEXT:
        return clean_line(text, limit=limits.SHORT_TEXT, field=field)
    if kind is PromptKind.LONG_TEXT:
        return clean_text(text, limit=limits.NOTE, field=field)
    if kind is PromptKind.DATE:
        return parse_day(text.strip(), field=field).isoformat()
    if column.bounds is not None:
        return _tidy_number(text.strip().removesuffix("%"), column.bounds, field)
    offered = {YES, NO} if kind is PromptKind.YES_NO else {one.code for one in column.options}
    if text not in offered:
        raise Invalid(N_("Choose one of the choices shown."), field=field)
    return text


def _tidy_number(text: str, bounds: NumberLimits, field: str | None) -> str:
    if not bounds.places:
        return str(parse_whole_number(text, bounds, field=field))
    plain = f"{parse_exact_number(text, bounds, field=field):f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
