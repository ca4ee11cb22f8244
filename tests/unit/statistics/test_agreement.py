"""How far ballots agree, against a slow count over pairs of single marks."""

from fractions import Fraction
from itertools import permutations
from random import Random
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crrubric.domain.results.tally import Tally
from crrubric.domain.statistics import agreement
from crrubric.domain.statistics.agreement import Agreement, agreement_of

FIGURES = (
    "percent_agreement",
    "pooled_pair_agreement",
    "unanimous_share",
    "alpha",
    "ac1",
    "fleiss_kappa",
    "brennan_prediger",
    "prevalence_yes",
    "yes_of_marks",
)
OF_PAIRS = FIGURES[:-2]  # undefined without a cell of two marks
cells_of_marks = st.lists(st.text("YYYN-A?", max_size=6), max_size=12)


def agreed(*cells: str) -> Agreement:
    """The agreement over cells given as one letter a reviewer."""
    return agreement_of(map(tally_of, cells))


def tally_of(cell: str) -> Tally:
    return Tally.from_counts(cell.count(letter) for letter in "YNA?-")


def test_without_any_cell_nothing_is_defined_and_everything_says_why():
    nothing = agreement_of([])

    assert [getattr(nothing, figure) for figure in FIGURES] == [None] * 9
    assert (nothing.marks, nothing.decisive_marks, nothing.cells, nothing.pairable_cells) == (
        0, 0, 0, 0,
    )  # fmt: skip
    assert set(nothing.undefined) == set(FIGURES)


@pytest.mark.parametrize(
    ("cells", "undefined"),
    [
        (["YN", "YY"], {}),
        (
            ["YY", "YYY", "Y"],
            {"alpha": agreement.ALL_YES, "fleiss_kappa": agreement.ALL_YES},
        ),
        (["NN", "N"], {"alpha": agreement.ALL_NO, "fleiss_kappa": agreement.ALL_NO}),
        (["YY", "N"], {"alpha": agreement.PAIRS_ALL_YES}),
        (["NN", "Y"], {"alpha": agreement.PAIRS_ALL_NO}),
        (["Y-", "-N"], dict.fromkeys(OF_PAIRS, agreement.NO_PAIRS)),
        (
            ["AA", "??"],
            dict.fromkeys(OF_PAIRS, agreement.NO_PAIRS)
            | dict.fromkeys(("prevalence_yes", "yes_of_marks"), agreement.NO_DECISIVE),
        ),
    ],
)
def test_what_is_undefined_says_why(cells, undefined):
    assert agreed(*cells).undefined == undefined


def test_reasons_contain_no_percent_sign_that_gettext_would_format():
    reasons = (
        agreement.NO_PAIRS,
        agreement.NO_DECISIVE,
        agreement.ALL_YES,
        agreement.ALL_NO,
        agreement.PAIRS_ALL_YES,
        agreement.PAIRS_ALL_NO,
    )

    assert [reason % {} for reason in reasons] == list(reasons)


def test_marks_count_all_four_answers_and_only_yes_and_no_are_decisive():
    counted = agreed("YNA?", "Y---", "AA??")

    assert (counted.marks, counted.decisive_marks) == (9, 3)
    assert (counted.cells, counted.pairable_cells, counted.unanimous_cells) == (2, 1, 0)


def test_a_single_dissenting_mark_makes_alpha_zero():
    paradox = agreed("YYN", *["YYY"] * 19)

    assert (paradox.percent_agreement, paradox.alpha) == (Fraction(29, 30), 0)
    assert paradox.ac1 == Fraction(1681, 1741)


def test_every_cell_weighs_the_same_in_percent_agreement():
    assert agreed("YN", "Y" * 50).percent_agreement == Fraction(1, 2)


@given(cells_of_marks)
def test_every_figure_is_what_counting_pairs_of_single_marks_gives(cells):
    found = agreed(*cells)

    assert {figure: getattr(found, figure) for figure in FIGURES} == by_pairs(cells)
    assert found.marks == sum(letter != "-" for cell in cells for letter in cell)


@given(cells_of_marks, st.integers(0, 2**32))
def test_the_order_of_reviewers_and_cells_changes_nothing(cells, seed):
    random = Random(seed)
    shuffled = ["".join(random.sample(cell, len(cell))) for cell in cells]
    random.shuffle(shuffled)

    assert agreed(*shuffled) == agreed(*cells)


@given(cells_of_marks)
def test_swapping_yes_and_no_changes_no_agreement(cells):
    swapped = [cell.translate(str.maketrans("YN", "NY")) for cell in cells]
    was, now = agreed(*cells), agreed(*swapped)

    assert (now.percent_agreement, now.alpha, now.ac1) == (
        was.percent_agreement,
        was.alpha,
        was.ac1,
    )
    if was.prevalence_yes is not None:
        assert now.prevalence_yes == 1 - was.prevalence_yes


@given(cells_of_marks)
def test_figures_stay_within_their_bounds_and_are_defined_or_explained(cells):
    found = agreed(*cells)

    for share in (found.percent_agreement, found.unanimous_share, found.prevalence_yes):
        assert share is None or 0 <= share <= 1
    for coefficient in (found.alpha, found.ac1):
        assert coefficient is None or -1 <= coefficient <= 1
    assert {figure for figure in FIGURES if getattr(found, figure) is None} == set(found.undefined)


@given(cells_of_marks)
def test_mean_disagreement_and_percent_agreement_add_up_to_one(cells):
    shares = [tally_of(cell).disagreement for cell in cells]
    known = [share for share in shares if share is not None]

    assert agreed(*cells).percent_agreement == (1 - mean(known) if known else None)


def by_pairs(cells: list[str]) -> dict[str, Fraction | None]:
    """The definitions, one ordered pair of marks at a time: a coincidence matrix and Gwet's."""
    marked = [[letter for letter in cell if letter in "YN"] for cell in cells]
    marked = [cell for cell in marked if cell]
    pairable = [cell for cell in marked if len(cell) >= 2]
    prevalence = mean(Fraction(cell.count("Y"), len(cell)) for cell in marked) if marked else None
    every = [letter for cell in marked for letter in cell]
    of_marks = Fraction(every.count("Y"), len(every)) if every else None
    if not pairable or prevalence is None:
        return dict.fromkeys(FIGURES) | {"prevalence_yes": prevalence, "yes_of_marks": of_marks}
    same = [Fraction(mean(Fraction(a == b) for a, b in permutations(cell, 2))) for cell in pairable]
    observed = mean(same)
    pairs = [a == b for cell in pairable for a, b in permutations(cell, 2)]
    return {
        "percent_agreement": observed,
        "pooled_pair_agreement": Fraction(sum(pairs), len(pairs)),
        "alpha": by_coincidences(pairable),
        "ac1": beyond(observed, prevalence * (1 - prevalence) * 2),
        "fleiss_kappa": beyond(observed, prevalence**2 + (1 - prevalence) ** 2),
        "brennan_prediger": beyond(observed, Fraction(1, 2)),
        "unanimous_share": mean(Fraction(len(set(cell)) == 1) for cell in pairable),
        "prevalence_yes": prevalence,
        "yes_of_marks": of_marks,
    }


def beyond(observed: Fraction, by_chance: Fraction) -> Fraction | None:
    return None if by_chance == 1 else (observed - by_chance) / (1 - by_chance)


def by_coincidences(pairable: list[list[str]]) -> Fraction | None:
    """Krippendorff's alpha from observed and expected coincidences."""
    values = [letter for cell in pairable for letter in cell]
    observed = sum(
        Fraction(a != b, len(cell) - 1) for cell in pairable for a, b in permutations(cell, 2)
    ) / len(values)
    total = len(values)
    expected = Fraction(2 * values.count("Y") * values.count("N"), total * (total - 1))
    return 1 - observed / expected if expected else None
