"""The form of the district, and the time zones it offers, by country."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter

from babel import Locale
from babel.core import get_global
from flask_babel import get_locale
from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField, FileRequired
from wtforms import StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from crrubric.domain import limits
from crrubric.domain.people.languages import NAMES
from crrubric.domain.people.zones import UTC, zone_names
from crrubric.domain.text import SortKey, sort_key
from crrubric.web.shared.forms import Form, ListChoiceField, VersionedForm, limit_length
from crrubric.web.shared.zones import label_zone

HOME = "US"
NO_COUNTRIES = frozenset({"ZZ", "001"})  # of CLDR: nowhere, and the world
# first in the list, from east to west: where nearly every reader is
COMMON = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedZone:
    """A time zone as people find it: under its country, by its time and a city."""

    zone: str
    label: str
    country: str
    home: bool

    @property
    def rank(self) -> tuple[bool, SortKey, int, SortKey]:
        """Where it stands in the list: without accents, so that Åland is not behind Zambia."""
        common = COMMON.index(self.zone) if self.zone in COMMON else len(COMMON)
        return not self.home, sort_key(self.country), common, sort_key(self.label)


@cache
def list_zone_choices(locale_name: str) -> tuple[SelectChoice, ...]:
    """Every time zone under its country, in a language; made once a process and language.

    The United States come first, and of them the zones that most people live in.
    """
    rows = sorted(place_zones(Locale.parse(locale_name)), key=attrgetter("rank"))
    choices = [SelectChoice(row.zone, row.label, optgroup=row.country) for row in rows]
    return (*choices, SelectChoice(UTC, UTC, optgroup=UTC))


def place_zones(locale: Locale) -> Iterator[PlacedZone]:
    """Every zone of a place, with its names in a language."""
    for code, zones in get_global("territory_zones").items():
        for zone in zone_names().intersection(() if code in NO_COUNTRIES else zones):
            yield PlacedZone(
                zone=zone,
                label=label_zone(zone, locale),
                country=locale.territories[code],
                home=code == HOME,
            )


class LogoForm(Form):
    """A picture that is to be the logo."""

    file = FileField(_("Picture"), [FileRequired(_("Choose a file."))])

    def read_picture(self) -> bytes:
        """What was sent, of a byte more than allowed at most; after validation."""
        data: bytes = self.file.data.read(limits.LOGO_BYTES + 1)
        return data


class DistrictForm(VersionedForm):
    """Name, time zone and language; `offer_zones` and `offer_languages` come before it is used."""

    name = StringField(
        _("Name of the district"),
        [InputRequired(_("Enter the name of the district.")), limit_length(limits.NAME)],
    )
    time_zone = ListChoiceField(
        _("Time zone"), [InputRequired(_("Choose a time zone from the list."))], choices=[]
    )

    # the service checks it; a form without it, of an older page, leaves what is stored
    language = ListChoiceField(_("Language"), [], choices=[], validate_choice=False)

    def offer_languages(self, codes: Sequence[str]) -> None:
        """Fill the list: those that the site offers; the first is spoken until one is chosen."""
        self.language.choices = [SelectChoice(code, NAMES[code]) for code in codes]
        self.language.data = self.language.data or codes[0]

    def offer_zones(self, stored: str | None) -> None:
        """Fill the list: with the zone that is set, even under another name than the list's."""
        choices = list_zone_choices(str(get_locale()))
        if stored is None:
            first = [SelectChoice("", _("Choose a time zone"))]
        elif stored in {choice.value for choice in choices}:
            first = []
        else:
            first = [SelectChoice(stored, label_zone(stored, get_locale()))]
        self.time_zone.choices = [*first, *choices]
