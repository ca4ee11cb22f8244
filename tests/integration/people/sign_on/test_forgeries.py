"""What is no good: tokens, states, codes, and providers that are down or say too much."""

import hashlib
import hmac
import logging
import time
from collections.abc import Callable
from threading import Event
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from werkzeug.test import TestResponse

from crrubric.domain.people.throttling import ACCOUNTS_FROM_ADDRESS
from crrubric.extensions import db
from crrubric.services.people.sign_on import calls, facts, flow
from crrubric.web.people import flows
from tests.factories import Factory
from tests.integration.conftest import Visit, Visitor
from tests.integration.people.sign_on.conftest import Arrive, Configure, come_back
from tests.integration.people.sign_on.provider import (
    CLIENT,
    SECRET,
    FakeProvider,
    encode_part,
    serve_provider,
)
from tests.integration.people.sign_on.test_sign_in import (
    NORA,
    end_all_sessions,
    identities,
    invite,
    is_in,
    levels,
    refusal,
)

Claims = dict[str, Any]
UNVERIFIED, STALE = "could not be verified", "begun in another browser, too long ago, or is over"


@pytest.fixture
def nora(make: Factory, provider: FakeProvider) -> FakeProvider:
    """The provider, at which somebody invited signs in."""
    invite(make)
    return provider.person("n-1", NORA)


def put(**changes: Any) -> Callable[[FakeProvider, Claims], str]:
    """The token with other claims; None takes one out."""

    def sign(provider: FakeProvider, claims: Claims) -> str:
        changed = {**claims, **{n: v(claims) if callable(v) else v for n, v in changes.items()}}
        return provider.make_token({n: v for n, v in changed.items() if v is not None})

    return sign


def unsigned(provider: FakeProvider, claims: Claims, header: Claims | None = None) -> str:
    return f"{encode_part(header or {'alg': 'none'})}.{encode_part(claims)}."


def signed_with(secret: Callable[[FakeProvider], bytes], **header: Any) -> Any:
    """Signed with a secret that two know, in the place of a key of the provider."""

    def sign(provider: FakeProvider, claims: Claims) -> str:
        body = f"{encode_part({'alg': 'HS256', **header})}.{encode_part(claims)}"
        digest = hmac.digest(secret(provider), body.encode(), hashlib.sha256)
        return f"{body}.{encode_part(digest)}"

    return sign


def with_other_key(provider: FakeProvider, claims: Claims) -> str:
    """Signed with a key of somebody else, under the name of the provider's."""
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, RSAKey.generate_key(2048))


def with_unknown_key(provider: FakeProvider, claims: Claims) -> str:
    return jwt.encode({"alg": "RS256", "kid": "two"}, claims, RSAKey.generate_key(2048))


def with_key_in_header(provider: FakeProvider, claims: Claims) -> str:
    """It brings its own key along."""
    key = RSAKey.generate_key(2048)
    header = {"alg": "RS256", "kid": "one", "jwk": key.as_dict(private=False)}
    body = f"{encode_part(header)}.{encode_part(claims)}"
    good = jwt.encode({"alg": "RS256"}, claims, key)
    return f"{body}.{good.split('.')[2]}"


def with_other_curve(provider: FakeProvider, claims: Claims) -> str:
    """An algorithm that the provider does not use."""
    return jwt.encode({"alg": "ES256", "kid": "one"}, claims, ECKey.generate_key("P-256"))


def with_changed_claims(provider: FakeProvider, claims: Claims) -> str:
    """Another person in a token that was signed for one."""
    head, _body, end = provider.make_token(claims).split(".")
    return f"{head}.{encode_part({**claims, 'sub': 'n-2'})}.{end}"


def public_key(provider: FakeProvider) -> bytes:
    return bytes(provider.key.as_pem(private=False))


FORGED: dict[str, Callable[[FakeProvider, Claims], str]] = {
    "another issuer": put(iss="https://id.other.example"),
    "no issuer": put(iss=None),
    "another audience": put(aud="another-client"),
    "another audience, sent by us": put(aud=["another-client"], azp=CLIENT),
    "no audience": put(aud=None),
    "an audience of several without azp": put(aud=[CLIENT, "another-client"]),
    "azp of another": put(azp="another-client"),
    "azp of another among several": put(aud=[CLIENT, "another-client"], azp="another-client"),
    "another nonce": put(nonce="another"),
    "no nonce": put(nonce=None),
    "expired": put(exp=lambda claims: claims["iat"] - 61),
    "no expiry": put(exp=None),
    "issued in the future": put(iat=lambda claims: claims["iat"] + 120),
    "not yet good": put(nbf=lambda claims: claims["iat"] + 120),
    "no subject": put(sub=None),
    "a subject that is a number": put(sub=5),
    "an endless subject": put(sub="n" * 300),
    "of another access token": put(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "alg none": unsigned,
    "alg none with the key's name": lambda p, c: unsigned(p, c, {"alg": "none", "kid": "one"}),
    "alg None": lambda p, c: unsigned(p, c, {"alg": "None", "kid": "one"}),
    "HS256 with the public key": signed_with(public_key, kid="one"),
    "HS256 with the client's secret": signed_with(lambda _provider: SECRET.encode()),
    "the key of somebody else": with_other_key,
    "an unknown key": with_unknown_key,
    "a key of its own": with_key_in_header,
    "another algorithm": with_other_curve,
    "changed afterwards": with_changed_claims,
    "no token": lambda _provider, _claims: "",
    "no JSON": lambda _provider, _claims: "a.b.c",
    "five parts": lambda provider, claims: provider.make_token(claims) + ".x.y",
}


@pytest.mark.parametrize("name", FORGED)
def test_a_token_that_is_no_good_lets_nobody_in(
    nora: FakeProvider, arrive: Arrive, caplog: pytest.LogCaptureFixture, name: str
):
    caplog.set_level(logging.INFO, "crrubric.security")
    nora.sign = lambda claims: FORGED[name](nora, claims)

    assert UNVERIFIED in refusal(arrive(), 400)
    assert any("answer that proves nothing: account -" in line for line in caplog.messages)

    assert identities() == []
    nora.sign = None
    assert arrive().status_code == 303


@pytest.mark.parametrize(
    "sign",
    [
        put(exp=lambda claims: claims["iat"] - 30),
        put(iat=lambda claims: claims["iat"] + 30),
        put(aud=[CLIENT]),
        put(aud=[CLIENT, "another-client"], azp=CLIENT),
    ],
)
def test_two_clocks_may_differ_a_little(nora: FakeProvider, arrive: Arrive, sign: Any):
    nora.sign = lambda claims: sign(nora, claims)

    assert arrive().location == "/"


def test_a_key_that_is_new_is_asked_for_once(nora: FakeProvider, arrive: Arrive, app: Flask):
    arrive()
    nora.key = RSAKey.generate_key(2048, {"kid": "two"})
    let_facts_age(app, calls_ago=facts.PAUSE + 1)

    assert arrive().location == "/"

    assert nora.asked.count("/jwks") == 2
    assert nora.asked.count("/.well-known/openid-configuration") == 1
    nora.sign = lambda claims: with_unknown_key(nora, claims)
    for _time in range(3):
        assert arrive().status_code == 400
    assert nora.asked.count("/jwks") == 2  # not again within seconds


def test_what_a_provider_says_of_itself_is_asked_again_after_an_hour(
    nora: FakeProvider, arrive: Arrive, app: Flask
):
    arrive()
    let_facts_age(app, calls_ago=facts.FRESH + 1)
    arrive()

    assert nora.asked.count("/.well-known/openid-configuration") == 2
    let_facts_age(app, calls_ago=facts.FRESH + 1)
    nora.answers["/.well-known/openid-configuration"] = lambda: (503, {})
    assert arrive().location == "/"  # what is known still serves


def let_facts_age(app: Flask, *, calls_ago: float) -> None:
    for kept in app.extensions[facts.KEPT].values():
        kept.fetched -= calls_ago


def test_a_key_without_a_name_is_taken_if_it_is_the_only_one(nora: FakeProvider, arrive: Arrive):
    nora.sign = lambda claims: jwt.encode({"alg": "RS256"}, claims, nora.key)

    assert arrive().location == "/"


def test_an_age_that_is_asked_for_has_to_be_told(
    nora: FakeProvider, arrive: Arrive, configure: Configure, visit: Visit
):
    configure({"max_age_minutes": 5})
    asked = parse_qs(urlsplit(visit().get("/sign-in/with/cedar").location).query)
    assert asked["max_age"] == ["300"]
    now = int(time.time())
    for auth_time in (None, now - 400, now + 90, "now"):
        nora.sign = lambda claims, at=auth_time: put(auth_time=at)(nora, claims)
        assert UNVERIFIED in refusal(arrive(), 400)
    nora.sign = lambda claims: put(auth_time=now - 200)(nora, claims)
    assert arrive().location == "/"


def begin(who: Visitor, provider: FakeProvider) -> dict[str, str]:
    return provider.authorize(who.get("/sign-in/with/cedar").location)


def test_a_state_of_another_browser_is_refused(
    nora: FakeProvider, configure: Configure, visit: Visit
):
    """Nobody is signed in as somebody else by a link that they were sent."""
    attacker, victim = visit(), visit()
    sent = begin(attacker, nora)
    begin(victim, nora)

    assert STALE in refusal(come_back(victim, sent), 400)

    assert "/token" not in nora.asked
    assert come_back(attacker, sent).location == "/"


@pytest.mark.parametrize("state", ["", "x", "%00", "é" * 50, "a" * 5_000])
def test_a_state_that_nobody_made_is_refused(
    nora: FakeProvider, configure: Configure, visit: Visit, state: str
):
    who = visit()
    sent = begin(who, nora)

    assert STALE in refusal(come_back(who, {**sent, "state": state}), 400)
    assert STALE in refusal(who.get("/sign-in/with/cedar/back"), 400)
    assert come_back(who, sent).location == "/"


def test_coming_back_works_once_also_with_the_cookie_put_back(
    nora: FakeProvider, configure: Configure, visit: Visit
):
    who = visit()
    sent = begin(who, nora)
    cookie = flow_cookies(who)[0]
    assert come_back(who, sent).location == "/"
    end_all_sessions()
    assert flow_cookies(who) == []

    who.client.set_cookie(cookie.key, cookie.value)

    assert STALE in refusal(come_back(who, sent), 400)
    assert nora.asked.count("/token") == 1


def flow_cookies(who: Visitor) -> list[Any]:
    jar = who.client._cookies.values()
    return [cookie for cookie in jar if cookie.key.startswith(flows.name_flow_prefix())]


def test_a_code_that_was_used_is_refused_by_the_provider(
    nora: FakeProvider, configure: Configure, visit: Visit
):
    who = visit()
    sent = begin(who, nora)
    nora.codes.clear()

    assert UNVERIFIED in refusal(come_back(who, sent), 400)


def test_a_code_of_another_sign_in_does_not_fit_the_verifier(
    nora: FakeProvider, configure: Configure, visit: Visit
):
    victim, attacker = visit(), visit()
    stolen, own = begin(victim, nora), begin(attacker, nora)

    answer = come_back(attacker, {"code": stolen["code"], "state": own["state"]})

    assert UNVERIFIED in refusal(answer, 400)


def test_a_sign_in_lasts_some_minutes(
    nora: FakeProvider, configure: Configure, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    who = visit()
    sent = begin(who, nora)
    monkeypatch.setattr(flows, "LASTS", -1)

    assert STALE in refusal(come_back(who, sent), 400)


def test_several_windows_sign_in_at_the_same_time_and_old_cookies_go(
    nora: FakeProvider, configure: Configure, visit: Visit
):
    who = visit()
    sent = [begin(who, nora) for _window in range(flows.MOST + 2)]

    assert len(flow_cookies(who)) == flows.MOST
    assert come_back(who, sent[3]).location == "/"
    assert come_back(who, sent[-1]).location == "/"


def test_a_cookie_for_another_provider_is_no_help(
    nora: FakeProvider, configure: Configure, visit: Visit, app: Flask
):
    from crrubric.config import current_settings

    both = {**current_settings().SSO_PROVIDERS}
    configure(SSO_PROVIDERS={**both, "other": both["cedar"]})
    who = visit()
    sent = begin(who, nora)

    answer = who.get("/sign-in/with/other/back", query_string=sent)

    assert STALE in refusal(answer, 400)


def test_the_issuer_beside_the_code_has_to_be_the_providers(
    nora: FakeProvider, configure: Configure, visit: Visit
):
    who = visit()
    sent = begin(who, nora)
    assert UNVERIFIED in refusal(come_back(who, {**sent, "iss": "https://id.x.example"}), 400)
    sent = begin(who, nora)
    assert come_back(who, {**sent, "iss": nora.url}).location == "/"


@pytest.mark.parametrize(
    ("error", "says"),
    [
        ("access_denied", "You did not finish signing in"),
        ("server_error", "did not sign you in"),
        ("<script>", "did not sign you in"),
    ],
)
def test_who_comes_back_without_a_code_is_told_so(
    nora: FakeProvider, configure: Configure, visit: Visit, error: str, says: str
):
    who = visit()
    state = begin(who, nora)["state"]

    text = refusal(come_back(who, {"error": error, "state": state}), 400)

    assert says in text
    assert "<script>" not in text


OUTSIDE = ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]


@pytest.mark.parametrize("next", OUTSIDE)
def test_where_one_wanted_to_go_is_on_this_site(
    nora: FakeProvider, arrive: Arrive, visit: Visit, make: Factory, next: str
):
    assert arrive(next=next).location == "/"
    signed_in = visit(make.actor())
    assert signed_in.get(f"/sign-in/with/cedar?next={next}").location == "/"


def test_the_way_back_is_that_of_the_settings_whatever_host_was_asked_for(
    nora: FakeProvider, configure: Configure, visit: Visit
):
    answer = visit().get("/sign-in/with/cedar", headers={"Host": "evil.example"})

    asked = parse_qs(urlsplit(answer.location).query)
    assert asked["redirect_uri"] == ["http://localhost/sign-in/with/cedar/back"]


def test_cookies_of_a_sign_in_come_along_from_the_provider_and_nowhere_else(
    nora: FakeProvider, configure: Configure, visit: Visit
):
    answer = visit().get("/sign-in/with/cedar")
    (cookie,) = [c for c in answer.headers.getlist("Set-Cookie") if "-flow-" in c]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    configure(BEHIND_TLS=True, SITE_URL="https://localhost")
    answer = visit().get("/sign-in/with/cedar")
    (cookie,) = [c for c in answer.headers.getlist("Set-Cookie") if "-flow-" in c]
    assert cookie.startswith("__Host-crrubric-flow-")
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Secure"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_a_provider_that_nobody_set_is_not_there(configure: Configure, visit: Visit):
    for path in ("/sign-in/with/nobody", "/sign-in/with/nobody/back?state=x&code=y"):
        assert visit().get(path).status_code == 404


BROKEN: dict[str, Callable[[FakeProvider], None]] = {
    "down": lambda p: p.answers.update({"/.well-known/openid-configuration": lambda: (500, {})}),
    "no JSON": lambda p: p.answers.update(
        {"/.well-known/openid-configuration": lambda: (200, b"<html>")}
    ),
    "a list": lambda p: p.answers.update({"/.well-known/openid-configuration": lambda: (200, [])}),
    "too much": lambda p: p.metadata.update(padding=" " * calls.LARGEST),
    "another issuer": lambda p: p.metadata.update(issuer="https://id.other.example"),
    "the issuer of all": lambda p: p.metadata.update(
        issuer="https://login.microsoftonline.com/{tenantid}/v2.0"
    ),
    "no issuer": lambda p: p.metadata.update(issuer=None),
    "a token endpoint in the clear": lambda p: p.metadata.update(
        token_endpoint="http://id.other.example/token"
    ),
    "no keys": lambda p: p.metadata.update(jwks_uri=None),
    "a page in the place of an endpoint": lambda p: p.metadata.update(
        authorization_endpoint="javascript:alert(1)"
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_provider_of_no_use_is_told_of_and_left_alone_for_a_while(
    nora: FakeProvider, configure: Configure, visit: Visit, name: str
):
    BROKEN[name](nora)

    answer = visit().get("/sign-in/with/cedar?next=/terms")

    assert "Try again in a minute" in refusal(answer, 503)
    assert answer.headers["Retry-After"] == "30"
    assert "/sign-in/with/cedar?next=/terms" in answer.text
    visit().get("/sign-in/with/cedar")
    assert nora.asked.count("/.well-known/openid-configuration") == 1


def test_a_redirection_is_not_followed(nora: FakeProvider, configure: Configure, visit: Visit):
    with serve_provider() as other:
        for path in ("/.well-known/openid-configuration", "/token", "/jwks"):
            nora.answers[path] = lambda path=path: (302, f"{other.url}{path}".encode())
            refusal(start_or_finish(visit(), nora), 503)
            del nora.answers[path]
            forget_facts()
        assert other.asked == []


def start_or_finish(who: Visitor, provider: FakeProvider) -> TestResponse:
    """As far as it goes."""
    begun = who.get("/sign-in/with/cedar")
    return begun if begun.status_code != 303 else come_back(who, provider.authorize(begun.location))


def forget_facts() -> None:
    from flask import current_app

    current_app.extensions[facts.KEPT].clear()


TOKEN_ANSWERS = [
    lambda: (500, {}),
    lambda: (200, b"<html>"),
    lambda: (200, []),
    lambda: (200, 5),
    lambda: (200, ["abc"]),
    lambda: (200, [["error", "no"]]),
    lambda: (200, ["error"]),
    lambda: (200, {"error": ["invalid_grant"]}),
    lambda: (200, {"id_token": "a.b.c", "expires_in": [1]}),
    lambda: (200, b'{"id_token": "a.b.c", "expires_in": Infinity}'),
    lambda: (200, b" " * (calls.LARGEST + 1)),
    lambda: (401, {"error": "invalid_client"}),
]


@pytest.mark.parametrize("answer", TOKEN_ANSWERS)
def test_a_token_endpoint_that_does_not_work_is_told_of(
    nora: FakeProvider, arrive: Arrive, answer: Any
):
    nora.answers["/token"] = answer

    assert "Try again in a minute" in refusal(arrive(), 503)


def test_nobody_listens(
    nora: FakeProvider, configure: Configure, visit: Visit, provider: FakeProvider
):
    with serve_provider() as gone:
        pass
    configure({"discovery": f"{gone.url}/.well-known/openid-configuration"})

    refusal(visit().get("/sign-in/with/cedar"), 503)


def test_an_answer_that_comes_too_slowly_is_given_up(
    nora: FakeProvider, arrive: Arrive, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(flow, "TIMEOUT", 0.2)
    over = Event()
    nora.answers["/token"] = lambda: (over.wait(), (200, {}))[1]

    refusal(arrive(), 503)

    over.set()


def test_an_answer_that_drips_is_given_up(
    nora: FakeProvider, configure: Configure, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(calls, "WHOLE", -1)

    refusal(visit().get("/sign-in/with/cedar"), 503)


def test_the_address_may_be_told_where_it_is_asked_for_alone(
    nora: FakeProvider, arrive: Arrive, visit: Visit
):
    nora.person("n-1", "", email_verified=None)
    nora.userinfo = {"sub": "n-2", "email": NORA, "email_verified": True}
    assert UNVERIFIED in refusal(arrive(), 400)
    nora.userinfo["sub"] = "n-1"
    who = visit()

    arrive(who)

    assert is_in(who)


def test_no_transaction_is_open_while_a_provider_is_asked(
    nora: FakeProvider, arrive: Arrive, visit: Visit, make: Factory, monkeypatch: pytest.MonkeyPatch
):
    held: list[bool] = []

    def watch(module: Any, name: str) -> None:
        do = getattr(module, name)

        def work(*words: Any, **options: Any) -> Any:
            held.append(db.session().in_transaction())
            return do(*words, **options)

        monkeypatch.setattr(module, name, work)

    watch(facts, "fetch_object")
    watch(flow, "fetch_metadata")
    watch(flow, "exchange_code")
    watch(flow, "verify_id_token")

    lapsed = visit(make.actor())  # whose session is looked up, and has ended
    end_all_sessions()

    assert arrive(lapsed).location == "/"

    assert len(held) >= 5
    assert not any(held)


def test_one_network_that_tries_codes_is_stopped(
    nora: FakeProvider, configure: Configure, visit: Visit
):
    who = visit()
    for _time in range(ACCOUNTS_FROM_ADDRESS):
        sent = begin(who, nora)
        assert come_back(who, {**sent, "code": "guess"}).status_code == 400
    asked = nora.asked.count("/token")

    answer = come_back(who, begin(who, nora))

    assert "Too many attempts" in refusal(answer, 429)
    assert nora.asked.count("/token") == asked


def test_people_who_come_in_do_not_stop_their_network(
    nora: FakeProvider, configure: Configure, visit: Visit
):
    who = visit()
    for _time in range(ACCOUNTS_FROM_ADDRESS + 2):
        assert come_back(who, begin(who, nora)).location == "/"
        with who.client.session_transaction() as cookie:
            cookie.clear()


def test_signing_out_ends_the_session_here_alone(nora: FakeProvider, arrive: Arrive, visit: Visit):
    who = visit()
    arrive(who)
    asked = len(nora.asked)

    who.post("/sign-out")

    assert (is_in(who), levels(), len(nora.asked)) == (False, [], asked)
    assert "sign out of your account of Cedar ID as well" in who.get("/sign-in").text
