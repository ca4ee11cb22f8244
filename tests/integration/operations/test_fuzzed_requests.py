"""Whatever a request says, its answer is no fault of ours, and costs bounded work."""

import itertools
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from werkzeug.test import TestResponse

import crrubric
from crrubric.domain.vocabulary import Phase, Standing
from crrubric.extensions import db
from crrubric.queries.people.people import Actor
from tests.databases import take_image
from tests.factories import Factory, Made
from tests.integration.conftest import Visit, Visitor
from tests.integration.shared.test_access import addresses

FEW, MANY = 25, 400
MOST_STATEMENTS = 1_200  # of one request on a small evaluation; a form may have many lines
MARKS = {(0, 0): "YY-", (1, 1): "YNY"}
UNMARKED = (Phase.SETUP, Phase.PRACTICE)
ARGUMENT = re.compile(r'(?:args|values)(?:\.get|\.getlist)?[\[(]"(\w+)"')
FIELD = re.compile(r"^    (\w+) = \w*Field\(", re.M)
CONTROL = re.compile(r'name="([a-z_]+)"')
ODD_TEXTS = [
    "", " ", "0", "-1", "1", "99999999999999999999", "1e999", "NaN", "\0", "\n", "²", "🎓" * 300,
    "x" * 5_100, "on", "None", "null", "[]", "{}", "'; DROP TABLE mark; --", "%s%n", "{{7*7}}",
    "../../etc/passwd", "https://evil.example/", "//evil.example", "2027-02-30", "9999-12-31",
    "\ud7ff", "\ufeff", "\u202e", "e\u0301" * 200, "a,b;c\td", "1,2,3", "true", "=1+1", "1/0",
]  # fmt: skip
HEADERS = [
    "Host", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Request-Id", "Accept",
    "Accept-Language", "Accept-Encoding", "Cookie", "Range", "If-None-Match", "If-Modified-Since",
    "If-Range", "Content-Type", "Content-Length", "Authorization", "Origin", "Sec-Fetch-Site",
    "User-Agent", "Referer", "X-HTTP-Method-Override", "Transfer-Encoding", "Expect",
]  # fmt: skip
ODD_HEADERS = [
    "",
    " ",
    ",",
    ";;;",
    "=",
    "\xff\xfe",
    "bytes=0-0,5-1,-9",
    "bytes=99999999999999999999-",
    "*/*;q=x",
    "application/json",
    "text/html;q=1e999",
    "es;q=0.5,;q=,en-",
    "de-" + "x" * 3_000,
    "a" * 8_000,
    "Bearer ",
    "Basic Og==",
    "Basic \xff",
    'W/"',
    '"' + "e" * 300,
    "multipart/form-data",
    "multipart/form-data; boundary=",
    'multipart/form-data; boundary="',
    "text/plain; charset=utf-7",
    "application/x-www-form-urlencoded; charset=nonsense",
    "-1",
    "1.5",
    "nonsense.example:99999999",
    "[::1",
    "evil.example",
    "http://",
    'session=; session=x; crrubric-session="',
    "cross-site",
    "null",
    "Thu, 99 Foo 9999 99:99:99 GMT",
    "chunked",
    "100-continue",
    "DELETE",
    "%00",
    "🎓".encode().decode("latin-1"),
]
BODIES = [
    b"",
    b"&" * 500,
    b"=&=&=",
    b"a=%",
    b"a=%zz&%ff=1",
    b"\xff\xfe\0",
    b"a" * 70_000,
    b"{" * 2_000,
    b"--b\r\n",
    b'--b\r\nContent-Disposition: form-data; name="\xff"\r\n\r\nx\r\n--b--',
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="\0../x"\r\n\r\n\0\r\n--b--\r\n',
    b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n",
    b"--b\r\nContent-Type: text/plain; charset=x\r\n\r\n\r\n--b--\r\n",
]
TYPES = [
    "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "multipart/form-data",
    "application/json", "text/plain", "", "\xff",
]  # fmt: skip
Draw = Callable[[Any], Any]


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """What is sent to the database meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def send_and_check(person: Visitor, method: str, url: str, **options: Any) -> TestResponse:
    """Send it and look at the answer: no fault of ours, whatever was sent."""
    with counted_statements() as statements:
        answer = person.send(method, url, **options)
    told = f"{method} {url[:200]}: {answer.status_code}"
    assert answer.status_code < 500 or answer.status_code in {501, 503}, told
    assert b"Traceback" not in answer.data, told
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], told
    assert len(statements) < MOST_STATEMENTS, (told, len(statements))
    return answer


def find_arguments() -> list[str]:
    """The names of all parameters that a view reads from an address."""
    views = (Path(crrubric.__file__).parent / "web").rglob("*.py")
    found = {name for view in views for name in ARGUMENT.findall(view.read_text("utf-8"))}
    assert {"next", "q", "sort", "view", "state"} <= found
    return sorted(found)


def list_other_addresses(app: Flask, method: str) -> list[str]:
    """Those outside of evaluations, with something in each place of them."""
    found = []
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()) and "slug" not in rule.arguments:
            filled = re.sub(r"<int:\w+>", "1", rule.rule)
            found.append(re.sub(r"<[^>]+>", "x", filled))
    return sorted(set(found))


def find_controls() -> list[str]:
    """The names of all controls: fields of classes of forms, and those that templates name."""
    root = Path(crrubric.__file__).parent
    classes = "\n".join(file.read_text("utf-8") for file in (root / "web").rglob("*.py"))
    pages = "\n".join(
        file.read_text("utf-8") for file in (root.parent / "templates").rglob("*.html")
    )
    found = {*FIELD.findall(classes), *CONTROL.findall(pages)}
    assert {"note", "answer", "email", "version"} <= found
    return sorted(found | {"answer-1", "vendor-1-kind", "c1", "file"})


@pytest.fixture
def cast(make: Factory, request: pytest.FixtureRequest) -> tuple[Made, list[Actor | None]]:
    """An evaluation in the phase of the test, and one person of each kind."""
    phase = request.param
    made = make.evaluation(phase=phase, marks={} if phase in UNMARKED else MARKS)
    administrator = make.actor(standing=Standing.ADMINISTRATOR)
    return made, [made.chair, made.reviewers[0], administrator, make.actor(), None]


def draw_field(draw: Draw, names: list[str]) -> tuple[str, str]:
    """A control and what stands in it."""
    name = draw(st.sampled_from([*names, "csrf_token", "x" * 300, "", "a[b]"]))
    return name, draw(st.one_of(st.sampled_from(ODD_TEXTS), st.text(max_size=40)))


def draw_headers(draw: Draw) -> list[tuple[str, str]]:
    """A few headers that nobody should send."""
    pair = st.tuples(st.sampled_from(HEADERS), st.sampled_from(ODD_HEADERS))
    return draw(st.lists(pair, max_size=3))


def send_odd_form(person: Visitor, draw: Draw, url: str, names: list[str]) -> None:
    """A form as a page could send it, with anything in it, or a body that no page sends."""
    headers = draw_headers(draw)
    if draw(st.integers(0, 3)) == 0:
        body, kind = draw(st.sampled_from(BODIES)), draw(st.sampled_from(TYPES))
        send_and_check(person, "POST", url, data=body, content_type=kind, headers=headers)
        return
    fields: dict[str, Any] = {"csrf_token": [person.csrf()]}
    for name, value in (draw_field(draw, names) for _time in range(draw(st.integers(0, 12)))):
        fields.setdefault(name, []).append(value)
    if draw(st.booleans()):  # as a form with a file
        file = draw(st.sampled_from([b"", b"PK\x03\x04", b"a,b\r\n1,2\r\n", b"\xff\xd8\xff", b"{"]))
        fields["file"] = (
            __import__("io").BytesIO(file),
            draw(st.sampled_from(["a.csv", "\0", "../x"])),
        )
    send_and_check(person, "POST", url, data=fields, headers=headers)


def run_examples(examples: int, send: Callable[[Draw], None]) -> None:
    """So many different ones, each on the database as it was made."""
    image = take_image()

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def send_one(data: Any) -> None:
        db.session.remove()
        image.put_back()
        send(data.draw)

    send_one()


PHASES = [
    pytest.param(phase, FEW, id=f"{phase}-few")
    for phase in (Phase.SETUP, Phase.SCORING, Phase.MEETING)
] + [pytest.param(phase, MANY, marks=pytest.mark.long, id=f"{phase}-many") for phase in Phase]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("cast", "examples"), PHASES, indirect=["cast"])
def test_no_form_breaks_by_what_is_sent(
    app: Flask, cast: tuple[Made, list[Actor | None]], visit: Visit, examples: int
):
    made, people = cast
    routes = addresses(app, made, {"reviewer": made.reviewers[0]})
    names = find_controls()
    forms = sorted({url for method, url, _action in routes if method == "POST"})
    forms += list_other_addresses(app, "POST")

    def send(draw: Draw) -> None:
        url = draw(st.sampled_from(forms))
        send_odd_form(visit(draw(st.sampled_from(people))), draw, url, names)

    assert len(forms) > 150
    run_examples(examples, send)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("cast", "examples"), PHASES, indirect=["cast"])
def test_no_page_breaks_by_how_it_is_asked_for(
    app: Flask, cast: tuple[Made, list[Actor | None]], visit: Visit, examples: int
):
    made, people = cast
    routes = addresses(app, made, {"reviewer": made.reviewers[0]})
    pages = sorted({url for method, url, _action in routes if method == "GET"})
    pages += list_other_addresses(app, "GET")
    arguments = find_arguments()

    def send(draw: Draw) -> None:
        value = st.one_of(st.sampled_from(ODD_TEXTS), st.text(max_size=30))
        asked = draw(st.lists(st.tuples(st.sampled_from(arguments), value), max_size=4))
        method = draw(st.sampled_from(["GET", "GET", "GET", "HEAD", "OPTIONS"]))
        query = "&".join(f"{name}={quote(text, safe='')}" for name, text in asked)
        query += draw(st.sampled_from(["", "&%ff=%", "&=", "&" * 300, "&next=%00"]))
        url = f"{draw(st.sampled_from(pages))}?{query}"
        person = visit(draw(st.sampled_from(people)))
        send_and_check(person, method, url, headers=draw_headers(draw))

    assert len(pages) > 100
    run_examples(examples, send)


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_planted_fault_of_a_page_is_found(
    app: Flask, make: Factory, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    def fail(**_values: object) -> str:
        raise UnicodeError("a fault of ours")

    monkeypatch.setitem(app.view_functions, "account.show_sign_in", fail)

    with pytest.raises(AssertionError, match="GET /sign-in: 500"):
        send_and_check(visit(), "GET", "/sign-in")


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_method_that_no_page_has_is_refused(app: Flask, make: Factory, visit: Visit):
    person = visit(make.actor())
    methods = ("TRACE", "CONNECT", "PUT", "DELETE", "PATCH", "PROPFIND", "X" * 300)
    places = ("/", "/sign-in", "/health", "/account", "/static/css/base.css", "/nothing")

    answers = {
        (method, place): send_and_check(person, method, place).status_code
        for method in methods
        for place in places
    }

    assert {code for (_method, place), code in answers.items() if place != "/nothing"} == {405}
    assert {code for (_method, place), code in answers.items() if place == "/nothing"} == {404}


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "path",
    [
        "/%00",
        "/%ff%fe",
        "/%c3%28",
        "/evaluations/%00/",
        "/evaluations/%2e%2e/",
        "/%2f%2fx",
        "//",
        "/" + "a" * 9_000,
        "/a/" * 900,
        "/evaluations/" + "%f0%9f%8e%93" * 300,
        "/invitations/%0d%0aX: y",
        "/static/%5c..%5crun.py",
        "/%E2%80%AE",
        "/evaluations/x/ballots/99999999999999999999/",
        "/evaluations/x/ballots/-1/",
        "/evaluations/x/ballots/%31/",
        "/;x=1",
        "/%",
    ],
)
def test_an_odd_path_is_not_found(app: Flask, make: Factory, visit: Visit, path: str):
    for person in (visit(make.actor()), visit()):
        answer = send_and_check(person, "GET", path)

        assert answer.status_code in {303, 308, 400, 404}
        assert "\n" not in (answer.location or "")


TEXT = re.compile(r"<(?:(\w+):)?(\w+)>")


@pytest.mark.both_databases
@pytest.mark.parametrize("phase", [Phase.SETUP, Phase.SCORING, Phase.DECIDED])
def test_a_text_of_an_address_that_no_database_takes_is_not_found(
    app: Flask, make: Factory, visit: Visit, phase: Phase
):
    made = make.evaluation(phase=phase)
    chair = visit(made.chair)

    def fill(found: re.Match[str]) -> str:
        kind, name = found.groups()
        return made.slug if name == "slug" else "1" if kind == "int" else "a%00b"

    places = {TEXT.sub(fill, rule.rule) for rule in app.url_map.iter_rules()}
    odd = sorted(place for place in places if "%00" in place and not place.startswith("/static/"))

    assert len(odd) > 30
    for method in ("GET", "POST"):
        assert {send_and_check(chair, method, place).status_code for place in odd} <= {404, 405}


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_no_form_of_very_many_parts_is_read(app: Flask, make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    person = visit(made.reviewers[0])
    place = made.url(f"ballots/{made.vendors[0].id}/marks/{made.criterion('ada').id}")
    part = b'--b\r\nContent-Disposition: form-data; name="note"\r\n\r\nx\r\n'
    bodies = {
        "application/x-www-form-urlencoded": b"&".join([b"note=x"] * 60_000),
        "multipart/form-data; boundary=b": part * 20_000 + b"--b--\r\n",
    }

    answers = [
        send_and_check(person, "POST", place, data=body, content_type=kind).status_code
        for kind, body in bodies.items()
    ]

    assert answers == [413, 413]


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("token", [True, False])
def test_a_part_of_a_form_without_a_name_is_left_out(
    app: Flask, make: Factory, visit: Visit, token: bool
):
    """Nobody has to be signed in to send one."""
    made = make.evaluation(phase=Phase.SCORING)
    place = made.url(f"ballots/{made.vendors[0].id}/marks/{made.criterion('ada').id}")
    for person in (visit(made.reviewers[0]), visit()):
        fields = {"version": "0", "answer": "NO", "csrf_token": person.csrf() if token else "x"}
        parts = [f'; name="{name}"\r\n\r\n{value}' for name, value in fields.items()]
        parts += ["\r\n\r\nnameless and long enough to be kept", '; filename="x"\r\n\r\nx']
        body = "".join(f"--b\r\nContent-Disposition: form-data{part}\r\n" for part in parts)
        data, kind = f"{body}--b--\r\n".encode(), "multipart/form-data; boundary=b"

        answer = send_and_check(person, "POST", place, data=data, content_type=kind)

        assert answer.status_code in ({303} if token else {303, 400, 401})


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_no_form_is_filled_in_from_json(app: Flask, make: Factory, visit: Visit):
    """The token may come in a header: then nothing else stands before whoever reads the form."""
    made = make.evaluation(phase=Phase.SCORING)
    routes = addresses(app, made, {"reviewer": made.reviewers[0]})
    forms = sorted({url for method, url, _action in routes if method == "POST"})
    forms += list_other_addresses(app, "POST")
    people = [visit(made.chair), visit(made.reviewers[0]), visit()]
    numbers = json.dumps(dict.fromkeys(find_controls(), 5)).encode()
    bodies = [b"1", b'"x"', b'[["note", 1]]', numbers]
    image = take_image()

    for person in people:
        token = {"X-CSRFToken": person.csrf()}
        for url, body in itertools.product(forms, bodies):
            send_and_check(
                person, "POST", url, data=body, content_type="application/json", headers=token
            )
        db.session.remove()
        image.put_back()


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("host", ["a" * 70, "x" * 3_000, "a..b", "."])
def test_a_host_that_can_be_none_is_refused_by_every_method(app: Flask, visit: Visit, host: str):
    """Whatever else is wrong with the request: its page would have no address."""
    for method, headers in (
        ("GET", {}),
        ("POST", {}),
        ("POST", {"Origin": "https://evil.example"}),
    ):
        for place in ("/sign-in", "/nothing", "/nothing/"):
            sent = {"Host": host, **headers}
            answer = send_and_check(visit(), method, place, headers=sent)

            assert answer.status_code == 400 or host == "."
