"""Templates, compiled once for each language: their fixed texts are written into them.

A large page says a thousand sentences. Looked up anew for each page they took a tenth of its time;
compiled, they are a part of what stands around them.
"""

from collections.abc import MutableMapping
from types import NoneType
from typing import Any, Self

from babel.support import NullTranslations
from flask.templating import Environment as FlaskEnvironment
from flask_babel import get_locale
from jinja2 import Environment, Template, nodes, pass_environment
from jinja2.runtime import Context, Macro
from jinja2.utils import LRUCache
from jinja2.visitor import NodeTransformer

from crrubric import catalogue
from crrubric.domain.people.languages import SOURCE
from crrubric.web.shared.reading import look_up_fixed_text, look_up_text

SAY = "_"  # how a template says a text
FILL = "fill_text"  # what fills the places of one that is written in already
KEPT_PARTS = 2000  # of each language; on a ballot of 21 criteria there are some 100
LONGEST = 200  # characters of a text of which a part is kept: more would come out of a form
PLAIN = {str, int, bool, NoneType}


class FixedTexts(NodeTransformer):
    """Writes the texts of a language into a template, in the place of the calls that ask for them.

    A text with places, `_("%(count)s files", count=3)`, is filled when the page is made.
    """

    def __init__(self, texts: NullTranslations) -> None:
        self.texts = texts

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # as Jinja calls it
        """What a call becomes; whatever is not a text of ours stays as it is."""
        self.generic_visit(node)
        match node:
            case nodes.Call(
                node=nodes.Name(name=name),
                args=[nodes.Const(value=str(text))],
                dyn_args=None,
                dyn_kwargs=None,
            ) if name == SAY:
                pass
            case _:
                return node
        if not node.kwargs:
            return make_safe_constant(look_up_fixed_text(self.texts, text), node)
        node.node = nodes.Name(FILL, "load", lineno=node.lineno)
        node.args = [make_safe_constant(look_up_text(self.texts, text), node)]
        return node


def make_safe_constant(text: str, place: nodes.Node) -> nodes.MarkSafe:
    """The text as a constant that is not escaped."""
    options = {"lineno": place.lineno, "environment": place.environment}
    return nodes.MarkSafe(nodes.Const(str(text), **options), **options)


class QuickContext(Context):
    """Calls macros without asking each of them first what it wants to be given: a page has
    hundreds of calls, and all macros want the same."""

    def call(self, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        """As Jinja's own, which does the same for everything else."""
        if type(called) is not Macro:
            return super().call(called, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        return called(self.eval_ctx, *args, **kwargs)


class PageEnvironment(FlaskEnvironment):
    """The environment of all templates, and of those of one language once that is known."""

    context_class = QuickContext
    language: str | None = None  # whose texts are written in

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.by_language: dict[str, Self] = {}
        self.parts = LRUCache(0)
        self.globals["keep"] = keep_part

    def _load_template(
        self,
        name: str,
        globals: MutableMapping[str, Any] | None,  # as Jinja calls it
    ) -> Template:
        """The template in the language of the page; one includes others in its own language."""
        if self.language is not None:
            return super()._load_template(name, globals)
        locale = get_locale()
        return self.choose_language(locale.language if locale else SOURCE)._load_template(
            name, globals
        )

    def choose_language(self, language: str) -> Self:
        """The environment of a language, made when it is first spoken."""
        if language not in self.by_language:
            made = self.overlay()
            made.language, made.parts = language, LRUCache(KEPT_PARTS)
            self.by_language.setdefault(language, made)
        return self.by_language[language]

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        """The template with the texts of this language."""
        tree = super()._parse(source, name, filename)
        if self.language is None:
            return tree
        written: nodes.Template = FixedTexts(catalogue.load_translations(self.language)).visit(tree)
        return written


@pass_environment
def keep_part(environment: Environment, macro: Macro, *values: Any) -> str:
    """What a macro makes of these values; made once, and then kept in memory.

    For what many pages repeat word for word. The macro may use nothing but these values: neither
    who reads nor when. None of them may be what somebody typed about a vendor: that is not to lie
    in memory. Of a long text nothing is kept: many of them would fill the memory.

    Raises: TypeError for a value that may change, or that is safe because somebody says so.
    """
    key = (macro._func.__code__.co_filename, macro.name, values, tuple(map(type, values)))
    parts: LRUCache = environment.parts  # type: ignore[attr-defined]  # one of a language has them
    made: str | None = parts.get(key)
    if made is None:
        if not PLAIN.issuperset(key[-1]):
            raise TypeError(f"{macro.name} is made of {key[-1]}, which can't be compared")
        made = macro(*values)
        if all(len(value) <= LONGEST for value in values if isinstance(value, str)):
            parts[key] = made
    return made
