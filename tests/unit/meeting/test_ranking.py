"""Reinstated vendors in everything that is computed, and the order that a committee adopts."""

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import pytest

from crrubric.domain.errors import Invalid
from crrubric.domain.meeting.ranking import (
    AdoptedRanking,
    RankingInput,
    computed_ranks,
    encode_order,
    rank_field,
    validate_ranking,
)
from crrubric.domain.meeting.ranking_words import describe_adopted_order, list_ranking_remarks
from crrubric.domain.memo.words import ValueFormatter
from crrubric.domain.results.basis import ResultBasis, order_of
from crrubric.domain.results.outcome import DecisionRule
from crrubric.domain.results.results import Results
from crrubric.domain.results.what_if import Trial, run_trial
from crrubric.domain.statistics.leaving_out import leave_out_each_reviewer
from crrubric.domain.statistics.robustness import robustness_of
from crrubric.domain.statistics.scenarios import ScenarioChange
from crrubric.domain.vocabulary import Gate
from crrubric.reports.exchange.tables import results_text, scores_csv, vendor_rows
from tests.unit.statistics.test_robustness import basis

WORDS = ValueFormatter(str)
AT = datetime(2027, 3, 12, tzinfo=UTC)


def committee(*reinstated: str) -> ResultBasis:
    """A meets the must-have c1; B has more YES and does not; C has the must-have open; D fails."""
    official = basis("YNN YNN", "NYY NYY", "Y?Y N?Y", "NNN NNN", must="1")
    return replace(official, lifted=frozenset((code, "c1") for code in reinstated))


def gates(results: Results) -> dict[str, Gate]:
    return {code: score.gate for code, score in results.scores.items()}


def adopted(ranks: dict[str, int], *, as_computed: bool = True) -> AdoptedRanking:
    return AdoptedRanking(ranks, as_computed, "" if as_computed else "It trains our staff.", AT)


# Gates


def test_reinstating_lifts_fail_and_nothing_else():
    results = committee("A", "B", "C").results()

    assert gates(results) == {
        "A": Gate.PASS, "B": Gate.REINSTATED, "C": Gate.PENDING, "D": Gate.FAIL,
    }  # fmt: skip
    assert results.scores["B"].failed == ("c1",)
    assert order_of(committee("A", "B", "C")).scores == results.scores


def test_a_reinstated_vendor_is_ranked_with_the_others():
    results = committee("B").results()

    assert computed_ranks(committee().results()) == {"A": 1}
    assert computed_ranks(results) == {"B": 1, "A": 2}
    assert [vendor.code for vendor in results.ranking()] == ["B", "A", "C", "D"]


def test_a_must_have_that_is_not_settled_keeps_a_reinstated_vendor_pending():
    official = basis("NYY NYY", "NYY NNY", must="12", rule=DecisionRule(quorum=2))

    fails, lifted = official.results(), replace(official, lifted=frozenset({("B", "c1")})).results()

    assert gates(fails) == {"A": Gate.FAIL, "B": Gate.FAIL}
    assert gates(lifted) == {"A": Gate.FAIL, "B": Gate.PENDING}
    assert (lifted.scores["B"].failed, lifted.scores["B"].pending) == (("c1",), ("c2",))
    assert WORDS.gate(lifted.scores["B"], lifted) == (
        "pending: Criterion 2; reinstated by the committee although it does not meet: Criterion 1"
    )


def test_a_must_have_that_fails_later_is_not_lifted():
    """A reinstatement is about what failed when it was given, and about nothing else."""
    official = basis("YYY YYY", "NNY NNY", must="12")

    first, both = (
        replace(official, lifted=frozenset(("B", code) for code in codes)).results()
        for codes in (("c1",), ("c1", "c2"))
    )

    assert (gates(first)["B"], gates(both)["B"]) == (Gate.FAIL, Gate.REINSTATED)
    assert (first.scores["B"].lifted, first.scores["B"].barring) == (("c1",), ("c2",))
    assert WORDS.gate(first.scores["B"], first) == (
        "not eligible: Criterion 2 (the committee has lifted Criterion 1, but not this)"
    )
    with pytest.raises(Invalid) as refused:
        checked(first, {"B": 1, "A": 2}, "A", "x")
    assert str(refused.value) == (
        "Vendor B is not eligible: the committee has lifted Criterion 1, but not Criterion 2."
        " Reinstate it for that as well, with a reason."
    )
    assert list_ranking_remarks(WORDS, first, "B", None) == [
        "Vendor B is recommended, but not eligible: the committee has lifted Criterion 1, but not"
        " Criterion 2."
    ]
    assert order_of(replace(official, lifted=frozenset({("B", "c1")}))).scores == first.scores


def test_every_robustness_check_respects_reinstatements():
    official = committee("B")
    counts = official.ballots.counts()

    found = robustness_of(official, counts, draws=10)

    assert found.ranked == ("B", "A")
    assert [(swings.first, swings.second) for swings in found.swings] == [("B", "A")]
    assert found.uniform is not None
    assert list(found.uniform.shares) == ["B", "A"]
    without = leave_out_each_reviewer(official, counts, found.official)
    assert [each.order.scores["B"].gate for each in without] == [Gate.REINSTATED] * 2
    no_must_haves = next(s for s in found.rules if s.change is ScenarioChange.NO_MUST_HAVES)
    assert no_must_haves.order.scores["B"].gate is Gate.PASS


def test_a_what_if_trial_keeps_reinstatements():
    official = committee("B")

    tried = run_trial(
        official, Trial(DecisionRule(quorum=1), frozenset({"c1"}), {"c1": Fraction(5)})
    )

    assert tried.order.scores["B"].gate is Gate.REINSTATED
    assert tried.order.ranks == {"A": 1, "B": 2, "C": None, "D": None}


def test_words_and_rows_name_the_must_haves_that_are_not_met():
    results = committee("B").results()

    assert WORDS.gate(results.scores["B"], results) == (
        "reinstated by the committee although it does not meet: Criterion 1"
    )
    assert WORDS.gate(results.scores["D"], results) == "not eligible: Criterion 1"
    row = vendor_rows(results)[0]
    assert (row["vendor"], row["gate"], row["rank"], row["failed"]) == (
        "B", "REINSTATED", 1, ["c1"],
    )  # fmt: skip
    assert scores_csv(results).splitlines()[1].endswith(",REINSTATED,1,c1")
    assert "reinstated by the committee" in results_text(results, "T", [])


# The adopted order


def checked(results: Results, ranks: dict[str, int] | None, who: str | None, reason: str = ""):
    return validate_ranking(RankingInput(ranks, reason, encode_order(results)), results, who)


def tied() -> Results:
    """Four vendors that meet everything there is to meet: A first, B and C tied, D last."""
    return basis("YYY YYY", "YYN YYN", "YNY YNY", "YNN YNN", must="1").results()


def test_the_computed_order_is_adopted_without_a_reason():
    assert checked(tied(), None, "A").ranks == {"A": 1, "B": 2, "C": 2, "D": 4}
    assert checked(tied(), {"A": 1, "B": 2, "C": 2, "D": 4}, "A").reason == ""


@pytest.mark.parametrize(
    ("ranks", "recommended", "reason", "field", "says"),
    [
        ({"B": 1, "A": 2}, "B", "", "ranking_reason", "Say why the committee adopts another"),
        ({}, None, "x", "ranking", "Give at least one vendor a rank."),
        ({"A": 2}, None, "x", rank_field("A"), "Vendor A: the next rank is 1, not 2."),
        ({"A": 0}, None, "x", rank_field("A"), "Vendor A: the next rank is 1, not 0."),
        ({"A": -1, "B": 2}, None, "x", rank_field("A"), "the next rank is 1, not -1."),
        ({"A": 1, "B": 3}, None, "x", rank_field("B"), "Vendor B: the next rank is 2, not 3."),
        ({"A": 1, "B": 2, "C": 2, "D": 3}, None, "x", rank_field("D"), "rank is 4, not 3."),
        ({"B": 1}, "A", "x", rank_field("A"), "Vendor A is recommended: give it a rank."),
    ],
)
def test_an_impossible_order_is_refused(ranks, recommended, reason, field, says):
    with pytest.raises(Invalid) as refused:
        checked(tied(), ranks, recommended, reason)

    assert refused.value.field == field
    assert says in str(refused.value)


def test_another_order_needs_only_its_reason():
    found = checked(tied(), {"C": 1, "A": 1, "B": 3}, "C", "Close scores; C trains our staff.")

    assert found.ranks == {"C": 1, "A": 1, "B": 3}


def test_an_ineligible_vendor_has_no_rank_unless_reinstated():
    with pytest.raises(Invalid) as refused:
        checked(committee().results(), {"B": 1, "A": 2}, "A", "x")

    assert refused.value.field == rank_field("B")
    assert str(refused.value) == (
        "Vendor B is not eligible: it does not meet Criterion 1. Reinstate it first, with a reason."
    )
    assert checked(committee("B").results(), None, "B").ranks == {"B": 1, "A": 2}


def test_a_pending_vendor_is_recommended_only_with_a_rank_of_its_own():
    results = committee().results()

    with pytest.raises(Invalid, match="has no rank in the computed order"):
        checked(results, None, "C")

    assert checked(results, {"C": 1, "A": 2}, "C", "It will be met.").ranks == {"C": 1, "A": 2}


def test_an_order_that_nobody_saw_is_not_adopted():
    with pytest.raises(Invalid) as refused:
        validate_ranking(RankingInput(None, "", "A:1"), tied(), "A")

    assert refused.value.field == "ranking"


def test_an_adopted_order_that_no_longer_matches_the_computed_one_is_reported():
    then, now = committee().results(), committee("B").results()
    ranking = adopted(computed_ranks(then))

    assert ranking.outdated(then) is False
    assert ranking.outdated(now) is True
    assert list_ranking_remarks(WORDS, then, "A", ranking, "March 12") == []
    assert list_ranking_remarks(WORDS, now, "A", ranking, "March 12") == [
        "The computed order has changed since March 12, when the committee adopted it."
    ]
    assert adopted({"A": 1, "B": 2}, as_computed=False).outdated(now) is False
    assert describe_adopted_order(WORDS, ranking, then) == (
        "The committee adopted the computed order."
    )
    assert describe_adopted_order(WORDS, ranking, now) == (
        "The committee adopted the order that was computed then."
    )


def test_each_remark_on_an_adopted_order_is_one_sentence():
    results = committee().results()
    ranking = adopted({"A": 1, "D": 2}, as_computed=False)

    assert list_ranking_remarks(WORDS, results, "D", ranking) == [
        "Vendor D is recommended, but not eligible: it does not meet Criterion 1.",
        "Vendor D is recommended although it is not first in the adopted ranking.",
        "Vendor D is in the adopted ranking, but not eligible any more.",
    ]
    assert list_ranking_remarks(WORDS, results, "C", None) == [
        "Vendor C is recommended while must-haves are not settled: Criterion 1."
    ]
    assert list_ranking_remarks(WORDS, results, None, None) == []


def test_an_adopted_order_is_told_in_words_and_in_its_own_order():
    ranking = adopted({"C": 1, "A": 2}, as_computed=False)

    assert [v.code for v in ranking.ordered(committee().results())] == ["C", "A", "B", "D"]
    assert describe_adopted_order(WORDS, ranking, committee().results()) == (
        "The committee adopted another order than the computed one."
    )
    assert (
        describe_adopted_order(
            WORDS, adopted(computed_ranks(committee().results())), committee().results()
        )
        == "The committee adopted the computed order."
    )
