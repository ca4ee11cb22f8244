"""Forms of the set-up: the evaluation, its rule, rubric, vendors, seats and phase."""

from datetime import UTC, datetime, time
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from crrubric.domain import limits
from crrubric.domain.people.languages import NAMES
from crrubric.domain.setup.seats import SEAT_NAMES
from crrubric.domain.vocabulary import (
    PriceUnit,
    RuleKind,
    ScoringMode,
    Stakeholder,
)
from crrubric.services.people.accounts import clean_email
from crrubric.services.setup.translations import TEXTS
from crrubric.services.setup.vendors import clean_contact, clean_links
from crrubric.web.shared.forms import (
    ActForm,
    Checked,
    ClockField,
    DayField,
    ExactNumberField,
    Form,
    LeftOpen,
    ListChoiceField,
    PriceField,
    RadioChoiceField,
    ReasonForm,
    SometimesNeeded,
    StateForm,
    WholeNumberField,
    coerce_optional,
    limit_length,
    list_choices,
)
from crrubric.web.shared.versions import EditForm

LAST_MINUTE = time(23, 59)
LIBRARY = "library:"  # before the number of a rubric of the library; no address has a colon
# how the journal calls what these controls are about
END = {"ends_on": ("ends_at",), "ends_time": ("ends_at",)}
TRANSLATIONS = {
    f"{language}-{text}": (f"{text} ({language})",) for language in NAMES for text in TEXTS
}


def is_evaluation(chosen: str) -> bool:
    """Whether what a new evaluation begins with is an earlier one, and not a rubric alone."""
    return bool(chosen) and not chosen.startswith(LIBRARY)


class EvaluationForm(Form):
    """What a new evaluation needs."""

    title = StringField(
        _("Title"), [InputRequired(_("Enter a title.")), limit_length(limits.TITLE)]
    )
    purpose = TextAreaField(_("What is it for?"), [Optional(), limit_length(limits.LONG_TEXT)])
    in_place = BooleanField(
        _("It evaluates the curriculum in place: the one product that you use already")
    )
    earlier = ListChoiceField(_("Start from"))
    with_vendors = BooleanField(
        _("Take over the vendors of the earlier evaluation, without prices")
    )
    with_committee = BooleanField(
        _("Take over its committee: everybody is invited in the same role")
    )
    with_needs = BooleanField(_("Take over its list of needs, as hints beside the criteria"))

    def offers_evaluations(self) -> bool:
        """Whether there is an earlier evaluation to begin with."""
        return any(is_evaluation(choice.value) for choice in self.earlier.choices)

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether everything can be used: a rubric alone has no vendors and no
        committee."""
        good = super().validate(extra_validators)
        earlier = is_evaluation(self.earlier.data or "")
        if not earlier and self.with_needs.data:
            self.earlier.errors = [_("Choose the evaluation whose list of needs you want.")]
            good = False
        if not earlier and (self.with_vendors.data or self.with_committee.data):
            self.earlier.errors = [_("Choose the evaluation whose vendors or committee you want.")]
            good = False
        return good


class HardEndForm(Form):
    """The moment after which nothing is taken, as day and time in the district's zone."""

    ends_on = DayField(_("Hard end: day"), [Optional()])
    ends_time = ClockField(_("Hard end: time"), [Optional()])

    def show_end(self, ends_at: datetime | None, zone: str) -> None:
        """Put a stored end into the fields."""
        if ends_at is not None:
            local = ends_at.astimezone(ZoneInfo(zone))
            self.ends_on.data, self.ends_time.data = local.date(), local.time()

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether everything typed can be used: a time needs its day."""
        good = super().validate(extra_validators)
        if (
            self.ends_time.data is not None
            and self.ends_on.data is None
            and not self.ends_on.errors
        ):
            self.ends_on.errors = [str(_("Enter the day as well, or clear the time."))]
            good = False
        return good

    def read_end(self, zone: str) -> datetime | None:
        """The end that was typed; without a time, the end of the day."""
        day, at = self.ends_on.data, self.ends_time.data
        if day is None:
            return None
        return datetime.combine(day, at or LAST_MINUTE, tzinfo=ZoneInfo(zone)).astimezone(UTC)


class FactsForm(EditForm, HardEndForm, EvaluationForm):
    """Title, purpose and when scoring closes."""

    told_as = END

    closes_on = DayField(_("Scoring closes on"), [Optional()])


class ClosingForm(EditForm, HardEndForm):
    """Another day on which scoring closes."""

    told_as = END

    closes_on = DayField(
        _("Scoring closes on"), [InputRequired(_("Enter a date, like 2027-03-12."))]
    )


class RuleForm(EditForm):
    """How ballots become outcomes, and outcomes a score."""

    kind = RadioChoiceField(_("Decision rule"), coerce=RuleKind, choices=list_choices(RuleKind),
                      validators=[InputRequired(_("Choose a rule."))])  # fmt: skip
    over = WholeNumberField(_("Supermajority: how many YES marks"), [Optional()], limits.THRESHOLD)
    under = WholeNumberField(
        _("Supermajority: out of how many marks"), [Optional()], limits.THRESHOLD
    )
    quorum = WholeNumberField(
        _("Quorum: YES and NO marks needed for each criterion of a vendor"),
        [Optional()],
        limits.QUORUM,
    )
    pass_mark = WholeNumberField(
        _("Pass mark in percent"),
        [InputRequired(_("Enter a pass mark from 0 to 100 percent."))],
        limits.PASS_MARK,
    )
    mode = RadioChoiceField(_("Score"), coerce=ScoringMode, choices=list_choices(ScoringMode),
                      validators=[InputRequired(_("Choose how to score."))])  # fmt: skip
    prices_sealed = BooleanField(_("Keep prices sealed until every item has a finding"))


class SectionForm(EditForm):
    """A section of the rubric: a new one, or the title of one that is there."""

    title = StringField(
        _("Title of the section"),
        [InputRequired(_("Enter a title for the section.")), limit_length(limits.TITLE)],
    )


class CriterionForm(EditForm):
    """One criterion of the evaluation's own copy of the rubric."""

    told_as = TRANSLATIONS

    title = StringField(
        _("Title"),
        [InputRequired(_("Enter a title for the criterion.")), limit_length(limits.TITLE)],
    )
    question = TextAreaField(_("Question, to be answered YES or NO"), [limit_length(limits.NOTE)])
    look_for = TextAreaField(_("What to look for"), [Optional(), limit_length(limits.NOTE)])
    lead = ListChoiceField(_("Who knows most about it"), coerce=coerce_optional(Stakeholder),
                       choices=list_choices(Stakeholder, empty=_("Nobody in particular")),
                       validators=[Optional()])  # fmt: skip
    weight = ExactNumberField(
        _("Weight"), [InputRequired(_("Enter a weight, 1 by default."))], limits.WEIGHT
    )
    must_have = BooleanField(_("Must-have: a vendor that does not meet it is not eligible"))
    may_not_apply = BooleanField(_("May not apply: reviewers can answer NOT APPLICABLE"))
    left_out = BooleanField(_("Left out of this evaluation"))
    practice = TextAreaField(
        _("Practice round: what the made-up vendor shows"), [Optional(), limit_length(limits.NOTE)]
    )
    evidence_months = WholeNumberField(
        _("Months after which evidence counts as old"), [Optional()], limits.EVIDENCE_MONTHS
    )


class WeightForm(Form):
    """How much one criterion counts, and whether it must: a line of the table of all weights."""

    class Meta:
        csrf = False

    weight = ExactNumberField(
        _("Weight"), [InputRequired(_("Enter a weight, 1 by default."))], limits.WEIGHT
    )
    must_have = BooleanField(_("Must-have"))
    may_not_apply = BooleanField(_("May not apply"))


class WeightsForm(EditForm):
    """All of them; the lines are its parts."""


class VendorForm(EditForm):
    """One vendor with the basis of its price."""

    told_as: ClassVar = {"unit_price": ("unit_price_cents",)}

    company = StringField(
        _("Company"),
        [InputRequired(_("Enter the name of the company.")), limit_length(limits.NAME)],
    )
    product = StringField(_("Product"), [Optional(), limit_length(limits.NAME)])
    product_version = StringField(_("Version"), [Optional(), limit_length(limits.PRODUCT_VERSION)])
    contact_name = StringField(_("Contact person"), [Optional(), limit_length(limits.NAME)])
    contact_email = EmailField(
        _("Contact e-mail"), [Optional(), limit_length(limits.EMAIL), Checked(clean_contact)]
    )
    links = TextAreaField(
        _("Links, one a line"), [Optional(), limit_length(limits.NOTE), Checked(clean_links)]
    )
    price_unit = ListChoiceField(_("Price is"), coerce=coerce_optional(PriceUnit),
                             choices=list_choices(PriceUnit, empty=_("not known yet")),
                             validators=[LeftOpen()])  # fmt: skip
    unit_price = PriceField(_("Price of one unit for a year, in dollars"), [Optional()])
    quantity = WholeNumberField(_("Quantity"), [Optional()], limits.QUANTITY)
    term_months = WholeNumberField(_("Term in months"), [LeftOpen()], limits.TERM_MONTHS)
    price_rise = ExactNumberField(
        _("Rises by at most, in percent a year"), [Optional()], limits.PRICE_RISE
    )
    price_note = StringField(_("Note on the price"), [Optional(), limit_length(limits.SHORT_TEXT)])


class ChooseSeatForm(Form):
    """Role and stakeholder of a member."""

    roles = ListChoiceField(
        _("Role"),
        [InputRequired(_("Choose a role."))],
        choices=[SelectChoice(value, _(name)) for value, name in SEAT_NAMES.items()],
        default="reviewer",  # what most people are
    )
    stakeholder = ListChoiceField(
        _("Represents"),
        [InputRequired(_("Choose whom the person represents."))],
        coerce=Stakeholder,
        choices=list_choices(Stakeholder),
    )


class SeatForm(EditForm, ChooseSeatForm):
    """The seat of a member who has one."""

    told_as: ClassVar = {"roles": ("chair", "reviewer")}


class InviteForm(ChooseSeatForm):
    """An invitation to the committee; whom the person represents is never chosen by itself."""

    stakeholder = ListChoiceField(
        _("Represents"),
        [InputRequired(_("Choose whom the person represents."))],
        coerce=coerce_optional(Stakeholder),
        choices=list_choices(Stakeholder, empty=_("Choose")),
    )

    name = StringField(
        _("Name"), [InputRequired(_("Enter the person’s name.")), limit_length(limits.NAME)]
    )
    email = EmailField(
        _("E-mail address"),
        [
            InputRequired(_("Enter an e-mail address.")),
            limit_length(limits.EMAIL),
            Checked(clean_email),
        ],
    )


class RetentionForm(EditForm):
    """Until when the record is kept."""

    until = DayField(
        _("Keep the record until"),
        [InputRequired(_("Enter the day until which the record is kept."))],
    )
    hold = TextAreaField(_("Legal hold"), [Optional(), limit_length(limits.NOTE)])
    reason = TextAreaField(_("Why?"), [SometimesNeeded(), limit_length(limits.NOTE)])


class PhaseForm(ActForm):
    """A change of phase, below what it will do; `to` is the phase."""

    to = HiddenField()


class SectionRemovalForm(ActForm):
    """Where the criteria of a section go that is removed; the view knows the choices."""

    goes_to = RadioChoiceField(
        _("Where do its criteria go?"), [InputRequired(_("Choose where they go."))]
    )


class StepBackForm(PhaseForm, ReasonForm):
    """A step back, with the reason."""


class DeletionForm(ActForm):
    """The title of the evaluation that is deleted, typed once more."""

    typed = StringField(
        _("To delete it, type its title"),
        [
            InputRequired(_("Type the title of the evaluation as it stands above.")),
            limit_length(limits.TITLE),
        ],
    )


class SelectionForm(ActForm, StateForm):
    """A vendor out of the selection, or back in, below what that will do; `to` says which."""
