"""The memo's first page for the board, and what is recommended on which terms."""

from collections.abc import Iterable

from crrubric.domain.documents.tree import Block, Bullets, Heading, Paragraph
from crrubric.domain.meeting.doubts import (
    DecisionBasis,
    list_decision_doubts,
    were_prices_opened_late,
)
from crrubric.domain.memo.chapters.cost import CostBlocks
from crrubric.domain.memo.chapters.dissent import DissentBlocks
from crrubric.domain.memo.chapters.glance import GlanceBlocks
from crrubric.domain.memo.chapters.plan import PlanBlocks
from crrubric.domain.memo.chapters.ranking import RankingBlocks
from crrubric.domain.memo.charts import draw_scores
from crrubric.domain.memo.facts import MemoFacts, MemoVendor
from crrubric.domain.memo.meeting_facts import MemoEarlierDecision, MemoRecommendation
from crrubric.domain.memo.words import NONE, ValueFormatter
from crrubric.domain.translation import N_

BOARD_VENDORS = 5  # of which the chart has room on the first page


class RecommendationBlocks:
    """The board summary, and section 1 of the memo."""

    def __init__(self, facts: MemoFacts, words: ValueFormatter) -> None:
        self.facts, self.words, self.results = facts, words, facts.results

    def term(self, found: MemoRecommendation, chosen: MemoVendor | None) -> str:
        """How long the contract runs: as recorded, else as the vendor is priced."""
        months = None if chosen is None else chosen.price.term_months
        if found.term or months is None:
            return found.term or self.words(NONE)
        return self.words(
            N_("%(months)s months, as priced; no other term is recorded."), months=months
        )

    def summary(self) -> Iterable[Block]:
        """One page for the board: first what it is asked to do."""
        words, found = self.words, self.facts.recommendation
        yield Heading(1, words(N_("Board summary")))
        if found is not None:
            yield Paragraph(self.action(), words(N_("Action requested:")))
        yield Paragraph(self.recommended(), words(N_("Recommended:")))
        yield Paragraph(self.facts.purpose or words(NONE), words(N_("Purpose:")))
        if found is not None:
            yield Paragraph(found.reason, words(N_("Why:")))
            chosen = None if found.vendor is None else self.vendor(found.vendor)
            yield Paragraph(self.term(found, chosen), words(N_("For how long:")))
            computed = None if chosen is None else chosen.price.cost
            if found.cost_ceiling or computed is None or not computed.is_known:
                ceiling = found.cost_ceiling or words(N_("No cost ceiling is recorded."))
                yield Paragraph(ceiling, words(N_("At what cost:")))
            yield from CostBlocks(self.facts, words).board_lines(chosen)
            yield from PlanBlocks(self.facts, words).board_lines()
            yield Paragraph(self.left_open(found), words(N_("Left open:")))
            yield from DissentBlocks(self.facts, words).summary()
        yield (
            draw_scores(self.facts, words, most=BOARD_VENDORS)
            or GlanceBlocks(self.facts, words).ranking()
        )

    def left_open(self, found: MemoRecommendation) -> str:
        """What the recommendation rests on that was not settled, or not done."""
        facts = self.facts
        doubts = list_decision_doubts(
            DecisionBasis(
                results=self.results,
                recommended=found.vendor,
                prices={vendor.code: vendor.price for vendor in facts.vendors},
                sealed=facts.prices.sealed and facts.prices.opened_at is None,
                opened_late=were_prices_opened_late(facts.prices.opened_at, facts.decided_at),
                price_readers=facts.prices.count_readers(),
                sittings=len(facts.sittings),
                unattended=facts.unattended,
                outside=facts.outside,
            )
        )
        return " ".join(map(self.words.remark, doubts)) or self.words(N_("Nothing."))

    def recommended(self) -> str:
        """Which product, or that there is none."""
        found = self.facts.recommendation
        if found is None:
            return self.words(N_("No recommendation has been recorded yet."))
        if found.vendor is None:
            text = N_("The committee recommends no vendor.")
            if self.facts.in_place:
                text = N_("The committee recommends that the district look for another curriculum.")
            return self.words(text)
        vendor = self.vendor(found.vendor)
        told = vendor.name.endswith(f" – {vendor.product}")
        parts = (vendor.version,) if told else (vendor.product, vendor.version)
        product = " ".join(part for part in parts if part)
        name = f"{vendor.name}, {product}" if product else vendor.name
        if self.facts.in_place:
            return self.words(N_("The committee recommends keeping %(name)s."), name=name)
        return name

    def action(self) -> str:
        """What the board is asked to do."""
        found = self.facts.recommendation
        if found is None or found.vendor is None:
            return self.words(N_("That the board take note of the committee’s finding."))
        if self.facts.in_place:
            return self.words(N_("That the board take note of the list of needs below."))
        return self.words(
            N_("That the board approve an agreement with %(vendor)s as described below."),
            vendor=self.vendor(found.vendor).name,
        )

    def vendor(self, code: str) -> MemoVendor:
        """The vendor with this code."""
        return next(vendor for vendor in self.facts.vendors if vendor.code == code)

    def recommendation(self) -> Iterable[Block]:
        """What is recommended on which terms; why is on the first page, and is not repeated."""
        words, found = self.words, self.facts.recommendation
        yield Paragraph(self.recommended())
        if found is None:
            return
        for text, label in (
            (found.term, N_("Term:")),
            (found.cost_ceiling, N_("Cost ceiling:")),
            (self.action(), N_("Action requested:")),
            (self.recorded(found), N_("Recorded:")),
        ):
            yield Paragraph(text or words(NONE), words(label))
        yield Paragraph(words(N_("Why: see the summary on the first page.")))
        yield from RankingBlocks(self.facts, words).adopted()
        earlier = tuple(self.earlier(row) for row in self.facts.earlier_decisions)
        if earlier:
            yield Paragraph("", words(N_("Earlier decisions that were taken back:")))
            yield Bullets(earlier)

    def earlier(self, row: MemoEarlierDecision) -> str:
        """A decision for somebody, or for nobody, from when until when, and why it was left."""
        words = self.words
        text = N_("for %(vendor)s, recorded %(made)s, taken back %(back)s: %(why)s")
        if row.vendor is None:
            text = N_("for no vendor, recorded %(made)s, taken back %(back)s: %(why)s")
        return words(
            text,
            vendor=row.vendor,
            made=words.moment(row.made_at),
            back=words.moment(row.back_at),
            why=row.reason,
        )

    def recorded(self, found: MemoRecommendation) -> str:
        """When, by whom, and whether they should have been somebody else."""
        when = self.words.moment(found.at)
        if not found.by:
            return when
        told = N_("%(when)s, by %(name)s")
        if found.partial:
            told = N_(
                "%(when)s, by %(name)s, who declared a conflict of interest after that with a"
                " vendor in the selection"
            )
        return self.words(told, when=when, name=found.by)
