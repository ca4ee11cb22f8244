"""The results of a whole evaluation: cells, findings, scores, ranking."""

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crrubric.domain.memo.words import ValueFormatter
from crrubric.domain.results.outcome import DecisionRule
from crrubric.domain.results.results import (
    AdoptedFinding,
    Results,
    ScoredCriterion,
    ScoredVendor,
    evaluate,
)
from crrubric.domain.results.tally import Tally
from crrubric.domain.vocabulary import Gate, Outcome, RuleKind, ScoringMode, UnresolvedReason

ONE_MARK = DecisionRule(quorum=1)
YES, NO, TIE = Tally(yes=3), Tally(no=3), Tally(yes=2, no=2)
LETTERS = {"Y": YES, "N": NO, "T": TIE, "A": Tally(not_applicable=3), "-": Tally()}
ADOPTED_AT = datetime(2027, 3, 1, 9, 30, tzinfo=UTC)

marks = st.text("YNA?-", min_size=4, max_size=4)  # one letter a reviewer
weights = st.integers(0, 5).map(Fraction)


def criterion(number: int, **more: object) -> ScoredCriterion:
    made = ScoredCriterion(
        code=f"c{number}", title=f"Criterion {number}", section_title="Section", weight=Fraction(1)
    )
    return replace(made, **more)


def results_of(
    rows: dict[str, str],
    *,
    must_have: tuple[int, ...] = (),
    adopted: dict[tuple[str, str], Outcome] | None = None,
    rule: DecisionRule = ONE_MARK,
) -> Results:
    """Results for vendors given as one letter a criterion."""
    width = max((len(row) for row in rows.values()), default=0)
    criteria = [criterion(n, must_have=n in must_have) for n in range(width)]
    return evaluate(
        criteria,
        [ScoredVendor(code, f"Vendor {code}") for code in rows],
        {(v, f"c{n}"): LETTERS[letter] for v, row in rows.items() for n, letter in enumerate(row)},
        {key: finding(value) for key, value in (adopted or {}).items()},
        rule,
    )


def finding(value: Outcome) -> AdoptedFinding:
    return AdoptedFinding(value=value, reason="The demo settled it.", by="Ada Chair", at=ADOPTED_AT)


def codes(vendors: tuple[ScoredVendor, ...]) -> str:
    return "".join(vendor.code for vendor in vendors)


@pytest.mark.parametrize("mode", list(ScoringMode))
@pytest.mark.parametrize("kind", list(RuleKind))
def test_results_exist_without_vendors_and_criteria(mode, kind):
    empty = evaluate([], [], {}, {}, DecisionRule(kind), mode=mode)

    assert (empty.ranking(), empty.unresolved(), empty.split()) == ((), (), ())
    assert (dict(empty.cells), dict(empty.scores), empty.agreement.marks) == ({}, {}, 0)


@pytest.mark.parametrize("mode", list(ScoringMode))
def test_vendors_without_criteria_and_criteria_without_marks_have_no_score(mode):
    bare = evaluate([], [ScoredVendor("a", "A")], {}, {}, DecisionRule(), mode=mode)
    unmarked = evaluate([criterion(1)], [ScoredVendor("a", "A")], {}, {}, DecisionRule(), mode=mode)

    assert (bare.scores["a"].value, bare.scores["a"].rank, bare.passes("a")) == (None, None, None)
    assert (unmarked.scores["a"].value, unmarked.scores["a"].coverage) == (None, 0)


def test_a_pair_without_a_tally_has_no_marks():
    results = evaluate([criterion(1)], [ScoredVendor("a", "A")], {}, {}, DecisionRule())

    assert results.cell("a", "c1").tally == Tally()
    assert results.cell("a", "c1").resolution.reason is UnresolvedReason.NO_MARKS


def test_zero_weights_leave_scores_undefined_and_gates_working():
    results = evaluate(
        [criterion(1, weight=Fraction(0), must_have=True)],
        [ScoredVendor("a", "A"), ScoredVendor("b", "B")],
        {("a", "c1"): YES, ("b", "c1"): NO},
        {},
        DecisionRule(),
    )

    assert [results.scores[code].value for code in "ab"] == [None, None]
    assert [results.scores[code].gate for code in "ab"] == [Gate.PASS, Gate.FAIL]
    assert codes(results.ranking()) == "ab"


def test_the_ranking_lists_passing_then_pending_then_failing_vendors_each_by_falling_score():
    results = results_of(
        {
            "f": "NYYY",
            "p": "TYYY",
            "u": "AAAA",
            "l": "YNNN",
            "h": "YYYN",
            "g": "NYNN",
            "q": "TNNN",
        },
        must_have=(0,),
    )

    # u: found not applicable where the criterion always applies, so open, and without a score
    assert codes(results.ranking()) == "hlpqufg"
    assert [results.scores[code].rank for code in "hlpqufg"] == [1, 2, None, None, None, None, None]


def test_vendors_without_a_score_come_last_among_those_that_pass_and_equals_go_by_name():
    rows = {"a": "AA", "z": "NN", "c": "YN", "b": "NY"}

    assert codes(results_of(rows).ranking()) == "bcza"


def test_an_adopted_finding_replaces_the_outcome_and_says_that_it_differs():
    results = results_of({"a": "NT"}, adopted={("a", "c0"): Outcome.MET})
    changed, tied = results.cell("a", "c0"), results.cell("a", "c1")

    assert (changed.resolution.outcome, changed.finding, changed.differs) == (
        Outcome.NOT_MET, Outcome.MET, True,
    )  # fmt: skip
    assert (tied.finding, tied.differs) == (Outcome.UNRESOLVED, False)
    assert (results.scores["a"].value, results.scores["a"].coverage) == (1, Fraction(1, 2))
    assert changed.tally == NO


def test_a_finding_that_repeats_the_outcome_does_not_differ():
    assert not results_of({"a": "Y"}, adopted={("a", "c0"): Outcome.MET}).cell("a", "c0").differs


def test_unresolved_are_the_cells_that_no_rule_and_no_finding_settles():
    results = results_of({"a": "TTY-"}, adopted={("a", "c1"): Outcome.NOT_MET})

    assert [cell.criterion for cell in results.unresolved()] == ["c0", "c3"]


@pytest.mark.parametrize(
    ("tally", "split"),
    [
        (Tally(yes=4, no=1), True),
        (Tally(yes=1, not_applicable=3), True),
        (Tally(yes=4, cannot_tell=1, missing=2), False),
        (Tally(not_applicable=4), False),
        (Tally(), False),
    ],
)
def test_split_are_the_cells_in_which_reviewers_contradict_each_other(tally, split):
    results = evaluate(
        [criterion(1)], [ScoredVendor("a", "A")], {("a", "c1"): tally}, {}, DecisionRule()
    )

    assert (results.cell("a", "c1").split, bool(results.split())) == (split, split)


def test_the_pass_mark_is_reached_by_equality_and_never_without_a_score():
    rows = {"a": "Y" * 17 + "N" * 3, "b": "Y" * 16 + "N" * 4, "c": "-" * 20}

    assert [results_of(rows).passes(code) for code in "abc"] == [True, False, None]


def test_a_score_that_is_not_settled_never_passes_and_fails_once_it_is_out_of_reach():
    rows = {"a": "Y" * 19 + "T", "b": "Y" * 16 + "N" * 3 + "T", "c": "Y" * 15 + "N" * 4 + "T"}

    assert [results_of(rows).passes(code) for code in "abc"] == [None, None, False]
    assert [results_of(rows).scores[code].open for code in "abc"] == [1, 1, 1]


def test_results_keep_what_they_were_computed_with():
    rule = DecisionRule(RuleKind.UNANIMITY)
    results = evaluate(
        [criterion(1)],
        [ScoredVendor("a", "A")],
        {},
        {},
        rule,
        mode=ScoringMode.SHARE,
        pass_mark=Fraction(1),
    )

    assert (results.rule, results.mode, results.pass_mark) == (rule, ScoringMode.SHARE, 1)
    assert (results.criteria, results.vendors) == ((criterion(1),), (ScoredVendor("a", "A"),))


def test_by_share_a_finding_changes_no_votes_and_the_score_says_so():
    """Two of three say YES; the committee finds NOT MET, MET as they say, and NOT APPLICABLE."""
    votes = Tally(yes=2, no=1)
    made = {
        mode: evaluate(
            [criterion(n) for n in (1, 2, 3)],
            [ScoredVendor("a", "A")],
            {("a", f"c{n}"): votes for n in (1, 2, 3)},
            {
                ("a", f"c{n}"): finding(value)
                for n, value in enumerate((Outcome.NOT_MET, Outcome.MET, Outcome.NOT_APPLICABLE), 1)
            },
            DecisionRule(),
            mode=mode,
        )
        for mode in ScoringMode
    }

    values = {mode: results.scores["a"].value for mode, results in made.items()}
    assert values == {ScoringMode.OUTCOME: Fraction(1, 2), ScoringMode.SHARE: Fraction(2, 3)}
    kept = {mode: results.kept_votes("a") for mode, results in made.items()}
    assert kept == {ScoringMode.OUTCOME: (), ScoringMode.SHARE: ("c1",)}
    words = ValueFormatter(str)
    title = criterion(1).title
    assert [words.score("a", results) for results in made.values()] == [
        "50.0\u00a0% by weight: 1 of the 2 settled criteria are met (2 criteria apply)",
        "66.7\u00a0% by weight, the average share of YES on 2 of the 2 criteria that apply;"
        f" the votes count here, not what the committee found otherwise: {title}",
    ]


def test_agreement_is_taken_over_all_cells_and_untouched_by_findings():
    rows = {"a": "YT", "b": "NN"}
    adopted = {("a", "c1"): Outcome.MET}

    assert results_of(rows, adopted=adopted).agreement == results_of(rows).agreement
    assert results_of(rows).agreement.marks == 13


@given(
    st.dictionaries(st.sampled_from("abcd"), st.text("YNTA-", min_size=3, max_size=3), min_size=2)
)
def test_a_vendor_that_fails_its_gate_moves_no_other_vendors_score(rows):
    before = results_of(rows, must_have=(0,))
    victim = next(iter(rows))
    after = results_of({**rows, victim: "N" + rows[victim][1:]}, must_have=(0,))

    assert after.scores[victim].gate is Gate.FAIL
    for code in set(rows) - {victim}:
        assert replace(after.scores[code], rank=None) == replace(before.scores[code], rank=None)


@given(
    st.lists(st.lists(marks, min_size=3, max_size=3), min_size=1, max_size=4),
    st.lists(weights, min_size=3, max_size=3),
    st.sampled_from(list(ScoringMode)),
    st.permutations(range(4)),
)
def test_renaming_reviewers_and_counting_marks_one_by_one_changes_nothing(
    vendors, scale, mode, order
):
    shuffled = [["".join(cell[n] for n in order) for cell in row] for row in vendors]

    results = evaluated(vendors, scale, mode)

    assert evaluated(shuffled, scale, mode) == results
    for number, row in enumerate(vendors):
        assert results.scores[f"v{number}"].value == by_hand(row, scale, mode)


def evaluated(vendors: list[list[str]], scale: list[Fraction], mode: ScoringMode) -> Results:
    return evaluate(
        [criterion(n, weight=weight) for n, weight in enumerate(scale)],
        [ScoredVendor(f"v{n}", f"Vendor {n}") for n in range(len(vendors))],
        {
            (f"v{v}", f"c{c}"): Tally.from_counts(cell.count(letter) for letter in "YNA?-")
            for v, row in enumerate(vendors)
            for c, cell in enumerate(row)
        },
        {},
        DecisionRule(),
        mode=mode,
    )


def by_hand(row: list[str], scale: list[Fraction], mode: ScoringMode) -> Fraction | None:
    """A vendor's score from single marks: majority, quorum two of four reviewers."""
    points, known = Fraction(0), Fraction(0)
    for cell, weight in zip(row, scale, strict=True):
        yes, no, set_aside = (sum(mark == letter for mark in cell) for letter in "YNA")
        if set_aside > yes + no or yes + no < 2:
            continue
        undecided = yes == no or set_aside == yes + no
        if mode is ScoringMode.SHARE:
            points += weight * Fraction(yes, yes + no)
        elif undecided:
            continue
        else:
            points += weight * (yes > no)
        known += weight
    return points / known if known else None


def test_a_cell_of_unknown_codes_is_an_error_and_not_an_empty_cell():
    with pytest.raises(KeyError):
        results_of({"a": "Y"}).cell("a", "nowhere")


def test_results_are_immutable():
    cell = results_of({"a": "Y"}).cell("a", "c0")

    with pytest.raises(AttributeError):
        cell.tally = Tally()
