"""The memo on gates and orders: who was ruled out or reinstated, which order was adopted."""

from collections.abc import Iterable

from crrubric.domain.documents.tree import Block, Bullets, Paragraph, Table
from crrubric.domain.meeting.ranking_words import describe_adopted_order, list_ranking_remarks
from crrubric.domain.memo.facts import MemoFacts
from crrubric.domain.memo.meeting_facts import MemoReinstatement
from crrubric.domain.memo.words import NONE, ValueFormatter
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Gate


class RankingBlocks:
    """Puts the adopted order beside the computed one, and says who was ruled out."""

    def __init__(self, facts: MemoFacts, words: ValueFormatter) -> None:
        self.facts, self.words, self.results = facts, words, facts.results
        self.names = {vendor.code: vendor.name for vendor in facts.vendors}
        self.titles = {criterion.code: criterion.title for criterion in self.results.criteria}

    def adopted(self) -> Iterable[Block]:
        """Which order the committee adopted, and what stands out; nothing before a decision."""
        found, ranking = self.facts.recommendation, self.facts.ranking
        if found is None:
            return
        text = self.words(NONE)
        if ranking:
            text = describe_adopted_order(self.words, ranking, self.results)
        yield Paragraph(text, self.words(N_("Adopted ranking:")))
        if ranking is not None and ranking.reason:
            yield Paragraph(ranking.reason, self.words(N_("Why this order:")))
        when = self.words.moment(ranking.at) if ranking else ""
        for sentence in list_ranking_remarks(self.words, self.results, found.vendor, ranking, when):
            yield Paragraph(sentence)

    def table(self) -> Iterable[Block]:
        """The adopted order beside the computed one, if one was adopted."""
        words, ranking = self.words, self.facts.ranking
        if ranking is None:
            return
        none = words(N_("not ranked"))
        yield Table(
            words(N_("Adopted ranking, beside the computed one")),
            tuple(map(words, (N_("Vendor"), N_("Adopted rank"), N_("Computed rank")))),
            tuple(
                (
                    vendor.name,
                    str(ranking.ranks.get(vendor.code, none)),
                    str(self.results.scores[vendor.code].rank or none),
                )
                for vendor in ranking.ordered(self.results)
            ),
        )
        yield Paragraph(describe_adopted_order(words, ranking, self.results))

    def gates(self) -> Iterable[Block]:
        """Who was ruled out by a must-have, and who was reinstated all the same, with reasons."""
        words = self.words
        out = tuple(
            f"{self.names[code]}: {words.gate(score, self.results)}"
            for code, score in self.results.scores.items()
            if score.gate is Gate.FAIL
        )
        back = tuple(self.reinstated(row) for row in self.facts.reinstatements)
        for label, lines in (
            (N_("Ruled out by a must-have:"), out),
            (N_("Reinstated by the committee:"), back),
        ):
            yield Paragraph("", words(label))
            yield Bullets(lines) if lines else Paragraph(words(NONE))

    def reinstated(self, row: MemoReinstatement) -> str:
        """A reinstatement in a line or two: although what, why, and whether it is enough."""
        words, score = self.words, self.results.scores[row.vendor]
        unmet = [title for code, title in row.lifted if code in score.lifted]
        over = [title for code, title in row.lifted if code not in score.lifted]
        text = N_("%(vendor)s, although it does not meet %(what)s: %(reason)s")
        if over and unmet:
            text = N_(
                "%(vendor)s, although it does not meet %(what)s (no effect on %(over)s, which the"
                " vendor no longer fails): %(reason)s"
            )
        elif over:
            text = N_(
                "%(vendor)s, for %(over)s (no effect: the vendor no longer fails it): %(reason)s"
            )
        said = words(
            text,
            vendor=self.names[row.vendor],
            what=words.listed(unmet),
            over=words.listed(over),
            reason=row.reason,
        )
        if not score.barring:
            return said
        barring = words.listed([self.titles[code] for code in score.barring])
        more = N_("(It is not ranked: the committee has not lifted %(what)s.)")
        return f"{said} {words(more, what=barring)}"
