"""The forms of the decision page: recommendation with its order, positions, commitments."""

from collections.abc import Iterable
from typing import ClassVar, Self

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

from crrubric.domain import limits
from crrubric.domain.vocabulary import CommitmentState, PositionKind, RankingKind
from crrubric.web.shared.forms import (
    DayField,
    Form,
    ListChoiceField,
    OneChosen,
    RadioChoiceField,
    ReasonForm,
    SometimesNeeded,
    WholeNumberField,
    coerce_optional,
    limit_length,
    list_choices,
)
from crrubric.web.shared.versions import EditForm


class DecisionForm(EditForm):
    """The recommendation with the order; the list of vendors is set by the view.

    `shown` is the computed order that the page showed.
    """

    told_as: ClassVar = {
        "vendor": ("vendor_id",),
        "ranking": ("as_computed",),
        "ranking_reason": ("why_another_order",),
    }

    vendor = RadioChoiceField(_("The committee recommends"),
                        validators=[InputRequired(_("Choose a vendor, or none."))])  # fmt: skip
    reason = TextAreaField(
        _("Why?"),
        [InputRequired(_("Say why: the board reads it first.")), limit_length(limits.LONG_TEXT)],
    )
    conditions = TextAreaField(_("Conditions"), [Optional(), limit_length(limits.LONG_TEXT)])
    term = StringField(_("Term"), [Optional(), limit_length(limits.SHORT_TEXT)])
    cost_ceiling = StringField(_("Cost ceiling"), [Optional(), limit_length(limits.SHORT_TEXT)])
    ranking = RadioChoiceField(
        _("The committee adopts"),
        coerce=RankingKind,
        choices=list_choices(RankingKind),
        validators=[InputRequired(_("Say which order it adopts."))],
    )
    ranking_reason = TextAreaField(
        _("Why another order?"), [SometimesNeeded(), limit_length(limits.LONG_TEXT)]
    )
    shown = HiddenField()


class PositionForm(EditForm):
    """Where a reviewer stands on the recommendation."""

    told_as: ClassVar = {"kind": ("position",)}

    kind = RadioChoiceField(
        _("Where do you stand?"),
        coerce=PositionKind,
        choices=list_choices(PositionKind),
        validators=[OneChosen()],
    )
    words = TextAreaField(
        _("In your own words"),
        [SometimesNeeded(), limit_length(limits.LONG_TEXT)],
        id="position-words",
    )


class CommitmentForm(Form):
    """A promise of a vendor; the list of vendors is set by the view."""

    vendor = ListChoiceField(
        _("Vendor"),
        validators=[InputRequired(_("Choose a vendor."))],
        id="commitment-vendor",
        first=_("Choose a vendor"),
    )
    words = TextAreaField(
        _("What the vendor commits itself to"),
        [InputRequired(_("Say what the vendor commits itself to.")), limit_length(limits.NOTE)],
        id="commitment-words",
    )
    owner = StringField(
        _("Who follows up"),
        [InputRequired(_("Say who follows up.")), limit_length(limits.TITLE)],
    )
    due_on = DayField(_("Due on"), [InputRequired(_("Enter the day by which it is due."))])


class CommitmentStateForm(EditForm):
    """Whether a commitment was kept, and what shows it."""

    state = RadioChoiceField(
        _("Was it kept?"),
        choices=list_choices(CommitmentState),
        coerce=coerce_optional(CommitmentState),
        validators=[OneChosen()],
    )
    reason = TextAreaField(
        _("What shows it?"),
        [
            InputRequired(_("Say what shows it: the next evaluation reads it.")),
            limit_length(limits.NOTE),
        ],
    )


class RankForm(Form):
    """One vendor's rank in another order than the computed one."""

    class Meta:
        csrf = False  # it is a part of the recommendation's form

    rank = WholeNumberField(_("Rank"), [Optional()], limits.RANK)


class ReinstatementForm(ReasonForm):
    """Why a vendor is reinstated, or no longer; a page has one for each vendor and act.

    `must_haves` has those that the page named as not met, or as lifted. `overtaken`: somebody has
    done it meanwhile, and the page offers the opposite by now.
    """

    overtaken = False

    reason = TextAreaField(
        _("The committee’s reason"), [InputRequired(_("Say why.")), limit_length(limits.NOTE)]
    )
    must_haves = HiddenField()

    def showing(self, codes: Iterable[str]) -> Self:
        """The form beside these must-haves."""
        self.must_haves.data = " ".join(codes)
        return self

    def list_shown(self) -> list[str]:
        """The codes of the must-haves that the page named."""
        return (self.must_haves.data or "").split()
