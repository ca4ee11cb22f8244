"""Views that answer forms, read as syntax: what people fill in there, and how refusals end."""

import ast
import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Flask
from wtforms import FileField, HiddenField, PasswordField
from wtforms.fields import Field
from wtforms.fields.choices import SelectFieldBase

from crrubric.web.shared.forms import CodeField, Form, list_controls

READERS = {"read_ticked_ids", "read_typed_marks"}  # they read controls that stand in the page
CARRIED = {"version", "at", "next"}  # what the page itself put into hidden fields


@dataclass(frozen=True)
class FormView:
    """A view with the functions of its module that it calls."""

    module: Any
    parts: tuple[ast.FunctionDef, ...]

    def calls(self) -> Iterator[ast.Call]:
        return (
            node for part in self.parts for node in ast.walk(part) if isinstance(node, ast.Call)
        )

    def controls(self) -> Iterator[tuple[str, type[Field]]]:
        """(name, kind) of every control of the forms that it reads, but for hidden ones."""
        for call in self.calls():
            if any(word.arg == "formdata" for word in call.keywords):
                continue  # a form that begins empty beside the one that was sent
            made = getattr(self.module, name_of(call.func), None)
            if inspect.isclass(made) and issubclass(made, Form):
                for kind in made.__mro__:
                    found = list_controls(kind, made_from=False) if issubclass(kind, Form) else ()
                    yield from (row for row in found if not issubclass(row[1], HiddenField))

    def reads_controls(self) -> bool:
        """Whether people fill anything in: a control of a form, or one that it reads by itself."""
        if any(True for _control in self.controls()):
            return True
        named = {name_of(call.func) for call in self.calls()}
        read = {word for call in self.calls() for word in list_read_names(call)}
        return bool(named & READERS or read - CARRIED)

    def takes_text(self) -> bool:
        """Whether one of its forms has a control in which people write."""
        other = (SelectFieldBase, FileField, PasswordField, CodeField)
        kinds = [kind for _name, kind in self.controls() if not issubclass(kind, other)]
        return any("Boolean" not in kind.__name__ for kind in kinds)


def name_of(node: ast.expr) -> str:
    """The last word of what is called."""
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def list_read_names(call: ast.Call) -> list[str]:
    """The name in `request.form.get("name")` as it is written, or `*` for reading them all."""
    if not ast.unparse(call.func).startswith("request.form."):
        return []
    if not call.args:
        return ["*"]
    name = call.args[0]
    return [str(name.value) if isinstance(name, ast.Constant) else ast.unparse(name)]


def list_form_views(app: Flask) -> dict[str, FormView]:
    """endpoint -> the view of every form."""
    return {
        rule.endpoint: make_form_view(inspect.unwrap(app.view_functions[rule.endpoint]))
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ())
    }


def make_form_view(view: Any) -> FormView:
    """The view as syntax."""
    module = import_module(view.__module__)
    tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    waiting, parts = [view.__name__], {}
    while waiting:
        name = waiting.pop()
        if name in parts or name not in functions or name.startswith(("show_", "render_")):
            continue
        parts[name] = functions[name]
        called = [node for node in ast.walk(functions[name]) if isinstance(node, ast.Call)]
        waiting += [name_of(call.func) for call in called]
    return FormView(module, tuple(parts.values()))


def redirects_refusals(part: ast.FunctionDef) -> bool:
    """Whether a function answers a form that was refused with the way to another page."""
    handlers = [node for node in ast.walk(part) if isinstance(node, ast.ExceptHandler)]
    unmet = [node for node in ast.walk(part) if isinstance(node, ast.If) and is_unmet(node.test)]
    ends = part.body[-1]
    falls = [node for node in handlers if not leaves(node.body[-1])]
    return any(redirects(node) for node in [*handlers, *unmet]) or bool(falls and redirects(ends))


def is_unmet(test: ast.expr) -> bool:
    """Whether a condition is that a form does not hold."""
    return "not " in ast.unparse(test) and ".validate()" in ast.unparse(test)


def leaves(last: ast.stmt) -> bool:
    return isinstance(last, ast.Return | ast.Raise)


def redirects(node: ast.AST) -> bool:
    calls = [name_of(one.func) for one in ast.walk(node) if isinstance(one, ast.Call)]
    return any(name in {"redirect", "redirect_to"} for name in calls)
