"""What the memo says of cost: how long prices were sealed, and what each vendor costs."""

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction

from crrubric.domain.documents.tree import Block, Bullets, Paragraph, Table
from crrubric.domain.memo.charts import draw_costs
from crrubric.domain.memo.facts import MemoFacts, MemoOpening, MemoVendor
from crrubric.domain.memo.words import NONE, ValueFormatter
from crrubric.domain.results.cost import NO_PRICE, PriceBasis
from crrubric.domain.results.cost_words import tell_lacks, tell_license, tell_line, tell_total
from crrubric.domain.results.offers import CostRange, round_cents
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import PriceKind

BASIS = (N_("Vendor"), N_("License a year"), N_("Quantity"), N_("Months"), N_("Rises by at most"))
COST = (N_("Vendor"), N_("Training and integration"), N_("Total"), N_("One learner for a year"))


PRICED_LEARNERS = N_("Learners that are priced:")


def tell_priced_learners(facts: MemoFacts, words: ValueFormatter) -> str:
    """For how many learners the cost is worked out, as a number or a range; empty: not said."""
    seats = next((vendor.price.seats for vendor in facts.vendors if vendor.price.seats), None)
    if seats is None:
        return ""
    number = words.number(seats.low)
    if seats.low == seats.high:
        return number
    return words(N_("%(low)s to %(high)s"), low=number, high=words.number(seats.high))


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
        yield Paragraph(self.facts.fund or words(NONE), words(N_("Fund:")))

    def board_lines(self, vendor: MemoVendor | None) -> Iterable[Block]:
        """For the board: what a vendor costs as computed, and the fund; what is known of it."""
        words = self.words
        found = None if vendor is None else vendor.price.cost
        if found is not None and found.is_known:
            said = self.span(found.span)
            if found.learner_span is not None:
                text = N_("%(cost)s; %(learner)s for one learner and year")
                said = words(text, cost=said, learner=self.span(found.learner_span))
            yield Paragraph(said, words(N_("Cost over the term, as computed:")))
        elif vendor is not None and (known := tell_license(words, vendor.price)):
            yield Paragraph(known, words(N_("Price of the license:")))
        if self.facts.fund:
            yield Paragraph(self.facts.fund, words(N_("Fund:")))

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
                        "Prices are sealed: a chair can open them once the committee has adopted a"
                        " finding for every item."
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
            time=self.period(row.began, row.ended),
            names=", ".join(row.readers),
        )

    def period(self, began: datetime, ended: datetime | None) -> str:
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
                " known before anything was found on it:"
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
        """What each vendor costs, on what basis, and how the totals come about."""
        words, vendors = self.words, self.facts.vendors
        yield from self.priced_learners()
        yield Table(
            words(N_("Price basis")),
            tuple(map(words, BASIS)),
            tuple(self.basis_row(vendor) for vendor in vendors),
        )
        yield Table(
            words(N_("Cost over the term")),
            tuple(map(words, COST)),
            tuple(self.cost_row(vendor) for vendor in vendors),
        )
        if chart := draw_costs(self.facts, words):
            yield chart
        notes = tuple(f"{v.name}: {v.price.note}" for v in vendors if v.price.note)
        if notes:
            yield Bullets(notes)
        lines = tuple(line for vendor in vendors for line in self.arithmetic(vendor))
        if lines:
            lead = N_("How the totals come about, exact and rounded once:")
            if any("≈" in line for line in lines):
                lead = N_(
                    "How the totals come about, exact and rounded once (≈ where the rounded amounts"
                    " do not add up to the cent):"
                )
            yield Paragraph(words(lead))
            yield Bullets(lines)

    def priced_learners(self) -> Iterable[Block]:
        """For how many learners the cost is worked out."""
        number = tell_priced_learners(self.facts, self.words)
        if number:
            said = f"{number}. {self.facts.seats_note}".strip()
            yield Paragraph(said, self.words(PRICED_LEARNERS))

    def basis_row(self, vendor: MemoVendor) -> tuple[str, ...]:
        """On what the cost of a vendor rests."""
        price = vendor.price
        return (
            vendor.name,
            tell_license(self.words, price) or "–",
            self.count_units(price),
            "–" if price.term_months is None else str(price.term_months),
            self.rise(price),
        )

    def cost_row(self, vendor: MemoVendor) -> tuple[str, ...]:
        """What a vendor costs."""
        words, price, found = self.words, vendor.price, vendor.price.cost
        total = self.span(found.span)
        if found.lacks and price != NO_PRICE:
            total = words(N_("not known: %(what)s"), what=tell_lacks(words, found.lacks))
        return (
            vendor.name,
            self.span(sum_lines(found, PriceKind.TRAINING, PriceKind.INTEGRATION)),
            total,
            self.span(found.learner_span),
        )

    def span(self, span: tuple[int, int] | None) -> str:
        """From one amount to another; one alone if they are the same."""
        if span is None:
            return "–"
        low, high = map(self.words.money, span)
        return low if low == high else f"{low} – {high}"

    def count_units(self, price: PriceBasis) -> str:
        """How many of the license, for the fewest learners and for the most."""
        seats, offer = price.seats, price.offer
        learners = (None, None) if seats is None else (seats.low, seats.high)
        counts = dict.fromkeys(
            line.quantity
            for each in learners
            for line in offer.cost(each, rising=False).lines
            if line.line.kind is PriceKind.LICENSE
        )
        return " – ".join(map(self.words.number, sorted(counts))) or "–"

    def rise(self, price: PriceBasis) -> str:
        """By how much prices may rise a year."""
        rises = {line.rise for line in price.offer.lines if line.rise is not None}
        return (
            ", ".join(f"{self.words.number(Fraction(each, 100))} %" for each in sorted(rises))
            or "–"
        )

    def arithmetic(self, vendor: MemoVendor) -> Iterable[str]:
        """How the total comes about, at the least and at the most."""
        words, found = self.words, vendor.price.cost
        if not found.is_known:
            return
        ends = [found.low] if found.is_one else [found.low, found.high]
        heads = [N_("%(vendor)s: %(steps)s")]
        if not found.is_one:
            heads = [N_("%(vendor)s, at least: %(steps)s"), N_("%(vendor)s, at most: %(steps)s")]
        for head, end in zip(heads, ends, strict=True):
            steps = [
                f"{words(line.line.kind.label)} {tell_line(words, line, end.learners, end.at_once)}"
                for line in end.lines
            ]
            total = tell_total(words, end)
            yield words(head, vendor=vendor.name, steps="; ".join([*steps, *filter(None, [total])]))


def sum_lines(found: CostRange, *kinds: PriceKind) -> tuple[int, int] | None:
    """What the lines of these kinds come to, at both ends; None where there are none."""
    chosen = [
        [line.exact for line in end.lines if line.line.kind in kinds]
        for end in (found.low, found.high)
    ]
    if not any(chosen):
        return None
    low, high = (round_cents(sum(lines, Fraction(0))) for lines in chosen)
    return low, high
