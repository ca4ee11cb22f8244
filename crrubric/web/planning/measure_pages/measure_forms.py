"""Forms for measures and their values."""

from flask_babel import lazy_gettext as _
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

from crrubric.domain import limits
from crrubric.domain.planning.followup.measures import MeasureUnit
from crrubric.services.planning.actuals import ActualText
from crrubric.services.planning.measures import MeasureText
from crrubric.web.shared.forms import (
    DayField,
    Form,
    RadioChoiceField,
    coerce_optional,
    limit_length,
    list_choices,
)
from crrubric.web.shared.versions import EditForm


class MeasureForm(EditForm):
    """What is followed: from which baseline to which target."""

    words = StringField(_("What is measured?"), [limit_length(limits.SHORT_TEXT)])
    unit = RadioChoiceField(
        _("What do its numbers count?"),
        choices=list_choices(MeasureUnit),
        coerce=coerce_optional(MeasureUnit),
        validators=[InputRequired(_("Choose one."))],
    )
    baseline = StringField(_("Baseline"), [limit_length(limits.NUMBER_TEXT)])
    baseline_on = DayField(_("It was so on"), [Optional()])
    target = StringField(_("Target"), [limit_length(limits.NUMBER_TEXT)])
    due_on = DayField(_("To be reached by"), [Optional()])

    def read_measure(self) -> MeasureText:
        """What was typed; only of a form that is valid."""
        return MeasureText(
            words=self.words.data or "",
            unit=self.unit.data,
            baseline=self.baseline.data or "",
            baseline_on=self.baseline_on.data,
            target=self.target.data or "",
            due_on=self.due_on.data,
        )


class TakeMeasuresForm(Form):
    """The button below what is ticked."""


class ActualForm(Form):
    """A value of a measure."""

    period = StringField(
        _("Day or school year"),
        [InputRequired(_("Say for which day or school year.")), limit_length(limits.NAME)],
    )
    value = StringField(
        _("Value"), [InputRequired(_("Enter the value.")), limit_length(limits.NUMBER_TEXT)]
    )
    told_by = StringField(_("Where the number comes from"), [limit_length(limits.SHORT_TEXT)])
    note = TextAreaField(_("Note"), [limit_length(limits.NOTE)])

    def read_actual(self) -> ActualText:
        """What was typed; only of a form that is valid."""
        return ActualText(
            period=self.period.data or "",
            value=self.value.data or "",
            told_by=self.told_by.data or "",
            note=self.note.data or "",
        )


class ActualCorrectionForm(EditForm, ActualForm):
    """Another value in place of one that was wrong."""

    value = StringField(_("Value"), [limit_length(limits.NUMBER_TEXT)])
    reason = TextAreaField(
        _("What was wrong?"),
        [InputRequired(_("Say what was wrong.")), limit_length(limits.NOTE)],
    )
