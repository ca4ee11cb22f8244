"""Forms of the record: asking for an archive, and hiding a text in copies for the public."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _
from wtforms import TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from crrubric.domain import limits
from crrubric.domain.archive.manifest import CopyKind
from crrubric.domain.people.languages import NAMES
from crrubric.services.exchange.archives.archives import ArchiveText
from crrubric.web.shared.forms import Form, ListChoiceField, RadioChoiceField, limit_length

WHOLE, ROLES, NAMED = "whole", "roles", "names"


class ArchiveForm(Form):
    """For whom the archive is, and in which language."""

    kind = RadioChoiceField(
        _("For whom is it?"),
        [InputRequired(_("Choose one of the three."))],
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


class RedactionForm(Form):
    """Why copies hide a text."""

    reason = TextAreaField(
        _("Why is it blacked out?"),
        [
            InputRequired(_("Say why: whoever asks for the copy reads it.")),
            limit_length(limits.NOTE),
        ],
    )
