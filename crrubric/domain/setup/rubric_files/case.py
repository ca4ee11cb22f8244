"""A rubric as a CFRubric of CASE 1.1 (Competencies and Academic Standards Exchange), out and in.

CASE knows criteria with levels, each with words and a score. YES and NO are two levels here, and
NOT APPLICABLE a third one without a score. What CASE has no field for is not written.
Source: 1EdTech, CASE Service 1.1, https://www.imsglobal.org/spec/case/v1p1.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from crrubric.domain import limits
from crrubric.domain.errors import CrrubricError, Invalid, InvalidLines, NotReady
from crrubric.domain.exchange.field_tables import FieldLine
from crrubric.domain.setup.rubric import Rubric, RubricCriterion, RubricSection
from crrubric.domain.setup.rubric_files.rows import read_rubric_rows
from crrubric.domain.text import clean_line, cut_visibly, key_of
from crrubric.domain.translation import N_
from crrubric.domain.typed import parse_file_number, refuse_foreign_values

OWN = UUID("0f0f2f4c-6a0e-5c53-9f6e-3c1b7f6c2d41")  # drawn once: every identifier hangs on it
YES, NO, NOT_APPLICABLE = "YES", "NO", "NOT APPLICABLE"
LEVELS = (YES, NO, NOT_APPLICABLE)
COLUMNS = ("code", "section", "title", "question", "look_for", "weight")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSource:
    """Whose rubric it is: the site's address, the evaluation's, and when it was last changed."""

    site: str
    slug: str
    changed_at: datetime

    @property
    def identifier(self) -> UUID:
        """The rubric's own: the same whenever it is asked for."""
        return uuid5(OWN, f"{self.site}/evaluations/{self.slug}")

    def identify(self, code: str) -> UUID:
        """That of a criterion."""
        return uuid5(self.identifier, code)


def make_case_rubric(rubric: Rubric, source: CaseSource) -> Json:
    """The CFRubric, without criteria that are left out."""
    moment = f"{source.changed_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return {
        **identify_object(source.identifier),
        "title": rubric.name or source.slug,
        "lastChangeDateTime": moment,
        "CFRubricCriteria": list(_iterate_criteria(rubric, source, moment)),
    }


def identify_object(identifier: UUID) -> Json:
    """What names an object. Its address is a name as well: nothing of ours serves it."""
    return {"identifier": str(identifier), "uri": f"urn:uuid:{identifier}"}


def _iterate_criteria(rubric: Rubric, source: CaseSource, moment: str) -> Iterator[Json]:
    place = 0
    for part in rubric.sections:
        for row in part.criteria:
            if not row.left_out:
                place += 1
                yield _make_criterion(row, part, place, source, moment)


def _make_criterion(
    row: RubricCriterion, part: RubricSection, place: int, source: CaseSource, moment: str
) -> Json:
    own = source.identify(row.code)
    return {
        **identify_object(own),
        "category": part.title,
        "description": f"{row.title}\n{row.question}".strip(),
        "weight": float(row.weight),
        "position": place,
        "rubricId": str(source.identifier),
        "lastChangeDateTime": moment,
        "CFRubricCriterionLevels": list(_iterate_levels(row, own, moment)),
    }


def _iterate_levels(row: RubricCriterion, criterion: UUID, moment: str) -> Iterator[Json]:
    names = LEVELS if row.may_not_apply else LEVELS[:2]
    for place, name in enumerate(names, 1):
        level = {
            **identify_object(uuid5(criterion, name)),
            "quality": name,
            "position": place,
            "rubricCriterionId": str(criterion),
            "lastChangeDateTime": moment,
        }
        if name == YES and row.look_for:
            level["description"] = row.look_for
        if name != NOT_APPLICABLE:
            level["score"] = 1 if name == YES else 0
        yield level


def write_case_rubric(rubric: Rubric, source: CaseSource) -> str:
    """The CFRubric as text."""
    return json.dumps(make_case_rubric(rubric, source), ensure_ascii=False, indent=2) + "\n"


@dataclass(frozen=True, slots=True)
class ReadCase:
    """The rubric that a CFRubric tells, and how its levels are called unless YES and NO.

    cut: titles that are the beginning of words without a title; all of these are in the question.
    """

    rubric: Rubric
    levels: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()


def read_case_rubric(text: str, stored: Rubric, source: CaseSource) -> ReadCase:
    """The rubric in a CFRubric, alone or in a package with one.

    A criterion is the stored one if its identifier is, else if its title is. What CASE does not
    tell of a criterion stays. Raises: Invalid, or NotReady with everything that is wrong.
    """
    found = find_rubric_object(parse_json(text))
    criteria = list_objects(found.get("CFRubricCriteria"))
    if not criteria:
        raise Invalid(N_("There is no criterion in this CFRubric."), field="words")
    criteria.sort(key=lambda row: number_of(row.get("position")))
    problems = list(find_level_problems(criteria))
    codes = {str(source.identify(row.code)): row.code for row in list_criteria(stored)}
    known = {key_of(row.title): row for row in list_criteria(stored)}
    own = all(map(has_own_levels, criteria))
    header = (*COLUMNS, *(("may_not_apply",) if own else ()))
    lines = [
        (number, make_line(row, codes, known, own=own)) for number, row in enumerate(criteria, 1)
    ]
    try:
        rows = [FieldLine(n, dict(zip(header, cells, strict=True))) for n, cells in lines]
        rubric = read_rubric_rows(rows, header, stored)
    except InvalidLines as error:
        problems += [name_criterion(number, why) for number, why in error.lines]
    name = ""
    try:
        name = clean_line(say(found.get("title")), limit=limits.TITLE)
    except Invalid as error:
        problems.insert(0, Invalid(N_("The title of the rubric: %(why)s"), why=error))
    if problems:
        raise NotReady(
            N_("The rubric file can’t be used. Problems: %(count)s."), problems, count=len(problems)
        )
    return ReadCase(
        replace(rubric, name=name or stored.name),
        levels=() if own else tuple(list_level_names(criteria)),
        cut=tuple(title for row in criteria if (title := find_cut_title(row))),
    )


def parse_json(text: str) -> Any:
    """What a text of JSON holds. Raises: Invalid saying where it ends to be one."""
    try:
        found = json.loads(
            text.removeprefix("\ufeff"),
            parse_float=parse_file_number,
            parse_constant=parse_file_number,
        )
    except json.JSONDecodeError as error:
        raise Invalid(
            N_("Line %(line)s: this is no JSON (%(why)s)."), line=error.lineno, why=error.msg,
            field="words",
        ) from None  # fmt: skip
    except (RecursionError, ValueError):
        raise Invalid(N_("This is no JSON that can be read."), field="words") from None
    refuse_foreign_values(found, field="words")
    return found


def find_rubric_object(data: Any) -> Json:
    """The one CFRubric of an object, of a list or of a package. Raises: Invalid."""
    found = list(_iterate_rubrics(data, 0))
    if len(found) > 1:
        names = ", ".join(say(row.get("title"))[:60] or "?" for row in found[:10])
        raise Invalid(
            N_("There are %(count)s rubrics in this file (%(names)s): leave one of them in it."),
            count=len(found),
            names=names,
            field="words",
        )
    if not found:
        message = N_("This JSON holds no CFRubric with CFRubricCriteria, as CASE 1.1 has it.")
        raise Invalid(message, field="words")
    return found[0]


def _iterate_rubrics(data: Any, depth: int) -> Iterator[Json]:
    if isinstance(data, dict) and "CFRubricCriteria" in data:
        yield data
    elif isinstance(data, dict) and depth < 4:
        for key in ("CFRubric", "CFRubrics", "CFPackage", "CFDefinitions"):
            yield from _iterate_rubrics(data.get(key), depth + 1)
    elif isinstance(data, list) and depth < 4:
        for row in data:
            yield from _iterate_rubrics(row, depth + 1)


def list_criteria(rubric: Rubric) -> list[RubricCriterion]:
    """All criteria, in order."""
    return [row for part in rubric.sections for row in part.criteria]


def list_objects(value: object) -> list[Json]:
    """The objects of a list; nothing of what is none."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def list_levels(row: Json) -> list[Json]:
    """The levels of a criterion, the best one first."""
    levels = list_objects(row.get("CFRubricCriterionLevels"))
    return sorted(levels, key=lambda each: -number_of(each.get("score")))


def has_own_levels(row: Json) -> bool:
    """Whether the levels of a criterion are those that crrubric writes, or none."""
    names = [say(level.get("quality")) for level in list_levels(row)]
    return set(names) <= set(LEVELS) and len(set(names)) == len(names)


def list_level_names(criteria: Sequence[Json]) -> list[str]:
    """How the levels are called that become YES and NO."""
    names = [
        say(level.get("quality")) or say(level.get("description"))[:60]
        for row in criteria
        for level in list_levels(row)
    ]
    return [name for name in dict.fromkeys(names) if name and name not in LEVELS]


def find_level_problems(criteria: Sequence[Json]) -> Iterator[CrrubricError]:
    """Criteria with more levels than an answer of YES or NO has."""
    for number, row in enumerate(criteria, 1):
        levels = list_levels(row)
        if len(levels) > 2 and not has_own_levels(row):
            names = ", ".join(say(level.get("quality"))[:40] or "?" for level in levels[:8])
            message = N_(
                "it has %(count)s levels (%(names)s), and crrubric asks YES or NO: keep the two"
                " that a YES and a NO stand for"
            )
            yield name_criterion(number, Invalid(message, count=len(levels), names=names))


def name_criterion(number: int, why: CrrubricError) -> Invalid:
    """What is wrong with one criterion, by its place."""
    return Invalid(N_("Criterion %(number)s: %(why)s"), number=number, why=why)


def make_line(
    row: Json, codes: Mapping[str, str], known: Mapping[str, RubricCriterion], *, own: bool
) -> list[str]:
    """A criterion as the cells of a table."""
    title, _line, question = say(row.get("description")).partition("\n")
    if cut := find_cut_title(row):
        title, question = cut, say(row.get("description"))
    same = known.get(key_of(title))
    code = codes.get(say(row.get("identifier"))) or (same.code if same else "")
    best = next(iter(list_levels(row)), {})
    weight = row.get("weight")
    cells = [
        code,
        say(row.get("category")),
        title,
        question,
        say(best.get("description")),
        "" if weight is None else write_number(weight),
    ]
    names = {say(level.get("quality")) for level in list_levels(row)}
    return [*cells, *(["yes" if NOT_APPLICABLE in names else "no"] if own else [])]


def find_cut_title(row: Json) -> str:
    """The title that words without one of their own get, their beginning; "" for what has one."""
    words = say(row.get("description")).partition("\n")[0]
    return cut_visibly(words, limits.TITLE) if len(words) > limits.TITLE else ""


def write_number(value: object) -> str:
    """A number as a table has it; what is none, as it is."""
    if isinstance(value, Decimal) and value.is_finite():
        return format(value.normalize(), "f") if abs(value.adjusted()) < 20 else str(value)[:20]
    return str(value)[:40]


def number_of(value: object) -> Decimal:
    """A number to sort by; what is none comes first."""
    good = isinstance(value, int | Decimal) and not isinstance(value, bool)
    number = Decimal(value) if good else Decimal(0)  # type: ignore[arg-type]  # looked at above
    return number if number.is_finite() else Decimal(0)


def say(value: object) -> str:
    """A text of JSON; nothing for what is none."""
    return value.strip() if isinstance(value, str) else ""
