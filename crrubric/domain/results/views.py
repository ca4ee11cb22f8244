"""A view of the matrix: which criteria and vendors are shown, in which order. It changes nothing.

What a vendor's score or rank is does not depend on the view: only what is looked at does.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction

from crrubric.domain.results.results import Cell, Key, Results, Vendor
from crrubric.domain.results.scoring import Criterion
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Labelled, Outcome, Stakeholder


class Show(Labelled):
    """Which cells a criterion must have to be shown."""

    ALL = "all", N_("Everything")
    UNRESOLVED = "unresolved", N_("Unresolved")
    SPLIT = "split", N_("Split")
    EXPERT = "expert", N_("Who speaks for the field says otherwise")
    MET = "met", N_("Met")
    NOT_MET = "unmet", N_("Not met")


class CriteriaOrder(Labelled):
    """How criteria are sorted."""

    RUBRIC = "rubric", N_("As in the rubric")
    MUST = "must", N_("Must-haves first")
    SPLIT = "split", N_("Most split first")
    AGREEMENT = "agreement", N_("Most agreement first")


class VendorOrder(Labelled):
    """How vendors are sorted."""

    GIVEN = "given", N_("As listed")
    RANK = "rank", N_("By rank")
    NAME = "name", N_("By name")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asked to see.

    not_adopted: cells that the committee has not adopted a finding for. section: codes of its
    criteria. lead: criteria for which that stakeholder speaks. vendors: codes; all if empty.
    """

    show: Show = Show.ALL
    must_have: bool = False
    not_adopted: bool = False
    section: frozenset[str] | None = None
    lead: Stakeholder | None = None
    vendors: frozenset[str] = frozenset()
    sort: CriteriaOrder = CriteriaOrder.RUBRIC
    order: VendorOrder = VendorOrder.GIVEN

    @property
    def whole(self) -> bool:
        """Whether every criterion is shown."""
        return (self.show, self.must_have, self.not_adopted, self.section, self.lead) == (
            Show.ALL, False, False, None, None,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class View:
    """What is shown: criteria and vendors in their order."""

    criteria: tuple[Criterion, ...]
    vendors: tuple[Vendor, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many of some criteria a vendor meets; `cells` leaves out what is not applicable."""

    met: int
    cells: int
    unresolved: int


def view_of(results: Results, wanted: Wanted, experts: Collection[Key] = ()) -> View:
    """The criteria and vendors that were asked for, in the order that was asked for.

    Args: experts: the cells in which who speaks for the field says otherwise.
    A criterion is shown if a cell of the vendors shown is as asked: one that is both split and not
    adopted, not one of each.
    """
    vendors = _vendors(results, wanted)
    kept = [
        row
        for row in results.criteria
        if _in_view(row, wanted)
        and (
            (wanted.show is Show.ALL and not wanted.not_adopted)
            or any(
                _cell_in_view(results.cells[vendor.code, row.code], wanted, experts)
                for vendor in vendors
            )
        )
    ]
    return View(_sorted(results, kept, vendors, wanted.sort), vendors)


def counted(results: Results, vendor: str, criteria: Sequence[Criterion]) -> Count:
    """What a vendor's cells of these criteria come to."""
    found = [results.cells[vendor, row.code].finding for row in criteria]
    return Count(
        found.count(Outcome.MET),
        len(found) - found.count(Outcome.NOT_APPLICABLE),
        found.count(Outcome.UNRESOLVED),
    )


def _vendors(results: Results, wanted: Wanted) -> tuple[Vendor, ...]:
    rows: Sequence[Vendor] = results.vendors
    if wanted.order is VendorOrder.RANK:
        rows = results.ranking()
    elif wanted.order is VendorOrder.NAME:
        rows = sorted(rows, key=lambda vendor: vendor.name.casefold())
    return tuple(row for row in rows if not wanted.vendors or row.code in wanted.vendors)


def _in_view(row: Criterion, wanted: Wanted) -> bool:
    return (
        (row.must_have or not wanted.must_have)
        and (wanted.section is None or row.code in wanted.section)
        and (wanted.lead is None or row.lead is wanted.lead)
    )


def _cell_in_view(cell: Cell, wanted: Wanted, experts: Collection[Key]) -> bool:
    if wanted.not_adopted and cell.adopted is not None:
        return False
    if wanted.show is Show.SPLIT:
        return cell.split
    if wanted.show is Show.EXPERT:
        return (cell.vendor, cell.criterion) in experts
    findings = {
        Show.MET: Outcome.MET,
        Show.NOT_MET: Outcome.NOT_MET,
        Show.UNRESOLVED: Outcome.UNRESOLVED,
    }
    return wanted.show is Show.ALL or cell.finding is findings[wanted.show]


def _sorted(
    results: Results, rows: list[Criterion], vendors: Sequence[Vendor], sort: CriteriaOrder
) -> tuple[Criterion, ...]:
    """The rows in order; equal ones stay in the order of the rubric."""

    def cells(row: Criterion) -> list[Cell]:
        return [results.cells[vendor.code, row.code] for vendor in vendors]

    def differing(row: Criterion) -> Fraction:
        pairs = [d for cell in cells(row) if (d := cell.tally.disagreement) is not None]
        return sum(pairs, Fraction(0)) / len(pairs) if pairs else Fraction(2)

    if sort is CriteriaOrder.MUST:
        rows = sorted(rows, key=lambda row: not row.must_have)
    elif sort is CriteriaOrder.SPLIT:
        rows = sorted(rows, key=lambda row: -sum(cell.split for cell in cells(row)))
    elif sort is CriteriaOrder.AGREEMENT:
        rows = sorted(rows, key=differing)  # those without a pair come last
    return tuple(rows)
