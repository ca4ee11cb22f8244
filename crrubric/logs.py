"""How the log is written: lines for people or objects for machines, with the id of the request.

What is logged are events of the server, never what people typed: no notes, names, passwords or
secret links. An address is told by its rule (`/invitations/<token>`), so nothing in it can be read
in the log, or forge a line of it. What others said (a provider, a database) stays on its line.
"""

import json
import logging
import re
import secrets
import sys
from datetime import UTC, datetime
from typing import Any

from flask import current_app, g, has_app_context, has_request_context, request

HEADER = "X-Request-Id"
TAKEN = re.compile(r"[A-Za-z0-9_-]{8,64}")  # of a proxy before us
PLAIN = "%(asctime)s %(levelname)s [%(request_id)s]%(where)s %(message)s"
NONE = "-"  # outside requests
# What each record has; what else it carries was given by whoever logged it.
OWN = {"message", "asctime", "request_id", "district", "where", "taskName"}
USUAL = frozenset(vars(logging.makeLogRecord({}))) | OWN
BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")  # what would begin another line

security = logging.getLogger("crrubric.security")


class RequestFilter(logging.Filter):
    """Adds the id of the request, if there is one, and a further district's name to each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Take every record."""
        record.request_id = g.get("request_id", NONE) if has_request_context() else NONE
        district = current_app.config.get("DISTRICT_FOLDER", "") if has_app_context() else ""
        record.district, record.where = district, f" {district}:" if district else ""
        return True


def write_time(record: logging.LogRecord) -> str:
    """When it happened, in UTC."""
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


class LineFormatter(logging.Formatter):
    """One line for each message: no text of others begins one of its own. Times are in UTC."""

    def __init__(self, form: str) -> None:
        super().__init__(form, defaults={"request_id": NONE, "where": ""})  # where no filter was

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        """The time of the record."""
        return write_time(record)

    def formatMessage(self, record: logging.LogRecord) -> str:  # as logging has it
        """The line, with each line break in it written as its number."""
        return BREAKS.sub(lambda found: f"\\x{ord(found[0]):02x}", super().formatMessage(record))


class JsonFormatter(logging.Formatter):
    """One JSON object on one line: time, level, logger, message, request, and what was given."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        told: dict[str, Any] = {
            "time": write_time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.request_id != NONE:  # type: ignore[attr-defined]  # the filter added it
            told["request_id"] = record.request_id  # type: ignore[attr-defined]
        if record.district:  # type: ignore[attr-defined]
            told["district"] = record.district  # type: ignore[attr-defined]
        told.update({key: value for key, value in vars(record).items() if key not in USUAL})
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False, default=str)


def configure_logging(*, as_json: bool) -> None:
    """Write the log to stderr, where whatever runs the server keeps it."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(RequestFilter())
    handler.setFormatter(JsonFormatter() if as_json else LineFormatter(PLAIN))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a line for each that waits


def describe_request() -> str:
    """Method and rule of the request: `POST /invitations/<token>`."""
    rule = request.url_rule.rule if request.url_rule else "an unknown address"
    return f"{request.method} {rule}"


def log_security_event(event: str, user_id: int | None = None) -> None:
    """Tell the log of signing in and out, and of what was refused to somebody.

    Args: event: in a few words of ours; user_id: the account, if it is known which.
    """
    g.told_security = True
    facts = {"event": event, "account": user_id, "address": request.remote_addr}
    security.info(
        "%s: account %s, from %s, %s",
        event, user_id or NONE, request.remote_addr, describe_request(),
        extra={key: value for key, value in facts.items() if value is not None},
    )  # fmt: skip


def has_told_security() -> bool:
    """Whether the present request has told the log something of security."""
    return bool(g.get("told_security"))


def take_request_id(*, trusted: bool) -> str:
    """The id that a proxy gave, if we trust one and it is one; else a fresh one."""
    given = request.headers.get(HEADER, "")
    return given if trusted and TAKEN.fullmatch(given) else secrets.token_hex(6)


def find_request_id() -> str:
    """The id of the present request; made now where the request failed before it had one."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(6)
    found: str = g.request_id
    return found
