"""Forms of several lines at once: the table as it was pasted, and each of its lines."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional, ValidationError

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.setup.offer_cells import USUAL, CellLine, join_cells
from crrubric.domain.setup.seats import SEAT_NAMES
from crrubric.domain.setup.table_words import to_choice_word
from crrubric.domain.typed import to_hundredths
from crrubric.services.setup.tables.choice_words import list_choice_words
from crrubric.services.setup.tables.price_cells import ReadPrices, read_price_cell
from crrubric.web.setup.forms import InviteForm, VendorForm
from crrubric.web.setup.several_pages.choice_words import name_unknown_choices
from crrubric.web.shared.forms import (
    Form,
    ListChoiceField,
    PriceField,
    limit_length,
)
from crrubric.web.shared.words import translate_error

Sent = MultiDict[str, str]


class TableForm(Form):
    """A table that was pasted."""

    table = TextAreaField(
        _("Lines from a spreadsheet"),
        [
            InputRequired(
                _("Paste at least one line. For a file, press “Show the lines of the file”.")
            ),
            limit_length(limits.TABLE_TEXT),
        ],
    )


class TableFileForm(Form):
    """A table in a file. What was pasted can be carried along, a file can't."""

    file = FileField(_("File with a table (.xlsx or .csv)"), [FileRequired(_("Choose a file."))])


class LineForm(Form):
    """One line of a table, which can be left out. The form around it has the token."""

    class Meta(Form.Meta):
        """A part of a form that has a token."""

        csrf = False

    take = BooleanField(_("Take this line"))
    shown: ClassVar[tuple[str, ...]] = ()  # the fields that are always shown

    def check(self) -> bool:
        """Whether the line can be taken, or is left out: then nothing of it is wrong."""
        good = self.validate()
        name_unknown_choices(self)
        if not self.take.data:
            for field in self:
                field.errors = []
        return good or not self.take.data


class VendorLineForm(LineForm, VendorForm):
    """A vendor."""

    shown = ("company", "product", "contact_name", "contact_email", "links", "unit_price")

    training_once = PriceField(_("Training, once, in dollars"), [Optional()])
    training_yearly = PriceField(_("Training, each year, in dollars"), [Optional()])
    integration_once = PriceField(_("Integration, once, in dollars"), [Optional()])
    integration_yearly = PriceField(_("Integration, each year, in dollars"), [Optional()])
    other_once = PriceField(_("Set-up and other, once, in dollars"), [Optional()])
    other_yearly = PriceField(_("Other, each year, in dollars"), [Optional()])
    price_lines = TextAreaField(
        _("Further prices, one a line"), [Optional(), limit_length(limits.NOTE)]
    )

    def validate_price_lines(self, field: TextAreaField) -> None:
        """Whether every further price can be read."""
        problems = self.read_price_lines().problems
        if problems:
            raise ValidationError(" ".join(map(translate_error, problems)))

    def read_price_lines(self) -> ReadPrices:
        """The further prices of the column for those without one of their own."""
        licensed = self.unit_price.data is not None
        return read_price_cell(self.price_lines.data or "", licensed=licensed)

    def read_cells(self) -> tuple[CellLine, ...]:
        """All further prices, each with its column."""
        amounts = {name: to_hundredths(self[name].data) for name in USUAL}
        usual = {name: cents for name, cents in amounts.items() if cents is not None}
        return join_cells(self.read_price_lines().lines, usual)


class InviteLineForm(LineForm, InviteForm):
    """A person; role and whom they represent are never chosen by themselves."""

    shown = ("name", "email", "roles", "stakeholder")

    roles = ListChoiceField(
        _("Role"),
        [InputRequired(_("Choose a role."))],
        choices=[
            SelectChoice("", _("Choose")),
            *(SelectChoice(value, _(name)) for value, name in SEAT_NAMES.items()),
        ],
    )


def fill_lines(lines: Iterable[Mapping[str, str]]) -> Sent:
    """What a browser would send if each line had been typed; every line is ticked."""
    sent: Sent = MultiDict()
    for number, line in enumerate(lines, 1):
        sent.add(f"{name_line(number)}-take", "y")
        for name, text in line.items():
            choice = list_choice_words(name).get(to_choice_word(text), text)
            sent.add(f"{name_line(number)}-{name}", choice)
    return sent


def name_line(number: int) -> str:
    """What the names of a line's controls begin with."""
    return f"line-{number}"


def attach_line_error(line: LineForm, error: Invalid, words: str) -> None:
    """Put a refusal beside the field of its line, or the tick where it names none."""
    field = line._fields.get(error.field or "", line.take)
    field.errors = [*field.errors, words]
