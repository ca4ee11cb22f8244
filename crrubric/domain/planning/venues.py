"""Where and when each of the eight settings happens: what its table implies, or what is planned."""

from collections.abc import Mapping
from dataclasses import dataclass

from crrubric.domain.planning.triage import Setting
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import LabelledEnum


class VenueKind(LabelledEnum):
    """Where learners of a setting recover credits."""

    IN_PERSON = "IN_PERSON", N_("in person")
    ONLINE = "ONLINE", N_("online")
    MIXED = "MIXED", N_("both in person and online")


class VenueHours(LabelledEnum):
    """When they do."""

    INSIDE_DAY = "INSIDE_DAY", N_("inside the school day")
    OUTSIDE_DAY = "OUTSIDE_DAY", N_("outside the school day")
    AROUND_DAY = "AROUND_DAY", N_("inside and outside the school day")


@dataclass(frozen=True, slots=True)
class Venue:
    """Where and when a setting happens."""

    kind: VenueKind
    hours: VenueHours


def write_venue(venue: Venue) -> str:
    """Both in one code."""
    return f"{venue.kind.value} {venue.hours.value}"


def read_venue(text: str) -> Venue:
    """What `write_venue` wrote. Raises: ValueError for another text."""
    kind, hours = text.split(" ")
    return Venue(VenueKind(kind), VenueHours(hours))


def list_changed_venues(venues: Mapping[Setting, Venue]) -> dict[Setting, Venue]:
    """The venues that are not what the table of settings implies, in its order."""
    return {
        setting: venues[setting]
        for setting in Setting
        if venues.get(setting, DEFAULT_VENUES[setting]) != DEFAULT_VENUES[setting]
    }


# what the words of the guide's table imply
DEFAULT_VENUES: Mapping[Setting, Venue] = {
    Setting.CORE_CLASS: Venue(VenueKind.MIXED, VenueHours.INSIDE_DAY),
    Setting.HYBRID: Venue(VenueKind.MIXED, VenueHours.INSIDE_DAY),
    Setting.PULLED_OUT: Venue(VenueKind.ONLINE, VenueHours.INSIDE_DAY),
    Setting.GROUP_SESSIONS: Venue(VenueKind.MIXED, VenueHours.OUTSIDE_DAY),
    Setting.BESIDE_LOAD: Venue(VenueKind.ONLINE, VenueHours.INSIDE_DAY),
    Setting.INSTRUCTION: Venue(VenueKind.ONLINE, VenueHours.OUTSIDE_DAY),
    Setting.OWN_CHOICE: Venue(VenueKind.MIXED, VenueHours.AROUND_DAY),
    Setting.MAINSTREAM: Venue(VenueKind.IN_PERSON, VenueHours.AROUND_DAY),
}
