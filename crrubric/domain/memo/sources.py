"""What the record says for each text about a vendor, beside it and as a draft to begin with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate

from crrubric.domain.memo.facts import MemoNote, MemoQuestion
from crrubric.domain.memo.narratives import DASH, NarrativePart
from crrubric.domain.memo.quotes import QuoteFormatter, quote_evidence
from crrubric.domain.memo.words import ValueFormatter
from crrubric.domain.results.results import Cell, Results
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Answer, Outcome

SIDES = {
    NarrativePart.STRENGTHS: (Outcome.MET, Answer.YES),
    NarrativePart.GAPS: (Outcome.NOT_MET, Answer.NO),
}


@dataclass(frozen=True, slots=True)
class SourceLine:
    """Something that was written about a vendor.

    drafted: whether a draft holds it; what the committee found otherwise, and questions that are
    answered, are to be read only. remark: why not.
    """

    text: str
    drafted: bool = True
    remark: str = ""


Sources = Mapping[NarrativePart, tuple[SourceLine, ...]]


def list_sources(
    results: Results,
    vendor: str,
    notes: Iterable[MemoNote],
    questions: Iterable[MemoQuestion],
    words: ValueFormatter,
) -> Sources:
    """For each part what notes, evidence, findings and questions about a vendor say, a line each.

    Args: vendor: its code; notes: what its marks say, also those that have evidence alone.
    """
    return _SourceReader(results, vendor, tuple(notes), tuple(questions), words).read()


def compose_draft(lines: Iterable[SourceLine], limit: int) -> tuple[str, int]:
    """A text to begin with, a line each, and how many lines did not fit into `limit` characters."""
    items = [DASH + " ".join(line.text.split()) for line in lines if line.drafted]
    lengths = accumulate(len(item) + 1 for item in items)  # each with the line break behind it
    kept = sum(length <= limit + 1 for length in lengths)  # the last one has none
    return "\n".join(items[:kept]), len(items) - kept


class _SourceReader:
    def __init__(
        self,
        results: Results,
        vendor: str,
        notes: tuple[MemoNote, ...],
        questions: tuple[MemoQuestion, ...],
        words: ValueFormatter,
    ) -> None:
        self.results, self.vendor, self.words = results, vendor, words
        self.notes = [row for row in notes if row.vendor == vendor]
        self.asked = [row for row in questions if row.vendor == vendor]
        self.titles = {row.code: row.title for row in results.criteria}
        self.quotes = QuoteFormatter(self.titles, words)

    def read(self) -> Sources:
        sides = {part: tuple(self.side(part)) for part in SIDES}
        return {
            **sides,
            NarrativePart.EVIDENCE: tuple(self.evidence()),
            NarrativePart.QUESTIONS: tuple(self.open()),
        }

    def side(self, part: NarrativePart) -> Iterable[SourceLine]:
        """Reasons of findings, then notes, of each criterion in the order of the rubric."""
        outcome, answer = SIDES[part]
        for criterion in self.results.criteria:
            cell = self.results.cell(self.vendor, criterion.code)
            if cell.finding is outcome and cell.adopted and cell.adopted.reason:
                text = N_("%(title)s: found in the meeting. %(reason)s")
                reason = cell.adopted.reason
                yield SourceLine(self.words(text, title=criterion.title, reason=reason))
            for note in self.written(criterion.code, answer):
                if note.note:
                    yield self.told(self.quote(note), cell, cell.finding is outcome)

    def written(self, criterion: str, answer: Answer) -> list[MemoNote]:
        return [row for row in self.notes if (row.criterion, row.answer) == (criterion, answer)]

    def quote(self, note: MemoNote) -> str:
        """The criterion, what was written, whose role, the evidence."""
        role = self.words(note.stakeholder.label)
        quoted = self.quotes.quoted(note.note, note.evidence, role)
        return f"{self.titles[note.criterion]}: {quoted}"

    def told(self, text: str, cell: Cell, agrees: bool) -> SourceLine:
        if agrees:
            return SourceLine(text)
        remark = self.words(N_("the finding is: %(finding)s"), finding=self.words.finding(cell))
        return SourceLine(text, drafted=False, remark=remark)

    def evidence(self) -> Iterable[SourceLine]:
        """What marks point to; the same from several people once, with all their roles."""
        found: dict[tuple[str, str], list[str]] = {}
        for criterion in self.results.criteria:
            for note in self.notes:
                if note.criterion == criterion.code and note.evidence:
                    roles = found.setdefault((criterion.title, note.evidence), [])
                    role = self.words(note.stakeholder.label)
                    if role not in roles:
                        roles.append(role)
        for (title, evidence), roles in found.items():
            yield SourceLine(f"{title}: {quote_evidence(evidence)} ({', '.join(roles)})")

    def open(self) -> Iterable[SourceLine]:
        """Questions to the vendor, what nobody could tell, and what nothing settles."""
        answered = self.words(N_("answered"))
        for row in self.asked:
            if row.answered_on:
                yield SourceLine(self.quotes.question(row), drafted=False, remark=answered)
            else:
                yield SourceLine(self.quotes.question(row))
        for criterion in self.results.criteria:
            cell = self.results.cell(self.vendor, criterion.code)
            if cell.finding is Outcome.UNRESOLVED:
                yield SourceLine(f"{criterion.title}: {self.words.finding(cell)}")
            for note in self.written(criterion.code, Answer.CANNOT_TELL):
                if note.note:
                    unsettled = cell.finding is Outcome.UNRESOLVED
                    yield self.told(self.quote(note), cell, unsettled)
