"""One server for several districts: the host name that was asked for says whose site answers.

Each district has a site of its own: its own app, database, secret and settings, and its own host
name, so that browsers keep cookies and what pages leave with them apart as well. Nothing of one
can be asked for at another: there is no query in which a condition on the district could be
missing. `docs/decisions/0027-several-districts.md` says why.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from threading import Lock
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.sansio.utils import host_is_trusted

from crrubric.config import find_database_address, settings_of
from crrubric.domain.errors import CrrubricError, Invalid
from crrubric.services.shared.queues import share_queues
from crrubric.settings.districts import list_district_folders
from crrubric.settings.file import settings_file
from crrubric.settings.model import Settings
from crrubric.settings.reading import read_settings

AGAIN = 15  # seconds after which a site that could not be opened is tried once more
AWAY = "This site can’t be reached just now. Please try again in a minute.\n"
NOBODY = "There is no site at this address. Look at it once more.\n"
PORT = 5432  # of PostgreSQL, where an address names none
log = logging.getLogger("crrubric")


@dataclass(frozen=True, slots=True)
class SitePlace:
    """Where a site is: its folder, with the settings that are in force there."""

    folder: Path
    settings: Settings

    @property
    def host(self) -> str:
        """The host name that its people ask for; empty if none is set."""
        return urlsplit(self.settings.SITE_URL).hostname or ""

    @property
    def database(self) -> tuple[object, ...]:
        """What tells its database from others."""
        url = make_url(find_database_address(self.settings))
        if url.get_backend_name() == "sqlite":
            return (self.folder / (url.database or "")).resolve(), ""
        hosts = url.query.get("host", url.host or "")
        return (hosts, url.port or PORT, url.database or url.username)


def list_served_sites(first: Path) -> Iterator[SitePlace]:
    """The first site of a server, then that of each further district, by the name of its folder.

    Raises: Invalid if settings can't be used, or two share a host name or a database.
    """
    places: list[SitePlace] = []
    for folder in (first, *list_district_folders(first)):
        place = SitePlace(folder, read_settings(folder, {}))
        for other in places:
            refuse_shared(other, place)
        places.append(place)
        yield place


def refuse_shared(one: SitePlace, other: SitePlace) -> None:
    """Raise Invalid if two sites have the same host name or the same database."""
    if one.host and one.host == other.host:
        raise Invalid(
            f"{one.folder} and {other.folder} have the same host name in SITE_URL, {one.host}:"
            " give each its own."
        )
    if one.database == other.database:
        raise Invalid(
            f"{one.folder} and {other.folder} have the same database: set another DATABASE_URL for"
            " one of them, so that each district has its own."
        )


class DistrictSite:
    """The site of a further district, opened when the server starts.

    One whose database does not answer then is tried again when somebody asks for it, so that it
    keeps nobody else waiting.
    """

    def __init__(self, place: SitePlace, open_site: Callable[[Path], Flask]) -> None:
        self.place = place
        self.open_site = open_site
        self.app: Flask | None = None
        self.lock = Lock()
        self.next_try = 0.0

    def find_app(self) -> Flask | None:
        """Its app; None while it can't be opened."""
        if self.app is None and time.monotonic() >= self.next_try and self.lock.acquire(False):
            try:
                self.app = self.app or self._open()
            finally:
                self.lock.release()
        return self.app

    def _open(self) -> Flask | None:
        try:
            return self.open_site(self.place.folder)
        except (CrrubricError, SQLAlchemyError, OSError) as error:
            self.next_try = time.monotonic() + AGAIN
            reason = getattr(error, "orig", error)  # the driver's words, without the statement
            log.error("The site in %s can’t be opened: %s", self.place.folder, reason)
            return None


class HostDispatcher:
    """Hands a request to the site of its host name.

    The first site answers by number as well, for whoever asks whether the server lives, and by the
    names in its TRUSTED_HOSTS. Any other name is nobody's: no district answers for another.
    """

    def __init__(self, first: Flask, districts: Mapping[str, DistrictSite]) -> None:
        self.first = first
        self.districts = districts
        settings = settings_of(first)
        self.names = (
            "localhost",
            urlsplit(settings.SITE_URL).hostname or "",
            *settings.TRUSTED_HOSTS,
        )

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        host = read_host(environ)
        if site := self.districts.get(host):
            app = site.find_app()
            if app is None:
                later = [("Retry-After", str(AGAIN))]
                status = "503 Service Unavailable"
                return answer_plainly(environ, start_response, status, AWAY, later)
            return app(environ, start_response)
        if is_machine_address(host) or host_is_trusted(host, self.names):
            return self.first(environ, start_response)
        return answer_plainly(environ, start_response, "404 Not Found", NOBODY)


def answer_plainly(
    environ: WSGIEnvironment,
    start_response: StartResponse,
    status: str,
    words: str,
    headers: Sequence[tuple[str, str]] = (),
) -> Iterable[bytes]:
    """An answer in a sentence, where there is no site that could make a page."""
    body = words.encode()
    head = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        *headers,
    ]
    start_response(status, head)
    return [body] if environ.get("REQUEST_METHOD") != "HEAD" else []


def is_machine_address(host: str) -> bool:
    """Whether a host is the address of a machine; one without a name is, too."""
    with suppress(ValueError):
        return not host or bool(ip_address(host))
    return False


def read_host(environ: WSGIEnvironment) -> str:
    """The host name that was asked for, without its port; as it came if it is none."""
    asked = str(environ.get("HTTP_HOST", ""))
    try:
        return urlsplit(f"//{asked}").hostname or ""
    except ValueError:
        return asked


def serve_districts(first: Flask, open_site: Callable[[Path], Flask]) -> WSGIApplication:
    """What answers requests: the first app alone where there are no further districts.

    Args: open_site: makes the app of the site in a folder, on a database that is ready.
    Raises: Invalid if settings of a district can't be used.
    """
    settings = settings_of(first)
    own, *further = list_served_sites(settings.INSTANCE)
    if not further:
        return first
    if not own.host:
        raise Invalid(
            f"This server has several districts: set SITE_URL in {settings_file(own.folder)} to the"
            " address of the first one."
        )

    def open_further(folder: Path) -> Flask:
        app = open_site(folder)
        share_queues(first, app)
        return app

    sites = {place.host: DistrictSite(place, open_further) for place in further}
    for site in sites.values():
        site.find_app()
    dispatcher: WSGIApplication = HostDispatcher(first, sites)
    if count := settings.PROXY_COUNT:  # the apps ask the same headers, and find the same in them
        dispatcher = ProxyFix(dispatcher, x_for=count, x_proto=1, x_host=1)
    return dispatcher
