"""What a trial is made of. It is sent with GET: nothing is stored, and the address can be kept."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _
from wtforms import BooleanField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from crrubric.domain import limits
from crrubric.domain.limits import NumberLimits
from crrubric.domain.statistics.acceptability import CONCENTRATION_LEAST, CONCENTRATION_MOST
from crrubric.domain.vocabulary import RuleKind
from crrubric.web.shared.forms import (
    ExactNumberField,
    Form,
    ListChoiceField,
    RadioChoiceField,
    WholeNumberField,
    list_choices,
)


class TrialForm(Form):
    """Another rule, somebody left out, how far weights are drawn from the official ones."""

    class Meta:
        csrf = False  # it changes nothing

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
    without = ListChoiceField(_("Leave out"), [Optional()])
    concentration = WholeNumberField(
        _("How close random weights stay to the official ones"),
        [InputRequired(_("Enter a whole number."))],
        NumberLimits(CONCENTRATION_LEAST, CONCENTRATION_MOST),
    )

    def offer(self, reviewers: Sequence[str]) -> None:
        """The reviewers that can be left out, one at a time."""
        self.without.choices = [
            SelectChoice("", _("nobody")),
            *(SelectChoice(name, name) for name in reviewers),
        ]


class WeightTrialForm(Form):
    """Weight and must-have of one criterion."""

    class Meta:
        csrf = False

    weight = ExactNumberField(
        _("Weight"), [InputRequired(_("Enter a weight, 1 by default."))], limits.WEIGHT
    )
    must_have = BooleanField(_("Must-have"))
