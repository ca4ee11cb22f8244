"""Which column of a file of marks is which, as somebody said or as it was guessed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from crrubric.domain.exchange.answer_words import recognize_answer
from crrubric.domain.text import to_plain_word
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Answer, LabelledEnum

BLANK = "BLANK"  # what a word is that means no mark
NEW = "+"  # what a name is that the evaluation is to get
MARK_ON, NOTE_ON = "mark:", "note:"  # before the code of a criterion


class Layout(LabelledEnum):
    """How a table of marks is laid out."""

    LONG = "LONG", N_("One mark in each row")
    RESPONSES = (
        "RESPONSES",
        N_("One ballot in each row: a column for each criterion, as forms are exported"),
    )
    MATRIX = "MATRIX", N_("One criterion in each row: a column for each reviewer")


class ColumnRole(StrEnum):
    """What a column holds, beside the marks and notes on one criterion."""

    UNREAD = ""
    REVIEWER = "reviewer"
    VENDOR = "vendor"
    CRITERION = "criterion"
    MARK = "mark"
    NOTE = "note"
    TIME = "time"
    EVIDENCE_KIND = "evidence_kind"
    EVIDENCE_PLACE = "evidence_place"
    EVIDENCE_ON = "evidence_on"
    EVIDENCE_UNTIL = "evidence_until"


# The roles that columns can have in each layout; RESPONSES has one more for each criterion.
ROLES: Mapping[Layout, tuple[ColumnRole, ...]] = {
    Layout.LONG: tuple(role for role in ColumnRole if role),
    Layout.RESPONSES: (ColumnRole.REVIEWER, ColumnRole.VENDOR, ColumnRole.TIME),
    Layout.MATRIX: (
        ColumnRole.CRITERION, ColumnRole.MARK, ColumnRole.NOTE, ColumnRole.VENDOR,
    ),
}  # fmt: skip
# In MATRIX every reviewer has a column of marks, and may have one of notes behind it.
REPEATED = {
    Layout.LONG: (),
    Layout.RESPONSES: (),
    Layout.MATRIX: (ColumnRole.MARK, ColumnRole.NOTE),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkMapping:
    """How a file of marks is read.

    columns: what each column is, by its label: a ColumnRole, or MARK_ON or NOTE_ON and a code;
    header: number of the row with the labels; sheets: of each sheet that is read, the vendor that
    it is of, or nothing where rows say so; vendor: of the whole file, where nothing in it says so;
    words: what a word means, by the word as `to_plain_word` has it: an Answer, or BLANK;
    reviewers, vendors: what a name in the file means: a name of the evaluation, or NEW;
    keep_latest: of several answers of one person the latest counts.
    """

    layout: Layout
    columns: Mapping[str, str]
    header: int = 1
    sheets: Mapping[str, str] = field(default_factory=dict)
    vendor: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    reviewers: Mapping[str, str] = field(default_factory=dict)
    vendors: Mapping[str, str] = field(default_factory=dict)
    keep_latest: bool = False

    def recognize(self, text: str) -> Answer | str | None:
        """The answer that a cell is, BLANK for one that is to be left out, or None."""
        chosen = self.words.get(to_plain_word(text))
        if chosen is None:
            return recognize_answer(text)
        return BLANK if chosen == BLANK else Answer(chosen)


def write_mapping(mapping: MarkMapping) -> str:
    """The mapping as JSON."""
    return json.dumps(
        {
            "layout": mapping.layout.value,
            "columns": dict(mapping.columns),
            "header": mapping.header,
            "sheets": dict(mapping.sheets),
            "vendor": mapping.vendor,
            "words": dict(mapping.words),
            "reviewers": dict(mapping.reviewers),
            "vendors": dict(mapping.vendors),
            "keep_latest": mapping.keep_latest,
        },
        ensure_ascii=False,
        sort_keys=True,
    )


def read_mapping(text: str) -> MarkMapping:
    """A mapping out of JSON that `write_mapping` wrote."""
    told: dict[str, Any] = json.loads(text)
    return MarkMapping(**{**told, "layout": Layout(told["layout"])})
