"""Criteria that pull against each other, where a vendor is MET on both."""

from crrubric.domain.results.contradictions import contradictions
from crrubric.domain.results.outcome import Rule
from crrubric.domain.results.results import Criterion, Results, Vendor, evaluate
from crrubric.domain.results.tally import Tally
from crrubric.domain.setup.rubric import Tension

NCAA = Tension(("ncaa", "adaptive"), "skipping is not accepted")


def results(**yes: tuple[bool, bool]) -> Results:
    """Vendors with (ncaa, adaptive) found met or not."""
    criteria = [Criterion("ncaa", "NCAA", "All"), Criterion("adaptive", "Adapts", "All")]
    tallies = {
        (vendor, code): Tally(yes=3) if met else Tally(no=3)
        for vendor, pair in yes.items()
        for code, met in zip(("ncaa", "adaptive"), pair, strict=True)
    }
    vendors = [Vendor(code, code.upper()) for code in yes]
    return evaluate(criteria, vendors, tallies, {}, Rule())


def test_only_a_vendor_that_is_met_on_both_contradicts_itself():
    found = contradictions(results(a=(True, True), b=(True, False), c=(False, False)), [NCAA])

    assert [(row.vendor, row.first, row.second, row.why) for row in found] == [
        ("a", "ncaa", "adaptive", "skipping is not accepted")
    ]


def test_each_of_the_two_knows_the_other():
    (row,) = contradictions(results(a=(True, True)), [NCAA])

    assert [row.other(code) for code in ("ncaa", "adaptive", "ada")] == ["adaptive", "ncaa", None]


def test_a_tension_with_what_is_not_asked_is_passed_over():
    assert contradictions(results(a=(True, True)), [Tension(("ncaa", "gone"), "x")]) == ()
