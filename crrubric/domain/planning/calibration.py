"""From the pace at which a learner must earn credits to a rough chance of graduating on time.

A calibration is a line through points. The default is the guess of the planning guide: 16 credits
in 6 semesters is about 75 %, 10 in 2 about 25 %. Everything is exact: 16/6 has no rounding that
could put a learner on the other side of a border.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from crrubric.domain import limits
from crrubric.domain.errors import Invalid
from crrubric.domain.translation import N_
from crrubric.domain.typed import parse_exact_number

NOTHING, CERTAIN = Fraction(0), Fraction(100)  # percent
_CREDITS_PER_SEMESTERS = re.compile(r"\s*([0-9.]{1,8})\s*/\s*([0-9.]{1,8})\s*")


@dataclass(frozen=True, slots=True)
class CalibrationPoint:
    """pace: credits a semester that must be earned; chance: percent that graduate on time."""

    pace: Fraction
    chance: Fraction


def find_point_problems(
    points: Sequence[CalibrationPoint],
) -> Iterator[tuple[int, Invalid]]:
    """(place of the point, what is wrong with it) of all that keeps points from making a line."""
    if len(points) < 2:
        yield 0, Invalid(N_("Enter two points or more."))
    for place, point in enumerate(points):
        if point.pace < 0:
            yield place, Invalid(N_("A pace can’t be below 0."), field="pace")
        if not NOTHING <= point.chance <= CERTAIN:
            message = N_("A chance lies between 0 and 100 percent.")
            yield place, Invalid(message, field="chance")
    for place, (before, after) in enumerate(pairwise(points), 1):
        if after.pace <= before.pace:
            yield (
                place,
                Invalid(
                    N_("The pace must rise from point to point: %(after)s follows %(before)s."),
                    before=format_number(before.pace),
                    after=format_number(after.pace),
                    field="pace",
                ),
            )
        if after.chance > before.chance:
            yield (
                place,
                Invalid(
                    N_("The chance can’t rise with the pace: %(after)s %% follows %(before)s %%."),
                    before=format_number(before.chance),
                    after=format_number(after.chance),
                    field="chance",
                ),
            )


@dataclass(frozen=True, slots=True)
class Calibration:
    """Two or more points: pace rises, chance nowhere does.

    Between points the chance is linear; beyond the outer ones their lines go on, held between 0
    and 100. Raises: Invalid if the points make no such line.
    """

    points: tuple[CalibrationPoint, ...]

    def __post_init__(self) -> None:
        for _place, problem in find_point_problems(self.points):
            raise problem

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


def parse_pace(text: str, *, field: str | None = None) -> Fraction:
    """Credits a semester, as typed: 2.5, or credits and semesters, 16/6. Raises: Invalid."""
    found = _CREDITS_PER_SEMESTERS.fullmatch(text)
    if found is None:
        return Fraction(parse_exact_number(text, limits.CREDITS, field=field))
    needed = parse_exact_number(found[1], limits.CREDITS, field=field)
    semesters = parse_exact_number(found[2], limits.SEMESTERS, field=field)
    if not semesters:
        raise Invalid(N_("The semesters behind the stroke can’t be 0."), field=field)
    return Fraction(needed) / Fraction(semesters)


def write_pace(pace: Fraction) -> str:
    """A pace as `parse_pace` reads it again, exactly: 2.5, or 8/3 where decimals don’t end."""
    thousandths = pace * 1000
    return format_number(pace, 3) if thousandths.denominator == 1 else str(pace)


def write_points(calibration: Calibration | None) -> str:
    """A line in one text, exactly: “8/3=75; 5=25”. Nothing for the guide's."""
    points = calibration.points if calibration else ()
    return "; ".join(
        f"{write_pace(point.pace)}={format_number(point.chance, 3)}" for point in points
    )


def read_points(text: str) -> Calibration | None:
    """The line that `write_points` wrote. Raises: ValueError, or Invalid, for another text."""
    if not text:
        return None
    pairs = (pair.split("=") for pair in text.split("; "))
    return make_calibration((Fraction(pace), Fraction(chance)) for pace, chance in pairs)


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
