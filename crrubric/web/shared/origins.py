"""Forms come from our own pages: beside its token, each says from where it was sent.

Flask-WTF would ask for the Referer, which our pages never send (see `headers`). And no page of ours
has as many fields as fit into a request: a form of 300,000 empty ones takes a second to read.
"""

from flask import Flask, request
from flask_wtf.csrf import CSRFError
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import RequestEntityTooLarge

from crrubric.domain import limits
from crrubric.web.shared.page import find_site_address

CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
OURS = frozenset({"same-origin", "none"})  # none: the person, reloading or restoring a page
FOREIGN = "sent from another site"


def init_app(app: Flask) -> None:
    """Ask before each request that changes something, and before anybody reads its form."""
    app.before_request(refuse_foreign_form)
    app.before_request(refuse_crowded_form)


def refuse_foreign_form() -> None:
    """Raises: CSRFError for a form that another site sent."""
    if request.method in CHANGING and is_foreign():
        raise CSRFError(FOREIGN)


def refuse_crowded_form() -> None:
    """Raises: RequestEntityTooLarge for a form of more fields than any page of ours has."""
    if request.mimetype != "application/x-www-form-urlencoded":
        return  # werkzeug counts the parts of the other kind itself
    if request.get_data(cache=True).count(b"&") >= limits.FORM_FIELDS:
        request.form = ImmutableMultiDict()  # the page of the refusal would read it as well
        raise RequestEntityTooLarge


def is_foreign() -> bool:
    """Whether the browser says that another site sent this.

    Browsers say so in Sec-Fetch-Site on https and on the machine itself, else in Origin; where
    pages send no referrer, the Origin of a plain form is "null". Nothing said is for the token.
    """
    if site := request.headers.get("Sec-Fetch-Site"):
        return site not in OURS
    origin = request.headers.get("Origin", "null")
    return origin not in {"null", find_site_address(), request.host_url.rstrip("/")}
