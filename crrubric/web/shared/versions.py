"""Forms for what is there already: they say what they showed, and what was saved meanwhile.

The service refuses to save over values that the form has not shown. The same form comes back then:
a control that its person left alone takes over what is saved now, one that they changed keeps what
they typed, and beside both stands what is saved, with who saved it. Saving again is deliberate.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self

from flask import Flask
from flask_babel import gettext as _
from wtforms import BooleanField, Field, FileField, HiddenField, PasswordField
from wtforms.fields.choices import SelectFieldBase

from crrubric.domain.errors import Stale
from crrubric.domain.record.chain import hash_text
from crrubric.domain.versions import fingerprint_values
from crrubric.models import JournalEntry
from crrubric.web.shared.forms import DayField, Form, TypedField
from crrubric.web.shared.words import format_day, format_moment, translate_error

NOT_COPIED = (HiddenField, FileField, PasswordField)
DIGEST = 12  # hex digits: it tells a control that was left alone from one that was changed


def init_app(app: Flask) -> None:
    """Give templates the filter."""
    app.jinja_env.filters["typed_values"] = list_typed_values


@dataclass(frozen=True, slots=True, kw_only=True)
class NewerValue:
    """What is saved now for a control that showed something else, and who saved it, if known.

    taken: the control was left alone and shows it already.
    """

    words: str
    taken: bool
    by: str
    at: datetime | None


class EditForm(Form):
    """A form for something that others may change meanwhile.

    `version` is of the values that the service compares; `seen` of what each control showed.
    `parts` are forms of the same page that are sent with it, such as translations. `told_as` says
    how the journal calls what a control is about, where it has another name there.
    """

    version = HiddenField()
    seen = HiddenField()
    parts: Iterable[Form] = ()
    told_as: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    def showing(self, values: Mapping[str, object]) -> Self:
        """The form, filled in from what is stored; `values` are what the service compares."""
        self.version.data = fingerprint_values(values)
        digests = {name: digest_text(read_control(x)) for name, x in self.controls().items()}
        self.seen.data = " ".join(f"{name}:{digest}" for name, digest in digests.items())
        return self

    def controls(self) -> dict[str, Field]:
        """What people fill in, by name; the parts included."""
        fields = (field for form in (self, *self.parts) for field in form)
        return {field.name: field for field in fields if not isinstance(field, HiddenField)}

    def list_sent_values(self, now: Self) -> list[tuple[str, str]]:
        """(name, value) that a browser would send of this form, after the version of `now`."""
        sent = [
            (name, read_control(field))
            for name, field in self.controls().items()
            if not isinstance(field, BooleanField) or field.data  # what is unticked is not sent
        ]
        return [("version", now.version.data or ""), *sent]

    def meet_newer(self, stored: Self, error: Stale, changes: Mapping[str, JournalEntry]) -> None:
        """Set what is stored now beside what was typed; sent again, it is meant.

        Args: stored: the form as it would be shown now; changes: who last changed what.
        """
        shown = dict(pair.split(":", 1) for pair in (self.seen.data or "").split() if ":" in pair)
        now = stored.controls()
        for name, field in self.controls().items():
            if name in now:
                meet_newer_value(field, now[name], shown.get(name), self.find_change(name, changes))
        self.version.data, self.seen.data = stored.version.data, stored.seen.data
        self.form_errors.append(translate_error(error))
        if changes and not self.changed:  # what changed has no control, such as ticks
            last = max(changes.values(), key=lambda entry: entry.number)
            who, when = last.actor_name, format_moment(last.at)
            said = _("It was last saved by %(name)s, %(when)s.", name=who, when=when)
            self.form_errors.append(str(said))

    def find_change(self, name: str, changes: Mapping[str, JournalEntry]) -> JournalEntry | None:
        """The last change of what the control is about."""
        found = [changes[key] for key in self.told_as.get(name, (name,)) if key in changes]
        return max(found, key=lambda entry: entry.number, default=None)

    def takes_over(self, name: str) -> bool:
        """Whether the control was left alone and shows what was saved meanwhile."""
        newer: NewerValue | None = getattr(self.controls()[name], "newer", None)
        return newer is not None and newer.taken

    @property
    def changed(self) -> list[Field]:
        """The controls that showed something else than what is saved now."""
        return [field for field in self.controls().values() if hasattr(field, "newer")]


def meet_newer_value(
    field: Field, now: Field, shown: str | None, change: JournalEntry | None
) -> None:
    """Say beside the control what is stored now, if that is neither what it showed nor typed."""
    stored, typed = read_control(now), read_control(field)
    if stored == typed or digest_text(stored) == shown:
        return
    taken = digest_text(typed) == shown  # left alone: what is stored goes on
    if taken:
        field.data, field.raw_data = now.data, None
    field.newer = NewerValue(
        words=describe_value(now),
        taken=taken,
        by=change.actor_name if change else "",
        at=change.at if change else None,
    )


def read_control(field: Field) -> str:
    """What a control says, as one text however it was typed."""
    if isinstance(field, BooleanField):
        return "y" if field.data else ""
    if isinstance(field, SelectFieldBase):
        return str(getattr(field.data, "value", field.data) or "")
    if isinstance(field, TypedField) and field.data is not None:
        return field.format_data()
    return str(field._value()).replace("\r\n", "\n").strip()


def list_typed_values(form: Form) -> list[tuple[str, str]]:
    """(label, words) of what was typed or chosen, to be copied where the form itself has gone."""
    carried = (field for field in form if not isinstance(field, NOT_COPIED))
    return [(str(one.label.text), describe_value(one)) for one in carried if read_control(one)]


def digest_text(text: str) -> str:
    """A text in short, to be compared."""
    return hash_text(text)[:DIGEST]


def describe_value(field: Field) -> str:
    """What a control says, in words."""
    if isinstance(field, BooleanField):
        return str(_("Yes") if field.data else _("No"))
    if isinstance(field, SelectFieldBase):
        labels = (str(choice.label) for choice in field.iter_choices() if choice.selected)
        return next(labels, "") or str(_("(empty)"))
    if isinstance(field, DayField) and field.data is not None:
        return format_day(field.data)
    return read_control(field) or str(_("(empty)"))
