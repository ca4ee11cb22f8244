"""Figures on how far an order can be trusted: rank acceptability, swing weights."""

from collections.abc import Collection, Sequence

from crrubric.domain.results.results import Results
from crrubric.domain.statistics.acceptability import Acceptability
from crrubric.domain.statistics.reliability import AgreementGroup
from crrubric.domain.statistics.robustness import Robustness
from crrubric.domain.statistics.swing import PairSwings, Swing
from crrubric.domain.translation import N_
from crrubric.reports.results.figures import (
    ABOVE,
    LONG_LABEL,
    MARGIN,
    ROOM,
    Chart,
    ChartTable,
    Translate,
    figure_json,
    percent_text,
    wrap_label,
)

SHOWN = 3  # ranks with a colour of their own; the rest is one
RANKS = 12  # with a column of their own in the table
BARS = 12  # criteria in the chart of swing weights; the table has all
LOOKS = (
    ("var(--yes)", "var(--yes)", "var(--card)"),
    ("var(--yes-wash)", "var(--yes)", "var(--ink)"),
    ("var(--ask-wash)", "var(--ask)", "var(--ink)"),
    ("var(--wash)", "var(--soft)", "var(--ink)"),
)


def draw_robustness_charts(
    found: Robustness, results: Results, translate: Translate, shown: Collection[str]
) -> list[Chart]:
    """The charts of the what-if page; none where there is nothing to test.

    Args: shown: the vendors whose ranks are drawn, by code.
    """
    names = {vendor.code: vendor.name for vendor in results.vendors}
    titles = {row.code: row.title for row in results.criteria}
    drawn = [
        acceptability_figure(share, names, translate, shown)
        for share in (found.around, found.uniform)
        if share is not None
    ]
    # of two that are tied already no weight would tie them
    swings = [each for each in found.swings[:1] if any(one.change for one in each.by_criterion)]
    return drawn + [swing_figure(each, names, titles, translate) for each in swings]


def acceptability_figure(
    found: Acceptability, names: dict[str, str], translate: Translate, shown: Collection[str]
) -> Chart:
    """How often each of these vendors has each rank: stacked bars."""
    import plotly.graph_objects as go  # heavy: only when a figure is drawn

    shares = {code: row for code, row in found.shares.items() if code in shown}
    size = len(found.shares)
    ranks = [translate(N_("Rank %(number)s")) % {"number": place + 1} for place in range(size)]
    parts = {ranks[place]: [row[place] for row in shares.values()] for place in range(size)[:SHOWN]}
    if size > SHOWN:
        behind = translate(N_("Rank %(number)s or lower")) % {"number": SHOWN + 1}
        parts[behind] = [sum(row[SHOWN:]) for row in shares.values()]
    vendors = [names[code] for code in shares]
    traces = [
        go.Bar(
            name=name,
            x=[round(value * 100, 3) for value in values],  # a hair above 100 has no label
            y=[wrap_label(name) for name in vendors],
            orientation="h",
            cliponaxis=False,  # the edge of the last bar shows
            marker={"color": fill, "line": {"color": edge, "width": 1}},
            text=[f"{value * 100:.0f} %" if value >= 0.08 else "" for value in values],
            textposition="inside",
            insidetextanchor="middle",
            textangle=0,
            textfont={"color": ink},
            hovertemplate="%{y}: %{x:.1f} %<extra>" + name + "</extra>",
        )
        for (name, values), (fill, edge, ink) in zip(parts.items(), LOOKS, strict=False)
    ]
    title = translate(
        N_("Ranks with completely random weights")
        if found.concentration is None
        else N_("Ranks with random weights close to the official ones")
    )
    axis = {
        "title": {"text": translate(N_("Percent of cases"))},
        "range": [0, 100],
        "dtick": 50,
        "tickangle": 0,
        "ticklabeloverflow": "allow",  # the last label stands half beyond the axis
        "ticksuffix": " %",
    }
    alt = "; ".join(
        f"{name}: {ranks[0]} {row[0] * 100:.0f} %"
        for name, row in zip(vendors, shares.values(), strict=True)
    )
    return Chart(
        title,
        translate(N_("Stacked bar chart of ranks by vendor. %(values)s")) % {"values": alt},
        figure_json(
            traces, len(shares) + 1, barmode="stack", xaxis=axis, legend=ABOVE, margin=ROOM
        ),
        ChartTable(
            translate(N_("%(title)s: %(draws)s cases, seed %(seed)s"))
            % {"title": title, "draws": found.draws, "seed": found.seed},
            (translate(N_("Vendor")), *name_rank_columns(ranks, translate)),
            tuple(
                (name, *(f"{value * 100:.1f} %" for value in join_low_ranks(row)))
                for name, row in zip(vendors, shares.values(), strict=True)
            ),
        ),
    )


def name_rank_columns(ranks: Sequence[str], translate: Translate) -> list[str]:
    """The names of the columns of `join_low_ranks`."""
    if len(ranks) <= RANKS:
        return list(ranks)
    lower = translate(N_("Rank %(number)s or lower")) % {"number": RANKS}
    return [*ranks[: RANKS - 1], lower]


def join_low_ranks(shares: Sequence[float]) -> list[float]:
    """The shares of the ranks; from the last column on, of all of them together."""
    if len(shares) <= RANKS:
        return list(shares)
    return [*shares[: RANKS - 1], sum(shares[RANKS - 1 :])]


def swing_figure(
    found: PairSwings, names: dict[str, str], titles: dict[str, str], translate: Translate
) -> Chart:
    """From the present weight of each criterion to the one that ties two vendors."""
    import plotly.graph_objects as go

    nearest = sorted(found.by_criterion, key=_swing_sort_key)
    shown = nearest[:BARS]
    bar = go.Bar(
        base=[float(each.weight) for each in shown],
        x=[float(each.tie_at - each.weight) for each in shown],
        y=[
            f"{wrap_label(titles[e.criterion])}<br>{float(e.weight):g} → {float(e.tie_at):.3g}"
            for e in shown
        ],
        orientation="h",
        marker={"color": "var(--yes-wash)", "line": {"color": "var(--yes)", "width": 2}},
        hovertemplate="%{y}<extra></extra>",
    )
    title = translate(N_("Weights that would tie %(first)s with %(second)s")) % {
        "first": names[found.first],
        "second": names[found.second],
    }
    most = max((float(max(each.weight, each.tie_at)) for each in shown), default=1)
    axis = {"title": {"text": translate(N_("Weight"))}, "range": [0, most * 1.08]}
    said = [_swing_row(each, titles, translate) for each in nearest]
    tied = {each.criterion for each in nearest}
    none = translate(N_("cannot change the order alone"))
    rest = tuple((title, "–", none, "–") for code, title in titles.items() if code not in tied)
    return Chart(
        title,
        translate(
            N_(
                "Bar chart from each present weight to the weight that would tie the two vendors. "
                "%(values)s"
            )
        )
        % {"values": "; ".join(f"{row[0]}: {row[1]} → {row[2]}" for row in said[:5])},
        figure_json([bar], len(shown), xaxis=axis, showlegend=False),
        ChartTable(
            title,
            tuple(
                map(
                    translate,
                    (
                        N_("Criterion"), N_("Weight now"), N_("Weight that would tie them"),
                        N_("Times the weight now"),
                    ),
                )
            ),
            (*said, *rest),
        ),
    )  # fmt: skip


def _swing_sort_key(swing: Swing) -> tuple[bool, float]:
    """Criteria whose share to change is smallest first, those that weigh nothing last."""
    return not swing.weight, float(swing.change / swing.weight if swing.weight else swing.change)


def _swing_row(
    swing: Swing, titles: dict[str, str], translate: Translate
) -> tuple[str, str, str, str]:
    factor = "–" if swing.factor is None else f"{float(swing.factor):.2f}"
    return titles[swing.criterion], f"{float(swing.weight):g}", f"{float(swing.tie_at):.4g}", factor


def disagreement_figure(groups: Sequence[AgreementGroup], translate: Translate) -> Chart | None:
    """How often two reviewers differ, by criterion, most first; None without a pair anywhere."""
    import plotly.graph_objects as go

    known = [group for group in groups if group.disagreement is not None]
    if not known:
        return None
    title = translate(N_("Where reviewers differ, by criterion"))
    values = [float(group.disagreement or 0) * 100 for group in known]
    bar = go.Bar(
        x=values,
        y=[wrap_label(group.name, LONG_LABEL) for group in known],
        orientation="h",
        marker={"color": "var(--no-wash)", "line": {"color": "var(--no)", "width": 2}},
        text=[percent_text(group.disagreement) for group in known],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{y}: %{x:.0f} %<extra></extra>",
    )
    axis = {
        "title": {"text": translate(N_("Percent of pairs of reviewers"))},
        "range": [0, min(100.0, max(20.0, max(values) * 1.15))],
        "nticks": 4,
        "tickangle": 0,
        "ticklabeloverflow": "allow",  # the last label stands half beyond the axis
        "ticksuffix": " %",
    }
    return Chart(
        title,
        translate(N_("Bar chart; most disagreement first: %(values)s"))
        % {"values": ", ".join(f"{g.name} {percent_text(g.disagreement)}" for g in known[:5])},
        figure_json([bar], len(known), xaxis=axis, showlegend=False, margin={**MARGIN, "r": 60}),
        ChartTable(
            title,
            tuple(
                map(
                    translate,
                    (
                        N_("Criterion"),
                        N_("Pairs of reviewers who differ"),
                        N_("Items with two or more YES or NO marks"),
                    ),
                )
            ),
            tuple(
                (g.name, percent_text(g.disagreement), str(g.agreement.pairable_cells))
                for g in known
            ),
        ),
    )
