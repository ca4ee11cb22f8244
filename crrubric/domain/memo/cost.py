"""What the memo says of cost: how long prices were sealed, and what each vendor costs."""

from collections.abc import Iterable
from datetime import datetime

from crrubric.domain.memo.facts import MemoFacts, MemoOpening
from crrubric.domain.memo.tree import Block, Bullets, Paragraph, Table
from crrubric.domain.memo.words import NONE, ValueFormatter
from crrubric.domain.translation import N_


class CostBlocks:
    """Section 11 of the memo."""

    def __init__(self, facts: MemoFacts, words: ValueFormatter) -> None:
        self.facts, self.words = facts, words

    def blocks(self) -> Iterable[Block]:
        """Whether prices were sealed, what the vendors cost, and out of which fund it is paid."""
        words, prices = self.words, self.facts.prices
        yield from self.sealed_prices()
        if not prices.sealed or prices.opened_at is not None:
            yield from self.price_table()
        yield Paragraph(words(NONE), words(N_("Fund:")))

    def sealed_prices(self) -> Iterable[Block]:
        """Whether anybody could know a price while they scored."""
        words, prices = self.words, self.facts.prices
        if prices.unsealed:
            yield Paragraph(words(N_("Prices were not sealed: whoever scored could read them.")))
        if not prices.sealed:
            return
        if prices.opened_at is None:
            yield Paragraph(
                words(
                    N_(
                        "Prices are sealed until the committee has adopted a finding for every"
                        " item."
                    )
                )
            )
        else:
            yield Paragraph(
                words(
                    N_(
                        "Prices were sealed until every item of the vendors that were then in the"
                        " selection had a finding, and opened %(when)s. Items whose finding was"
                        " recorded, changed or withdrawn after that: %(count)s."
                    ),
                    when=words.moment(prices.opened_at),
                    count=prices.changed,
                )
            )
            yield from self.after_opening()
        if prices.readers:
            yield Paragraph(
                ", ".join(prices.readers),
                words(N_("Could read prices while they were sealed, and scored as well:")),
            )
        if prices.openings:
            text = N_(
                "Prices that could be read before they were opened, and the reviewers who could"
                " read them:"
            )
            yield Paragraph("", words(text))
            yield Bullets(tuple(map(self.opening, prices.openings)))

    def opening(self, row: MemoOpening) -> str:
        """What could be read, from when until when, and by whom of those who scored."""
        words = self.words
        text = N_("Prices of %(vendors)s, %(time)s, while the seal was off: %(names)s")
        if row.file:
            text = N_(
                "A file of %(vendors)s, %(time)s, while it was not marked as one that tells"
                " prices: %(names)s"
            )
        return words(
            text,
            vendors=words.listed(row.vendors),
            time=self.span(row.began, row.ended),
            names=", ".join(row.readers),
        )

    def span(self, began: datetime, ended: datetime | None) -> str:
        """From when until when; without an end where it lasts."""
        began_words = self.words.moment(began)
        if ended is None:
            return self.words(N_("from %(began)s on"), began=began_words)
        text = N_("from %(began)s to %(ended)s")
        return self.words(text, began=began_words, ended=self.words.moment(ended))

    def after_opening(self) -> Iterable[Block]:
        """Vendors and marks of which the committee could know the prices beforehand."""
        words, prices = self.words, self.facts.prices
        if prices.returned:
            text = N_(
                "Came back into the selection when prices were open, so that its price could be"
                " known before its items were settled:"
            )
            back = (f"{name}, {words.moment(at)}" for name, at in prices.returned)
            yield Paragraph(words(text))
            yield Bullets(tuple(back))
        if prices.reopened:
            text = N_(
                "The evaluation went back to scoring when prices were open: whoever marked then"
                " could know them. That was %(when)s."
            )
            yield Paragraph(words(text, when=words.listed([*map(words.moment, prices.reopened)])))

    def price_table(self) -> Iterable[Block]:
        """What each vendor costs, and on what basis."""
        words = self.words
        header = (N_("Vendor"), N_("Price a year"), N_("Quantity"), N_("Months"), N_("Total"))
        yield Table(
            words(N_("Price basis and cost over the term")),
            tuple(map(words, header)),
            tuple(
                (
                    vendor.name,
                    words.money(price.unit_cents)
                    + (f" {words(price.unit.label)}" if price.unit else ""),
                    "–" if price.quantity is None else f"{price.quantity:,}",
                    "–" if price.term_months is None else str(price.term_months),
                    words.money(price.total_cents),
                )
                for vendor in self.facts.vendors
                for price in (vendor.price,)
            ),
        )
        notes = tuple(f"{v.name}: {v.price.note}" for v in self.facts.vendors if v.price.note)
        if notes:
            yield Bullets(notes)
