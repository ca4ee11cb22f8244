"""Answers are sent compressed to browsers that can take it: of a page a tenth is left.

What the length of a compressed page could tell (BREACH) is kept from whoever sees only lengths:
the tokens of its forms differ in each page (`form_tokens`), and each answer is longer by a few
letters drawn at random, which lie where a compressed file has its name. Source: "Heal the Breach"
(Palacios and others, 2022).
"""

import gzip
import secrets
from io import BytesIO

from flask import Flask, Response, request

# What is text; PDF, Word and Excel files, archives and pictures are compressed in themselves.
COMPRESSED = frozenset(
    {"text/html", "text/plain", "text/css", "text/csv", "text/markdown", "text/calendar",
     "text/javascript", "application/json", "image/svg+xml"}
)  # fmt: skip
LEAST = 500  # bytes below which an answer would hardly be shorter
LEVEL = 4  # of 9: the next ones take twice the time for a few percent
MOST_LETTERS = 100


def init_app(app: Flask) -> None:
    """Compress each answer as the last thing that is done to it."""
    app.after_request(compress_answer)


def compress_answer(response: Response) -> Response:
    """The answer, compressed where it is worth it and the browser says that it can take it."""
    if response.mimetype not in COMPRESSED or not response.is_sequence:
        return response
    response.vary.add("Accept-Encoding")
    if not takes_gzip() or "Content-Encoding" in response.headers:
        return response
    body = response.get_data()
    if len(body) >= LEAST:
        response.set_data(compress(body))
        response.headers["Content-Encoding"] = "gzip"
    return response


def takes_gzip() -> bool:
    """Whether the browser says that it can take a compressed answer."""
    return request.accept_encodings.quality("gzip") > 0


def compress(body: bytes) -> bytes:
    """The body in the gzip format, under a name of random length."""
    name = secrets.token_hex(MOST_LETTERS // 2)[: secrets.randbelow(MOST_LETTERS)]
    packed = BytesIO()
    with gzip.GzipFile(name, "wb", LEVEL, packed, mtime=0) as file:
        file.write(body)
    return packed.getvalue()
