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

from crrubric.domain.text import in_sentence
from crrubric.extensions import CATALOGUES
from crrubric.models import Criterion, Section, Tension
from crrubric.queries.setup.wording import worded
from crrubric.web.shared.language import locale

TRANSLATED = frozenset({"title", "question", "look_for", "practice", "why"})
WORDED = (Criterion, Section, Tension)
AS_IT_IS = Environment.getattr  # looked up once: a large page asks ten thousand times


def init_app(app: Flask) -> None:
    """Let templates speak: a large page says a thousand sentences, so the way is short."""
    app.jinja_env.globals.update({"_": said, "gettext": said, "ngettext": said_of_many})


def said(text: str, **values: Any) -> Markup:
    """A sentence in the language of the page; what people typed in it can't turn it around."""
    texts = spoken()
    return told(texts, text) % in_sentence(values) if values else finished(texts, text)


def said_of_many(singular: str, plural: str, num: int, **values: Any) -> Markup:
    """The sentence for this number, which is `num` in it."""
    text = spoken().ngettext(singular, plural, num)
    return Markup(text) % in_sentence({"num": num, **values})  # noqa: S704  # ours, as in `told`


def spoken() -> NullTranslations:
    """The texts of the language of the page."""
    return CATALOGUES.get_translations()


@cache
def told(texts: NullTranslations, text: str) -> Markup:
    """A text of ours in another language, looked up once a process; values are escaped later."""
    return Markup(texts.gettext(text))  # noqa: S704  # no text of ours comes from a person


@cache
def finished(texts: NullTranslations, text: str) -> Markup:
    """A text without values, its doubled signs of percent made single."""
    return told(texts, text) % {}


class ReadingEnvironment(Environment):
    """Jinja, for which the texts of a rubric are in the language of the page."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """An attribute as a template reads it."""
        if attribute in TRANSLATED and isinstance(obj, WORDED):
            return worded(obj, attribute, locale())
        return AS_IT_IS(self, obj, attribute)
