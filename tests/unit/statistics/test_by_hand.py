"""Everything computed equals a slow count over single marks; and what must never happen."""

from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crrubric.domain.ballots import ballots as bytes_
from crrubric.domain.ballots.ballots import Ballots, Reviewer
from crrubric.domain.results.basis import ResultBasis, order_of
from crrubric.domain.results.outcome import DecisionRule
from crrubric.domain.results.results import AdoptedFinding, ScoredVendor
from crrubric.domain.results.reviewers import cohen_pairs, summarize_reviewers
from crrubric.domain.results.scoring import ScoredCriterion
from crrubric.domain.statistics.acceptability import rank_acceptability
from crrubric.domain.statistics.leaving_out import leave_out_each_reviewer
from crrubric.domain.statistics.preferences import kendall_tau_b, pairwise_majority
from crrubric.domain.statistics.robustness import robustness_of
from crrubric.domain.statistics.scenarios import (
    ScenarioChange,
    try_other_rules,
    try_unresolved_either_way,
)
from crrubric.domain.statistics.swing import VendorPoints, swings_of
from crrubric.domain.vocabulary import Answer, Outcome, RuleKind, ScoringMode
from tests.unit.statistics import by_hand
from tests.unit.statistics.by_hand import Scene

often = settings(max_examples=150, deadline=None)
NAMES = ("ann", "bob", "cyd", "dee")
VENDORS = ("A", "B", "C", "D")
weights = st.fractions(0, 4, max_denominator=4)
rules = st.builds(
    DecisionRule,
    st.sampled_from(RuleKind),
    st.sampled_from([Fraction(2, 3), Fraction(3, 4), Fraction(1)]),
    st.sampled_from([None, 1, 2]),
)


# made once: hypothesis validates every strategy that is new to it
few, flags = st.integers(1, 4), st.booleans()
one_in_eight, one_in_four = st.integers(0, 7), st.integers(0, 3)
answers = st.sampled_from([Answer.YES, Answer.YES, Answer.NO, *Answer, None])
findings = st.sampled_from([None] * 6 + [Outcome.MET, Outcome.NOT_MET, Outcome.NOT_APPLICABLE])
modes = st.sampled_from(ScoringMode)


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    reviewers = NAMES[: draw(few)]
    vendors = VENDORS[: draw(few)]
    criteria = tuple(
        ScoredCriterion(
            code=f"c{n}",
            title=f"C{n}",
            section_title="S",
            weight=draw(weights),
            must_have=draw(flags),
            may_not_apply=draw(flags),
        )
        for n in range(draw(few))
    )
    given_ = {
        (r, v, c.code): answer
        for r in reviewers
        for v in vendors
        for c in criteria
        if (answer := draw(answers)) is not None
    }
    away = frozenset((r, v) for r in reviewers for v in vendors if draw(one_in_eight) == 0)
    adopted = {(v, c.code): found for v in vendors for c in criteria if (found := draw(findings))}
    mode = draw(modes)
    lifted = frozenset((v, c.code) for v in vendors for c in criteria if draw(one_in_four) == 0)
    return Scene(reviewers, vendors, criteria, given_, away, draw(rules), mode, adopted, lifted)


def basis_of(scene: Scene) -> ResultBasis:
    """The scene as crrubric holds it; who is away is recused from A and unassigned elsewhere."""
    codes = [row.code for row in scene.criteria]
    answers = np.empty((len(scene.reviewers), len(scene.vendors), len(codes)), dtype=np.uint8)
    for r, reviewer in enumerate(scene.reviewers):
        for v, vendor in enumerate(scene.vendors):
            for c, code in enumerate(codes):
                answer = scene.marks.get((reviewer, vendor, code))
                byte = bytes_.MISSING if answer is None else bytes_.BYTE_OF[answer]
                if (reviewer, vendor) in scene.away:
                    byte = bytes_.RECUSED if vendor == "A" else bytes_.UNASSIGNED
                answers[r, v, c] = byte
    now = datetime(2027, 3, 12, tzinfo=UTC)
    return ResultBasis(
        criteria=scene.criteria,
        vendors=tuple(ScoredVendor(code, code) for code in scene.vendors),
        ballots=Ballots(
            tuple(map(Reviewer, scene.reviewers)), scene.vendors, tuple(codes), answers
        ),
        adopted={
            cell: AdoptedFinding(value=found, reason="agreed", by="Dana", at=now)
            for cell, found in scene.adopted.items()
        },
        rule=scene.rule,
        mode=scene.mode,
        lifted=scene.lifted,
    )


# Equal to the slow count


@often
@given(scenes())
def test_outcomes_scores_gates_and_ranks_equal_those_by_hand(scene):
    basis = basis_of(scene)

    results = basis.results()

    for (vendor, criterion), cell in results.cells.items():
        resolution = cell.resolution.outcome, cell.resolution.reason
        assert resolution == by_hand.outcome(scene, vendor, criterion)
        assert cell.finding is by_hand.finding(scene, vendor, criterion)
    for vendor, score in results.scores.items():
        found = (score.value, score.coverage, score.low, score.high, score.gate)
        expected = by_hand.placed(scene, vendor)
        assert found == (
            expected.value, expected.coverage, expected.low, expected.high, expected.gate,
        )  # fmt: skip
    assert {vendor: score.rank for vendor, score in results.scores.items()} == by_hand.ranks(scene)
    assert order_of(basis).scores == results.scores


@often
@given(scenes())
def test_agreement_and_reviewer_comparisons_equal_those_by_hand(scene):
    basis = basis_of(scene)

    found = basis.results().agreement

    assert found.percent_agreement == by_hand.percent_agreement(scene)
    assert found.alpha == by_hand.alpha(scene)
    for portrait in summarize_reviewers(basis.ballots, basis.ballots.counts()):
        compared = (portrait.with_others.part, portrait.with_others.of)
        assert compared == by_hand.with_majority_of_others(scene, portrait.reviewer)
        assert portrait.alpha_without == by_hand.alpha(scene.without(portrait.reviewer))
    for (one, other), kappa in cohen_pairs(basis.ballots).items():
        assert kappa == by_hand.cohen(scene, one, other)


@often
@given(scenes())
def test_results_without_one_reviewer_equal_those_by_hand(scene):
    basis = basis_of(scene)

    found = leave_out_each_reviewer(basis, basis.ballots.counts(), order_of(basis))

    assert [each.reviewer for each in found] == list(scene.reviewers)
    for each in found:
        rest = scene.without(each.reviewer)
        assert each.order.ranks == by_hand.ranks(rest)
        assert each.order_changes == (by_hand.ranks(rest) != by_hand.ranks(scene))
        flipped = {(flip.vendor, flip.criterion) for flip in each.flips}
        assert flipped == {
            (vendor, row.code)
            for vendor in scene.vendors
            for row in scene.criteria
            if by_hand.finding(rest, vendor, row.code)
            is not by_hand.finding(scene, vendor, row.code)
        }
        place = scene.reviewers.index(each.reviewer)
        assert order_of(basis.without(place)).scores == each.order.scores


@often
@given(scenes())
def test_pairwise_majorities_and_orders_equal_those_by_hand(scene):
    basis = basis_of(scene)

    found = pairwise_majority(basis.ballots, basis.criteria)

    counted = {pair: by_hand.majority(scene, *pair) for pair in combinations(scene.vendors, 2)}
    assert {
        pair: (each.prefer, each.against, each.tied) for pair, each in found.pairs.items()
    } == counted
    winners = [
        vendor
        for vendor in scene.vendors
        if len(scene.vendors) > 1
        and all(
            found.between(vendor, other).prefer > found.between(vendor, other).against
            for other in scene.vendors
            if other != vendor
        )
    ]
    assert found.condorcet_winner == (winners[0] if winners else None)
    for (one, other), tau in kendall_tau_b(basis.ballots, basis.criteria).items():
        expected = by_hand.tau_b(scene, one, other)
        assert tau == (None if expected is None else pytest.approx(expected, abs=1e-12))


@often
@given(scenes())
def test_other_rules_and_unresolved_scenarios_equal_those_by_hand(scene):
    basis = basis_of(scene)
    counts, official = basis.ballots.counts(), order_of(basis)

    for scenario in try_other_rules(basis, counts, official):
        kind = {
            ScenarioChange.MAJORITY: RuleKind.MAJORITY,
            ScenarioChange.TWO_THIRDS: RuleKind.SUPERMAJORITY,
            ScenarioChange.UNANIMITY: RuleKind.UNANIMITY,
        }.get(scenario.change)
        changed = (
            replace(scene, rule=DecisionRule(kind, quorum=scene.rule.quorum)) if kind else scene
        )
        if scenario.change is ScenarioChange.NO_MUST_HAVES:
            free = tuple(replace(row, must_have=False) for row in scene.criteria)
            changed = replace(scene, criteria=free)
        modes = {
            ScenarioChange.BY_SHARE: ScoringMode.SHARE,
            ScenarioChange.BY_OUTCOME: ScoringMode.OUTCOME,
        }
        changed = replace(changed, mode=modes.get(scenario.change, changed.mode))
        assert scenario.order.ranks == by_hand.ranks(changed)
    if scene.mode is ScoringMode.OUTCOME:
        for scenario in try_unresolved_either_way(basis, counts, official):
            assert scenario.order.ranks == by_hand.ranks(
                settled(scene, scenario.change, scenario.against)
            )


@often
@given(scenes())
def test_first_places_that_are_said_to_stay_do_stay(scene):
    """Every way to settle up to three open items is tried; by share with the quorum reached."""
    basis = basis_of(scene)
    official = order_of(basis)
    opened = [
        (vendor, row)
        for vendor in scene.vendors
        for row in scene.criteria
        if by_hand.finding(scene, vendor, row.code) is Outcome.UNRESOLVED
        and (scene.mode is ScoringMode.OUTCOME or by_hand.points_of(scene, vendor, row.code))
    ]
    tried = try_unresolved_either_way(basis, basis.ballots.counts(), official)
    stays = not any(each.against and each.leader_changes for each in tried)
    if not stays or not official.leaders or len(opened) > 3:
        return
    for values in product(
        (Outcome.MET, Outcome.NOT_MET, Outcome.NOT_APPLICABLE), repeat=len(opened)
    ):
        chosen = {
            (vendor, row.code): value
            for (vendor, row), value in zip(opened, values, strict=True)
            if value is not Outcome.NOT_APPLICABLE or row.may_not_apply
        }
        ranks = by_hand.ranks(replace(scene, adopted={**scene.adopted, **chosen}))
        assert {vendor for vendor, rank in ranks.items() if rank == 1} == official.leaders


def settled(scene: Scene, change: ScenarioChange, against: str) -> Scene:
    """The scene with every unresolved cell adopted as the change says."""

    def good(vendor: str) -> bool:
        if change is ScenarioChange.AGAINST_LEADER:
            return vendor != against
        return change is ScenarioChange.ALL_MET

    opened = {
        (vendor, row.code): Outcome.MET if good(vendor) else Outcome.NOT_MET
        for vendor in scene.vendors
        for row in scene.criteria
        if by_hand.finding(scene, vendor, row.code) is Outcome.UNRESOLVED
    }
    return replace(scene, adopted={**scene.adopted, **opened})


# What must never happen


@often
@given(scenes(), st.randoms(use_true_random=False))
def test_the_order_of_reviewers_vendors_and_criteria_changes_nothing(scene, random):
    mixed = replace(
        scene,
        reviewers=tuple(random.sample(scene.reviewers, len(scene.reviewers))),
        vendors=tuple(random.sample(scene.vendors, len(scene.vendors))),
        criteria=tuple(random.sample(scene.criteria, len(scene.criteria))),
    )

    was, now = (each.results() for each in (basis_of(scene), basis_of(mixed)))

    for vendor, score in was.scores.items():
        assert replace(now.scores[vendor], failed=(), pending=(), lifted=()) == replace(
            score, failed=(), pending=(), lifted=()
        )
    assert now.agreement == was.agreement


@often
@given(scenes(), st.fractions(Fraction(1, 50), 50))
def test_scaling_all_weights_changes_nothing(scene, factor):
    basis = basis_of(scene)
    scaled = basis.weighed({row.code: row.weight * factor for row in scene.criteria})

    assert scaled.results().scores == basis.results().scores
    was, now = (
        {
            (each.second, swing.criterion): swing.factor
            for each in robustness_of(b, b.ballots.counts(), draws=1).swings
            for swing in each.by_criterion
            if swing.tie_at.denominator < 10**6  # roots that are no fraction are cut off
        }
        for b in (basis, scaled)
    )
    assert {key: was[key] for key in was.keys() & now.keys()} == {
        key: now[key] for key in was.keys() & now.keys()
    }


@often
@given(scenes(), st.data())
def test_one_more_yes_never_turns_met_into_not_met(scene, data):
    places = [
        (r, v, c.code)
        for r in scene.reviewers
        for v in scene.vendors
        for c in scene.criteria
        if (r, v) not in scene.away and scene.marks.get((r, v, c.code)) in (None, Answer.NO)
    ]
    if not places:
        return
    place = data.draw(st.sampled_from(places))
    better = replace(scene, marks={**scene.marks, place: Answer.YES})

    was, now = (
        basis_of(each).results().cell(place[1], place[2]).resolution.outcome
        for each in (scene, better)
    )

    assert (was, now) != (Outcome.MET, Outcome.NOT_MET)


@often
@given(scenes())
def test_one_vendors_gate_does_not_move_anothers_score(scene):
    results = basis_of(scene).results()
    doomed = {("A", row.code): Outcome.NOT_MET for row in scene.criteria}

    after = basis_of(replace(scene, adopted={**scene.adopted, **doomed})).results()

    for vendor in set(scene.vendors) - {"A"}:
        assert replace(after.scores[vendor], rank=None) == replace(
            results.scores[vendor], rank=None
        )


@given(st.integers(2, 5), st.integers(1, 4), st.sampled_from([Answer.YES, Answer.NO]))
def test_a_unanimous_matrix_agrees_completely(reviewers, criteria, answer):
    rows = tuple(ScoredCriterion(code=f"c{n}", title="", section_title="") for n in range(criteria))
    names = tuple(f"r{n}" for n in range(reviewers))
    marks = {(r, v, c.code): answer for r in names for v in "AB" for c in rows}
    scene = Scene(
        names, ("A", "B"), rows, marks, frozenset(), DecisionRule(), ScoringMode.OUTCOME, {}
    )

    found = basis_of(scene).results().agreement

    assert (found.percent_agreement, found.unanimous_share, found.alpha) == (1, 1, None)


@settings(max_examples=60, deadline=None)
@given(scenes(), st.sampled_from([None, 20, 200]))
def test_rank_acceptabilities_sum_to_one_by_vendor_and_by_rank(scene, concentration):
    found = robustness_of(basis_of(scene), basis_of(scene).ballots.counts(), draws=50)
    for share in (found.around, found.uniform):
        if share is not None:
            table = np.array(list(share.shares.values()))
            assert table.sum(axis=0) == pytest.approx(1)
            assert table.sum(axis=1) == pytest.approx(1)
            assert set(share.shares) == set(found.ranked)


@given(st.integers(1, 5), st.integers(1, 5))
@settings(max_examples=15, deadline=None)
def test_two_vendors_have_the_exact_share_of_first_ranks(p, m):
    """A alone meets p criteria, B alone m: with any weights A is first with probability
    sum of C(p+m-1, j) for j < p over 2^(p+m-1)."""
    from math import comb

    points = np.array([[1.0] * p + [0.0] * m, [0.0] * p + [1.0] * m])
    decided = np.ones_like(points, dtype=bool)

    found = rank_acceptability(["A", "B"], points, decided, [Fraction(1)] * (p + m))

    exact = sum(comb(p + m - 1, j) for j in range(p)) / 2 ** (p + m - 1)
    assert found.first("A") == pytest.approx(exact, abs=0.02)


points = st.lists(st.none() | st.sampled_from([Fraction(0), Fraction(1), Fraction(1, 3)]),
                  min_size=3, max_size=3)  # fmt: skip


@often
@given(points, points, st.lists(weights, min_size=3, max_size=3))
def test_a_swing_weight_ties_and_where_there_is_none_no_weight_does(first, second, stated):
    codes = ["c0", "c1", "c2"]

    found = swings_of(
        VendorPoints("A", tuple(first)), VendorPoints("B", tuple(second)), codes, stated
    )

    ties = {swing.criterion: swing.tie_at for swing in found.by_criterion}
    for place, code in enumerate(codes):
        if code in ties:
            gap = difference(first, second, replaced(stated, place, ties[code]))
            assert gap is not None
            assert abs(gap) < Fraction(1, 10**30)
        else:
            grid = [difference(first, second, replaced(stated, place, Fraction(n, 7)))
                    for n in range(1, 71)]  # fmt: skip
            known = [gap for gap in grid if gap is not None]
            assert all(gap == 0 for gap in known) or all(gap != 0 for gap in known)
            assert all(gap >= 0 for gap in known) or all(gap <= 0 for gap in known)


def replaced(stated: list[Fraction], place: int, weight: Fraction) -> list[Fraction]:
    return [*stated[:place], weight, *stated[place + 1 :]]


def difference(
    first: list[Fraction | None], second: list[Fraction | None], stated: list[Fraction]
) -> Fraction | None:
    """By how much the first scores more; None where a score is undefined."""
    scores = []
    for row in (first, second):
        known = sum(w for w, x in zip(stated, row, strict=True) if x is not None)
        earned = sum(w * x for w, x in zip(stated, row, strict=True) if x is not None)
        if not known:
            return None
        scores.append(earned / known)
    return scores[0] - scores[1]
