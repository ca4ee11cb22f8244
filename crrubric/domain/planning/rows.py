"""What can be done with the rows of a table without a script: pasted, moved, removed."""

import re
from collections.abc import Mapping

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.planning.answers import (
    Typed,
    list_row_numbers,
    list_row_places,
)
from crrubric.domain.planning.prompts import Prompt, PromptColumn, PromptKind
from crrubric.domain.text import key_of
from crrubric.domain.translation import N_

PASTE = "paste"  # the name of the control into which rows are pasted
UP, DOWN, REMOVE = "up", "down", "remove"
ROW_ACTS = (UP, DOWN, REMOVE)
LAST_MONTH = 12
_SLASHED = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")  # as spreadsheets copy a day


def spread_pasted_rows(
    prompt: Prompt, typed: Typed, spoken: Mapping[str, str] | None = None
) -> dict[str, str]:
    """What was typed, with the rows that were pasted from a spreadsheet behind the filled ones.

    Cells are set apart by tabs and stand in the order of the columns; a first line that names the
    columns is left out. Args: spoken: the words for yes and no, by code. Raises: Invalid (field
    "paste") for more than there may be.
    """
    rest = {name: text for name, text in typed.items() if name != PASTE}
    lines = [line for line in typed.get(PASTE, "").splitlines() if line.strip()]
    rows = [line.split("\t") for line in lines]
    titles = [key_of(column.label) for column in prompt.columns]
    if rows and [key_of(cell) for cell in rows[0]] == titles[: len(rows[0])]:
        rows = rows[1:]
    if len(rows) > limits.PLAN_ROWS:
        raise Invalid(
            N_("Use at most %(most)s rows; there are %(count)s."),
            most=limits.PLAN_ROWS,
            count=len(rows),
            field=PASTE,
        )
    if any(len(row) > len(prompt.columns) for row in rows):
        raise Invalid(
            N_("A line has more cells than the table has columns: %(columns)s."),
            columns=len(prompt.columns),
            field=PASTE,
        )
    after = max(_list_filled_rows(prompt, rest), default=-1) + 1
    for number, row in enumerate(rows, start=after):
        for column, cell in zip(prompt.columns, row, strict=False):
            rest[f"{number}-{column.code}"] = _recognize_cell(column, cell.strip(), spoken or {})
    return rest


def _list_filled_rows(prompt: Prompt, typed: Typed) -> list[int]:
    """The numbers of the rows in which anything stands."""
    return [
        number
        for number in list_row_numbers(prompt, typed)
        if any(typed.get(f"{number}-{column.code}", "").strip() for column in prompt.columns)
    ]


def _recognize_cell(column: PromptColumn, text: str, spoken: Mapping[str, str]) -> str:
    """A choice by its words and a day, as a spreadsheet has them; anything else as it is."""
    if column.kind is PromptKind.DATE:
        return _recognize_day(text)
    if column.kind is PromptKind.YES_NO:
        return next((code for code, word in spoken.items() if key_of(word) == key_of(text)), text)
    found = (each.code for each in column.options if key_of(each.label) == key_of(text))
    return next(found, text)


def _recognize_day(text: str) -> str:
    """6/30/2029 as 2029-06-30; what could be two days, such as 3/4/2029, as it is."""
    found = _SLASHED.fullmatch(text)
    if found is None:
        return text
    first, second, year = (int(part) for part in found.groups())
    if first <= LAST_MONTH < second or first == second:
        return f"{year}-{first:02}-{second:02}"
    if second <= LAST_MONTH < first:
        return f"{year}-{second:02}-{first:02}"
    return text


def apply_row_act(prompt: Prompt, typed: Typed, act: str) -> dict[str, str]:
    """What was typed, after a row was moved or removed; `act` is such as "year1-early-2-up".

    Rows are numbered anew. An act that means no row changes nothing.
    """
    place, _dash, what = act.rpartition("-")
    prefix, dash, number = place.rpartition("-")
    prefix += dash
    if what not in ROW_ACTS or prefix not in {each for _place, each in list_row_places(prompt)}:
        return dict(typed)
    order = list_row_numbers(prompt, typed, prefix)
    places = [str(row) for row in order]
    if number not in places:
        return dict(typed)
    at = places.index(number)
    moved = list(order)
    if what == REMOVE:
        moved.pop(at)
    else:
        to = min(max(at + (1 if what == DOWN else -1), 0), len(order) - 1)
        moved.insert(to, moved.pop(at))
    names = {f"{prefix}{row}-{column.code}" for row in order for column in prompt.columns}
    kept = {name: text for name, text in typed.items() if name not in names}
    for new, old in enumerate(moved):
        for column in prompt.columns:
            if (text := typed.get(f"{prefix}{old}-{column.code}")) is not None:
                kept[f"{prefix}{new}-{column.code}"] = text
    return kept
