"""A short id for each request: in its answer, in each line of the log, on the error page."""

import logging
import time

from flask import Flask, Response, g

from crrubric.config import settings_of
from crrubric.logs import HEADER, describe_request, find_request_id, take_request_id

log = logging.getLogger("crrubric.requests")


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
