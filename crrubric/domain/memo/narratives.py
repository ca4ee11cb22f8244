"""What the chair writes about each vendor for the memo, in words; numbers are never among it."""

from collections.abc import Iterable

from crrubric.domain.documents.tree import Block, Bullets, Paragraph
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import LabelledEnum

DASH = "- "  # what a line of a list begins with


class NarrativePart(LabelledEnum):
    """What one of the four texts about a vendor is about."""

    STRENGTHS = "STRENGTHS", N_("Strengths")
    GAPS = "GAPS", N_("Gaps")
    EVIDENCE = "EVIDENCE", N_("Evidence relied on")
    QUESTIONS = "QUESTIONS", N_("Open questions")


# what the journal calls the text of each part
TOLD_PARTS = {
    NarrativePart.STRENGTHS: "strengths",
    NarrativePart.GAPS: "gaps",
    NarrativePart.EVIDENCE: "evidence relied on",
    NarrativePart.QUESTIONS: "open questions",
}


def read_narrative(text: str) -> tuple[Block, ...]:
    """A typed text as blocks: lines that begin with “- ” are a list, a blank line ends a paragraph.

    Other line breaks stay where they were typed.
    """
    return tuple(_join_lines(text.split("\n")))


def _join_lines(lines: Iterable[str]) -> Iterable[Block]:
    items: list[str] = []
    plain: list[str] = []
    for line in (*(line.rstrip() for line in lines), ""):
        item = line.startswith(DASH)
        if items and not item:
            yield Bullets(tuple(items))
            items = []
        if plain and (item or not line):
            yield Paragraph("\n".join(plain))
            plain = []
        if item:
            items.append(line.removeprefix(DASH).strip())
        elif line:
            plain.append(line)
