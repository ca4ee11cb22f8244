"""Pages read the rubric in the reader's language: the one place where that happens.

Templates say `criterion.title`; here it becomes the title in the language of the page. Python code
reads what was written, so that sealed ballots, the journal and exports keep the original words.
"""

from functools import cache
from typing import Any

from babel.support import NullTranslations
from flask import Flask
from flask.templating import Environment
from markupsafe import Markup

from crrubric.domain.text import isolate_values
from crrubric.extensions import CATALOGUES
from crrubric.models import Criterion, Section, Tension
from crrubric.queries.setup.wording import translate_rubric_text
from crrubric.web.shared.language import current_language

TRANSLATED = frozenset({"title", "question", "look_for", "practice", "why"})
WORDED = (Criterion, Section, Tension)
AS_IT_IS = Environment.getattr  # looked up once: a large page asks ten thousand times


def init_app(app: Flask) -> None:
    """Let templates speak: a large page says a thousand sentences, so the way is short."""
    app.jinja_env.globals.update(
        {"_": translate_text, "gettext": translate_text, "ngettext": translate_plural}
    )


def translate_text(text: str, **values: Any) -> Markup:
    """A sentence in the language of the page; what people typed in it can't turn it around."""
    texts = current_translations()
    return (
        look_up_text(texts, text) % isolate_values(values)
        if values
        else look_up_fixed_text(texts, text)
    )


def translate_plural(singular: str, plural: str, num: int, **values: Any) -> Markup:
    """The sentence for this number, which is `num` in it."""
    text = current_translations().ngettext(singular, plural, num)
    return Markup(text) % isolate_values({"num": num, **values})  # noqa: S704  # ours, as in `look_up_text`


def current_translations() -> NullTranslations:
    """The texts of the language of the page."""
    return CATALOGUES.get_translations()


@cache
def look_up_text(texts: NullTranslations, text: str) -> Markup:
    """A text of ours in another language, looked up once a process; values are escaped later."""
    return Markup(texts.gettext(text))  # noqa: S704  # no text of ours comes from a person


@cache
def look_up_fixed_text(texts: NullTranslations, text: str) -> Markup:
    """A text without values, its doubled signs of percent made single."""
    return look_up_text(texts, text) % {}


class TranslatingEnvironment(Environment):
    """Jinja, for which the texts of a rubric are in the language of the page."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """An attribute as a template reads it."""
        if attribute in TRANSLATED and isinstance(obj, WORDED):
            return translate_rubric_text(obj, attribute, current_language())
        return AS_IT_IS(self, obj, attribute)
