"""Swing weights: the smallest change of one weight that would tie two vendors; exact."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt, lcm

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
    # In whole numbers, which are some ten times faster than fractions: weights times one number,
    # points times another, which falls out of the equation.
    unit = lcm(*(weight.denominator for weight in weights))
    scaled = [int(weight * unit) for weight in weights]
    share = lcm(*(p.denominator for row in (first, second) for p in row.points if p is not None))
    rows = [
        [None if points is None else int(points * share) for points in row.points]
        for row in (first, second)
    ]
    whole = [_sum_points(row, scaled) for row in rows]
    found = []
    for place, (criterion, weight) in enumerate(zip(criteria, weights, strict=True)):
        (a, d, x, i), (b, e, y, j) = (
            _sums_without_criterion(row, sums, place, scaled[place])
            for row, sums in zip(rows, whole, strict=True)
        )
        roots = _solve_quadratic(x * j - y * i, a * j + x * e - b * i - y * d, a * e - b * d)
        fitting = [w for w in roots if w >= 0 and d + i * w > 0 and e + j * w > 0]
        if fitting:
            tie_at = min(fitting, key=lambda root: abs(root - scaled[place])) / unit
            factor = tie_at / weight if weight else None
            found.append(Swing(criterion, weight, tie_at, factor))
    return PairSwings(first.code, second.code, tuple(found))


def _sum_points(points: Sequence[int | None], weights: Sequence[int]) -> tuple[int, int]:
    """Weighted points, and weight, over what is decided."""
    decided = [(w, got) for w, got in zip(weights, points, strict=True) if got is not None]
    return sum(w * got for w, got in decided), sum(w for w, _got in decided)


def _sums_without_criterion(
    points: Sequence[int | None], sums: tuple[int, int], place: int, weight: int
) -> tuple[int, int, int, int]:
    """The sums without one criterion, the points there, and whether it is decided."""
    got = points[place]
    if got is None:
        return *sums, 0, 0
    return sums[0] - weight * got, sums[1] - weight, got, 1


def _solve_quadratic(square: int, linear: int, constant: int) -> list[Fraction]:
    """Real roots of square w^2 + linear w + constant; none where every w is one.

    Exact where the root is a fraction, else to forty places.
    """
    if not square:
        return [Fraction(-constant, linear)] if linear else []
    under = linear**2 - 4 * square * constant
    if under < 0:
        return []
    exact = isqrt(under)
    root = (
        Fraction(exact) if exact * exact == under else Fraction(isqrt(under * _DIGITS**2), _DIGITS)
    )
    return [(-linear + root) / (2 * square), (-linear - root) / (2 * square)]
