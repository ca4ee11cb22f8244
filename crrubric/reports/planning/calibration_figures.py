"""The figure of triage: how a pace is read as a chance, beside what has been published."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from crrubric.domain.planning.calibration import Calibration, format_number
from crrubric.domain.planning.cohort import CohortShare
from crrubric.domain.planning.published import PublishedFigures, PublishedLevel, PublishedPace
from crrubric.domain.translation import N_
from crrubric.reports.planning.own_figures import list_own_traces
from crrubric.reports.results.figures import (
    MARGIN,
    Chart,
    ChartTable,
    Translate,
    figure_json,
    wrap_label,
)

LAST_PACE = 7  # credits a semester: more is more than a semester holds
STEPS = [Fraction(n, 12) for n in range(12 * LAST_PACE + 1)]
SHADES = ("var(--yes-wash)", "var(--no-wash)")  # of the levels, the lowest risk first
HEIGHT = 5  # of the figure, in bars
LETTERS = 10  # in a line of a label: on a phone there is no room for more beside a line


def draw_calibration(
    calibration: Calibration,
    published: PublishedFigures,
    translate: Translate,
    *,
    own: Calibration | None = None,
    shares: Sequence[CohortShare] = (),
) -> Chart:
    """The line from pace to chance; published paces as upright lines, levels as shading.

    Args: own: the line of the evaluation, which counts instead; shares: of a past cohort.
    """
    import plotly.graph_objects as go  # heavy: only when a figure is drawn

    line = go.Scatter(
        name=translate(N_("The planning guide’s rough guess")),
        x=[float(pace) for pace in STEPS],
        y=[float(calibration.find_chance(pace)) for pace in STEPS],
        mode="lines",
        line={"color": "var(--yes)", "width": 3, "dash": "dash"},
        hovertemplate="%{x:.2f}: %{y:.0f} %<extra></extra>",
    )
    points = go.Scatter(
        name=translate(N_("The guide’s two learners")),
        x=[float(point.pace) for point in calibration.points],
        y=[float(point.chance) for point in calibration.points],
        mode="markers",
        marker={"color": "var(--yes)", "size": 10},
        hovertemplate="%{x:.2f}: %{y:.0f} %<extra></extra>",
    )
    marks = [
        {
            "type": "line", "x0": float(pace.credits), "x1": float(pace.credits), "y0": 0, "y1": 1,
            "yref": "paper", "line": {"color": "var(--ask)", "width": 2, "dash": "dot"},
        }
        for pace in published.paces
    ]  # fmt: skip
    shading = [
        {
            "type": "rect", "x0": 0, "x1": 1, "xref": "paper", "y0": float(level.low),
            "y1": float(level.high), "fillcolor": shade, "line": {"width": 0}, "layer": "below",
        }
        for level, shade in zip(published.levels, SHADES, strict=True)
    ]  # fmt: skip
    added = list_own_traces(own, shares, STEPS, translate)
    title = translate(N_("How a chance is read from the pace"))
    lines = [calibration] if own is None else [own, calibration]
    rows = tuple(
        (
            str(pace),
            *(f"{format_number(line.find_chance(Fraction(pace)), 0)} %" for line in lines),
        )
        for pace in range(LAST_PACE + 1)
    )
    return Chart(
        title,
        translate(N_("Line chart: %(values)s"))
        % {"values": "; ".join(f"{row[0]}: {row[1]}" for row in rows)},
        figure_json(
            [line, points, *added],
            HEIGHT,
            xaxis={
                "title": {"text": translate(N_("Credits to earn a semester"))},
                "range": [0, LAST_PACE],
                "dtick": 1,
            },
            yaxis={"range": [0, 102], "dtick": 25, "ticksuffix": " %", "automargin": True},
            shapes=[*shading, *marks],
            annotations=[
                label_guess(translate),
                *label_paces(published.paces),
                *map(label_level, published.levels),
            ],
            showlegend=bool(added),  # what is published and guessed has its words beside it
            margin=MARGIN if added else {**MARGIN, "t": 20},
        ),
        ChartTable(
            title,
            (
                translate(N_("Credits to earn a semester")),
                translate(N_("Chance of graduating on time")),
                *([] if own is None else [translate(N_("By the planning guide’s guess"))]),
            ),
            rows,
            note=translate(
                N_(
                    "Dashed: the planning guide’s rough guess, through its own two learners."
                    " Dotted: credits a semester that people earned, %(paces)s. Shaded: official"
                    " levels of risk, %(levels)s."
                )
            )
            % {
                "paces": "; ".join(
                    f"{format_number(pace.credits)} {pace.label}" for pace in published.paces
                ),
                "levels": "; ".join(
                    f"{format_number(level.low, 0)}–{format_number(level.high, 0)} % {level.label}"
                    for level in published.levels
                ),
            },
        ),
    )


def label_guess(translate: Translate) -> dict[str, Any]:
    """The words of the guide's line, left of where it falls."""
    words = wrap_label(translate(N_("the guide’s rough guess")), LETTERS)
    return make_label(words, x=0, y=80, anchors=("left", "top")) | {"font": {"color": "var(--yes)"}}


def label_paces(paces: Sequence[PublishedPace]) -> list[dict[str, Any]]:
    """The words of the upright lines: the lowest has them on its left at the foot, below the line
    of the guide, all others on their right at the top, above it."""
    lowest = min(pace.credits for pace in paces)
    labels = []
    for pace in paces:
        first = pace.credits == lowest
        short = wrap_label(pace.short, LETTERS if first else LETTERS + 2)  # more room on the right
        words = f"{format_number(pace.credits)}<br>{short}"
        anchors = ("right", "bottom") if first else ("left", "top")
        labels.append(make_label(words, x=pace.credits, y=1 if first else 101, anchors=anchors))
    return labels


def label_level(level: PublishedLevel) -> dict[str, Any]:
    """The words of a band, at its right end; the line of the guide has left it there."""
    words = wrap_label(level.short, LETTERS + 6)
    middle = (level.low + level.high) / 2
    return make_label(words, x=LAST_PACE, y=middle, anchors=("right", "middle"))


def make_label(
    words: str, *, x: Fraction | int, y: Fraction | int, anchors: tuple[str, str]
) -> dict[str, Any]:
    """Words at a point, a little away from the line that they are about."""
    across, down = anchors
    return {
        "text": words,
        "x": float(x),
        "y": float(y),
        "xanchor": across,
        "yanchor": down,
        "align": across,
        "xshift": 4 if across == "left" else -4,
        "showarrow": False,
    }
