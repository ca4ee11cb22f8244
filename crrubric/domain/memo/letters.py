"""The letter to a vendor that was not chosen: its own results and reasons, nothing of the others.

Of another vendor it has the name of the chosen one alone; of the committee no member's name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from crrubric.domain.documents.tree import (
    Block,
    Bullets,
    Document,
    DocumentStatus,
    Heading,
    Paragraph,
    Table,
)
from crrubric.domain.memo.charts import TONES
from crrubric.domain.memo.facts import MemoQuestion
from crrubric.domain.memo.narratives import NarrativePart, read_narrative
from crrubric.domain.memo.quotes import QuoteFormatter
from crrubric.domain.memo.words import NONE, Translate, ValueFormatter
from crrubric.domain.results.results import Cell, Results, ScoredVendor
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Outcome

# what stands at the end of a letter until a chair types something else
USUAL_CLOSING = N_(
    "We thank you for your offer and for the work that went into it. If you have a question about"
    " these results, please write to us."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFacts:
    """What a letter to one vendor is made from.

    product: empty where the vendor's name says it already. chosen: the name of the recommended
    vendor; None: none was. results: of all vendors; only what is this one's is told. narratives,
    questions: this vendor's.
    """

    vendor: ScoredVendor
    product: str
    chosen: str | None
    title: str
    district: str
    reference: str
    language: str
    on: date
    decided_on: date
    results: Results
    narratives: Mapping[NarrativePart, str] = field(default_factory=dict)
    questions: tuple[MemoQuestion, ...] = ()
    contact: str = ""
    closing: str = ""


def compose_letter(facts: LetterFacts, translate: Translate) -> Document:
    """The letter for these facts, in the language of `translate`."""
    words = ValueFormatter(translate, pass_mark=facts.results.pass_mark)
    return _LetterComposer(facts, words).letter()


def list_letter_texts(facts: LetterFacts) -> Iterable[tuple[str, str]]:
    """(what it is, text) of everything in the letter that somebody typed.

    What it is: a source text to be translated. The contact is none of it: it is a name.
    """
    yield N_("Title"), facts.title
    # an address made of the first title, in words as they would be written
    yield N_("Reference"), facts.reference.replace("-", " ").title()
    yield N_("Criteria"), "\n".join(row.title for row in facts.results.criteria)
    for part in (NarrativePart.STRENGTHS, NarrativePart.GAPS, NarrativePart.QUESTIONS):
        yield part.label, facts.narratives.get(part, "")
    reasons = (reason for _title, _cell, reason in list_adopted_reasons(facts))
    yield N_("Reasons of findings"), "\n".join(reasons)
    yield N_("Questions"), "\n".join(row.words for row in list_open_questions(facts))
    yield N_("Closing of the letters"), facts.closing


def list_adopted_reasons(facts: LetterFacts) -> Iterable[tuple[str, Cell, str]]:
    """(criterion, cell, reason) where the committee gave one for its finding in the meeting."""
    for criterion in facts.results.criteria:
        cell = facts.results.cell(facts.vendor.code, criterion.code)
        if cell.adopted is not None and cell.adopted.reason:
            yield criterion.title, cell, cell.adopted.reason


def list_open_questions(facts: LetterFacts) -> Iterable[MemoQuestion]:
    """Questions that the vendor was sent and did not answer."""
    return (row for row in facts.questions if row.sent_on and not row.answered_on)


class _LetterComposer:
    def __init__(self, facts: LetterFacts, words: ValueFormatter) -> None:
        self.facts, self.words, self.results = facts, words, facts.results
        titles = {row.code: row.title for row in facts.results.criteria}
        self.quotes = QuoteFormatter(titles, words)

    def letter(self) -> Document:
        facts, words = self.facts, self.words
        return Document(
            title=words(N_("The result for %(vendor)s"), vendor=facts.vendor.name),
            subtitle=f"{facts.district} · {words.day(facts.on)}",
            page_label=words(N_("Page %(page)s of %(pages)s")),
            status=DocumentStatus.FINAL,
            stamp=words(N_("Letter to a vendor")),
            organization=facts.district,
            language=facts.language,
            on=facts.on,
            blocks=tuple(self.blocks()),
        )

    def blocks(self) -> Iterable[Block]:
        yield from self.opening()
        yield Heading(1, self.words(N_("Your result")))
        yield from self.score()
        yield Heading(1, self.words(N_("Strengths and gaps")))
        yield from self.narratives()
        yield Heading(1, self.words(N_("Findings by criterion")))
        yield from self.findings()
        yield Heading(1, self.words(N_("Questions left open")))
        yield from self.open()
        yield Heading(1, self.words(N_("Contact")))
        yield from self.closing()

    def opening(self) -> Iterable[Block]:
        """To whom, about what, who was chosen."""
        facts, words = self.facts, self.words
        to = facts.vendor.name + (f", {facts.product}" if facts.product else "")
        yield Paragraph(to, words(N_("To:")))
        yield Paragraph(facts.title, words(N_("About:")))
        yield Paragraph(facts.reference, words(N_("Reference:")))
        day = words.day(facts.decided_on)
        if facts.chosen is None:
            text = N_(
                "The selection committee of %(district)s made its decision final on %(day)s."
                " It recommends none of the offers."
            )
            yield Paragraph(words(text, district=facts.district, day=day))
        else:
            text = N_(
                "The selection committee of %(district)s made its decision final on %(day)s."
                " It recommends the offer of %(vendor)s. Your offer was not chosen."
            )
            yield Paragraph(words(text, district=facts.district, day=day, vendor=facts.chosen))
        yield Paragraph(
            words(
                N_(
                    "What follows are the results of your offer alone: what the committee found on"
                    " each criterion, how many reviewers said what, and why."
                )
            )
        )

    def score(self) -> Iterable[Block]:
        """The score with its denominators, and the must-haves."""
        words, code = self.words, self.facts.vendor.code
        yield Paragraph(words.score(code, self.results) + ".", words(N_("Score:")))
        gate = words.gate(self.results.scores[code], self.results)
        yield Paragraph(gate + ".", words(N_("Must-haves:")))

    def narratives(self) -> Iterable[Block]:
        """What the chair wrote; the numbers are in the table of findings."""
        for part in (NarrativePart.STRENGTHS, NarrativePart.GAPS):
            yield Heading(2, self.words(part.label))
            written = read_narrative(self.facts.narratives.get(part, ""))
            yield from written or self.counted(part)

    def counted(self, part: NarrativePart) -> Iterable[Block]:
        """Where nothing is written: the criteria that are met, or that are not."""
        wanted = {NarrativePart.STRENGTHS: Outcome.MET, NarrativePart.GAPS: Outcome.NOT_MET}[part]
        titles = tuple(
            criterion.title
            for criterion in self.results.criteria
            if self.cell(criterion.code).finding is wanted
        )
        label = {Outcome.MET: N_("Met:"), Outcome.NOT_MET: N_("Not met:")}[wanted]
        yield Paragraph("; ".join(titles) if titles else "–", self.words(label))

    def cell(self, criterion: str) -> Cell:
        return self.results.cell(self.facts.vendor.code, criterion)

    def findings(self) -> Iterable[Block]:
        """Each criterion with its finding and the votes in total, then the reasons that were given
        in the meeting."""
        words = self.words
        rows, tones = [], []
        for criterion in self.results.criteria:
            cell = self.cell(criterion.code)
            must = f" ({words(N_('must-have'))})" if criterion.must_have else ""
            votes = words.votes(cell.tally)
            rows.append((criterion.title + must, words.finding(cell), votes))
            tones.append((TONES[cell.finding], None))
        header = tuple(map(words, (N_("Criterion"), N_("Finding"), N_("Votes of the reviewers"))))
        caption = words(N_("What the committee found on your offer"))
        yield Table(caption, header, tuple(rows), tuple(tones))
        reasons = tuple(
            f"{title}: {words.finding(cell)}. {' '.join(reason.split())}"
            for title, cell, reason in list_adopted_reasons(self.facts)
        )
        if reasons:
            yield Heading(2, words(N_("Reasons given in the meeting")))
            yield Bullets(reasons)

    def open(self) -> Iterable[Block]:
        """What was left open, in the chair's words, and what the vendor did not answer."""
        written = read_narrative(self.facts.narratives.get(NarrativePart.QUESTIONS, ""))
        asked = tuple(self.quotes.question(row) for row in list_open_questions(self.facts))
        yield from written
        if asked:
            yield Paragraph("", self.words(N_("Sent to you, and not answered:")))
            yield Bullets(asked)
        if not written and not asked:
            yield Paragraph(self.words(NONE))

    def closing(self) -> Iterable[Block]:
        """What the chair typed for all letters, or what usually stands there."""
        facts, words = self.facts, self.words
        yield from read_narrative(facts.closing or words(USUAL_CLOSING))
        if facts.contact:
            yield Paragraph(facts.contact)
        yield Paragraph(words(N_("The selection committee of %(name)s"), name=facts.district))
