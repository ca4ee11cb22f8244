"""What is typed on the pages of the plan."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired
from wtforms import TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from crrubric.domain import limits
from crrubric.domain.planning.rosters import require_half_semesters
from crrubric.web.shared.forms import (
    Checked,
    ExactNumberField,
    Form,
    RadioChoiceField,
    SometimesNeeded,
    limit_length,
)
from crrubric.web.shared.versions import EditForm

YES, NO = "yes", "no"


class LearnerForm(Form):
    """One learner, without a name. It is sent by POST so that no log of addresses keeps it."""

    needed = ExactNumberField(
        _("Credits still needed"), [InputRequired(_("Enter the credits."))], limits.CREDITS
    )
    semesters = ExactNumberField(
        _("Semesters left until the original graduation date"),
        [InputRequired(_("Enter the semesters.")), Checked(require_half_semesters)],
        limits.SEMESTERS,
    )
    suits = RadioChoiceField(
        _("Does fully online learning suit the learner?"),
        choices=[SelectChoice(YES, _("Yes")), SelectChoice(NO, _("No"))],
        validators=[InputRequired(_("Choose yes or no."))],
    )


class SettlementForm(EditForm):
    """All criteria of a vote, as the chair settles them; the lines are its parts."""


class SettledLineForm(Form):
    """One criterion: whether it is a must-have now, and why if the vote says otherwise."""

    class Meta:
        csrf = False

    settled = RadioChoiceField(
        _("Settle it as"),
        choices=[
            SelectChoice(YES, _("Must-have")),
            SelectChoice(NO, _("Not a must-have")),
        ],
        validators=[SometimesNeeded()],
    )
    reason = TextAreaField(_("Why?"), [SometimesNeeded(), limit_length(limits.NOTE)])

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether it can be used: a reason alone settles nothing."""
        good = super().validate(extra_validators)
        if self.reason.data and not self.settled.data and not self.settled.errors:
            self.settled.errors = [str(_("Choose one."))]
            good = False
        return good


class RosterForm(Form):
    """A file with learners, of which nothing is stored."""

    file = FileField(_("Roster (.xlsx or .csv)"), [FileRequired(_("Choose a file."))])
