"""A time zone as people type it: in words, by a city, or by its name; with those there are."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from operator import attrgetter
from typing import Any

from babel import Locale
from babel.core import get_global
from flask_babel import get_locale
from flask_babel import gettext as _
from wtforms import StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from crrubric.domain.people.zones import UTC, find_zone, is_zone, suggest_zones, zone_names
from crrubric.domain.text import SortKey, key_of, sort_key
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


NEAREST = 3  # zones that an error names, at most
SHOWN = 60  # characters of what was typed, in an error


@cache
def name_zones(locale_name: str) -> Mapping[str, str]:
    """What people type in a language, as a key -> the zone: its words, its city and, of the most
    common ones, its time alone, as Central Time. What several zones are called is left out."""
    choices = [(choice.value, choice.label) for choice in list_zone_choices(locale_name)]
    said = [(key_of(words), zone) for zone, words in choices]
    said += [(key_of(words.rpartition(" – ")[2]), zone) for zone, words in choices if "–" in words]
    counts = Counter(key for key, _zone in said)
    named = {key: zone for key, zone in said if counts[key] == 1}
    for zone, words in zip(COMMON, _list_common(locale_name), strict=True):
        named.setdefault(key_of(words.partition(" – ")[0]), zone)
    return named


# what people of the United States write for their time, in either half of the year
SHORT = {
    f"{letter}{rest}": zone
    for letter, zone in {
        "e": "America/New_York",
        "c": "America/Chicago",
        "m": "America/Denver",
        "p": "America/Los_Angeles",
        "ak": "America/Anchorage",
        "h": "Pacific/Honolulu",
    }.items()
    for rest in ("t", "st", "dt")
}


def find_typed_zone(text: str, locale_name: str) -> str | None:
    """The zone that somebody means, in words of this language or by its name; None if none fits."""
    key = key_of(text)
    found = name_zones(locale_name).get(key) or find_zone(text) or SHORT.get(key)
    return found or _find_common_time(key, locale_name)


def _find_common_time(key: str, locale_name: str) -> str | None:
    """The most common zone of the one time that begins with these words: Central."""
    named = name_zones(locale_name)
    times = dict.fromkeys(
        name.partition(" – ")[0] for name in map(key_of, _list_common(locale_name))
    )
    found = [time for time in times if time.startswith(f"{key} ")] if key else []
    return named[found[0]] if len(found) == 1 else None


def _list_common(locale_name: str) -> list[str]:
    return [label_zone(zone, Locale.parse(locale_name)) for zone in COMMON]


def list_near_zones(text: str, locale_name: str) -> list[str]:
    """Up to three zones that are spelled like the text, in words."""
    named = name_zones(locale_name)
    near = [named[key] for key in get_close_matches(key_of(text), named, n=NEAREST, cutoff=0.6)]
    offered = {choice.value for choice in list_zone_choices(locale_name)}
    found = [zone for zone in dict.fromkeys([*suggest_zones(text), *near]) if zone in offered]
    return [show_zone(zone, locale_name) for zone in found[:NEAREST]]


def show_zone(zone: str, locale_name: str) -> str:
    """The words of a zone, if they say which one it is; else its name."""
    words = label_zone(zone, Locale.parse(locale_name)) if zone != UTC else UTC
    return words if find_typed_zone(words, locale_name) == zone else zone


class ZoneField(StringField):
    """A line with the time zones to choose from, which takes what people call them as well."""

    data: str | None

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """The zone that was meant; what is none stays as it was typed."""
        super().process_formdata(valuelist)
        if self.data:
            self.data = find_typed_zone(self.data, str(get_locale())) or self.data

    def _value(self) -> str:
        """What was typed and is no zone, else the zone in words."""
        zone = self.data or ""
        return show_zone(zone, str(get_locale())) if is_zone(zone) else zone

    def list_offered(self) -> list[tuple[str, str]]:
        """What the browser offers: each zone as it can be typed, with its country."""
        name = str(get_locale())
        return [(show_zone(one.value, name), one.optgroup or "") for one in list_zone_choices(name)]

    def pre_validate(self, form: object) -> None:
        """Raise ValidationError with the nearest zones for what is none."""
        if not self.data or is_zone(self.data):
            return
        near = list_near_zones(self.data, str(get_locale()))
        values = {"typed": self.data[:SHOWN], "zones": "; ".join(near)}
        raise ValidationError(
            _("There is no time zone “%(typed)s”. The nearest are: %(zones)s.", **values)
            if near
            else _("There is no time zone “%(typed)s”. Enter a large city in it.", **values)
        )
