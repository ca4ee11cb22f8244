"""The form for a reminder by hand."""

from flask_babel import lazy_gettext as _
from wtforms import TextAreaField
from wtforms.validators import Optional

from crrubric.domain import limits
from crrubric.web.shared.forms import Form, limit_length


class ReminderForm(Form):
    """A chair's own words in a reminder."""

    words = TextAreaField(_("Your own message"), [Optional(), limit_length(limits.NOTE)])
