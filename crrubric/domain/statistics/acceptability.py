"""Rank acceptability: how often each vendor has each rank when the weights are drawn at random."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DRAWS = 10_000
_SCORES = 2_000_000  # with more than 200 vendors fewer draws are made: the table is vast already
SEED = 673
CONCENTRATION_LEAST, CONCENTRATION, CONCENTRATION_MOST = 20, 50, 200
_AT_ONCE = 1_000_000  # scores held in memory
_PLACES = 9  # what differs further behind is the noise of floats, and a tie


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptability:
    """The share of draws in which each vendor has each rank; rows and columns sum to 1.

    concentration: None if every weight was equally likely, else how closely they were drawn
    around the stated ones (their mean). Tied vendors share their positions equally.
    shared: the share of draws in which several are first.
    """

    shares: dict[str, tuple[float, ...]]
    concentration: int | None
    draws: int
    seed: int
    shared: float = 0.0

    def first(self, vendor: str) -> float:
        """The share of draws in which the vendor is first."""
        return self.shares[vendor][0]


def rank_acceptability(
    vendors: Sequence[str],
    points: Floats,
    decided: NDArray[np.bool_],
    weights: Sequence[Fraction],
    *,
    concentration: int | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Acceptability:
    """Draw weights from a Dirichlet distribution, score, rank.

    Args: points and decided: shape (vendors, criteria), points from 0 to 1, 0 where undecided.
    concentration: K of Dirichlet(K w / sum w), whose mean is the stated weights; None draws
    uniformly, Dirichlet(1, …, 1). A weight of zero stays zero in both.
    Source: Lahdelma & Salminen (2001), SMAA-2, Operations Research 49:444-454.
    """
    stated = np.array([float(weight) for weight in weights])
    counts = stated > 0
    shape = np.ones(int(counts.sum()))
    if concentration is not None:
        shape = concentration * stated[counts] / stated[counts].sum()
    chance = np.random.default_rng(seed)
    size = len(vendors)
    draws = min(draws, max(1_000, _SCORES // max(size, 1)))
    tables, shared = np.zeros((size, size + 1)), 0
    step = max(1, _AT_ONCE // max(size, 1))
    for begin in range(0, draws, step):
        # gammas: a score is a ratio, so dividing by their sum, which makes them Dirichlet, cancels
        drawn = chance.standard_gamma(shape, size=(min(step, draws - begin), len(shape)))
        known = drawn @ decided[:, counts].T.astype(np.float64)
        earned: Floats = drawn @ points[:, counts].T
        scores: Floats = np.divide(earned, known, out=np.zeros_like(earned), where=known > 0)
        scores = scores.round(_PLACES)
        tables += _count_positions(scores)
        shared += int(((scores == scores.max(axis=1, keepdims=True)).sum(axis=1) > 1).sum())
    shares = (tables.cumsum(axis=1)[:, :size] / draws).round(_PLACES)
    return Acceptability(
        shares={code: tuple(row) for code, row in zip(vendors, shares.tolist(), strict=True)},
        concentration=concentration,
        draws=draws,
        seed=seed,
        shared=round(shared / draws, _PLACES),
    )


def _count_positions(scores: Floats) -> Floats:
    """How often each vendor is on each position, as steps to add up along a row.

    Vendors that tie over positions i to j are on each of them for 1 / (j - i + 1).
    """
    size = scores.shape[1]
    order = np.argsort(-scores, axis=1)
    ranked = np.take_along_axis(scores, order, axis=1)
    places = np.arange(size)
    starts = np.ones_like(ranked, dtype=bool)
    starts[:, 1:] = ranked[:, 1:] != ranked[:, :-1]
    begin = np.maximum.accumulate(np.where(starts, places, 0), axis=1)
    ends = np.ones_like(starts)
    ends[:, :-1] = starts[:, 1:]
    end = np.minimum.accumulate(np.where(ends, places, size)[:, ::-1], axis=1)[:, ::-1] + 1
    share = (1.0 / (end - begin)).ravel()
    cells = size * (size + 1)
    row = order * (size + 1)
    up = np.bincount((row + begin).ravel(), weights=share, minlength=cells)
    down = np.bincount((row + end).ravel(), weights=share, minlength=cells)
    return (up - down).astype(np.float64).reshape(size, size + 1)
