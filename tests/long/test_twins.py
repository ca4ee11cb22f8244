"""Acts that conflict, sent at the same moment to two servers on one SQLite file.

Threads of one server take turns; two processes know nothing of each other but the file. `crrubric
serve` refuses to be the second, and here that is passed over: what the database promises must hold
by itself. Each test counts effects, and ends with `crrubric verify`.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import chain, cycle, islice
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

from crrubric.domain.events import Event
from crrubric.domain.vocabulary import Phase, Role, Stakeholder
from crrubric.extensions import db
from crrubric.models import (
    Ballot,
    Finding,
    JournalEntry,
    Mark,
    Member,
    SealedBallot,
    User,
    UserSession,
    Vendor,
)
from crrubric.queries.people.people import Actor
from crrubric.services.meeting import meetings
from crrubric.services.setup import committee, phases
from tests.conftest import fresh_app, served
from tests.factories import PASSWORD, Factory, Made
from tests.long.test_kill import ROOT, run_crrubric
from tests.pages import list_values, parse
from tests.web_server import Answer, Client

pytestmark = pytest.mark.long

SERVERS = 2
VENDORS = 8  # each is a round
Ask = Callable[[], Answer]


@dataclass(frozen=True)
class Site:
    """An evaluation that two servers serve."""

    folder: Path
    made: Made
    chairs: Sequence[Actor]
    ports: Sequence[int]

    def sign_in(self, actor: Actor) -> "Person":
        """Somebody who is signed in on both servers."""
        client = Client(self.ports[0])
        email = db.session.get_one(User, actor.user_id).email
        db.session.remove()  # a transaction that is left open keeps a server from writing
        assert client.sign_in(email, PASSWORD).status == 303
        return Person([replace(client, port=port) for port in self.ports])

    def verify(self) -> tuple[int, str, object]:
        """What verification says, and whether the file is whole."""
        db.session.remove()
        done = run_crrubric(self.folder, "verify")
        whole = db.session.connection().exec_driver_sql("PRAGMA integrity_check").scalar()
        db.session.remove()
        return done.returncode, done.stderr, whole


@dataclass(frozen=True)
class Person:
    """One browser, whose windows ask one server each."""

    windows: Sequence[Client]

    def fill(self, page: str, to: str, **typed: str) -> dict[str, str]:
        """What the form on a page sends to an address, with its key and its token."""
        answer = self.windows[0].ask("GET", page)
        found = parse(answer.status, answer.text)
        (form,) = [
            one
            for one in found.all("form")
            if (one.get("action") or page) == to and (one.get("method") or "").lower() == "post"
        ]
        return {**dict(list_values(form)), **typed}

    def send(self, to: str, form: dict[str, str], times: int) -> list[Ask]:
        """The same form, so often, to one server after the other."""
        windows = islice(cycle(self.windows), times)
        return [lambda window=one: replace(window).ask("POST", to, form) for one in windows]


def ask_together(*asks: Ask) -> list[int]:
    """Ask all at the same moment; the status of each answer."""
    start = Barrier(len(asks))

    def ask(one: Ask) -> int:
        start.wait(10)
        return one().status

    with ThreadPoolExecutor(len(asks)) as pool:
        return list(pool.map(ask, asks))


@contextmanager
def serving_twice(folder: Path) -> Iterator[list[int]]:
    """Two servers on the database of a folder; their ports."""
    command = [sys.executable, "-m", "tests.long.twin", str(folder)]
    with ExitStack() as stack:
        twins = [
            stack.enter_context(
                subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
            )
            for _number in range(SERVERS)
        ]
        try:
            yield [int(twin.stdout.readline()) for twin in twins]
        finally:
            for twin in twins:
                twin.terminate()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """Makes an evaluation and lets two servers serve it."""
    (app,) = served(fresh_app("", tmp_path))
    with ExitStack() as stack:
        stack.enter_context(app.app_context())

        def make_site(**wanted: Any) -> Site:
            factory = Factory(app, changed=lambda: True)
            made = factory.evaluation(phase=Phase.SCORING, vendors=VENDORS, **wanted)
            second = factory.member(made.chair, made.slug, frozenset({Role.CHAIR}))
            for row in (made.evaluation, *made.vendors, *made.criteria):
                db.session.refresh(row)
            db.session.expunge_all()
            db.session.remove()
            return Site(
                tmp_path, made, [made.chair, second], stack.enter_context(serving_twice(tmp_path))
            )

        yield make_site
        db.session.remove()
        db.engine.dispose()


def count(model: Any, *conditions: Any) -> int:
    found = db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0
    db.session.remove()
    return found


def told(event: Event) -> int:
    """How many journal entries of this kind there are."""
    return count(JournalEntry, JournalEntry.event == event)


def test_a_ballot_is_submitted_once_however_often_its_forms_are_sent(start):
    marks = dict.fromkeys(((0, vendor) for vendor in range(VENDORS)), "YNA")
    site = start(marks=marks)
    person, seen = site.sign_in(site.made.reviewers[0]), []

    for vendor in site.made.vendors:
        url = site.made.url(f"ballots/{vendor.id}/submit")
        first, other_window = person.fill(url, url), person.fill(url, url)
        seen += ask_together(*person.send(url, first, 4), *person.send(url, other_window, 2))

    assert {*seen} <= {303, 409}
    assert (count(SealedBallot), told(Event.BALLOT_SUBMITTED)) == (VENDORS, VENDORS)
    assert site.verify() == (0, "", "ok")


def test_of_windows_that_save_one_mark_one_is_taken_and_the_others_are_told(start):
    site = start()
    person, seen = site.sign_in(site.made.reviewers[0]), []

    for vendor in site.made.vendors:
        page = site.made.url(f"ballots/{vendor.id}")
        url = f"{page}/marks/{site.made.criteria[0].id}"
        forms = [
            person.fill(page, url, answer="NO", note=f"thought {number}") for number in range(4)
        ]
        seen.append(sorted(ask_together(*chain(*(person.send(url, form, 1) for form in forms)))))

    assert seen == [[303, 409, 409, 409]] * VENDORS
    assert (count(Mark), told(Event.MARK_RECORDED)) == (VENDORS, VENDORS)
    assert site.verify() == (0, "", "ok")


def test_a_ballot_that_is_submitted_as_its_vendor_is_withdrawn_is_sealed_or_not(start):
    marks = dict.fromkeys(((0, vendor) for vendor in range(VENDORS)), "YNA")
    site = start(marks=marks)
    made = site.made
    reviewer, *chairs = (site.sign_in(one) for one in (made.reviewers[0], *site.chairs))
    seen, out = [], made.vendors[:-1]

    for vendor in out:
        url = made.url(f"ballots/{vendor.id}/submit")
        away = made.url(f"vendors/{vendor.id}/selection")
        asks = reviewer.send(url, reviewer.fill(url, url), 2)
        for chair in chairs:
            asks += chair.send(away, chair.fill(away, away, reason="It gave up."), 2)
        seen += ask_together(*asks)

    assert {*seen} <= {303, 404, 409}
    gone = told(Event.VENDOR_WITHDRAWN)
    # who reads that a ballot was submitted meanwhile decides anew
    assert gone == count(Vendor, Vendor.withdrawn_at.is_not(None)) <= len(out)
    assert count(SealedBallot) == told(Event.BALLOT_SUBMITTED) >= len(out) - gone
    assert site.verify() == (0, "", "ok")


def test_an_invitation_is_accepted_once(start):
    site = start()
    made, seen = site.made, []

    for number in range(VENDORS):
        invitation = committee.invite_member(
            made.chair,
            made.slug,
            name=f"Nora New {number}",
            email=f"nora{number}@school.example",
            roles=frozenset({Role.REVIEWER}),
            stakeholder=Stakeholder.PARENT,
        )
        url = f"/invitations/{invitation.token}"
        browsers = [Person([Client(port)]) for port in site.ports * 2]
        asks = []
        for place, browser in enumerate(browsers):
            form = browser.fill(url, url, password=f"seven green bottles {place}")
            asks += browser.send(url, form, 1)
        seen.append(sorted(ask_together(*asks)))

    assert seen == [[303, 404, 404, 404]] * VENDORS
    assert told(Event.INVITE_ACCEPTED) == VENDORS
    assert count(UserSession) == VENDORS
    assert site.verify() == (0, "", "ok")


def test_saves_during_closing_are_counted_or_told_and_scoring_closes_once(start):
    site = start(reviewers=3)
    made = site.made
    people = [site.sign_in(one) for one in made.reviewers]
    chairs = [site.sign_in(one) for one in site.chairs]
    close, asks = made.url("phase?to=MEETING"), []
    for person in people:
        for vendor in made.vendors:
            page = made.url(f"ballots/{vendor.id}")
            url = f"{page}/marks/{made.criteria[0].id}"
            asks += person.send(url, person.fill(page, url, answer="NO", note="thought"), 1)
    saves = len(asks)
    for chair in chairs:
        asks += chair.send(close, chair.fill(close, close), 2)

    seen = ask_together(*asks)

    assert {*seen} <= {303, 409}
    assert seen[:saves].count(303) == count(Mark) == told(Event.MARK_RECORDED)
    assert told(Event.PHASE_CHANGED) == 2  # scoring was opened, and closed
    assert site.verify() == (0, "", "ok")


def test_of_two_chairs_who_settle_one_cell_the_later_is_told(start):
    marks = dict.fromkeys(
        ((reviewer, vendor) for reviewer in (0, 1) for vendor in range(VENDORS)), "YN?"
    )
    site = start(marks=marks)
    made = site.made
    phases.change_phase(made.chair, made.slug, Phase.MEETING)
    meetings.start_meeting(made.chair, made.slug)
    db.session.remove()
    chairs, seen = [site.sign_in(one) for one in site.chairs], []

    for vendor in made.vendors:
        url, asks = made.url(f"cells/{vendor.id}/{made.criteria[0].id}"), []
        for chair, reason in zip(chairs, ("We tried it.", "They said so."), strict=True):
            form = chair.fill(url, url, value="NOT_MET", reason=reason, agreed="All.")
            asks += chair.send(url, form, 2)
        seen.append(sorted(ask_together(*asks)))

    assert {*chain(*seen)} <= {303, 409}
    assert (count(Finding), told(Event.FINDING_RECORDED)) == (VENDORS, VENDORS)
    assert count(Ballot) == VENDORS * count(Member, Member.is_reviewer)
    assert site.verify() == (0, "", "ok")
