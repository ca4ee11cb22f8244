"""The results of an evaluation: outcomes, findings, scores, ranks and agreement in one value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

import numpy as np

from crrubric.domain.results.outcome import CODE, DecisionRule, Resolution, decide_outcome
from crrubric.domain.results.scoring import (
    Score,
    ScoredCriterion,
    apply_reinstatements,
    rank_scores,
    score_vendors,
)
from crrubric.domain.results.tally import FIELDS, Tally
from crrubric.domain.statistics.agreement import Agreement, agreement_of
from crrubric.domain.vocabulary import Gate, Outcome, ScoringMode

__all__ = [
    "AdoptedFinding",
    "Cell",
    "Key",
    "Results",
    "ScoredCriterion",
    "ScoredVendor",
    "evaluate",
]

Key = tuple[str, str]  # vendor code, criterion code
NO_MARKS = Tally()


@dataclass(frozen=True, slots=True)
class ScoredVendor:
    """A vendor as results need it; `code` is unique within the evaluation."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptedFinding:
    """A finding that the committee adopted for one cell.

    as_computed: it adopted the outcome itself; then a reason is not needed. agreed: who agreed,
    in words. version: counts the times it was recorded.
    """

    value: Outcome
    reason: str
    by: str
    at: datetime
    as_computed: bool = False
    evidence: str = ""
    agreed: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One vendor, one criterion: the tally, what the rule makes of it, what was adopted."""

    vendor: str
    criterion: str
    tally: Tally
    resolution: Resolution
    adopted: AdoptedFinding | None = None

    @property
    def finding(self) -> Outcome:
        """What holds: the adopted finding, else the outcome."""
        return self.adopted.value if self.adopted else self.resolution.outcome

    @property
    def differs(self) -> bool:
        """Whether the committee adopted something else than the rule's outcome."""
        return self.adopted is not None and self.adopted.value is not self.resolution.outcome

    @property
    def settled_otherwise(self) -> bool:
        """Whether the committee settled the cell by more than adopting its outcome as it is now."""
        return self.adopted is not None and (self.differs or not self.adopted.as_computed)

    @property
    def overtaken(self) -> bool:
        """Whether its outcome was adopted, and ballots that changed since give another one."""
        return self.adopted is not None and self.adopted.as_computed and self.differs

    @property
    def split(self) -> bool:
        """Whether reviewers contradict each other: YES against NO, or on whether it applies."""
        return bool(self.tally.yes and self.tally.no) or self.tally.applicability_disputed

    @property
    def has_dissent(self) -> bool:
        """Whether what holds is not what everybody marked who said that it is met or not, or that
        it does not apply."""
        tally = self.tally
        against = {
            Outcome.MET: tally.no + tally.not_applicable,
            Outcome.NOT_MET: tally.yes + tally.not_applicable,
            Outcome.NOT_APPLICABLE: tally.decisive,
        }
        return against.get(self.finding, 0) > 0

    @property
    def divided(self) -> bool:
        """Whether a third or more of the YES and NO marks contradict the others."""
        fewer = min(self.tally.yes, self.tally.no)
        return fewer > 0 and 3 * fewer >= self.tally.decisive


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """Everything computed from the ballots and findings of an evaluation.

    lifted: the must-haves that the committee lifted for a vendor, with effect or not.
    """

    criteria: tuple[ScoredCriterion, ...]
    vendors: tuple[ScoredVendor, ...]
    cells: Mapping[Key, Cell]
    scores: Mapping[str, Score]
    agreement: Agreement
    rule: DecisionRule
    mode: ScoringMode
    pass_mark: Fraction
    lifted: frozenset[Key] = frozenset()

    @property
    def must_haves(self) -> bool:
        """Whether a criterion is a must-have: without one, nobody can be said to meet them."""
        return any(row.must_have for row in self.criteria)

    def cell(self, vendor: str, criterion: str) -> Cell:
        """The cell of two codes. Raises: KeyError if there is none."""
        return self.cells[vendor, criterion]

    def ranking(self) -> tuple[ScoredVendor, ...]:
        """Vendors by rank; then PENDING ones, then FAIL, each by falling score, then by name."""
        order = (Gate.PENDING, Gate.FAIL)

        def place(vendor: ScoredVendor) -> tuple[int, bool, Fraction, str]:
            score = self.scores[vendor.code]
            falling = -(score.value or Fraction(0))
            last = 0 if score.gate.is_ranked else 1 + order.index(score.gate)
            return last, score.value is None, falling, vendor.name

        return tuple(sorted(self.vendors, key=place))

    def kept_votes(self, vendor: str) -> tuple[str, ...]:
        """By share: criteria on which the committee found otherwise than the votes, whose share
        counts in the score all the same."""
        if self.mode is not ScoringMode.SHARE:
            return ()
        cells = (self.cell(vendor, row.code) for row in self.criteria)
        return tuple(
            cell.criterion
            for cell in cells
            if cell.differs and cell.finding is not Outcome.NOT_APPLICABLE
        )

    def unresolved(self) -> tuple[Cell, ...]:
        """Cells that nothing settles yet."""
        return tuple(c for c in self.cells.values() if c.finding is Outcome.UNRESOLVED)

    def split(self) -> tuple[Cell, ...]:
        """Cells in which reviewers contradict each other."""
        return tuple(cell for cell in self.cells.values() if cell.split)

    def passes(self, vendor: str) -> bool | None:
        """Whether the vendor's score reaches the pass mark; None while that is not decided.

        A score that is not settled never passes, as high as it may be; it fails when even the
        highest that is still possible does not reach the mark.
        """
        score = self.scores[vendor]
        if score.value is None or score.high is None:
            return None
        if score.settled:
            return score.value >= self.pass_mark
        return False if score.high < self.pass_mark else None


def evaluate(
    criteria: Sequence[ScoredCriterion],
    vendors: Sequence[ScoredVendor],
    tallies: Mapping[Key, Tally],
    adopted: Mapping[Key, AdoptedFinding],
    rule: DecisionRule,
    *,
    mode: ScoringMode = ScoringMode.OUTCOME,
    pass_mark: Fraction = Fraction(85, 100),
    lifted: frozenset[Key] = frozenset(),
) -> Results:
    """Outcomes, scores, ranks and agreement; a pair absent from `tallies` has no mark at all.

    Args: tallies, adopted and lifted are keyed (vendor code, criterion code); pass_mark is a share,
    0 to 1.
    """
    made: dict[Tally, Resolution] = {}
    cells: dict[Key, Cell] = {}
    for vendor in vendors:
        for criterion in criteria:
            key = vendor.code, criterion.code
            tally = tallies.get(key, NO_MARKS)
            resolution = made.get(tally) or made.setdefault(tally, decide_outcome(tally, rule))
            cells[key] = Cell(
                vendor=vendor.code,
                criterion=criterion.code,
                tally=tally,
                resolution=resolution,
                adopted=adopted.get(key),
            )
    counts = np.array([cell.tally.counts for cell in cells.values()], dtype=np.int64)
    findings = np.array([CODE[cell.finding] for cell in cells.values()], dtype=np.int8)
    size = len(vendors), len(criteria)
    scores = score_vendors(
        criteria, counts.reshape(*size, FIELDS), findings.reshape(size), rule, mode
    )
    codes = (vendor.code for vendor in vendors)
    return Results(
        criteria=tuple(criteria),
        vendors=tuple(vendors),
        cells=cells,
        scores=rank_scores(apply_reinstatements(dict(zip(codes, scores, strict=True)), lifted)),
        agreement=agreement_of(cell.tally for cell in cells.values()),
        rule=rule,
        mode=mode,
        pass_mark=pass_mark,
        lifted=lifted,
    )
