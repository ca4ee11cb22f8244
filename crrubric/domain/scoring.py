"""Gates, scores with coverage and range, ranks with ties; exact fractions throughout."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from crrubric.domain.outcome import Rule
from crrubric.domain.tally import Tally
from crrubric.domain.vocabulary import Gate, Outcome, ScoringMode


@dataclass(frozen=True, slots=True)
class Weighed:
    """One criterion of one vendor as the score sees it."""

    criterion: str
    weight: Fraction
    must_have: bool
    may_not_apply: bool
    finding: Outcome
    tally: Tally

    @property
    def settled(self) -> bool:
        """Whether a gate can be judged: NOT APPLICABLE counts only where the criterion allows."""
        if self.finding is Outcome.NOT_APPLICABLE:
            return self.may_not_apply
        return self.finding is not Outcome.UNRESOLVED


@dataclass(frozen=True, slots=True)
class Score:
    """A vendor's score. Shares are of weight, 0 to 1; None where the denominator is 0.

    low and high: undecided criteria counted as NO, as YES. met, decided, applicable: how many
    criteria. failed and pending: codes of must-haves found NOT MET, or not settled: unresolved,
    or found NOT APPLICABLE although the criterion always applies.
    rank: None unless the vendor meets every must-have and has a value.
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


def score_vendor(cells: Sequence[Weighed], rule: Rule, mode: ScoringMode) -> Score:
    """The score of one vendor from its cells; the rank is left open.

    By outcome a cell adds 1 or 0, by share its share of YES where the quorum is reached. Gates
    use findings in both. Multiplying all weights by a constant changes nothing.
    """
    applicable = [cell for cell in cells if cell.finding is not Outcome.NOT_APPLICABLE]
    points = [(cell.weight, _points(cell, rule, mode)) for cell in applicable]
    decided = [(weight, share) for weight, share in points if share is not None]
    total = sum((weight for weight, _share in points), Fraction(0))
    known = sum((weight for weight, _share in decided), Fraction(0))
    earned = sum((weight * share for weight, share in decided), Fraction(0))
    must = [cell for cell in cells if cell.must_have]
    failed = tuple(cell.criterion for cell in must if cell.finding is Outcome.NOT_MET)
    pending = tuple(cell.criterion for cell in must if not cell.settled)
    return Score(
        value=earned / known if known else None,
        coverage=known / total if total else None,
        low=earned / total if total else None,
        high=(earned + total - known) / total if total else None,
        gate=Gate.FAIL if failed else Gate.PENDING if pending else Gate.PASS,
        rank=None,
        met=sum(cell.finding is Outcome.MET for cell in applicable),
        decided=len(decided),
        applicable=len(applicable),
        failed=failed,
        pending=pending,
    )


def _points(cell: Weighed, rule: Rule, mode: ScoringMode) -> Fraction | None:
    if mode is ScoringMode.SHARE:
        quorum = max(1, rule.quorum_for(cell.tally.assigned))
        return cell.tally.support if cell.tally.decisive >= quorum else None
    return {Outcome.MET: Fraction(1), Outcome.NOT_MET: Fraction(0)}.get(cell.finding)


def rank_scores(scores: Mapping[str, Score]) -> dict[str, Score]:
    """The scores with competition ranks (1, 2, 2, 4) among vendors that pass every gate.

    FAIL and PENDING vendors and those without a score are listed, not ranked.
    """
    ranked = [s.value for s in scores.values() if s.gate is Gate.PASS and s.value is not None]
    return {
        vendor: replace(score, rank=1 + sum(value > score.value for value in ranked))
        if score.gate is Gate.PASS and score.value is not None
        else score
        for vendor, score in scores.items()
    }
