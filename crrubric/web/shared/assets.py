"""plotly's own script, served from the installed package: no copy in ours, no foreign server."""

import gzip
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from flask import Blueprint, Flask, Response, request, url_for

from crrubric.web.shared.access import allow_everyone

bp = Blueprint("assets", __name__)


@bp.record
def _register_plotly_url(state: object) -> None:
    app: Flask = state.app  # type: ignore[attr-defined]  # BlueprintSetupState
    app.add_template_global(plotly_url, "plotly_url")


@cache
def load_plotly_script() -> bytes:
    """plotly.min.js, compressed once; finding the file does not import plotly."""
    spec = find_spec("plotly")
    if spec is None or spec.origin is None:
        raise RuntimeError("plotly is not installed")
    script = Path(spec.origin).parent / "package_data" / "plotly.min.js"
    return gzip.compress(script.read_bytes(), compresslevel=6, mtime=0)


def plotly_url() -> str:
    """The script's address, which changes with its version."""
    return url_for("assets.serve_plotly_script", v=version("plotly"))


@bp.get("/assets/plotly.min.js")
@allow_everyone
def serve_plotly_script() -> Response:
    """The script, compressed for all who can take it."""
    body = load_plotly_script()
    response = Response(body, mimetype="text/javascript")
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response.headers["Content-Encoding"] = "gzip"
    else:
        response.set_data(gzip.decompress(body))
    response.vary.add("Accept-Encoding")
    return response
