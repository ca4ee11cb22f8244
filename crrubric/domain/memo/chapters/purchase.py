"""What the memo says of the purchase: its basis, the proof of order, the index of the binder."""

from collections.abc import Iterable

from crrubric.domain.documents.tree import Block, Bullets, Heading, Paragraph, Table, Tone
from crrubric.domain.memo.facts import MemoFacts
from crrubric.domain.memo.words import NONE, ValueFormatter
from crrubric.domain.procurement.binder import CheckedLine
from crrubric.domain.procurement.line_states import LineState
from crrubric.domain.procurement.order import SELECTION, OrderedPair, OrderStep, OrderVerdict
from crrubric.domain.procurement.words import (
    list_fund_sums,
    tell_broken_pair,
    tell_fund_part,
    tell_limit,
    tell_order,
    tell_purchase_day,
    tell_remark,
    tell_span,
    tell_verdict,
    tell_when,
)
from crrubric.domain.translation import N_

TONES = {
    LineState.DONE: Tone.GOOD,
    LineState.OPEN: Tone.OPEN,
    LineState.NOT_APPLICABLE: Tone.NEUTRAL,
}


class PurchaseBlocks:
    """Parts of the sections on process, on cost and on attachments."""

    def __init__(self, facts: MemoFacts, words: ValueFormatter) -> None:
        self.facts, self.words = facts, words
        self.purchase = facts.purchase

    def process(self) -> Iterable[Block]:
        """How it was bought, and whether the steps came in their order."""
        yield Heading(2, self.words(N_("Basis of the purchase")))
        yield from self.basis()
        yield Heading(2, self.words(N_("Proof of order")))
        yield from self.order()

    def basis(self) -> Iterable[Block]:
        """Method, solicitation, estimate, and the amounts that bound it."""
        words, facts = self.words, self.purchase.facts
        method = words(facts.method.label) if facts.method else ""
        said = ". ".join(filter(None, (method, facts.method_reason)))
        yield Paragraph(said or words(NONE), words(N_("Method:")))
        yield Paragraph(facts.solicitation or words(NONE), words(N_("Number of the solicitation:")))
        motion = self.purchase.days.board_motion
        yield Paragraph(motion or words(NONE), words(N_("Motion of the board:")))
        yield Paragraph(self.estimate() or words(NONE), words(N_("Own estimate of the cost:")))
        limits = tuple(
            f"{words(limit.bound.label)} {words.money(limit.cents)} ({tell_limit(words, limit)})"
            for limit in self.purchase.limits
        )
        if limits and self.purchase.day is not None:
            yield Paragraph("", tell_purchase_day(words, self.purchase.day))
            yield Bullets(limits)

    def estimate(self) -> str:
        """The district's own estimate with its day; nothing if there is none."""
        words, facts = self.words, self.purchase.facts
        if facts.estimate_cents is None:
            return ""
        day = words.day(facts.estimate_on) if facts.estimate_on else ""
        said = ", ".join(filter(None, (words.money(facts.estimate_cents), day)))
        return ". ".join(filter(None, (said, facts.estimate_note)))

    def order(self) -> Iterable[Block]:
        """The steps with their moments, and every pair that is not in order in a sentence."""
        words, proof = self.words, self.purchase.order
        yield Paragraph(tell_order(words, proof))
        broken = (*proof.broken, *self.list_broken_days())
        if broken:
            yield Bullets(tuple(tell_broken_pair(words, pair) for pair in broken))
        yield Table(
            words(N_("Proof of order")),
            (words(N_("Step")), words(N_("When")), words(N_("After the step before it?"))),
            tuple(self.step_row(step) for step in SELECTION),
            tuple((None, self.step_tone(step)) for step in SELECTION),
        )
        if self.facts.revisions:
            text = N_(
                "The rubric was corrected after ballots opened; corrections: %(count)s. The section"
                " on the method has each with its day and its reason."
            )
            yield Paragraph(words(text, count=len(self.facts.revisions)))
        others = tuple(
            f"{words(pair.earlier.label)} ({tell_when(words, pair.ended)}), "
            f"{words(pair.later.label)} ({tell_when(words, pair.began)}): "
            f"{words(pair.verdict.label)}"
            for pair in self.purchase.other_days
        )
        if others:
            yield Paragraph("", words(N_("Other days:")))
            yield Bullets(others)

    def list_broken_days(self) -> list[OrderedPair]:
        """The pairs of other days that are not in order."""
        return [pair for pair in self.purchase.other_days if pair.verdict is OrderVerdict.BROKEN]

    def step_row(self, step: OrderStep) -> tuple[str, str, str]:
        """A step, when it was taken, and whether it came after the one before it."""
        words, proof = self.words, self.purchase.order
        when = tell_span(words, proof.spans[step]) if step in proof.spans else "–"
        return words(step.label), when, tell_verdict(words, proof, step)

    def step_tone(self, step: OrderStep) -> Tone:
        """What the verdict on a step says, for those who see its colour."""
        if step in self.purchase.order.missing:
            return Tone.OPEN
        pair = self.purchase.order.find_pair_before(step)
        if pair is None:
            return Tone.NEUTRAL
        return Tone.BAD if pair.verdict is OrderVerdict.BROKEN else Tone.GOOD

    def funding(self) -> Iterable[Block]:
        """The funds with what each pays, beside what the recommended offer costs."""
        words, facts = self.words, self.purchase.facts
        if not facts.funds:
            return
        yield Table(
            words(N_("Funds")),
            (words(N_("Fund")), words(N_("What the district calls it")), words(N_("Pays"))),
            tuple(
                (words(fund.kind.label), fund.name or "–", tell_fund_part(words, fund) or "–")
                for fund in facts.funds
            ),
        )
        if said := " ".join(list_fund_sums(words, facts, self.purchase.cost)):
            yield Paragraph(said)

    def index(self) -> Iterable[Block]:
        """What is asked of the purchase, whether it is done, and what shows it."""
        words, binder = self.words, self.purchase.binder
        yield Heading(2, words(N_("Checklist of the purchase")))
        if not binder.lines:
            yield Paragraph(words(NONE))
            return
        text = N_(
            "%(done)s of %(asked)s are done. That the memo is issued, and how long the record is"
            " kept, comes after the memo and is not counted here."
        )
        yield Paragraph(words(text, done=binder.done, asked=binder.asked))
        yield Table(
            words(N_("Checklist of the purchase")),
            (words(N_("What is asked")), words(N_("Status")), words(N_("What shows it"))),
            tuple(self.line_row(row) for row in binder.lines),
            tuple((TONES[row.state], None) for row in binder.lines),
        )

    def line_row(self, row: CheckedLine) -> tuple[str, str, str]:
        """A line with its source, its state, and what is recorded for it."""
        line = row.line
        title = f"{line.title} ({line.source})" if line.source else line.title
        return title, self.words(row.state.label), self.line_words(row) or "–"

    def line_words(self, row: CheckedLine) -> str:
        """What shows a line, in sentences."""
        words, record = self.words, row.record
        if row.withheld:
            return words(N_("About a vendor from which the reader stays away."))
        vendor = self.purchase.vendors.get(record.vendor_id or 0, "")
        day = words.day(record.done_on) if record.done_on else ""
        parts = (
            tell_remark(words, row.remark) if row.remark else "",
            words(record.level.label) if record.level else "",
            vendor,
            record.note,
            ", ".join(filter(None, (day, record.done_by))),
            words(N_("Kept at: %(place)s"), place=record.kept_at) if record.kept_at else "",
        )
        return " ".join(end_sentence(part) for part in parts if part)


def end_sentence(text: str) -> str:
    """A text with a full stop, unless it ends with one."""
    return text if text.endswith((".", "!", "?")) else f"{text}."
