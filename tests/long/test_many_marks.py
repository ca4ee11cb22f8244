"""Ten million marks: counted exactly, in memory that a small server has."""

import tracemalloc
from fractions import Fraction

import numpy as np
import pytest

from crrubric.domain.ballots.ballots import Ballots, Reviewer
from crrubric.domain.results.outcome import DecisionRule
from crrubric.domain.results.results import ScoredVendor, evaluate
from crrubric.domain.results.scoring import ScoredCriterion
from crrubric.domain.vocabulary import Outcome

pytestmark = pytest.mark.long

REVIEWERS, VENDORS, CRITERIA = 2_000, 50, 100
MOST = 600 * 2**20  # bytes beside the ballots themselves
SEED = 20_261_128


@pytest.fixture(scope="module")
def ballots() -> Ballots:
    """Ten million answers, YES to CANNOT_TELL, more than half of them YES."""
    draw = np.random.default_rng(SEED)
    answers = draw.choice(4, p=[0.6, 0.2, 0.1, 0.1], size=(REVIEWERS, VENDORS, CRITERIA))
    return Ballots(
        tuple(Reviewer(f"r{n}") for n in range(REVIEWERS)),
        tuple(f"v{n}" for n in range(VENDORS)),
        tuple(f"c{n}" for n in range(CRITERIA)),
        answers.astype(np.uint8),
    )


def test_ten_million_marks_are_counted_exactly_in_bounded_memory(ballots: Ballots):
    assert ballots.answers.size == 10_000_000
    tracemalloc.start()
    try:
        tallies = ballots.tallies()
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < MOST
    assert len(tallies) == VENDORS * CRITERIA
    whole = np.bincount(ballots.answers.ravel(), minlength=4).tolist()
    fields = ("yes", "no", "not_applicable", "cannot_tell")
    assert [sum(getattr(row, name) for row in tallies.values()) for name in fields] == whole
    assert {row.missing + row.recused + row.abstained for row in tallies.values()} == {0}
    column = ballots.answers[:, 7, 42]  # one item, counted the plain way
    assert tallies["v7", "c42"].yes == sum(1 for answer in column.tolist() if answer == 0)


def test_results_of_ten_million_marks_follow_from_their_counts(ballots: Ballots):
    criteria = [ScoredCriterion(code=c, title=c, section_title="S") for c in ballots.criteria]
    vendors = [ScoredVendor(code, code) for code in ballots.vendors]
    tallies = ballots.tallies()

    results = evaluate(criteria, vendors, tallies, {}, DecisionRule())

    met = {
        vendor: sum(results.cells[vendor, c].finding is Outcome.MET for c in ballots.criteria)
        for vendor in ballots.vendors
    }
    assert {vendor: score.value for vendor, score in results.scores.items()} == {
        vendor: Fraction(count, CRITERIA) for vendor, count in met.items()
    }
