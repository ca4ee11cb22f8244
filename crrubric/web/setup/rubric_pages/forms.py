"""Forms of rubric files."""

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

from crrubric.domain import limits
from crrubric.web.shared.forms import Form, ListChoiceField, limit_length


class RubricTextForm(Form):
    """The text of a rubric file, as it was pasted or read; `version` is of the rubric that the page
    compared it with, `name` what the file was called."""

    words = TextAreaField(
        _("Rubric as text"),
        [
            InputRequired(_("Paste the rubric, or choose a file.")),
            limit_length(limits.TABLE_TEXT),
        ],
    )
    name = HiddenField()
    version = HiddenField()


class RubricFileForm(Form):
    """A rubric in a file. A form of its own: a text can be carried along, a file can't."""

    file = FileField(
        _("Rubric file (.toml, .csv, .xlsx, or .json of CASE 1.1)"),
        [FileRequired(_("Choose a file."))],
    )


class KeepRubricForm(Form):
    """Under which rubric of the library an evaluation's own is kept, and what was changed."""

    rubric = ListChoiceField(_("Keep it as"))
    name = StringField(_("Name of a new one"), [Optional(), limit_length(limits.TITLE)])
    note = TextAreaField(_("What was changed, and why"), [Optional(), limit_length(limits.NOTE)])
