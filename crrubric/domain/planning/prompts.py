"""The workbook's sections as values: what each asks, in what kind, and what it warns of.

`section_files.py` reads them from `data/workbook/`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from crrubric.domain.limits import NumberLimits
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import LabelledEnum


class PromptKind(StrEnum):
    """What kind of answer a prompt takes."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    YES_NO = "yes_no"
    CHOICE = "choice"  # one of a list
    CHOICES = "choices"  # several of a list, with counts where `counted`
    NUMBER = "number"
    PERCENT = "percent"
    MONEY = "money"
    DATE = "date"
    TABLE = "table"  # rows of columns
    GRID = "grid"  # such rows in each cell of `down` and `across`


NUMBERS = frozenset({PromptKind.NUMBER, PromptKind.PERCENT, PromptKind.MONEY})
ROWS = frozenset({PromptKind.TABLE, PromptKind.GRID})
# what a column of a table can be: one control
CELLS = frozenset(PromptKind) - ROWS - {PromptKind.CHOICES}


@dataclass(frozen=True, slots=True)
class PromptOption:
    """Something to choose; `named`: whoever chooses it says in words what it is."""

    code: str
    label: str
    named: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptColumn:
    """A column of a table, or of the rows of a grid; a prompt is one with more around it.

    needed: the section is not complete while it is empty; of a column, in any row that is there.
    """

    code: str
    kind: PromptKind
    label: str
    unit: str = ""
    unit_of_one: str = ""  # as 1 is written with it
    bounds: NumberLimits | None = None  # of numbers
    options: tuple[PromptOption, ...] = ()
    needed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt(PromptColumn):
    """One question of a section.

    default: rows that a grid can begin with, as its answer would have them.
    """

    help: str = ""
    counted: bool = False
    columns: tuple[PromptColumn, ...] = ()
    down: tuple[PromptOption, ...] = ()
    across: tuple[PromptOption, ...] = ()
    default: tuple[Mapping[str, str], ...] = ()


class ConditionTest(StrEnum):
    """What a warning asks of an answer. Without an answer, only two of them hold."""

    BELOW = "below"
    ABOVE = "above"
    EQUAL = "equal"
    OTHER_THAN = "other_than"  # no answer is another, too
    EMPTY = "empty"
    GIVEN = "given"


@dataclass(frozen=True, slots=True)
class WarningCondition:
    """What must be so of one answer for a warning to be shown."""

    prompt: str
    test: ConditionTest
    value: str


@dataclass(frozen=True, slots=True)
class AnswerWarning:
    """A sentence beside the last of the prompts that it is about, while all conditions hold."""

    text: str
    conditions: tuple[WarningCondition, ...]

    @property
    def beside(self) -> str:
        """The prompt beside which it stands."""
        return self.conditions[-1].prompt


class HintKind(LabelledEnum):
    """What an answer suggests for a criterion of the rubric."""

    MUST_HAVE = "must_have", N_("Consider a must-have")
    WEIGHT = "weight", N_("Consider a higher weight")
    NOT_APPLICABLE = "not_applicable", N_("May not apply to you")


class HintMismatch(LabelledEnum):
    """How the rubric differs from what the chair made of a hint."""

    NOT_FOLLOWED = "not_followed", N_("The hint was taken, but this criterion is not a must-have.")
    FOLLOWED = "followed", N_("The hint was declined, but this criterion is a must-have.")


def find_hint_mismatch(kind: HintKind, *, taken: bool, must_have: bool) -> HintMismatch | None:
    """What is to be pointed out; None if the rubric is as the hint was settled.

    Only must-haves are compared: no weight says whether it was raised because of a hint.
    """
    if kind is not HintKind.MUST_HAVE or taken is must_have:
        return None
    return HintMismatch.NOT_FOLLOWED if taken else HintMismatch.FOLLOWED


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionHint:
    """What answers suggest for the criterion of this code, while all conditions hold.

    text: why; {answer} in it stands for the answer to the first prompt.
    """

    criterion: str
    kind: HintKind
    text: str
    conditions: tuple[WarningCondition, ...]


@dataclass(frozen=True, slots=True)
class HintKey:
    """Which hint it is: codes of its section and its criterion, and its kind."""

    section: str
    criterion: str
    kind: HintKind


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkbookSection:
    """One of the twelve sections.

    Args: about: what it holds, in a few words; lede: what it asks; good: what good answers look
    like; feeds: what they lead to; check: the letter of the goal that is asked about at its end,
    "whole" for all of it, "" for none; tool: the page that is this section, if it is no form.
    """

    code: str
    number: int
    title: str
    about: str
    lede: str
    good: str = ""
    feeds: str = ""
    examples: tuple[str, ...] = ()
    check: str = ""
    tool: str = ""
    prompts: tuple[Prompt, ...] = ()
    warnings: tuple[AnswerWarning, ...] = ()
    hints: tuple[CriterionHint, ...] = ()

    def find_prompt(self, code: str) -> Prompt | None:
        """The prompt of this code."""
        return next((prompt for prompt in self.prompts if prompt.code == code), None)
