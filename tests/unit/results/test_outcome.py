"""From a tally to an outcome: every rule, every reason, in the given order."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crrubric.domain.errors import Invalid
from crrubric.domain.results.outcome import DecisionRule, Resolution, decide_outcome
from crrubric.domain.results.tally import Tally
from crrubric.domain.vocabulary import Outcome, RuleKind, UnresolvedReason

MET = Resolution(Outcome.MET, None)
NOT_MET = Resolution(Outcome.NOT_MET, None)
NOT_APPLICABLE = Resolution(Outcome.NOT_APPLICABLE, None)
NO_MARKS = Resolution(Outcome.UNRESOLVED, UnresolvedReason.NO_MARKS)
NO_QUORUM = Resolution(Outcome.UNRESOLVED, UnresolvedReason.NO_QUORUM)
TIE = Resolution(Outcome.UNRESOLVED, UnresolvedReason.TIE)
NOT_REACHED = Resolution(Outcome.UNRESOLVED, UnresolvedReason.NOT_REACHED)
TIE_APPLICABLE = Resolution(Outcome.UNRESOLVED, UnresolvedReason.TIE_APPLICABLE)

MAJORITY = DecisionRule(RuleKind.MAJORITY, quorum=1)
TWO_THIRDS = DecisionRule(RuleKind.SUPERMAJORITY, Fraction(2, 3), 1)
UNANIMITY = DecisionRule(RuleKind.UNANIMITY, quorum=1)

small = st.integers(0, 9)
tallies = st.tuples(*[small] * 6).map(Tally.from_counts)
rules = st.builds(
    DecisionRule,
    st.sampled_from(RuleKind),
    st.fractions(Fraction(51, 100), 1, max_denominator=100),
    st.none() | st.integers(1, 6),
)


@pytest.mark.parametrize(
    ("tally", "rule", "resolution"),
    [
        (Tally(missing=5), MAJORITY, NO_MARKS),
        (Tally(), UNANIMITY, NO_MARKS),
        (Tally(not_applicable=1), DecisionRule(quorum=5), NOT_APPLICABLE),
        (Tally(not_applicable=3, yes=2), MAJORITY, NOT_APPLICABLE),
        (Tally(not_applicable=2, yes=2), DecisionRule(quorum=5), TIE_APPLICABLE),
        (Tally(not_applicable=2, yes=1, no=1), MAJORITY, TIE_APPLICABLE),
        (Tally(yes=2), DecisionRule(quorum=3), NO_QUORUM),
        (Tally(yes=1, no=1), DecisionRule(quorum=3), NO_QUORUM),
        (Tally(cannot_tell=9), MAJORITY, NO_QUORUM),
        (Tally(yes=3, not_applicable=2), DecisionRule(quorum=3), MET),
        (Tally(yes=2, no=1), MAJORITY, MET),
        (Tally(yes=1, no=2), MAJORITY, NOT_MET),
        (Tally(yes=2, no=2), MAJORITY, TIE),
        (Tally(yes=2, no=1), TWO_THIRDS, MET),
        (Tally(yes=1, no=2), TWO_THIRDS, NOT_MET),
        (Tally(yes=3, no=2), TWO_THIRDS, NOT_REACHED),
        (Tally(yes=2, no=2), TWO_THIRDS, NOT_REACHED),
        (Tally(yes=4), UNANIMITY, MET),
        (Tally(no=4), UNANIMITY, NOT_MET),
        (Tally(yes=9, no=1), UNANIMITY, NOT_REACHED),
        (Tally(yes=4, cannot_tell=3), UNANIMITY, MET),
    ],
)
def test_the_first_reason_that_applies_is_given(tally, rule, resolution):
    assert decide_outcome(tally, rule) == resolution


def test_four_of_six_reach_two_thirds_but_not_a_rounded_threshold():
    four_of_six = Tally(yes=4, no=2)

    assert decide_outcome(four_of_six, DecisionRule(RuleKind.SUPERMAJORITY, Fraction(2, 3))) == MET
    rounded = DecisionRule(RuleKind.SUPERMAJORITY, Fraction(6667, 10000))
    assert decide_outcome(four_of_six, rounded) == NOT_REACHED


def test_only_a_supermajority_looks_at_the_threshold():
    strict = Fraction(9, 10)

    assert decide_outcome(Tally(yes=3, no=2), DecisionRule(RuleKind.MAJORITY, strict)) == MET
    assert (
        decide_outcome(Tally(yes=3, no=2), DecisionRule(RuleKind.SUPERMAJORITY, strict))
        == NOT_REACHED
    )


@pytest.mark.parametrize(
    ("assigned", "quorum"),
    [(0, 2), (1, 2), (2, 2), (3, 2), (4, 2), (5, 3), (6, 3), (7, 4), (15, 8)],
)
def test_the_default_quorum_is_two_or_half_of_the_assigned_rounded_up(assigned, quorum):
    assert DecisionRule().quorum_for(assigned) == quorum


def test_a_given_quorum_holds_for_any_number_of_reviewers():
    assert [DecisionRule(quorum=3).quorum_for(assigned) for assigned in (0, 3, 50)] == [3, 3, 3]


def test_the_default_quorum_counts_missing_reviewers_but_not_recused_ones():
    assert decide_outcome(Tally(yes=2, missing=3), DecisionRule()) == NO_QUORUM
    assert decide_outcome(Tally(yes=2, missing=2, recused=1), DecisionRule()) == MET


@pytest.mark.parametrize(
    "threshold", [Fraction(0), Fraction(1, 2), Fraction(101, 100), Fraction(-2, 3)]
)
def test_a_threshold_that_yes_and_no_could_both_reach_or_nobody_can_is_refused(threshold):
    with pytest.raises(Invalid, match="above one half") as refusal:
        DecisionRule(RuleKind.SUPERMAJORITY, threshold)

    assert refusal.value.field == "over"


@pytest.mark.parametrize("threshold", [Fraction(501, 1000), Fraction(1)])
def test_the_ends_of_the_allowed_thresholds_are_taken(threshold):
    assert DecisionRule(threshold=threshold).threshold == threshold


@pytest.mark.parametrize("quorum", [0, -1])
def test_a_quorum_below_one_is_refused(quorum):
    with pytest.raises(Invalid, match="at least 1") as refusal:
        DecisionRule(quorum=quorum)

    assert refusal.value.field == "quorum"


@given(tallies, rules)
def test_an_outcome_has_a_reason_exactly_when_it_is_unresolved(tally, rule):
    resolution = decide_outcome(tally, rule)

    assert (resolution.reason is not None) == (resolution.outcome is Outcome.UNRESOLVED)


@given(tallies, rules)
def test_one_more_yes_never_turns_met_into_anything_else_when_a_missing_mark_arrives(tally, rule):
    waiting = Tally(
        yes=tally.yes,
        no=tally.no,
        not_applicable=tally.not_applicable,
        cannot_tell=tally.cannot_tell,
        missing=tally.missing + 1,
    )
    arrived = Tally(
        yes=tally.yes + 1,
        no=tally.no,
        not_applicable=tally.not_applicable,
        cannot_tell=tally.cannot_tell,
        missing=tally.missing,
    )

    if decide_outcome(waiting, rule) == MET:
        assert decide_outcome(arrived, rule) == MET
    if decide_outcome(arrived, rule) == NOT_MET:
        assert decide_outcome(waiting, rule).outcome in (Outcome.NOT_MET, Outcome.UNRESOLVED)


@given(tallies, rules)
def test_one_more_reviewer_who_says_yes_never_turns_met_into_not_met(tally, rule):
    more = Tally(
        yes=tally.yes + 1,
        no=tally.no,
        not_applicable=tally.not_applicable,
        cannot_tell=tally.cannot_tell,
        missing=tally.missing,
    )

    if decide_outcome(tally, rule) == MET:
        assert decide_outcome(more, rule) != NOT_MET


@given(tallies, rules)
def test_yes_and_no_are_treated_alike(tally, rule):
    mirrored = replace(tally, yes=tally.no, no=tally.yes)
    mirror = {Outcome.MET: Outcome.NOT_MET, Outcome.NOT_MET: Outcome.MET}
    was = decide_outcome(tally, rule)

    now = decide_outcome(mirrored, rule)

    assert (now.outcome, now.reason) == (mirror.get(was.outcome, was.outcome), was.reason)


@given(st.lists(st.sampled_from("YNA?"), max_size=12), rules)
def test_the_outcome_is_what_counting_single_marks_by_hand_gives(marks, rule):
    tally = Tally.from_counts([*(marks.count(mark) for mark in "YNA?"), 2])

    assert decide_outcome(tally, rule) == by_hand(marks, rule, assigned=len(marks) + 2)


def by_hand(marks: list[str], rule: DecisionRule, assigned: int) -> Resolution:
    """Section by section, one mark at a time, with shares instead of whole numbers."""
    decisive = [mark for mark in marks if mark in "YN"]
    applies_not = [mark for mark in marks if mark == "A"]
    if marks == []:
        return NO_MARKS
    if len(applies_not) > len(decisive):
        return NOT_APPLICABLE
    if decisive and len(applies_not) == len(decisive):
        return TIE_APPLICABLE
    quorum = rule.quorum or max(2, -(-assigned // 2))
    if len(decisive) < quorum:
        return NO_QUORUM
    for letter, resolution in (("Y", MET), ("N", NOT_MET)):
        share = Fraction(sum(mark == letter for mark in decisive), len(decisive))
        enough = {
            RuleKind.MAJORITY: share > Fraction(1, 2),
            RuleKind.SUPERMAJORITY: share >= rule.threshold,
            RuleKind.UNANIMITY: share == 1,
        }
        if enough[rule.kind]:
            return resolution
    return TIE if rule.kind is RuleKind.MAJORITY else NOT_REACHED
