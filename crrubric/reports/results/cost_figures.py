"""Cost against score: what each vendor's score costs over its term."""

from collections.abc import Mapping

from crrubric.domain.results.results import Results, ScoredVendor
from crrubric.domain.translation import N_
from crrubric.reports.results.figures import (
    ROOM,
    Chart,
    ChartTable,
    Translate,
    figure_json,
    percent_text,
)

Span = tuple[int, int]  # at least and at most, in cents
LEAST = 2  # one point alone shows nothing


def format_dollars(cents: int) -> str:
    """An amount in whole dollars for a label."""
    return f"${round(cents / 100):,}"


def format_dollar_span(cost: Span) -> str:
    """From one amount to another; one alone if they are the same."""
    low, high = map(format_dollars, cost)
    return low if low == high else f"{low} – {high}"


def cost_figure(
    results: Results, costs: Mapping[str, Span | None], translate: Translate
) -> Chart | None:
    """Score by cost over the term; None unless two vendors have both.

    Args: costs: cents over the term, at least and at most, by vendor code.
    """
    shown = [
        (vendor, cost)
        for vendor in results.ranking()
        if (cost := costs.get(vendor.code)) is not None
        and results.scores[vendor.code].value is not None
    ]
    if len(shown) < LEAST:
        return None
    title = translate(N_("Score and cost over the term"))
    lowest = min(float(results.scores[vendor.code].value or 0) for vendor, _cost in shown)
    body = figure_json(
        [_draw_point(results, number, *each) for number, each in enumerate(shown)],
        5 + len(shown) // 2,
        xaxis={
            "title": {"text": translate(N_("Cost over the term, in dollars"))},
            "range": [0, max(cost[1] for _vendor, cost in shown) / 100 * 1.15],
            "tickprefix": "$",
            "nticks": 4,
        },
        yaxis={
            "title": {"text": translate(N_("Score, in percent"))},
            "range": [max(0, lowest * 100 - 15), 100],
            "ticksuffix": " %",
            "automargin": True,
        },
        margin=ROOM,
    )
    rows = tuple(
        (
            f"{number} {vendor.name}",
            format_dollar_span(cost),
            percent_text(results.scores[vendor.code].value, mark=results.pass_mark),
        )
        for number, (vendor, cost) in enumerate(shown, start=1)
    )
    header = tuple(
        translate(text) for text in (N_("Vendor"), N_("Cost over the term"), N_("Score"))
    )
    return Chart(
        title,
        _describe_points(rows, shown, translate),
        body,
        ChartTable(title, header, rows, _name_missing(results, costs, translate)),
    )


def _name_missing(results: Results, costs: Mapping[str, Span | None], translate: Translate) -> str:
    """Who is not drawn and why, in a sentence each; nothing if all are."""
    unpriced = [v.name for v in results.ranking() if costs.get(v.code) is None]
    unscored = [
        vendor.name
        for vendor in results.ranking()
        if costs.get(vendor.code) is not None and results.scores[vendor.code].value is None
    ]
    told = (
        (N_("Not shown, without a complete price: %(vendors)s."), unpriced),
        (N_("Not shown, without a score: %(vendors)s."), unscored),
    )
    return " ".join(
        translate(text) % {"vendors": ", ".join(names)} for text, names in told if names
    )


def _draw_point(results: Results, number: int, vendor: ScoredVendor, cost: Span) -> object:
    """A numbered point at the most that it costs, with a line to the least; the legend says whose
    number it is, so that no name covers another."""
    import plotly.graph_objects as go  # heavy: only when a figure is drawn

    score = results.scores[vendor.code]
    ranked = score.gate.is_ranked
    return go.Scatter(
        name=f"{number + 1} {vendor.name}",
        x=[cost[1] / 100],
        y=[float(score.value or 0) * 100],
        text=[str(number + 1)],
        mode="markers+text",
        textfont={"color": "var(--card)" if ranked else "var(--ink)"},
        cliponaxis=False,
        marker={
            "size": 24,
            "color": "var(--yes)" if ranked else "var(--card)",
            "line": {"color": "var(--yes)", "width": 2},
        },
        hovertemplate=f"{format_dollar_span(cost)}, %{{y:.0f}} %<extra>%{{fullData.name}}</extra>",
        **_draw_range(cost),
    )


def _draw_range(cost: Span) -> dict[str, object]:
    """The line from the most to the least; nothing where they are the same."""
    if cost[0] == cost[1]:
        return {}
    return {
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [0],
            "arrayminus": [(cost[1] - cost[0]) / 100],
            "color": "var(--yes)",
            "thickness": 2,
            "width": 6,
        }
    }


def _describe_points(
    rows: tuple[tuple[str, ...], ...], shown: list[tuple[ScoredVendor, Span]], translate: Translate
) -> str:
    cheapest = min(shown, key=lambda pair: pair[1][1])[0].name
    text = N_(
        "Each vendor as a numbered point at the most that it costs, hollow if it is not ranked,"
        " with a line to the least; %(cheapest)s costs least. %(values)s"
    )
    values = "; ".join(f"{name}: {cost}, {score}" for name, cost, score in rows)
    return translate(text) % {"cheapest": cheapest, "values": values}
