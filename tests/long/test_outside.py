"""Somebody with a proxy between browser and site: what one person is shown, every other asks for.

The site is crawled through nginx as each kind of person. Every address and form that was found is
then asked for by all the others, and by nobody, with a token of their own session. What the policy
does not let them have must look like what is not there, and what they may not read, wherever it is
hidden, may not come with any answer. `crrubric serve` and this test share no state but requests.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import wraps
from html import unescape
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from flask import Flask, redirect
from flask.typing import ResponseReturnValue
from sqlalchemy import update
from werkzeug.exceptions import HTTPException

from crrubric.domain.actions import Action, SiteAction
from crrubric.domain.policy import is_allowed, is_allowed_on_site, phases_of
from crrubric.domain.vocabulary import Answer as Vote
from crrubric.domain.vocabulary import Phase, PositionKind, Role, Standing
from crrubric.extensions import db
from crrubric.models import Evaluation, User
from crrubric.queries.people.people import Actor
from crrubric.services.meeting.decisions import DecisionText, record_decision
from crrubric.services.meeting.positions import state_position
from crrubric.services.shared.unit import unit_of_work
from crrubric.web.shared.access import PUBLIC, SIGNED_IN
from tests.conftest import fresh_app
from tests.databases import quick_folder
from tests.factories import PASSWORD, Factory
from tests.machine.frame import everything
from tests.pages import list_values, parse, text_of
from tests.web_server import Answer, Client, find_nginx, running_nginx, running_server

pytestmark = pytest.mark.long

SECRET = "canary"  # begins each word that only some may read
WORD = re.compile(rf"{SECRET}[a-z0-9]+z")
ALIKE = 3  # addresses that differ in numbers or what is asked for: so many are opened
LINK = re.compile(r'\b(?:(?:href|src)="|data-[a-z-]+="(?=/))([^"\s]+)"')
# what differs from one answer to the next, and the help of a page, which hangs on its address alone
DRAWN = re.compile(
    r'name="(csrf_token|once)" value="[^"]*"|data-left="\d+"|<aside class="about".*?</aside>'
)
SIGNED_OUT = {303, 400, 401}
Form = tuple[tuple[str, str], ...]


@dataclass
class Person:
    """Somebody at a browser."""

    client: Client
    standing: Standing | None = None  # None: nobody is signed in
    roles: Mapping[str, frozenset[Role]] = field(default_factory=dict)  # by evaluation
    token: str = ""

    def ask(self, method: str, path: str, form: Mapping[str, str] | None = None) -> Answer:
        sent = form if form is None else {**form, "csrf_token": self.token}
        answer = self.client.ask(method, path, sent)
        if found := re.search(r'name="csrf_token" value="([^"]+)"', answer.text):
            self.token = found[1]
        return answer


@dataclass
class Scene:
    """A site with its people, and who may read each of the secret words."""

    app: Flask
    port: int
    phases: dict[str, Phase] = field(default_factory=dict)  # by evaluation
    people: dict[str, Person] = field(default_factory=dict)
    readers: dict[str, set[str]] = field(default_factory=dict)

    def hide(self, name: str, *readers: str) -> str:
        """A word that only these may read."""
        word = f"{SECRET}{name}z"
        self.readers[word] = set(readers)
        return word

    def add(self, name: str, actor: Actor | None, **roles: frozenset[Role]) -> None:
        """Somebody who has signed in."""
        client = Client(self.port, tls=True, sends={"Origin": "null"})
        self.people[name] = Person(client)
        if actor is None:
            return
        user = db.session.get_one(User, actor.user_id)
        standing, email = user.standing, user.email
        db.session.remove()
        assert client.sign_in(email, PASSWORD).status == 303
        told = {slug.replace("_", "-"): held for slug, held in roles.items()}
        self.people[name] = Person(client, standing, told)


@pytest.fixture
def scene() -> Iterator[Scene]:
    """Two evaluations of one committee, in scoring and in the meeting, and one of another."""
    find_nginx()
    with quick_folder() as folder, ExitStack() as stack:
        app = fresh_app("", folder / "instance", PROXY_COUNT=1, BEHIND_TLS=True)
        behind = stack.enter_context(running_server(app)).port
        scene = Scene(app, stack.enter_context(running_nginx(folder / "nginx", behind)))
        with app.app_context():
            fill(scene, Factory(app, changed=lambda: True))
            yield scene
            db.session.remove()
            db.engine.dispose()


def fill(scene: Scene, make: Factory) -> None:
    """The evaluations, their people, and in each what only some of them may read."""
    scoring = make.evaluation(title="In scoring", phase=Phase.SCORING)
    meeting = make.evaluation(title="In the meeting", phase=Phase.SCORING)
    apart = make.evaluation(title="Apart", phase=Phase.SCORING, reviewers=1)
    make.mark(scoring, 0, 0, "ada", Vote.NO, scene.hide("scoring", "scorer"))
    make.mark(meeting, 0, 0, "ada", Vote.NO, scene.hide("open", "chair", "reviewer", "observer"))
    make.mark(apart, 0, 0, "ada", Vote.NO, scene.hide("apart"))
    watching = make.member(meeting.chair, meeting.slug, frozenset({Role.OBSERVER}))
    make.forward(meeting, Phase.MEETING, {})
    text = DecisionText(vendor_id=meeting.vendors[0].id, reason="It fits our learners best.")
    record_decision(meeting.chair, meeting.slug, text)
    words = scene.hide("position", "reviewer")
    kind = PositionKind.CANNOT_SUPPORT
    state_position(meeting.reviewers[0], meeting.slug, kind=kind, words=words)
    administrator, other = make.actor(standing=Standing.ADMINISTRATOR), make.actor()
    for made, phase in ((scoring, Phase.SCORING), (meeting, Phase.MEETING), (apart, Phase.SCORING)):
        scene.phases[made.slug] = phase
    chair, reviewer = frozenset({Role.CHAIR}), frozenset({Role.REVIEWER})
    scene.add("organizer", scoring.chair, **{scoring.slug: chair})
    scene.add("scorer", scoring.reviewers[0], **{scoring.slug: reviewer})
    scene.add("chair", meeting.chair, **{meeting.slug: chair})
    scene.add("reviewer", meeting.reviewers[0], **{meeting.slug: reviewer})
    scene.add("observer", watching, **{meeting.slug: frozenset({Role.OBSERVER})})
    scene.add("chair of another", apart.chair, **{apart.slug: chair})
    scene.add("administrator", administrator)
    scene.add("member", other)
    scene.add("nobody", None)


def shape_of(address: str) -> tuple[str, str]:
    """What addresses have in common that differ in numbers and in what is asked for."""
    parts = urlsplit(address)
    return re.sub(r"[0-9a-f]{32}|\d+", "0", parts.path), re.sub(r"=[^&]*", "", parts.query)


def crawl(person: Person) -> tuple[list[str], dict[str, Form]]:
    """Every address that leads to a page or file, and every form as it would be sent."""
    waiting, alike, forms = ["/"], dict[tuple[str, str], int](), dict[str, Form]()
    for address in waiting:  # grows meanwhile
        answer = person.ask("GET", address)
        found = [unescape(each) for each in LINK.findall(answer.text)]
        found += [answer.headers["Location"]] if answer.status in {302, 303, 308} else []
        if answer.headers.get("Content-Type", "").startswith("text/html") and answer.text:
            for form in parse(answer.status, answer.text).all("form"):
                to = urljoin(address, form.get("action") or address)
                if (form.get("method") or "").lower() == "post":
                    forms.setdefault(to.partition("#")[0], tuple(list_values(form)))
                else:
                    found.append(to)
        for each in found:
            to = urljoin(address, each.partition("#")[0])
            known = to in waiting or not to.startswith("/") or to.startswith(("/static", "/assets"))
            if not known and alike.setdefault(shape_of(to), 0) < ALIKE:
                alike[shape_of(to)] += 1
                waiting.append(to)
    return waiting, forms


def expect(scene: Scene, person: Person, method: str, address: str) -> str:
    """What the policy says: “may”, “closed” in this phase, “no”, “sign in”; empty: anybody."""
    path = urlsplit(address).path
    try:
        endpoint, values = scene.app.url_map.bind("localhost").match(path, method=method)
    except HTTPException:
        return ""
    access = getattr(scene.app.view_functions[endpoint], "access", PUBLIC)
    if access == PUBLIC:
        return ""
    if person.standing is None:
        return "sign in"
    if access == SIGNED_IN:
        return "may"
    if access in set(SiteAction):
        return "may" if is_allowed_on_site(person.standing, SiteAction(access)) else "no"
    roles, slug = person.roles.get(values["slug"], frozenset()), values["slug"]
    if slug in scene.phases and is_allowed(roles, scene.phases[slug], Action(access)):
        return "may"
    return "closed" if slug in scene.phases and phases_of(roles, Action(access)) else "no"


ANSWERS = {
    ("GET", "no"): {404},
    ("GET", "closed"): {404},
    ("GET", "sign in"): {303},
    ("POST", "no"): {404},
    ("POST", "closed"): {404, 409},
    ("POST", "sign in"): SIGNED_OUT,
}


def judge(scene: Scene, name: str, method: str, address: str, form: Form = ()) -> list[str]:
    """What is wrong with the answer that this person gets."""
    person = scene.people[name]
    expected = expect(scene, person, method, address)
    if method == "POST" and expected not in {"no", "closed", "sign in"}:
        return []
    answer = person.ask(method, address, dict(form) if method == "POST" else None)
    where, found = f"{name}: {method} {address}", list[str]()
    if answer.status not in ANSWERS.get((method, expected), {answer.status}):
        found.append(f"{where}: {answer.status}, though: {expected}")
    if answer.status >= 500:
        found.append(f"{where}: {answer.status}")
    if (method, expected) == ("GET", "no") and answer.status == 404:
        missing = person.ask("GET", "/evaluations/none-such/")
        if DRAWN.sub("", answer.text) != DRAWN.sub("", missing.text):
            found.append(f"{where}: is told from what is not there")
        if {*answer.headers} != {*missing.headers}:
            found.append(f"{where}: has other headers than what is not there")
    if expected and answer.headers.get("Cache-Control") != "no-store":
        found.append(f"{where}: may be kept by caches")
    text = text_of(answer.text.encode("utf-8", "surrogateescape"))
    held = {*WORD.findall(text), *WORD.findall(unquote(str(answer.headers)))}
    sent = {word for _name, value in form for word in WORD.findall(value)}
    found += [f"{where}: tells {word}" for word in held - sent if name not in scene.readers[word]]
    return found


def list_kept_rows() -> list[str]:
    """Every row, but of tables that say who asked when."""
    return [row for row in everything() if not row.startswith(("user_session ", "attempt_count "))]


def attack(scene: Scene) -> tuple[int, list[str]]:
    """Crawl as everybody, and ask for all of it as everybody: how much that was, what is wrong."""
    pages, forms = dict[str, None](), dict[str, Form]()
    for person in scene.people.values():
        found, sendable = crawl(person)
        pages |= dict.fromkeys(found)
        forms = {**sendable, **forms}
    del forms["/sign-out"]
    rows, wrong, asked = list_kept_rows(), list[str](), 0
    for name in scene.people:
        for method, addresses in (("GET", pages), ("POST", forms)):
            for address in addresses:
                wrong += judge(scene, name, method, address, forms.get(address, ()))
                asked += 1
    if list_kept_rows() != rows:
        wrong.append("something was changed by who may not")
    return asked, wrong


def test_nobody_gets_what_another_was_shown(scene: Scene):
    asked, wrong = attack(scene)

    assert asked > 5_000
    assert wrong == []


def test_a_planted_leak_and_a_planted_door_are_found(scene: Scene, monkeypatch: pytest.MonkeyPatch):
    views = scene.app.view_functions
    word = f"{SECRET}apartz"

    @wraps(views["results.show_matrix"])
    def tell_anybody(**_values: object) -> str:
        return f"<!DOCTYPE html><title>x</title><p>{word}</p>"

    @wraps(views["decision.save_decision"])
    def take_from_anybody(slug: str) -> ResponseReturnValue:
        with unit_of_work() as session:
            session.execute(
                update(Evaluation).values(fund="of mine").where(Evaluation.slug == slug)
            )
        return redirect("/", code=303)

    monkeypatch.setitem(views, "results.show_matrix", tell_anybody)
    monkeypatch.setitem(views, "decision.save_decision", take_from_anybody)
    few = {name: scene.people[name] for name in ("chair", "member", "nobody")}

    _asked, wrong = attack(replace(scene, people=few))

    place = "/evaluations/in-the-meeting"
    assert {
        f"member: GET {place}/matrix: 200, though: no",
        f"member: GET {place}/matrix: tells {word}",
        f"nobody: GET {place}/matrix: 200, though: sign in",
        f"member: POST {place}/decision/: 303, though: no",
        "something was changed by who may not",
    } <= {*wrong}
