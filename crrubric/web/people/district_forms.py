"""The forms of the district: its name, its time zone, its logo."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired
from wtforms import StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from crrubric.domain import limits
from crrubric.domain.people.languages import NAMES
from crrubric.web.people.zone_field import ZoneField
from crrubric.web.shared.forms import Form, ListChoiceField, VersionedForm, limit_length


class LogoForm(Form):
    """A picture that is to be the logo."""

    file = FileField(_("Picture"), [FileRequired(_("Choose a file."))])

    def read_picture(self) -> bytes:
        """What was sent, of a byte more than allowed at most; after validation."""
        data: bytes = self.file.data.read(limits.LOGO_BYTES + 1)
        return data


class DistrictForm(VersionedForm):
    """Name, time zone and language; `offer_languages` comes before it is used."""

    name = StringField(
        _("Name of the district"),
        [InputRequired(_("Enter the name of the district.")), limit_length(limits.NAME)],
    )
    time_zone = ZoneField(_("Time zone"), [InputRequired(_("Enter a time zone, or a city in it."))])

    # the service checks it; a form without it, of an older page, leaves what is stored
    language = ListChoiceField(_("Language"), [], choices=[], validate_choice=False)

    def offer_languages(self, codes: Sequence[str]) -> None:
        """Fill the list: those that the site offers; the first is spoken until one is chosen."""
        self.language.choices = [SelectChoice(code, NAMES[code]) for code in codes]
        self.language.data = self.language.data or codes[0]
