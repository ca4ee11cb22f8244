"""The figure of triage: how a pace is read as a chance, beside what has been published."""

from fractions import Fraction

from crrubric.domain.planning.calibration import Calibration, format_number
from crrubric.domain.planning.published import PublishedFigures
from crrubric.domain.translation import N_
from crrubric.reports.results.figures import Chart, ChartTable, Translate, figure_json

LAST_PACE = 7  # credits a semester: more is more than a semester holds
STEPS = [Fraction(n, 12) for n in range(12 * LAST_PACE + 1)]
SHADES = ("var(--yes-wash)", "var(--no-wash)")  # of the levels, the lowest risk first
HEIGHT = 5  # of the figure, in bars


def draw_calibration(
    calibration: Calibration, published: PublishedFigures, translate: Translate
) -> Chart:
    """The line from pace to chance; published paces as upright lines, levels as shading."""
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
    title = translate(N_("How a chance is read from the pace"))
    rows = tuple(
        (str(pace), f"{format_number(calibration.find_chance(Fraction(pace)), 0)} %")
        for pace in range(LAST_PACE + 1)
    )
    return Chart(
        title,
        translate(N_("Line chart: %(values)s"))
        % {"values": "; ".join(f"{pace}: {chance}" for pace, chance in rows)},
        figure_json(
            [line, points],
            HEIGHT,
            xaxis={
                "title": {"text": translate(N_("Credits to earn a semester"))},
                "range": [0, LAST_PACE],
                "dtick": 1,
            },
            yaxis={"range": [0, 102], "dtick": 25, "ticksuffix": " %", "automargin": True},
            shapes=[*shading, *marks],
        ),
        ChartTable(
            title,
            (
                translate(N_("Credits to earn a semester")),
                translate(N_("Chance of graduating on time")),
            ),
            rows,
            note=translate(
                N_(
                    "Dashed: the planning guide’s rough guess. Dotted: credits a semester that"
                    " people earned, %(paces)s. Shaded: official levels of risk, %(levels)s."
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
