"""What differs between two rubrics, and what an evaluation's own becomes when a file is taken."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from fractions import Fraction

from crrubric.domain.planning.differences import TextPart, compare_words
from crrubric.domain.setup.rubric import (
    Rubric,
    RubricCriterion,
    RubricSection,
    RubricTension,
    Translated,
)

PLAIN = (
    "title", "question", "look_for", "lead", "weight", "must_have", "may_not_apply", "left_out",
    "evidence_months", "practice",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueChange:
    """One value that is another one; `key` names it as the journal does: "title (es)"."""

    key: str
    old: object
    new: object

    @property
    def parts(self) -> tuple[TextPart, ...]:
        """Two texts as one, word by word; nothing for what is no text."""
        if isinstance(self.old, str) and isinstance(self.new, str):
            return tuple(compare_words(self.old, self.new))
        return ()


@dataclass(frozen=True, slots=True)
class CriterionChange:
    """A criterion that is in both, with what is said otherwise of it."""

    code: str
    title: str
    values: tuple[ValueChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RubricDifference:
    """What differs between two rubrics. Criteria are the same if their codes are.

    `moved`: titles of those that stand elsewhere among those that are in both.
    """

    facts: tuple[ValueChange, ...]  # name and version
    added: tuple[RubricCriterion, ...]
    gone: tuple[RubricCriterion, ...]
    changed: tuple[CriterionChange, ...]
    moved: tuple[str, ...]
    sections: tuple[ValueChange, ...]  # one that came has no old title, one that went no new one
    tensions_changed: bool

    def is_empty(self) -> bool:
        """Whether the two are the same."""
        return not (
            self.facts
            or self.added
            or self.gone
            or self.changed
            or self.moved
            or self.sections
            or self.tensions_changed
        )


def compare_rubrics(old: Rubric, new: Rubric) -> RubricDifference:
    """What differs, criterion by criterion."""
    before, after = index_criteria(old), index_criteria(new)
    both = [code for code in after if code in before]
    return RubricDifference(
        facts=tuple(
            ValueChange(key=key, old=getattr(old, name), new=getattr(new, name))
            for key, name in (("rubric", "name"), ("version", "version"))
            if getattr(old, name) != getattr(new, name)
        ),
        added=tuple(row for code, row in after.items() if code not in before),
        gone=tuple(row for code, row in before.items() if code not in after),
        changed=tuple(
            CriterionChange(code, after[code].title, values)
            for code in both
            if (values := tuple(find_value_changes(before[code], after[code])))
        ),
        moved=tuple(after[code].title for code in find_moved(old, new, set(both))),
        sections=tuple(find_section_changes(old, new)),
        tensions_changed=tell_tensions(old.tensions) != tell_tensions(new.tensions),
    )


def index_criteria(rubric: Rubric) -> dict[str, RubricCriterion]:
    """The criteria by their codes, in order."""
    return {row.code: row for part in rubric.sections for row in part.criteria}


def tell_tensions(tensions: Iterable[RubricTension]) -> dict[frozenset[str], tuple[object, ...]]:
    """What is said of each pair; their order tells nothing."""
    return {frozenset(row.between): (row.why, plain_texts(row.translations)) for row in tensions}


def plain_texts(translations: Translated) -> dict[str, dict[str, str]]:
    """The translations that say something."""
    found = {
        language: {key: text for key, text in texts.items() if text}
        for language, texts in translations.items()
    }
    return {language: texts for language, texts in found.items() if texts}


def find_value_changes(old: RubricCriterion, new: RubricCriterion) -> Iterator[ValueChange]:
    """What is said otherwise of a criterion, in every language."""
    for key in PLAIN:
        before, after = getattr(old, key), getattr(new, key)
        if before != after:
            yield ValueChange(key=key, old=before, new=after)
    yield from find_translation_changes(old.translations, new.translations)


def find_translation_changes(old: Translated, new: Translated) -> Iterator[ValueChange]:
    """Texts that are other ones in another language."""
    for language in sorted({*old, *new}):
        before, after = old.get(language, {}), new.get(language, {})
        for key in sorted({*before, *after}):
            if before.get(key, "") != after.get(key, ""):
                yield ValueChange(
                    key=f"{key} ({language})", old=before.get(key, ""), new=after.get(key, "")
                )


def find_moved(old: Rubric, new: Rubric, both: set[str]) -> list[str]:
    """The codes of criteria that stand elsewhere: as few as explain the new order."""
    before, after = list_places(old, both), list_places(new, both)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    kept = {
        place for block in matcher.get_matching_blocks()
        for place in after[block.b : block.b + block.size]
    }  # fmt: skip
    return [code for section, code in after if (section, code) not in kept]


def list_places(rubric: Rubric, of: set[str]) -> list[tuple[str, str]]:
    """(section, criterion), by code and in order, of some criteria."""
    return [
        (part.code, row.code) for part in rubric.sections for row in part.criteria if row.code in of
    ]


def find_section_changes(old: Rubric, new: Rubric) -> Iterator[ValueChange]:
    """Sections that came, went, or are called otherwise."""
    before = {part.code: part for part in old.sections}
    after = {part.code: part for part in new.sections}
    for code in [*after, *(code for code in before if code not in after)]:
        one, other = before.get(code), after.get(code)
        titles = (one.title if one else "", other.title if other else "")
        if titles[0] != titles[1]:
            yield ValueChange(key="section", old=titles[0], new=titles[1])
        elif one and other:
            for change in find_translation_changes(one.translations, other.translations):
                yield replace(change, key=change.key.replace("title", "section"))


def settle_rubric(stored: Rubric, wanted: Rubric) -> Rubric:
    """What an evaluation's rubric becomes when another one is taken in its place.

    A criterion that the other does not have is left out and stays, at the end of its section: what
    was said of it is part of the record. A section without any criterion goes, unless the other has
    it. What the other does not say of the practice vendor stays.
    """
    before, after = index_criteria(stored), index_criteria(wanted)
    own = {part.code: part for part in stored.sections}
    left = {
        code: tuple(replace(row, left_out=True) for row in part.criteria if row.code not in after)
        for code, part in own.items()
    }
    parts = [
        RubricSection(
            part.code,
            part.title,
            (
                *(keep_practice(before.get(row.code), row) for row in part.criteria),
                *left.pop(part.code, ()),
            ),
            plain_texts(part.translations),
        )
        for part in wanted.sections
    ]
    parts += [replace(own[code], criteria=rows) for code, rows in left.items() if rows]
    return number_criteria(replace(wanted, sections=tuple(parts)))


def keep_practice(stored: RubricCriterion | None, wanted: RubricCriterion) -> RubricCriterion:
    """The criterion with what the practice vendor shows for it, where nothing is said of that."""
    texts = plain_texts(wanted.translations)
    if stored is None or wanted.practice is not None:
        return replace(wanted, translations=texts)
    for language, own in stored.translations.items():
        if own.get("practice"):
            texts.setdefault(language, {})["practice"] = own["practice"]
    return replace(wanted, practice=stored.practice, translations=texts)


def number_criteria(rubric: Rubric) -> Rubric:
    """The rubric with its criteria numbered in order, from 1."""
    number, parts = 0, []
    for part in rubric.sections:
        rows = []
        for row in part.criteria:
            number += 1
            rows.append(replace(row, order=number))
        parts.append(replace(part, criteria=tuple(rows)))
    return replace(rubric, sections=tuple(parts))


def read_values(row: RubricCriterion) -> Mapping[str, object]:
    """What is said of a criterion, but for its place and its translations."""
    values: dict[str, object] = {key: getattr(row, key) for key in PLAIN}
    return {**values, "practice": row.practice or "", "weight": Fraction(row.weight)}
