"""Forms of the meeting: findings, sittings, motions."""

from typing import ClassVar

from flask_babel import lazy_gettext as _
from wtforms import (
    HiddenField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Optional

from crrubric.domain import limits
from crrubric.domain.record.state import VOTE
from crrubric.domain.vocabulary import (
    Outcome,
)
from crrubric.web.shared.forms import (
    Form,
    RadioChoiceField,
    ReasonForm,
    SometimesNeeded,
    VersionedForm,
    WholeNumberField,
    limit_length,
    list_choices,
)
from crrubric.web.shared.versions import EditForm


class FindingForm(VersionedForm):
    """What the committee finds for one cell; `version` is that of the finding that was seen."""

    value = RadioChoiceField(
        _("The committee finds"),
        coerce=Outcome,
        choices=list_choices(Outcome),
        validators=[InputRequired(_("Choose what the committee finds."))],
    )
    reason = TextAreaField(_("Why?"), [SometimesNeeded(), limit_length(limits.NOTE)])
    evidence = TextAreaField(_("On what evidence?"), [Optional(), limit_length(limits.NOTE)])
    agreed = StringField(_("Who agreed?"), [Optional(), limit_length(limits.SHORT_TEXT)])
    at = HiddenField()  # when the finding that was seen was recorded


class AttendanceForm(EditForm):
    """Who is present; the ticks are beside it."""


class SittingForm(Form):
    """The opening of a meeting."""

    place = StringField(_("Where"), [Optional(), limit_length(limits.SHORT_TEXT)])


class PostponementForm(ReasonForm):
    """Why a cell is put off; `version` is of the reason that stands there already."""

    version = HiddenField()

    reason = TextAreaField(
        _("Why, and until when?"),
        [InputRequired(_("Say why it is postponed.")), limit_length(limits.NOTE)],
    )


class MotionFields(Form):
    """A motion with its vote."""

    words = TextAreaField(
        _("The motion"), [InputRequired(_("Say what the motion is.")), limit_length(limits.NOTE)]
    )
    moved_by = StringField(_("Moved by"), [Optional(), limit_length(limits.NAME)])
    seconded_by = StringField(_("Seconded by"), [Optional(), limit_length(limits.NAME)])
    in_favor = WholeNumberField(
        _("In favor"), [InputRequired(_("Count the votes in favor."))], limits.VOTES
    )
    opposed = WholeNumberField(_("Against"), [Optional()], limits.VOTES)
    abstaining = WholeNumberField(_("Abstaining"), [Optional()], limits.VOTES)


class MotionForm(MotionFields):
    """A motion that is put; `shown` says which items are meant."""

    shown = HiddenField()


class MotionCorrectionForm(EditForm, MotionFields):
    """What is recorded of a motion, and why it is corrected."""

    told_as: ClassVar = {"words": ("motion",), **{name: (told,) for name, told in VOTE.items()}}

    reason = TextAreaField(
        _("Why is it corrected?"),
        [InputRequired(_("Say why it is corrected.")), limit_length(limits.NOTE)],
    )
