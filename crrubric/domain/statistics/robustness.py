"""How far the order can be trusted: everything that was tried, as one value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from crrubric.domain.results.basis import (
    ComputedOrder,
    ResultBasis,
    finding_codes,
    order_from_findings,
)
from crrubric.domain.results.outcome import Counts
from crrubric.domain.results.scoring import CellPoints, points_of
from crrubric.domain.statistics.acceptability import (
    CONCENTRATION,
    DRAWS,
    SEED,
    Acceptability,
    rank_acceptability,
)
from crrubric.domain.statistics.leaving_out import LeaveOneOutResult, leave_out_each_reviewer
from crrubric.domain.statistics.preferences import VendorPreferences, pairwise_majority
from crrubric.domain.statistics.scenarios import (
    Scenario,
    try_other_rules,
    try_unresolved_either_way,
)
from crrubric.domain.statistics.swing import PairSwings, VendorPoints, swings_of
from crrubric.domain.translation import N_

ONE_VENDOR = N_("There is only one vendor, so there is no order to test.")
NONE_RANKED = N_("No vendor is ranked, so there is no order to test.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Robustness:
    """What was tried on the official order, and what came of it.

    ranked: vendors with a rank, best first; ties by code. swings: between the vendor shown first
    and each other ranked one. Both acceptabilities are None with fewer than two ranked vendors.
    """

    official: ComputedOrder
    ranked: tuple[str, ...]
    swings: tuple[PairSwings, ...]
    around: Acceptability | None
    uniform: Acceptability | None
    left_out: tuple[LeaveOneOutResult, ...]
    preferences: VendorPreferences
    rules: tuple[Scenario, ...]
    unresolved: tuple[Scenario, ...]

    @property
    def nothing_to_test(self) -> str:
        """Why there are no panels; empty if there are."""
        if len(self.official.scores) < 2:
            return ONE_VENDOR
        return "" if self.ranked else NONE_RANKED


def robustness_of(
    basis: ResultBasis,
    counts: Counts,
    *,
    concentration: int = CONCENTRATION,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Robustness:
    """Try the order: other weights, other rules, without each reviewer, unresolved either way.

    Args: counts: those of the basis' ballots, shape (vendors, criteria, 6).
    """
    findings = finding_codes(basis, counts)
    points = points_of(counts, findings, basis.rule, basis.mode)
    official = order_from_findings(basis, counts, findings)
    ranked = _list_ranked(official)
    drawn = {
        kind: _draw_acceptability(basis, points, ranked, concentration=kind, draws=draws, seed=seed)
        for kind in (concentration, None)
    }
    return Robustness(
        official=official,
        ranked=ranked,
        swings=_find_swings(basis, points, ranked),
        around=drawn[concentration],
        uniform=drawn[None],
        left_out=leave_out_each_reviewer(basis, counts, official),
        preferences=pairwise_majority(basis.ballots, basis.criteria),
        rules=try_other_rules(basis, counts, official),
        unresolved=try_unresolved_either_way(basis, counts, official),
    )


def try_first_place(basis: ResultBasis, counts: Counts) -> Robustness:
    """As `robustness_of`, but only other rules and unresolved cells are tried: much quicker."""
    official = order_from_findings(basis, counts, finding_codes(basis, counts))
    return Robustness(
        official=official,
        ranked=_list_ranked(official),
        swings=(),
        around=None,
        uniform=None,
        left_out=(),
        preferences=pairwise_majority(basis.ballots, basis.criteria),
        rules=try_other_rules(basis, counts, official),
        unresolved=try_unresolved_either_way(basis, counts, official),
    )


def _list_ranked(order: ComputedOrder) -> tuple[str, ...]:
    ranks = {code: rank for code, rank in order.ranks.items() if rank is not None}
    return tuple(sorted(ranks, key=lambda code: (ranks[code], code)))


def _find_vendor_places(basis: ResultBasis, codes: Sequence[str]) -> list[int]:
    places: Mapping[str, int] = {vendor.code: at for at, vendor in enumerate(basis.vendors)}
    return [places[code] for code in codes]


def _find_swings(
    basis: ResultBasis, points: CellPoints, ranked: Sequence[str]
) -> tuple[PairSwings, ...]:
    rows = [
        VendorPoints(
            code,
            tuple(
                Fraction(int(earned), points.unit) if decided else None
                for earned, decided in zip(
                    points.earned[place].tolist(), points.decided[place].tolist(), strict=True
                )
            ),
        )
        for code, place in zip(ranked, _find_vendor_places(basis, ranked), strict=True)
    ]
    criteria = [row.code for row in basis.criteria]
    weights = [row.weight for row in basis.criteria]
    return tuple(swings_of(rows[0], other, criteria, weights) for other in rows[1:])


def _draw_acceptability(
    basis: ResultBasis,
    points: CellPoints,
    ranked: Sequence[str],
    *,
    concentration: int | None,
    draws: int,
    seed: int,
) -> Acceptability | None:
    if len(ranked) < 2:
        return None
    places = np.array(_find_vendor_places(basis, ranked))
    return rank_acceptability(
        ranked,
        points.share()[places],
        points.decided[places],
        [row.weight for row in basis.criteria],
        concentration=concentration,
        draws=draws,
        seed=seed,
    )
