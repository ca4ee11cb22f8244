"""How addresses are read and written."""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import (
    IntegerConverter,
    Map,
    PathConverter,
    Rule,
    UnicodeConverter,
    ValidationError,
)

from crrubric.domain import limits

Builder = Callable[..., tuple[str, str]]


class DatabaseId(IntegerConverter):
    """A number that a database can hold as an id; a larger one is no address of ours."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=limits.ID.most)


class PrintableText(UnicodeConverter):
    """A text of an address; what can't be printed is none of ours, and PostgreSQL takes no NUL."""

    def to_python(self, value: str) -> str:
        """The text. Raises: ValidationError: there is no such page."""
        return require_printable(value)


class PrintablePath(PathConverter):
    """As `PrintableText`, with strokes in it."""

    def to_python(self, value: str) -> str:
        """The text. Raises: ValidationError: there is no such page."""
        return require_printable(value)


def require_printable(value: str) -> str:
    """The text, if each of its characters can be printed. Raises: ValidationError."""
    if not value.isprintable():
        raise ValidationError
    return value


CONVERTERS = {
    "int": DatabaseId,
    "default": PrintableText,
    "string": PrintableText,
    "path": PrintablePath,
}


class LateRule(Rule):
    """A route whose address is first compiled when somebody asks for it.

    Werkzeug writes and compiles two functions for each route as the app is made: most of the time
    that every start and every command takes, which asks for few addresses, if for any.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Builder:  # as Werkzeug names it
        compile_now = super()._compile_builder
        compiled: Builder | None = None

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            nonlocal compiled
            if compiled is None:
                compiled = compile_now(append_unknown)
            return compiled(rule, **values)

        return build
