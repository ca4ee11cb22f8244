"""What the memo says of cost: how long prices were sealed, and what each vendor costs."""

from collections.abc import Iterable

from crrubric.domain.memo.tree import (
    Block,
    Bullets,
    MemoFacts,
    MemoOpenPrices,
    Paragraph,
    Table,
)
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
        yield from self.open_to_all()
        if prices.readers:
            yield Paragraph(
                ", ".join(prices.readers),
                words(N_("Could read prices while they were sealed, and scored as well:")),
            )

    def open_to_all(self) -> Iterable[Block]:
        """When the whole committee could read prices that were sealed later, and files."""
        words, prices = self.words, self.facts.prices
        if prices.unsealed:
            text = N_(
                "Before they were sealed, everybody who was on the committee then could read the"
                " prices that were entered:"
            )
            yield Paragraph(words(text))
            yield Bullets(tuple(map(self.span, prices.unsealed)))
        if prices.open_files:
            text = N_(
                "Files of vendors that were open to everybody on the committee for a time, although"
                " it was said before or after that they tell prices:"
            )
            yield Paragraph(words(text))
            yield Bullets(tuple(f"{row.vendor}: {self.span(row)}" for row in prices.open_files))

    def span(self, row: MemoOpenPrices) -> str:
        """From when until when."""
        begun = self.words.moment(row.begun)
        if row.ended is None:
            return self.words(N_("from %(begun)s on"), begun=begun)
        text = N_("from %(begun)s to %(ended)s")
        return self.words(text, begun=begun, ended=self.words.moment(row.ended))

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
