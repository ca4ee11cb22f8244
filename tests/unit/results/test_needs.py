"""The list of needs: what is not met, in the order in which it matters."""

from dataclasses import replace

from crrubric.domain.results.needs import Need, list_needs
from tests.unit.results.test_comparison import heavy
from tests.unit.results.test_results import results_of


def codes(needs: tuple[Need, ...]) -> list[str]:
    return [need.criterion.code for need in needs]


def test_must_haves_come_first_then_what_weighs_most_then_the_order_of_the_rubric():
    found = heavy(results_of({"a": "NNNNY"}), {"c2": 3})
    last = replace(found.criteria[3], must_have=True)
    found = replace(found, criteria=(*found.criteria[:3], last, found.criteria[4]))

    assert codes(list_needs(found, "a").unmet) == ["c3", "c2", "c0", "c1"]


def test_what_is_unresolved_is_open_and_the_rest_is_counted():
    needs = list_needs(results_of({"a": "YNTAY"}), "a")

    assert (codes(needs.unmet), codes(needs.open)) == (["c1"], ["c2"])
    assert (needs.met, needs.not_applicable) == (2, 1)


def test_a_product_that_meets_everything_has_no_needs():
    needs = list_needs(results_of({"a": "YY"}), "a")

    assert (needs.unmet, needs.open, needs.met) == ((), (), 2)
