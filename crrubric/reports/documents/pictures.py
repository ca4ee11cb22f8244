"""Charts as pictures, for files that hold no drawings."""

import json
from pathlib import Path
from typing import Any

import typst

from crrubric.domain.documents.tree import BarChart
from crrubric.domain.text import replace_control_characters
from crrubric.reports.documents.layouts import lay_out_picture, read_layout

PIXEL = 72  # pixels per inch where a point is a pixel


class UndrawablePicture(Exception):
    """A picture that can't be read."""


def redraw_picture(data: bytes, *, width: int, height: int, templates: Path) -> bytes:
    """A PNG or JPEG picture drawn anew as a PNG file of this size in pixels.

    Nothing of the file but the picture is left. Args: templates: the folder that holds the layout.
    Raises: UndrawablePicture.
    """
    layout = read_layout(templates, "logo.typ")
    picture = json.dumps({"body": list(data), "width": width, "height": height})
    try:
        return lay_out_picture(layout, picture, sharpness=PIXEL)
    except typst.TypstError:
        raise UndrawablePicture from None


def describe_chart(chart: BarChart) -> dict[str, Any]:
    """What the layout of a chart is given."""
    bars = [
        {
            "label": replace_control_characters(bar.label),
            "words": replace_control_characters(bar.text),
            "value": bar.value,
            "low": bar.low,
            "high": bar.high,
            "tone": bar.tone.value,
        }
        for bar in chart.bars
    ]
    ticks = {
        name: [{"at": tick.at, "words": replace_control_characters(tick.text)} for tick in row]
        for name, row in (("axis", chart.axis), ("marks", chart.marks))
    }
    return {"bars": bars} | ticks


def draw_chart_picture(chart: BarChart, *, templates: Path) -> bytes:
    """The chart as the bytes of a PNG file. Args: templates: the folder that holds the layout."""
    layout = read_layout(templates, "chart.typ", "picture.typ")
    return lay_out_picture(layout, json.dumps(describe_chart(chart), ensure_ascii=False))
