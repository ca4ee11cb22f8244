"""From the pace at which a learner must earn credits to a rough chance of graduating on time.

A calibration is a line through points. The default is the guess of the planning guide: 16 credits
in 6 semesters is about 75 %, 10 in 2 about 25 %. Everything is exact: 16/6 has no rounding that
could put a learner on the other side of a border.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from crrubric.domain.errors import Invalid
from crrubric.domain.translation import N_

NOTHING, CERTAIN = Fraction(0), Fraction(100)  # percent


@dataclass(frozen=True, slots=True)
class CalibrationPoint:
    """pace: credits a semester that must be earned; chance: percent that graduate on time."""

    pace: Fraction
    chance: Fraction


@dataclass(frozen=True, slots=True)
class Calibration:
    """Two or more points: pace rises, chance nowhere does.

    Between points the chance is linear; beyond the outer ones their lines go on, held between 0
    and 100. Raises: Invalid if the points make no such line.
    """

    points: tuple[CalibrationPoint, ...]

    def __post_init__(self) -> None:
        if len(self.points) < 2:
            raise Invalid(N_("Enter two points or more."))
        for point in self.points:
            if point.pace < 0:
                raise Invalid(N_("A pace can’t be below 0."), field="pace")
            if not NOTHING <= point.chance <= CERTAIN:
                raise Invalid(N_("A chance lies between 0 and 100 percent."), field="chance")
        for before, after in pairwise(self.points):
            if after.pace <= before.pace:
                raise Invalid(
                    N_("The pace must rise from point to point: %(after)s follows %(before)s."),
                    before=format_number(before.pace),
                    after=format_number(after.pace),
                    field="pace",
                )
            if after.chance > before.chance:
                raise Invalid(
                    N_("The chance can’t rise with the pace: %(after)s %% follows %(before)s %%."),
                    before=format_number(before.chance),
                    after=format_number(after.chance),
                    field="chance",
                )

    def find_chance(self, pace: Fraction) -> Fraction:
        """Percent that graduate on time at this pace: on the line, held between 0 and 100."""
        later = (number for number, point in enumerate(self.points) if pace <= point.pace)
        end = min(max(next(later, len(self.points) - 1), 1), len(self.points) - 1)
        first, second = self.points[end - 1], self.points[end]
        slope = (second.chance - first.chance) / (second.pace - first.pace)
        return min(max(first.chance + slope * (pace - first.pace), NOTHING), CERTAIN)


def make_calibration(pairs: Iterable[tuple[Fraction, Fraction]]) -> Calibration:
    """The calibration through (pace, chance) pairs. Raises: Invalid."""
    return Calibration(tuple(CalibrationPoint(pace, chance) for pace, chance in pairs))


# the planning guide's own two learners
GUIDE = make_calibration([(Fraction(16, 6), Fraction(75)), (Fraction(10, 2), Fraction(25))])


def find_pace(needed: Fraction, semesters: Fraction) -> Fraction | None:
    """Credits to earn a semester; None where there is no semester left to earn them in."""
    if needed <= 0:
        return Fraction(0)
    return needed / semesters if semesters > 0 else None


def estimate_chance(calibration: Calibration, needed: Fraction, semesters: Fraction) -> Fraction:
    """Percent, roughly: 100 where nothing is needed, 0 where no semester is left.

    Args: needed: credits; semesters: until the original graduation date.
    """
    pace = find_pace(needed, semesters)
    if needed <= 0:
        return CERTAIN
    return NOTHING if pace is None else calibration.find_chance(pace)


def format_number(value: Fraction, places: int = 2) -> str:
    """A fraction for people to read: rounded half up, without ending zeros."""
    scale = 10**places
    whole = (abs(value) * scale * 2 + 1) // 2
    text = f"{whole // scale}.{whole % scale:0{places}}".rstrip("0").rstrip(".")
    return f"-{text}" if value < 0 and whole else text
