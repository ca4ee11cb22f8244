"""The figure of a measure: its values over the years, with baseline and target."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from crrubric.domain.planning.followup.measures import MeasuredPoint, MeasureLine
from crrubric.domain.translation import N_
from crrubric.reports.results.figures import ROOM, Chart, ChartTable, Translate, figure_json

HEIGHT = 4  # of the figure, in bars
LEAST = 2  # points: one alone is no line
YEARS_APART = 2 * 365  # days from which on the axis names years only


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureFormatter:
    """How days and values are written for the reader."""

    translate: Translate
    day: Callable[[date], str]
    value: Callable[[Decimal], str]
    suffix: str = ""  # of the axis


def draw_measure(
    name: str, line: MeasureLine, points: Sequence[MeasuredPoint], words: MeasureFormatter
) -> Chart | None:
    """Values as a line, the way from baseline to target dashed; None with fewer than two points."""
    rows = list_measure_rows(line, points, words)
    if len(rows) < LEAST:
        return None
    days = [point.on for point in points]
    days += [line.baseline.on] if line.baseline else []
    days += [line.due_on] if line.due_on and line.target is not None else []
    long = (max(days) - min(days)).days >= YEARS_APART
    translate = words.translate
    body = figure_json(
        [*_draw_way(line, words), *_draw_values(points, words)],
        HEIGHT,
        xaxis={
            "type": "date",
            "tickformat": "%Y" if long else "%Y-%m",
            **({"dtick": "M12"} if long else {"nticks": 5}),
        },
        yaxis={"ticksuffix": words.suffix, "automargin": True, "rangemode": "tozero"},
        margin=ROOM,
    )
    told = "; ".join(f"{row[0]}, {row[1]}: {row[2]}" for row in rows)
    return Chart(
        name,
        translate(N_("Line chart of %(name)s. %(values)s")) % {"name": name, "values": told},
        body,
        ChartTable(name, tuple(map(translate, (N_("What"), N_("Day"), N_("Value")))), tuple(rows)),
    )


def list_measure_rows(
    line: MeasureLine, points: Sequence[MeasuredPoint], words: MeasureFormatter
) -> list[tuple[str, str, str]]:
    """What is drawn: baseline, values, target."""
    translate, rows = words.translate, []
    if line.baseline is not None:
        begin = line.baseline
        rows.append((translate(N_("Baseline")), words.day(begin.on), words.value(begin.value)))
    rows += [
        (translate(N_("Measured")), words.day(point.on), words.value(point.value))
        for point in points
    ]
    if line.target is not None and line.due_on is not None:
        rows.append((translate(N_("Target")), words.day(line.due_on), words.value(line.target)))
    return rows


def _draw_values(points: Sequence[MeasuredPoint], words: MeasureFormatter) -> list[Any]:
    import plotly.graph_objects as go  # heavy: only when a figure is drawn

    if not points:
        return []
    return [
        go.Scatter(
            name=words.translate(N_("Measured")),
            x=[point.on.isoformat() for point in points],
            y=[float(point.value) for point in points],
            customdata=[[words.day(point.on), words.value(point.value)] for point in points],
            mode="lines+markers",
            cliponaxis=False,
            line={"color": "var(--yes)", "width": 3},
            marker={"color": "var(--yes)", "size": 10},
            hovertemplate="%{customdata[0]}: %{customdata[1]}<extra></extra>",
        )
    ]


def _draw_way(line: MeasureLine, words: MeasureFormatter) -> list[Any]:
    import plotly.graph_objects as go  # heavy: only when a figure is drawn

    ends = [(line.baseline.on, line.baseline.value)] if line.baseline else []
    if line.target is not None and line.due_on is not None:
        ends.append((line.due_on, line.target))
    if not ends:
        return []
    return [
        go.Scatter(
            name=words.translate(N_("From baseline to target")),
            x=[on.isoformat() for on, _value in ends],
            y=[float(value) for _on, value in ends],
            customdata=[[words.day(on), words.value(value)] for on, value in ends],
            mode="lines+markers",
            cliponaxis=False,
            line={"color": "var(--ask)", "width": 2, "dash": "dash"},
            marker={"color": "var(--ask)", "size": 9, "symbol": "diamond-open"},
            hovertemplate="%{customdata[0]}: %{customdata[1]}<extra></extra>",
        )
    ]
