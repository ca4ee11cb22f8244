"""A view of the matrix: which criteria and vendors are shown, in which order. It changes nothing.

What a vendor's score or rank is does not depend on the view: only what is looked at does.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction

from crrubric.domain.results.results import Cell, Key, Results, ScoredVendor
from crrubric.domain.results.scoring import ScoredCriterion
from crrubric.domain.text import sort_key
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import LabelledEnum, Outcome, Stakeholder

# What a vendor lacks comes first where criteria are sorted by it.
URGENCY = (Outcome.UNRESOLVED, Outcome.NOT_MET, Outcome.MET, Outcome.NOT_APPLICABLE)


class CellFilter(LabelledEnum):
    """Which cells a criterion must have to be shown."""

    ALL = "all", N_("Everything")
    UNRESOLVED = "unresolved", N_("Unresolved")
    SPLIT = "split", N_("Split")
    EXPERT = "expert", N_("The reviewer for this field disagrees")
    MET = "met", N_("Met")
    NOT_MET = "unmet", N_("Not met")


class CriteriaOrder(LabelledEnum):
    """How criteria are sorted."""

    RUBRIC = "rubric", N_("As in the rubric")
    MUST = "must", N_("Must-haves first")
    SPLIT = "split", N_("Most split first")
    AGREEMENT = "agreement", N_("Most agreement first")
    NAME = "name", N_("By name")


class VendorOrder(LabelledEnum):
    """How vendors are sorted."""

    GIVEN = "given", N_("As listed")
    RANK = "rank", N_("By rank")
    NAME = "name", N_("By name")


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewRequest:
    """What somebody asked to see.

    not_adopted: cells that the committee has not adopted a finding for. section: codes of its
    criteria. lead: criteria for which that stakeholder speaks. vendors: codes; all if empty.
    by: code of a vendor; its open and unmet criteria come first, whatever `sort` says.
    begin, at_once: of the vendors in their order, from which on and how many; all without them.
    """

    show: CellFilter = CellFilter.ALL
    must_have: bool = False
    not_adopted: bool = False
    section: frozenset[str] | None = None
    lead: Stakeholder | None = None
    vendors: frozenset[str] = frozenset()
    sort: CriteriaOrder = CriteriaOrder.RUBRIC
    by: str | None = None
    order: VendorOrder = VendorOrder.GIVEN
    begin: int = 0
    at_once: int | None = None

    @property
    def whole(self) -> bool:
        """Whether every criterion is shown."""
        return (self.show, self.must_have, self.not_adopted, self.section, self.lead) == (
            CellFilter.ALL, False, False, None, None,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class MatrixView:
    """What is shown: criteria and vendors in their order."""

    criteria: tuple[ScoredCriterion, ...]
    vendors: tuple[ScoredVendor, ...]


@dataclass(frozen=True, slots=True)
class FindingCount:
    """How many of some criteria a vendor meets; `cells` leaves out what is not applicable."""

    met: int
    cells: int
    unresolved: int


def select_matrix_view(
    results: Results, wanted: ViewRequest, experts: Collection[Key] = ()
) -> MatrixView:
    """The criteria and vendors that were asked for, in the order that was asked for.

    Args: experts: the cells in which who speaks for the field says otherwise.
    A criterion is shown if a cell of the vendors shown is as asked: one that is both split and not
    adopted, not one of each.
    """
    vendors = _select_vendors(results, wanted)
    kept = [
        row
        for row in results.criteria
        if _is_in_view(row, wanted)
        and (
            (wanted.show is CellFilter.ALL and not wanted.not_adopted)
            or any(
                _is_cell_in_view(results.cells[vendor.code, row.code], wanted, experts)
                for vendor in vendors
            )
        )
    ]
    by = wanted.by
    if by is not None:
        kept.sort(key=lambda row: URGENCY.index(results.cells[by, row.code].finding))
        return MatrixView(tuple(kept), vendors)
    return MatrixView(_sort_criteria(results, kept, vendors, wanted.sort), vendors)


def count_findings(
    results: Results, vendor: str, criteria: Sequence[ScoredCriterion]
) -> FindingCount:
    """What a vendor's cells of these criteria come to."""
    found = [results.cells[vendor, row.code].finding for row in criteria]
    return FindingCount(
        found.count(Outcome.MET),
        len(found) - found.count(Outcome.NOT_APPLICABLE),
        found.count(Outcome.UNRESOLVED),
    )


def _select_vendors(results: Results, wanted: ViewRequest) -> tuple[ScoredVendor, ...]:
    rows: Sequence[ScoredVendor] = results.vendors
    if wanted.order is VendorOrder.RANK:
        rows = results.ranking()
    elif wanted.order is VendorOrder.NAME:
        rows = sorted(rows, key=lambda vendor: sort_key(vendor.name))
    found = tuple(row for row in rows if not wanted.vendors or row.code in wanted.vendors)
    return found[wanted.begin :][: wanted.at_once]


def _is_in_view(row: ScoredCriterion, wanted: ViewRequest) -> bool:
    return (
        (row.must_have or not wanted.must_have)
        and (wanted.section is None or row.code in wanted.section)
        and (wanted.lead is None or row.lead is wanted.lead)
    )


def _is_cell_in_view(cell: Cell, wanted: ViewRequest, experts: Collection[Key]) -> bool:
    if wanted.not_adopted and cell.adopted is not None:
        return False
    if wanted.show is CellFilter.SPLIT:
        return cell.split
    if wanted.show is CellFilter.EXPERT:
        return (cell.vendor, cell.criterion) in experts
    findings = {
        CellFilter.MET: Outcome.MET,
        CellFilter.NOT_MET: Outcome.NOT_MET,
        CellFilter.UNRESOLVED: Outcome.UNRESOLVED,
    }
    return wanted.show is CellFilter.ALL or cell.finding is findings[wanted.show]


def _sort_criteria(
    results: Results,
    rows: list[ScoredCriterion],
    vendors: Sequence[ScoredVendor],
    sort: CriteriaOrder,
) -> tuple[ScoredCriterion, ...]:
    """The rows in order; equal ones stay in the order of the rubric."""

    def cells(row: ScoredCriterion) -> list[Cell]:
        return [results.cells[vendor.code, row.code] for vendor in vendors]

    def differing(row: ScoredCriterion) -> Fraction:
        pairs = [d for cell in cells(row) if (d := cell.tally.disagreement) is not None]
        return sum(pairs, Fraction(0)) / len(pairs) if pairs else Fraction(2)

    if sort is CriteriaOrder.MUST:
        rows = sorted(rows, key=lambda row: not row.must_have)
    elif sort is CriteriaOrder.SPLIT:
        rows = sorted(rows, key=lambda row: -sum(cell.split for cell in cells(row)))
    elif sort is CriteriaOrder.AGREEMENT:
        rows = sorted(rows, key=differing)  # those without a pair come last
    elif sort is CriteriaOrder.NAME:
        rows = sorted(rows, key=lambda row: sort_key(row.title))
    return tuple(rows)
