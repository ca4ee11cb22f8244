"""Forms of imports."""

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField

from crrubric.web.shared.forms import DayField, Form, SometimesNeeded


class MarkFileForm(Form):
    """A file of marks."""

    file = FileField(_("File with marks (CSV or Excel)"), [FileRequired(_("Choose a file."))])


class MarkColumnsForm(Form):
    """The buttons below the columns of a file; what each column is stands in the page and is read
    by the view. `version` is of what was shown."""

    version = HiddenField()


class TakeMarksForm(Form):
    """What is asked of a chair who imports the ballots of others. `version` is of what was shown;
    what words and names mean stands in the page and is read by the view."""

    version = HiddenField()
    given_on = DayField(_("On which day were these ballots given?"), [SometimesNeeded()])
    no_conflict = BooleanField(
        _("The reviewers say that they have no conflict of interest with these vendors")
    )
    keep_latest = BooleanField(_("Of people who answered more than once, keep the latest answers"))
