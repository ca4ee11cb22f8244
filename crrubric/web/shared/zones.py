"""Time zones as people call them, by the names of CLDR."""

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location


def label_zone(zone: str, locale: Locale) -> str:
    """A zone in words: Central Time – Chicago; its city alone if its time has no name."""
    known = find_cldr_name(get_global("zone_aliases").get(zone, zone))
    city = get_timezone_location(known, locale=locale, return_city=True).rpartition("/")[2]
    names = locale.meta_zones.get(get_global("meta_zones").get(known), {}).get("long", {})
    name = names.get("generic") or names.get("standard")
    return f"{name} – {city}" if name else city


def find_cldr_name(zone: str) -> str:
    """The name under which CLDR keeps a zone: often an older one, America/Louisville."""
    kept = get_global("meta_zones")
    older = (old for old, new in get_global("zone_aliases").items() if new == zone and old in kept)
    return zone if zone in kept else next(older, zone)
