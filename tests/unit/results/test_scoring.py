"""Scores, gates and ranks of vendors, as exact fractions."""

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crrubric.domain.results.outcome import CODE, DecisionRule
from crrubric.domain.results.scoring import Score, ScoredCriterion, rank_scores, score_vendors
from crrubric.domain.results.tally import FIELDS, Tally
from crrubric.domain.vocabulary import Gate, Outcome, ScoringMode

UNMARKED = Tally()
DEFAULT = DecisionRule()
MET, NOT_MET = Outcome.MET, Outcome.NOT_MET
NOT_APPLICABLE, UNRESOLVED = Outcome.NOT_APPLICABLE, Outcome.UNRESOLVED


@dataclass(frozen=True)
class Weighed:
    """One criterion of one vendor as the score sees it."""

    criterion: str
    weight: Fraction
    must_have: bool
    may_not_apply: bool
    finding: Outcome
    tally: Tally


weights = st.fractions(0, 10, max_denominator=20)
tallies = st.lists(st.integers(0, 4), min_size=5, max_size=5).map(Tally.from_counts)
rows = st.lists(
    st.builds(
        Weighed,
        st.just("c"),
        weights,
        st.booleans(),
        st.booleans(),
        st.sampled_from(Outcome),
        tallies,
    ),
    max_size=8,
)
modes = st.sampled_from(ScoringMode)


def cell(
    finding: Outcome,
    weight: int | Fraction = 1,
    *,
    code: str = "c",
    must_have: bool = False,
    may_not_apply: bool = False,
    tally: Tally = UNMARKED,
) -> Weighed:
    return Weighed(code, Fraction(weight), must_have, may_not_apply, finding, tally)


def scored(*cells: Weighed, mode: ScoringMode = ScoringMode.OUTCOME) -> Score:
    """The score of the vendor that has these cells."""
    criteria = [
        ScoredCriterion(
            code=c.criterion,
            title="",
            section_title="",
            weight=c.weight,
            must_have=c.must_have,
            may_not_apply=c.may_not_apply,
        )
        for c in cells
    ]
    counts = np.array([c.tally.counts for c in cells], dtype=np.int64).reshape(
        1, len(cells), FIELDS
    )
    findings = np.array([[CODE[c.finding] for c in cells]], dtype=np.int8)
    (score,) = score_vendors(criteria, counts, findings, DEFAULT, mode)
    return score


def shares(score: Score) -> tuple[Fraction | None, ...]:
    return score.value, score.coverage, score.low, score.high


def test_the_score_is_the_weighted_share_of_decided_criteria_found_met():
    score = scored(cell(MET, 3), cell(NOT_MET, 2))

    assert shares(score) == (Fraction(3, 5), 1, Fraction(3, 5), Fraction(3, 5))


def test_unresolved_criteria_lower_the_coverage_and_widen_the_range():
    score = scored(cell(MET, 3), cell(NOT_MET, 2), cell(UNRESOLVED, 5))

    assert shares(score) == (Fraction(3, 5), Fraction(1, 2), Fraction(3, 10), Fraction(4, 5))


def test_criteria_that_are_not_applicable_are_not_in_the_denominator():
    score = scored(cell(MET, 1), cell(NOT_MET, 1), cell(NOT_APPLICABLE, 98))

    assert shares(score) == (Fraction(1, 2), 1, Fraction(1, 2), Fraction(1, 2))
    assert (score.met, score.decided, score.applicable) == (1, 2, 2)


def test_criteria_are_counted_independently_of_their_weight():
    score = scored(
        cell(MET, 0), cell(MET, 7), cell(NOT_MET), cell(UNRESOLVED), cell(NOT_APPLICABLE)
    )

    assert (score.met, score.decided, score.applicable) == (2, 3, 4)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([], (None, None, None, None)),
        ([cell(NOT_APPLICABLE)], (None, None, None, None)),
        ([cell(MET, 0), cell(NOT_MET, 0)], (None, None, None, None)),
        ([cell(UNRESOLVED)], (None, 0, 0, 1)),
        ([cell(MET, 0), cell(UNRESOLVED)], (None, 0, 0, 1)),
    ],
)
def test_without_weight_in_the_denominator_a_score_is_undefined_and_not_zero(cells, expected):
    assert shares(scored(*cells)) == expected


@pytest.mark.parametrize(
    ("cells", "gate", "failed", "pending"),
    [
        ([], Gate.PASS, (), ()),
        ([cell(NOT_MET)], Gate.PASS, (), ()),
        ([cell(MET, code="a", must_have=True)], Gate.PASS, (), ()),
        ([cell(NOT_MET, code="a", must_have=True)], Gate.FAIL, ("a",), ()),
        ([cell(UNRESOLVED, code="a", must_have=True)], Gate.PENDING, (), ("a",)),
        (
            [cell(UNRESOLVED, code="a", must_have=True), cell(NOT_MET, code="b", must_have=True)],
            Gate.FAIL,
            ("b",),
            ("a",),
        ),
        (
            [cell(NOT_APPLICABLE, code="a", must_have=True, may_not_apply=True)],
            Gate.PASS,
            (),
            (),
        ),
        ([cell(NOT_APPLICABLE, code="a", must_have=True)], Gate.PENDING, (), ("a",)),
        ([cell(NOT_MET, 0, code="a", must_have=True), cell(MET, 99)], Gate.FAIL, ("a",), ()),
    ],
)
def test_a_gate_names_the_must_haves_that_fail_or_are_open(cells, gate, failed, pending):
    score = scored(*cells)

    assert (score.gate, score.failed, score.pending) == (gate, failed, pending)


def test_by_share_a_cell_adds_its_share_of_yes_and_a_tie_half():
    score = scored(
        cell(MET, 2, tally=Tally(yes=2, no=1)),
        cell(UNRESOLVED, 1, tally=Tally(yes=1, no=1)),
        mode=ScoringMode.SHARE,
    )

    assert score.value == Fraction(11, 18)
    assert (score.coverage, score.met, score.decided) == (1, 1, 2)


def test_by_share_a_cell_short_of_its_quorum_is_not_decided():
    short = cell(UNRESOLVED, tally=Tally(yes=1, missing=3))
    enough = cell(MET, tally=Tally(yes=2, missing=2))

    score = scored(short, enough, mode=ScoringMode.SHARE)

    assert shares(score) == (1, Fraction(1, 2), Fraction(1, 2), 1)


def test_by_share_a_gate_still_uses_the_finding():
    score = scored(
        cell(NOT_MET, code="a", must_have=True, tally=Tally(yes=2, no=3)), mode=ScoringMode.SHARE
    )

    assert (score.gate, score.value) == (Gate.FAIL, Fraction(2, 5))


@given(rows, modes)
def test_a_score_lies_between_what_it_can_still_become(cells, mode):
    score = scored(*cells, mode=mode)

    if score.low is None or score.high is None or score.coverage is None:
        assert shares(score) == (None, None, None, None)
        return
    assert 0 <= score.low <= score.high <= 1
    if mode is ScoringMode.OUTCOME:
        assert score.high - score.low == 1 - score.coverage
    assert score.high - score.low >= 1 - score.coverage
    if score.value is not None:
        assert score.low <= score.value <= score.high


@given(rows, modes, st.fractions(Fraction(1, 1000), 1000))
def test_multiplying_all_weights_by_a_constant_changes_nothing(cells, mode, factor):
    scaled = [replace(c, weight=c.weight * factor) for c in cells]

    assert scored(*scaled, mode=mode) == scored(*cells, mode=mode)


@given(rows)
def test_a_score_is_what_adding_up_criterion_by_criterion_gives(cells):
    earned = known = total = Fraction(0)
    for each in cells:
        if each.finding is not NOT_APPLICABLE:
            total += each.weight
            if each.finding in (MET, NOT_MET):
                known += each.weight
                earned += each.weight if each.finding is MET else 0

    score = scored(*cells)

    assert score.value == (earned / known if known else None)
    assert score.coverage == (known / total if total else None)
    assert score.low == (earned / total if total else None)
    assert score.high == ((earned + total - known) / total if total else None)


def of(value: Fraction | None, gate: Gate = Gate.PASS) -> Score:
    return Score(
        value=value,
        coverage=None,
        low=None,
        high=None,
        gate=gate,
        rank=None,
        met=0,
        decided=0,
        applicable=0,
        failed=(),
        pending=(),
    )


def ranks(*scores: Score) -> list[int | None]:
    ranked = rank_scores({str(number): score for number, score in enumerate(scores)})
    return [score.rank for score in ranked.values()]


def test_equal_scores_share_a_rank_and_the_next_one_is_skipped():
    assert ranks(*(of(Fraction(n, 9)) for n in (1, 7, 9, 7))) == [4, 2, 1, 2]


def test_scores_that_differ_by_less_than_float_precision_are_distinct():
    close = Fraction(1, 3)

    assert ranks(of(close), of(close + Fraction(1, 10**30))) == [2, 1]


def test_vendors_that_fail_or_are_pending_have_no_rank_and_take_none_from_others():
    assert ranks(
        of(Fraction(1), Gate.FAIL), of(Fraction(1), Gate.PENDING), of(Fraction(1, 2)), of(None)
    ) == [None, None, 1, None]


def test_without_vendors_there_is_nothing_to_rank():
    assert rank_scores({}) == {}


@given(st.lists(st.none() | st.fractions(0, 1, max_denominator=4), max_size=9))
def test_a_rank_is_one_more_than_the_number_of_better_vendors(values):
    found = ranks(*map(of, values))

    for value, rank in zip(values, found, strict=True):
        better = [other for other in values if other is not None and value is not None]
        assert rank == (None if value is None else 1 + sum(other > value for other in better))
