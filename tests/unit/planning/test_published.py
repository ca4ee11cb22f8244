"""Figures that were published: each with its source, the same in every language."""

import json
from fractions import Fraction

import pytest

from crrubric.domain.planning.calibration import GUIDE, format_number
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


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_line_and_band_of_the_figure_has_its_words_beside_it(language: str):
    published = load_published_figures(language)

    figure = json.loads(draw_calibration(GUIDE, published, str).json)

    layout = figure["layout"]
    words = {
        (round(note["x"], 3), " ".join(note["text"].split("<br>")))
        for note in layout["annotations"]
    }
    lines = {round(one["x0"], 3) for one in layout["shapes"] if one["type"] == "line"}
    assert len(layout["annotations"]) == len(layout["shapes"]) + 1  # and the line of the guide
    assert lines <= {x for x, _text in words}
    for pace in published.paces:
        assert (
            round(float(pace.credits), 3),
            f"{format_number(pace.credits)} {pace.short}",
        ) in words
    assert {level.short for level in published.levels} <= {text for _x, text in words}
    assert layout["showlegend"] is False
