"""Forms around languages: of an evaluation's documents, and of a criterion."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from crrubric.domain import limits
from crrubric.domain.people.languages import NAMES, SOURCE
from crrubric.domain.setup.rubric import Translated
from crrubric.models import Criterion, Section
from crrubric.web.setup.forms import FactsForm
from crrubric.web.shared.forms import Form, ListChoiceField, limit_length


class DocumentsForm(FactsForm):
    """The facts of an evaluation with the language that it writes in."""

    language = ListChoiceField(
        _("Language of e-mails and documents"),
        [InputRequired(_("Choose one of the choices shown."))],
        choices=[SelectChoice(code, name) for code, name in NAMES.items()],
    )


class TranslationForm(Form):
    """The texts of a criterion in another language; empty: as it was written."""

    class Meta:
        csrf = False

    title = StringField(_("Title"), [Optional(), limit_length(limits.TITLE)])
    question = TextAreaField(
        _("Question, to be answered YES or NO"), [Optional(), limit_length(limits.NOTE)]
    )
    look_for = TextAreaField(_("What to look for"), [Optional(), limit_length(limits.NOTE)])
    practice = TextAreaField(
        _("Practice round: what the made-up vendor shows"), [Optional(), limit_length(limits.NOTE)]
    )

    def texts(self) -> dict[str, str]:
        """What was sent; a text that the page did not ask for is not in it."""
        return {field.short_name: field.data for field in self if field.raw_data}


def make_translation_forms(
    criterion: Criterion | Section, sent: Mapping[str, Any] | None = None
) -> dict[str, TranslationForm]:
    """Language -> the form with its texts, for every language but the first.

    Args: sent: what was typed; without it, what is stored.
    """
    return {
        language: TranslationForm(
            sent, prefix=f"{language}-", data=criterion.translations.get(language, {})
        )
        for language in NAMES
        if language != SOURCE
    }


def read_translations(forms: dict[str, TranslationForm]) -> Translated:
    """What a chair typed in every language."""
    return {language: form.texts() for language, form in forms.items()}


def has_dropped_translation(criterion: Criterion, given: Translated) -> bool:
    """Whether a translation that was sent is not kept, as the text changed without it."""
    return any(
        text.strip() and text_id not in criterion.translations.get(language, {})
        for language, texts in given.items()
        for text_id, text in texts.items()
    )
