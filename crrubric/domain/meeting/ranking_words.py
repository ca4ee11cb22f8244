"""What is to be said of a recommendation and an adopted order, in sentences."""

from collections.abc import Iterator

from crrubric.domain.meeting.ranking import AdoptedRanking, name_of, titles_of
from crrubric.domain.memo.words import Words
from crrubric.domain.results.results import Results
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Gate


def adopted_words(words: Words, ranking: AdoptedRanking) -> str:
    """Which order the committee adopted."""
    if ranking.as_computed:
        return words(N_("The committee adopted the computed order."))
    return words(N_("The committee adopted another order than the computed one."))


def remarks(
    words: Words,
    results: Results,
    recommended: str | None,
    ranking: AdoptedRanking | None,
    when: str = "",
) -> list[str]:
    """What stands out, a sentence each. Args: when: the moment of the ranking, in words."""
    found = [] if recommended is None else list(_recommended(words, results, recommended))
    if ranking is None:
        return found
    if recommended is not None and ranking.ranks.get(recommended, 0) != 1:
        text = N_("%(vendor)s is recommended although it is not first in the adopted ranking.")
        found.append(words(text, vendor=name_of(results, recommended)))
    for vendor in ranking.ruled_out(results):
        text = N_("%(vendor)s is in the adopted ranking, but not eligible any more.")
        found.append(words(text, vendor=vendor.name))
    if ranking.outdated(results):
        text = N_("The computed order has changed since %(when)s, when the committee adopted it.")
        found.append(words(text, when=when))
    return found


def _recommended(words: Words, results: Results, code: str) -> Iterator[str]:
    score = results.scores[code]
    if score.gate is Gate.FAIL:
        yield words(
            N_("%(vendor)s is recommended, but not eligible: it does not meet %(what)s."),
            vendor=name_of(results, code),
            what=titles_of(results, score.failed),
        )
    if score.gate is Gate.PENDING:
        yield words(
            N_("%(vendor)s is recommended while must-haves are not settled: %(what)s."),
            vendor=name_of(results, code),
            what=titles_of(results, score.pending),
        )
