"""A short id for each request: in its answer, in each line of the log, on the error page."""

import logging
import time

from flask import Flask, Response, g

from crrubric.config import settings_of
from crrubric.logs import (
    HEADER,
    describe_request,
    find_request_id,
    has_told_security,
    log_security_event,
    take_request_id,
)
from crrubric.web.shared.session import find_loaded_user_id

log = logging.getLogger("crrubric.requests")
# A form that says what is wrong, an address or a file that is none: a mistake, or an attempt.
REFUSED = frozenset({400, 413, 415, 422})


def init_app(app: Flask) -> None:
    """Give each request its id; log it when it was answered, if the settings say so."""
    settings = settings_of(app)

    @app.before_request
    def begin() -> None:
        g.began = time.monotonic()
        g.request_id = take_request_id(trusted=settings.PROXY_COUNT > 0)

    @app.after_request
    def tell(response: Response) -> Response:
        response.headers[HEADER] = find_request_id()
        if response.status_code in REFUSED and not has_told_security():
            log_security_event("input refused", find_loaded_user_id())
        if settings.LOG_REQUESTS:
            spent = round((time.monotonic() - g.get("began", time.monotonic())) * 1000)
            log.info(
                "%s %s %s ms",
                describe_request(),
                response.status_code,
                spent,
                extra={"status": response.status_code, "milliseconds": spent},
            )
        return response
