"""Published, real and worked examples of YES and NO marks: printed values and exact ones.

Data sets with other categories, and standard errors: test_coefficients.py.
"""

import csv
import json
from collections import Counter
from fractions import Fraction
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from crrubric.domain.results.outcome import DecisionRule, decide_outcome
from crrubric.domain.results.results import Results, ScoredCriterion, ScoredVendor, evaluate
from crrubric.domain.results.tally import Tally
from crrubric.domain.statistics.agreement import Agreement, agreement_of
from crrubric.domain.vocabulary import Answer, Gate, Outcome, RuleKind

Key = tuple[str, str]  # vendor, criterion

DATA = Path(__file__).parents[2] / "data" / "agreement"
COMPUTED = json.loads((DATA / "expected.json").read_text(encoding="utf-8"))
WORKED = json.loads((DATA / "worked" / "expected.json").read_text(encoding="utf-8"))
EDGES = json.loads((DATA / "worked" / "edge_cases.json").read_text(encoding="utf-8"))["cases"]
FIGURES = ("percent_agreement", "alpha", "ac1", "unanimous_share", "prevalence_yes")
COUNTS = ("marks", "decisive_marks", "cells")
YES_NO = {
    "carcinoma": "real/carcinoma.csv",
    "feinstein_cicchetti1990_balanced": "published/feinstein_cicchetti1990_balanced.csv",
    "feinstein_cicchetti1990_skewed": "published/feinstein_cicchetti1990_skewed.csv",
    "gwet_118_5_2_0": "published/gwet_118_5_2_0.csv",
    "krippendorff2011_a": "published/krippendorff2011_a.csv",
    "w3_missing": "worked/w3_missing.csv",
    "w4_one_no": "worked/w4_one_no.csv",
    "w5_all_yes": "worked/w5_all_yes.csv",
    "w8_cycle": "worked/w8_cycle.csv",
    "wikipedia_cohen_grants": "published/wikipedia_cohen_grants.csv",
    "wongpakaran2013_schizoid": "published/wongpakaran2013_schizoid.csv",
}
WORDS = {  # what the data call an outcome or its reason
    "YES": (Outcome.MET, None),
    "NO": (Outcome.NOT_MET, None),
    "NOT_APPLICABLE": (Outcome.NOT_APPLICABLE, None),
}
LETTERS = "YNA?-"


def rows_of(path: str) -> list[dict[str, str]]:
    with (DATA / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tallies_of(rows: list[dict[str, str]], assigned: int = 0) -> dict[Key, Tally]:
    """The tally of every cell with a row, with this many reviewers assigned to each."""
    cells: dict[Key, list[Answer]] = {}
    for row in rows:
        cells.setdefault((row["vendor"], row["criterion"]), []).append(Answer(row["mark"]))
    return {key: tally_of(answers, assigned) for key, answers in cells.items()}


def tally_of(answers: list[Answer], assigned: int) -> Tally:
    return Tally(
        yes=answers.count(Answer.YES),
        no=answers.count(Answer.NO),
        not_applicable=answers.count(Answer.NOT_APPLICABLE),
        cannot_tell=answers.count(Answer.CANNOT_TELL),
        missing=max(0, assigned - len(answers)),
    )


def agreement_in(path: str) -> Agreement:
    return agreement_of(tallies_of(rows_of(path)).values())


def expected_of(name: str) -> dict[str, Any]:
    found: dict[str, Any] = (COMPUTED.get(name) or WORKED[name])["agreement"]
    return found


def exactly(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


def word(tally: Tally, rule: DecisionRule) -> str:
    """The outcome, or its reason, as the data call it."""
    resolution = decide_outcome(tally, rule)
    names = {pair: name for name, pair in WORDS.items()}
    return names.get((resolution.outcome, resolution.reason)) or str(resolution.reason)


def test_every_data_set_of_yes_and_no_with_computed_agreement_is_tested():
    answers = {answer.value for answer in Answer}
    files = sorted(str(path.relative_to(DATA).as_posix()) for path in DATA.glob("*/*.csv"))
    usable = {path for path in files if {row["mark"] for row in rows_of(path)} <= answers}
    known = COMPUTED.keys() | {name for name, case in WORKED.items() if "agreement" in case}

    assert set(YES_NO.values()) == {path for path in usable if Path(path).stem in known}


@pytest.mark.parametrize("name", YES_NO)
def test_counts_and_coefficients_equal_the_computed_ones(name):
    found, expected = agreement_in(YES_NO[name]), expected_of(name)

    assert {count: getattr(found, count) for count in COUNTS} == {
        count: expected[count] for count in COUNTS
    }
    assert found.pairable_cells == expected["cells_with_two_or_more"]
    for figure in FIGURES:
        value = getattr(found, figure)
        assert (None if value is None else float(value)) == (
            None if expected[figure] is None else pytest.approx(expected[figure], abs=1e-9)
        ), figure


@pytest.mark.parametrize("name", ["w3_missing", "w4_one_no", "w5_all_yes"])
def test_worked_coefficients_are_exact(name):
    found, exact = agreement_in(YES_NO[name]), WORKED[name]["exact"]

    for figure in ("percent_agreement", "alpha", "ac1", "fleiss_kappa"):
        assert getattr(found, figure) == exactly(exact[figure]), figure


@pytest.mark.parametrize(
    ("name", "figure", "printed", "decimals"),
    [
        ("krippendorff2011_a", "alpha", "0.095", 3),
        ("wikipedia_cohen_grants", "percent_agreement", "0.70", 2),
        ("feinstein_cicchetti1990_balanced", "percent_agreement", "0.85", 2),
        ("feinstein_cicchetti1990_skewed", "percent_agreement", "0.85", 2),
    ],
)
def test_printed_values_are_reproduced_to_half_a_unit_of_their_last_digit(
    name, figure, printed, decimals
):
    published = COMPUTED[name]["published"]

    assert (float(printed), decimals) == (published[figure], published["decimals"])
    value = getattr(agreement_in(YES_NO[name]), figure)
    assert abs(value - Fraction(printed)) <= Fraction(1, 2 * 10**decimals)


def test_a_printed_value_that_the_paper_cut_off_is_reproduced_within_its_last_digit():
    published = COMPUTED["wongpakaran2013_schizoid"]["published"]

    ac1 = agreement_in(YES_NO["wongpakaran2013_schizoid"]).ac1

    assert abs(float(ac1) - published["ac1"]) <= published["tolerance"]


def test_every_printed_value_that_crrubric_computes_is_tested():
    printed = {
        (name, figure)
        for name in COMPUTED.keys() & YES_NO.keys()
        for figure in COMPUTED[name]["published"].keys() & set(FIGURES)
    }

    assert printed == {
        ("krippendorff2011_a", "alpha"),
        ("wikipedia_cohen_grants", "percent_agreement"),
        ("feinstein_cicchetti1990_balanced", "percent_agreement"),
        ("feinstein_cicchetti1990_skewed", "percent_agreement"),
        ("wongpakaran2013_schizoid", "ac1"),
    }


@pytest.mark.parametrize("name", sorted(COMPUTED.keys() & YES_NO.keys()))
def test_outcomes_and_ties_of_published_cells_are_the_expected_ones(name):
    expected = COMPUTED[name]["cells"]
    words = {
        "|".join(key): word(tally, DecisionRule(quorum=1))
        for key, tally in tallies_of(rows_of(YES_NO[name])).items()
    }

    assert Counter(words.values()) == expected["decisions"]
    assert sorted(cell for cell, said in words.items() if said == "TIE") == expected["ties"]


@pytest.mark.parametrize("reviewer", COMPUTED["carcinoma"]["per_reviewer"])
def test_coefficients_without_one_pathologist_are_the_expected_ones(reviewer):
    expected = COMPUTED["carcinoma"]["per_reviewer"][reviewer]
    rest = [row for row in rows_of(YES_NO["carcinoma"]) if row["reviewer"] != reviewer]

    found = agreement_of(tallies_of(rest).values())

    assert float(found.alpha) == pytest.approx(expected["alpha_without"], abs=1e-9)
    assert float(found.ac1) == pytest.approx(expected["ac1_without"], abs=1e-9)


@pytest.mark.parametrize("case", EDGES, ids=lambda case: case["name"])
def test_edge_cases_are_exact(case):
    tallies = [Tally.from_counts(row.count(letter) for letter in LETTERS) for row in case["rows"]]

    found = agreement_of(tallies)

    for figure in ("percent_agreement", "alpha", "ac1"):
        assert getattr(found, figure) == exactly(case["exact"][figure]), figure
    assert found.fleiss_kappa == exactly(case["exact"]["fleiss"])
    for quorum in (1, 2):
        words = [word(tally, DecisionRule(quorum=quorum)) for tally in tallies]
        assert words == case[f"majority_quorum{quorum}"]


@pytest.mark.parametrize("vendor", WORKED["w1_decisions"]["cells"])
def test_w1_outcomes_hold_under_all_four_rules(vendor):
    case = WORKED["w1_decisions"]
    expected = case["cells"][vendor]
    assigned = case["assigned_reviewers"]
    unmarked = Tally(missing=assigned)
    tally = tallies_of(rows_of(case["file"]), assigned).get((vendor, "c1"), unmarked)
    rules = {
        "majority_quorum1": DecisionRule(quorum=1),
        "majority_quorum3": DecisionRule(quorum=3),
        "supermajority_2_3_quorum3": DecisionRule(RuleKind.SUPERMAJORITY, Fraction(2, 3), 3),
        "unanimity_quorum3": DecisionRule(RuleKind.UNANIMITY, quorum=3),
    }
    counts = ("yes", "no", "not_applicable", "cannot_tell", "missing")

    assert {count: getattr(tally, count) for count in counts} == {
        count: expected[count] for count in counts
    }
    assert {name: word(tally, rule) for name, rule in rules.items()} == {
        name: expected[name] for name in rules
    }
    assert rounded(tally.support) == expected["support_share"]
    assert rounded(tally.disagreement) == expected["pair_disagreement"]


def rounded(value: Fraction | None) -> float | None:
    """To the twelve decimals that the data have."""
    return None if value is None else round(float(value), 12)


def results_in(path: str, case: dict[str, Any], without: str = "", **more: Any) -> Results:
    """Results of a worked example; `without` leaves out one reviewer."""
    rows = rows_of(path)
    codes = sorted({row["criterion"] for row in rows})
    kept = [row for row in rows if row["reviewer"] != without]
    weights = case.get("weights", {})
    return evaluate(
        [
            ScoredCriterion(
                code=code,
                title=code.upper(),
                section_title="Section",
                weight=Fraction(weights.get(code, 1)),
                must_have=code in more.get("must_have", ()),
                may_not_apply=True,
            )
            for code in codes
        ],
        [ScoredVendor(code, code) for code in sorted({row["vendor"] for row in rows})],
        tallies_of(kept, len({row["reviewer"] for row in kept})),
        {},
        more.get("rule", DecisionRule(quorum=1)),
    )


def ranks(results: Results) -> dict[str, int | None]:
    return {vendor: score.rank for vendor, score in results.scores.items()}


def test_w2_scores_are_exact_and_gates_and_ranks_follow():
    case = WORKED["w2_scores"]

    results = results_in(case["file"], case, must_have=case["must_have"])

    shares = {
        vendor: (score.value, score.coverage, score.low, score.high)
        for vendor, score in results.scores.items()
    }
    assert shares == {
        vendor: tuple(Fraction(exact[key]) for key in ("score", "coverage", "low", "high"))
        for vendor, exact in case["exact"].items()
    }
    assert {vendor: score.gate for vendor, score in results.scores.items()} == case["gates"]
    assert ranks(results) == {"C": None, "E": None} | case["ranks_among_pass"]
    assert "".join(vendor.code for vendor in results.ranking()) == "BADEC"


def test_w2_names_the_must_haves_that_fail_or_are_open():
    case = WORKED["w2_scores"]
    scores = results_in(case["file"], case, must_have=case["must_have"]).scores

    assert (scores["C"].gate, scores["C"].failed, scores["C"].pending) == (Gate.FAIL, ("c1",), ())
    assert (scores["E"].gate, scores["E"].failed, scores["E"].pending) == (
        Gate.PENDING,
        (),
        ("c2",),
    )


def test_w2_ranks_without_gates_are_the_expected_ones():
    case = WORKED["w2_scores"]

    assert ranks(results_in(case["file"], case)) == case["ranks_ignoring_gates"]


def test_w7_scores_are_the_expected_ones_with_and_without_what_is_not_applicable():
    case = WORKED["w7_swing"]
    partly = case["with_not_applicable"]

    for file, expected in ((case["file"], case["scores"]), (partly["file"], partly["scores"])):
        assert values(results_in(file, case)) == expected


def values(results: Results) -> dict[str, float | None]:
    return {vendor: rounded(score.value) for vendor, score in results.scores.items()}


def test_w8_a_cycle_of_preferences_ends_in_a_tie():
    case = WORKED["w8_cycle"]

    results = results_in(case["file"], case)

    assert values(results) == case["decision_scores"]
    assert ranks(results) == case["decision_ranks"]


@pytest.mark.parametrize("without", ["", "r1", "r2", "r3"])
def test_w9_leaving_out_one_reviewer_gives_the_expected_scores_and_ranks(without):
    case = WORKED["w9_leave_one_out"]
    expected = case["without"][without] if without else case["all"]

    results = results_in(case["file"], case, without, rule=DecisionRule())

    assert values(results) == expected["scores"]
    assert ranks(results) == expected["ranks"]
    assert rounded(results.agreement.alpha) == expected["alpha"]
    coverage = {vendor: rounded(score.coverage) for vendor, score in results.scores.items()}
    assert coverage == expected.get("coverage", {"A": 1, "B": 1})


@pytest.mark.parametrize("name", YES_NO)
def test_the_cells_disagreement_and_the_headline_figure_add_up(name):
    shares = [tally.disagreement for tally in tallies_of(rows_of(YES_NO[name])).values()]

    dissent = mean(share for share in shares if share is not None)

    assert agreement_in(YES_NO[name]).percent_agreement == 1 - dissent
