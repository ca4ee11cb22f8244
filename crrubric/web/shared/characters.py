"""Pages hold no character that is none: what was stored before the gate for texts is replaced."""

from flask import Flask, Response

from crrubric.domain.text import may_hold_forbidden_characters, replace_control_characters


def init_app(app: Flask) -> None:
    """Look through each page on its way out, whoever drew it."""
    app.after_request(replace_in_page)


def replace_in_page(response: Response) -> Response:
    """The page with U+FFFD for each character that no text may hold."""
    if response.mimetype == "text/html" and response.is_sequence:
        body = response.get_data()
        if may_hold_forbidden_characters(body):
            response.set_data(replace_control_characters(body.decode()))
    return response
