"""Tables that are filled in row by row on the pages of the plan, some blank rows at the end."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from crrubric.domain.errors import InvalidLines
from crrubric.web.planning.forms import RowForm
from crrubric.web.shared.words import translate_error

BLANK_ROWS = 3  # at the end, for what is added
Row = TypeVar("Row", bound=RowForm)


def make_rows(kind: type[Row], values: Sequence[object], most: int) -> list[Row]:
    """A row for each value, and blank ones."""
    count = min(len(values) + BLANK_ROWS, most)
    rows = [
        kind(None, prefix=f"row{number}-", obj=values[number] if number < len(values) else None)
        for number in range(count)
    ]
    return name_rows(rows)


def read_sent_rows(kind: type[Row], first: str, most: int) -> list[Row]:
    """The rows that were sent. Args: first: the name of a control that every row has."""
    numbers = [number for number in range(most) if f"row{number}-{first}" in request.form]
    return name_rows([kind(request.form, prefix=f"row{number}-") for number in numbers])


def fill_rows(kind: type[Row], lines: Sequence[Mapping[str, str]], most: int) -> list[Row]:
    """Rows with what a pasted table says, as if it had been typed; and blank ones."""
    sent = MultiDict(
        (f"row{number}-{name}", text)
        for number, line in enumerate(lines)
        for name, text in line.items()
    )
    count = min(len(lines) + BLANK_ROWS, most)
    return name_rows([kind(sent, prefix=f"row{number}-") for number in range(count)])


def name_rows(rows: list[Row]) -> list[Row]:
    """Each control named with the number of its row, for the ear and for what is wrong."""
    for number, row in enumerate(rows, 1):
        for field in row:
            field.label.text = _("%(field)s, row %(number)s", field=field.label.text, number=number)
    return rows


def check_rows_typed(rows: Iterable[RowForm], needed: Sequence[str]) -> bool:
    """Whether every row can be used; each is looked at, so that all is told at once."""
    checked = [row.check_row(needed) for row in rows]
    return all(checked)


def attach_row_errors(rows: Sequence[RowForm], error: InvalidLines) -> list[str]:
    """Put refusals of a service beside the fields of the rows that are not blank.

    Returns: what is about no field.
    """
    filled, others = [row for row in rows if not row.is_blank], []
    for place, problem in error.lines:
        field: Any = getattr(problem, "field", None)
        if field is None or place >= len(filled):
            others.append(translate_error(problem))
        else:
            control = filled[place][field]
            control.errors = [*control.errors, translate_error(problem)]
    return others


def list_row_errors(rows: Iterable[RowForm]) -> list[tuple[str, str]]:
    """(id of the control, sentence) of everything that is wrong in the rows."""
    return [
        (field.id, f"{field.label.text}. {field.errors[0]}")
        for row in rows
        for field in row
        if field.errors
    ]


def read_filled(rows: Iterable[Row], read: Callable[[Row], Any]) -> list[Any]:
    """What the rows say that are not blank."""
    return [read(row) for row in rows if not row.is_blank]
