"""Triage: for each learner how far behind, and which setting fits. Rules of the planning guide."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction

from crrubric.domain.planning.calibration import GUIDE, Calibration, estimate_chance, find_pace
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import LabelledEnum


class Band(IntEnum):
    """A quarter of the chances; a chance on a border belongs to the lower one."""

    LOWEST = 25
    LOW = 50
    HIGH = 75
    HIGHEST = 100

    @property
    def words(self) -> str:
        """The band as it is written, in whole percent."""
        return BAND_WORDS[self]


BAND_WORDS = {
    Band.LOWEST: "0–25 %",
    Band.LOW: "26–50 %",
    Band.HIGH: "51–75 %",
    Band.HIGHEST: "76–100 %",
}


class Setting(LabelledEnum):
    """Where and how a learner recovers credits."""

    CORE_CLASS = (
        "CORE_CLASS",
        N_("core class, with electives given up for online recovery where needed"),
    )
    HYBRID = "HYBRID", N_("intensive teacher-led and online hybrid")
    PULLED_OUT = (
        "PULLED_OUT",
        N_("pulled out of some classes for the recovery courses needed most"),
    )
    GROUP_SESSIONS = "GROUP_SESSIONS", N_("online, with recovery group sessions")
    BESIDE_LOAD = (
        "BESIDE_LOAD",
        N_("beside the normal load; a study period or a single class is dropped"),
    )
    INSTRUCTION = "INSTRUCTION", N_("online, with instructional support")
    OWN_CHOICE = "OWN_CHOICE", N_("the learner chooses the venue")
    MAINSTREAM = "MAINSTREAM", N_("mainstream, with tutoring")


class SeatNeed(LabelledEnum):
    """Whether a setting takes a seat in the online courses."""

    ALWAYS = "ALWAYS", N_("a seat each")
    PERHAPS = "PERHAPS", N_("a seat for those who choose it")
    NEVER = "NEVER", N_("no seat")


# (band, whether fully online learning suits the learner) -> setting
SETTINGS: Mapping[tuple[Band, bool], Setting] = {
    (Band.LOWEST, True): Setting.CORE_CLASS,
    (Band.LOWEST, False): Setting.HYBRID,
    (Band.LOW, True): Setting.PULLED_OUT,
    (Band.LOW, False): Setting.GROUP_SESSIONS,
    (Band.HIGH, True): Setting.BESIDE_LOAD,
    (Band.HIGH, False): Setting.INSTRUCTION,
    (Band.HIGHEST, True): Setting.OWN_CHOICE,
    (Band.HIGHEST, False): Setting.MAINSTREAM,
}
# In a hybrid and beside group sessions learners are online as well, so a seat is bought for them.
SEATS: Mapping[Setting, SeatNeed] = {
    Setting.CORE_CLASS: SeatNeed.ALWAYS,
    Setting.HYBRID: SeatNeed.ALWAYS,
    Setting.PULLED_OUT: SeatNeed.ALWAYS,
    Setting.GROUP_SESSIONS: SeatNeed.ALWAYS,
    Setting.BESIDE_LOAD: SeatNeed.ALWAYS,
    Setting.INSTRUCTION: SeatNeed.ALWAYS,
    Setting.OWN_CHOICE: SeatNeed.PERHAPS,
    Setting.MAINSTREAM: SeatNeed.NEVER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """What triage says of one learner.

    pace: credits a semester, None where no semester is left; chance: percent.
    """

    pace: Fraction | None
    chance: Fraction
    band: Band
    setting: Setting


@dataclass(frozen=True, slots=True)
class Seats:
    """Online seats: what is needed in any case, and if all who may choose choose online."""

    low: int
    high: int


def find_band(chance: Fraction) -> Band:
    """The quarter in which a chance in percent lies: each one in exactly one."""
    return next(band for band in Band if chance <= band.value)


def place_learner(
    *,
    needed: Fraction,
    semesters: Fraction,
    online_suits: bool,
    calibration: Calibration = GUIDE,
) -> Placement:
    """Pace, chance, band and setting of one learner.

    Args: needed: credits still needed; semesters: left until the original graduation date.
    """
    chance = estimate_chance(calibration, needed, semesters)
    band = find_band(chance)
    return Placement(
        pace=find_pace(needed, semesters),
        chance=chance,
        band=band,
        setting=SETTINGS[band, online_suits],
    )


def list_setting_rows() -> list[tuple[Band, Setting, Setting]]:
    """The table of settings, the highest band first: where fully online suits, where it doesn't."""
    return [(band, SETTINGS[band, True], SETTINGS[band, False]) for band in reversed(Band)]


def count_settings(placements: Iterable[Placement]) -> dict[Setting, int]:
    """How many learners each of the eight settings gets; 0 where it gets none."""
    found = Counter(placement.setting for placement in placements)
    return {setting: found[setting] for setting in Setting}


def count_seats(counts: Mapping[Setting, int]) -> Seats:
    """The online seats that these learners add up to."""
    needs: Counter[SeatNeed] = Counter()
    for setting, count in counts.items():
        needs[SEATS[setting]] += count
    return Seats(needs[SeatNeed.ALWAYS], needs[SeatNeed.ALWAYS] + needs[SeatNeed.PERHAPS])
