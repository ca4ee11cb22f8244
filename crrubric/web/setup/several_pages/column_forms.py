"""Which column of a table is which: guessed, remembered, or said by whoever brings the table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import HiddenField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional

from crrubric.domain.errors import Invalid
from crrubric.domain.exchange.field_tables import NO_HEADER, ColumnExamples, FieldTableKind
from crrubric.domain.exchange.sheets import HEADER_WITHIN
from crrubric.domain.typed import parse_id
from crrubric.services.exchange.field_tables import FieldMemory, FieldTable, read_text_table
from crrubric.web.shared.forms import Form, ListChoiceField
from crrubric.web.shared.words import translate_error

HEADER_LETTERS = 60  # of a line, to know it by
MOST_SHEETS = 40  # names that are carried along
SHEET_LEFT = "unread_sheet"


class PartForm(Form):
    """A part of a form that has a token."""

    class Meta(Form.Meta):
        """Without a token of its own."""

        csrf = False


class HeaderForm(PartForm):
    """The line that names the columns; columns_seen: of which columns the other choices are."""

    header = ListChoiceField(_("Row with the headers"))
    columns_seen = HiddenField()


class ColumnForm(PartForm):
    """What one column holds."""

    holds = ListChoiceField(_("What it is"), [Optional()])


@dataclass(frozen=True, slots=True)
class ChosenColumn:
    """A column with its examples, and the control that says what it holds."""

    column: ColumnExamples
    form: ColumnForm


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnsPart:
    """What a page says of the columns of a table: which are not read, and how to say otherwise."""

    table: FieldTable
    header: HeaderForm
    choices: Sequence[ChosenColumn]
    unread: Sequence[str]
    unread_sheets: Sequence[str]

    @property
    def has_header(self) -> bool:
        """Whether a line names the columns."""
        return self.table.mapping.header != NO_HEADER


def read_chosen_table(
    text: str, kind: FieldTableKind, memory: FieldMemory, sent: Mapping[str, str]
) -> FieldTable:
    """The table of a text, its columns as they were chosen. Raises: Invalid (field "table").

    Choices that were made of other columns are let go: those of the text are guessed anew.
    """
    table = read_text_table(text, kind, memory)
    header = parse_id(sent.get("header"))
    if header is not None and header in list_header_lines(table):
        table = read_text_table(text, kind, memory, header=header)
    if sent.get("columns_seen") != table.mapping.fingerprint():
        return table
    said = [
        sent.get(f"{name_column_control(place)}-holds", held)
        for place, held in enumerate(table.mapping.fields)
    ]
    fields = [field if field in kind.columns else "" for field in said]
    return table.with_fields(replace(table.mapping, fields=fields))


def list_header_lines(table: FieldTable) -> dict[int, str]:
    """Number -> beginning of the lines that may name the columns; none of them may."""
    filled = [(number, cells) for number, cells in table.rows if any(map(str.strip, cells))]
    return {
        NO_HEADER: gettext("none of them"),
        **{
            number: gettext(
                "Line %(line)s: %(why)s",
                line=number,
                why=" · ".join(cell.strip() for cell in cells if cell.strip())[:HEADER_LETTERS],
            )
            for number, cells in filled[:HEADER_WITHIN]
        },
    }


def name_column_control(place: int) -> str:
    """What the name of a column's control begins with."""
    return f"column-{place}"


def make_columns_part(
    table: FieldTable, labels: Mapping[str, str], unread_sheets: Sequence[str] = ()
) -> ColumnsPart:
    """The part of the page. Args: labels: what each field is called."""
    header = HeaderForm(formdata=None)
    lines = list_header_lines(table)
    header.header.choices = [SelectChoice(str(number), name) for number, name in lines.items()]
    header.header.data = str(table.mapping.header)
    header.columns_seen.data = table.mapping.fingerprint()
    fields = [SelectChoice(*row) for row in {"": gettext("– not read –"), **labels}.items()]
    choices = []
    for column in table.list_columns():
        form = ColumnForm(formdata=None, prefix=name_column_control(column.place))
        form.holds.choices = fields
        form.holds.data = column.field
        choices.append(ChosenColumn(column, form))
    return ColumnsPart(
        table=table,
        header=header,
        choices=choices,
        unread=table.list_unread(),
        unread_sheets=unread_sheets,
    )


def list_carried_sheets() -> Sequence[str]:
    """The sheets of the workbook that are not read, as the form carries their names along."""
    return request.form.getlist(SHEET_LEFT)[:MOST_SHEETS]


def list_column_problems(error: Invalid) -> list[str]:
    """What is wrong with what the columns are said to hold, a sentence each."""
    return [translate_error(each) for each in (error, *error.more)]


def link_column_problems(problems: Sequence[str]) -> list[tuple[str, str]]:
    """(id of the first control of the columns, sentence)."""
    return [("header", problem) for problem in problems]
