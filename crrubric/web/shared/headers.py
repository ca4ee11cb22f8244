"""Headers of every answer: a strict policy for what a page may load, and no copies in caches."""

from flask import Flask, Response, request

from crrubric.config import settings_of

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
IMMUTABLE = "public, max-age=31536000, immutable"


def init_app(app: Flask) -> None:
    """Add the headers after each request."""
    behind_tls = settings_of(app).BEHIND_TLS

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
        if (
            request.endpoint in {"static", "assets.serve_plotly_script"}
            and response.status_code == 200
        ):
            headers["Cache-Control"] = IMMUTABLE if request.args.get("v") else "no-cache"
        else:
            headers["Cache-Control"] = "no-store"
            response.vary.update(("Accept-Language", "Cookie"))
        return response
