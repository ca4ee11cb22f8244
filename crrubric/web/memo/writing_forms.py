"""The forms of what people write for the memo and for letters to vendors."""

from typing import ClassVar

from flask_babel import lazy_gettext as _
from wtforms import Field, TextAreaField
from wtforms.validators import Optional

from crrubric.domain import limits
from crrubric.domain.memo.narratives import NarrativePart
from crrubric.web.shared.forms import limit_length
from crrubric.web.shared.versions import EditForm

LONG = [Optional(), limit_length(limits.LONG_TEXT)]


class NarrativeForm(EditForm):
    """The four texts about one vendor; their names are those of the parts in small letters."""

    told_as: ClassVar = {"evidence": ("evidence relied on",), "questions": ("open questions",)}

    strengths = TextAreaField(_("Strengths in your words"), LONG)
    gaps = TextAreaField(_("Gaps in your words"), LONG)
    evidence = TextAreaField(_("Evidence relied on, in your words"), LONG)
    questions = TextAreaField(_("Open questions in your words"), LONG)

    def find_part_field(self, part: NarrativePart) -> Field:
        """The control of a part."""
        return self[part.value.lower()]

    def read_texts(self) -> dict[NarrativePart, str]:
        """What was typed, by part."""
        return {part: self.find_part_field(part).data or "" for part in NarrativePart}


class LetterWordsForm(EditForm):
    """What stands at the end of every letter."""

    told_as: ClassVar = {"contact": ("letter_contact",), "closing": ("letter_closing",)}

    contact = TextAreaField(_("Contact"), [Optional(), limit_length(limits.QUESTION)])
    closing = TextAreaField(_("Closing paragraph"), [Optional(), limit_length(limits.NOTE)])
