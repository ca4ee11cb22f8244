"""A view of the matrix: what is kept, in which order; nothing else changes."""

from dataclasses import replace

import pytest

from crrubric.domain.results.results import Results, Vendor, evaluate
from crrubric.domain.results.tally import Tally
from crrubric.domain.results.views import (
    Count,
    CriteriaOrder,
    Show,
    VendorOrder,
    Wanted,
    counted,
    view_of,
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
        [Vendor(code, f"Vendor {code}") for code in rows],
        {(v, f"c{n}"): TALLIES[letter] for v, row in rows.items() for n, letter in enumerate(row)},
        {key: finding(value) for key, value in (adopted or {}).items()},
        ONE_MARK,
    )


def shown(found: Results, wanted: Wanted, experts: tuple[tuple[str, str], ...] = ()) -> str:
    """The numbers of the criteria in view, in their order."""
    return "".join(row.code[1:] for row in view_of(found, wanted, experts).criteria)


ROWS = {"a": "YNTsA", "b": "YYYYA"}


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Wanted(), "01234"),
        (Wanted(Show.UNRESOLVED), "2"),
        (Wanted(Show.SPLIT), "23"),
        (Wanted(Show.NOT_MET), "1"),
        (Wanted(Show.MET), "0123"),
        (Wanted(Show.EXPERT), "3"),
        (Wanted(must_have=True), "1"),
        (Wanted(lead=Stakeholder.TEACHER), "1"),
        (Wanted(lead=Stakeholder.PARENT), ""),
        (Wanted(section=frozenset({"c0", "c3"})), "03"),
        (Wanted(Show.SPLIT, section=frozenset({"c0", "c3"})), "3"),
        (Wanted(Show.SPLIT, must_have=True), ""),
        (Wanted(Show.NOT_MET, vendors=frozenset({"b"})), ""),
    ],
)
def test_filters_keep_criteria_and_can_be_combined(wanted: Wanted, numbers: str):
    assert shown(results(ROWS), wanted, (("a", "c3"),)) == numbers


def test_not_adopted_and_split_must_hold_for_the_same_cell():
    found = results({"a": "T", "b": "Y"}, {("a", "c0"): Outcome.MET})

    assert shown(found, Wanted(not_adopted=True)) == "0"
    assert shown(found, Wanted(Show.SPLIT, not_adopted=True)) == ""


@pytest.mark.parametrize(
    ("sort", "numbers"),
    [
        (CriteriaOrder.RUBRIC, "01234"),
        (CriteriaOrder.MUST, "10234"),
        (CriteriaOrder.SPLIT, "23014"),
        (CriteriaOrder.AGREEMENT, "01324"),  # nobody said YES or NO to the last
    ],
)
def test_criteria_are_sorted_and_equal_ones_stay_in_the_order_of_the_rubric(sort, numbers):
    assert shown(results(ROWS), Wanted(sort=sort)) == numbers


@pytest.mark.parametrize(
    ("order", "codes"),
    [(VendorOrder.GIVEN, "cab"), (VendorOrder.RANK, "bac"), (VendorOrder.NAME, "abc")],
)
def test_vendors_are_sorted(order: VendorOrder, codes: str):
    found = results({"c": "NN", "a": "NY", "b": "YY"})

    assert "".join(v.code for v in view_of(found, Wanted(order=order)).vendors) == codes


def test_a_vendor_keeps_its_score_whatever_is_in_view():
    found = results(ROWS)
    before = dict(found.scores)

    view = view_of(found, Wanted(Show.SPLIT, vendors=frozenset({"b"})))

    assert [vendor.code for vendor in view.vendors] == ["b"]
    assert found.scores == before


def test_a_section_is_counted_without_what_does_not_apply():
    found = results({"a": "YNTA"})

    assert counted(found, "a", found.criteria) == Count(met=1, cells=3, unresolved=1)


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
    made = evaluate([criterion(0)], [Vendor("a", "A")], {("a", "c0"): tally}, {}, ONE_MARK)

    assert made.cell("a", "c0").divided is divided
