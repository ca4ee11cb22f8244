"""Styles and scripts: ours in one file each a page, plotly's own from the installed package.

There is no copy of plotly's in ours, and no foreign server.
"""

import gzip
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, url_for

from crrubric.web.shared.access import allow_everyone
from crrubric.web.shared.delivery.bundles import join_modules, join_sheets
from crrubric.web.shared.delivery.compression import takes_gzip

bp = Blueprint("assets", __name__)
MOST_PARTS = 20  # of one address; a page has at most half as many
KEPT = 100  # files; there are some thirty pages with parts of their own
Join = Callable[[Path, Iterable[str]], str]


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
    return make_answer(load_plotly_script(), "text/javascript")


@bp.get("/assets/<names>.css")
@allow_everyone
def serve_style(names: str) -> Response:
    """The stylesheets of a page. Args: names: of its parts, with dots between them."""
    return make_answer(find_joined(join_sheets, "css", names), "text/css")


@bp.get("/assets/<names>.js")
@allow_everyone
def serve_script(names: str) -> Response:
    """The modules of a page. Args: names: of its parts, with dots between them."""
    return make_answer(find_joined(join_modules, "js", names), "text/javascript")


def find_joined(join: Join, kind: str, names: str) -> bytes:
    """The parts as one file, compressed; 404 if one of them is none of ours."""
    folder = Path(str(current_app.static_folder)) / kind
    parts = tuple(names.split("."))
    if len(parts) > MOST_PARTS or not set(parts) <= list_parts(folder):
        abort(404)
    return load_joined(join, folder, parts)


@cache
def list_parts(folder: Path) -> frozenset[str]:
    """The names of the files of this kind, without their ending."""
    return frozenset(file.stem for file in folder.iterdir())


@lru_cache(maxsize=KEPT)
def load_joined(join: Join, folder: Path, parts: tuple[str, ...]) -> bytes:
    """The parts as one file, joined and compressed once."""
    return gzip.compress(join(folder, parts).encode(), compresslevel=9, mtime=0)


def make_answer(packed: bytes, mimetype: str) -> Response:
    """An answer with what was compressed once, as it is or unpacked."""
    if takes_gzip():
        response = Response(packed, mimetype=mimetype)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = Response(gzip.decompress(packed), mimetype=mimetype)
    response.vary.add("Accept-Encoding")
    return response
