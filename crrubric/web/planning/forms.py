"""What is typed on the pages of the plan."""

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any, Self

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from crrubric.domain import limits
from crrubric.domain.planning.calibration import parse_pace, write_pace
from crrubric.domain.planning.rosters import FIELDS, require_half_semesters
from crrubric.domain.planning.triage import Setting
from crrubric.domain.planning.venues import VenueHours, VenueKind
from crrubric.models import JournalEntry
from crrubric.web.shared.forms import (
    Checked,
    ExactNumberField,
    Form,
    ListChoiceField,
    NumberField,
    OneChosen,
    RadioChoiceField,
    SometimesNeeded,
    WholeNumberField,
    ask_to_choose,
    limit_length,
    list_choices,
)
from crrubric.web.shared.versions import EditForm, read_control

LONGEST_HEADER = 60  # characters of a header in a list
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
        validators=[OneChosen()],
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
            self.settled.errors = [ask_to_choose(self.settled)]
            good = False
        return good


class HintForm(Form):
    """What the chair makes of a hint; `version` is of what was settled before."""

    version = HiddenField()
    settled = RadioChoiceField(
        _("What do you make of it?"),
        choices=[SelectChoice(YES, _("Take it")), SelectChoice(NO, _("Decline it"))],
        validators=[OneChosen()],
    )
    reason = TextAreaField(_("Why?"), [InputRequired(_("Say why.")), limit_length(limits.NOTE)])

    def named(self, name: str) -> Self:
        """The form with ids of its own, for a page that has several of them."""
        self.settled.id, self.reason.id = f"{name}settled", f"{name}reason"
        return self


class RosterForm(Form):
    """A file with learners, of which nothing is stored."""

    file = FileField(_("Roster (.xlsx or .csv)"), [FileRequired(_("Choose a file."))])


class ColumnsForm(RosterForm):
    """The same file once more, with the column of each field; `header` is of the one before.

    The choices are places of columns, never what stands in them: a file without a header begins
    with a learner.
    """

    header = HiddenField()
    learner = ListChoiceField(_("Learner: a number or code of the learner"), choices=[])
    credits_needed = ListChoiceField(_("Credits still needed"), choices=[])
    credits_earned = ListChoiceField(_("Or credits earned so far"), choices=[])
    credits_required = ListChoiceField(_("… and credits required to graduate"), choices=[])
    semesters_left = ListChoiceField(_("Semesters left"), choices=[])
    online_suits = ListChoiceField(_("Does fully online learning suit? Yes or no"), choices=[])

    def offer(self, header: Sequence[str]) -> Self:
        """The form with the columns of a file to choose from."""
        choices = [SelectChoice("", gettext("none"))]
        for place, name in enumerate(header):
            words = name.strip()[:LONGEST_HEADER] or gettext("without a name")
            choices.append(SelectChoice(str(place), f"{place + 1}. {words}"))
        for field in FIELDS:
            self[field].choices = choices
        return self

    def list_chosen(self) -> dict[str, int]:
        """field -> the place of its column; only of a form that is valid."""
        return {field: int(self[field].data) for field in FIELDS if self[field].data}


class PaceField(NumberField):
    """Credits a semester, or credits and semesters; `data` is a Fraction or None."""

    def parse_typed(self, text: str) -> Fraction:
        """The pace, exactly."""
        return parse_pace(text)

    def format_data(self) -> str:
        """As it can be typed again."""
        return write_pace(self.data)


class RowForm(Form):
    """One row of a table; the form around it has the token. A row of blanks is none."""

    class Meta(Form.Meta):
        """A part of a form that has a token."""

        csrf = False

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in it."""
        return not any(read_control(field) for field in self)

    def check_row(self, needed: Collection[str]) -> bool:
        """Whether it can be used: these fields are filled in, or none is."""
        good = self.validate()
        for name in () if self.is_blank else needed:
            if not self[name].errors and not read_control(self[name]):
                self[name].errors = [gettext("Fill this in as well.")]
                good = False
        return good


class PointForm(RowForm):
    """A point of the line from pace to chance."""

    pace = PaceField(_("Credits a semester"), [Optional()], limits.CREDITS)
    chance = ExactNumberField(_("Graduate on time, in percent"), [Optional()], limits.CHANCE)


class GroupForm(RowForm):
    """A group of a past cohort."""

    pace_from = ExactNumberField(_("Credits a semester, from"), [Optional()], limits.CREDITS)
    pace_to = ExactNumberField(_("to, not included"), [Optional()], limits.CREDITS)
    learners = WholeNumberField(_("Learners"), [Optional()], limits.LEARNERS)
    graduated = WholeNumberField(_("Graduated on time"), [Optional()], limits.COUNT)


class PointsForm(EditForm):
    """The points of a line; the rows are its parts."""

    def find_change(self, name: str, changes: Mapping[str, JournalEntry]) -> JournalEntry | None:
        """The last change of the line: the journal tells all points at once."""
        return changes.get("points")


class CohortForm(EditForm):
    """A past cohort; the groups are its parts."""

    def find_change(self, name: str, changes: Mapping[str, JournalEntry]) -> JournalEntry | None:
        """The last change of the cohort: the journal tells all groups at once."""
        return changes.get("groups")


class CohortTableForm(Form):
    """A past cohort that was pasted."""

    table = TextAreaField(
        _("Rows from a spreadsheet"),
        [InputRequired(_("Paste at least one row.")), limit_length(limits.TABLE_TEXT)],
    )


class CountsForm(Form):
    """How many learners get each setting; `line` is of the line by which they were worked out."""

    line = HiddenField()

    def list_counts(self) -> dict[Setting, int]:
        """Only of a form that is valid."""
        return {setting: self[setting.value].data for setting in Setting}


class VenueForm(RowForm):
    """Where and when one setting happens."""

    kind = ListChoiceField(_("Where"), [OneChosen()], coerce=VenueKind,
                           choices=list_choices(VenueKind))  # fmt: skip
    hours = ListChoiceField(_("When"), [OneChosen()], coerce=VenueHours,
                            choices=list_choices(VenueHours))  # fmt: skip


class VenuesForm(EditForm):
    """Where and when; the settings are its parts."""

    def find_change(self, name: str, changes: Mapping[str, JournalEntry]) -> JournalEntry | None:
        """The last change of the setting: the journal tells where and when at once."""
        return changes.get(name.partition("-")[0])


for each in Setting:
    setattr(
        CountsForm,
        each.value,
        WholeNumberField(
            _(each.label), [InputRequired(_("Enter a number; 0 if nobody gets it."))], limits.COUNT
        ),
    )
