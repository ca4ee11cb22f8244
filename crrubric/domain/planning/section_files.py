"""Reading the workbook's section files: TOML, checked as a whole, in one language.

The files are ours and are shipped: what is wrong with one is a fault of the program, so that it is
no `CrrubricError` and speaks no other language. A test reads each of them in each language.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from crrubric.domain import limits
from crrubric.domain.limits import NumberLimits
from crrubric.domain.people.languages import NAMES, SOURCE
from crrubric.domain.planning.prompts import (
    CELLS,
    NUMBERS,
    ROWS,
    AnswerWarning,
    ConditionTest,
    CriterionHint,
    HintKind,
    Prompt,
    PromptColumn,
    PromptKind,
    PromptOption,
    WarningCondition,
    WorkbookSection,
)

Table = Mapping[str, Any]
LETTERS = ("specific", "measurable", "attainable", "relevant", "time_bound", "whole")
_CODE = re.compile(r"[a-z][a-z0-9_]*")
_OTHERS = sorted(set(NAMES) - {SOURCE})
_BOUNDS = {
    PromptKind.NUMBER: limits.PLAN_NUMBER,
    PromptKind.PERCENT: limits.PLAN_PERCENT,
    PromptKind.MONEY: limits.PLAN_MONEY,
}
_SECTION = {"code", "number", "title", "about", "lede", "good", "feeds", "check", "tool"}
_SECTION |= {"example", "prompt", "warning", "hint"}
UNITS = ("unit", "unit_of_one")
_CELL = {"code", "kind", "label", *UNITS, "least", "most", "places", "option", "needed"}
_PROMPT = _CELL | {"help", "counted", "column", "down", "across", "default"}


class SectionFileError(ValueError):
    """A section file can't be used; `problems` says why, each with its place."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


@cache
def load_workbook_sections(language: str = SOURCE) -> tuple[WorkbookSection, ...]:
    """The sections that crrubric ships, in their order, in one language."""
    folder = resources.files("crrubric.data") / "workbook"
    files = [file for file in folder.iterdir() if file.name.endswith(".toml")]
    found = [parse_section_file(file.read_text("utf-8"), file.name, language) for file in files]
    return tuple(sorted(found, key=lambda section: section.number))


def find_workbook_section(code: str, language: str = SOURCE) -> WorkbookSection | None:
    """The section of this code, in one language."""
    return next((one for one in load_workbook_sections(language) if one.code == code), None)


def name_workbook_section(code: str, language: str = SOURCE) -> str:
    """The title of a section in one language; the code of one that is no more."""
    section = find_workbook_section(code, language)
    return section.title if section else code


def parse_section_file(text: str, name: str, language: str = SOURCE) -> WorkbookSection:
    """Read a section file. Raises: SectionFileError with every problem and its place."""
    try:
        data = tomllib.loads(text, parse_float=Decimal)
    except ValueError as error:
        raise SectionFileError([f"{name}: {error}"]) from None
    reader = _SectionReader(language if language in NAMES else SOURCE)
    section = reader.section(data, name)
    if reader.problems:
        raise SectionFileError(reader.problems)
    return section


class _SectionReader:
    """Turns tables into values and collects what is wrong instead of stopping at the first."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.problems: list[str] = []

    def section(self, data: Table, place: str) -> WorkbookSection:
        self.known(data, place, _SECTION)
        tool = self.plain(data, place, "tool", needed=False)
        texts = ("good", "feeds") if not tool else ()
        words = self.words(data, place, ("title", "about", "lede", *texts))
        prompts = tuple(self.prompt(row, place) for row in data.get("prompt", ()))
        self.once(place, "prompt", [prompt.code for prompt in prompts])
        if bool(tool) == bool(prompts):
            self.problems.append(f"{place}: a section has prompts or is a tool")
        check = data.get("check", "")
        if check not in ("", *LETTERS):
            self.problems.append(f"{place}: “{check}” is no letter of the goal")
        number = data.get("number")
        if not isinstance(number, int):
            self.problems.append(f"{place}: “number” must be a whole number")
        return WorkbookSection(
            code=self.code(data, place),
            number=number if isinstance(number, int) else 0,
            check=check,
            tool=tool,
            examples=tuple(
                self.words(row, f"{place}, example", ("text",))["text"]
                for row in data.get("example", ())
            ),
            prompts=prompts,
            warnings=tuple(self.warning(row, place, prompts) for row in data.get("warning", ())),
            hints=tuple(self.hint(row, place, prompts) for row in data.get("hint", ())),
            **words,
        )

    def prompt(self, row: Table, place: str) -> Prompt:
        here = f"{place}, prompt “{row.get('code', '?')}”"
        kind = self.kind(row, here, frozenset(PromptKind))
        self.known(row, here, _PROMPT)
        columns = tuple(self.column(each, here) for each in row.get("column", ()))
        self.once(here, "column", [each.code for each in columns])
        down, across = (self.options(row, here, key) for key in ("down", "across"))
        if (kind in ROWS) != bool(columns):
            self.problems.append(f"{here}: tables and grids, and no others, have columns")
        if (kind is PromptKind.GRID) != bool(down and across):
            self.problems.append(f"{here}: a grid, and nothing else, has “down” and “across”")
        return Prompt(
            **self.cell(row, here, kind),
            help=self.words(row, here, ("help",))["help"] if "help" in row else "",
            counted=row.get("counted") is True,
            columns=columns,
            down=down,
            across=across,
            default=tuple(self.default(each, here, columns) for each in row.get("default", ())),
        )

    def column(self, row: Table, place: str) -> PromptColumn:
        here = f"{place}, column “{row.get('code', '?')}”"
        self.known(row, here, _CELL)
        return PromptColumn(**self.cell(row, here, self.kind(row, here, CELLS)))

    def cell(self, row: Table, here: str, kind: PromptKind) -> dict[str, Any]:
        """What a prompt and a column have in common."""
        options = self.options(row, here, "option")
        if ("unit" in row) != ("unit_of_one" in row):
            self.problems.append(f"{here}: “unit” and “unit_of_one” go together")
        listed = kind in {PromptKind.CHOICE, PromptKind.CHOICES}
        if listed != bool(options):
            self.problems.append(f"{here}: choices, and nothing else, have options")
        return {
            "code": self.code(row, here),
            "kind": kind,
            "label": self.words(row, here, ("label",))["label"],
            **self.words(row, here, [key for key in UNITS if key in row]),
            "bounds": self.bounds(row, here, kind),
            "options": options,
            "needed": row.get("needed") is True,
        }

    def options(self, row: Table, place: str, key: str) -> tuple[PromptOption, ...]:
        found = []
        for each in row.get(key, ()):
            here = f"{place}, {key} “{each.get('code', '?')}”"
            self.known(each, here, {"code", "label", "named"})
            label = self.words(each, here, ("label",))["label"]
            found.append(PromptOption(self.code(each, here), label, each.get("named") is True))
        self.once(place, key, [each.code for each in found])
        return tuple(found)

    def default(
        self, row: Table, place: str, columns: tuple[PromptColumn, ...]
    ) -> Mapping[str, str]:
        """A row that a grid can begin with; its texts are translated."""
        here = f"{place}, default"
        self.known(row, here, {"down", "across", *(each.code for each in columns)})
        texts = [each.code for each in columns if each.code in row]
        fixed = {key: self.plain(row, here, key) for key in ("down", "across")}
        first = {each.code: each.options[0].code for each in columns if each.options}
        return {**fixed, **self.words(row, here, texts), **first}

    def warning(self, row: Table, place: str, prompts: Iterable[Prompt]) -> AnswerWarning:
        here = f"{place}, warning"
        self.known(row, here, {"text", "when"})
        text = self.words(row, here, ("text",))["text"]
        return AnswerWarning(text, self.conditions(row, here, prompts))

    def hint(self, row: Table, place: str, prompts: Iterable[Prompt]) -> CriterionHint:
        here = f"{place}, hint for “{row.get('criterion', '?')}”"
        self.known(row, here, {"criterion", "kind", "text", "when"})
        kind = row.get("kind", "")
        if kind not in set(HintKind):
            self.problems.append(f"{here}: unknown kind “{kind}”")
        return CriterionHint(
            criterion=self.plain(row, here, "criterion"),
            kind=HintKind(kind) if kind in set(HintKind) else HintKind.WEIGHT,
            text=self.words(row, here, ("text",))["text"],
            conditions=self.conditions(row, here, prompts),
        )

    def conditions(
        self, row: Table, here: str, prompts: Iterable[Prompt]
    ) -> tuple[WarningCondition, ...]:
        found = [self.condition(each, here, prompts) for each in row.get("when", ())]
        if not found:
            self.problems.append(f"{here}: “when” is missing")
        return tuple(each for each in found if each is not None)

    def condition(
        self, row: Table, place: str, prompts: Iterable[Prompt]
    ) -> WarningCondition | None:
        code, test, value = (row.get(key, "") for key in ("prompt", "is", "value"))
        asked = next((prompt for prompt in prompts if prompt.code == code), None)
        if asked is None:
            self.problems.append(f"{place}: there is no prompt “{code}”")
            return None
        if test not in set(ConditionTest):
            self.problems.append(f"{place}: “{test}” is no test")
            return None
        if test in {ConditionTest.BELOW, ConditionTest.ABOVE} and asked.kind not in NUMBERS:
            self.problems.append(f"{place}: “{code}” is no number to be compared")
        if (test in {ConditionTest.EMPTY, ConditionTest.GIVEN}) == bool(value):
            self.problems.append(f"{place}: “{test}” of “{code}” and a value don’t go together")
        return WarningCondition(code, ConditionTest(test), str(value))

    # the parts of a table

    def known(self, row: Table, place: str, keys: set[str]) -> None:
        for key in sorted(set(row) - keys - set(_OTHERS)):
            self.problems.append(f"{place}: unknown key “{key}”")

    def kind(self, row: Table, place: str, kinds: frozenset[PromptKind]) -> PromptKind:
        found = row.get("kind", "")
        if found not in kinds:
            self.problems.append(f"{place}: unknown kind “{found}”")
            return PromptKind.TEXT
        return PromptKind(found)

    def once(self, place: str, what: str, codes: list[str]) -> None:
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            self.problems.append(f"{place}: {what} “{code}” is there twice")

    def code(self, row: Table, place: str) -> str:
        code = self.plain(row, place, "code")
        if code and not _CODE.fullmatch(code):
            self.problems.append(f"{place}: “{code}” is no code")
        return code

    def plain(self, row: Table, place: str, key: str, *, needed: bool = True) -> str:
        found = row.get(key, "")
        if not isinstance(found, str) or (needed and not found):
            self.problems.append(f"{place}: “{key}” is missing")
            return ""
        return found

    def words(self, row: Table, place: str, keys: Iterable[str]) -> dict[str, str]:
        """The texts in the reader's language; each must be there in every language."""
        found = {}
        for key in keys:
            texts = {SOURCE: row.get(key), **{one: row.get(one, {}).get(key) for one in _OTHERS}}
            for language, text in texts.items():
                if not isinstance(text, str) or not text.strip():
                    self.problems.append(f"{place}: “{key}” is missing in {NAMES[language]}")
            found[key] = str(texts[self.language] or "")
        return found

    def bounds(self, row: Table, place: str, kind: PromptKind) -> NumberLimits | None:
        given = {key: row[key] for key in ("least", "most", "places") if key in row}
        if kind not in NUMBERS:
            if given:
                self.problems.append(f"{place}: only numbers have bounds")
            return None
        usual = _BOUNDS[kind]
        try:
            return NumberLimits(
                int(given.get("least", usual.least)),
                int(given.get("most", usual.most)),
                int(given.get("places", usual.places)),
            )
        except ValueError:
            self.problems.append(f"{place}: bounds are whole numbers")
            return usual
