"""Where the committee stands, in a sentence or two over matrix and scores."""

from collections.abc import Sequence

from flask_babel import gettext, ngettext

from crrubric.domain.memo.words import ValueFormatter
from crrubric.domain.results.results import Results, ScoredVendor
from crrubric.domain.vocabulary import Gate


def describe_standing(results: Results) -> str:
    """In a sentence or two: who leads, and what is open. It says no more than the results hold."""
    count = len(results.unresolved())
    if count:
        rest = ngettext("One item is unresolved.", "%(num)s items are unresolved.", count)
    else:
        rest = describe_adoption(sum(cell.adopted is None for cell in results.cells.values()))
    return f"{describe_leader(results)} {rest}" if results.cells else describe_leader(results)


def describe_adoption(left: int) -> str:
    """Whether the committee has adopted what the votes say. Args: left: items without a finding."""
    if not left:
        return str(gettext("The committee has adopted a finding for every item."))
    text = ngettext(
        "The votes settle every item; one is still to be adopted.",
        "The votes settle every item; %(num)s are still to be adopted.",
        left,
    )
    return str(text)


def describe_leader(results: Results) -> str:
    """Who leads, or why nobody does, in a sentence."""
    scores = results.scores
    ranked = [vendor for vendor in results.vendors if scores[vendor.code].rank == 1]
    if not ranked:
        return describe_missing_leader(results)
    names = ValueFormatter(gettext).listed([vendor.name for vendor in ranked])
    if can_order_change(results, [vendor.code for vendor in ranked]):
        return f"{describe_leader_so_far(results, ranked, names)} {describe_open_order()}"
    if len(ranked) > 1:
        return str(gettext("%(vendors)s share the first rank.", vendors=names))
    if len(results.vendors) == 1:
        return describe_only_vendor(results, names)
    if scores[ranked[0].code].failed:
        return str(gettext("%(vendor)s leads; the committee reinstated it.", vendor=names))
    if results.must_haves:
        return str(gettext("%(vendor)s leads and meets every must-have.", vendor=names))
    return str(gettext("%(vendor)s leads.", vendor=names))


def describe_only_vendor(results: Results, name: str) -> str:
    """The one vendor that there is, which leads nobody."""
    if results.scores[results.vendors[0].code].failed:
        text = gettext("%(vendor)s is the only vendor; the committee reinstated it.", vendor=name)
    elif results.must_haves:
        text = gettext("%(vendor)s is the only vendor and meets every must-have.", vendor=name)
    else:
        text = gettext("%(vendor)s is the only vendor.", vendor=name)
    return str(text)


def can_order_change(results: Results, leaders: Sequence[str]) -> bool:
    """Whether somebody else can still come first, or one of several leaders fall behind.

    A vendor whose must-have is not met stays behind; one whose must-haves are open may not.
    """
    scores = results.scores
    for leader in (scores[code] for code in leaders):
        for other in scores.values():
            if other is leader or other.gate is Gate.FAIL or (leader.settled and other.settled):
                continue
            if leader.low is not None and other.high is not None and other.high >= leader.low:
                return True
    return False


def describe_leader_so_far(results: Results, ranked: Sequence[ScoredVendor], names: str) -> str:
    """Who leads while that can still change, in a sentence."""
    if len(ranked) > 1:
        return str(gettext("%(vendors)s share the first rank so far.", vendors=names))
    if results.scores[ranked[0].code].failed:
        return str(gettext("%(vendor)s leads so far; the committee reinstated it.", vendor=names))
    if results.must_haves:
        text = gettext("%(vendor)s leads so far and meets every must-have.", vendor=names)
        return str(text)
    return str(gettext("%(vendor)s leads so far.", vendor=names))


def describe_open_order() -> str:
    """What such a sentence does not claim."""
    return str(gettext("What is unresolved can still change who is first."))


def describe_missing_leader(results: Results) -> str:
    """Why no vendor is ranked."""
    if not results.vendors:
        return str(gettext("There is no vendor to rank."))
    if all(score.value is None for score in results.scores.values()):
        return str(gettext("No vendor is ranked yet: no criterion is settled."))
    if any(score.gate is Gate.PENDING for score in results.scores.values()):
        return str(gettext("No vendor is ranked yet: must-haves are not settled."))
    return str(gettext("No vendor is ranked yet: none meets every must-have."))
