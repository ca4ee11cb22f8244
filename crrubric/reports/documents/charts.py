"""Charts of papers as SVG, for web pages; PDF and Word have them from a layout of their own."""

from markupsafe import Markup, escape

from crrubric.domain.documents.tree import BarChart, Tone

Point = tuple[float, float]

WIDTH = 640  # units; letters are 12 to 13 of them
LEFT, RIGHT = 8, 8  # kept free, so that words at the ends of the axis fit
ROW = 46  # of a bar with the line above it
THICK = 12
TOP = 22  # for the words of the marks
FOOT = 26  # for the words of the axis
LABEL = 64  # letters of a label; the table beside it has the whole
COLORS = {
    Tone.GOOD: "#0f5f8c", Tone.BAD: "#9c3d0c", Tone.OPEN: "#6b5200", Tone.NEUTRAL: "#14506b",
}  # fmt: skip
INK, SOFT, LINE = "#1d2733", "#56606b", "#c9c4ba"
FONT = "Noto Sans, system-ui, sans-serif"


def draw_bar_chart(chart: BarChart) -> Markup:
    """The chart as one <svg> element; its words are in `chart.description` as well."""
    across = WIDTH - LEFT - RIGHT
    height = TOP + ROW * len(chart.bars) + FOOT
    bottom = height - FOOT

    def place(share: float) -> float:
        return round(LEFT + across * min(1.0, max(0.0, share)), 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" font-family="{FONT}" font-size="12" role="img" '
        f'aria-label="{escape(chart.description)}">'
    ]
    for tick in chart.axis:
        x = place(tick.at)
        parts.append(_draw_line((x, TOP), (x, bottom), LINE, "axis"))
        parts.append(_write_words(x, bottom + 17, tick.text, tick.at))
    for number, bar in enumerate(chart.bars):
        y = TOP + ROW * number
        label = bar.label if len(bar.label) <= LABEL else bar.label[: LABEL - 1].rstrip() + "…"
        parts += [
            f'<text class="ink" x="{LEFT}" y="{y + 17}" fill="{INK}" font-weight="bold">'
            f"{escape(label)}</text>",
            f'<text class="ink" x="{WIDTH - RIGHT}" y="{y + 17}" fill="{INK}" text-anchor="end">'
            f"{escape(bar.text)}</text>",
            _draw_box(place(0), y + 24, place(bar.value) - place(0), bar.tone),
        ]
        if bar.low < bar.high:
            middle = y + 24 + THICK / 2
            ends = place(bar.low), place(bar.high)
            parts.append(_draw_line((ends[0], middle), (ends[1], middle), INK, "ink"))
            parts += [_draw_line((x, middle - 6), (x, middle + 6), INK, "ink") for x in ends]
    for mark in chart.marks:
        x = place(mark.at)
        for number in range(len(chart.bars)):  # beside the bars only: the words stay clear
            y = TOP + ROW * number + 20
            parts.append(_draw_line((x, y), (x, y + THICK + 8), INK, "ink"))
        parts.append(_write_words(x, TOP - 8, mark.text, mark.at))
    return Markup("".join([*parts, "</svg>"]))  # noqa: S704  # every word is escaped


def _draw_line(start: Point, end: Point, color: str, kind: str) -> str:
    (x1, y1), (x2, y2) = start, end
    return (
        f'<line class="{kind}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="{color}" '
        f'stroke-width="1.5"/>'
    )


def _draw_box(x: float, y: float, width: float, tone: Tone) -> str:
    return (
        f'<rect class="tone-{tone}" x="{x}" y="{y}" width="{round(width, 1)}" height="{THICK}" '
        f'fill="{COLORS[tone]}"/>'
    )


def _write_words(x: float, y: float, text: str, at: float) -> str:
    """Words at a place of the axis; at its ends they stay inside."""
    anchor = "start" if at < 0.05 else "end" if at > 0.95 else "middle"
    return (
        f'<text class="soft" x="{x}" y="{y}" fill="{SOFT}" text-anchor="{anchor}">'
        f"{escape(text)}</text>"
    )
