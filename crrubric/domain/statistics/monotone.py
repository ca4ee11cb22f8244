"""A share with its interval, and shares that fall from one group to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from statistics import NormalDist

Z = NormalDist().inv_cdf(0.975)  # of a 95 % interval


@dataclass(frozen=True, slots=True)
class ShareInterval:
    """The 95 % interval of a share; both ends lie between 0 and 1."""

    low: float
    high: float


def find_wilson_interval(successes: int, total: int) -> ShareInterval:
    """The score interval of a share, which holds for few and for extreme ones as well.

    Source: Wilson (1927), Journal of the American Statistical Association 22:209-212.
    Raises: ValueError unless 0 <= successes <= total and total >= 1.
    """
    if not 0 <= successes <= total or total < 1:
        raise ValueError(f"{successes} of {total} is no share")
    share, square = successes / total, Z * Z
    center = (share + square / (2 * total)) / (1 + square / total)
    half = (
        sqrt(share * (1 - share) / total + square / (4 * total * total)) * Z / (1 + square / total)
    )
    return ShareInterval(
        0.0 if successes == 0 else center - half, 1.0 if successes == total else center + half
    )


def fit_falling_shares(groups: Sequence[tuple[int, int]]) -> list[Fraction]:
    """Shares that never rise from one group to the next, nearest to those observed.

    Neighbors that rise are pooled until none does (pool adjacent violators). It is the fit with the
    least sum of squares, each group weighed by its size.
    Args: groups: (successes, total) of each, in order; every total is at least 1.
    Source: Barlow et al. (1972), Statistical Inference under Order Restrictions, chapter 1.
    """
    pools: list[tuple[int, int, int]] = []  # successes, total, how many groups
    for successes, total in groups:
        pool = successes, total, 1
        while pools and pools[-1][0] * pool[1] < pool[0] * pools[-1][1]:
            last = pools.pop()
            pool = last[0] + pool[0], last[1] + pool[1], last[2] + pool[2]
        pools.append(pool)
    return [Fraction(got, of) for got, of, count in pools for _group in range(count)]
