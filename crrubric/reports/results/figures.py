"""Figures: plotly draws them, and each comes with the table that it shows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from textwrap import wrap
from typing import Any

from crrubric.domain.results.results import Results, ScoredVendor
from crrubric.domain.results.shares import round_share
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Answer

Translate = Callable[..., str]
BAR_HEIGHT = 56  # pixels a bar needs to be read and touched
SLIM_HEIGHT, MANY = 34, 8  # from so many bars on they are slimmer: the labels still have room
MARGIN = {"l": 10, "r": 20, "t": 10, "b": 50}
LABEL = 16  # letters in a line of a vendor's label: bars keep their room on a phone
LONG_LABEL = 26  # of a criterion's: sentences in many short lines would run into each other
LINE_HEIGHT = 17  # pixels of one line of a label
# A legend above the bars is never in the way of the axis, however few bars there are.
ABOVE = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal"}
ROOM = {"l": 10, "r": 20, "t": 40, "b": 50}
# Colours are names of the page's own tokens: the script fills in those of light or dark.
# Fill and outline: like the squares of a cell, YES is filled and NO is hollow.
LOOK = {
    Answer.YES: ("var(--yes)", "var(--yes)"),
    Answer.NO: ("var(--no-wash)", "var(--no)"),
    Answer.CANNOT_TELL: ("var(--ask)", "var(--ask)"),
    Answer.NOT_APPLICABLE: ("var(--na)", "var(--na)"),
    None: ("var(--line)", "var(--soft)"),
}
# What a number inside such a bar is written in, light or dark.
INK = {Answer.NO: "var(--no)", None: "var(--ink)"}


@dataclass(frozen=True, slots=True)
class ChartTable:
    """The figures of a chart, for those who don't see it.

    note: whom chart and table leave out, in a sentence for everybody.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure: title, what it says in words, plotly's JSON (safe inside a script), its table."""

    title: str
    alt: str
    json: str
    table: ChartTable


def figure_json(traces: Sequence[Any], rows: int, **layout: Any) -> str:
    """plotly's JSON of the traces, `<` escaped so that no text can end the script element."""
    import plotly.graph_objects as go  # heavy: only when a figure is drawn

    figure = go.Figure(data=list(traces))
    lines = max((str(name).count("<br>") + 1 for one in traces for name in one.y or ()), default=1)
    bar = max(SLIM_HEIGHT if rows >= MANY else BAR_HEIGHT, lines * LINE_HEIGHT + 6)
    axis = {"autorange": "reversed", "automargin": True}
    figure.update_layout(
        template="none",
        height=110 + bar * max(rows, 1),
        **{"margin": MARGIN, "legend": ABOVE, "yaxis": axis, **layout},
    )
    text: str = figure.to_json()
    return text.replace("<", "\\u003c")


def wrap_label(name: str, letters: int = LABEL) -> str:
    """A label in short lines, so that bars keep some room on a phone."""
    return "<br>".join(wrap(name, letters)) or name


def percent_text(share: Fraction | None, *, mark: Fraction | None = None) -> str:
    """A share in whole percent for a table cell; beside `mark` it is not rounded onto it."""
    return "–" if share is None else f"{round_share(share, 100, mark=mark)} %"


def score_figure(results: Results, translate: Translate) -> Chart | None:
    """Scores by vendor, with the range that each can still take; None without a score."""
    import plotly.graph_objects as go

    vendors = [v for v in results.ranking() if results.scores[v.code].value is not None]
    if not vendors:
        return None
    scores = [results.scores[vendor.code] for vendor in vendors]
    values = [float(score.value or 0) * 100 for score in scores]
    lows = [float(score.low or 0) * 100 for score in scores]
    highs = [float(score.high or 0) * 100 for score in scores]
    bar = go.Bar(
        x=values,
        y=[wrap_label(vendor.name) for vendor in vendors],
        orientation="h",
        cliponaxis=False,  # the edge of a bar of 100 % shows
        marker={"color": "var(--yes-wash)", "line": {"color": "var(--yes)", "width": 2}},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [max(high - value, 0) for high, value in zip(highs, values, strict=True)],
            "arrayminus": [max(value - low, 0) for low, value in zip(lows, values, strict=True)],
            "color": "var(--ink)",
        },
        hovertemplate="%{y}: %{x:.0f} %<extra></extra>",
    )
    mark = float(results.pass_mark) * 100
    body = figure_json(
        [bar],
        len(vendors),
        margin={**ROOM, "r": 40},  # the words below 100 %
        xaxis={
            "range": [0, 100],
            "dtick": 20,
            "title": {"text": translate(N_("Weighted score, in percent"))},
            "ticksuffix": " %",
        },
        annotations=[
            {
                "x": mark, "y": 1, "yref": "paper", "yanchor": "bottom", "showarrow": False,
                "xanchor": "right" if mark > 50 else "left",
                "text": translate(N_("Pass mark %(percent)s"))
                % {"percent": percent_text(results.pass_mark)},
                "font": {"color": "var(--ask)"},
            }
        ],
        shapes=[
            {
                "type": "line", "x0": mark, "x1": mark, "y0": 0, "y1": 1, "yref": "paper",
                "line": {"color": "var(--ask)", "width": 2, "dash": "dash"},
            }
        ],
    )  # fmt: skip
    title = translate(N_("Scores and the range still possible"))
    shares = [
        [percent_text(share, mark=results.pass_mark) for share in (row.value, row.low, row.high)]
        for row in scores
    ]
    alt = "; ".join(
        f"{vendor.name}: {value} ({low}–{high})"
        for vendor, (value, low, high) in zip(vendors, shares, strict=True)
    )
    return Chart(
        title,
        translate(
            N_(
                "Bar chart of scores, with the range still possible, and the pass mark of %(mark)s"
                " as a dashed line. %(values)s"
            )
        )
        % {"mark": percent_text(results.pass_mark), "values": alt},
        body,
        ChartTable(
            title,
            tuple(
                translate(text) for text in (N_("Vendor"), N_("Score"), N_("Lowest"), N_("Highest"))
            ),
            tuple((vendor.name, *row) for vendor, row in zip(vendors, shares, strict=True)),
        ),
    )


def count_answers(results: Results, vendor: str) -> dict[Answer | None, int]:
    """How often each answer was given to a vendor; None counts what is unscored."""
    tallies = [results.cell(vendor, criterion.code).tally for criterion in results.criteria]
    return {
        Answer.YES: sum(t.yes for t in tallies),
        Answer.NO: sum(t.no for t in tallies),
        Answer.CANNOT_TELL: sum(t.cannot_tell for t in tallies),
        Answer.NOT_APPLICABLE: sum(t.not_applicable for t in tallies),
        None: sum(t.missing + t.abstained for t in tallies),
    }


def answers_figure(results: Results, translate: Translate) -> Chart | None:
    """All marks by vendor: YES, NO, CAN'T TELL, NOT APPLICABLE, unscored, stacked; None without."""
    import plotly.graph_objects as go

    vendors = results.ranking()
    counts = {vendor.code: count_answers(results, vendor.code) for vendor in vendors}
    if not any(count for each in counts.values() for key, count in each.items() if key):
        return None
    names = {key: translate(key.label if key else N_("Unscored")) for key in LOOK}
    traces = [
        go.Bar(
            name=names[key],
            x=[counts[vendor.code][key] for vendor in vendors],
            y=[wrap_label(vendor.name) for vendor in vendors],
            orientation="h",
            marker={"color": fill, "line": {"color": edge, "width": 2}},
            text=[counts[vendor.code][key] or "" for vendor in vendors],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"color": INK.get(key, "var(--card)")},
            hovertemplate="%{y}: %{x}<extra>" + names[key] + "</extra>",
        )
        for key, (fill, edge) in LOOK.items()
        if any(counts[vendor.code][key] for vendor in vendors)
    ]
    title = translate(N_("Marks by vendor"))
    return Chart(
        title,
        translate(N_("Stacked bar chart of all marks by vendor. %(values)s"))
        % {"values": _describe_counts(vendors, counts, names)},
        figure_json(
            traces,
            len(vendors) + 1,
            barmode="stack",
            margin=ROOM,
            xaxis={"title": {"text": translate(N_("Number of marks"))}},
        ),
        ChartTable(
            title,
            (translate(N_("Vendor")), *names.values()),
            tuple(
                (vendor.name, *(str(counts[vendor.code][key]) for key in LOOK))
                for vendor in vendors
            ),
        ),
    )


def _describe_counts(
    vendors: Sequence[ScoredVendor],
    counts: Mapping[str, Mapping[Answer | None, int]],
    names: Mapping[Answer | None, str],
) -> str:
    """The counts of each vendor in words, zeros left out."""
    return "; ".join(
        f"{vendor.name}: "
        + ", ".join(f"{names[key]} {count}" for key, count in counts[vendor.code].items() if count)
        for vendor in vendors
    )
