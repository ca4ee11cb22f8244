"""What is to be said of a recommendation and an adopted order, in sentences."""

from collections.abc import Iterator

from crrubric.domain.meeting.ranking import AdoptedRanking, join_criterion_titles, vendor_name_of
from crrubric.domain.memo.words import ValueFormatter
from crrubric.domain.results.results import Results
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Gate


def describe_adopted_order(words: ValueFormatter, ranking: AdoptedRanking, results: Results) -> str:
    """Which order the committee adopted. Args: results: by which another one may be computed."""
    if ranking.outdated(results):
        return words(N_("The committee adopted the order that was computed then."))
    if ranking.as_computed:
        return words(N_("The committee adopted the computed order."))
    return words(N_("The committee adopted another order than the computed one."))


def list_ranking_remarks(
    words: ValueFormatter,
    results: Results,
    recommended: str | None,
    ranking: AdoptedRanking | None,
    when: str = "",
) -> list[str]:
    """What stands out, a sentence each. Args: when: the moment of the ranking, in words."""
    found = [] if recommended is None else list(_remark_on_recommended(words, results, recommended))
    if ranking is None:
        return found
    if recommended is not None and ranking.ranks.get(recommended, 0) != 1:
        text = N_("%(vendor)s is recommended although it is not first in the adopted ranking.")
        found.append(words(text, vendor=vendor_name_of(results, recommended)))
    for vendor in ranking.ruled_out(results):
        text = N_("%(vendor)s is in the adopted ranking, but not eligible any more.")
        found.append(words(text, vendor=vendor.name))
    if ranking.outdated(results):
        text = N_("The computed order has changed since %(when)s, when the committee adopted it.")
        found.append(words(text, when=when))
    return found


def _remark_on_recommended(words: ValueFormatter, results: Results, code: str) -> Iterator[str]:
    score = results.scores[code]
    if score.gate is Gate.FAIL:
        text = N_("%(vendor)s is recommended, but not eligible: it does not meet %(what)s.")
        if score.lifted:
            text = N_(
                "%(vendor)s is recommended, but not eligible: the committee has lifted %(lifted)s,"
                " but not %(what)s."
            )
        yield words(
            text,
            vendor=vendor_name_of(results, code),
            what=join_criterion_titles(results, score.barring),
            lifted=join_criterion_titles(results, score.lifted),
        )
    if score.gate is Gate.PENDING:
        yield words(
            N_("%(vendor)s is recommended while must-haves are not settled: %(what)s."),
            vendor=vendor_name_of(results, code),
            what=join_criterion_titles(results, score.pending),
        )
