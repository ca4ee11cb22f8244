"""A rubric as the TOML file from which `parse_rubric` reads the same rubric."""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from crrubric.domain.setup.rubric import (
    Rubric,
    RubricCriterion,
    RubricSection,
    RubricTension,
    Translated,
)

HEAD = """\
# A rubric of crrubric: YES/NO criteria by section, in order.
# The code of a criterion stays the same when it is reworded.
# A table named by a language, such as [section.criterion.es], has the same texts in that language.
"""


def write_rubric_toml(rubric: Rubric) -> str:
    """All of a rubric as text: sections, criteria, what pulls against what, every language."""
    return "\n".join([HEAD, *_iterate_lines(rubric), ""])


def _iterate_lines(rubric: Rubric) -> Iterator[str]:
    yield from _write_keys({"name": rubric.name, "version": rubric.version})
    if not rubric.sections:
        yield "section = []"
    for section in rubric.sections:
        yield from _write_section(section)
    for tension in rubric.tensions:
        yield from _write_tension(tension)


def _write_section(section: RubricSection) -> Iterator[str]:
    yield "\n[[section]]"
    yield from _write_keys({"code": section.code, "title": section.title})
    if not section.criteria:
        yield "criterion = []"
    yield from _write_translations("section", section.translations)
    for criterion in section.criteria:
        yield "\n[[section.criterion]]"
        yield from _write_keys(tell_criterion(criterion))
        yield from _write_translations("section.criterion", criterion.translations)


def tell_criterion(row: RubricCriterion) -> dict[str, object]:
    """What the file says of a criterion; what is as usual is left out."""
    usual: dict[str, object] = {
        "look_for": "",
        "lead": None,
        "weight": Fraction(1),
        "must_have": False,
        "may_not_apply": False,
        "left_out": False,
        "evidence_months": None,
        "practice": None,
    }
    told = {"code": row.code, "order": row.order, "title": row.title, "question": row.question}
    return {
        **told,
        **{key: getattr(row, key) for key, value in usual.items() if getattr(row, key) != value},
    }


def _write_tension(tension: RubricTension) -> Iterator[str]:
    yield "\n[[tension]]"
    yield f"between = [{', '.join(map(quote_text, tension.between))}]"
    yield from _write_keys({"why": tension.why})
    yield from _write_translations("tension", tension.translations)


def _write_translations(table: str, translations: Translated) -> Iterator[str]:
    for language, texts in sorted(translations.items()):
        if texts:
            yield f"[{table}.{language}]"
            yield from _write_keys(texts)


def _write_keys(values: Mapping[str, object]) -> Iterator[str]:
    for key, value in values.items():
        yield f"{key} = {write_toml_value(value)}"


def write_toml_value(value: object) -> str:
    """A text, number, or yes and no as TOML has it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Fraction):
        return format(Decimal(value.numerator) / value.denominator, "f")
    return str(value) if isinstance(value, int) else quote_text(str(value))


def quote_text(text: str) -> str:
    """A text in quotes: what JSON escapes TOML escapes alike, but for one letter."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
