"""How sure an agreement coefficient is: standard errors, the jackknife, bootstrap intervals.

Cells (or whole vendors) are the sample, the reviewers are taken as given. Equal cells are drawn
together: one multinomial draw over the distinct counts makes a whole resample.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import fsum, sqrt

import numpy as np
from numpy.typing import NDArray

from crrubric.domain.statistics.coefficients import (
    AgreementSums,
    Profile,
    ac1_formula,
    alpha_formula,
    has_variation,
    sums_of_profile,
)
from crrubric.domain.translation import N_

Floats = NDArray[np.float64]
RESAMPLES = 2_000
SEED = 673
LEAST_CELLS = 10  # pairable ones: below, an interval would only look precise
LEAST_VENDORS = 8  # for drawing whole vendors
MOST_UNDEFINED = 0.05
LEVEL = (2.5, 97.5)  # percentiles

TOO_FEW_CELLS = N_("no interval: fewer than ten items have two or more YES or NO marks")
TOO_FEW_VENDORS = N_("no interval: fewer than eight vendors to resample")
TOO_LITTLE_DISSENT = N_("no interval: too few marks differ from the others")
NO_ERROR = N_(
    "not defined: it takes two items or more, and marks that differ in more than one of them"
)
NOT_DEFINED = N_("no interval: the coefficient itself is not defined")


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % percentile interval, or why there is none.

    undefined: resamples in which the coefficient is not defined; they are left out.
    """

    low: float | None
    high: float | None
    undefined: int = 0
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BootstrapIntervals:
    """Intervals of alpha and AC1, and what is needed to draw them again."""

    alpha: Interval
    ac1: Interval
    resamples: int
    seed: int
    of_vendors: bool  # whole vendors were drawn, not cells


def bootstrap_cells(
    profile: Profile, *, resamples: int = RESAMPLES, seed: int = SEED
) -> BootstrapIntervals:
    """Resample cells with replacement; the 2.5th and 97.5th percentile.

    Source: Zapf et al. (2016), BMC Medical Research Methodology 16:93.
    """
    exact = sums_of_profile(profile)
    if exact.pairable < LEAST_CELLS:
        none = Interval(None, None, 0, TOO_FEW_CELLS)
        return BootstrapIntervals(
            alpha=none, ac1=none, resamples=resamples, seed=seed, of_vendors=False
        )
    distinct = dict(sorted(profile.items()))  # the draws don't depend on the order of the cells
    numbers = np.fromiter(distinct.values(), dtype=np.int64, count=len(distinct))
    draws = _draw_resamples(numbers, resamples, seed)
    return _intervals_from_draws(
        draws @ _sums_by_count(distinct), exact, resamples, seed, of_vendors=False
    )


def bootstrap_vendors(
    profiles: Sequence[Profile], *, resamples: int = RESAMPLES, seed: int = SEED
) -> BootstrapIntervals:
    """Resample whole vendors: cells of one vendor are not independent, so this is wider.

    Args: profiles: one for each vendor; eight or more, else there is no interval.
    """
    whole: dict[tuple[int, ...], int] = {}
    for profile in profiles:
        for counts, number in profile.items():
            whole[counts] = whole.get(counts, 0) + number
    exact = sums_of_profile(whole)
    if len(profiles) < LEAST_VENDORS or exact.pairable < LEAST_CELLS:
        few = TOO_FEW_VENDORS if len(profiles) < LEAST_VENDORS else TOO_FEW_CELLS
        none = Interval(None, None, 0, few)
        return BootstrapIntervals(
            alpha=none, ac1=none, resamples=resamples, seed=seed, of_vendors=True
        )
    rows = np.stack([_sum_profile(profile, len(exact.totals)) for profile in profiles])
    draws = _draw_resamples(np.ones(len(profiles), dtype=np.int64), resamples, seed)
    return _intervals_from_draws(draws @ rows, exact, resamples, seed, of_vendors=True)


def _draw_resamples(numbers: NDArray[np.int64], resamples: int, seed: int) -> Floats:
    """Each row: how often each distinct unit is in one resample of the same size."""
    total = int(numbers.sum())
    chance = np.random.default_rng(seed)
    drawn = chance.multinomial(total, numbers / total, size=resamples)
    return drawn.astype(np.float64)


def _sums_by_count(profile: Profile) -> Floats:
    """The parts of one cell of each distinct count, a row each: what a resample adds up."""
    counts = np.array(list(profile), dtype=np.float64)
    size = counts.sum(axis=1)
    paired = size >= 2
    pairs = np.where(paired, size * (size - 1), 1)
    same = (counts * (counts - 1)).sum(axis=1)
    alone = [
        np.ones_like(size),
        paired.astype(np.float64),
        np.where(paired, same / pairs, 0),
        np.where(paired, (pairs - same) / np.where(paired, size - 1, 1), 0),
    ]
    return np.column_stack([*alone, counts * paired[:, None], counts / size[:, None]])


def _sum_profile(profile: Profile, categories: int) -> Floats:
    if not profile:
        return np.zeros(4 + 2 * categories)
    numbers = np.fromiter(profile.values(), dtype=np.float64, count=len(profile))
    summed: Floats = numbers @ _sums_by_count(profile)
    return summed


def _unpack_sums(sums: Floats) -> AgreementSums[Floats]:
    categories = (sums.shape[-1] - 4) // 2
    cells, pairable, agreeing, dissent, *rest = np.moveaxis(sums, -1, 0)
    totals, shares = tuple(rest[:categories]), tuple(rest[categories:])
    return AgreementSums(
        cells=cells,
        pairable=pairable,
        agreeing=agreeing,
        dissent=dissent,
        totals=totals,
        shares=shares,
    )


def _compute_coefficients(sums: Floats) -> Mapping[str, Floats]:
    """alpha and AC1 of each row of sums; NaN where undefined. NaN never leaves this module."""
    parts = _unpack_sums(sums)
    more_than_one = sum((total > 0.5).astype(np.int64) for total in parts.totals) >= 2
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "alpha": np.where(more_than_one, alpha_formula(parts), np.nan),
            "ac1": np.where(parts.pairable > 0.5, ac1_formula(parts), np.nan),
        }


def _intervals_from_draws(
    sums: Floats, exact: AgreementSums[Fraction], resamples: int, seed: int, *, of_vendors: bool
) -> BootstrapIntervals:
    values = _compute_coefficients(sums)
    alpha = (
        _percentile_interval(values["alpha"])
        if has_variation(exact)
        else Interval(None, None, 0, NOT_DEFINED)
    )
    return BootstrapIntervals(
        alpha=alpha,
        ac1=_percentile_interval(values["ac1"]),
        resamples=resamples,
        seed=seed,
        of_vendors=of_vendors,
    )


def _percentile_interval(values: Floats) -> Interval:
    undefined = int(np.isnan(values).sum())
    if undefined > MOST_UNDEFINED * len(values):
        return Interval(None, None, undefined, TOO_LITTLE_DISSENT)
    low, high = np.percentile(values[~np.isnan(values)], LEVEL)
    return Interval(float(low), float(high), undefined)


def jackknife_standard_errors(profile: Profile) -> dict[str, float | None]:
    """Delete-one-cell standard errors of alpha and AC1, over all cells with a decisive mark.

    None where a coefficient is undefined once some cell is left out, or with fewer than two.
    """
    cells = sum(profile.values())
    if cells < 2:
        return {"alpha": None, "ac1": None}
    columns = _sums_by_count(profile)
    numbers = np.fromiter(profile.values(), dtype=np.float64, count=len(profile))
    left = _compute_coefficients(numbers @ columns - columns)
    found: dict[str, float | None] = {}
    for name, values in left.items():
        if np.isnan(values).any():
            found[name] = None
            continue
        mean = float(numbers @ values) / cells
        found[name] = sqrt((cells - 1) / cells * float(numbers @ (values - mean) ** 2))
    return found


def gwet_standard_error(profile: Profile) -> float | None:
    """Gwet's standard error of AC1 with the cells as the sample; None with fewer than two cells.

    Source: Gwet (2008), British Journal of Mathematical and Statistical Psychology 61:29-48.
    """
    parts = sums_of_profile(profile)
    n, paired = int(parts.cells), int(parts.pairable)
    if n < 2 or not paired:
        return None
    others = len(parts.shares) - 1
    mean = [float(share / parts.cells) for share in parts.shares]
    by_chance = fsum(p * (1 - p) for p in mean) / others
    ac1 = float(ac1_formula(parts))
    squares = []
    for counts, number in profile.items():
        size = sum(counts)
        same = sum(c * (c - 1) for c in counts) / (size * (size - 1)) if size >= 2 else 0.0
        own = (n / paired) * (same - by_chance) / (1 - by_chance) if size >= 2 else 0.0
        chance = fsum(c / size * (1 - p) for c, p in zip(counts, mean, strict=True)) / others
        adjusted = own - 2 * (1 - ac1) * (chance - by_chance) / (1 - by_chance)
        squares.append(number * (adjusted - ac1) ** 2)
    return sqrt(fsum(squares) / (n * (n - 1)))
