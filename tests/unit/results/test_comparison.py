"""Vendors side by side: what sets one apart is what the findings carry, and nothing else."""

from dataclasses import replace
from fractions import Fraction

from crrubric.domain.results.comparison import compare_vendor
from crrubric.domain.results.results import Results
from tests.unit.results.test_results import results_of
from tests.unit.results.test_views import results as with_must_have

ROWS = {"a": "YYNT", "b": "YNNY", "c": "YNYA"}


def test_criteria_met_by_one_and_criteria_met_by_some_are_separate():
    found = results_of(ROWS)

    first, second = compare_vendor(found, "a", ["b", "c"]), compare_vendor(found, "b", ["a", "c"])

    assert (first.alone, first.ahead, first.behind) == (("c1",), (), ("c2",))
    assert (second.alone, second.ahead, second.behind) == (("c3",), (), ("c1", "c2"))
    assert compare_vendor(found, "c", ["a", "b"]).alone == ("c2",)


def test_a_criterion_met_by_all_or_by_none_is_neither_strength_nor_gap():
    found = results_of({"a": "YN", "b": "YN"})

    seen = compare_vendor(found, "a", ["b"])

    assert (seen.alone, seen.ahead, seen.behind) == ((), (), ())


def test_a_single_vendor_has_no_strengths_and_gaps():
    seen = compare_vendor(results_of({"a": "YN"}), "a", [])

    assert (seen.alone, seen.ahead, seen.behind) == ((), (), ())


def heavy(found: Results, weights: dict[str, int]) -> Results:
    criteria = [replace(row, weight=Fraction(weights.get(row.code, 1))) for row in found.criteria]
    return replace(found, criteria=tuple(criteria))


def test_the_heaviest_criteria_come_first_and_the_list_is_limited():
    found = heavy(results_of({"a": "YYYYYY", "b": "NNNNNN"}), {"c4": 3, "c2": 2})

    assert compare_vendor(found, "a", ["b"]).alone == ("c4", "c2", "c0", "c1")


def test_must_haves_not_met_are_named_once():
    seen = compare_vendor(with_must_have({"a": "YN", "b": "YY"}), "a", ["b"])

    assert (seen.failed, seen.behind) == (("c1",), ())


def test_a_near_miss_says_how_far_and_whether_it_may_still_be_reached():
    rows = ("YYYYN", "YYYYNTTTTT", "YN")

    near, open_, far = (compare_vendor(results_of({"a": row}), "a", []) for row in rows)

    assert (near.passes, near.short_by, near.may_pass) == (False, Fraction(5, 100), False)
    assert (open_.passes, open_.unresolved, open_.may_pass) == (None, 5, True)
    assert (far.passes, far.short_by, far.may_pass) == (False, None, False)


def test_above_the_pass_mark_is_not_decided_while_something_is_open():
    seen = compare_vendor(results_of({"a": "Y" * 9 + "T"}), "a", [])

    assert (seen.passes, seen.open_criteria, seen.may_pass) == (None, 1, False)


def test_without_a_score_the_pass_mark_is_not_mentioned():
    seen = compare_vendor(results_of({"a": "T"}), "a", [])

    assert (seen.passes, seen.short_by, seen.may_pass) == (None, None, False)
