"""Swing weights: the smallest change of one weight that would tie two vendors; exact."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

_DIGITS = 10**40  # a root that is no fraction is given to so many places


@dataclass(frozen=True, slots=True)
class VendorPoints:
    """A vendor as a swing sees it: points (0 to 1) by criterion, None where undecided."""

    code: str
    points: tuple[Fraction | None, ...]


@dataclass(frozen=True, slots=True)
class Swing:
    """The weight of one criterion at which two vendors tie.

    factor: that weight over the present one; None if the present one is 0.
    """

    criterion: str
    weight: Fraction
    tie_at: Fraction
    factor: Fraction | None

    @property
    def change(self) -> Fraction:
        """How far the weight would have to move, up or down."""
        return abs(self.tie_at - self.weight)


@dataclass(frozen=True, slots=True)
class PairSwings:
    """All swings between two vendors; a criterion without one cannot change their order alone."""

    first: str
    second: str
    by_criterion: tuple[Swing, ...]

    @property
    def smallest_relative(self) -> Swing | None:
        """The swing with the smallest share of its own weight to change; None without any."""
        relative = [swing for swing in self.by_criterion if swing.weight]
        return min(relative, key=lambda swing: swing.change / swing.weight, default=None)

    @property
    def smallest_absolute(self) -> Swing | None:
        """The swing that moves a weight least; None without any."""
        return min(self.by_criterion, key=lambda swing: swing.change, default=None)


def swings_of(
    first: VendorPoints, second: VendorPoints, criteria: Sequence[str], weights: Sequence[Fraction]
) -> PairSwings:
    """Where one weight alone, all others fixed, ties the two.

    With the score of a vendor (a + x w) / (d + i w) as a function of one weight w, a tie is a
    root w >= 0 of a quadratic; it is linear where both have decided the same criteria. Of two
    roots the one nearer to the present weight is given.
    """
    whole = [_sum_points(row, weights) for row in (first, second)]
    found = []
    for place, (criterion, weight) in enumerate(zip(criteria, weights, strict=True)):
        (a, d, x, i), (b, e, y, j) = (
            _sums_without_criterion(row, sums, place, weight)
            for row, sums in zip((first, second), whole, strict=True)
        )
        roots = _solve_quadratic(x * j - y * i, a * j + x * e - b * i - y * d, a * e - b * d)
        fitting = [w for w in roots if w >= 0 and d + i * w > 0 and e + j * w > 0]
        if fitting:
            tie_at = min(fitting, key=lambda root: abs(root - weight))
            factor = tie_at / weight if weight else None
            found.append(Swing(criterion, weight, tie_at, factor))
    return PairSwings(first.code, second.code, tuple(found))


def _sum_points(row: VendorPoints, weights: Sequence[Fraction]) -> tuple[Fraction, Fraction]:
    """Weighted points, and weight, over what is decided."""
    decided = [
        (w, points) for w, points in zip(weights, row.points, strict=True) if points is not None
    ]
    return (
        sum((w * points for w, points in decided), Fraction(0)),
        sum((w for w, _points in decided), Fraction(0)),
    )


def _sums_without_criterion(
    row: VendorPoints, sums: tuple[Fraction, Fraction], place: int, weight: Fraction
) -> tuple[Fraction, Fraction, Fraction, int]:
    """The sums without one criterion, the points there, and whether it is decided."""
    points = row.points[place]
    if points is None:
        return *sums, Fraction(0), 0
    return sums[0] - weight * points, sums[1] - weight, points, 1


def _solve_quadratic(square: Fraction, linear: Fraction, constant: Fraction) -> list[Fraction]:
    """Real roots of square w^2 + linear w + constant; none where every w is one."""
    if not square:
        return [-constant / linear] if linear else []
    under = linear**2 - 4 * square * constant
    if under < 0:
        return []
    root = _square_root(under)
    return [(-linear + root) / (2 * square), (-linear - root) / (2 * square)]


def _square_root(value: Fraction) -> Fraction:
    """Exact where there is an exact one, else to forty places."""
    over, under = value.numerator, value.denominator
    top, bottom = isqrt(over), isqrt(under)
    if top * top == over and bottom * bottom == under:
        return Fraction(top, bottom)
    return Fraction(isqrt(over * under * _DIGITS**2), under * _DIGITS)
