"""Time zones by the names of the IANA: America/Chicago."""

from difflib import get_close_matches
from functools import cache
from zoneinfo import available_timezones

UTC = "UTC"
UNNAMED = "Our district"  # until somebody says what it is called
# what a machine's list of zones has beside zones of places
NO_ZONES = frozenset({"Factory", "localtime"})


@cache
def zone_names() -> frozenset[str]:
    """Every zone that there is, read once a process."""
    return frozenset(available_timezones() - NO_ZONES)


def is_zone(name: str) -> bool:
    """Whether there is a zone of exactly this name."""
    return name in zone_names()


def find_zone(text: str) -> str | None:
    """The zone that somebody means: its name in any spelling, or its city; None if none fits."""
    wanted = "_".join(text.split()).lower()
    by_name = {name.lower(): name for name in zone_names()}
    if wanted in by_name:
        return by_name[wanted]
    cities = [name for key, name in by_name.items() if key.rpartition("/")[2] == wanted]
    return cities[0] if len(cities) == 1 else None


def suggest_zones(text: str) -> list[str]:
    """Up to three zones whose name or city is spelled like the text, the closest first."""
    wanted = "_".join(text.split()).lower()
    spellings = {name.lower(): name for name in sorted(zone_names())}
    spellings |= {key.rpartition("/")[2]: name for key, name in spellings.items()}
    found = [spellings[key] for key in get_close_matches(wanted, spellings, n=6, cutoff=0.7)]
    return list(dict.fromkeys(found))[:3]
