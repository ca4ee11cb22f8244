"""What was typed into a refused form, carried along by the other forms of its page.

A refusal may say what to do first, and that is another form of the same page. Its answer would show
the refused form as it is stored. So the forms beside it send what was typed as hidden copies, and
are answered with the page that shows it again instead of a redirect.
"""

from flask import request
from werkzeug.datastructures import MultiDict

from crrubric.domain.text import replace_control_characters
from crrubric.web.shared.errors import CARRIED_PREFIX

OWN = frozenset({"csrf_token", "once"})  # each form has one of its own


def list_refused_fields() -> list[tuple[str, str]]:
    """The fields of the form that was just refused, named as the forms beside it send them."""
    return [
        (CARRIED_PREFIX + name, replace_control_characters(value))
        for name, value in request.form.items(multi=True)
        if name not in OWN
    ]


def list_carried_fields() -> list[tuple[str, str]]:
    """What came along with this form, to be carried on."""
    return [pair for pair in request.form.items(multi=True) if pair[0].startswith(CARRIED_PREFIX)]


def read_carried_form() -> MultiDict[str, str] | None:
    """What was typed into the refused form, as it would send it itself; None if nothing came."""
    found = [(name.removeprefix(CARRIED_PREFIX), value) for name, value in list_carried_fields()]
    return MultiDict(found) if found else None
