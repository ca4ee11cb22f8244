"""Forms of the meeting: findings, sittings, motions."""

from flask_babel import lazy_gettext as _
from wtforms import (
    HiddenField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Optional

from crrubric.domain import limits
from crrubric.domain.vocabulary import (
    Outcome,
)
from crrubric.web.shared.forms import Form, Options, VersionedForm, WholeNumber, choices, longest


class FindingForm(VersionedForm):
    """What the committee finds for one cell; `version` is that of the finding that was seen."""

    value = Options(_("The committee finds"), coerce=Outcome, choices=choices(Outcome),
                       validators=[InputRequired(_("Choose what it finds."))])  # fmt: skip
    reason = TextAreaField(_("Why?"), [Optional(), longest(limits.NOTE)])
    evidence = TextAreaField(_("On what evidence?"), [Optional(), longest(limits.NOTE)])
    agreed = StringField(_("Who agreed?"), [Optional(), longest(limits.SHORT_TEXT)])


class SittingForm(Form):
    """The opening of a meeting."""

    place = StringField(_("Where"), [Optional(), longest(limits.SHORT_TEXT)])


class MotionForm(Form):
    """A motion with its vote."""

    words = TextAreaField(
        _("The motion"), [InputRequired(_("Say what was moved.")), longest(limits.NOTE)]
    )
    moved_by = StringField(_("Moved by"), [Optional(), longest(limits.NAME)])
    seconded_by = StringField(_("Seconded by"), [Optional(), longest(limits.NAME)])
    in_favor = WholeNumber(_("In favor"), [InputRequired(_("Count the votes in favor."))])
    opposed = WholeNumber(_("Against"), [Optional()])
    abstaining = WholeNumber(_("Abstaining"), [Optional()])
    expected = HiddenField()
