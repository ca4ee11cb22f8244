"""Nothing that people typed is lost: a form that is refused is answered with its page again."""

import ast
from pathlib import Path

import pytest
from flask import Flask

from crrubric.app import create_app
from tests.typed_views import list_form_views, redirects_refusals

ROOT = Path(__file__).parents[2]
# views that people fill in, and that may answer a refusal with another page: why
ELSEWHERE = {
    "meeting.put_cell_on_screen": "a button: a hidden field says where it leads back to",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app({"INSTANCE": str(tmp_path_factory.mktemp("refusals")), "TESTING": True})


def test_no_form_that_people_fill_in_is_refused_with_a_redirect(site: Flask):
    views = list_form_views(site)
    filled = {name: view for name, view in views.items() if view.reads_controls()}

    lost = {name for name, view in filled.items() if any(map(redirects_refusals, view.parts))}

    assert lost == set(ELSEWHERE)
    assert {"entries.save_entry", "meeting.save_attendance", "cell.save_finding"} <= set(filled)
    assert "meeting.save_meeting_end" not in filled


@pytest.mark.parametrize(
    ("body", "lost"),
    [
        ("try:\n  act()\nexcept Invalid:\n  flash('x')\nreturn redirect_to(HOME)", True),
        ("try:\n  act()\nexcept Invalid:\n  return redirect('/')\nreturn page", True),
        ("if not form.validate():\n  return redirect('/')\nreturn page", True),
        ("try:\n  act()\n  return redirect('/')\nexcept Invalid:\n  note()\nreturn page", False),
        ("try:\n  act()\nexcept Invalid:\n  return page, 422\nreturn redirect_to(HOME)", False),
    ],
)
def test_a_refusal_that_leads_elsewhere_would_be_found(body: str, lost: bool):
    lines = "".join(f"  {line}\n" for line in body.splitlines())
    (function,) = ast.parse(f"def save():\n{lines}").body
    assert isinstance(function, ast.FunctionDef)

    assert redirects_refusals(function) is lost


def test_no_refusal_is_raised_twice():
    """An error keeps the frames of each time that it is raised, with forms and sessions in them:
    one that is made once for all would grow for as long as the server runs."""
    raised = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in (ROOT / "crrubric").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Name) and node.exc.id.isupper()
    ]

    assert raised == []
