"""Criteria that pull against each other, where a vendor is MET on both."""

from crrubric.domain.results.contradictions import find_contradictions
from crrubric.domain.results.outcome import DecisionRule
from crrubric.domain.results.results import Results, ScoredCriterion, ScoredVendor, evaluate
from crrubric.domain.results.tally import Tally
from crrubric.domain.setup.rubric import RubricTension

NCAA = RubricTension(("ncaa", "adaptive"), "skipping is not accepted")


def results(**yes: tuple[bool, bool]) -> Results:
    """Vendors with (ncaa, adaptive) found met or not."""
    criteria = [
        ScoredCriterion(code="ncaa", title="NCAA", section_title="All"),
        ScoredCriterion(code="adaptive", title="Adapts", section_title="All"),
    ]
    tallies = {
        (vendor, code): Tally(yes=3) if met else Tally(no=3)
        for vendor, pair in yes.items()
        for code, met in zip(("ncaa", "adaptive"), pair, strict=True)
    }
    vendors = [ScoredVendor(code, code.upper()) for code in yes]
    return evaluate(criteria, vendors, tallies, {}, DecisionRule())


def test_only_a_vendor_that_is_met_on_both_contradicts_itself():
    found = find_contradictions(results(a=(True, True), b=(True, False), c=(False, False)), [NCAA])

    assert [(row.vendor, row.first, row.second, row.why) for row in found] == [
        ("a", "ncaa", "adaptive", "skipping is not accepted")
    ]


def test_a_contradiction_is_found_from_both_criteria():
    (row,) = find_contradictions(results(a=(True, True)), [NCAA])

    assert [row.other(code) for code in ("ncaa", "adaptive", "ada")] == ["adaptive", "ncaa", None]


def test_a_tension_with_a_missing_criterion_is_ignored():
    assert (
        find_contradictions(results(a=(True, True)), [RubricTension(("ncaa", "gone"), "x")]) == ()
    )
