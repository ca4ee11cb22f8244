"""Robustness in numbers, words and figures, on small committees that can be checked by eye."""

import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from crrubric.domain.ballots import ballots as bytes_
from crrubric.domain.ballots.ballots import Ballots, Reviewer
from crrubric.domain.memo.words import ValueFormatter
from crrubric.domain.results.basis import ResultBasis
from crrubric.domain.results.outcome import DecisionRule
from crrubric.domain.results.results import ScoredVendor
from crrubric.domain.results.robustness_words import describe_robustness
from crrubric.domain.results.scoring import ScoredCriterion
from crrubric.domain.results.what_if import Trial, run_trial
from crrubric.domain.statistics.reliability import reliability_of, sort_by_disagreement
from crrubric.domain.statistics.robustness import Robustness, robustness_of
from crrubric.domain.statistics.swing import VendorPoints, swings_of
from crrubric.domain.vocabulary import RuleKind, ScoringMode, Stakeholder
from crrubric.reports.results.robustness_figures import (
    acceptability_figure,
    disagreement_figure,
    draw_robustness_charts,
    swing_figure,
)

LETTERS = {
    "Y": bytes_.YES, "N": bytes_.NO, "A": bytes_.NOT_APPLICABLE, "?": bytes_.CANNOT_TELL,
    "-": bytes_.MISSING, "R": bytes_.RECUSED,
}  # fmt: skip
PEOPLE = ("Ana", "Bo", "Cy", "Di")


def basis(
    *vendors: str,
    weights: str = "",
    must: str = "",
    free: str = "",
    rule: DecisionRule | None = None,
    mode: ScoringMode = ScoringMode.OUTCOME,
) -> ResultBasis:
    """Vendors A, B, …; each a string with a group of letters for each reviewer: "YYN YNN"."""
    table = np.array([[[LETTERS[x] for x in marks] for marks in v.split()] for v in vendors])
    size = table.shape[2]
    criteria = tuple(
        ScoredCriterion(
            code=f"c{n + 1}",
            title=f"Criterion {n + 1}",
            section_title="Section",
            weight=Fraction(int((weights or "1" * size)[n])),
            must_have=str(n + 1) in must,
            may_not_apply=str(n + 1) in free,
        )
        for n in range(size)
    )
    people = tuple(Reviewer(name, Stakeholder.TEACHER) for name in PEOPLE[: table.shape[1]])
    codes = tuple("ABCDEF"[: len(vendors)])
    answers = table.transpose(1, 0, 2).astype(np.uint8)
    return ResultBasis(
        criteria=criteria,
        vendors=tuple(ScoredVendor(code, f"Vendor {code}") for code in codes),
        ballots=Ballots(people, codes, tuple(row.code for row in criteria), answers),
        adopted={},
        rule=rule or DecisionRule(quorum=1),
        mode=mode,
    )


def robust(tested: ResultBasis, **options: int) -> Robustness:
    return robustness_of(tested, tested.ballots.counts(), **{"draws": 2_000} | options)


def said(tested: ResultBasis, *, names: bool = True) -> list[str]:
    words = describe_robustness(ValueFormatter(str), robust(tested), tested.results(), names=names)
    return words.sentences()


# Words


def test_a_clear_leader_is_clear_in_every_sentence():
    clear = basis("YYY YYY YYY", "YNN YNN YNN")

    assert said(clear) == [
        "The first place stays with Vendor A under every other rule tried: two thirds,"
        " unanimity and scoring by share of YES.",
        "Leaving out any one reviewer does not change the order.",
        "No change of a single weight would tie Vendor A with another vendor.",
        "With random weights close to the official ones, Vendor A is first in 100 % of the "
        "cases; with completely random weights, in 100 %.",
        "Every item that counts is settled.",
        "Compared in pairs, more reviewers prefer Vendor A to every other vendor.",
    ]


def test_a_lost_pairwise_majority_is_worth_a_sentence():
    # One reviewer loves A, two mildly prefer B; A's share of YES is higher.
    loved = basis("YYYYY NNYYY NNYYY", "NNNNN YNYYY YNYYY")
    shared = replace(loved, mode=ScoringMode.SHARE)

    assert (
        "More reviewers prefer Vendor B to Vendor A (2 to 1),"
        " although the score of Vendor B is lower." in said(shared)
    )


def test_without_permission_for_names_reviewers_are_only_counted():
    # A meets c1 and c2 by 2 to 1, Ana's YES both times: without her both are ties.
    tight = basis("YYN YNN NYN", "YNN YNN YNN", weights="111")

    by_name, counted = said(tight), said(tight, names=False)

    assert [text for text in by_name if text.startswith("Without")] == [
        "Without Ana, the first place would go to Vendor B.",
    ]
    assert "Leaving out one reviewer would change who is first for 1 of 3 reviewers." in counted
    assert [text for text in counted if any(name in text for name in PEOPLE)] == []


def test_leaders_that_tie_share_the_first_place():
    assert "Vendor A and Vendor B share the first place." in said(basis("YN YN", "NY NY"))


@pytest.mark.parametrize(
    ("tested", "sentence"),
    [
        (basis("YY YY"), "There is only one vendor, so there is no order to test."),
        (basis("-- --", "-- --"), "No vendor is ranked, so there is no order to test."),
        (basis("NY NY", "NY NY", must="1"), "No vendor is ranked, so there is no order to test."),
    ],
)
def test_without_an_order_there_is_one_sentence(tested, sentence):
    assert said(tested) == [sentence]


def test_unresolved_cells_are_reported_whether_or_not_they_matter():
    matters = basis("YYYN YYYN", "YYNY YNNN")
    harmless = basis("YYYY YYYY", "YNNN YYNN")

    assert (
        "If everything unresolved went against Vendor A, Vendor A and Vendor B would share the"
        " first place." in said(matters)
    )
    assert "However the unresolved items are settled, the first place stays with Vendor A." in (
        said(harmless)
    )


def test_leaders_that_tie_are_tried_one_by_one():
    # Each has one open item: settled alike they stay tied, otherwise one of them leads alone.
    tied = basis("YY YN", "YY YN", "NN NN")

    assert (
        "If everything unresolved went against Vendor A, the first place would go to Vendor B."
        in said(tied)
    )


TWO_THIRDS = DecisionRule(RuleKind.SUPERMAJORITY, Fraction(2, 3), quorum=1)
SHARES = ("YY YY YY YN", "YY YY YN YN")  # B has 75 %, and 100 % if c2 does not apply to it


@pytest.mark.parametrize(
    ("free", "sentence", "high"),
    [
        (
            "2",
            "If everything unresolved went against Vendor A, the first place would go to Vendor B.",
            1,
        ),
        (
            "",
            "However the unresolved items are settled, the first place stays with Vendor A.",
            Fraction(3, 4),
        ),
    ],
)
def test_by_share_an_item_that_may_not_apply_can_be_settled_so(free, sentence, high):
    tested = basis(*SHARES, free=free, rule=TWO_THIRDS, mode=ScoringMode.SHARE)

    results = replace(tested, pass_mark=Fraction(4, 5)).results()

    assert sentence in said(tested)
    assert results.scores["B"].high == high
    assert results.passes("B") is (None if free else False)


def test_by_share_a_leader_all_of_whose_items_may_not_apply_can_lose_its_score():
    tested = basis(
        "YY YN YN", "NN NN NN", weights="01", free="12", mode=ScoringMode.SHARE,
        rule=DecisionRule(RuleKind.UNANIMITY, quorum=1),
    )  # fmt: skip

    assert (
        "If everything unresolved went against Vendor A, the first place would go to Vendor B."
        in said(tested)
    )


# Swing weights


def test_the_smallest_change_of_one_weight_is_told_and_no_share_of_a_weight():
    # c1 from 9 to 4 is the smaller part of its weight, c2 from 1 to 2.25 the smaller change.
    tested = basis(
        "YN YN YN NN", "YY YY NY NY", weights="91", mode=ScoringMode.SHARE
    )  # 3/4 and 0 against 1/2 and 1: they tie where c1 is 4 times c2

    assert (
        "Changing the weight of “Criterion 2” from 1 to 2.25 would tie Vendor A with Vendor B;"
        " no smaller change of one weight does." in said(tested)
    )


def test_a_weight_of_nothing_can_be_changed_as_well():
    tested = basis("YN YN", "NY NY", weights="10")

    assert (
        "Changing the weight of “Criterion 2” from 0 to 1 would tie Vendor A with Vendor B;"
        " no smaller change of one weight does." in said(tested)
    )


def test_worked_swing_weights_are_exact():
    weights = [Fraction(3), Fraction(2), Fraction(1)]
    a = VendorPoints("A", (Fraction(1), Fraction(0), Fraction(1)))
    b = VendorPoints("B", (Fraction(0), Fraction(1), Fraction(1)))

    found = swings_of(a, b, ["c1", "c2", "c3"], weights)

    assert {swing.criterion: swing.tie_at for swing in found.by_criterion} == {"c1": 2, "c2": 3}
    assert found.smallest_relative.criterion == "c1"
    assert found.smallest_relative.factor == Fraction(2, 3)
    assert found.smallest_absolute.change == 1


def test_the_nearer_of_two_roots_is_given_and_irrational_roots_are_approximated():
    weights = [Fraction(3), Fraction(2), Fraction(1)]
    a = VendorPoints("A", (Fraction(1), Fraction(0), None))
    b = VendorPoints("B", (Fraction(0), Fraction(1), Fraction(1)))

    found = {
        s.criterion: s.tie_at for s in swings_of(a, b, ["c1", "c2", "c3"], weights).by_criterion
    }

    assert abs(found["c1"] ** 2 - 6) < Fraction(1, 10**30)  # sqrt(6)
    assert abs((2 * found["c2"] + 1) ** 2 - 37) < Fraction(1, 10**30)  # (sqrt(37) - 1) / 2
    assert found["c3"] == Fraction(5, 2)


def test_a_weight_of_nothing_has_no_factor():
    a, b = (
        VendorPoints("A", (Fraction(1), Fraction(0))),
        VendorPoints("B", (Fraction(0), Fraction(1))),
    )

    found = swings_of(a, b, ["c1", "c2"], [Fraction(1), Fraction(0)])

    assert [(s.criterion, s.tie_at, s.factor) for s in found.by_criterion] == [
        ("c2", 1, None)  # and not c1: without it no weight would be left at all
    ]


# Rank acceptability


def test_worked_rank_acceptabilities_around_stated_weights_are_exact():
    """Dirichlet(4, 4, 2): K = 10 around weights 4, 4, 2. A has YYN, B has NNY."""
    tested = basis("YYN", "NNY", weights="442")

    found = robust(tested, concentration=10, draws=40_000).around

    assert found.first("A") == pytest.approx(502 / 512, abs=0.01)
    assert found.concentration == 10


def test_three_vendors_that_each_lack_another_criterion_have_a_third_of_each_rank():
    found = robust(basis("NYY", "YNY", "YYN"), draws=20_000).uniform

    for row in found.shares.values():
        assert row == pytest.approx((1 / 3, 1 / 3, 1 / 3), abs=0.02)


def test_a_weight_of_zero_stays_zero_under_any_weights():
    found = robust(basis("YN", "NY", weights="10"))

    assert found.uniform.shares == {"A": (1, 0), "B": (0, 1)}


def test_vendors_that_tie_share_their_positions():
    found = robust(basis("YN", "YN", "NN"), draws=10)

    assert found.uniform.shares == {"A": (0.5, 0.5, 0), "B": (0.5, 0.5, 0), "C": (0, 0, 1)}


def test_how_often_the_first_place_is_shared_is_told():
    always = basis("YN YN", "YN YN")

    assert robust(always).around.shared == 1
    assert (
        "In 100\xa0% of the cases close to the official weights, and in 100\xa0% of the others,"
        " vendors share the first place: each of them counts with its part." in said(always)
    )
    assert robust(basis("YNY", "NYY")).uniform.shared == 0


def test_random_weights_rank_only_vendors_that_pass_every_gate():
    found = robust(basis("YY", "NY", "YN", must="1"))

    assert list(found.uniform.shares) == ["A", "C"]


def test_with_very_many_vendors_fewer_draws_are_made_and_their_number_is_said():
    from crrubric.domain.statistics.acceptability import rank_acceptability

    points = np.eye(500, 20)
    found = rank_acceptability(
        [str(n) for n in range(500)], points, np.ones_like(points, bool), [Fraction(1)] * 20
    )

    assert found.draws == 4_000


# Trials


def test_a_trial_does_not_change_the_basis():
    official = basis("YYN YYN", "YNY YNY", weights="121")
    before = official.results()
    trial = Trial(DecisionRule(quorum=1), frozenset({"c3"}), {"c2": Fraction(0)}, "Ana")

    found = run_trial(official, trial)

    assert official.results() == before
    assert found.official.ranks == {"A": 1, "B": 2}
    assert found.order.ranks == {"A": None, "B": 1}
    assert [(m.vendor, m.was, m.now, m.better) for m in found.moved] == [
        ("A", 1, None, False), ("B", 2, 1, True),
    ]  # fmt: skip


# Figures


def words(text: str) -> str:
    return text


def test_ranks_after_the_third_share_a_color_and_the_table_lists_all():
    tested = basis("YYYYY", "YYYYN", "YYYNN", "YYNNN", "YNNNN")
    share = robust(tested, draws=10).uniform
    names = {vendor.code: vendor.name for vendor in tested.vendors}

    chart = acceptability_figure(share, names, words, names)

    assert [trace["name"] for trace in json.loads(chart.json)["data"]] == [
        "Rank 1", "Rank 2", "Rank 3", "Rank 4 or lower",
    ]  # fmt: skip
    assert chart.table.header == ("Vendor", *(f"Rank {n}" for n in range(1, 6)))
    assert chart.table.rows[4] == ("Vendor E", "0.0 %", "0.0 %", "0.0 %", "0.0 %", "100.0 %")
    assert "10 cases, seed" in chart.table.caption


def test_the_table_of_swing_weights_names_criteria_that_can_change_nothing():
    tested = basis("YNY YNY", "NYY NYY", weights="321")
    titles = {row.code: row.title for row in tested.criteria}

    chart = swing_figure(robust(tested).swings[0], {"A": "A", "B": "B"}, titles, words)

    assert chart.table.rows == (
        ("Criterion 1", "3", "2", "0.67"),
        ("Criterion 2", "2", "3", "1.50"),
        ("Criterion 3", "–", "cannot change the order alone", "–"),
    )


def test_without_an_order_and_without_pairs_there_are_no_charts():
    alone = basis("YY")

    assert draw_robustness_charts(robust(alone), alone.results(), words, {"A"}) == []
    found = reliability_of(alone, alone.ballots.counts())
    assert disagreement_figure(sort_by_disagreement(found.criteria), words) is None


def test_text_in_a_figure_cannot_end_its_script():
    tested = basis("YN YN", "NY NY")
    share = robust(tested, draws=10).uniform

    chart = acceptability_figure(share, {"A": "</script><b>", "B": "B"}, words, "AB")

    assert "<" not in chart.json


# Parts of agreement


def test_parts_are_sorted_by_disagreement_with_those_without_pairs_last():
    tested = basis("YYYN YNYN YNY-", "Y?YN Y?NN YYN-")

    found = sort_by_disagreement(reliability_of(tested, tested.ballots.counts()).criteria)

    known = [group.disagreement for group in found]
    assert known == sorted(known, reverse=True)
    assert found[0].code == "c2"


def test_a_share_of_pairs_and_of_marks_counts_pairs_and_marks():
    # c1 of A: three marks, one pair of three agrees; c1 of B: one pair, which agrees.
    tested = basis("Y Y N", "Y Y -")

    found = reliability_of(tested, tested.ballots.counts())

    assert found.criteria[0].disagreement == Fraction(2, 4)
    assert found.whole.yes_of_marks == Fraction(4, 5)


def test_stakeholders_are_compared_among_themselves():
    tested = basis("YY YN NN", "YY YY NY")

    (teachers,) = reliability_of(tested, tested.ballots.counts()).stakeholders

    assert (teachers.code, teachers.name) == ("teacher", "Teacher")
    assert teachers.agreement == tested.results().agreement
