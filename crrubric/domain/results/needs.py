"""What a product lacks: the result of an evaluation of the curriculum in place."""

from collections.abc import Callable
from dataclasses import dataclass

from crrubric.domain.results.results import Cell, Results
from crrubric.domain.results.scoring import ScoredCriterion
from crrubric.domain.vocabulary import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One criterion that is not met, or of which nobody knows yet whether it is."""

    criterion: ScoredCriterion
    cell: Cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What one product lacks; must-haves first, then what weighs most, else as in the rubric.

    unmet: found NOT MET; open: unresolved. met, not_applicable: how many criteria are the others.
    """

    unmet: tuple[Need, ...]
    open: tuple[Need, ...]
    met: int
    not_applicable: int


def list_needs(results: Results, vendor: str) -> Needs:
    """The needs that the findings on a vendor leave. Args: vendor: its code."""
    ordered = sorted(results.criteria, key=lambda row: (not row.must_have, -row.weight))
    found = [Need(criterion=row, cell=results.cell(vendor, row.code)) for row in ordered]

    def has(outcome: Outcome) -> Callable[[Need], bool]:
        return lambda need: need.cell.finding is outcome

    return Needs(
        unmet=tuple(filter(has(Outcome.NOT_MET), found)),
        open=tuple(filter(has(Outcome.UNRESOLVED), found)),
        met=sum(map(has(Outcome.MET), found)),
        not_applicable=sum(map(has(Outcome.NOT_APPLICABLE), found)),
    )
