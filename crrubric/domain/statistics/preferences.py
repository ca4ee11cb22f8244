"""What each reviewer's own ballots prefer: pairwise majorities, and how alike two orders are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crrubric.domain.ballots.ballots import NO, YES, Ballots
from crrubric.domain.results.scoring import ScoredCriterion, scale_weights

_EXACT = 2**31  # the square of a sum of weights below this fits an int64


@dataclass(frozen=True, slots=True)
class PreferenceMajority:
    """How many reviewers prefer the one of two vendors, the other, or neither."""

    prefer: int
    against: int
    tied: int


@dataclass(frozen=True, slots=True)
class VendorPreferences:
    """Pairwise majorities by (vendor, later vendor), and the Condorcet winner if there is one."""

    pairs: Mapping[tuple[str, str], PreferenceMajority]
    condorcet_winner: str | None

    def between(self, one: str, other: str) -> PreferenceMajority:
        """The majority between two vendors, seen from the first. Raises: KeyError."""
        if (one, other) in self.pairs:
            return self.pairs[one, other]
        seen = self.pairs[other, one]
        return PreferenceMajority(seen.against, seen.prefer, seen.tied)


def pairwise_majority(ballots: Ballots, criteria: Sequence[ScoredCriterion]) -> VendorPreferences:
    """Who is preferred to whom by more reviewers.

    A reviewer prefers the vendor with the higher weighted sum of YES over the criteria that they
    marked YES or NO for both; equal sums are no preference, no common criterion is no vote.
    """
    weights = _make_weight_array(criteria)
    if weights.dtype != object:
        weights = weights.astype(np.float64)  # as exact at this size, and multiplied much faster
    size = len(ballots.vendors)
    prefer = np.zeros((size, size), dtype=np.int64)
    tied = np.zeros((size, size), dtype=np.int64)
    for answers in ballots.answers:
        decisive = (answers == YES) | (answers == NO)
        both = decisive.astype(weights.dtype)
        earned = ((answers == YES) * weights) @ both.T  # of the row's vendor, over common criteria
        common = decisive.astype(np.float32) @ decisive.T.astype(np.float32) > 0
        prefer += common & (earned > earned.T)
        tied += common & (earned == earned.T)
    wins = (prefer > prefer.T).sum(axis=1)
    winner = int(wins.argmax()) if size > 1 and wins.max() == size - 1 else None
    one, other = np.triu_indices(size, 1)
    counts = zip(
        prefer[one, other].tolist(),
        prefer[other, one].tolist(),
        tied[one, other].tolist(),
        strict=True,
    )
    return VendorPreferences(
        {
            pair: PreferenceMajority(*count)
            for pair, count in zip(combinations(ballots.vendors, 2), counts, strict=True)
        },
        None if winner is None else ballots.vendors[winner],
    )


def _make_weight_array(criteria: Sequence[ScoredCriterion]) -> NDArray[Any]:
    whole = scale_weights(criteria)
    return np.array(whole, dtype=np.int64 if sum(whole) < _EXACT else object)


def kendall_tau_b(
    ballots: Ballots, criteria: Sequence[ScoredCriterion]
) -> dict[tuple[str, str], float | None]:
    """How alike two reviewers order the vendors, by (reviewer, later reviewer), from -1 to 1.

    A reviewer's own score of a vendor is the weighted share of YES among their YES and NO marks;
    vendors that one of the two didn't mark are left out. None if either ties all the others, or
    fewer than two vendors are left. Source: Kendall (1945), Biometrika 33:239-251.
    """
    weights = _make_weight_array(criteria)
    yes = (ballots.answers == YES) @ weights
    decisive = yes + (ballots.answers == NO) @ weights
    reviewers, vendors = yes.shape
    alike, ordered = np.zeros((reviewers, reviewers)), np.zeros((reviewers, reviewers))
    for one in range(vendors - 1):
        later = slice(one + 1, vendors)
        known = (decisive[:, one, None] > 0) & (decisive[:, later] > 0)
        cross = yes[:, one, None] * decisive[:, later] - yes[:, later] * decisive[:, one, None]
        sign = np.where(known, (cross > 0).astype(np.int8) - (cross < 0).astype(np.int8), 0)
        direction = sign.astype(np.float64)
        alike += direction @ direction.T
        ordered += np.abs(direction) @ known.T.astype(np.float64)
    names = [reviewer.name for reviewer in ballots.reviewers]
    found: dict[tuple[str, str], float | None] = {}
    for one, other in combinations(range(reviewers), 2):
        under = float(ordered[one, other]) * float(ordered[other, one])
        found[names[one], names[other]] = float(alike[one, other]) / sqrt(under) if under else None
    return found
