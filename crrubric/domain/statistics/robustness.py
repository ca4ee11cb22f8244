"""How far the order can be trusted: everything that was tried, as one value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from crrubric.domain.results.basis import Basis, Order, finding_codes, order_from
from crrubric.domain.results.outcome import Counts
from crrubric.domain.results.scoring import Points, points_of
from crrubric.domain.statistics.acceptability import (
    CONCENTRATION,
    DRAWS,
    SEED,
    Acceptability,
    rank_acceptability,
)
from crrubric.domain.statistics.leaving_out import LeftOut, leave_each_out
from crrubric.domain.statistics.preferences import Preferences, pairwise_majority
from crrubric.domain.statistics.scenarios import Scenario, other_rules, unresolved_either_way
from crrubric.domain.statistics.swing import Row, Swings, swings_of
from crrubric.domain.translation import N_

ONE_VENDOR = N_("There is only one vendor, so there is no order to test.")
NONE_RANKED = N_("No vendor is ranked, so there is no order to test.")


@dataclass(frozen=True, slots=True)
class Robustness:
    """What was tried on the official order, and what came of it.

    ranked: vendors with a rank, best first; ties by code. swings: between the vendor shown first
    and each other ranked one. Both acceptabilities are None with fewer than two ranked vendors.
    """

    official: Order
    ranked: tuple[str, ...]
    swings: tuple[Swings, ...]
    around: Acceptability | None
    uniform: Acceptability | None
    left_out: tuple[LeftOut, ...]
    preferences: Preferences
    rules: tuple[Scenario, ...]
    unresolved: tuple[Scenario, ...]

    @property
    def nothing_to_test(self) -> str:
        """Why there are no panels; empty if there are."""
        if len(self.official.scores) < 2:
            return ONE_VENDOR
        return "" if self.ranked else NONE_RANKED


def robustness_of(
    basis: Basis,
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
    official = order_from(basis, counts, findings)
    ranked = _ranked(official)
    drawn = {
        kind: _acceptability(basis, points, ranked, kind, draws, seed)
        for kind in (concentration, None)
    }
    return Robustness(
        official,
        ranked,
        _swings(basis, points, ranked),
        drawn[concentration],
        drawn[None],
        leave_each_out(basis, counts, official),
        pairwise_majority(basis.ballots, basis.criteria),
        other_rules(basis, counts, official),
        unresolved_either_way(basis, counts, official),
    )


def first_place_tried(basis: Basis, counts: Counts) -> Robustness:
    """As `robustness_of`, but only other rules and unresolved cells are tried: much quicker."""
    official = order_from(basis, counts, finding_codes(basis, counts))
    return Robustness(
        official,
        _ranked(official),
        (),
        None,
        None,
        (),
        pairwise_majority(basis.ballots, basis.criteria),
        other_rules(basis, counts, official),
        unresolved_either_way(basis, counts, official),
    )


def _ranked(order: Order) -> tuple[str, ...]:
    ranks = {code: rank for code, rank in order.ranks.items() if rank is not None}
    return tuple(sorted(ranks, key=lambda code: (ranks[code], code)))


def _places(basis: Basis, codes: Sequence[str]) -> list[int]:
    places: Mapping[str, int] = {vendor.code: at for at, vendor in enumerate(basis.vendors)}
    return [places[code] for code in codes]


def _swings(basis: Basis, points: Points, ranked: Sequence[str]) -> tuple[Swings, ...]:
    rows = [
        Row(
            code,
            tuple(
                Fraction(int(earned), points.unit) if decided else None
                for earned, decided in zip(
                    points.earned[place].tolist(), points.decided[place].tolist(), strict=True
                )
            ),
        )
        for code, place in zip(ranked, _places(basis, ranked), strict=True)
    ]
    criteria = [row.code for row in basis.criteria]
    weights = [row.weight for row in basis.criteria]
    return tuple(swings_of(rows[0], other, criteria, weights) for other in rows[1:])


def _acceptability(
    basis: Basis,
    points: Points,
    ranked: Sequence[str],
    concentration: int | None,
    draws: int,
    seed: int,
) -> Acceptability | None:
    if len(ranked) < 2:
        return None
    places = np.array(_places(basis, ranked))
    return rank_acceptability(
        ranked,
        points.share()[places],
        points.decided[places],
        [row.weight for row in basis.criteria],
        concentration=concentration,
        draws=draws,
        seed=seed,
    )
