"""The rubric file: sections of YES/NO criteria in TOML, read and checked as a whole."""

import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import Any

from crrubric.domain import limits
from crrubric.domain.errors import CrrubricError, Invalid, NotReady
from crrubric.domain.people.languages import NAMES, SOURCE
from crrubric.domain.text import clean_line, clean_text
from crrubric.domain.translation import N_
from crrubric.domain.typed import parse_file_number, refuse_long_numbers
from crrubric.domain.vocabulary import Stakeholder

# language -> key -> its text in that language
Translated = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RubricCriterion:
    """One YES/NO question. `order` is its number in the planning guide; `weight` has no unit."""

    code: str
    title: str
    question: str
    look_for: str
    lead: Stakeholder | None
    may_not_apply: bool
    must_have: bool
    weight: Fraction
    order: int
    translations: Translated = field(default_factory=dict)
    evidence_months: int | None = None  # after how many evidence is old; None: it does not age
    # what the made-up vendor of the practice round shows; None: as crrubric's own vendor does
    practice: str | None = None
    left_out: bool = False


@dataclass(frozen=True, slots=True)
class RubricSection:
    """A part of the rubric with its criteria, in order."""

    code: str
    title: str
    criteria: tuple[RubricCriterion, ...]
    translations: Translated = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RubricTension:
    """Two criteria, by code, that pull against each other, and why."""

    between: tuple[str, str]
    why: str
    translations: Translated = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rubric:
    """An ordered list of criteria in sections."""

    name: str
    version: str
    sections: tuple[RubricSection, ...]
    tensions: tuple[RubricTension, ...]


Table = Mapping[str, Any]
Kind = type | tuple[type, ...]

# What a message says where a value of this kind was expected.
_WORDS: Mapping[Kind, str] = {
    str: N_("text in quotes"),
    bool: N_("true or false"),
    int: N_("a whole number"),
    (int, Decimal): N_("a number"),
    list: N_("a list of tables"),
    dict: N_("a table"),
}
MANY_POINTS = N_("Line %(line)s has more than %(most)s points: break it into several lines.")
_REQUIRED: Any = object()  # as a default: the key must be there, and a text not empty
_CODE = re.compile(r"[a-z0-9][a-z0-9-]*")
_LEADS = {stakeholder.value: stakeholder for stakeholder in Stakeholder}
_DECIMAL_COMMA = re.compile(r"=\s*([0-9]{1,20},[0-9]{1,20})\s*(?:#|$)")
# The library that reads TOML takes the square of the time for a key of many parts (a.b.c…).
_POINTS = 200  # in one line
_RUBRIC = {"name", "version", "section", "tension"}
_LANGUAGES = sorted(set(NAMES) - {SOURCE})
_SECTION = {"code", "title", "criterion", *_LANGUAGES}
_CRITERION = {
    "code", "order", "title", "question", "look_for", "lead", "may_not_apply", "must_have",
    "weight", "evidence_months", "practice", "left_out", *_LANGUAGES,
}  # fmt: skip
_TENSION = {"between", "why", *_LANGUAGES}


@cache
def load_built_in_rubric() -> Rubric:
    """The rubric that crrubric ships: 21 criteria for digital credit-recovery curriculum."""
    file = resources.files("crrubric.data") / "credit-recovery.toml"
    return parse_rubric(file.read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class PracticeVendor:
    """The made-up vendor of a practice round, and what it shows by criterion code.

    translations: language -> criterion code -> what it shows there.
    """

    company: str
    product: str
    shows: Mapping[str, str]
    translations: Translated


@cache
def load_practice_vendor() -> PracticeVendor:
    """The made-up vendor that crrubric ships."""
    file = resources.files("crrubric.data") / "practice.toml"
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    translations = {language: data[language]["shows"] for language in _LANGUAGES}
    return PracticeVendor(data["company"], data["product"], data["shows"], translations)


def parse_rubric(text: str) -> Rubric:
    """Read a rubric file: TOML with the tables section, section.criterion and tension.

    Raises: NotReady with every problem found, each naming the key and the table it is in.
    """
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > _POINTS:
            problem = Invalid(MANY_POINTS, line=number, most=_POINTS)
            raise make_rubric_refusal([problem])
    try:
        data = tomllib.loads(text.removeprefix("\ufeff"), parse_float=parse_file_number)
    except (ValueError, RecursionError) as error:  # not TOML, a number too long, nested too deep
        raise make_rubric_refusal([_explain_toml_error(text, str(error))]) from None
    try:
        refuse_long_numbers(data)
    except Invalid as error:
        raise make_rubric_refusal([error]) from None
    reader = _RubricReader()
    rubric = reader.rubric(data)
    if reader.problems:
        raise make_rubric_refusal(reader.problems)
    return rubric


def _explain_toml_error(text: str, why: str) -> CrrubricError:
    """What is wrong with a file that is no TOML; a decimal comma has a sentence of its own."""
    place = re.search(r"at line ([0-9]+)", why)
    line = text.split("\n")[int(place[1]) - 1] if place else ""
    if typed := _DECIMAL_COMMA.search(line):
        return Invalid(
            N_("Line %(line)s: “%(typed)s” is no number here: a point stands before decimals."),
            line=int(place[1]) if place else 0,
            typed=typed[1],
        )
    return Invalid(N_("This is not a TOML file that can be read: %(why)s."), why=why)


def make_rubric_refusal(problems: Sequence[CrrubricError]) -> NotReady:
    """The refusal of a file, with every problem."""
    return NotReady(
        N_("The rubric file can’t be used. Problems: %(count)s."), problems, count=len(problems)
    )


@dataclass(frozen=True, slots=True)
class _TableContext:
    """A table of the file and what a message calls it, such as criterion “ada”."""

    kind: str
    name: str
    table: Table


def _make_table_context(kind: str, table: Table, number: str) -> _TableContext:
    named = next((table[key] for key in ("code", "title") if table.get(key)), number)
    return _TableContext(kind, _shorten_value(named), table)


def _shorten_value(value: object) -> str:
    """`value` as a message can print it: short, on one line."""
    return "".join(letter if letter.isprintable() else "?" for letter in str(value)[:60])


@dataclass(slots=True, kw_only=True)
class _RubricReader:
    """Turns tables into values and collects what is wrong instead of stopping at the first."""

    problems: list[CrrubricError] = field(default_factory=list)
    sections: set[str] = field(default_factory=set)
    criteria: set[str] = field(default_factory=set)
    orders: set[int] = field(default_factory=set)
    tensions: set[frozenset[str]] = field(default_factory=set)

    def wrong(self, message: str, place: _TableContext, **values: object) -> None:
        """Note a problem; the message may name %(table)s and %(name)s."""
        problem = Invalid(message, field=None, table=place.kind, name=place.name, **values)
        self.problems.append(problem)

    def known(self, place: _TableContext, keys: set[str]) -> None:
        for key in place.table:
            if key not in keys:
                message = N_("unknown key “%(key)s” in %(table)s “%(name)s”")
                self.wrong(message, place, key=_shorten_value(key))

    def value(self, place: _TableContext, key: str, kind: Kind, default: Any = _REQUIRED) -> Any:
        """The key's value if it is of the kind; otherwise the default, None if it has none."""
        fallback = None if default is _REQUIRED else default
        if key not in place.table:
            if default is _REQUIRED:
                self.wrong(N_("“%(key)s” is missing in %(table)s “%(name)s”"), place, key=key)
            return fallback
        found = place.table[key]
        # bool is an int to Python, but not to a person
        if isinstance(found, kind) and (kind is bool or not isinstance(found, bool)):
            return found
        message = N_("“%(key)s” in %(table)s “%(name)s” must be %(kind)s")
        self.wrong(message, place, key=key, kind=_WORDS[kind])
        return fallback

    def words(self, place: _TableContext, key: str, limit: int, default: Any = _REQUIRED) -> str:
        """A text of several lines."""
        return self.tidy(place, key, limit, default, clean_text)

    def line(self, place: _TableContext, key: str, limit: int, default: Any = _REQUIRED) -> str:
        """A text of one line."""
        return self.tidy(place, key, limit, default, clean_line)

    def tidy(self, place: _TableContext, key: str, limit: int, default: Any, cleaner: Any) -> str:
        text = self.value(place, key, str, default)
        if text is None:
            return ""
        try:
            tidy: str = cleaner(text, limit=sys.maxsize)
        except Invalid:
            message = N_("“%(key)s” in %(table)s “%(name)s” holds a control character")
            self.wrong(message, place, key=key)
            return ""
        if not tidy and default is _REQUIRED:
            self.wrong(N_("“%(key)s” is empty in %(table)s “%(name)s”"), place, key=key)
        if len(tidy) > limit:
            message = N_(
                "“%(key)s” in %(table)s “%(name)s” has %(length)s characters; at most %(limit)s"
            )
            self.wrong(message, place, key=key, length=len(tidy), limit=limit)
        return tidy

    def translations(self, place: _TableContext, *keys: str) -> dict[str, dict[str, str]]:
        """The texts of a table in other languages: some of `keys`, none of them empty."""
        found: dict[str, dict[str, str]] = {}
        for language in _LANGUAGES:
            table = self.value(place, language, dict, {})
            inner = _TableContext(place.kind, f"{place.name}.{language}", table)
            self.known(inner, set(keys))
            texts = {
                key: self.line(inner, key, limits.TITLE)
                if key == "title"
                else self.words(inner, key, limits.NOTE)
                for key in keys
                if key in table
            }
            if texts:
                found[language] = texts
        return found

    def code(self, place: _TableContext, taken: set[str]) -> str:
        code = self.line(place, "code", limits.CODE)
        if code and not _CODE.fullmatch(code):
            message = N_("the code of %(table)s “%(name)s” may hold a–z, 0–9 and hyphens only")
            self.wrong(message, place)
        if code in taken:
            self.wrong(N_("the code of %(table)s “%(name)s” is used twice"), place)
        if code:
            taken.add(code)
        return code

    def tables(self, place: _TableContext, key: str, default: Any = _REQUIRED) -> list[Table]:
        rows = self.value(place, key, list, default) or []
        good: list[Table] = [row for row in rows if isinstance(row, dict)]
        if len(good) != len(rows):
            message = N_("“%(key)s” in %(table)s “%(name)s” must be %(kind)s")
            self.wrong(message, place, key=key, kind=_WORDS[list])
        return good

    def rubric(self, data: Table) -> Rubric:
        place = _TableContext(N_("rubric"), _shorten_value(data.get("name", "?")), data)
        self.known(place, _RUBRIC)
        sections = enumerate(self.tables(place, "section"), 1)
        tensions = enumerate(self.tables(place, "tension", []), 1)
        return Rubric(
            name=self.line(place, "name", limits.TITLE),
            version=self.line(place, "version", limits.RUBRIC_VERSION),
            sections=tuple(self.section(row, number) for number, row in sections),
            tensions=tuple(self.tension(row, number) for number, row in tensions),
        )

    def section(self, table: Table, number: int) -> RubricSection:
        place = _make_table_context(N_("section"), table, str(number))
        self.known(place, _SECTION)
        rows = enumerate(self.tables(place, "criterion"), 1)
        return RubricSection(
            code=self.code(place, self.sections),
            title=self.line(place, "title", limits.TITLE),
            criteria=tuple(self.criterion(row, place, inner) for inner, row in rows),
            translations=self.translations(place, "title"),
        )

    def criterion(self, table: Table, section: _TableContext, number: int) -> RubricCriterion:
        place = _make_table_context(N_("criterion"), table, f"{section.name}/{number}")
        self.known(place, _CRITERION)
        return RubricCriterion(
            code=self.code(place, self.criteria),
            title=self.line(place, "title", limits.TITLE),
            # it may be empty, as in an evaluation; that it is forgotten is told
            question=self.words(
                place, "question", limits.NOTE, "" if "question" in table else _REQUIRED
            ),
            look_for=self.words(place, "look_for", limits.NOTE, ""),
            lead=self.lead(place),
            may_not_apply=self.value(place, "may_not_apply", bool, False),
            must_have=self.value(place, "must_have", bool, False),
            weight=self.weight(place),
            order=self.order(place),
            translations=self.translations(place, "title", "question", "look_for", "practice"),
            evidence_months=self.months(place),
            practice=self.words(place, "practice", limits.NOTE, "")
            if "practice" in table
            else None,
            left_out=self.value(place, "left_out", bool, False),
        )

    def practice(self, place: _TableContext) -> str | None:
        """What the practice vendor shows; None where the file does not say."""
        if "practice" not in place.table:
            return None
        return self.words(place, "practice", limits.NOTE, "")

    def lead(self, place: _TableContext) -> Stakeholder | None:
        name = self.line(place, "lead", limits.CODE, "")
        if name and name not in _LEADS:
            message = N_(
                "“lead” in %(table)s “%(name)s”: there is no stakeholder “%(lead)s”; "
                "choose from %(all)s"
            )
            self.wrong(message, place, lead=_shorten_value(name), all=", ".join(_LEADS))
        return _LEADS.get(name)

    def weight(self, place: _TableContext) -> Fraction:
        exact = Decimal(self.value(place, "weight", (int, Decimal), 1))
        exponent = exact.as_tuple().exponent  # a letter for infinity and for what is no number
        if (
            isinstance(exponent, int)
            and exponent >= -limits.WEIGHT.places
            and 0 <= exact <= limits.WEIGHT.most
        ):
            return Fraction(exact)
        message = N_(
            "“weight” in %(table)s “%(name)s” must be from 0 to %(most)s "
            "with at most %(decimals)s decimals"
        )
        self.wrong(message, place, most=limits.WEIGHT.most, decimals=limits.WEIGHT.places)
        return Fraction(1)

    def months(self, place: _TableContext) -> int | None:
        months: int | None = self.value(place, "evidence_months", int, None)
        if months is None or 1 <= months <= limits.EVIDENCE_MONTHS.most:
            return months
        message = N_("“evidence_months” in %(table)s “%(name)s” must be from 1 to %(most)s")
        self.wrong(message, place, most=limits.EVIDENCE_MONTHS.most)
        return None

    def order(self, place: _TableContext) -> int:
        order: int | None = self.value(place, "order", int)
        if order is None:
            return 0
        if order in self.orders:
            message = N_("the order %(order)s of %(table)s “%(name)s” is used twice")
            self.wrong(message, place, order=order)
        self.orders.add(order)
        return order

    def tension(self, table: Table, number: int) -> RubricTension:
        place = _TableContext(N_("tension"), str(number), table)
        self.known(place, _TENSION)
        why = self.words(place, "why", limits.NOTE)
        return RubricTension(self.between(place), why, self.translations(place, "why"))

    def between(self, place: _TableContext) -> tuple[str, str]:
        codes = place.table.get("between")
        pair = codes if isinstance(codes, list) and len(codes) == 2 else []
        if not pair or not all(isinstance(code, str) for code in pair) or pair[0] == pair[1]:
            self.wrong(N_("“between” in %(table)s “%(name)s” must name two criteria"), place)
            return "", ""
        for code in pair:
            if code not in self.criteria:
                message = N_("“between” in %(table)s “%(name)s”: there is no criterion “%(code)s”")
                self.wrong(message, place, code=_shorten_value(code))
        if frozenset(pair) in self.tensions:
            self.wrong(N_("%(table)s “%(name)s” repeats an earlier one"), place)
        self.tensions.add(frozenset(pair))
        return pair[0], pair[1]
