"""Answers as text, and what differs between two versions of a section, word by word."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from difflib import SequenceMatcher
from itertools import takewhile

from crrubric.domain.planning.answers import NO, YES, PlanAnswer, PlanRow
from crrubric.domain.planning.disclosure import SHARES
from crrubric.domain.planning.progress import PlanAnswers
from crrubric.domain.planning.prompts import (
    CriterionHint,
    Prompt,
    PromptColumn,
    PromptKind,
    WorkbookSection,
)
from crrubric.domain.planning.section_files import load_workbook_sections
from crrubric.domain.translation import N_

_WORDS = re.compile(r"\S+\s*|\s+")
MOST_PAIRS = 40_000  # of the same word in both; with more, all of it is another text
MOST_WORDS = 1_500  # of a text that is compared word by word; longer ones are compared by lines


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFormatter:
    """How answers are written for a reader: their language, days, numbers, dollars."""

    translate: Callable[[str], str]
    day: Callable[[date], str]
    number: Callable[[Decimal], str]
    money: Callable[[Decimal], str]


@dataclass(frozen=True, slots=True)
class TextPart:
    """A run of words: in both texts, in the old one alone ("old"), or in the new one ("new")."""

    text: str
    side: str = ""


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """A prompt whose answer is another one, with both as text and what differs."""

    prompt: Prompt
    old: str
    new: str
    parts: tuple[TextPart, ...]


def write_cell(column: PromptColumn, text: str, words: AnswerFormatter) -> str:
    """One text of an answer as people read it."""
    if not text:
        return ""
    if column.kind is PromptKind.YES_NO:
        return words.translate({YES: N_("Yes"), NO: N_("No")}.get(text, text))
    if column.kind is PromptKind.CHOICE:
        return next((one.label for one in column.options if one.code == text), text)
    if column.kind is PromptKind.DATE:
        return words.day(date.fromisoformat(text))
    if column.kind is PromptKind.MONEY:
        return words.money(Decimal(text))
    if column.kind is PromptKind.PERCENT:
        return f"{words.number(Decimal(text))} %"
    if column.kind is PromptKind.NUMBER:
        number = Decimal(text)
        unit = column.unit_of_one if number == 1 else column.unit
        return f"{words.number(number)} {unit}".strip()
    return text


def write_as_text(prompt: Prompt, answer: PlanAnswer | None, words: AnswerFormatter) -> str:
    """An answer as text, a line for each of its rows; "" for none."""
    if answer is None:
        return ""
    if isinstance(answer, str):
        return write_cell(prompt, answer, words)
    if prompt.kind is PromptKind.CHOICES:
        return "\n".join(_write_option(prompt, row, words) for row in answer)
    return "\n".join(_write_row(prompt, row, words) for row in answer)


def write_hint_reason(
    hint: CriterionHint, section: WorkbookSection, answers: PlanAnswers, words: AnswerFormatter
) -> str:
    """Why a hint is given, with the answer that it is about."""
    prompt = section.find_prompt(hint.conditions[0].prompt)
    answer = write_as_text(prompt, answers.get(prompt.code), words) if prompt else ""
    return hint.text.replace("{answer}", answer)


def make_share_pattern(language: str) -> re.Pattern[str]:
    """Finds reasons of hints in a text that tell a share of learners, as memos had them once."""
    told = [
        re.escape(hint.text).replace(r"\{answer\}", r"[\d.,]+\s?%")
        for section in load_workbook_sections(language)
        for hint in section.hints
        if hint.conditions[0].prompt in SHARES.get(section.code, ())
    ]
    return re.compile("|".join(text.replace(r"\ ", r"\s+") for text in told))


def _write_option(prompt: Prompt, row: PlanRow, words: AnswerFormatter) -> str:
    label = next(
        (one.label for one in prompt.options if one.code == row.get("option")),
        row.get("option", ""),
    )
    more = [row["words"]] if "words" in row else []
    more += [words.number(Decimal(row["count"]))] if "count" in row else []
    return f"{label}: {', '.join(more)}" if more else label


def _write_row(prompt: Prompt, row: PlanRow, words: AnswerFormatter) -> str:
    places = [
        next((one.label for one in options if one.code == row.get(key)), row.get(key, ""))
        for key, options in (("down", prompt.down), ("across", prompt.across))
        if prompt.kind is PromptKind.GRID
    ]
    cells = [
        f"{column.label}: {write_cell(column, row[column.code], words)}"
        for column in prompt.columns
        if column.code in row
    ]
    return " · ".join([*filter(None, places), *cells])


def find_answer_changes(
    section: WorkbookSection, old: PlanAnswers, new: PlanAnswers, words: AnswerFormatter
) -> list[AnswerChange]:
    """What differs between two versions, prompt by prompt."""
    return [
        AnswerChange(prompt, before, after, tuple(compare_words(before, after)))
        for prompt in section.prompts
        if old.get(prompt.code) != new.get(prompt.code)
        for before in (write_as_text(prompt, old.get(prompt.code), words),)
        for after in (write_as_text(prompt, new.get(prompt.code), words),)
    ]


def compare_words(old: str, new: str) -> Iterator[TextPart]:
    """Two texts as one: what is in both, what went and what came, in the order of reading."""
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if len(before) > MOST_WORDS or len(after) > MOST_WORDS:
        before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    begun = count_same(zip(before, after, strict=False))
    first, before, after = before[:begun], before[begun:], after[begun:]
    if first:
        yield TextPart("".join(first))
    if count_pairs(before, after) > MOST_PAIRS:
        before, after = ["".join(before)], ["".join(after)]
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for what, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if what == "equal":
            yield TextPart("".join(before[old_from:old_to]))
            continue
        if old_to > old_from:
            yield TextPart("".join(before[old_from:old_to]), "old")
        if new_to > new_from:
            yield TextPart("".join(after[new_from:new_to]), "new")


def count_same(pairs: Iterable[tuple[str, str]]) -> int:
    """How many of the first pairs are of the same text."""
    return sum(1 for _pair in takewhile(lambda pair: pair[0] == pair[1], pairs))


def count_pairs(before: Sequence[str], after: Sequence[str]) -> int:
    """How many pairs there are of the same text: comparing takes a time that grows with them, and
    far faster than they do where few texts come again and again."""
    there = Counter(after)
    return sum(count * there[text] for text, count in Counter(before).items())
