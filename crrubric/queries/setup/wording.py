"""The rubric in the language of who reads it; what was not translated is read as it was written."""

from crrubric.models import Criterion, Section, Tension

Worded = Section | Criterion | Tension


def translate_rubric_text(row: Worded, text: str, language: str) -> str:
    """A text of the rubric, such as "title", in a language; no language: as it was written."""
    own = row.translations.get(language, {}) if language else {}
    return own.get(text) or str(getattr(row, text))
