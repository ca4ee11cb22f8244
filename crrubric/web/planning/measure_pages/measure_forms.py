"""Forms for measures and their values."""

from collections.abc import Collection

from flask_babel import lazy_gettext as _
from wtforms import StringField, TextAreaField
from wtforms.validators import InputRequired, Optional

from crrubric.domain import limits
from crrubric.domain.planning.followup.measures import MeasureUnit
from crrubric.services.planning.actuals import ActualText
from crrubric.services.planning.measures import MeasureText
from crrubric.services.planning.reviews import ReviewText
from crrubric.web.shared.forms import (
    DayField,
    Form,
    OneChosen,
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
        validators=[OneChosen()],
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


class ReviewForm(EditForm):
    """A review meeting that was held; the ticks of who was there are beside it."""

    held_on = DayField(_("Held on"), [InputRequired(_("Say on which day it was held."))])
    about = StringField(_("What was looked at"), [limit_length(limits.SHORT_TEXT)])
    others = StringField(_("Who else was there"), [limit_length(limits.SHORT_TEXT)])
    minutes = TextAreaField(
        _("Minutes"),
        [InputRequired(_("Write down what was said.")), limit_length(limits.NOTE)],
    )
    decisions = TextAreaField(_("Decisions, one a line"), [limit_length(limits.NOTE)])
    next_on = DayField(_("Next review on"), [Optional()])

    def read_review(self, present: Collection[int]) -> ReviewText:
        """What was typed; only of a form that is valid. Args: present: ids that were ticked."""
        return ReviewText(
            held_on=self.held_on.data,
            about=self.about.data or "",
            present=present,
            others=self.others.data or "",
            minutes=self.minutes.data or "",
            next_on=self.next_on.data,
            decisions=self.decisions.data or "",
        )


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
