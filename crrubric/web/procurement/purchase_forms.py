"""What is typed of a purchase: its facts, its days, what shows a line of its checklist."""

from collections.abc import Iterable, Mapping
from typing import ClassVar, Self

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from crrubric.domain import limits
from crrubric.domain.procurement.line_states import EvidenceLevel, LineState
from crrubric.domain.procurement.purchase import FundKind, PurchaseMethod
from crrubric.models import JournalEntry, Vendor
from crrubric.web.planning.forms import RowForm
from crrubric.web.shared.forms import (
    DayField,
    ExactNumberField,
    Form,
    ListChoiceField,
    OneChosen,
    RadioChoiceField,
    SometimesNeeded,
    coerce_optional,
    limit_length,
    list_choices,
)
from crrubric.web.shared.versions import EditForm

SHORT = [Optional(), limit_length(limits.SHORT_TEXT)]


class FundForm(RowForm):
    """A fund, with what it pays."""

    fund_kind = ListChoiceField(_("Fund"), [Optional()], coerce=coerce_optional(FundKind),
                                choices=list_choices(FundKind, empty=_("Choose")))  # fmt: skip
    fund_name = StringField(_("What you call it"), [Optional(), limit_length(limits.TITLE)])
    fund_amount = ExactNumberField(_("Amount in dollars"), [Optional()], limits.PLAN_MONEY)
    fund_share = ExactNumberField(_("Or share in percent"), [Optional()], limits.FUND_SHARE)


class OwnLimitForm(RowForm):
    """A limit of the district, with where it stands."""

    limit_amount = ExactNumberField(_("Amount in dollars"), [Optional()], limits.PLAN_MONEY)
    limit_source = StringField(_("Where it stands"), SHORT)
    limit_since = DayField(_("Holds since"), [Optional()])


class PurchaseForm(EditForm):
    """The facts of a purchase; funds and limits are its parts."""

    told_as: ClassVar = {"estimate": ("estimate_cents",)}

    method = ListChoiceField(
        _("Method"),
        [Optional()],
        coerce=coerce_optional(PurchaseMethod),
        choices=list_choices(PurchaseMethod, empty=_("not chosen yet")),
    )
    method_reason = TextAreaField(_("Why this method?"), [Optional(), limit_length(limits.NOTE)])
    solicitation = StringField(_("Number of the solicitation"), SHORT)
    estimate = ExactNumberField(
        _("Your own estimate of the whole cost, in dollars"), [Optional()], limits.PLAN_MONEY
    )
    estimate_on = DayField(_("Estimated on"), [Optional()])
    estimate_note = TextAreaField(
        _("How was it estimated?"), [Optional(), limit_length(limits.NOTE)]
    )

    def find_change(self, name: str, changes: Mapping[str, JournalEntry]) -> JournalEntry | None:
        """The last change; the journal tells all funds at once, and all limits."""
        if name.startswith("row"):
            return changes.get("funds")
        return (
            changes.get("limits")
            if name.startswith("limit")
            else super().find_change(name, changes)
        )


class PurchaseDaysForm(EditForm):
    """The days of a purchase."""

    published_on = DayField(_("Solicitation published"), [Optional()])
    offers_due_on = DayField(_("Offers due"), [Optional()])
    board_on = DayField(_("Board action"), [Optional()])
    board_motion = StringField(_("Number of the motion"), SHORT)
    contract_on = DayField(_("Contract signed"), [Optional()])
    begins_on = DayField(_("Contract begins"), [Optional()])
    ends_on = DayField(_("Contract ends"), [Optional()])


class PurchaseLineForm(EditForm):
    """What shows a line of the checklist."""

    told_as: ClassVar = {
        "kept_at": ("kept at",),
        "done_on": ("done on",),
        "done_by": ("done by",),
        "line_vendor": ("vendor_id",),
        "line_state": ("state",),
    }

    title = StringField(_("What is to be checked?"), [Optional(), limit_length(limits.SHORT_TEXT)])
    line_state = RadioChoiceField(
        _("Status"),
        choices=list_choices(LineState),
        coerce=coerce_optional(LineState),
        validators=[OneChosen()],
    )
    line_vendor = ListChoiceField(_("Which vendor is it about?"), [SometimesNeeded()])
    level = ListChoiceField(
        _("Level of evidence"),
        [SometimesNeeded()],
        coerce=coerce_optional(EvidenceLevel),
        choices=list_choices(EvidenceLevel, empty=_("not chosen yet")),
    )
    note = TextAreaField(
        _("What shows it, or why does it not apply?"),
        [SometimesNeeded(), limit_length(limits.NOTE)],
    )
    kept_at = StringField(_("Where is it kept?"), [Optional(), limit_length(limits.LINK)])
    done_on = DayField(_("Done on"), [Optional()])
    done_by = StringField(_("Done by"), [Optional(), limit_length(limits.NAME)])

    def offer_vendors(self, vendors: Iterable[Vendor], stored: Vendor | None) -> Self:
        """The vendors to choose from, and the one that is stored, even if it has left."""
        named = {vendor.id: vendor.name for vendor in vendors}
        if stored is not None:
            named.setdefault(stored.id, stored.name)
        self.line_vendor.choices = [
            SelectChoice("", gettext("not chosen yet")),
            *(SelectChoice(str(key), name) for key, name in named.items()),
        ]
        return self


class OwnLineForm(Form):
    """A line that the district adds to its checklist."""

    own_title = StringField(
        _("What else is to be checked?"),
        [InputRequired(_("Say what is to be checked.")), limit_length(limits.SHORT_TEXT)],
    )
