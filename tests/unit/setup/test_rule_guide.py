"""Each choice of the decision rule is explained, with examples that hold."""

from fractions import Fraction

from crrubric.domain.setup.rule_guide import MODES, RULES, score_example, work_examples
from crrubric.domain.vocabulary import Outcome, RuleKind, ScoringMode

MET, NOT_MET, OPEN = Outcome.MET, Outcome.NOT_MET, Outcome.UNRESOLVED


def test_every_rule_and_every_score_that_can_be_chosen_is_explained():
    assert (set(RULES), set(MODES)) == (set(RuleKind), set(ScoringMode))


def test_the_same_marks_under_each_rule():
    rows = work_examples(Fraction(2, 3), None)

    found = {
        (row.tally.yes, row.tally.no): tuple(row.outcomes[kind].outcome for kind in RuleKind)
        for row in rows
    }
    assert found == {
        (6, 0): (MET, MET, MET),
        (5, 0): (MET, MET, MET),
        (4, 2): (MET, MET, OPEN),
        (3, 2): (MET, OPEN, OPEN),
        (3, 3): (OPEN, OPEN, OPEN),
        (1, 5): (NOT_MET, NOT_MET, OPEN),
        (2, 0): (OPEN, OPEN, OPEN),
    }
    assert {row.tally.assigned for row in rows} == {6}


def test_the_examples_follow_share_and_quorum_of_the_evaluation():
    rows = {(row.tally.yes, row.tally.no): row.outcomes for row in work_examples(Fraction(3, 4), 2)}

    assert rows[4, 2][RuleKind.SUPERMAJORITY].outcome is OPEN
    assert rows[2, 0][RuleKind.UNANIMITY].outcome is MET


def test_the_score_of_the_example_by_outcome_and_by_share():
    assert {mode: score_example(mode) for mode in ScoringMode} == {
        ScoringMode.OUTCOME: 67,  # two of three
        ScoringMode.SHARE: 60,  # (1 + 3/5 + 1/5) / 3
    }
