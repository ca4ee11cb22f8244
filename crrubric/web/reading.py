"""Pages read the rubric in the reader's language: the one place where that happens.

Templates say `criterion.title`; here it becomes the title in the language of the page. Python code
reads what was written, so that sealed ballots, the journal and exports keep the original words.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.templating import Environment
from jinja2 import pass_context
from jinja2.runtime import Context

from crrubric.domain.text import in_sentence
from crrubric.models import Criterion, Section, Tension
from crrubric.queries.wording import worded
from crrubric.web.language import locale

TRANSLATED = frozenset({"title", "question", "look_for", "practice", "why"})
WORDED = (Criterion, Section, Tension)
AS_IT_IS = Environment.getattr  # looked up once: a large page asks ten thousand times


def init_app(app: Flask) -> None:
    """Let what people typed stand in the sentences of templates without turning them around."""
    words: dict[str, Any] = app.jinja_env.globals
    words.update({name: safe(words[name]) for name in ("gettext", "ngettext")})


def safe(said: Callable[..., str]) -> Callable[..., str]:
    """Jinja's gettext or ngettext, whose values are isolated."""

    @pass_context
    def wrapped(context: Context, *texts: Any, **values: Any) -> str:
        return said(context, *texts, **in_sentence(values))

    return wrapped


class ReadingEnvironment(Environment):
    """Jinja, for which the texts of a rubric are in the language of the page."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """An attribute as a template reads it."""
        if attribute in TRANSLATED and isinstance(obj, WORDED):
            return worded(obj, attribute, locale())
        return AS_IT_IS(self, obj, attribute)
