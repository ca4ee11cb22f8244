"""Forms of the record: asking for an archive, and hiding a text in copies for the public."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _
from wtforms import StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from crrubric.domain import limits
from crrubric.domain.archive.manifest import CopyKind
from crrubric.domain.limits import NumberLimits
from crrubric.domain.people.languages import NAMES
from crrubric.services.exchange.archives.archives import ArchiveText
from crrubric.web.shared.forms import (
    ActForm,
    Form,
    ListChoiceField,
    OneChosen,
    RadioChoiceField,
    SometimesNeeded,
    WholeNumberField,
    limit_length,
)
from crrubric.web.shared.versions import EditForm

WHOLE, ROLES, NAMED = "whole", "roles", "names"


class ArchiveForm(Form):
    """For whom the archive is, and in which language."""

    kind = RadioChoiceField(
        _("For whom is it?"),
        [OneChosen()],
        choices=[
            SelectChoice(WHOLE, _("For the district’s own record: everything")),
            SelectChoice(ROLES, _("For the public, with roles instead of names")),
            SelectChoice(NAMED, _("For the public, with names")),
        ],
    )
    language = ListChoiceField(
        _("Language of its documents"), [InputRequired(_("Choose a language."))]
    )

    def offer_languages(self, codes: Iterable[str]) -> None:
        """Let these be chosen, the first of them at first."""
        self.language.choices = [SelectChoice(code, NAMES[code]) for code in codes]
        self.language.data = self.language.data or self.language.choices[0].value

    def read_wish(self) -> ArchiveText:
        """What was asked for."""
        return ArchiveText(
            copy=CopyKind.WHOLE if self.kind.data == WHOLE else CopyKind.REDACTED,
            names_people=self.kind.data == NAMED,
            language=self.language.data,
        )


def make_number_field(label: object, bounds: NumberLimits) -> WholeNumberField:
    """A field for a number of years or days."""
    return WholeNumberField(label, [InputRequired(_("Enter a number."))], bounds)


class KeepingForm(EditForm):
    """How long each kind of record is kept, and what holds every removal."""

    evaluation_years = make_number_field(_("Evaluations, years"), limits.KEPT_YEARS)
    account_years = make_number_field(_("Unused accounts, years"), limits.KEPT_YEARS)
    mail_days = make_number_field(_("E-mails, days"), limits.KEPT_DAYS)
    sign_in_days = make_number_field(_("Sign-ins and one-time links, days"), limits.KEPT_DAYS)
    hold = TextAreaField(_("Legal hold on everything"), [Optional(), limit_length(limits.NOTE)])


class HoldForm(EditForm):
    """A legal hold on one evaluation; lifting it needs a reason."""

    hold = TextAreaField(_("Legal hold"), [Optional(), limit_length(limits.NOTE)])
    reason = TextAreaField(_("Why?"), [SometimesNeeded(), limit_length(limits.NOTE)])


class RemovalForm(ActForm):
    """The title of the evaluation that is removed, typed once more."""

    typed = StringField(
        _("To remove it, type its title"),
        [
            InputRequired(_("Type the title of the evaluation as it stands above.")),
            limit_length(limits.TITLE),
        ],
    )


class RedactionForm(Form):
    """Why copies hide a text."""

    reason = TextAreaField(
        _("Why is it blacked out?"),
        [
            InputRequired(_("Say why: whoever asks for the copy reads it.")),
            limit_length(limits.NOTE),
        ],
    )
