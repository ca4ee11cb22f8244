"""The small parts of a cell as HTML: outcome, votes. A matrix has thousands of them.

Everything here is written once for each distinct value and page, not once for each cell. Colour
never carries the meaning alone: a symbol and a word come first.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Flask, g
from flask_babel import gettext as _
from markupsafe import Markup

from crrubric.domain.results.outcome import Resolution
from crrubric.domain.results.tally import Tally
from crrubric.domain.vocabulary import Outcome, UnresolvedReason
from crrubric.web.results.standing import describe_standing

P = ParamSpec("P")
LOOKS = {
    Outcome.MET: "met",
    Outcome.NOT_MET: "unmet",
    Outcome.UNRESOLVED: "open",
    Outcome.NOT_APPLICABLE: "none",
}
SYMBOLS = {
    Outcome.MET: "✓",
    Outcome.NOT_MET: "✕",
    Outcome.UNRESOLVED: "?",
    Outcome.NOT_APPLICABLE: "–",
}
# a symbol never stands alone at the end of a line: a blank that does not break follows it
OUTCOME = Markup('<span class="outcome %s"><span aria-hidden="true">%s</span>&#160;%s%s</span>')
NOT_FOUND = Markup('<span class="outcome none">%s</span>')
RECT = Markup('<rect class="%s" x="%s" y="%s" width="%s" height="%s" />')
STACK = Markup(
    '<svg class="stack" viewBox="0 0 %s 10" preserveAspectRatio="none" aria-hidden="true"'
    ' focusable="false">%s</svg>'
)
MOST_SQUARES = 12  # with more reviewers a bar is easier to read


def init_app(app: Flask) -> None:
    """Give templates the parts, and the sentence over them."""
    app.jinja_env.filters["standing"] = describe_standing
    app.jinja_env.globals.update(
        {
            "look": outcome_class_of,
            "outcome": render_outcome,
            "vote_words": format_votes,
            "votes": render_votes,
        }
    )


def cache_per_request(write: Callable[P, Markup]) -> Callable[P, Markup]:
    """Remember what was written for these values until the request ends: words don't change."""

    @wraps(write)
    def remembered(*args: P.args, **kwargs: P.kwargs) -> Markup:
        pages: dict[object, Markup] = g.setdefault("written", {})
        key = (write.__name__, args)
        found = pages.get(key)
        if found is None:
            found = pages[key] = write(*args, **kwargs)
        return found

    return remembered


def outcome_class_of(found: Outcome | None) -> str:
    """The class name of an outcome: met, unmet, open or none."""
    return "none" if found is None else LOOKS[found]


@cache_per_request
def render_outcome(
    thing: Outcome | Resolution | None, reason: UnresolvedReason | None = None
) -> Markup:
    """An outcome, or a resolution with its reason, as symbol and word; None is not found yet."""
    if thing is None:
        return NOT_FOUND % str(_("No finding yet"))
    kind = thing.outcome if isinstance(thing, Resolution) else thing
    reason = thing.reason if isinstance(thing, Resolution) else reason
    why = Markup('<span class="why">: %s</span>') % _(reason.label) if reason else ""
    return OUTCOME % (outcome_class_of(kind), SYMBOLS[kind], _(kind.label), why)


def translate_vote_labels() -> dict[str, str]:
    """The words of a tally in the reader's language, looked up once a page."""
    if "words_of_votes" not in g:
        g.words_of_votes = {
            "yes": _("%(count)s yes"),
            "no": _("%(count)s no"),
            "cannot_tell": _("%(count)s can’t tell"),
            "not_applicable": _("%(count)s not applicable"),
            "missing": _("%(count)s unscored"),
            "abstained": _("%(count)s abstained"),
            "recused": _("%(count)s recused"),
        }
    found: dict[str, str] = g.words_of_votes
    return found


def format_votes(tally: Tally) -> str:
    """A tally in words: “4 yes, 2 no, 1 can’t tell”. YES and NO are said even where they are 0."""
    decisive = tally.decisive or not tally.not_applicable
    return ", ".join(
        text % {"count": count}
        for name, text in translate_vote_labels().items()
        if (count := getattr(tally, name)) or (decisive and name in {"yes", "no"})
    )


def format_vote_numbers(tally: Tally) -> str:
    """A tally as numbers: YES–NO, then CAN'T TELL and NOT APPLICABLE with a sign: “4–2–1?–1∅”."""
    heard = tally.decisive or tally.cannot_tell or not tally.not_applicable
    numbers = [str(tally.yes), str(tally.no)] if heard else []
    numbers += [f"{tally.cannot_tell}?"] if tally.cannot_tell else []
    numbers += [f"{tally.not_applicable}∅"] if tally.not_applicable else []
    return "–".join(numbers)


@cache_per_request
def render_votes(tally: Tally) -> Markup:
    """The votes of one cell: a square for each of a few reviewers, else a bar; and the words."""
    picture = Markup("")
    if tally.assigned:
        picture = _draw_bar(tally) if tally.assigned > MOST_SQUARES else _draw_squares(tally)
    return Markup('<span class="votes">%s<span>%s</span></span>') % (picture, format_votes(tally))


def _draw_squares(tally: Tally) -> Markup:
    shown = zip("ynqam", _list_counts(tally), strict=True)
    squares = Markup("").join(
        Markup('<i class="%s"></i>') % letter * count for letter, count in shown
    )
    return Markup('<span class="squares" aria-hidden="true">%s</span>') % squares


def _draw_bar(tally: Tally) -> Markup:
    """Heights and hollows tell the answers apart without colour."""
    shapes = (("y", 0, 10), ("n", 0, 10), ("q", 5, 5), ("a", 4, 2), ("m", 3, 4))
    at, bars = 0, []
    for (letter, y, height), count in zip(shapes, _list_counts(tally), strict=True):
        if count:
            bars.append(RECT % (letter, at, y, count, height))
            at += count
    return STACK % (tally.assigned, Markup("").join(bars))


def _list_counts(tally: Tally) -> tuple[int, ...]:
    return (
        tally.yes,
        tally.no,
        tally.cannot_tell,
        tally.not_applicable,
        tally.missing + tally.abstained,
    )
