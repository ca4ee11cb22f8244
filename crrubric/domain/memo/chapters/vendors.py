"""The memo's section on each vendor: strengths, gaps, evidence, questions and answers."""

from collections import defaultdict
from collections.abc import Iterable

from crrubric.domain.documents.tree import Block, Bullets, Heading, Paragraph
from crrubric.domain.memo.facts import MemoFacts, MemoNote
from crrubric.domain.memo.narratives import NarrativePart, read_narrative
from crrubric.domain.memo.quotes import QuoteFormatter
from crrubric.domain.memo.words import NONE, ValueFormatter
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Answer, Outcome

# What holds for the criteria of each finding that nobody wrote about: all said so, most did, the
# committee settled it in its meeting. Marks that do not count stay in the record: who left, or
# stays away since, may have said otherwise.
GROUPS = {
    Outcome.MET: (
        N_("Met, with no NO among the marks that count:"),
        N_("Met, though some said NO:"),
        N_("Met, as found in the meeting:"),
    ),
    Outcome.NOT_MET: (
        N_("Not met, with no YES among the marks that count:"),
        N_("Not met, though some said YES:"),
        N_("Not met, as found in the meeting:"),
    ),
}
SIDES = ((NarrativePart.STRENGTHS, Outcome.MET), (NarrativePart.GAPS, Outcome.NOT_MET))


class VendorBlocks(QuoteFormatter):
    """Puts what reviewers wrote beside what the committee found, for those not chosen as well.

    What the chair wrote about a vendor comes first. Where there is such a text, the notes that it
    was made from are not quoted again: what follows it are the criteria with their votes alone.
    """

    def __init__(self, facts: MemoFacts, words: ValueFormatter) -> None:
        super().__init__({row.code: row.title for row in facts.results.criteria}, words)
        self.facts, self.results = facts, facts.results
        self.notes: dict[tuple[str, str, Answer], list[MemoNote]] = defaultdict(list)
        for note in facts.notes:
            if note.note:
                self.notes[note.vendor, note.criterion, note.answer].append(note)

    def blocks(self) -> Iterable[Block]:
        """A heading for each vendor in the order of the ranking, then what there is to say."""
        words = self.words
        must = N_("Must-haves")
        for vendor in self.results.ranking():
            score = words.score(vendor.code, self.results)
            gate = words.gate(self.results.scores[vendor.code], self.results)
            yield Heading(2, vendor.name)
            yield Paragraph(f"{score}. {words(must)}: {gate}.")
            if vendor.code in self.facts.kept_back:
                yield Paragraph(
                    words(
                        N_(
                            "You have a conflict of interest with this vendor: what reviewers wrote"
                            " and what the vendor was asked is left out of your copy until the"
                            " decision is final."
                        )
                    )
                )
            for part, outcome in SIDES:
                written = self.narrative(vendor.code, part)
                lines = self.reasons(vendor.code, outcome, quote=not written)
                yield from self.labelled(part.label, lines, written)
            for part in (NarrativePart.EVIDENCE, NarrativePart.QUESTIONS):
                if written := self.narrative(vendor.code, part):
                    yield from self.labelled(part.label, (), written)
            yield from self.labelled(
                N_("Met, although these criteria are hard to combine"), self.tense(vendor.code)
            )
            if vendor.code not in self.facts.kept_back:
                asked = self.questions(vendor.code)
                yield from self.labelled(N_("Questions to the vendor"), asked)
            yield from self.labelled(N_("What reviewers could not tell"), self.untold(vendor.code))

    def narrative(self, vendor: str, part: NarrativePart) -> tuple[Block, ...]:
        """What the chair wrote, as blocks; empty if nothing."""
        return read_narrative(self.facts.narratives.get((vendor, part), ""))

    def labelled(
        self, label: str, lines: tuple[str, ...], written: tuple[Block, ...] = ()
    ) -> Iterable[Block]:
        """A label, what was written, then what is computed; or that there is nothing."""
        yield Paragraph("", self.words(label) + ":")
        yield from written
        if written and lines:
            yield Paragraph(self.words(N_("By the votes:")))
        if lines:
            yield Bullets(lines)
        elif not written:
            yield Paragraph(self.words(NONE))

    def reasons(self, vendor: str, outcome: Outcome, *, quote: bool = True) -> tuple[str, ...]:
        """The criteria with this finding: those that reviewers wrote about with their words, then
        the others in groups.

        Args: quote: without, all of them in groups, each with its votes.
        """
        answer = {Outcome.MET: Answer.YES, Outcome.NOT_MET: Answer.NO}[outcome]
        told: list[str] = []
        groups: dict[str, list[str]] = {text: [] for text in GROUPS[outcome]}
        unanimous, most, adopted = groups
        for criterion in self.results.criteria:
            cell = self.results.cell(vendor, criterion.code)
            if cell.finding is not outcome:
                continue
            tally = cell.tally
            title = f"{criterion.title} ({tally.yes}–{tally.no})"
            notes = [
                self.quoted(note.note, note.evidence, self.words(note.stakeholder.label))
                for note in self.notes.get((vendor, criterion.code, answer), ())
                if quote
            ]
            if notes:
                told.append(f"{title}: {' '.join(notes)}")
            elif cell.settled_otherwise:
                groups[adopted].append(title)
            elif min(tally.yes, tally.no) == 0:
                groups[unanimous].append(criterion.title if quote else title)
            else:
                groups[most].append(title)
        named = (
            f"{self.words(text)} {'; '.join(titles)}." for text, titles in groups.items() if titles
        )
        return (*told, *named)

    def tense(self, vendor: str) -> tuple[str, ...]:
        """Pairs of criteria that ask for two configurations, both found Met."""
        return tuple(
            f"{self.titles[row.first]} – {self.titles[row.second]}: {row.why}"
            for row in self.facts.contradictions
            if row.vendor == vendor
        )

    def questions(self, vendor: str) -> tuple[str, ...]:
        """What the committee asked, with the answer or that there is none."""
        return tuple(self.question(row) for row in self.facts.questions if row.vendor == vendor)

    def untold(self, vendor: str) -> tuple[str, ...]:
        """Cells with CAN'T TELL marks, with what reviewers wrote there."""
        lines = []
        for criterion in self.results.criteria:
            tally = self.results.cell(vendor, criterion.code).tally
            if not tally.cannot_tell:
                continue
            asked = [
                self.quoted(note.note, note.evidence, self.words(note.stakeholder.label))
                for note in self.notes.get((vendor, criterion.code, Answer.CANNOT_TELL), ())
            ]
            head = self.words(
                N_("%(title)s: %(n)s of %(whole)s could not tell."),
                title=criterion.title,
                n=tally.cannot_tell,
                whole=tally.assigned,
            )
            lines.append(" ".join([head, *asked]))
        return tuple(lines)
