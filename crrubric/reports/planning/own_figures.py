"""What a district adds to the figure of triage: its own line, and a past cohort with intervals."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from crrubric.domain.planning.calibration import Calibration
from crrubric.domain.planning.cohort import CohortShare
from crrubric.domain.translation import N_
from crrubric.reports.results.figures import Translate

OWN_LINE = N_("This evaluation’s own line")
COHORT = N_("Past cohort, with the range of 95 percent")
FIT = N_("Past cohort, as a line that never rises")


def list_own_traces(
    own: Calibration | None,
    shares: Sequence[CohortShare],
    paces: Sequence[Fraction],
    translate: Translate,
) -> list[Any]:
    """plotly's traces, beside those of the guide. Args: paces: where the line is drawn."""
    import plotly.graph_objects as go  # heavy: only when a figure is drawn

    traces = []
    if own is not None:
        traces += [
            go.Scatter(
                name=translate(OWN_LINE),
                x=[float(pace) for pace in paces],
                y=[float(own.find_chance(pace)) for pace in paces],
                mode="lines",
                line={"color": "var(--ink)", "width": 3},
                hovertemplate="%{x:.2f}: %{y:.0f} %<extra></extra>",
            ),
            go.Scatter(
                x=[float(point.pace) for point in own.points],
                y=[float(point.chance) for point in own.points],
                mode="markers",
                marker={"color": "var(--ink)", "size": 9},
                showlegend=False,
                hovertemplate="%{x:.2f}: %{y:.0f} %<extra></extra>",
            ),
        ]
    if shares:
        middles = [float(share.group.middle) for share in shares]
        observed = [float(share.observed) for share in shares]
        traces += [
            go.Scatter(
                name=translate(COHORT),
                x=middles,
                y=observed,
                mode="markers",
                marker={"color": "var(--no)", "size": 9, "symbol": "square-open"},
                error_y={
                    "type": "data",
                    "symmetric": False,
                    "array": [
                        max(100 * share.interval.high - value, 0)
                        for share, value in zip(shares, observed, strict=True)
                    ],
                    "arrayminus": [
                        max(value - 100 * share.interval.low, 0)
                        for share, value in zip(shares, observed, strict=True)
                    ],
                    "color": "var(--no)",
                },
                hovertemplate="%{x:.2f}: %{y:.0f} %<extra></extra>",
            ),
            go.Scatter(
                name=translate(FIT),
                x=middles,
                y=[float(share.fitted) for share in shares],
                mode="lines",
                line={"color": "var(--no)", "width": 2, "dash": "dashdot"},
                hovertemplate="%{x:.2f}: %{y:.0f} %<extra></extra>",
            ),
        ]
    return traces
