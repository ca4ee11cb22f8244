"""Every answer on its way out: strict headers, no copies in caches, no character that is none."""

from flask import Flask, Response, request

from crrubric.config import settings_of
from crrubric.domain.text import may_hold_forbidden_characters, replace_control_characters

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
# Of a file: nothing in it is run, even where a browser shows it. What default-src does not stand
# for is said as well.
FILE_POLICY = "; ".join(
    (
        "sandbox",
        "default-src 'none'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
IMMUTABLE = "public, max-age=31536000, immutable"
# Files of the product, under addresses that change when they do.
FILES = frozenset(
    {"static", "assets.serve_plotly_script", "assets.serve_style", "assets.serve_script",
     "district.show_logo"}
)  # fmt: skip


def init_app(app: Flask) -> None:
    """Look through each page, whoever drew it, and add the headers."""
    behind_tls = settings_of(app).BEHIND_TLS
    app.after_request(replace_in_page)

    @app.after_request
    def add(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", POLICY)
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "no-referrer"
        headers["X-Frame-Options"] = "DENY"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        if behind_tls:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        if request.endpoint in FILES and response.status_code == 200:
            headers["Cache-Control"] = IMMUTABLE if request.args.get("v") else "no-cache"
        else:
            headers["Cache-Control"] = "no-store"
            response.vary.update(("Accept-Language", "Cookie"))
        return response


def replace_in_page(response: Response) -> Response:
    """The page with U+FFFD for each character that no text may hold, from whatever time it is."""
    if response.mimetype == "text/html" and response.is_sequence:
        body = response.get_data()
        if may_hold_forbidden_characters(body):
            response.set_data(replace_control_characters(body.decode()))
    return response
