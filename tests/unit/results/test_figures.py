"""Charts of scores: each says in words what it shows, and is not there without its data."""

import json

import pytest

from crrubric.reports.results.cost_figures import cost_figure
from crrubric.reports.results.figures import (
    INK,
    LINE_HEIGHT,
    LOOK,
    answers_figure,
    figure_json,
    score_figure,
    wrap_label,
)
from crrubric.reports.results.robustness_figures import LOOKS
from tests.unit.results.test_results import results_of
from tests.unit.shared.test_static import contrast, schemes

COSTS = {"a": (4_851_000, 4_851_000), "b": (1_000_000, 1_200_000)}


def as_is(text: str) -> str:
    return text


def test_cost_and_score_are_in_the_text_the_points_and_the_table():
    chart = cost_figure(results_of({"a": "YY", "b": "YN"}), COSTS, as_is)

    assert chart is not None
    assert chart.table.rows == (
        ("1 Vendor a", "$48,510", "100 %"),
        ("2 Vendor b", "$10,000 – $12,000", "50 %"),
    )
    assert "Vendor b costs least" in chart.alt
    assert "1 Vendor a: $48,510, 100 %" in chart.alt
    drawn = json.loads(chart.json)["data"]
    assert [trace["x"] for trace in drawn] == [[48510.0], [12000.0]]
    assert [trace.get("error_x", {}).get("arrayminus") for trace in drawn] == [None, [2000.0]]
    assert json.loads(chart.json)["layout"]["xaxis"]["title"]["text"].endswith("in dollars")


def test_who_has_no_price_or_no_score_is_named_beside_the_chart():
    found = results_of({"a": "YY", "b": "YN", "c": "YY", "d": "TT"})

    chart = cost_figure(found, {**COSTS, "d": (5, 5)}, as_is)

    assert chart is not None
    assert chart.table.note == (
        "Not shown, without a complete price: Vendor c. Not shown, without a score: Vendor d."
    )
    whole = cost_figure(results_of({"a": "YY", "b": "YN"}), COSTS, as_is)
    assert whole is not None
    assert whole.table.note == ""


def test_no_axis_of_percent_goes_beyond_a_hundred_and_the_pass_mark_is_named():
    found = results_of({"a": "YY", "b": "YN"})

    scores, costs = score_figure(found, as_is), cost_figure(found, COSTS, as_is)

    assert scores is not None
    assert costs is not None
    drawn, priced = json.loads(scores.json)["layout"], json.loads(costs.json)["layout"]
    assert (drawn["xaxis"]["range"], priced["yaxis"]["range"][1]) == ([0, 100], 100)
    assert [note["text"] for note in drawn["annotations"]] == ["Pass mark 85 %"]
    assert drawn["annotations"][0]["x"] == drawn["shapes"][0]["x0"] == 85


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_number_inside_a_bar_stands_out_from_it(scheme: str):
    colours = schemes()[scheme]
    pairs = [(fill, INK.get(key, "var(--card)")) for key, (fill, _edge) in LOOK.items()]
    pairs += [(fill, ink) for fill, _edge, ink in LOOKS]

    weak = [
        pair
        for pair in pairs
        if contrast(*(colours[name.removeprefix("var(").rstrip(")")] for name in pair)) < 4.5
    ]

    assert weak == []


@pytest.mark.parametrize("costs", [{}, {"a": 1}, {"a": 1, "b": None}])
def test_cost_is_not_drawn_unless_two_vendors_have_one(costs):
    assert cost_figure(results_of({"a": "Y", "b": "Y"}), costs, as_is) is None


def test_scores_and_marks_are_not_drawn_without_any():
    nothing = results_of({"a": "--", "b": "--"})

    assert score_figure(nothing, as_is) is None
    assert answers_figure(nothing, as_is) is None
    assert cost_figure(nothing, COSTS, as_is) is None


def test_the_charts_say_the_scores_and_the_counts():
    found = results_of({"a": "YT", "b": "NN"})

    scores, marks = score_figure(found, as_is), answers_figure(found, as_is)

    assert scores is not None
    assert marks is not None
    assert "Vendor a: 100 % (50 %–100 %)" in scores.alt
    assert "the pass mark of 85 %" in scores.alt
    assert "Vendor a: Yes 5, No 2; Vendor b: No 6" in marks.alt


def test_bars_leave_room_for_their_longest_label():
    import plotly.graph_objects as go

    name = "Works with our student information system and with the one before it"
    label = wrap_label(name, 26)
    assert label.count("<br>") == 2

    drawn = json.loads(figure_json([go.Bar(x=[1] * 20, y=[label] * 20, orientation="h")], 20))

    assert drawn["layout"]["height"] >= 20 * 3 * LINE_HEIGHT
