"""Figures that were published: each with its source, the same in every language."""

from fractions import Fraction

import pytest

from crrubric.domain.planning.calibration import GUIDE
from crrubric.domain.planning.published import load_published_figures
from crrubric.reports.planning.calibration_figures import draw_calibration


def test_paces_are_two_years_of_credits_divided_by_four_semesters():
    graduates, dropouts = load_published_figures().paces

    assert (graduates.credits, dropouts.credits) == (Fraction("13.3") / 4, Fraction("9.7") / 4)


@pytest.mark.parametrize("kind", ["paces", "levels", "contrasts", "recoveries"])
def test_a_translation_has_the_same_numbers_and_sources_and_other_words(kind: str):
    rows = zip(
        getattr(load_published_figures(), kind), getattr(load_published_figures("es"), kind),
        strict=True,
    )  # fmt: skip

    for english, spanish in rows:
        assert english.source == spanish.source
        numbers = [
            name for name in english.__slots__ if not isinstance(getattr(english, name), str)
        ]
        assert all(getattr(english, name) == getattr(spanish, name) for name in numbers)
        assert english != spanish


def test_levels_of_risk_follow_one_another_without_a_gap():
    low_risk, high_risk = load_published_figures().levels

    assert high_risk.high == low_risk.low


def test_the_figure_says_in_words_what_it_draws():
    chart = draw_calibration(GUIDE, load_published_figures(), str)

    assert "5: 25 %" in chart.alt
    assert ("0", "100 %") in chart.table.rows
    assert "3.33 earned by those who graduated on time" in chart.table.note
    assert "60–90 % between moderate and low risk" in chart.table.note
