"""Forms come from our own pages: beside its token, each says from where it was sent.

Flask-WTF would ask for the Referer, which our pages never send (see `headers`). And no page of ours
has as many fields as fit into a request: a form of 300,000 empty ones takes a second to read.

What no page can be asked with is sorted out here as well, before anybody meets it: a host that is
no name, and parts of a form without a name.
"""

from collections.abc import Iterable
from typing import Any

from flask import Flask, Request, request
from flask_wtf.csrf import CSRFError
from werkzeug.datastructures import FileStorage, ImmutableMultiDict
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from crrubric.domain import limits
from crrubric.web.shared.page import find_site_address

CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
OURS = frozenset({"same-origin", "none"})  # none: the person, reloading or restoring a page
FOREIGN = "sent from another site"
WATCHED = frozenset({"/health", "/health/live", "/metrics"})


class NamedFields(ImmutableMultiDict[str, Any]):
    """Fields of a form or an address: a part that a form sends without a name is not among them."""

    def __init__(self, mapping: Any = None) -> None:
        super().__init__(leave_out_nameless(mapping) if isinstance(mapping, list) else mapping)


class NamedRequest(Request):
    """A request whose fields all have names, by a name of the site."""

    parameter_storage_class = NamedFields
    _site_hosts: list[str] | None = None

    @property
    def is_json(self) -> bool:
        """Never: no page of ours sends any, and Flask-WTF would fill in forms from whatever it is.

        A number is no form at all, and {"note": 5} is one whose texts are none.
        """
        return False

    @property
    def trusted_hosts(self) -> list[str] | None:
        """The names by which the site may be asked; None: by any.

        What watches the site may ask it past the web server, at an address that people never see,
        and the answer makes nothing of the name.
        """
        return None if self.path in WATCHED else self._site_hosts

    @trusted_hosts.setter
    def trusted_hosts(self, hosts: list[str] | None) -> None:
        """Flask tells what TRUSTED_HOSTS says."""
        self._site_hosts = hosts


def leave_out_nameless(fields: Iterable[tuple[str | None, Any]]) -> list[tuple[str, Any]]:
    """The fields that have a name: whoever reads names may take each for a text."""
    found = []
    for name, value in fields:
        if name is not None:
            found.append((name, value))
        elif isinstance(value, FileStorage):
            value.close()  # nobody else will
    return found


def init_app(app: Flask) -> None:
    """Ask before each request that changes something, and before anybody reads its form."""
    app.request_class = NamedRequest
    app.before_request(refuse_unreadable_host)
    app.before_request(refuse_foreign_form)
    app.before_request(refuse_crowded_form)


def refuse_unreadable_host() -> None:
    """Raises: BadRequest where the host is none of ours, or none at all.

    Before anything else is wrong with the request: no page can be drawn that has no address.
    """
    if isinstance(request.routing_exception, BadRequest):
        raise request.routing_exception


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
