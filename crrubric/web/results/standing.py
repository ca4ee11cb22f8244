"""Where the committee stands, in a sentence or two over matrix and scores."""

from flask_babel import gettext, ngettext

from crrubric.domain.memo.words import ValueFormatter
from crrubric.domain.results.results import Results
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
        return str(gettext("Every item is settled."))
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
    if len(ranked) > 1:
        names = ValueFormatter(gettext).listed([vendor.name for vendor in ranked])
        return str(gettext("%(vendors)s share the first rank.", vendors=names))
    name, only = ranked[0].name, len(results.vendors) == 1
    if scores[ranked[0].code].failed and only:
        return str(
            gettext("%(vendor)s is the only vendor; the committee reinstated it.", vendor=name)
        )
    if scores[ranked[0].code].failed:
        return str(gettext("%(vendor)s leads; the committee reinstated it.", vendor=name))
    if only and results.must_haves:
        return str(gettext("%(vendor)s is the only vendor and meets every must-have.", vendor=name))
    if only:
        return str(gettext("%(vendor)s is the only vendor.", vendor=name))
    if results.must_haves:
        return str(gettext("%(vendor)s leads and meets every must-have.", vendor=name))
    return str(gettext("%(vendor)s leads.", vendor=name))


def describe_missing_leader(results: Results) -> str:
    """Why no vendor is ranked."""
    if not results.vendors:
        return str(gettext("There is no vendor to rank."))
    if all(score.value is None for score in results.scores.values()):
        return str(gettext("No vendor is ranked yet: no criterion is settled."))
    if any(score.gate is Gate.PENDING for score in results.scores.values()):
        return str(gettext("No vendor is ranked yet: must-haves are not settled."))
    return str(gettext("No vendor is ranked yet: none meets every must-have."))
