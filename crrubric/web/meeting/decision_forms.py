"""The forms of the decision page: recommendation with its order, positions, commitments."""

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

from crrubric.domain import limits
from crrubric.domain.vocabulary import PositionKind, RankingKind
from crrubric.web.shared.forms import Choice, Day, Form, Options, WholeNumber, choices, longest


class DecisionForm(Form):
    """The recommendation with the order; the list of vendors is set by the view.

    `shown` is the computed order that the page showed.
    """

    vendor = Options(_("The committee recommends"),
                        validators=[InputRequired(_("Choose a vendor, or none."))])  # fmt: skip
    reason = TextAreaField(
        _("Why?"),
        [InputRequired(_("Say why: the board reads it first.")), longest(limits.LONG_TEXT)],
    )
    conditions = TextAreaField(_("Conditions"), [Optional(), longest(limits.LONG_TEXT)])
    term = StringField(_("Term"), [Optional(), longest(limits.SHORT_TEXT)])
    cost_ceiling = StringField(_("Cost ceiling"), [Optional(), longest(limits.SHORT_TEXT)])
    ranking = Options(_("The committee adopts"), coerce=RankingKind, choices=choices(RankingKind),
                      validators=[InputRequired(_("Say which order it adopts."))])  # fmt: skip
    ranking_reason = TextAreaField(_("Why another order?"), [Optional(), longest(limits.LONG_TEXT)])
    shown = HiddenField()


class PositionForm(Form):
    """Where a reviewer stands on the recommendation."""

    kind = Options(_("Where do you stand?"), coerce=PositionKind, choices=choices(PositionKind),
                   validators=[InputRequired(_("Choose one."))])  # fmt: skip
    words = TextAreaField(
        _("In your own words"), [Optional(), longest(limits.LONG_TEXT)], id="position-words"
    )


class CommitmentForm(Form):
    """A promise of a vendor; the list of vendors is set by the view."""

    vendor = Choice(
        _("Vendor"), validators=[InputRequired(_("Choose a vendor."))], id="commitment-vendor"
    )
    words = TextAreaField(
        _("What the vendor commits itself to"),
        [InputRequired(_("Say what the vendor commits itself to.")), longest(limits.NOTE)],
        id="commitment-words",
    )
    owner = StringField(
        _("Who watches over it"),
        [InputRequired(_("Say who watches over it.")), longest(limits.TITLE)],
    )
    due_on = Day(_("Due on"), [Optional()])


class RankForm(Form):
    """One vendor's rank in another order than the computed one."""

    class Meta:
        csrf = False  # it is a part of the recommendation's form

    rank = WholeNumber(_("Rank"), [Optional()])


class ReinstatementForm(Form):
    """Why a vendor is reinstated, or no longer; a page has one for each vendor it is about."""

    reason = TextAreaField(
        _("The committee’s reason"), [InputRequired(_("Say why.")), longest(limits.NOTE)]
    )

    def about(self, vendor_id: int) -> "ReinstatementForm":
        """The form with a control of its own name on the page."""
        self.reason.id = f"reinstate-{vendor_id}"
        return self
