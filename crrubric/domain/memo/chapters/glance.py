"""The memo's results at a glance: findings in a grid, scores, the ranking."""

from collections.abc import Iterable

from crrubric.domain.documents.tree import Block, Paragraph, Table
from crrubric.domain.memo.chapters.ranking import RankingBlocks
from crrubric.domain.memo.charts import TONES, draw_scores
from crrubric.domain.memo.facts import MemoFacts
from crrubric.domain.memo.words import ValueFormatter
from crrubric.domain.results.results import Cell
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Outcome

SIGNS = {
    Outcome.MET: "✓", Outcome.NOT_MET: "×", Outcome.UNRESOLVED: "?", Outcome.NOT_APPLICABLE: "–",
}  # fmt: skip


class GlanceBlocks:
    """Section 6 of the memo."""

    def __init__(self, facts: MemoFacts, words: ValueFormatter) -> None:
        self.facts, self.words, self.results = facts, words, facts.results

    def blocks(self) -> Iterable[Block]:
        """Findings, the chart of scores, the ranking as computed and as adopted."""
        words, results = self.words, self.results
        cells = [
            [results.cell(vendor.code, criterion.code) for vendor in results.vendors]
            for criterion in results.criteria
        ]
        yield Table(
            words(N_("Findings, with the votes where reviewers differed")),
            (words(N_("Criterion")), *(vendor.name for vendor in results.vendors)),
            tuple(
                (
                    criterion.title + (" ◆" if criterion.must_have else ""),
                    *map(self.in_short, row),
                )
                for criterion, row in zip(results.criteria, cells, strict=True)
            ),
            tuple(tuple(TONES[cell.finding] for cell in row) for row in cells),
        )
        yield Paragraph(
            words(
                N_(
                    "◆ must-have. * the committee’s own finding: the votes left it open, or said"
                    " otherwise."
                )
            )
        )
        if chart := draw_scores(self.facts, words):
            yield chart
        yield self.ranking()
        yield from RankingBlocks(self.facts, words).table()

    def in_short(self, cell: Cell) -> str:
        """A finding with its sign, and the votes where reviewers differed."""
        sign = SIGNS[cell.finding]
        text = f"{sign}\u00a0{self.words.finding(cell)}" + (" *" if cell.settled_otherwise else "")
        return f"{text}: {cell.tally.yes}–{cell.tally.no}" if cell.split else text

    def ranking(self) -> Table:
        """Scores and ranks as computed."""
        words, results = self.words, self.results
        return Table(
            words(N_("Scores and ranking, as computed")),
            tuple(
                map(words, (N_("Vendor"), N_("Rank"), N_("Score"), N_("Range"), N_("Must-haves")))
            ),
            tuple(
                (
                    vendor.name,
                    words(N_("not ranked")) if score.rank is None else str(score.rank),
                    words.score(vendor.code, results),
                    words.range(score),
                    words.gate(score, self.results),
                )
                for vendor in results.ranking()
                for score in (results.scores[vendor.code],)
            ),
        )
