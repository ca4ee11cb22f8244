"""Somebody with a proxy tries to come in by single sign-on or a passkey that is not theirs.

What a browser sent when its owner came in is caught, changed in every way that we could think of,
and sent again through nginx with TLS: by a browser without cookies, by one with cookies of its own,
and by the owner's once it is spent. Nobody may come in, nothing may lead to another site, and no
answer may be an error of the server.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
from sqlalchemy import func, select

from crrubric.domain.vocabulary import Standing
from crrubric.extensions import db
from crrubric.models import ExternalIdentity, Passkey, User, UserSession
from tests.conftest import fresh_app, set_settings
from tests.databases import quick_folder
from tests.factories import PASSWORD, Factory
from tests.integration.people.passkeys.authenticator import Device, read_bytes, write_text
from tests.integration.people.sign_on.provider import FakeProvider, make_settings, serve_provider
from tests.web_server import Client, find_nginx, running_nginx, running_server

pytestmark = pytest.mark.long

NORA, MALLORY = "nora@cedar.example", "mallory@cedar.example"
BEGIN, BACK = "/sign-in/with/cedar", "/sign-in/with/cedar/back"
JSON = {"Accept": "application/json"}
ELSEWHERE = "evil.example"
# what is put into the place of any value
ODD: tuple[str, ...] = (
    "", " ", "0", "null", "true", "[]", "{}", "a" * 7_000, "\0", "é", "\ud7ff", "../..", "'", '"',
    "%00", "\r\nSet-Cookie: a=b", "<script>", f"https://{ELSEWHERE}/", "code-0", "-1", "1e999",
)  # fmt: skip
# what a client in front of the proxy may claim
CLAIMED: tuple[dict[str, str], ...] = (
    {"Host": ELSEWHERE},
    {"X-Forwarded-Host": ELSEWHERE},
    {"X-Forwarded-Proto": "http"},
    {"X-Forwarded-For": "127.0.0.1, 127.0.0.1"},
    {"X-Forwarded-Prefix": "/evil"},
    {"Forwarded": f"host={ELSEWHERE};proto=http"},
    {"X-HTTP-Method-Override": "POST"},
    {"X-Original-URL": "/account/", "X-Rewrite-URL": "/account/"},
    {"Origin": f"https://{ELSEWHERE}", "Referer": f"https://{ELSEWHERE}/"},
    {"Authorization": "Bearer nora"},
)
PATHS = ("/", "//", ";a=b", "%2f", "/%2e%2e/back", ".json", "%00", "%0d%0aSet-Cookie:a=b")


@dataclass
class Door:
    """The site behind nginx with its provider, and what was wrong so far."""

    port: int
    provider: FakeProvider
    asked: int = 0
    wrong: list[str] = field(default_factory=list)

    def browser(self, **sends: str) -> Client:
        return Client(self.port, tls=True, sends={"Origin": self.site, **sends})

    @property
    def site(self) -> str:
        return f"https://localhost:{self.port}"

    def try_in(self, who: Client, method: str, path: str, form: dict[str, str] | None, what: str):
        """One request of somebody who may not come in."""
        before = count_ways_in()
        answer = who.ask(method, path, form)
        self.asked += 1
        to = urlsplit(answer.headers.get("Location", ""))
        if answer.status >= 500:
            self.wrong.append(f"{what}: {answer.status}")
        if to.netloc not in ("", f"localhost:{self.port}", urlsplit(self.provider.url).netloc):
            self.wrong.append(f"{what}: leads to {to.netloc}")
        if count_ways_in() != before:
            self.wrong.append(f"{what}: somebody is in")
        refused_before_us = "<center>nginx" in answer.text
        if answer.headers.get("Cache-Control") != "no-store" and not refused_before_us:
            self.wrong.append(f"{what}: may be kept by caches")


def count_ways_in() -> list[int]:
    """Sessions, connected accounts, passkeys, and accounts."""
    tables = (UserSession, ExternalIdentity, Passkey, User)
    found = [db.session.scalars(select(func.count()).select_from(row)).one() for row in tables]
    db.session.rollback()  # so that the server can write
    return found


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    """Nora has been invited, and has a passkey beside her password; Mallory is a stranger."""
    find_nginx()
    with quick_folder() as folder, ExitStack() as stack:
        provider = stack.enter_context(serve_provider())
        app = fresh_app(
            "", folder / "instance", PROXY_COUNT=1, BEHIND_TLS=True, RATELIMIT_ENABLED=False
        )
        behind = stack.enter_context(running_server(app)).port
        port = stack.enter_context(running_nginx(folder / "nginx", behind))
        found = Door(port, provider)
        providers = {"cedar": make_settings(provider.url)}
        set_settings(app, monkeypatch, SITE_URL=found.site, SSO_PROVIDERS=providers)
        with app.app_context():
            make = Factory(app, changed=lambda: True)
            ada = make.actor("Ada", standing=Standing.ADMINISTRATOR)
            invite_without_password(ada)
            db.session.remove()
            yield found
            db.session.remove()
            db.engine.dispose()


def invite_without_password(ada: Any) -> None:
    from crrubric.services.people.accounts import add_user

    add_user(ada, name="Nora Novak", email=NORA, standing=Standing.MEMBER)
    add_user(
        ada, name="Kim Key", email="kim@cedar.example", standing=Standing.MEMBER, password=PASSWORD
    )


def begin(door: Door, who: Client, subject: str, email: str) -> dict[str, str]:
    """Go to the provider, and be sent back with this."""
    begun = who.ask("GET", BEGIN)
    assert begun.status == 303, begun.text
    door.provider.person(subject, email)
    return door.provider.authorize(begun.headers["Location"])


def change_query(sent: dict[str, str], other: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(what was changed, the query) for every change; `other`: what somebody else was sent."""
    yield "as it was sent", urlencode(sent)
    yield "code of another", urlencode({**sent, "code": other["code"]})
    yield "state of another", urlencode({**sent, "state": other["state"]})
    yield "all of another", urlencode(other)
    for name in sent:
        yield f"without {name}", urlencode({key: sent[key] for key in sent if key != name})
        yield f"{name} twice", f"{urlencode(sent)}&{urlencode({name: other[name]})}"
        yield (
            f"{name} twice, the other first",
            f"{urlencode({name: other[name]})}&{urlencode(sent)}",
        )
        yield f"{name} as a list", urlencode({f"{name}[]": sent[name]})
        yield f"{name} in capitals", urlencode({**sent, name: sent[name].upper()})
        yield f"half of {name}", urlencode({**sent, name: sent[name][: len(sent[name]) // 2]})
        for odd in ODD:
            yield f"{name}: {odd[:20]!r}", urlencode({**sent, name: odd})
    for name in ("error", "iss", "id_token", "access_token", "next", "client_id", "redirect_uri"):
        for odd in ODD:
            yield f"with {name}: {odd[:20]!r}", urlencode({**sent, name: odd})
    yield "with raw bytes", f"{urlencode(sent)}&%ff%fe=%c0%af"
    yield "with semicolons", urlencode(sent).replace("&", ";")


def change_requests(query: str) -> Iterator[tuple[dict[str, str], str, str]]:
    """(headers, method, address) of other requests with what somebody was sent."""
    for claimed in CLAIMED:
        yield claimed, "GET", f"{BACK}{query}"
        yield claimed, "GET", BEGIN
    for more in PATHS:
        yield {}, "GET", f"{BACK}{more}{query}"
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"):
        yield {}, method, f"{BACK}{query}"
    for odd in ODD:
        yield {}, "GET", f"{BEGIN}?next={quote(odd)}"
        yield {}, "GET", f"/sign-in/with/{quote(odd)}"


def test_nobody_comes_in_with_what_a_provider_sent_for_another(door: Door):
    nora, mallory = door.browser(), door.browser()
    sent, own = begin(door, nora, "n-1", NORA), begin(door, mallory, "m-1", MALLORY)
    door.provider.person("n-1", NORA)  # whoever comes through now would be Nora
    kept = dict(mallory.cookies)

    for what, query in change_query(sent, own):
        for name, cookies in (("nobody", {}), ("a stranger with a sign-in of theirs", kept)):
            who = door.browser()
            who.cookies.update(cookies)
            if what in ("state of another", "all of another") and cookies:
                continue  # that is Mallory's own way back, with a code of hers or a wrong one
            door.try_in(who, "GET", f"{BACK}?{query}", None, f"{name}: {what}")
    for sends, method, path in change_requests(f"?{urlencode(sent)}"):
        form = None if method == "GET" else {}
        door.try_in(door.browser(**sends), method, path, form, f"{sends} {method} {path[:80]}")

    assert door.wrong == []
    assert door.asked > 300
    # what was caught spoiled nothing but the code, which the provider takes back at the first try
    fresh = begin(door, nora, "n-1", NORA)
    assert nora.ask("GET", f"{BACK}?{urlencode(fresh)}").status == 303
    before = count_ways_in()
    for who in (nora, door.browser(), mallory):
        door.try_in(who, "GET", f"{BACK}?{urlencode(fresh)}", None, "once it is spent")
    assert (door.wrong, count_ways_in()) == ([], before)


def sign_in_with_key(door: Door) -> Device:
    """Kim makes a passkey on the pages of her account."""
    device, kim = Device(origin=door.site), door.browser()
    assert kim.sign_in("kim@cedar.example", PASSWORD).status == 303
    token = kim.ask("GET", "/account/sign-in/confirm").token()
    confirmed = {"csrf_token": token, "password": PASSWORD, "next": "/account/sign-in/passkeys/new"}
    assert kim.ask("POST", "/account/sign-in/confirm", confirmed).status == 303
    token = kim.ask("GET", "/account/sign-in/passkeys/new").token()
    form = {"csrf_token": token, "name": "Phone"}
    kim.sends.update(JSON)
    options = json.loads(kim.ask("POST", "/account/sign-in/passkeys/challenge", form).text)
    del kim.sends["Accept"]
    made = {**form, "credential": device.make(options["options"])}
    assert kim.ask("POST", "/account/sign-in/passkeys/new", made).status == 303
    return device


def ask_for_key(who: Client) -> tuple[dict[str, str], Any]:
    """The form of the page for signing in, and what it asks a passkey."""
    form = {"csrf_token": who.ask("GET", "/sign-in").token()}
    who.sends.update(JSON)
    options = json.loads(who.ask("POST", "/sign-in/passkey/challenge", form).text)["options"]
    del who.sends["Accept"]
    return form, options


def change_answer(good: str) -> Iterator[tuple[str, str]]:
    """(what was changed, the answer of the passkey) for every change."""
    told = json.loads(good)
    values: tuple[Any, ...] = (*ODD, None, 0, -1, 1e300, True, [], {}, ["a"], {"a": 1}, [[[]]])
    for place in (*((name,) for name in told), *(("response", name) for name in told["response"])):
        for odd in (KeyError, *values):
            changed = deepcopy(told)
            inside = changed["response"] if len(place) == 2 else changed
            if odd is KeyError:
                del inside[place[-1]]
            else:
                inside[place[-1]] = odd
            yield f"{'.'.join(place)}: {str(odd)[:20]!r}", json.dumps(changed)
    yield from change_what_the_browser_told(told)
    for at in range(0, 37, 3):  # each part of what the device says, one bit of it
        yield f"bit of the device at {at}", with_bytes(told, "authenticatorData", flip_bit(at))
        yield f"bit of the signature at {at}", with_bytes(told, "signature", flip_bit(at))
    for odd in ODD:
        yield f"no JSON: {odd[:20]!r}", odd
    yield "deep", "[" * 20_000 + "]" * 20_000
    yield "as a list", json.dumps([told])
    yield "twice", good + good
    yield "a field twice", good[:-1] + ', "id": "AAAA"}'
    yield "a number without end", good[:-1] + f', "n": {"9" * 5_000}}}'


def change_what_the_browser_told(told: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Where the browser says it is, and for what."""
    said = json.loads(read_bytes(told["response"]["clientDataJSON"]))
    changes: dict[str, Any] = {
        "another site": {"origin": f"https://{ELSEWHERE}"},
        "a site below": {"origin": said["origin"].replace("//", "//a.")},
        "a site that begins alike": {"origin": said["origin"] + f".{ELSEWHERE}"},
        "plain HTTP": {"origin": said["origin"].replace("https", "http")},
        "no site": {"origin": None},
        "made, not used": {"type": "webauthn.create"},
        "in a frame": {"crossOrigin": True},
        "another question": {"challenge": write_text(bytes(32))},
        "no question": {"challenge": ""},
    }
    for what, change in changes.items():
        body = json.dumps({**said, **change}).encode()
        yield what, with_bytes(told, "clientDataJSON", lambda _old, body=body: body)


def with_bytes(told: dict[str, Any], name: str, change: Callable[[bytes], bytes]) -> str:
    changed = deepcopy(told)
    changed["response"][name] = write_text(change(read_bytes(told["response"][name])))
    return json.dumps(changed)


def flip_bit(at: int) -> Callable[[bytes], bytes]:
    return lambda old: old[:at] + bytes([old[at] ^ 1]) + old[at + 1 :]


def test_nobody_comes_in_with_what_a_passkey_said_for_another(door: Door):
    device = sign_in_with_key(door)
    stranger = Device(origin=door.site)
    stranger.make(
        {"rp": {"id": "localhost"}, "user": {"id": device.keys[0].handle}, "challenge": "AA"}
    )
    who = door.browser()
    form, options = ask_for_key(who)
    good = device.use(options)

    for number, (what, answer) in enumerate(change_answer(good)):
        mallory = door.browser()
        own, _options = ask_for_key(mallory)
        sent = {**own, "credential": answer}
        door.try_in(mallory, "POST", "/sign-in/passkey", sent, f"caught, with {what}")
        # and as if Kim had signed what this very browser was asked
        own, asked = ask_for_key(mallory)
        fresh = next(islice(change_answer(device.use(asked)), number, None))[1]
        if "Results" not in what:  # what no passkey signs and nobody reads
            sent = {**own, "credential": fresh}
            door.try_in(mallory, "POST", "/sign-in/passkey", sent, f"signed, with {what}")
    for what, key in (("a key of a stranger", stranger.keys[0]), ("another number", None)):
        mallory = door.browser()
        own, asked = ask_for_key(mallory)
        said = json.loads(stranger.use(asked, key=stranger.keys[0]))
        if key is None:
            said["id"] = said["rawId"] = write_text(device.keys[0].id)
        sent = {**own, "credential": json.dumps(said)}
        door.try_in(mallory, "POST", "/sign-in/passkey", sent, what)
    for claimed in CLAIMED:
        mallory = door.browser(**claimed)
        sent = {"csrf_token": "a", "credential": good}
        door.try_in(mallory, "POST", "/sign-in/passkey", sent, f"a passkey with {claimed}")

    assert door.wrong == []
    assert door.asked > 250
    # nothing of it has spoiled what its owner does
    again = door.browser()
    again.cookies.update(who.cookies)
    assert who.ask("POST", "/sign-in/passkey", {**form, "credential": good}).status == 303
    door.try_in(again, "POST", "/sign-in/passkey", {**form, "credential": good}, "once spent")
    assert door.wrong == []
