"""What forms are made of: fields in plain sentences, enums as the only lists of choices."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, Self

from babel.support import NullTranslations, Translations
from flask_babel import get_locale
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import Choice, SelectChoice, SelectFieldBase
from wtforms.fields.core import UnboundField
from wtforms.i18n import messages_path
from wtforms.validators import InputRequired, Optional, StopValidation, ValidationError
from wtforms.widgets import DateInput

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.foreseen import Foreseen
from crrubric.domain.limits import NumberLimits
from crrubric.domain.text import clean_text, find_forbidden_character, replace_control_characters
from crrubric.domain.translation import N_
from crrubric.domain.typed import (
    parse_day,
    parse_exact_number,
    parse_id,
    parse_price,
    parse_whole_number,
    require_plausible_day,
)
from crrubric.domain.vocabulary import LabelledEnum
from crrubric.web.shared.words import translate_error

UNSEEN = (HiddenField, PasswordField)  # no person reads again what stands in them


def list_choices(kind: type[LabelledEnum], *, empty: object = None) -> list[SelectChoice]:
    """The enum as choices; with `empty` words, "nothing" comes first."""
    first = [] if empty is None else [SelectChoice("", empty)]
    return first + [SelectChoice(member.value, _(member.label)) for member in kind]


def coerce_optional(kind: type[Enum]) -> Callable[[str | None], Any]:
    """Turns text into the enum, and nothing into None."""
    return lambda text: kind(text) if text else None


class TextLimit:
    """Refuses what the gate for texts would refuse, beside the field.

    The control has no `maxlength`, which would cut what is pasted: `static/js/room.js` says how
    much room is left.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.field_flags = {"room": limit}

    def __call__(self, form: object, field: Field) -> None:
        """Raise ValidationError for a text that is too long or can't be stored."""
        try:
            clean_text(field.data or "", limit=self.limit)
        except Invalid as error:
            raise ValidationError(translate_error(error)) from None


class Checked:
    """Refuses beside the field what its service would refuse, together with everything else."""

    def __init__(self, check: Callable[[Any], object]) -> None:
        self.check = check

    def __call__(self, form: object, field: Field) -> None:
        """Raise ValidationError for what the check refuses."""
        try:
            self.check(field.data)
        except Invalid as error:
            raise ValidationError(translate_error(error)) from None


class SometimesNeeded(Optional):
    """May be left empty or not, as something else on the page says: its label promises nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.field_flags = {"optional": True, "sometimes": True}


class OneChosen(InputRequired):
    """One of the choices is needed. The error says of what: the head of the page shows it, too."""

    def __call__(self, form: Any, field: Field) -> None:
        if not field.raw_data or not field.raw_data[0]:
            raise StopValidation(ask_to_choose(field))


def ask_to_choose(field: Field) -> str:
    """The error of a field in which nothing is chosen."""
    return str(_("Choose one: %(question)s", question=field.label.text))


class LeftOpen(Optional):
    """May be left empty for now, as the page says; needed in the end: its label says nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.field_flags = {"later": True}


def limit_length(limit: int) -> TextLimit:
    """At most so many characters, counted as they would be stored."""
    return TextLimit(limit)


@cache
def load_wtforms_texts(language: str) -> NullTranslations:
    """What WTForms itself says, in a language; read once a process."""
    return Translations.load(messages_path(), [language], domain="wtforms")


class TypedField(StringField):
    """A control whose text is read as something else by `parse_typed`; kept as it was typed."""

    data: Any
    raw_data: list[Any]

    def parse_typed(self, text: str) -> Any:
        """What the text says. Raises: Invalid saying what to write."""
        raise NotImplementedError

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was sent; what can't be read is refused and stays in the field."""
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not text:
            # a blank is nothing, to whatever asks whether something was typed; it was sent, though
            self.raw_data = [""] if valuelist else []
            return
        try:
            self.data = self.parse_typed(text)
        except Invalid as error:
            raise ValueError(translate_error(error)) from None

    def pre_validate(self, form: object) -> None:
        """Go no further where reading failed: it is refused for that alone."""
        super().pre_validate(form)
        if self.process_errors:
            raise StopValidation

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.format_data()

    def format_data(self) -> str:
        """What is stored, as the field would read it again."""
        return str(self.data)


class NumberField(TypedField):
    """A number inside the bounds of its kind. No `type=number`: browsers send nothing for 1,250."""

    def __init__(self, label: Any, validators: Any, bounds: NumberLimits, **options: Any) -> None:
        super().__init__(label, validators, **options)
        self.bounds = bounds


class WholeNumberField(NumberField):
    """A whole number; `data` is an int or None."""

    def parse_typed(self, text: str) -> int:
        """The number inside its bounds."""
        return parse_whole_number(text, self.bounds)


class ExactNumberField(NumberField):
    """A decimal number, kept exact; `data` is a Decimal or None."""

    def parse_typed(self, text: str) -> Decimal:
        """The number inside its bounds."""
        return parse_exact_number(text, self.bounds)

    def format_data(self) -> str:
        """Without needless zeros."""
        return f"{self.data.normalize():f}"


class PriceField(ExactNumberField):
    """A price in dollars, or a word that says that there is none to pay."""

    def __init__(self, label: Any, validators: Any, **options: Any) -> None:
        super().__init__(label, validators, limits.UNIT_PRICE, **options)

    def parse_typed(self, text: str) -> Decimal:
        """The number inside its bounds."""
        return parse_price(text)


class DayField(TypedField):
    """A calendar day, refused in a sentence when it is none; `data` is a date or None."""

    widget = DateInput()

    def parse_typed(self, text: str) -> date:
        """The day, as browsers send it."""
        return require_plausible_day(parse_day(text))


class ClockField(TimeField):
    """A time of day, refused in a sentence when it is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the time as browsers send it."""
        try:
            super().process_formdata(valuelist if valuelist and valuelist[0] else [])
        except ValueError:
            raise ValueError(_("Enter a time, like 17:00.")) from None


class ChoiceFieldMixin:
    """For a control with choices: what isn't one of them is refused in our words."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the choice."""
        try:
            super().process_formdata(valuelist)  # type: ignore[misc]  # of the control mixed in
        except ValueError:
            raise ValueError(_("Choose one of the choices shown.")) from None

    def pre_validate(self, form: object) -> None:
        """Refuse what isn't on the list; nothing at all is for the field's validators to judge."""
        needed = self.flags.required  # type: ignore[attr-defined]  # of the control mixed in
        if not self.raw_data or (needed and self.raw_data == [""]):  # type: ignore[attr-defined]
            return
        try:
            super().pre_validate(form)  # type: ignore[misc]  # of the control mixed in
        except ValueError:
            raise StopValidation(_("Choose one of the choices shown.")) from None


class RadioChoiceField(ChoiceFieldMixin, RadioField):
    """Radio buttons."""


class CodeField(StringField):
    """A code that shows who somebody is: like a password, it is never written into a page again."""

    def _value(self) -> str:
        return ""


class ListChoiceField(ChoiceFieldMixin, SelectField):
    """A list to choose from.

    Where something has to be chosen and nobody has, it begins with `first`: a browser would send
    the first choice by itself, and nobody would have said it.
    """

    def __init__(self, label: Any, *args: Any, first: object = _("Choose"), **options: Any) -> None:
        super().__init__(label, *args, **options)
        self.first = first

    def iter_choices(self) -> list[Choice]:
        """The choices, after one for nothing where that has no words of its own."""
        choices = list(super().iter_choices())
        said = any(one.selected or one.value == "" for one in choices)
        if said or not self.flags.required or len(choices) < 2:
            return choices
        return [Choice(value="", label=str(self.first), selected=False, render_kw={}), *choices]


class Form(FlaskForm):
    """A form that refuses control characters beside the field and shows where they were."""

    class Meta(FlaskForm.Meta):
        """How WTForms makes our forms."""

        def get_translations(self, form: object) -> object:
            """WTForms' own texts, read once a process: Flask-WTF reads the file anew each time."""
            return load_wtforms_texts(str(get_locale() or "en"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether everything typed can be used."""
        good: bool = super().validate(extra_validators)
        for field in self:
            # what numbers and days show again is what was sent
            field.raw_data = [
                replace_control_characters(x) if isinstance(x, str) else x
                for x in field.raw_data or ()
            ]
            if isinstance(field.data, str) and (refusal := find_forbidden_character(field.data)):
                field.data = replace_control_characters(field.data)
                field.errors = field.errors or [translate_error(refusal)]
                good = False
        return good


@cache
def list_typed_names() -> frozenset[str]:
    """Names of controls that take text; without those that are a choice in another form."""
    written, chosen = set(), set()
    for name, kind in list_controls(Form):
        if issubclass(kind, StringField | TimeField) and not issubclass(kind, UNSEEN):
            written.add(name)
        else:
            chosen.add(name)
    return frozenset(written - chosen)


def list_controls(form: type[Form], *, made_from: bool = True) -> Iterator[tuple[str, type[Field]]]:
    """(name, kind) of every control of a form, and of those that are made from it."""
    for name, value in vars(form).items():
        if isinstance(value, UnboundField):
            yield name, value.field_class
    for other in form.__subclasses__() if made_from else ():
        yield from list_controls(other)


@dataclass(frozen=True, slots=True)
class Offer:
    """A control of a form with something to choose: its label, and the words of each choice.

    `words` is empty for a box to tick; `beside` are the names of the form's controls.
    """

    label: object
    words: Mapping[str, object]
    beside: frozenset[str]

    def has(self, value: str) -> bool:
        """Whether this can be chosen here."""
        return bool(value) and (value in self.words or not self.words)


@cache
def list_offers() -> Mapping[str, tuple[Offer, ...]]:
    """By the name of a control, what the forms of the site offer by it."""
    found: dict[str, tuple[Offer, ...]] = {}
    for form in list_forms_made_from(Form):
        own = {name: x for name, x in vars(form).items() if isinstance(x, UnboundField)}
        for name, control in own.items():
            choices = control.kwargs.get("choices")
            listed = issubclass(control.field_class, SelectFieldBase) and choices
            if listed or issubclass(control.field_class, BooleanField):
                words = {str(one.value): one.label for one in choices or ()}
                offer = Offer(control.args[0], words, frozenset(own))
                found[name] = (*found.get(name, ()), offer)
    return found


def list_forms_made_from(form: type[Form]) -> Iterator[type[Form]]:
    """The form and all that are made from it."""
    yield form
    for other in form.__subclasses__():
        yield from list_forms_made_from(other)


def parse_version(typed: str | None) -> int:
    """A version number from a hidden field; 0 for none. Raises: Invalid."""
    number = parse_id(typed or "0")
    if number is None:
        raise Invalid(N_("Open the page again: it is not clear which version it shows."))
    return number


class VersionedForm(Form):
    """A form for something that others may change meanwhile: it says which version was seen."""

    version = HiddenField()

    @classmethod
    def showing(cls, row: Any) -> Self:
        """The form with what is stored; None where there is nothing yet."""
        form = cls(formdata=None, obj=row)
        form.version.data = str(row.version if row else 0)
        return form

    def seen_version(self) -> int:
        """The version that the page showed; 0 for none. Raises: Invalid."""
        return parse_version(self.version.data)


class ReasonForm(Form):
    """A reason alone."""

    reason = TextAreaField(_("Why?"), [InputRequired(_("Say why.")), limit_length(limits.NOTE)])

    def named(self, name: str) -> Self:
        """The form with a control of its own name, for a page that has several of them."""
        self.reason.id = name
        return self


class ActForm(Form):
    """The button of a page that says what will happen: `version` is of what it said.

    Where the act needs a reason, or something else, a form of its own adds it.
    """

    version = HiddenField()

    def showing(self, foreseen: Foreseen) -> Self:
        """The form below what is foreseen now."""
        self.version.data = foreseen.fingerprint()
        return self


OUT_OF_DATE = N_("This form is out of date. Open the page again.")


class StateForm(ReasonForm):
    """A reason, and the state that the button names: pressed twice, it is still that one."""

    to = HiddenField()

    def wants(self, *states: str) -> str:
        """The state that was asked for. Raises: Invalid if it is none of these."""
        if self.to.data not in states:
            raise Invalid(N_("This page is out of date: open it again."))
        return str(self.to.data)


def attach_error(form: FlaskForm, error: Invalid) -> None:
    """Put a service's refusals beside the fields they name, or above the form."""
    for refusal in (error, *error.more):
        field: Field | None = form._fields.get(refusal.field or "")
        if field is None:
            form.form_errors.append(translate_error(refusal))
        else:
            field.errors = [*field.errors, translate_error(refusal)]


def join_form_errors(form: FlaskForm) -> str:
    """Everything that is wrong with a form, in one line for the script."""
    found = [str(error) for field in form for error in field.errors]
    return " ".join([*found, *(str(error) for error in form.form_errors)])
