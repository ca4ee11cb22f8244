"""The same form sent twice has one effect, and both answers lead to the same page."""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from flask import current_app
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from crrubric.clock import now_utc
from crrubric.domain.errors import Busy
from crrubric.domain.exchange.drafts import DraftKind
from crrubric.domain.translation import N_
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.models import (
    Ballot,
    Evaluation,
    ImportDraft,
    JournalEntry,
    Member,
    SentForm,
    User,
)
from crrubric.services.questions import askings as service
from crrubric.services.setup import phases
from crrubric.web.shared import once
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.pages import parse


@dataclass(frozen=True)
class Sent:
    """A form that makes something: on which page, to where, with what."""

    page: str
    to: str
    values: Mapping[str, str]
    phase: Phase = Phase.MEETING
    who: str = "chair"
    needs: tuple[str, ...] = field(default=())


DAY = (now_utc().date() + timedelta(days=30)).isoformat()
TODAY = (now_utc().date() - timedelta(days=1)).isoformat()
FORMS = {
    "vendor": Sent("vendors/new", "vendors/new", {"company": "Quill"}, Phase.SETUP),
    "section": Sent("rubric/", "rubric/sections", {"title": "Support"}, Phase.SETUP),
    "criterion": Sent(
        "rubric/sections/{section}/new", "rubric/sections/{section}/new",
        {"title": "Help", "weight": "1"}, Phase.SETUP,
    ),
    "member": Sent(
        "committee/", "committee/",
        {"name": "Ana", "email": "ana@school.example", "roles": "reviewer",
         "stakeholder": "teacher"}, Phase.SETUP,
    ),
    "question": Sent(
        "questions/vendors/{vendor}/new", "questions/vendors/{vendor}/new",
        {"words": "How long?", "criterion": ""}, Phase.SCORING,
    ),
    "asking": Sent(
        "ballots/{vendor}/ask/{criterion}", "ballots/{vendor}/ask/{criterion}",
        {"words": "How long?"}, Phase.SCORING, "reviewer",
    ),
    "correction": Sent(
        "rubric/criteria/{criterion}/correct", "rubric/criteria/{criterion}/correct",
        {"title": "Other", "effect": "KEEP", "reason": "A typo."}, Phase.SCORING,
    ),
    "conflict": Sent(
        "vendors/{vendor}/declaration", "vendors/{vendor}/declaration",
        {"kind": "CONFLICT", "words": "My sister works there."}, Phase.SCORING, "reviewer",
    ),
    "submission": Sent(
        "ballots/{vendor}/submit", "ballots/{vendor}/submit", {"gap-rest": "Not seen."},
        Phase.SCORING, "reviewer",
    ),
    "reopening": Sent(
        "progress/{ballot}/reopen", "progress/{ballot}/reopen", {"reason": "A slip."},
        Phase.SCORING, needs=("submission",),
    ),
    "entry": Sent(
        "progress/{ballot}/enter", "progress/{ballot}/enter",
        {"source": "PAPER", "given_on": TODAY, "answer-{criterion}": "YES", "rest": "Left empty."},
        Phase.SCORING,
    ),
    "confirmation": Sent(
        "ballots/{vendor}/submit", "ballots/{vendor}/confirm", {}, Phase.SCORING, "reviewer",
        needs=("entry",),
    ),
    "dispute": Sent(
        "ballots/{vendor}/submit", "ballots/{vendor}/dispute", {"reason": "I said NO."},
        Phase.SCORING, "reviewer", needs=("entry",),
    ),
    "meeting": Sent("meeting/", "meeting/start", {"place": "Room 12"}),
    "motion": Sent(
        "meeting/minutes", "meeting/minutes", {"words": "To go on", "in_favor": "3"},
        needs=("meeting",),
    ),
    "decision": Sent(
        "decision/", "decision/",
        {"vendor": "{vendor}", "reason": "It fits.", "ranking": "COMPUTED"},
    ),
    "commitment": Sent(
        "decision/", "decision/commitments",
        {"vendor": "{vendor}", "words": "To train", "owner": "IT", "due_on": DAY},
        needs=("decision",),
    ),
    "phase": Sent("phase?to=SCORING", "phase?to=SCORING", {}, Phase.SETUP),
    "deletion": Sent("delete/", "delete/", {"typed": "Credit recovery"}, Phase.SETUP),
    "deferral": Sent(
        "cells/{vendor}/{criterion}", "meeting/defer/{vendor}/{criterion}",
        {"reason": "Ask them first."}, needs=("meeting",),
    ),
}  # fmt: skip


def find_first_ballot(made: Made) -> int:
    """The id of the first reviewer's ballot for the first vendor; 0 where there is none yet."""
    own = select(Ballot.id).join(Member, Member.id == Ballot.member_id)
    who, vendor = made.reviewers[0].user_id, made.vendors[0].id
    return db.session.scalar(own.where(Member.user_id == who, Ballot.vendor_id == vendor)) or 0


class Sender:
    """Fills in and sends the forms of one evaluation, as a browser does."""

    def __init__(self, made: Made, visit: Visit) -> None:
        self.made = made
        self.people = {"chair": visit(made.chair), "reviewer": visit(made.reviewers[0])}
        self.parts = {
            "vendor": made.vendors[0].id,
            "criterion": made.criteria[0].id,
            "section": made.criteria[0].section_id,
            "ballot": find_first_ballot(made),
        }

    def address(self, path: str) -> str:
        return self.made.url(path.format(**self.parts))

    def person(self, form: Sent):
        return self.people[form.who]

    def fill(self, form: Sent) -> dict[str, str]:
        """What a browser would send: the hidden fields of the page with what is typed."""
        page = parse(200, self.person(form).get(self.address(form.page)).text)
        to = self.address(form.to)
        (found,) = [
            node
            for node in page.all("form")
            if (node.get("action") or self.address(form.page)) == to
            and any(field.get("name") == "once" for field in node.iter("input"))
        ]
        hidden = {
            field.get("name", ""): field.get("value") or ""
            for field in found.iter("input")
            if field.get("type") == "hidden"
        }
        typed = {
            key.format(**self.parts): value.format(**self.parts)
            for key, value in form.values.items()
        }
        return {**hidden, **typed}

    def send(self, form: Sent, values: Mapping[str, str]):
        return self.person(form).post(self.address(form.to), dict(values))


def entries() -> int:
    return db.session.scalar(select(func.count(JournalEntry.id))) or 0


@pytest.fixture
def sender(make: Factory, visit: Visit) -> Callable[[str], tuple[Sender, Sent]]:
    def prepare(name: str) -> tuple[Sender, Sent]:
        form = FORMS[name]
        made = make.evaluation(phase=form.phase, marks={(0, 0): "YYY", (1, 0): "YYY"}
                               if form.phase is Phase.MEETING else None)  # fmt: skip
        if form.phase is Phase.SCORING:
            make.no_conflicts(made)
        found = Sender(made, visit)
        for other in form.needs:
            found.send(FORMS[other], found.fill(FORMS[other]))
        return found, form

    return prepare


@pytest.mark.parametrize("name", FORMS)
def test_a_form_sent_twice_does_its_work_once(sender, name: str):
    site, form = sender(name)
    before, values = entries(), site.fill(form)

    first = site.send(form, values)
    done = entries()
    second = site.send(form, values)

    assert (first.status_code in {200, 303}, done > before) == (True, True), first.text
    assert entries() == done
    if first.status_code == 303:
        assert (second.status_code, second.location) == (303, first.location)


@pytest.mark.parametrize("name", ["section", "vendor", "commitment", "motion"])
def test_the_same_form_with_other_words_is_another_one(sender, name: str):
    site, form = sender(name)
    values = site.fill(form)
    site.send(form, values)
    done = entries()
    key = next(iter({"title", "company", "words"} & values.keys()))

    site.send(form, {**values, key: "Something else"})

    assert entries() == done + 1


def test_a_form_that_was_refused_can_be_sent_again(sender):
    site, form = sender("section")
    values = site.fill(form)
    refused = site.send(form, {**values, "title": ""})
    taken = site.send(form, values)

    assert (refused.status_code, taken.status_code) == (422, 303)


def test_a_form_that_is_refused_is_refused_alike_when_it_is_sent_again(
    sender, monkeypatch: pytest.MonkeyPatch
):
    site, form = sender("asking")
    values = site.fill(form)
    with monkeypatch.context() as broken:
        broken.setattr(service, "ask_vendor", refuse_for_now)
        busy = [site.send(form, values).status_code for _time in range(2)]
    phases.change_phase(site.made.chair, site.made.slug, Phase.MEETING)

    late = [site.send(form, values).status_code for _time in range(2)]

    assert (busy, late) == ([503, 503], [409, 409])


def refuse_for_now(*_given: object, **_named: object) -> None:
    raise Busy(N_("The server is busy."), seconds=3)


def test_a_form_whose_answer_is_not_kept_is_answered_all_the_same(
    sender, monkeypatch: pytest.MonkeyPatch
):
    def fail(*_given: object) -> None:
        raise OperationalError("update sent_form", {}, Exception("database is locked"))

    site, form = sender("section")
    values = site.fill(form)
    monkeypatch.setattr(once, "keep_answer", fail)

    assert site.send(form, values).status_code == 303


def test_of_two_at_the_same_moment_one_does_the_work(sender):
    site, form = sender("commitment")
    values, before = site.fill(form), entries()
    address = site.address(form.to)
    db.session.remove()
    start, answers = Barrier(2), []

    def send(client: FlaskClient) -> None:
        start.wait()
        answers.append(client.post(address, data=values))

    own = site.person(form).client
    clients = [copy(own), copy(own)]
    threads = [Thread(target=send, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [answer.status_code for answer in answers] == [303, 303]
    assert len({answer.location for answer in answers}) == 1
    assert entries() == before + 1


def test_forms_are_forgotten_after_two_days(sender):
    site, form = sender("section")
    site.send(form, site.fill(form))
    db.session.execute(update(SentForm).values(sent_at=now_utc() - timedelta(days=3)))
    db.session.commit()

    site.send(form, {**site.fill(form), "title": "Another"})

    assert len(db.session.scalars(select(SentForm)).all()) == 1


def test_files_that_nobody_took_are_forgotten_with_the_next_form(sender):
    site, form = sender("section")
    evaluation = db.session.scalars(select(Evaluation)).first()
    user = db.session.scalars(select(User.id)).first()
    assert evaluation is not None
    assert user is not None
    for kind, ago in ((DraftKind.MARKS, timedelta(hours=25)), (DraftKind.VENDORS, timedelta())):
        draft = ImportDraft(evaluation_id=evaluation.id, user_id=user, kind=kind, name="x.csv",
                            body=b"x", made_at=now_utc() - ago)  # fmt: skip
        db.session.add(draft)
    db.session.commit()

    site.send(form, site.fill(form))

    assert db.session.scalars(select(ImportDraft.kind)).all() == [DraftKind.VENDORS]


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long a thread of the server has slept for an answer."""
    slept: list[float] = []
    monkeypatch.setattr(once, "sleep", slept.append)
    return slept


def lose_answer(ago: timedelta) -> None:
    """As if the first form were still under way, or its answer had been lost, so long ago."""
    db.session.execute(update(SentForm).values(sent_at=now_utc() - ago, location=""))
    db.session.commit()


@pytest.mark.parametrize(("ago", "waits"), [(timedelta(0), True), (timedelta(seconds=6), False)])
def test_an_answer_is_waited_for_only_while_it_can_come(
    sender, pauses: list[float], ago: timedelta, waits: bool
):
    site, form = sender("section")
    values = site.fill(form)
    site.send(form, values)
    lose_answer(ago)

    answer = site.send(form, values)

    assert (answer.status_code, answer.location) == (303, "/")
    assert bool(pauses) is waits
    assert len(pauses) <= once.TRIES


@pytest.mark.parametrize("others", [0, 4])
def test_of_one_person_one_form_waits_and_a_few_in_all(
    sender, pauses: list[float], monkeypatch: pytest.MonkeyPatch, others: int
):
    site, form = sender("section")
    values = site.fill(form)
    site.send(form, values)
    lose_answer(timedelta(0))
    here = current_app.instance_path
    waiting = {(here, -n) for n in range(1, others + 1)} or {(here, site.made.chair.user_id)}
    monkeypatch.setattr(once, "WAITING", waiting)

    assert (site.send(form, values).status_code, pauses) == (303, [])


def test_what_a_script_sends_is_never_waited_for(sender, pauses: list[float], visit: Visit):
    site, _form = sender("asking")
    made = site.made
    reviewer = visit(made.reviewers[0])
    url = made.url(f"ballots/{made.vendors[0].id}/marks/{made.criteria[0].id}")
    mark = {"answer": "YES", "note": "", "version": "0", "once": "k" * 32}

    answers = [
        reviewer.post(url, mark, headers={"Accept": "application/json"}).status_code
        for _time in range(2)
    ]

    assert (pauses, db.session.scalars(select(SentForm)).all()) == ([], [])
    assert answers[0] == 200
