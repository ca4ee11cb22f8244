"""How what people wrote is quoted: a note with whose role and its evidence, a question's answer."""

import re
from collections.abc import Mapping

from crrubric.domain.memo.facts import MemoQuestion
from crrubric.domain.memo.words import ValueFormatter
from crrubric.domain.text import quote_inside
from crrubric.domain.translation import N_

BRACKET = re.compile(r"[()（）]")


def quote_evidence(evidence: str) -> str:
    """Evidence for the inside of (…): in quotation marks where the place that somebody typed could
    end that, or begin a quotation."""
    plain = " ".join(evidence.split())
    inside = quote_inside(plain)
    return plain if plain == inside and not BRACKET.search(plain) else f"“{inside}”"


class QuoteFormatter:
    """Quotes in the language of `words`; `titles` are of the criteria, by code."""

    def __init__(self, titles: Mapping[str, str], words: ValueFormatter) -> None:
        self.titles, self.words = titles, words

    def quoted(self, note: str, evidence: str, who: str) -> str:
        """A note in quotation marks, then who wrote it and to what it points."""
        source = f"{who}; {quote_evidence(evidence)}" if evidence else who
        return f"“{quote_inside(' '.join(note.split()))}” ({source})"

    def about(self, row: MemoQuestion) -> str:
        """The title of the criterion, also of one that was left out of the rubric since."""
        if row.criterion is None:
            return self.words(N_("The whole offer"))
        if row.criterion in self.titles:
            return self.titles[row.criterion]
        return self.words(N_("%(title)s (left out of the rubric since)"), title=row.title)

    def reply(self, row: MemoQuestion) -> str:
        """The answer with its day; else since when it is open."""
        words = self.words
        if row.answered_on:
            said = quote_inside(" ".join(row.answer.split()))
            return words(
                N_("Answered %(day)s: “%(answer)s”"), day=words.day(row.answered_on), answer=said
            )
        if row.sent_on:
            return words(N_("Sent %(day)s; no answer yet."), day=words.day(row.sent_on))
        return words(N_("Not sent yet."))

    def question(self, row: MemoQuestion) -> str:
        """What was asked, about what, with the answer or that there is none."""
        asked = quote_inside(" ".join(row.words.split()))
        return f"{self.about(row)}: “{asked}” {self.reply(row)}"
