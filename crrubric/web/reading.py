"""Pages read the rubric in the reader's language: the one place where that happens.

Templates say `criterion.title`; here it becomes the title in the language of the page. Python code
reads what was written, so that sealed ballots, the journal and exports keep the original words.
"""

from typing import Any

from flask.templating import Environment

from crrubric.models import Criterion, Section, Tension
from crrubric.queries.wording import worded
from crrubric.web.language import locale

TRANSLATED = frozenset({"title", "question", "look_for", "practice", "why"})


class ReadingEnvironment(Environment):
    """Jinja, for which the texts of a rubric are in the language of the page."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """An attribute as a template reads it."""
        if attribute in TRANSLATED and isinstance(obj, Criterion | Section | Tension):
            return worded(obj, attribute, locale())
        return super().getattr(obj, attribute)
