"""Where evidence is missing: cells that reviewers could not tell and nobody asked about."""

from crrubric.domain.questions.questions import find_evidence_gaps
from crrubric.domain.results.outcome import DecisionRule
from crrubric.domain.results.results import Results, ScoredCriterion, ScoredVendor, evaluate
from crrubric.domain.results.tally import Tally


def results(**counts: int) -> Results:
    """One vendor; a criterion for each count of CAN'T TELL."""
    criteria = [
        ScoredCriterion(code=code, title=code.title(), section_title="All") for code in counts
    ]
    tallies = {("acme", code): Tally(yes=2, cannot_tell=count) for code, count in counts.items()}
    return evaluate(criteria, [ScoredVendor("acme", "Acme")], tallies, {}, DecisionRule())


def test_the_largest_gap_comes_first_and_equal_ones_keep_their_order():
    found = find_evidence_gaps(results(ada=1, sis=3, ell=1, sso=0), asked=set())

    assert [(cell.criterion, cell.tally.cannot_tell) for cell in found] == [
        ("sis", 3),
        ("ada", 1),
        ("ell", 1),
    ]


def test_a_criterion_with_a_question_is_no_evidence_gap():
    found = find_evidence_gaps(results(ada=1, sis=3), asked={("acme", "sis"), ("other", "ada")})

    assert [cell.criterion for cell in found] == ["ada"]
