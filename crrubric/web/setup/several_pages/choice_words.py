"""What people may write for the choices of a list, as a page tells them and refuses others."""

from flask_babel import gettext

from crrubric.web.shared.forms import Form, ListChoiceField


def list_allowed_words(form: Form) -> list[tuple[str, list[str]]]:
    """(label, choices) of each list of a line: what can be written there."""
    return [
        (str(field.label.text), [str(row.label) for row in field.iter_choices() if row.value])
        for field in form
        if isinstance(field, ListChoiceField)
    ]


def name_unknown_choices(form: Form) -> None:
    """Say of each list what was written there instead of one of its choices."""
    for field in form:
        if field.errors and isinstance(field, ListChoiceField) and any(field.raw_data or ()):
            words = gettext(
                "“%(word)s” is none of the choices: choose one.", word=field.raw_data[0]
            )
            field.errors = [str(words)]
