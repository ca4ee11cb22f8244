"""Whoever edits what is there says which version they saw: no form and no view can forget it.

`tests/page_checks.py` holds the same for pages: on every page of the whole suite, a form that
begins with something filled in carries a version.
"""

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import crrubric
from crrubric.web.shared.forms import Form, StateForm, VersionedForm
from crrubric.web.shared.versions import EditForm
from tests.page_checks import check_versions
from tests.pages import parse

ROOT = Path(crrubric.__file__).parent
SAYING = (EditForm, VersionedForm, StateForm)
VERSIONS = {"seen", "seen_version", "shown"}
EMPTY = {"formdata", "prefix"}  # arguments of a form that fill nothing in

# forms that begin with something and need no version: why
WITHOUT = {
    "QuestionForm": "a new question, about the criterion that the link named",
    "FileForm": "a new file, with the tick that was sent before the session ended",
    "SendQuestionsForm": "it begins with today; `shown` says which questions are meant",
    "TrialForm": "it changes nothing that is stored",
    "WeightTrialForm": "it changes nothing that is stored",
    "SignInForm": "it begins with the page to go on with",
    "SecondStepForm": "it begins with the page to go on with",
    "AppCodeForm": "it begins with the page to go on with",
    "ConfirmForm": "it begins with the page to go on with",
    "NewPasskeyForm": "it begins with the page to go on with",
    "OwnLimitForm": "a part of the form of a purchase, which has one",
    "RankForm": "a part of the decision's form, which has one",
    "TranslationForm": "a part of the forms of a criterion, which have one",
    "SettledLineForm": "a part of the form that settles must-haves, which has one",
    "VenueForm": "a part of the form of where and when, which has one",
    "WeightForm": "a part of the form of all weights, which has one",
}


@cache
def modules() -> list[tuple[Any, ast.Module]]:
    """Every module with views, and its syntax."""
    found = []
    for path in sorted((ROOT / "web").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT.parent).with_suffix("").parts)
        found.append((import_module(name.removesuffix(".__init__")), ast.parse(path.read_text())))
    return found


def calls() -> Iterator[tuple[Any, ast.Call]]:
    """(what is called, the call) of every call in a view of something that has a name there."""
    for module, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and (found := find_called(module, node.func)):
                yield found, node


def find_called(module: Any, node: ast.expr) -> Any:
    if isinstance(node, ast.Name):
        return getattr(module, node.id, None)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        base = getattr(module, node.value.id, None)
        return getattr(base, node.attr, None) if inspect.ismodule(base) else None
    return None


def test_every_form_that_begins_with_what_is_stored_says_which_version_it_shows():
    filled = {
        found.__name__
        for found, call in calls()
        if inspect.isclass(found)
        and issubclass(found, Form)
        and {word.arg for word in call.keywords} - EMPTY
    }
    saying = {name for name in filled if issubclass(find_form(name), SAYING)}

    assert filled - saying == set(WITHOUT)
    assert {"VendorForm", "RuleForm", "SeatForm"} <= saying


def find_form(name: str) -> type[Form]:
    return next(getattr(module, name) for module, _tree in modules() if hasattr(module, name))


def test_every_view_hands_the_version_on_to_the_service_that_compares_it():
    asked = [
        (found, call)
        for found, call in calls()
        if inspect.isfunction(found)
        and found.__module__.startswith("crrubric.services")
        and VERSIONS & set(inspect.signature(found).parameters)
    ]

    forgotten = [
        found.__name__
        for found, call in asked
        if not VERSIONS & {word.arg for word in call.keywords}
    ]
    assert forgotten == []
    assert len(asked) >= 18


def test_a_page_with_a_filled_form_and_no_version_is_noticed():
    start = "<!DOCTYPE html><html><head><title>A</title></head><body><main>"
    control = '<input type="text" name="title" value="Credit recovery">'
    version = '<input type="hidden" name="version" value="1">'
    empty = '<input type="hidden" name="version" value="">'
    bare, good = (
        f'{start}<form method="post" action="/x">{inside}</form></main></body></html>'
        for inside in (empty + control, version + control)
    )

    assert check_versions(parse(200, bare), "/") == [
        "a form to /x begins with title and has no version"
    ]
    assert check_versions(parse(200, good), "/") == []
