"""Small helpers that every view of an evaluation uses."""

from typing import Any

from flask import current_app, g, render_template, request

from crrubric.queries.people.access import Seat
from crrubric.web.shared.navigation import menu


def page(template: str, seat: Seat, *, under: str | None = None, **values: Any) -> str:
    """Render a page of an evaluation; `under` names the menu entry that it belongs to."""
    if under:
        g.menu_home = under
    return render_template(
        template, seat=seat, evaluation=seat.evaluation, nav=menu(seat), **values
    )


def wants_json() -> bool:
    """Whether the page's script asks, rather than a plain form."""
    return bool(request.accept_mimetypes.best == "application/json")


def here() -> str:
    """Where the switch leads back to: this page, or home where it is the answer to a form."""
    adapter = current_app.create_url_adapter(request)
    if adapter is None or not (request.method == "GET" or adapter.test(method="GET")):
        return ""
    return request.full_path.removesuffix("?")
