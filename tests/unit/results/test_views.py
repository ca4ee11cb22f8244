"""A view of the matrix: what is kept, in which order; nothing else changes."""

from dataclasses import replace

import pytest

from crrubric.domain.results.results import Results, ScoredVendor, evaluate
from crrubric.domain.results.tally import Tally
from crrubric.domain.results.views import (
    CellFilter,
    CriteriaOrder,
    FindingCount,
    VendorOrder,
    ViewRequest,
    count_findings,
    select_matrix_view,
)
from crrubric.domain.vocabulary import Outcome, Stakeholder
from tests.unit.results.test_results import ONE_MARK, criterion, finding

TALLIES = {
    "Y": Tally(yes=4), "N": Tally(no=4), "T": Tally(yes=2, no=2), "s": Tally(yes=4, no=1),
    "A": Tally(not_applicable=4), "-": Tally(),
}  # fmt: skip


def results(rows: dict[str, str], adopted: dict[tuple[str, str], Outcome] | None = None) -> Results:
    """Vendors as one letter a criterion; c1 is a must-have of the teachers."""
    width = max(map(len, rows.values()))
    criteria = [
        replace(criterion(n), must_have=n == 1, lead=Stakeholder.TEACHER if n == 1 else None)
        for n in range(width)
    ]
    return evaluate(
        criteria,
        [ScoredVendor(code, f"Vendor {code}") for code in rows],
        {(v, f"c{n}"): TALLIES[letter] for v, row in rows.items() for n, letter in enumerate(row)},
        {key: finding(value) for key, value in (adopted or {}).items()},
        ONE_MARK,
    )


def shown(found: Results, wanted: ViewRequest, experts: tuple[tuple[str, str], ...] = ()) -> str:
    """The numbers of the criteria in view, in their order."""
    return "".join(row.code[1:] for row in select_matrix_view(found, wanted, experts).criteria)


ROWS = {"a": "YNTsA", "b": "YYYYA"}


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (ViewRequest(), "01234"),
        (ViewRequest(show=CellFilter.UNRESOLVED), "2"),
        (ViewRequest(show=CellFilter.SPLIT), "23"),
        (ViewRequest(show=CellFilter.NOT_MET), "1"),
        (ViewRequest(show=CellFilter.MET), "0123"),
        (ViewRequest(show=CellFilter.EXPERT), "3"),
        (ViewRequest(must_have=True), "1"),
        (ViewRequest(lead=Stakeholder.TEACHER), "1"),
        (ViewRequest(lead=Stakeholder.PARENT), ""),
        (ViewRequest(section=frozenset({"c0", "c3"})), "03"),
        (ViewRequest(show=CellFilter.SPLIT, section=frozenset({"c0", "c3"})), "3"),
        (ViewRequest(show=CellFilter.SPLIT, must_have=True), ""),
        (ViewRequest(show=CellFilter.NOT_MET, vendors=frozenset({"b"})), ""),
    ],
)
def test_filters_keep_criteria_and_can_be_combined(wanted: ViewRequest, numbers: str):
    assert shown(results(ROWS), wanted, (("a", "c3"),)) == numbers


def test_not_adopted_and_split_must_hold_for_the_same_cell():
    found = results({"a": "T", "b": "Y"}, {("a", "c0"): Outcome.MET})

    assert shown(found, ViewRequest(not_adopted=True)) == "0"
    assert shown(found, ViewRequest(show=CellFilter.SPLIT, not_adopted=True)) == ""


@pytest.mark.parametrize(
    ("sort", "numbers"),
    [
        (CriteriaOrder.RUBRIC, "01234"),
        (CriteriaOrder.MUST, "10234"),
        (CriteriaOrder.SPLIT, "23014"),
        (CriteriaOrder.AGREEMENT, "01324"),  # nobody said YES or NO to the last
        (CriteriaOrder.NAME, "01234"),
    ],
)
def test_criteria_are_sorted_and_equal_ones_stay_in_the_order_of_the_rubric(sort, numbers):
    assert shown(results(ROWS), ViewRequest(sort=sort)) == numbers


@pytest.mark.parametrize(
    ("order", "codes"),
    [(VendorOrder.GIVEN, "cab"), (VendorOrder.RANK, "bac"), (VendorOrder.NAME, "abc")],
)
def test_vendors_are_sorted(order: VendorOrder, codes: str):
    found = results({"c": "NN", "a": "NY", "b": "YY"})

    assert (
        "".join(v.code for v in select_matrix_view(found, ViewRequest(order=order)).vendors)
        == codes
    )


def test_a_vendor_keeps_its_score_whatever_is_in_view():
    found = results(ROWS)
    before = dict(found.scores)

    view = select_matrix_view(found, ViewRequest(show=CellFilter.SPLIT, vendors=frozenset({"b"})))

    assert [vendor.code for vendor in view.vendors] == ["b"]
    assert found.scores == before


def test_a_section_is_counted_without_criteria_that_do_not_apply():
    found = results({"a": "YNTA"})

    assert count_findings(found, "a", found.criteria) == FindingCount(met=1, cells=3, unresolved=1)


@pytest.mark.parametrize(
    ("tally", "divided"),
    [
        (Tally(yes=4, no=2), True),
        (Tally(yes=5, no=2), False),
        (Tally(no=3), False),
        (Tally(yes=1, no=1), True),
        (Tally(), False),
    ],
)
def test_a_cell_is_divided_from_a_third_on(tally: Tally, divided: bool):
    made = evaluate([criterion(0)], [ScoredVendor("a", "A")], {("a", "c0"): tally}, {}, ONE_MARK)

    assert made.cell("a", "c0").divided is divided


def test_sorted_by_a_vendor_what_it_lacks_comes_first_whatever_else_is_asked():
    found = results(ROWS, {("b", "c3"): Outcome.NOT_MET})

    assert shown(found, ViewRequest(by="a")) == "21034"
    assert shown(found, ViewRequest(by="b", sort=CriteriaOrder.MUST)) == "30124"
    assert shown(found, ViewRequest(by="a", show=CellFilter.SPLIT)) == "23"
