"""A provider of single sign-on that tests can make say anything, on a port of this machine.

It keeps to the rules of a strict one: a code works once, for the client, the way back and the PKCE
verifier that it was asked with. What it signs, and how, a test may change.
"""

import base64
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from crrubric.settings.providers import Provider

CLIENT, SECRET = "client-of-the-tests", "secret-of-the-tests"
Answer = tuple[int, Any]


def encode_part(value: Any) -> str:
    """A part of a token, as in RFC 7515."""
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@cache
def make_first_key() -> RSAKey:
    """The key that every provider begins with: to find its primes takes a tenth of a second."""
    return RSAKey.generate_key(2048, {"kid": "one"})


@dataclass
class FakeProvider:
    """What it says of itself and of people; `asked` lists the paths of what it was asked."""

    url: str = ""
    key: RSAKey = field(default_factory=make_first_key)
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)  # in the place of the usual values
    answers: dict[str, Callable[[], Answer]] = field(default_factory=dict)
    sign: Callable[[dict[str, Any]], str] | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def person(self, subject: str, email: str, **claims: Any) -> "FakeProvider":
        """Whoever signs in from now on."""
        self.claims = {"sub": subject, "email": email, "email_verified": True, **claims}
        self.userinfo = {"sub": subject}
        return self

    def authorize(self, address: str) -> dict[str, str]:
        """What it sends back with somebody who signs in at this address: code and state."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert address.startswith(f"{self.url}/authorize?")
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert asked["scope"].split() == ["openid", "email", "profile"]
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def make_claims(self, asked: dict[str, str]) -> dict[str, Any]:
        """The claims of a token for somebody who has come with this request."""
        now = int(time.time())
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.claims,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def make_token(self, claims: dict[str, Any]) -> str:
        """The claims, signed as they should be."""
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def answer_token(self, form: dict[str, str], authorization: str) -> Answer:
        """What the token endpoint says."""
        expected = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if authorization != f"Basic {expected}":
            return 401, {"error": "invalid_client"}
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if (
            asked is None
            or encode_part(digest) != asked["code_challenge"]
            or form.get("redirect_uri") != asked["redirect_uri"]
        ):
            return 400, {"error": "invalid_grant"}
        claims = self.make_claims(asked)
        token = self.sign(claims) if self.sign else self.make_token(claims)
        return 200, {"access_token": "access", "token_type": "Bearer", "id_token": token}

    def answer(self, path: str, form: dict[str, str], authorization: str) -> Answer:
        """What it says to a request."""
        self.asked.append(path)
        if path in self.answers:
            return self.answers[path]()
        if path == "/token":
            return self.answer_token(form, authorization)
        pages: dict[str, Any] = {
            "/.well-known/openid-configuration": {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/jwks",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "id_token_signing_alg_values_supported": ["RS256"],
                **self.metadata,
            },
            "/jwks": {"keys": [{**self.key.as_dict(private=False), "use": "sig"}]},
            "/userinfo": self.userinfo,
        }
        return (200, pages[path]) if path in pages else (404, {})


def make_handler(provider: FakeProvider) -> type[BaseHTTPRequestHandler]:
    """Answers requests as the provider says."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.reply({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.reply({name: values[0] for name, values in parse_qs(body).items()})

        def reply(self, form: dict[str, str]) -> None:
            path = urlsplit(self.path).path
            status, value = provider.answer(path, form, self.headers.get("Authorization", ""))
            body = value if isinstance(value, bytes) else json.dumps(value).encode()
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", body.decode())
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: Any) -> None:
            pass

    return Handler


@contextmanager
def serve_provider() -> Iterator[FakeProvider]:
    """A provider that answers until the block ends."""
    provider = FakeProvider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), make_handler(provider))
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def make_settings(url: str, **values: Any) -> Provider:
    """The settings of a provider at this address."""
    return Provider.model_validate(
        {
            "kind": "other",
            "name": "Cedar ID",
            "discovery": f"{url}/.well-known/openid-configuration",
            "client_id": CLIENT,
            "client_secret": SECRET,
            "domains": ["cedar.example"],
            **values,
        }
    )
