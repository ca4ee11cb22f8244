"""The rubric on paper: to read, and as a blank ballot to fill in by hand."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from crrubric.domain.documents.tree import (
    Block,
    Choices,
    Document,
    DocumentStatus,
    Heading,
    Paragraph,
    WritingLines,
)
from crrubric.domain.memo.words import ValueFormatter
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Answer, Stakeholder

NOTE_LINES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperCriterion:
    """A criterion in the language of the paper; lead: who knows most about it.

    number: among all that are asked, the same on every paper.
    """

    number: int
    title: str
    question: str
    look_for: str
    weight: str
    must_have: bool
    may_not_apply: bool
    lead: Stakeholder | None


@dataclass(frozen=True, slots=True)
class BallotNames:
    """Whose ballot it is, and for which vendor."""

    reviewer: str
    vendor: str


@dataclass(frozen=True, slots=True)
class PaperSection:
    """A section of the rubric with its criteria in their order."""

    title: str
    criteria: tuple[PaperCriterion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RubricPaperFacts:
    """What the papers of a rubric say. fixed: whether it can't change any more."""

    title: str
    district: str
    language: str
    on: date
    name: str
    version: str
    fixed: bool
    sections: tuple[PaperSection, ...]


def compose_rubric_paper(facts: RubricPaperFacts, translate: Callable[[str], str]) -> Document:
    """The rubric to read: each criterion with its question and what to look for."""
    words = ValueFormatter(translate)
    blocks: list[Block] = []
    for section in facts.sections:
        blocks.append(Heading(1, section.title))
        for criterion in section.criteria:
            blocks += [_name_criterion(criterion), Paragraph(criterion.question)]
            blocks.append(Paragraph(" · ".join(_list_features(criterion, words))))
            if criterion.look_for:
                blocks.append(Paragraph(criterion.look_for, words(N_("What to look for:"))))
    title = words(N_("Rubric: %(title)s"), title=facts.title)
    return _compose_paper(facts, words, title=title, blocks=blocks, large_type=False)


def compose_blank_ballot(
    facts: RubricPaperFacts,
    translate: Callable[[str], str],
    *,
    large_type: bool,
    names: BallotNames | None = None,
) -> Document:
    """A ballot for one vendor, to be filled in by hand; the chair enters it afterwards.

    Args: names: printed on it, so that nobody has to write them.
    """
    words = ValueFormatter(translate)
    blocks: list[Block] = [
        *_name_ballot(names, words),
        WritingLines(words(N_("Date")), 1),
        Paragraph(
            words(
                N_(
                    "Work alone, and show this ballot to nobody but the chair. Check one answer for"
                    " each criterion: YES if what you saw meets it, NO if it does not, CAN’T TELL"
                    " if you could not find out. A note with the evidence you saw tells the board"
                    " why. The chair enters this ballot, and you confirm what was entered."
                )
            )
        ),
    ]
    if any(criterion.must_have for section in facts.sections for criterion in section.criteria):
        blocks.append(
            Paragraph(words(N_("◆ must-have: a vendor that does not meet it is not eligible.")))
        )
    for section in facts.sections:
        blocks.append(Heading(1, section.title))
        for criterion in section.criteria:
            options = [Answer.YES, Answer.NO, Answer.CANNOT_TELL]
            options += [Answer.NOT_APPLICABLE] if criterion.may_not_apply else []
            blocks += [
                _name_criterion(criterion),
                Paragraph(criterion.question),
                Choices(tuple(words(option.label).upper() for option in options)),
                WritingLines(words(N_("Note and evidence")), NOTE_LINES),
            ]
    title = words(N_("Ballot: %(title)s"), title=facts.title)
    return _compose_paper(facts, words, title=title, blocks=blocks, large_type=large_type)


def _name_ballot(names: BallotNames | None, words: ValueFormatter) -> list[Block]:
    """Who fills it in, and for which vendor; lines to write that on where it is not known."""
    name, vendor = words(N_("Your name")), words(N_("Vendor and product"))
    if names is None:
        return [WritingLines(name, 1), WritingLines(vendor, 1)]
    return [Paragraph(names.reviewer, f"{name}:"), Paragraph(names.vendor, f"{vendor}:")]


def _name_criterion(criterion: PaperCriterion) -> Heading:
    return Heading(
        2, f"{criterion.number}. {criterion.title}" + (" ◆" if criterion.must_have else "")
    )


def _list_features(criterion: PaperCriterion, words: ValueFormatter) -> Iterable[str]:
    """Its weight, and what else is set for it."""
    if criterion.must_have:
        yield words(N_("must-have"))
    yield words(N_("Weight %(weight)s"), weight=criterion.weight)
    if criterion.lead is not None:
        who = words(criterion.lead.label)
        yield words(N_("knows most about it: %(who)s"), who=who)
    if criterion.may_not_apply:
        yield words(N_("may not apply"))


def _compose_paper(
    facts: RubricPaperFacts,
    words: ValueFormatter,
    *,
    title: str,
    blocks: list[Block],
    large_type: bool,
) -> Document:
    """The frame of both papers; until the rubric is fixed it is a draft."""
    rubric = f"{facts.name} {facts.version}".strip()
    fixed = N_("Rubric fixed") if facts.fixed else N_("DRAFT – the rubric can still change")
    return Document(
        title=title,
        subtitle=f"{facts.district} · {rubric} · {words.day(facts.on)}",
        status=DocumentStatus.FINAL if facts.fixed else DocumentStatus.DRAFT,
        stamp=words(fixed),
        organization=facts.district,
        language=facts.language,
        on=facts.on,
        page_label=words(N_("Page %(page)s of %(pages)s")),
        blocks=tuple(blocks),
        large_type=large_type,
    )
