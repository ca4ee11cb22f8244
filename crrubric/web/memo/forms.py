"""Forms of the memo: issuing it, and whether it names people."""

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from crrubric.domain import limits
from crrubric.web.shared.forms import (
    ActForm,
    ListChoiceField,
    OneChosen,
    RadioChoiceField,
    limit_length,
)
from crrubric.web.shared.versions import EditForm

NAMES, ROLES = "names", "roles"


def make_language_field() -> ListChoiceField:
    """In which language the memo is issued."""
    return ListChoiceField(_("Language of the memo"), [InputRequired(_("Choose a language."))])


def make_read_field() -> BooleanField:
    """That whoever issues the memo has read it."""
    wanted = InputRequired(_("Read the memo first, then check the box that says so."))
    return BooleanField(_("I have read the memo"), [wanted])


class IssueForm(ActForm):
    """What is said before the memo is issued; the view knows the languages."""

    language = make_language_field()
    read = make_read_field()


class ReissueForm(ActForm):
    """What is said before a memo is issued that replaces one."""

    language = make_language_field()
    reason = TextAreaField(
        _("Why is it issued anew?"),
        [
            InputRequired(_("Say why the memo is issued anew: the new issue prints it.")),
            limit_length(limits.NOTE),
        ],
    )
    read = make_read_field()


class NamesForm(EditForm):
    """Whether the memo names people."""

    shows = RadioChoiceField(
        _("What stands for the members of the committee?"),
        [OneChosen()],
        choices=[
            SelectChoice(NAMES, _("The memo names people")),
            SelectChoice(ROLES, _("The memo gives their roles only")),
        ],
    )
