"""Every data set of tests/data/agreement, with any categories: computed and printed values."""

import csv
import json
from collections import Counter
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from crrubric.domain.statistics import intervals
from crrubric.domain.statistics.coefficients import (
    Profile,
    brennan_prediger,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    krippendorff_alpha,
    percent_agreement,
    pooled_pair_agreement,
    sums_of_profile,
)
from crrubric.domain.statistics.intervals import (
    bootstrap_cells,
    bootstrap_vendors,
    gwet_standard_error,
    jackknife_standard_errors,
)

DATA = Path(__file__).parents[2] / "data" / "agreement"
SETS: dict[str, dict[str, Any]] = json.loads((DATA / "datasets.json").read_text("utf-8"))
COMPUTED = json.loads((DATA / "expected.json").read_text("utf-8"))
MONTE_CARLO = 0.02
OF_PARTS = {
    "percent_agreement": percent_agreement,
    "alpha": krippendorff_alpha,
    "ac1": gwet_ac1,
    "fleiss_kappa": fleiss_kappa,
    "brennan_prediger": brennan_prediger,
}
PRINTED = [
    (name, figure)
    for name, case in SETS.items()
    for figure in case["published"]
    if figure not in {"decimals", "tolerance", "source"}
]


def rows_of(name: str) -> list[dict[str, str]]:
    with (DATA / SETS[name]["file"]).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def profile_of(name: str) -> Profile:
    """How many cells have which counts, in the order of the data set's categories."""
    cells: dict[tuple[str, str], Counter[str]] = {}
    for row in rows_of(name):
        cells.setdefault((row["vendor"], row["criterion"]), Counter())[row["mark"]] += 1
    order = SETS[name]["categories"]
    return Counter(tuple(cell[category] for category in order) for cell in cells.values())


def cohen_of(name: str) -> Fraction | None:
    """Cohen's kappa where there are exactly two reviewers."""
    marks = {(r["reviewer"], r["vendor"], r["criterion"]): r["mark"] for r in rows_of(name)}
    people = sorted({reviewer for reviewer, _v, _c in marks})
    if len(people) != 2:
        return None
    one, other = people
    return cohen_kappa(
        Counter(
            (mark, marks[other, v, c])
            for (reviewer, v, c), mark in marks.items()
            if reviewer == one and (other, v, c) in marks
        )
    )


def figures_of(name: str) -> dict[str, float | None]:
    profile = profile_of(name)
    exact = {figure: compute(sums_of_profile(profile)) for figure, compute in OF_PARTS.items()}
    exact |= {
        "pooled_pair_agreement": pooled_pair_agreement(profile),
        "cohen_kappa": cohen_of(name),
    }
    found = {figure: None if v is None else float(v) for figure, v in exact.items()}
    return found | {"ac1_se_gwet": gwet_standard_error(profile)}


def test_every_file_belongs_to_a_data_set_or_a_worked_example():
    files = {path.relative_to(DATA).as_posix() for path in DATA.glob("*/*.csv")}

    named = {case["file"] for case in SETS.values()}
    assert {file for file in files - named if not file.startswith("worked/")} == set()
    assert SETS.keys() == COMPUTED.keys()


@pytest.mark.parametrize("name", SETS)
def test_every_coefficient_equals_the_computed_one(name):
    expected = COMPUTED[name]["agreement"]

    found = figures_of(name)

    assert found == {
        figure: None if expected[figure] is None else pytest.approx(expected[figure], abs=1e-9)
        for figure in found
    }


@pytest.mark.parametrize(("name", "figure"), PRINTED, ids=["-".join(pair) for pair in PRINTED])
def test_every_printed_value_is_reproduced(name, figure):
    published = SETS[name]["published"]
    text = str(published[figure])
    places = min(published.get("decimals", 9), len(text.partition(".")[2]))
    within = published.get("tolerance", 0.5 * 10**-places)

    assert figures_of(name)[figure] == pytest.approx(published[figure], abs=within + 1e-12)


@pytest.mark.parametrize("name", SETS)
def test_jackknife_errors_equal_the_computed_ones(name):
    expected = COMPUTED[name]["agreement"]["jackknife_se"]

    assert jackknife_standard_errors(profile_of(name)) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("name", SETS)
def test_bootstrap_intervals_equal_the_computed_ones_within_chance(name):
    expected = COMPUTED[name]["agreement"]["bootstrap_95"]

    found = bootstrap_cells(profile_of(name))

    for figure, interval in (("alpha", found.alpha), ("ac1", found.ac1)):
        ends = expected[figure]["low"], expected[figure]["high"]
        assert (interval.low, interval.high) == pytest.approx(ends, abs=MONTE_CARLO), figure


@pytest.mark.parametrize("name", SETS)
def test_the_computed_ends_are_percentiles_of_other_seeds_too(name):
    """On few cells a coefficient takes few values, so an end may jump from one to the next: what
    holds for every seed is that about 2.5 % of the resamples lie beyond the computed ends."""
    profile = profile_of(name)
    expected = COMPUTED[name]["agreement"]["bootstrap_95"]["alpha"]
    columns = intervals._sums_by_count(dict(sorted(profile.items())))
    drawn = intervals._draw_resamples(np.array([n for _, n in sorted(profile.items())]), 20_000, 1)

    values = intervals._compute_coefficients(drawn @ columns)["alpha"]

    known = values[~np.isnan(values)]
    assert (known < expected["low"] - 1e-9).mean() <= 0.04
    assert (known > expected["high"] + 1e-9).mean() <= 0.04
    assert (known <= expected["low"] + 1e-9).mean() >= 0.01
    assert (known >= expected["high"] - 1e-9).mean() >= 0.01


def test_intervals_depend_on_the_seed_and_on_nothing_else():
    cells = list(profile_of("carcinoma").items())
    Random(3).shuffle(cells)

    assert bootstrap_cells(dict(cells)) == bootstrap_cells(profile_of("carcinoma"))
    assert bootstrap_cells(dict(cells), seed=1) != bootstrap_cells(dict(cells), seed=2)


@pytest.mark.parametrize(
    ("profile", "alpha", "ac1"),
    [
        ({(2, 0): 5, (1, 1): 4}, intervals.TOO_FEW_CELLS, intervals.TOO_FEW_CELLS),
        ({(3, 0): 40}, intervals.NOT_DEFINED, ""),
        ({(3, 0): 40, (2, 1): 1}, intervals.TOO_LITTLE_DISSENT, ""),
        ({(3, 0): 20, (2, 1): 20}, "", ""),
        ({}, intervals.TOO_FEW_CELLS, intervals.TOO_FEW_CELLS),
    ],
)
def test_no_interval_is_shown_where_it_would_mislead(profile, alpha, ac1):
    found = bootstrap_cells(profile)

    assert (found.alpha.why_not, found.ac1.why_not) == (alpha, ac1)
    for interval in (found.alpha, found.ac1):
        assert ((interval.low is None) or (interval.high is None)) == bool(interval.why_not)


def test_undefined_resamples_are_counted_and_left_out():
    few_dissents = {(2, 0): 97, (1, 1): 4}

    found = bootstrap_cells(few_dissents).alpha

    assert 0 < found.undefined <= 100
    assert found.high is not None


def test_whole_vendors_are_drawn_only_from_eight_on():
    unlike = [{(2, 0): 9, (1, 1): 1}, {(1, 1): 6, (0, 2): 4}] * 4

    wide, narrow = bootstrap_vendors(unlike), bootstrap_cells({(2, 0): 36, (1, 1): 28, (0, 2): 16})

    assert bootstrap_vendors(unlike[:7]).alpha.why_not == intervals.TOO_FEW_VENDORS
    assert wide.of_vendors
    assert wide.alpha.high - wide.alpha.low > narrow.alpha.high - narrow.alpha.low


@pytest.mark.parametrize("profile", [{}, {(1, 0): 1}, {(2, 0): 1}])
def test_standard_errors_need_two_cells(profile):
    assert gwet_standard_error(profile) is None
    assert jackknife_standard_errors(profile) == {"alpha": None, "ac1": None}


def test_a_jackknife_that_once_loses_all_variation_has_no_error_for_alpha():
    found = jackknife_standard_errors({(3, 0): 19, (2, 1): 1})

    assert found["alpha"] is None
    assert found["ac1"] == pytest.approx(0.034523430029, abs=1e-9)


def test_more_resamples_do_not_move_the_ends_much():
    ends = [
        bootstrap_cells(profile_of("carcinoma"), resamples=n).alpha for n in (2_000, 8_000, 20_000)
    ]

    for one, other in pairwise(ends):
        assert (one.low, one.high) == pytest.approx((other.low, other.high), abs=MONTE_CARLO)


@pytest.mark.parametrize(
    ("table", "kappa"),
    [
        ({}, None),
        ({("YES", "YES"): 9}, None),
        ({("YES", "NO"): 9}, Fraction(0)),
        ({("YES", "YES"): 1, ("NO", "NO"): 1}, Fraction(1)),
        ({("YES", "NO"): 1, ("NO", "YES"): 1}, Fraction(-1)),
    ],
)
def test_cohens_kappa_is_right_at_its_limits(table, kappa):
    assert cohen_kappa(table) == kappa
