"""What is typed on the pages of the plan."""

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from crrubric.domain import limits
from crrubric.domain.planning.rosters import require_half_semesters
from crrubric.web.shared.forms import Checked, ExactNumberField, Form, RadioChoiceField

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


class RosterForm(Form):
    """A file with learners, of which nothing is stored."""

    file = FileField(_("Roster (.xlsx or .csv)"), [FileRequired(_("Choose a file."))])
