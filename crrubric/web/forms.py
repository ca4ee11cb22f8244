"""Every form of the site: fields in plain sentences; enums are the only lists of choices."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, Self

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    Field,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional, StopValidation

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.text import visible
from crrubric.domain.vocabulary import (
    N_,
    Answer,
    DeclarationKind,
    EvidenceKind,
    Labelled,
    Outcome,
    PriceUnit,
    Role,
    RuleKind,
    ScoringMode,
    Stakeholder,
)
from crrubric.web.words import refusal


def choices(kind: type[Labelled], *, empty: object = None) -> list[SelectChoice]:
    """The enum as choices; with `empty` words, "nothing" comes first."""
    first = [] if empty is None else [SelectChoice("", empty)]
    return first + [SelectChoice(member.value, _(member.label)) for member in kind]


def optional(kind: type[Enum]) -> Callable[[str | None], Any]:
    """Turns text into the enum, and nothing into None."""
    return lambda text: kind(text) if text else None


def longest(limit: int) -> Length:
    """At most so many characters; the control gets a matching `maxlength`."""
    return Length(max=limit, message=_("Use at most %(max)d characters."))


class WholeNumber(IntegerField):
    """A whole number, refused in a sentence when it is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number; blanks and thousands commas are how people write."""
        text = valuelist[0].strip().replace(",", "") if valuelist else ""
        self.data = None
        if not text:
            return
        if not text.lstrip("-").isdecimal() or len(text) > 15:
            raise ValueError(_("Enter a whole number, like 250."))
        self.data = int(text)


class ExactNumber(StringField):
    """A decimal number, kept exact; `data` is a Decimal or None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number; what can't be read is refused and stays in the field."""
        text = valuelist[0].strip().replace(",", "").removeprefix("$") if valuelist else ""
        self.data = None
        if not text:
            return
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("nan")
        # 1e-999999999 is short to type, and exact arithmetic would never come to its end
        if not number.is_finite() or len(text) > 20 or number.adjusted() < -20:
            raise ValueError(_("Enter a number, like 2 or 38.50."))
        self.data = number

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else f"{self.data.normalize():f}"


class Day(DateField):
    """A calendar day, refused in a sentence when it is none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day as browsers send it."""
        try:
            super().process_formdata(valuelist if valuelist and valuelist[0] else [])
        except ValueError:
            raise ValueError(_("Enter a date, like 2027-03-12.")) from None


class PlainChoice:
    """For a control with choices: what isn't one of them is refused in our words."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the choice."""
        try:
            super().process_formdata(valuelist)  # type: ignore[misc]  # of the control mixed in
        except ValueError:
            raise ValueError(_("Choose one of the choices shown.")) from None

    def pre_validate(self, form: object) -> None:
        """Refuse what isn't on the list; nothing at all is for the field's validators to judge."""
        if not self.raw_data:  # type: ignore[attr-defined]  # of the control mixed in
            return
        try:
            super().pre_validate(form)  # type: ignore[misc]  # of the control mixed in
        except ValueError:
            raise StopValidation(_("Choose one of the choices shown.")) from None


class Options(PlainChoice, RadioField):
    """Radio buttons."""


class Choice(PlainChoice, SelectField):
    """A list to choose from."""


class Form(FlaskForm):
    """A form that refuses control characters beside the field and shows where they were."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether everything typed can be used."""
        good: bool = super().validate(extra_validators)
        for field in self:
            # what numbers and days show again is what was sent
            field.raw_data = [visible(x) if isinstance(x, str) else x for x in field.raw_data or ()]
            if isinstance(field.data, str) and (shown := visible(field.data)) != field.data:
                position = next(
                    n for n, (a, b) in enumerate(zip(field.data, shown, strict=True), 1) if a != b
                )
                field.data = shown
                message = _("Remove the control character at position %(n)s.", n=position)
                field.errors = [*field.errors, message]
                good = False
        return good


class SignInForm(Form):
    """Address and password."""

    email = EmailField(
        _("E-mail address"),
        [InputRequired(_("Enter your e-mail address.")), longest(limits.EMAIL)],
    )
    password = PasswordField(_("Password"), [InputRequired(_("Enter your password."))])
    next = HiddenField()


class PasswordForm(Form):
    """A new password, typed once: it can be shown while typing."""

    password = PasswordField(_("Choose a password"), [InputRequired(_("Choose a password."))])


class EvaluationForm(Form):
    """What a new evaluation needs."""

    title = StringField(_("Title"), [InputRequired(_("Enter a title.")), longest(limits.TITLE)])
    purpose = TextAreaField(_("What is it for?"), [Optional(), longest(limits.LONG_TEXT)])


class FactsForm(EvaluationForm):
    """Title, purpose and the day on which scoring closes."""

    closes_on = Day(_("Scoring closes on"), [Optional()])


class RuleForm(Form):
    """How ballots become outcomes, and outcomes a score."""

    kind = Options(_("Decision rule"), coerce=RuleKind, choices=choices(RuleKind),
                      validators=[InputRequired(_("Choose a rule."))])  # fmt: skip
    over = WholeNumber(_("Supermajority: YES marks"), [Optional()])
    under = WholeNumber(_("Supermajority: of so many marks"), [Optional()])
    quorum = WholeNumber(_("Quorum: YES and NO marks that a cell needs"), [Optional()])
    pass_mark = WholeNumber(
        _("Pass mark in percent"), [InputRequired(_("Enter a pass mark from 0 to 100 percent."))]
    )
    mode = Options(_("Score"), coerce=ScoringMode, choices=choices(ScoringMode),
                      validators=[InputRequired(_("Choose how to score."))])  # fmt: skip


class SectionForm(Form):
    """A new section of the rubric."""

    title = StringField(
        _("Title of the section"),
        [InputRequired(_("Enter a title for the section.")), longest(limits.TITLE)],
    )


class CriterionForm(Form):
    """One criterion of the evaluation's own copy of the rubric."""

    title = StringField(
        _("Title"), [InputRequired(_("Enter a title for the criterion.")), longest(limits.TITLE)]
    )
    question = TextAreaField(_("Question, to be answered YES or NO"), [longest(limits.NOTE)])
    look_for = TextAreaField(_("What to look for"), [Optional(), longest(limits.NOTE)])
    lead = Choice(_("Who knows most about it"), coerce=optional(Stakeholder),
                       choices=choices(Stakeholder, empty=_("Nobody in particular")),
                       validators=[Optional()])  # fmt: skip
    weight = ExactNumber(_("Weight"), [InputRequired(_("Enter a weight, 1 by default."))])
    must_have = BooleanField(_("Must-have: a vendor that does not meet it is not eligible"))
    may_not_apply = BooleanField(_("May not apply: reviewers can answer NOT APPLICABLE"))
    left_out = BooleanField(_("Left out of this evaluation"))
    practice = TextAreaField(
        _("Practice round: what the made-up vendor shows"), [Optional(), longest(limits.NOTE)]
    )
    evidence_months = WholeNumber(_("Evidence is old after so many months"), [Optional()])


class VendorForm(Form):
    """One vendor with the basis of its price."""

    company = StringField(
        _("Company"), [InputRequired(_("Enter the name of the company.")), longest(limits.NAME)]
    )
    product = StringField(_("Product"), [Optional(), longest(limits.NAME)])
    product_version = StringField(_("Version"), [Optional(), longest(80)])
    contact_name = StringField(_("Contact person"), [Optional(), longest(limits.NAME)])
    contact_email = EmailField(_("Contact e-mail"), [Optional(), longest(limits.EMAIL)])
    links = TextAreaField(_("Links, one a line"), [Optional(), longest(limits.NOTE)])
    price_unit = Choice(_("Price is"), coerce=optional(PriceUnit),
                             choices=choices(PriceUnit, empty=_("not known yet")),
                             validators=[Optional()])  # fmt: skip
    unit_price = ExactNumber(_("Price of one unit for a year, in dollars"), [Optional()])
    quantity = WholeNumber(_("Quantity"), [Optional()])
    term_months = WholeNumber(_("Term in months"), [Optional()])
    price_note = StringField(_("Note on the price"), [Optional(), longest(limits.SHORT_TEXT)])


SEATS: Mapping[str, frozenset[Role]] = {
    "reviewer": frozenset({Role.REVIEWER}),
    "chair": frozenset({Role.CHAIR}),
    "chair-reviewer": frozenset({Role.CHAIR, Role.REVIEWER}),
    "observer": frozenset({Role.OBSERVER}),
}
SEAT_LABELS = {
    "reviewer": _("Reviewer: scores the vendors"),
    "chair": _("Chair: leads, does not score"),
    "chair-reviewer": _("Chair and reviewer"),
    "observer": _("Observer: reads the results"),
}


class SeatForm(Form):
    """Role and stakeholder of a member."""

    roles = Choice(
        _("Role"),
        [InputRequired(_("Choose a role."))],
        choices=[SelectChoice(*pair) for pair in SEAT_LABELS.items()],
    )
    stakeholder = Choice(
        _("Speaks for"),
        [InputRequired(_("Choose whom the person speaks for."))],
        coerce=Stakeholder,
        choices=choices(Stakeholder),
    )


class InviteForm(SeatForm):
    """An invitation to the committee."""

    name = StringField(
        _("Name"), [InputRequired(_("Enter the person’s name.")), longest(limits.NAME)]
    )
    email = EmailField(
        _("E-mail address"),
        [InputRequired(_("Enter an e-mail address.")), longest(limits.EMAIL)],
    )


def whole_version(typed: str | None) -> int:
    """A version number from a hidden field; 0 for none. Raises: Invalid."""
    text = typed or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Invalid(N_("Open the page again: it does not say which version it shows."))
    return int(text)


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
        return whole_version(self.version.data)


class MarkForm(VersionedForm):
    """One mark: an answer with its note and evidence. `version` is the one that was seen."""

    answer = Options(_("Does the vendor meet this criterion?"), coerce=Answer,
                        choices=choices(Answer),
                        validators=[InputRequired(_("Choose an answer"))])  # fmt: skip
    note = TextAreaField(_("Why? What did you see?"), [Optional(), longest(limits.NOTE)])
    evidence_kind = Choice(_("Evidence"), coerce=optional(EvidenceKind),
                                choices=choices(EvidenceKind, empty=_("None yet")),
                                validators=[Optional()])  # fmt: skip
    evidence_place = StringField(
        _("Where: page, time, lesson, link"), [Optional(), longest(limits.SHORT_TEXT)]
    )
    evidence_on = Day(_("Seen on"), [Optional()])
    evidence_until = Day(_("Valid until"), [Optional()])


class DeclarationForm(Form):
    """A declaration of interest for one vendor."""

    kind = Options(_("Your declaration"), coerce=DeclarationKind, choices=choices(DeclarationKind),
                   validators=[InputRequired(_("Choose one."))])  # fmt: skip
    words = TextAreaField(_("What is the conflict?"), [Optional(), longest(limits.NOTE)])


class RetentionForm(Form):
    """Until when the record is kept."""

    until = Day(_("Keep the record until"), [Optional()])
    hold = TextAreaField(_("Legal hold"), [Optional(), longest(limits.NOTE)])
    reason = TextAreaField(_("Why?"), [Optional(), longest(limits.NOTE)])


class PhaseForm(Form):
    """A change of phase; a step back needs the reason."""

    to = HiddenField()
    reason = TextAreaField(_("Reason"), [Optional(), longest(limits.NOTE)])


class FindingForm(VersionedForm):
    """What the committee finds for one cell; `version` is that of the finding that was seen."""

    value = Options(_("The committee finds"), coerce=Outcome, choices=choices(Outcome),
                       validators=[InputRequired(_("Choose what it finds."))])  # fmt: skip
    reason = TextAreaField(_("Why?"), [Optional(), longest(limits.NOTE)])
    evidence = TextAreaField(_("On what evidence?"), [Optional(), longest(limits.NOTE)])
    agreed = StringField(_("Who agreed?"), [Optional(), longest(limits.SHORT_TEXT)])


class SittingForm(Form):
    """The opening of a meeting."""

    place = StringField(_("Where"), [Optional(), longest(limits.SHORT_TEXT)])


class MotionForm(Form):
    """A motion with its vote."""

    words = TextAreaField(
        _("The motion"), [InputRequired(_("Say what was moved.")), longest(limits.NOTE)]
    )
    moved_by = StringField(_("Moved by"), [Optional(), longest(limits.NAME)])
    seconded_by = StringField(_("Seconded by"), [Optional(), longest(limits.NAME)])
    in_favor = WholeNumber(_("In favor"), [InputRequired(_("Count the votes in favor."))])
    opposed = WholeNumber(_("Against"), [Optional()])
    abstaining = WholeNumber(_("Abstaining"), [Optional()])
    expected = HiddenField()


class ReasonForm(Form):
    """A reason alone."""

    reason = TextAreaField(_("Why?"), [InputRequired(_("Say why.")), longest(limits.NOTE)])


def attach(form: FlaskForm, error: Invalid) -> None:
    """Put a service's refusal beside the field it names, or above the form."""
    field: Field | None = form._fields.get(error.field or "")
    if field is None:
        form.form_errors.append(refusal(error))
    else:
        field.errors = [*field.errors, refusal(error)]


def messages(form: FlaskForm) -> str:
    """Everything that is wrong with a form, in one line for the script."""
    found = [str(error) for field in form for error in field.errors]
    return " ".join([*found, *(str(error) for error in form.form_errors)])
