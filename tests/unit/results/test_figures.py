"""Charts of scores: each says in words what it shows, and is not there without its data."""

import json

import pytest

from crrubric.domain.results.cost import year_cents
from crrubric.reports.results.cost_figures import cost_figure
from crrubric.reports.results.figures import (
    LINE_HEIGHT,
    answers_figure,
    figure_json,
    score_figure,
    wrap_label,
)
from tests.unit.results.test_results import results_of

COSTS = {"a": 4_851_000, "b": 1_200_000}


def as_is(text: str) -> str:
    return text


def test_cost_and_score_are_in_the_text_the_points_and_the_table():
    chart = cost_figure(results_of({"a": "YY", "b": "YN"}), COSTS, as_is)

    assert chart is not None
    assert chart.table.rows == (
        ("1 Vendor a", "$48,510", "100 %"),
        ("2 Vendor b", "$12,000", "50 %"),
    )
    assert "Vendor b costs least" in chart.alt
    assert "1 Vendor a: $48,510, 100 %" in chart.alt
    assert [trace["x"] for trace in json.loads(chart.json)["data"]] == [[48510.0], [12000.0]]
    assert json.loads(chart.json)["layout"]["xaxis"]["title"]["text"].endswith("in dollars")


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


@pytest.mark.parametrize(("price", "quantity", "cents"), [(250, 4, 1000), (None, 4, None)])
def test_a_year_costs_the_unit_times_the_quantity(price, quantity, cents):
    assert year_cents(price, quantity) == cents


def test_bars_leave_room_for_their_longest_label():
    import plotly.graph_objects as go

    name = "Works with our student information system and with the one before it"
    label = wrap_label(name, 26)
    assert label.count("<br>") == 2

    drawn = json.loads(figure_json([go.Bar(x=[1] * 20, y=[label] * 20, orientation="h")], 20))

    assert drawn["layout"]["height"] >= 20 * 3 * LINE_HEIGHT
