"""What can be read off the counts of one cell."""

from fractions import Fraction

import pytest

from crrubric.domain.results.tally import Tally


def test_a_tally_counts_marks_and_assigned_reviewers():
    tally = Tally(yes=3, no=2, not_applicable=1, cannot_tell=4, missing=4, abstained=1, recused=6)

    assert (tally.decisive, tally.marks, tally.assigned) == (5, 10, 15)


def test_recused_reviewers_are_not_assigned_and_missing_ones_are():
    assert Tally(yes=2, missing=1, recused=4).assigned == 3


@pytest.mark.parametrize(
    ("yes", "no", "support"),
    [(0, 0, None), (0, 3, Fraction(0)), (1, 2, Fraction(1, 3)), (4, 0, Fraction(1))],
)
def test_support_is_the_share_of_yes_and_undefined_without_a_decisive_mark(yes, no, support):
    assert Tally(yes=yes, no=no, cannot_tell=2, not_applicable=1).support == support


@pytest.mark.parametrize(
    ("yes", "no", "share"),
    [
        (0, 0, None),
        (1, 0, None),
        (0, 1, None),
        (2, 0, Fraction(0)),
        (2, 1, Fraction(2, 3)),
        (1, 1, Fraction(1)),
        (3, 1, Fraction(1, 2)),
        (4, 1, Fraction(2, 5)),
        (3, 2, Fraction(3, 5)),
        (2, 2, Fraction(2, 3)),
        (5, 0, Fraction(0)),
    ],
)
def test_disagreement_is_the_share_of_differing_pairs(yes, no, share):
    assert Tally(yes=yes, no=no).disagreement == share
    assert Tally(yes=no, no=yes).disagreement == share


@pytest.mark.parametrize(
    ("tally", "unanimous"),
    [
        (Tally(), False),
        (Tally(missing=3), False),
        (Tally(yes=1), False),
        (Tally(yes=2), True),
        (Tally(no=2, missing=3, recused=1), True),
        (Tally(not_applicable=2), True),
        (Tally(cannot_tell=2), False),
        (Tally(yes=2, no=1), False),
        (Tally(yes=2, cannot_tell=1), False),
        (Tally(yes=2, not_applicable=1), False),
    ],
)
def test_a_cell_is_unanimous_when_two_or_more_marks_all_say_the_same(tally, unanimous):
    assert tally.unanimous is unanimous


@pytest.mark.parametrize(
    ("tally", "disputed"),
    [
        (Tally(not_applicable=3), False),
        (Tally(yes=3), False),
        (Tally(not_applicable=1, cannot_tell=2), False),
        (Tally(not_applicable=3, yes=1), True),
        (Tally(not_applicable=1, no=4), True),
    ],
)
def test_applicability_is_disputed_when_some_decide_what_others_find_not_applicable(
    tally, disputed
):
    assert tally.applicability_disputed is disputed
