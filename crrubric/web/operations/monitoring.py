"""What a monitoring system asks: whether the server lives, whether it can work, and its figures."""

import hmac
from http import HTTPStatus

from flask import Blueprint, Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from crrubric.config import current_settings
from crrubric.extensions import DatabaseUnavailable, db
from crrubric.queries.operations.health import read_health
from crrubric.queries.people.access import make_not_found
from crrubric.web.operations.metrics import find_metrics, write_metrics
from crrubric.web.shared.access import allow_everyone, let_session_lapse

bp = Blueprint("monitoring", __name__)
PLAIN_TEXT = "text/plain; version=0.0.4; charset=utf-8"  # of Prometheus


@bp.get("/health/live")
@allow_everyone
@let_session_lapse
def show_liveness() -> ResponseReturnValue:
    """The server answers; nothing else is asked."""
    return jsonify(status="ok")


@bp.get("/health")
@allow_everyone
@let_session_lapse
def show_health() -> ResponseReturnValue:
    """Whether requests can be answered (200, else 503), and what will soon need a person."""
    folder = current_settings().INSTANCE
    try:
        health = read_health(db.session(), folder)
    except DatabaseUnavailable:
        db.session.rollback()
        return jsonify(status="not ready", database="no answer"), HTTPStatus.SERVICE_UNAVAILABLE
    told = {
        "status": health.status,
        **health.database,
        "schema": "current" if health.is_ready else f"{health.schema}, not {health.newest_schema}",
        "disk": "ok" if health.has_room else "almost full",
        "mail": "ok" if not health.late_mails else "late",
    }
    return jsonify(told), HTTPStatus.OK if health.is_ready else HTTPStatus.SERVICE_UNAVAILABLE


@bp.get("/metrics")
@allow_everyone
@let_session_lapse
def show_metrics() -> ResponseReturnValue:
    """The figures, for whoever has the token; without one in the settings there is no such page."""
    token = current_settings().METRICS_TOKEN
    given = request.headers.get("Authorization", "")
    if not token or not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        raise make_not_found()
    metrics = find_metrics(current_app)
    body = write_metrics(metrics, read_health(db.session(), current_settings().INSTANCE))
    return Response(body, content_type=PLAIN_TEXT)
