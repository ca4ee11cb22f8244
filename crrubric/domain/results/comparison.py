"""What sets a vendor apart from those beside it: strengths and gaps that the findings carry."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from crrubric.domain.results.results import Results
from crrubric.domain.results.scoring import ScoredCriterion
from crrubric.domain.vocabulary import Outcome

MOST = 4  # criteria of one kind that are named
NEAR = Fraction(5, 100)  # so far below the pass mark is a near miss


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorComparison:
    """One vendor beside others; criteria by code, those that weigh most first.

    alone: met by this vendor and none of the others; ahead: met here and not by all of them.
    failed, pending: must-haves not met, not settled. behind: other criteria not met here and met
    by another. passes: None while it is not decided, a score that may still change above all; then
    `open_criteria` are missing. short_by: share missing to the pass mark, if it is
    a near miss. may_pass: whether what is unresolved could still lift it to the pass mark.
    """

    alone: tuple[str, ...]
    ahead: tuple[str, ...]
    failed: tuple[str, ...]
    pending: tuple[str, ...]
    behind: tuple[str, ...]
    unresolved: int
    passes: bool | None
    open_criteria: int
    short_by: Fraction | None
    may_pass: bool


def compare_vendor(results: Results, vendor: str, others: Sequence[str]) -> VendorComparison:
    """What sets `vendor` apart from the others; codes of vendors."""
    score, mark = results.scores[vendor], results.pass_mark
    met = {
        row.code: row for row in results.criteria if _has_finding(results, vendor, row, Outcome.MET)
    }
    elsewhere = {
        row.code: sum(_has_finding(results, other, row, Outcome.MET) for other in others)
        for row in results.criteria
    }
    unmet = [row for row in results.criteria if _has_finding(results, vendor, row, Outcome.NOT_MET)]
    missing = None if score.value is None else mark - score.value
    return VendorComparison(
        alone=_list_heaviest(row for code, row in met.items() if others and elsewhere[code] == 0),
        ahead=_list_heaviest(row for code, row in met.items() if 0 < elsewhere[code] < len(others)),
        failed=score.failed,
        pending=score.pending,
        behind=_list_heaviest(
            row for row in unmet if elsewhere[row.code] and row.code not in score.failed
        ),
        unresolved=sum(
            results.cell(vendor, row.code).finding is Outcome.UNRESOLVED for row in results.criteria
        ),
        passes=results.passes(vendor),
        open_criteria=score.open,
        short_by=missing if missing is not None and 0 < missing <= NEAR else None,
        may_pass=missing is not None
        and missing > 0
        and score.high is not None
        and score.high >= mark,
    )


def _has_finding(results: Results, vendor: str, row: ScoredCriterion, outcome: Outcome) -> bool:
    return results.cell(vendor, row.code).finding is outcome


def _list_heaviest(rows: Iterable[ScoredCriterion]) -> tuple[str, ...]:
    """The codes of those that weigh most; equal ones as in the rubric."""
    return tuple(row.code for row in sorted(rows, key=lambda row: -row.weight)[:MOST])
