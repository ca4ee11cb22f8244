"""Cost against score: what each vendor's score costs over its term."""

from collections.abc import Mapping

from crrubric.domain.results import Results, Vendor
from crrubric.domain.vocabulary import N_
from crrubric.reports.figures import Chart, ChartTable, Translate, figure_json, percent_text

LEAST = 2  # one point alone shows nothing


def dollars(cents: int) -> str:
    """An amount in whole dollars for a label."""
    return f"${round(cents / 100):,}"


def cost_figure(
    results: Results, costs: Mapping[str, int | None], translate: Translate
) -> Chart | None:
    """Score by cost over the term; None unless two vendors have both.

    Args: costs: cents over the term by vendor code.
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
    body = figure_json(
        [_points(results, shown)],
        4,
        xaxis={
            "title": {"text": translate(N_("Cost over the term, in dollars"))},
            "rangemode": "tozero",
            "range": [0, max(cost for _vendor, cost in shown) / 100 * 1.25],
            "tickprefix": "$",
            "nticks": 4,
        },
        yaxis={
            "title": {"text": translate(N_("Score in percent of weight"))},
            "range": [0, 108],
            "ticksuffix": " %",
            "automargin": True,
        },
        showlegend=False,
        margin={"l": 10, "r": 30, "t": 20, "b": 60},
    )
    rows = tuple(
        (vendor.name, dollars(cost), percent_text(results.scores[vendor.code].value))
        for vendor, cost in shown
    )
    header = tuple(
        translate(text) for text in (N_("Vendor"), N_("Cost over the term"), N_("Score"))
    )
    return Chart(title, _alt(rows, shown, translate), body, ChartTable(title, header, rows))


def _points(results: Results, shown: list[tuple[Vendor, int]]) -> object:
    import plotly.graph_objects as go  # heavy: only when a figure is drawn

    ranked = [results.scores[vendor.code].gate.is_ranked for vendor, _cost in shown]
    return go.Scatter(
        x=[cost / 100 for _vendor, cost in shown],
        y=[float(results.scores[vendor.code].value or 0) * 100 for vendor, _cost in shown],
        text=[vendor.name for vendor, _cost in shown],
        mode="markers+text",
        textposition="bottom center",
        cliponaxis=False,
        marker={
            "size": 14,
            "symbol": ["circle" if each else "circle-open" for each in ranked],
            "color": "var(--yes)",
            "line": {"color": "var(--yes)", "width": 3},
        },
        hovertemplate="%{text}: $%{x:,.0f}, %{y:.0f} %<extra></extra>",
    )


def _alt(
    rows: tuple[tuple[str, ...], ...], shown: list[tuple[Vendor, int]], translate: Translate
) -> str:
    cheapest = min(shown, key=lambda pair: pair[1])[0].name
    text = N_(
        "Each vendor as a point, hollow if it is not ranked. %(cheapest)s costs least. %(values)s"
    )
    values = "; ".join(f"{name}: {cost}, {score}" for name, cost, score in rows)
    return translate(text) % {"cheapest": cheapest, "values": values}
