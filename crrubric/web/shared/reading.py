"""Texts in the reader's language: our own sentences, and those of the rubric.

Templates say `criterion | translated("title")`. Python code reads what was written, so that sealed
ballots, the journal and exports keep the original words.
"""

from functools import cache
from typing import Any

from babel.support import NullTranslations
from flask import Flask
from jinja2 import Environment, pass_environment
from markupsafe import Markup

from crrubric.domain.people.languages import SOURCE
from crrubric.domain.text import isolate_values
from crrubric.extensions import CATALOGUES
from crrubric.models import Criterion, Section, Tension
from crrubric.queries.setup.wording import translate_rubric_text
from crrubric.web.shared.language import current_language


def init_app(app: Flask) -> None:
    """Let templates speak: a large page says a thousand sentences, so the way is short."""
    app.jinja_env.globals.update(
        {
            "_": translate_text,
            "gettext": translate_text,
            "ngettext": translate_plural,
            "fill_text": fill_text,
        }
    )
    app.jinja_env.filters["translated"] = translate_row_of_page


def translate_text(text: str, **values: Any) -> Markup:
    """A sentence in the language of the page; what people typed in it can't turn it around."""
    texts = current_translations()
    if values:
        return fill_text(look_up_text(texts, text), **values)
    return look_up_fixed_text(texts, text)


def fill_text(text: Markup, **values: Any) -> Markup:
    """A text that is in the language of the page already, its places filled."""
    return text % isolate_values(values)


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


def translate_rubric_row(row: object, text: str) -> str:
    """A text of the rubric, such as "title", in the language of the page.

    Rows of the results already have their texts in that language: they are given as they are.
    """
    return _translate_row(row, text, current_language())


@pass_environment
def translate_row_of_page(environment: Environment, row: object, text: str) -> str:
    """The same for a template, which is compiled for the language of its page."""
    language: str = getattr(environment, "language", None) or SOURCE
    return _translate_row(row, text, language)


def _translate_row(row: object, text: str, language: str) -> str:
    if isinstance(row, Criterion | Section | Tension):
        return translate_rubric_text(row, text, language)
    return str(getattr(row, text))
