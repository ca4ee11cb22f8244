"""The rubric in the language of who reads it; what was not translated is read as it was written."""

from crrubric.domain.errors import RubricTitles
from crrubric.models import Criterion, Section, Tension

Worded = Section | Criterion | Tension


def translate_rubric_text(row: Worded, text: str, language: str) -> str:
    """A text of the rubric, such as "title", in a language; no language: as it was written."""
    own = row.translations.get(language, {}) if language else {}
    return own.get(text) or str(getattr(row, text))


def name_in_refusal(*rows: Criterion) -> RubricTitles:
    """The titles of criteria for a refusal, which each reader gets in their language."""
    return RubricTitles(
        tuple(
            {
                "": row.title,
                **{
                    code: texts["title"]
                    for code, texts in row.translations.items()
                    if "title" in texts
                },
            }
            for row in rows
        )
    )
