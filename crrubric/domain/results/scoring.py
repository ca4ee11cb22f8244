"""Gates, scores with coverage and range, ranks with ties: whole numbers and exact fractions.

All vendors are scored at once from arrays of shape (vendors, criteria): quick enough to score
again and again under another rule, without a reviewer, with other weights.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from crrubric.domain.results.outcome import (
    MET,
    NOT_APPLICABLE,
    NOT_MET,
    UNRESOLVED,
    Codes,
    Counts,
    DecisionRule,
)
from crrubric.domain.results.tally import ASSIGNED
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Gate, ScoringMode, Stakeholder

Flags = NDArray[np.bool_]
Numbers = NDArray[np.object_] | NDArray[np.int64]  # whole numbers, exact
_FITS = 2**62  # what an int64 holds with room for one addition
SCORE_MEANS = {
    ScoringMode.OUTCOME: N_(
        "A score is the share, by weight, of the applicable and settled criteria that are found"
        " Met."
    ),
    ScoringMode.SHARE: N_(
        "A score is the average share of YES, by weight, over the applicable criteria that reach"
        " the quorum. What the committee finds decides on must-haves and on what applies; these"
        " votes stay as they are."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredCriterion:
    """A criterion as results need it; `code` is unique within the evaluation."""

    code: str
    title: str
    section_title: str
    weight: Fraction = Fraction(1)
    must_have: bool = False
    may_not_apply: bool = False
    lead: Stakeholder | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A vendor's score. Shares are of weight, 0 to 1; None where the denominator is 0.

    low and high: the least and the most that the value can still become: undecided criteria
    counted as NO, as YES, and by share those that may yet be found NOT APPLICABLE left out.
    met, decided, applicable: how many criteria. failed and pending: codes of must-haves found
    NOT MET, or not settled: unresolved, or found NOT APPLICABLE although the criterion always
    applies. lifted: those of `failed` that the committee lifted when it reinstated the vendor.
    rank: None unless the gate is one that is ranked and the vendor has a value.
    """

    value: Fraction | None
    coverage: Fraction | None
    low: Fraction | None
    high: Fraction | None
    gate: Gate
    rank: int | None
    met: int
    decided: int
    applicable: int
    failed: tuple[str, ...]
    pending: tuple[str, ...]
    lifted: tuple[str, ...] = ()

    @property
    def barring(self) -> tuple[str, ...]:
        """The must-haves that are not met and that the committee did not lift."""
        return tuple(code for code in self.failed if code not in self.lifted)

    @property
    def settled(self) -> bool:
        """Whether nothing that is open can change the value."""
        return self.value is not None and self.low == self.high

    @property
    def open(self) -> int:
        """How many applicable criteria are not settled."""
        return self.applicable - self.decided


@dataclass(frozen=True, slots=True, eq=False)
class CellPoints:
    """What each cell adds to a score, in whole numbers; arrays of shape (vendors, criteria).

    earned: points times `unit`, 0 where undecided; decided: whether the cell counts; applicable:
    whether it could.
    """

    earned: Numbers
    unit: int
    decided: Flags
    applicable: Flags

    def share(self) -> NDArray[np.float64]:
        """The points of each cell from 0 to 1."""
        return self.earned.astype(np.float64) / self.unit


def points_of(counts: Counts, findings: Codes, rule: DecisionRule, mode: ScoringMode) -> CellPoints:
    """By outcome a cell adds 1 or 0, by share its share of YES where the quorum is reached.

    By share a finding changes no points, unless it is that the criterion does not apply: an
    adopted MET or NOT MET is for the gates.

    Args: counts: shape (vendors, criteria, FIELDS); findings: what holds for each cell.
    """
    applicable = findings != NOT_APPLICABLE
    if mode is not ScoringMode.SHARE:
        met = findings == MET
        return CellPoints(met.astype(np.int64), 1, met | (findings == NOT_MET), applicable)
    yes, decisive = counts[..., 0], counts[..., 0] + counts[..., 1]
    assigned = counts[..., :ASSIGNED].sum(axis=-1)
    quorums = [max(1, rule.quorum_for(n)) for n in range(int(assigned.max(initial=0)) + 1)]
    decided = applicable & (decisive >= np.array(quorums)[assigned])
    unit = lcm(*(int(size) for size in np.unique(decisive[decided])))
    sizes = np.where(decided, decisive, 1).astype(object)
    earned = np.where(decided, yes.astype(object) * (unit // sizes), 0)
    return CellPoints(earned, unit, decided, applicable)


def scale_weights(criteria: Sequence[ScoredCriterion]) -> list[int]:
    """The weights times the smallest number that makes them all whole."""
    unit = lcm(*(row.weight.denominator for row in criteria))
    return [int(row.weight * unit) for row in criteria]


def score_vendors(
    criteria: Sequence[ScoredCriterion],
    counts: Counts,
    findings: Codes,
    rule: DecisionRule,
    mode: ScoringMode,
) -> list[Score]:
    """The scores of all vendors, in their order; the ranks are left open.

    Gates use findings in both modes. Multiplying all weights by a constant changes nothing.
    """
    return scores_from_points(criteria, findings, points_of(counts, findings, rule, mode))


def scores_from_points(
    criteria: Sequence[ScoredCriterion], findings: Codes, points: CellPoints
) -> list[Score]:
    """As `score_vendors`, from the points of each cell."""
    weights = scale_weights(criteria)
    fits = points.unit * max(1, sum(weights)) < _FITS
    scale = np.array(weights, dtype=np.int64 if fits else object)
    earned, known, total = (
        (part.astype(scale.dtype) @ scale).tolist()
        for part in (points.earned, points.decided, points.applicable)
    )
    counted = zip(
        ((findings == MET) & points.applicable).sum(axis=1).tolist(),
        points.decided.sum(axis=1).tolist(),
        points.applicable.sum(axis=1).tolist(),
        strict=True,
    )
    failed, pending = _find_unmet_must_haves(criteria, findings)
    scores = [
        _make_score(
            (int(earned[place]), int(known[place]) * points.unit, int(total[place]) * points.unit),
            numbers,
            failed.get(place, ()),
            pending.get(place, ()),
        )
        for place, numbers in enumerate(counted)
    ]
    may_drop = find_droppable(criteria, findings, points)
    for place in np.flatnonzero(may_drop.any(axis=1)).tolist():
        _, low = drop_items(weights, points, may_drop, place, up=False)
        _, high = drop_items(weights, points, may_drop, place, up=True)
        scores[place] = replace(scores[place], low=low, high=high)
    return scores


def find_droppable(
    criteria: Sequence[ScoredCriterion], findings: Codes, points: CellPoints
) -> Flags:
    """The cells that count, and would count no longer if they were found NOT APPLICABLE.

    Only by share does a cell count before it has a finding.
    """
    allowed = np.array([row.may_not_apply for row in criteria], dtype=bool)
    found: Flags = (findings == UNRESOLVED) & points.decided & allowed
    return found


def drop_items(
    weights: Sequence[int], points: CellPoints, may_drop: Flags, place: int, *, up: bool
) -> tuple[list[int], Fraction | None]:
    """Which cells of a vendor to drop so that its score is the highest, or the lowest, possible.

    What is undecided counts as YES, or NO. Dropping a share below the average lifts it, so the
    lowest go first, until the next is not below the average of what is left.
    Returns: the places of the cells dropped, and the score; None where nothing weighs.
    """
    unit = points.unit
    earned = {
        column: (unit if up else 0) if not points.decided[place, column] else int(value)
        for column, value in enumerate(points.earned[place].tolist())
        if points.applicable[place, column]
    }
    got = sum(value * weights[column] for column, value in earned.items())
    total = sum(weights[column] * unit for column in earned)
    dropped = []
    for column in sorted(
        (column for column in earned if may_drop[place, column] and weights[column]),
        key=lambda column: earned[column],
        reverse=not up,
    ):
        ahead = got * unit - earned[column] * total  # of the average before this cell
        if not (ahead > 0 if up else ahead < 0):
            break
        dropped.append(column)
        got -= earned[column] * weights[column]
        total -= unit * weights[column]
    return dropped, Fraction(got, total) if total else None


def _make_score(
    sums: tuple[int, int, int],
    counted: tuple[int, int, int],
    failed: tuple[str, ...],
    pending: tuple[str, ...],
) -> Score:
    earned, known, total = sums
    met, decided, applicable = counted
    return Score(
        value=Fraction(earned, known) if known else None,
        coverage=Fraction(known, total) if total else None,
        low=Fraction(earned, total) if total else None,
        high=Fraction(earned + total - known, total) if total else None,
        gate=Gate.FAIL if failed else Gate.PENDING if pending else Gate.PASS,
        rank=None,
        met=met,
        decided=decided,
        applicable=applicable,
        failed=failed,
        pending=pending,
    )


Named = dict[int, tuple[str, ...]]  # place of a vendor -> codes of criteria


def _find_unmet_must_haves(
    criteria: Sequence[ScoredCriterion], findings: Codes
) -> tuple[Named, Named]:
    """The must-haves found NOT MET, and those not settled, of each vendor that has some."""
    must = [place for place, row in enumerate(criteria) if row.must_have]
    found = findings[:, must]
    allowed = np.array([criteria[place].may_not_apply for place in must], dtype=bool)
    not_settled = (found == UNRESOLVED) | ((found == NOT_APPLICABLE) & ~allowed)
    codes = [criteria[place].code for place in must]
    return _codes_by_vendor(found == NOT_MET, codes), _codes_by_vendor(not_settled, codes)


def _codes_by_vendor(flags: Flags, codes: Sequence[str]) -> Named:
    found: Named = {}
    for vendor, place in np.argwhere(flags).tolist():
        found[vendor] = (*found.get(vendor, ()), codes[place])
    return found


def apply_reinstatements(
    scores: Mapping[str, Score], lifted: Collection[tuple[str, str]]
) -> dict[str, Score]:
    """The scores with FAIL lifted for vendors all of whose failed must-haves were lifted.

    Must-haves that are not settled keep such a vendor PENDING. No other gate is changed, and
    `failed` stays: a reinstated vendor still does not meet them.
    Args: lifted: (vendor, criterion) of each must-have that the committee lifted.
    """
    found = {}
    for vendor, score in scores.items():
        own = tuple(code for code in score.failed if (vendor, code) in lifted)
        held = replace(score, lifted=own) if own else score
        if own and not held.barring:
            held = replace(held, gate=Gate.PENDING if held.pending else Gate.REINSTATED)
        found[vendor] = held
    return found


def rank_scores(scores: Mapping[str, Score]) -> dict[str, Score]:
    """The scores with competition ranks (1, 2, 2, 4) among vendors that pass or are reinstated.

    FAIL and PENDING vendors and those without a score are listed, not ranked.
    """
    ranked = {
        vendor: score.value
        for vendor, score in scores.items()
        if score.gate.is_ranked and score.value is not None
    }
    first: dict[Fraction, int] = {}
    for number, value in enumerate(sorted(ranked.values(), reverse=True), start=1):
        first.setdefault(value, number)
    return {
        vendor: replace(score, rank=first[ranked[vendor]]) if vendor in ranked else score
        for vendor, score in scores.items()
    }
