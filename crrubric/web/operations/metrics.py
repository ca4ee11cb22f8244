"""Figures of the server in the format of Prometheus: requests, queues, mails, room on the disk.

They belong to this process and begin anew with it. Nothing in them names a person, an evaluation
or an address: requests are counted by the view that answers them.
"""

import time
from dataclasses import dataclass
from http import HTTPMethod
from typing import Any

from flask import Flask, Response, g, request

from crrubric.config import settings_of
from crrubric.queries.operations.health import Health
from crrubric.services.people.hashing import find_hash_queue

METHODS = frozenset(HTTPMethod)
OTHER = "other"  # a method that somebody made up: each would be a line that is kept
KEY = "crrubric-metrics"  # under which an app keeps its figures
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """What is counted. The types are those of prometheus-client, an extra that ships no promise."""

    registry: Any
    requests: Any
    seconds: Any
    free_bytes: Any
    late_mails: Any
    hashes: Any


def init_app(app: Flask) -> None:
    """Count requests, if anybody may read the figures."""
    if not settings_of(app).METRICS_TOKEN:
        return
    app.extensions[KEY] = make_metrics()

    @app.after_request
    def count(response: Response) -> Response:
        metrics = find_metrics(app)
        view = request.endpoint or "none"
        method = request.method if request.method in METHODS else OTHER
        metrics.requests.labels(view, method, response.status_code).inc()
        if "began" in g:
            metrics.seconds.labels(view).observe(time.monotonic() - g.began)
        return response


def make_metrics() -> Metrics:
    """Figures that all are zero."""
    from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

    registry = CollectorRegistry()
    return Metrics(
        registry=registry,
        requests=Counter(
            "crrubric_requests",
            "Requests that were answered.",
            ["view", "method", "status"],
            registry=registry,
        ),
        seconds=Histogram(
            "crrubric_request_seconds",
            "Seconds from a request to its answer.",
            ["view"],
            buckets=SECONDS,
            registry=registry,
        ),
        free_bytes=Gauge(
            "crrubric_disk_free_bytes", "Room where the instance folder lies.", registry=registry
        ),
        late_mails=Gauge(
            "crrubric_late_mails", "Mails that wait for over an hour.", registry=registry
        ),
        hashes=Gauge(
            "crrubric_passwords_in_queue", "Passwords that are checked or wait.", registry=registry
        ),
    )


def find_metrics(app: Flask) -> Metrics:
    """The figures of an app whose settings ask for them."""
    found: Metrics = app.extensions[KEY]
    return found


def write_metrics(metrics: Metrics, health: Health) -> bytes:
    """All figures, those of this moment among them."""
    from prometheus_client import generate_latest

    metrics.free_bytes.set(health.free_bytes)
    metrics.late_mails.set(health.late_mails)
    metrics.hashes.set(find_hash_queue().queue.taken)
    written: bytes = generate_latest(metrics.registry)
    return written
