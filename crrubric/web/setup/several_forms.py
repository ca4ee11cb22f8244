"""Forms of several lines at once: the table as it was pasted, and each of its lines."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from flask_babel import force_locale, gettext
from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.people.languages import NAMES, formats_of
from crrubric.domain.setup.pasted import (
    PRICE_UNIT_WORDS,
    SEAT_WORDS,
    STAKEHOLDER_WORDS,
    Words,
    to_choice_word,
)
from crrubric.web.setup.forms import SEAT_LABELS, InviteForm, VendorForm
from crrubric.web.shared.forms import (
    Form,
    ListChoiceField,
    limit_length,
)

Sent = MultiDict[str, str]
OTHER_WORDS: Mapping[str, Words] = {
    "roles": SEAT_WORDS,
    "stakeholder": STAKEHOLDER_WORDS,
    "price_unit": PRICE_UNIT_WORDS,
}


class TableForm(Form):
    """A table that was pasted."""

    table = TextAreaField(
        _("Lines from a spreadsheet"),
        [
            InputRequired(_("Paste at least one line, or choose a file with a table.")),
            limit_length(limits.TABLE_TEXT),
        ],
    )


class TableFileForm(Form):
    """A table in a file. A form of its own: what was pasted can be carried along, a file can't."""

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
        for field in self:
            if not self.take.data:
                field.errors = []
            elif field.errors and isinstance(field, ListChoiceField) and any(field.raw_data or ()):
                word = field.raw_data[0]
                words = gettext("“%(word)s” is none of the choices: choose one.", word=word)
                field.errors = [str(words)]
        return good or not self.take.data


class VendorLineForm(LineForm, VendorForm):
    """A vendor."""

    shown = ("company", "product", "contact_name", "contact_email", "links", "unit_price")


class InviteLineForm(LineForm, InviteForm):
    """A person; role and whom they represent are never chosen by themselves."""

    shown = ("name", "email", "roles", "stakeholder")

    roles = ListChoiceField(
        _("Role"),
        [InputRequired(_("Choose a role."))],
        choices=[SelectChoice("", _("Choose")), *(SelectChoice(*x) for x in SEAT_LABELS.items())],
    )


def list_choice_words(form: Form) -> dict[str, Words]:
    """What people may write for the choices of each list: its label in any language, whole or as
    far as a colon, and the value that is stored."""
    found: dict[str, dict[str, str]] = {}
    for language in NAMES:
        with force_locale(formats_of(language)):
            for field in form:
                if isinstance(field, ListChoiceField):
                    words = found.setdefault(field.short_name, {})
                    for choice in field.iter_choices():
                        label, value = str(choice.label), str(choice.value)
                        for word in (value, label, label.partition(":")[0]):
                            words.setdefault(to_choice_word(word), value)
    for name, words in found.items():
        words.update({to_choice_word(word): to for word, to in OTHER_WORDS.get(name, {}).items()})
    return {**found}


def list_allowed_words(form: Form) -> list[tuple[str, list[str]]]:
    """(label, choices) of each list of a line: what can be written there."""
    return [
        (str(field.label.text), [str(row.label) for row in field.iter_choices() if row.value])
        for field in form
        if isinstance(field, ListChoiceField)
    ]


def fill_lines(lines: Iterable[Mapping[str, str]], words: Mapping[str, Words]) -> Sent:
    """What a browser would send if each line had been typed; every line is ticked."""
    sent: Sent = MultiDict()
    for number, line in enumerate(lines, 1):
        sent.add(f"{name_line(number)}-take", "y")
        for name, text in line.items():
            choice = words.get(name, {}).get(to_choice_word(text), text)
            sent.add(f"{name_line(number)}-{name}", choice)
    return sent


def name_line(number: int) -> str:
    """What the names of a line's controls begin with."""
    return f"line-{number}"


def attach_line_error(line: LineForm, error: Invalid, words: str) -> None:
    """Put a refusal beside the field of its line, or the tick where it names none."""
    field = line._fields.get(error.field or "", line.take)
    field.errors = [*field.errors, words]
