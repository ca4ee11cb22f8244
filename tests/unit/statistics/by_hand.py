"""A slow reference, written from the definitions over single marks: no tallies, no arrays.

Nothing here calls crrubric's own computing: only its words and its plain values are used.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations, permutations
from math import sqrt

from crrubric.domain.results.outcome import DecisionRule
from crrubric.domain.results.scoring import ScoredCriterion
from crrubric.domain.vocabulary import (
    Answer,
    Gate,
    Outcome,
    RuleKind,
    ScoringMode,
    UnresolvedReason,
)

Mark = tuple[str, str, str]  # reviewer, vendor, criterion
Cell = tuple[str, str]  # vendor, criterion
YES, NO, NA = Answer.YES, Answer.NO, Answer.NOT_APPLICABLE


@dataclass(frozen=True)
class Scene:
    """A committee with its marks; `away` are (reviewer, vendor) without a ballot to fill."""

    reviewers: tuple[str, ...]
    vendors: tuple[str, ...]
    criteria: tuple[ScoredCriterion, ...]
    marks: Mapping[Mark, Answer]
    away: frozenset[tuple[str, str]]
    rule: DecisionRule
    mode: ScoringMode
    adopted: Mapping[Cell, Outcome]
    lifted: frozenset[Cell] = frozenset()

    def said(self, vendor: str, criterion: str) -> list[Answer]:
        """Every answer of a cell."""
        cell = ((r, vendor, criterion) for r in self.reviewers if (r, vendor) not in self.away)
        return [self.marks[key] for key in cell if key in self.marks]

    def asked(self, vendor: str) -> int:
        return sum((r, vendor) not in self.away for r in self.reviewers)

    def without(self, reviewer: str) -> "Scene":
        """As if the reviewer had never been there."""
        return replace(
            self,
            reviewers=tuple(r for r in self.reviewers if r != reviewer),
            marks={key: answer for key, answer in self.marks.items() if key[0] != reviewer},
        )


# Outcomes


def outcome(scene: Scene, vendor: str, criterion: str) -> tuple[Outcome, UnresolvedReason | None]:
    said = scene.said(vendor, criterion)
    yes, no, na = (said.count(answer) for answer in (YES, NO, NA))
    half = -(-scene.asked(vendor) // 2)
    quorum = max(2, half) if scene.rule.quorum is None else scene.rule.quorum
    if not said:
        return Outcome.UNRESOLVED, UnresolvedReason.NO_MARKS
    if na > yes + no:
        return Outcome.NOT_APPLICABLE, None
    if na and na == yes + no:
        return Outcome.UNRESOLVED, UnresolvedReason.TIE_APPLICABLE
    if yes + no == 0 or yes + no < quorum:
        return Outcome.UNRESOLVED, UnresolvedReason.NO_QUORUM
    if carries(yes, yes + no, scene.rule):
        return Outcome.MET, None
    if carries(no, yes + no, scene.rule):
        return Outcome.NOT_MET, None
    tie = scene.rule.kind is RuleKind.MAJORITY
    return Outcome.UNRESOLVED, UnresolvedReason.TIE if tie else UnresolvedReason.NOT_REACHED


def carries(votes: int, of: int, rule: DecisionRule) -> bool:
    share = Fraction(votes, of)
    match rule.kind:
        case RuleKind.MAJORITY:
            return share > Fraction(1, 2)
        case RuleKind.SUPERMAJORITY:
            return share >= rule.threshold
        case RuleKind.UNANIMITY:
            return share == 1


def finding(scene: Scene, vendor: str, criterion: str) -> Outcome:
    return scene.adopted.get((vendor, criterion)) or outcome(scene, vendor, criterion)[0]


# Scores


@dataclass(frozen=True)
class Placed:
    value: Fraction | None
    coverage: Fraction | None
    low: Fraction | None
    high: Fraction | None
    gate: Gate


def placed(scene: Scene, vendor: str) -> Placed:
    found = placed_as_found(scene, vendor)
    every = [placed_as_found(each, vendor) for each in with_some_not_applicable(scene, vendor)]
    lows = [each.low for each in every if each.low is not None]
    highs = [each.high for each in every if each.high is not None]
    return replace(found, low=min(lows, default=None), high=max(highs, default=None))


def with_some_not_applicable(scene: Scene, vendor: str) -> list[Scene]:
    """The scene as it is, and with every choice of open items that may be found not to apply."""
    free = [
        row.code
        for row in scene.criteria
        if row.may_not_apply and finding(scene, vendor, row.code) is Outcome.UNRESOLVED
    ]
    return [
        replace(
            scene,
            adopted={**scene.adopted, **{(vendor, code): Outcome.NOT_APPLICABLE for code in gone}},
        )
        for size in range(len(free) + 1)
        for gone in combinations(free, size)
    ]


def placed_as_found(scene: Scene, vendor: str) -> Placed:
    total = known = earned = Fraction(0)
    for row in scene.criteria:
        if finding(scene, vendor, row.code) is Outcome.NOT_APPLICABLE:
            continue
        total += row.weight
        points = points_of(scene, vendor, row.code)
        if points is not None:
            known += row.weight
            earned += row.weight * points
    return Placed(
        earned / known if known else None,
        known / total if total else None,
        earned / total if total else None,
        (earned + total - known) / total if total else None,
        gate(scene, vendor),
    )


def points_of(scene: Scene, vendor: str, criterion: str) -> Fraction | None:
    if scene.mode is ScoringMode.OUTCOME:
        found = finding(scene, vendor, criterion)
        return {Outcome.MET: Fraction(1), Outcome.NOT_MET: Fraction(0)}.get(found)
    decisive = [answer for answer in scene.said(vendor, criterion) if answer in (YES, NO)]
    half = -(-scene.asked(vendor) // 2)
    quorum = max(2, half) if scene.rule.quorum is None else max(1, scene.rule.quorum)
    return Fraction(decisive.count(YES), len(decisive)) if len(decisive) >= quorum else None


def gate(scene: Scene, vendor: str) -> Gate:
    must = [row for row in scene.criteria if row.must_have]
    found = {row.code: finding(scene, vendor, row.code) for row in must}
    fails = Outcome.NOT_MET in found.values()
    if any(
        value is Outcome.NOT_MET and (vendor, code) not in scene.lifted
        for code, value in found.items()
    ):
        return Gate.FAIL
    settled = all(
        found[row.code] in (Outcome.MET, Outcome.NOT_MET)
        or (found[row.code] is Outcome.NOT_APPLICABLE and row.may_not_apply)
        for row in must
    )
    if not settled:
        return Gate.PENDING
    return Gate.REINSTATED if fails else Gate.PASS


def ranks(scene: Scene) -> dict[str, int | None]:
    every = {vendor: placed_as_found(scene, vendor) for vendor in scene.vendors}
    eligible = {
        vendor: place.value
        for vendor, place in every.items()
        if place.gate in (Gate.PASS, Gate.REINSTATED) and place.value is not None
    }
    return {
        vendor: 1 + sum(other > eligible[vendor] for other in eligible.values())
        if vendor in eligible
        else None
        for vendor in scene.vendors
    }


# Agreement


def cells(scene: Scene) -> list[list[Answer]]:
    """YES and NO of every cell."""
    return [
        [answer for answer in scene.said(vendor, row.code) if answer in (YES, NO)]
        for vendor in scene.vendors
        for row in scene.criteria
    ]


def percent_agreement(scene: Scene) -> Fraction | None:
    shares = [
        Fraction(sum(a is b for a, b in pairs), len(pairs))
        for cell in cells(scene)
        if (pairs := list(combinations(cell, 2)))
    ]
    return sum(shares, Fraction(0)) / len(shares) if shares else None


def alpha(scene: Scene) -> Fraction | None:
    """From the coincidences of ordered pairs of single marks."""
    pairable = [cell for cell in cells(scene) if len(cell) >= 2]
    values = [answer for cell in pairable for answer in cell]
    if len(set(values)) < 2:
        return None
    observed = sum(
        Fraction(a is not b, len(cell) - 1) for cell in pairable for a, b in permutations(cell, 2)
    )
    expected = Fraction(sum(a is not b for a, b in permutations(values, 2)), len(values) - 1)
    return 1 - observed / expected


def with_majority_of_others(scene: Scene, reviewer: str) -> tuple[int, int]:
    agreeing = compared = 0
    rest = scene.without(reviewer)
    for (who, vendor, criterion), answer in scene.marks.items():
        if who != reviewer or answer not in (YES, NO) or (who, vendor) in scene.away:
            continue
        others = rest.said(vendor, criterion)
        lead = others.count(YES) - others.count(NO)
        if lead:
            compared += 1
            agreeing += answer is (YES if lead > 0 else NO)
    return agreeing, compared


def cohen(scene: Scene, one: str, other: str) -> Fraction | None:
    both = [
        (own(scene, one, v, c.code), own(scene, other, v, c.code))
        for v in scene.vendors
        for c in scene.criteria
    ]
    pairs = [(a, b) for a, b in both if a in (YES, NO) and b in (YES, NO)]
    if not pairs:
        return None
    observed = Fraction(sum(a is b for a, b in pairs), len(pairs))
    expected = sum(
        Fraction(sum(a is value for a, _ in pairs), len(pairs))
        * Fraction(sum(b is value for _, b in pairs), len(pairs))
        for value in (YES, NO)
    )
    return None if expected == 1 else (observed - expected) / (1 - expected)


def own(scene: Scene, reviewer: str, vendor: str, criterion: str) -> Answer | None:
    if (reviewer, vendor) in scene.away:
        return None
    return scene.marks.get((reviewer, vendor, criterion))


# Preferences


def majority(scene: Scene, one: str, other: str) -> tuple[int, int, int]:
    prefer = against = tied = 0
    for reviewer in scene.reviewers:
        common = [
            (row.weight, own(scene, reviewer, one, row.code), own(scene, reviewer, other, row.code))
            for row in scene.criteria
        ]
        common = [(w, a, b) for w, a, b in common if a in (YES, NO) and b in (YES, NO)]
        if common:
            first = sum((w for w, a, _ in common if a is YES), Fraction(0))
            second = sum((w for w, _, b in common if b is YES), Fraction(0))
            prefer += first > second
            against += first < second
            tied += first == second
    return prefer, against, tied


def own_score(scene: Scene, reviewer: str, vendor: str) -> Fraction | None:
    decisive = [
        (row.weight, answer)
        for row in scene.criteria
        if (answer := own(scene, reviewer, vendor, row.code)) in (YES, NO)
    ]
    known = sum((weight for weight, _ in decisive), Fraction(0))
    earned = sum((weight for weight, answer in decisive if answer is YES), Fraction(0))
    return earned / known if known else None


def tau_b(scene: Scene, one: str, other: str) -> float | None:
    concordant = discordant = only_first = only_second = 0
    scores = [(own_score(scene, one, v), own_score(scene, other, v)) for v in scene.vendors]
    known = [(a, b) for a, b in scores if a is not None and b is not None]
    for (a, b), (c, d) in combinations(known, 2):
        sign = (a > c) - (a < c), (b > d) - (b < d)
        concordant += sign[0] * sign[1] > 0
        discordant += sign[0] * sign[1] < 0
        only_first += sign[0] == 0 and sign[1] != 0
        only_second += sign[1] == 0 and sign[0] != 0
    pairs = concordant + discordant
    under = (pairs + only_first) * (pairs + only_second)
    return (concordant - discordant) / sqrt(under) if under else None
