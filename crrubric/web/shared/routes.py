"""How addresses are read and written."""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import IntegerConverter, Map, Rule

from crrubric.domain import limits

Builder = Callable[..., tuple[str, str]]


class DatabaseId(IntegerConverter):
    """A number that a database can hold as an id; a larger one is no address of ours."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=limits.ID.most)


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
