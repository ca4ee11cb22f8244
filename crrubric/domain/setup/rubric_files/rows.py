"""A rubric as rows of a table, one for each criterion, out and in."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from crrubric.domain import limits
from crrubric.domain.errors import CrrubricError, Invalid, InvalidLines
from crrubric.domain.exchange.field_tables import FieldLine, FieldTableKind
from crrubric.domain.people.languages import NAMES, SOURCE
from crrubric.domain.setup.rubric import Rubric, RubricCriterion, RubricSection
from crrubric.domain.setup.rubric_files.differences import number_criteria
from crrubric.domain.setup.table_words import STAKEHOLDER_WORDS, to_choice_word
from crrubric.domain.text import clean_line, clean_text, key_of, slug_of, to_plain_word
from crrubric.domain.translation import N_
from crrubric.domain.typed import parse_exact_number, parse_whole_number
from crrubric.domain.vocabulary import Stakeholder

OTHERS = tuple(language for language in NAMES if language != SOURCE)
TEXTS = ("title", "question", "look_for", "practice")
BASE = (
    "section_code", "section", "code", "title", "question", "look_for", "lead", "weight",
    "must_have", "may_not_apply", "left_out", "evidence_months", "practice",
)  # fmt: skip
COLUMNS = (*BASE, *(f"{key} ({lang})" for lang in OTHERS for key in ("section", *TEXTS)))
# what else a column may be called; a translation is called as its text, with its language behind
HEADERS: Mapping[str, Sequence[str]] = {
    "section_code": ("section code", "código de sección"),
    "section": ("section title", "sección", "category", "categoría", "domain", "group", "grupo"),
    "code": ("criterion code", "id", "código"),
    "title": ("criterion", "criterion title", "criteria", "criteria name", "name", "criterio",
              "título", "nombre"),
    "question": ("criteria description", "description", "pregunta", "descripción"),
    "look_for": ("look for", "what to look for", "guidance", "en qué fijarse", "qué buscar"),
    "lead": ("knows most about it", "expert", "quién sabe más", "experto"),
    "weight": ("peso",),
    "must_have": ("must have", "required", "indispensable", "requisito indispensable"),
    "may_not_apply": ("may not apply", "puede no aplicarse"),
    "left_out": ("left out", "excluido", "excluida"),
    "evidence_months": ("evidence months", "meses"),
    "practice": ("practice vendor", "práctica"),
}  # fmt: skip
LABELS: Mapping[str, str] = {
    "section_code": N_("Code of the section"),
    "section": N_("Title of the section"),
    "code": N_("Code of the criterion"),
    "title": N_("Title"),
    "question": N_("Question, to be answered YES or NO"),
    "look_for": N_("What to look for"),
    "lead": N_("Who knows most about it"),
    "weight": N_("Weight"),
    "must_have": N_("Must-have"),
    "may_not_apply": N_("May not apply"),
    "left_out": N_("Left out"),
    "evidence_months": N_("Months after which evidence counts as old"),
    "practice": N_("Practice round: what the made-up vendor shows"),
}
YES_WORDS = frozenset({"yes", "y", "true", "1", "x", "si", "verdadero", "must have", "required"})
NO_WORDS = frozenset({"", "no", "n", "false", "0", "falso"})
_CODE = re.compile(r"[a-z0-9][a-z0-9-]*")
Cells = Mapping[str, str]


def list_rubric_rows(rubric: Rubric) -> Iterator[dict[str, object]]:
    """A row for each criterion, by the names of COLUMNS; a section without one has no row."""
    for part in rubric.sections:
        for row in part.criteria:
            yield {
                "section_code": part.code,
                "section": part.title,
                "code": row.code,
                **{key: getattr(row, key) or "" for key in TEXTS},
                "lead": row.lead.value if row.lead else "",
                "weight": format(Decimal(row.weight.numerator) / row.weight.denominator, "f"),
                "must_have": write_flag(row.must_have),
                "may_not_apply": write_flag(row.may_not_apply),
                "left_out": write_flag(row.left_out),
                "evidence_months": row.evidence_months or "",
                **dict(_iterate_translations(part, row)),
            }


def _iterate_translations(part: RubricSection, row: RubricCriterion) -> Iterator[tuple[str, str]]:
    for language in OTHERS:
        title = part.translations.get(language, {}).get("title", "")
        yield f"section ({language})", title
        for key in TEXTS:
            yield (
                f"{key} ({language})",
                row.translations.get(language, {}).get(key, ""),
            )


def write_flag(value: bool) -> str:
    """YES or NO."""
    return "YES" if value else "NO"


def list_header_words(column: str) -> list[str]:
    """What else a column may be called, that of a translation with its language behind."""
    text, bracket, language = column.partition(" (")
    return [f"{word}{bracket}{language}" for word in HEADERS.get(text, ())]


RUBRIC_TABLE = FieldTableKind(
    columns={column: list_header_words(column) for column in COLUMNS},
    needed="title",
    needed_label=LABELS["title"],
    ordered=False,
)


def read_rubric_rows(
    lines: Iterable[FieldLine], columns: Collection[str], stored: Rubric
) -> Rubric:
    """The rubric of a table, a line for each criterion. Args: columns: those that it has.

    A column that the table does not have leaves what is stored of a criterion as it is; a text that
    is another one loses its translation if the table has none. Name, version, and what pulls
    against what are those that are stored: a table does not tell of them.
    Raises: InvalidLines with every bad line.
    """
    reader = _RowReader(stored=stored, columns=frozenset(columns))
    for number, cells in lines:
        reader.read(number, cells)
    if reader.problems:
        raise InvalidLines(
            N_("The table can’t be used. Lines with something wrong: %(count)s."),
            reader.problems,
            count=len({number for number, _why in reader.problems}),
        )
    return reader.rubric()


@dataclass(slots=True, kw_only=True)
class _RowReader:
    """Turns rows into criteria, and collects what is wrong instead of stopping at the first."""

    stored: Rubric
    columns: frozenset[str]
    problems: list[tuple[int, CrrubricError]] = field(default_factory=list)
    parts: dict[str, RubricSection] = field(default_factory=dict)
    criteria: dict[str, list[RubricCriterion]] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    last: str = ""  # the section of the row before
    numbers: dict[str, int] = field(default_factory=dict)  # the last one behind a code
    section_numbers: dict[str, int] = field(default_factory=dict)  # the same of sections
    named: dict[str, str] = field(default_factory=dict)  # codes of sections, by key of the title
    known: dict[str, RubricCriterion] = field(init=False)  # those that are stored, by code
    titled: dict[str, list[str]] = field(init=False)  # their codes, by the key of the title

    def __post_init__(self) -> None:
        rows = [row for part in self.stored.sections for row in part.criteria]
        self.known = {row.code: row for row in rows}
        self.titled = {}
        for row in rows:
            self.titled.setdefault(key_of(row.title), []).append(row.code)

    def read(self, number: int, cells: Cells) -> None:
        """One row."""
        try:
            code = self.find_code(cells)
            known = self.known.get(code)
            self.taken.add(code)
            self.criteria[self.find_section(cells, code)].append(
                self.read_criterion(number, code, cells, known)
            )
        except Invalid as error:
            self.problems.append((number, error))

    def find_code(self, cells: Cells) -> str:
        """The code of a row; made of its title where it has none. Raises: Invalid."""
        given = cells.get("code", "").strip()
        title = clean_line(cells.get("title", ""), limit=limits.TITLE)
        if not title:
            raise Invalid(N_("the title is missing"))
        refuse_odd_code(given)
        if given in self.taken:
            raise Invalid(N_("the code “%(code)s” is used twice"), code=given)
        return given or self.make_code(title)

    def make_code(self, title: str) -> str:
        """The code of the stored criterion of this title; else a free one."""
        for code in self.titled.get(key_of(title), ()):
            if code not in self.taken:
                return code
        free = slug = slug_of(title)[: limits.CODE - 8].strip("-") or "criterion"
        number = self.numbers.get(slug, 1)
        while free in self.taken or free in self.known:
            number += 1
            free = f"{slug}-{number}"
        self.numbers[slug] = number
        return free

    def find_section(self, cells: Cells, code: str) -> str:
        """The code of the row's section, which is made where there is none yet; that of the row
        before where a new criterion names none. Raises: Invalid."""
        title = clean_line(cells.get("section", ""), limit=limits.TITLE)
        given = cells.get("section_code", "").strip()
        refuse_odd_code(given)
        known = self.guess_section(given, title, code)
        said = given or (self.name_section(title) if title else "")
        where = self.last = known.code if known else said or self.last or "criteria"
        if where not in self.parts:
            name = title or (known.title if known else "") or "Criteria"
            translations = self.read_section_texts(cells, known, name)
            self.parts[where] = RubricSection(where, name, (), translations)
            self.criteria[where] = []
        elif title and self.parts[where].title != title:
            raise Invalid(
                N_("the section “%(code)s” is called “%(title)s” in an earlier line"),
                code=where,
                title=self.parts[where].title,
            )
        return where

    def name_section(self, title: str) -> str:
        """The code of a section of a table: made of its title, with a number behind it where that
        of another title is the same."""
        key, free = key_of(title), slug_of(title)[: limits.CODE].strip("-")
        if key in self.named:
            return self.named[key]
        slug = free[: limits.CODE - 8].strip("-")
        number = self.section_numbers.get(slug, 1)
        while free in self.parts and key_of(self.parts[free].title) != key:
            number += 1
            free = f"{slug}-{number}"
        self.section_numbers[slug], self.named[key] = number, free
        return free

    def guess_section(self, given: str, title: str, code: str) -> RubricSection | None:
        """The stored section that a row means: by its code, its title, or the criterion in it."""
        for part in self.stored.sections:
            inside = any(row.code == code for row in part.criteria)
            if part.code == given if given else key_of(part.title) == key_of(title):
                return part
            if not given and not title and inside:
                return part
        return None

    def read_section_texts(
        self, cells: Cells, known: RubricSection | None, title: str
    ) -> dict[str, dict[str, str]]:
        found = {}
        for language in OTHERS:
            key = f"section ({language})"
            same = known is not None and known.title == title
            stored = known.translations.get(language, {}).get("title", "") if known else ""
            text = clean_line(cells.get(key, ""), limit=limits.TITLE)
            said = text if key in self.columns else stored if same else ""
            if said:
                found[language] = {"title": said}
        return found

    def read_criterion(
        self, number: int, code: str, cells: Cells, known: RubricCriterion | None
    ) -> RubricCriterion:
        """What a row says of a criterion; what is wrong with it is noted, each value by itself."""
        row = known or RubricCriterion(
            code=code, title="", question="", look_for="", lead=None, may_not_apply=False,
            must_have=False, weight=Fraction(1), order=0,
        )  # fmt: skip
        given: dict[str, object] = {}
        for column in BASE[3:]:
            if column not in self.columns:
                continue
            try:
                given[column] = read_cell(column, cells.get(column, "").strip())
            except Invalid as error:
                self.problems.append((number, error))
        changed = {key for key in TEXTS if key in given and given[key] != getattr(row, key)}
        made = replace(row, **given)  # type: ignore[arg-type]  # by the names of its own fields
        return replace(made, translations=self.read_texts(cells, row, changed))

    def read_texts(
        self, cells: Cells, row: RubricCriterion, changed: set[str]
    ) -> dict[str, dict[str, str]]:
        """The translations of a criterion: those of the table, or those that still fit."""
        found = {}
        for language in OTHERS:
            old = row.translations.get(language, {})
            texts = {}
            for key in TEXTS:
                column = f"{key} ({language})"
                if column in self.columns:
                    text = str(read_cell(key, cells.get(column, "").strip()))
                else:
                    text = "" if key in changed else old.get(key, "")
                if text:
                    texts[key] = text
            if texts:
                found[language] = texts
        return found

    def rubric(self) -> Rubric:
        """Everything that was read, with what a table does not tell."""
        codes = self.taken
        parts = [
            replace(part, criteria=tuple(self.criteria[code])) for code, part in self.parts.items()
        ]
        empty = [
            part
            for part in self.stored.sections
            if not part.criteria and part.code not in self.parts
        ]
        known = codes | {row.code for part in self.stored.sections for row in part.criteria}
        tensions = [pair for pair in self.stored.tensions if set(pair.between) <= known]
        return number_criteria(
            Rubric(self.stored.name, self.stored.version, (*parts, *empty), tuple(tensions))
        )


def refuse_odd_code(code: str) -> None:
    """Raise Invalid for what is no code; none at all is one that will be made."""
    if code and (not _CODE.fullmatch(code) or len(code) > limits.CODE):
        message = N_("the code “%(code)s” may hold a–z, 0–9 and hyphens only")
        raise Invalid(message, code=code[:60])


def read_cell(column: str, text: str) -> object:
    """One value. Raises: Invalid saying which column, and what is wrong."""
    try:
        return _read_value(column, text)
    except Invalid as error:
        raise Invalid(N_("%(column)s: %(why)s"), column=column, why=error) from None


def _read_value(column: str, text: str) -> object:
    if column == "title":
        return clean_line(text, limit=limits.TITLE)
    if column in TEXTS:
        return clean_text(text, limit=limits.NOTE)
    if column == "lead":
        return read_lead(text)
    if column == "weight":
        return Fraction(parse_exact_number(text, limits.WEIGHT)) if text else Fraction(1)
    if column == "evidence_months":
        return parse_whole_number(text, limits.EVIDENCE_MONTHS) if text else None
    return read_yes(text)


def read_yes(text: str) -> bool:
    """Whether a cell says yes. Raises: Invalid for another word."""
    word = to_plain_word(text)
    if word not in YES_WORDS | NO_WORDS:
        raise Invalid(N_("“%(word)s” is neither YES nor NO"), word=text[:60])
    return word in YES_WORDS


def read_lead(text: str) -> Stakeholder | None:
    """Whose judgment weighs most in the talk. Raises: Invalid for somebody else."""
    if not text:
        return None
    words = {to_choice_word(each.label): each.value for each in Stakeholder}
    words |= {to_choice_word(word): value for word, value in STAKEHOLDER_WORDS.items()}
    value = words.get(to_choice_word(text), text)
    if value not in {each.value for each in Stakeholder}:
        raise Invalid(
            N_("there is no stakeholder “%(word)s”; choose from %(all)s"),
            word=text[:60],
            all=", ".join(each.value for each in Stakeholder),
        )
    return Stakeholder(value)
