"""A canary: before the meeting nothing that others see depends on a reviewer's marks."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from crrubric.domain.actions import Action
from crrubric.domain.errors import WrongPhase
from crrubric.domain.vocabulary import Answer, EvidenceKind, Phase, Role, Standing
from crrubric.extensions import db
from crrubric.queries.ballots.ballots import iterate_disclosed_marks
from crrubric.queries.people.access import require
from crrubric.queries.people.people import OPERATOR, Actor
from crrubric.queries.record.journal import list_journal_entries
from crrubric.services.ballots.attachments import attach_mark_file
from crrubric.services.ballots.ballots import MarkText, record_mark
from crrubric.services.planning.votes import open_vote, record_vote
from crrubric.services.setup.phases import change_phase
from crrubric.services.setup.practice import record_practice_mark
from crrubric.web.exchange.exports import XLSX
from tests.factories import Factory, Made
from tests.integration.conftest import TOKEN, Visit
from tests.integration.shared.test_access import addresses
from tests.machine.frame import everything
from tests.pages import text_of

CANARY = "canarywordinanote"
PAGES = (
    "", "rubric/", "vendors/", "committee/", "rule", "assignment/", "practice/",
    "must-haves/", "must-haves/1", "must-haves/1/sealed", "must-haves/close", "needs/",
    "rubric/weights/",
    "progress", "progress/remind", "progress/closing-day", "journal", "ballots/", "matrix",
    "matrix?show=split", "matrix?must=1&sort=split&order=rank", "matrix?cell=1-1",
    "scores", "agreement", "what-if", "compare", "decision/", "memo/",
    "questions/", "evidence/", "evidence/?age=aged",
    "meeting/", "meeting/now", "meeting/where",
    "meeting/minutes", "words", "letters", "memo/memo.docx", "memo/memo.pdf",
    "memo/memo.html", "memo/issue", "memo/names/", "memo/issues/1/memo.pdf",
    "memo/issues/1/memo.docx", "memo/issues/1/memo.html", "export/tallies.csv",
    "export/scores.csv", "export/results.json", "export/marks.csv",
)  # fmt: skip
# what is found is shown in pieces, of which nobody can tell whether they were typed
SEARCHES = ("search/?q=canary", "search/?q=e")

# headers whose values are drawn anew for each answer; that they are there is compared
DRAWN = {"Set-Cookie", "Date"}
NUMBERED = "X-Request-Id"
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\dZ?)?")  # at which a workbook is made


@dataclass(frozen=True)
class Seen:
    """An answer without what changes from run to run."""

    status: int
    headers: tuple[tuple[str, str], ...]
    text: str


def seen(answer: TestResponse) -> Seen:
    headers = [
        (name, value.split("=")[0] if name in DRAWN else value)
        for name, value in answer.headers
        if name != NUMBERED
    ]
    text = TOKEN.sub("", text_of(answer.get_data()))
    if answer.mimetype == XLSX:  # packed, it is as long as its moments let it
        headers = [pair for pair in headers if pair[0] != "Content-Length"]
        text = MOMENT.sub("", text)
    return Seen(answer.status_code, tuple(sorted(headers)), text)


def seen_by(visit: Visit, actor: Actor, made: Made) -> dict[str, Seen]:
    """Every page that there is, and the refusal of every form, as the person sees it."""
    person = visit(actor)
    app = person.client.application
    routes = addresses(app, made, {"reviewer": made.reviewers[0]})
    pages = [url for method, url, _action in routes if method == "GET"]
    pages += [made.url(path) for path in (*PAGES, *SEARCHES)] + [
        "/",
        "/evaluations/new",
        "/no-such-page",
    ]
    answers = {url: seen(person.get(url)) for url in dict.fromkeys(pages)}
    forms = [url for method, url, _action in routes if method == "POST"]
    rows = everything()
    for url in forms:
        if not url.endswith(TAKEN):
            answers[f"POST {url}"] = seen(person.post(url, WRONG))
            if "/ballots/" in url:
                spoken = person.post(url, WRONG, headers={"Accept": "application/json"})
                answers[f"JSON {url}"] = seen(spoken)
    assert everything() == rows
    return answers


# forms without a field: sent, they would be done
TAKEN = ("/remove", "/link", "/meeting/end", "/notices/1", "/by-lead", "/finish", "/show", "/again",
         "/up", "/down")  # fmt: skip
# what no form takes: refused in words, with nothing changed
WRONG = {
    **dict.fromkeys(("reason", "words", "title", "note", "company", "name", "email"), "\x00"),
    **dict.fromkeys(("until", "hold", "to", "answer", "value", "kind", "place"), "\x00"),
    **dict.fromkeys(("over", "gap-rest", "wording"), "\x00"),
}


def said_by(app: Flask, made: Made) -> dict[str, tuple[int, str]]:
    """What the command line says to the operator, and that it refuses the rest."""
    from crrubric.cli import root_group

    db.session.rollback()
    runner = app.test_cli_runner()
    found = {}
    for words in (
        ("results", made.slug), ("results", made.slug, "--format", "json"),
        ("results", made.slug, "--format", "csv"), ("memo", made.slug), ("verify",),
        ("evaluation", "list"),
    ):  # fmt: skip
        done = runner.invoke(root_group, words, obj=lambda _settings: app)
        # how often somebody saved is progress; what they said is not
        found[" ".join(words)] = done.exit_code, re.sub(r"^\d+ journal", "N journal", done.output)
    return found


def scene(make: Factory) -> tuple[Made, list[Actor]]:
    """An evaluation in scoring; reviewer 0 has marked and written, the others look."""
    made = make.evaluation(phase=Phase.SCORING)
    mark_all(made, Answer.YES, seen_version=0)
    make.mark(made, 1, 0, "ada", Answer.YES, "my own")
    observer = make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))
    administrator = make.actor(standing=Standing.ADMINISTRATOR)
    return made, [made.chair, made.reviewers[1], observer, administrator]


def mark_all(made: Made, answer: Answer, *, seen_version: int) -> None:
    """Reviewer 0 gives this answer everywhere, with the canary in note, evidence and a file.

    What is new when they mark again: an expiry that has passed, and a file that was not there.
    """
    until = date(2020, 1, 1) if seen_version else None
    place = f"https://{CANARY}.example/{answer}"
    for vendor in made.vendors:
        for code in ("ada", "sis"):
            record_mark(
                made.reviewers[0],
                made.slug,
                vendor.id,
                made.criterion(code).id,
                MarkText(
                    answer=answer,
                    note=f"{CANARY} {answer}",
                    evidence_kind=EvidenceKind.DOCUMENT,
                    evidence_place=place,
                    evidence_until=until,
                ),
                seen_version=seen_version,
            )
            if seen_version:
                attach_mark_file(
                    made.reviewers[0],
                    made.slug,
                    vendor.id,
                    made.criterion(code).id,
                    name=f"{CANARY}.csv",
                    data=f"{CANARY},{vendor.id}".encode(),
                )


def all_sign_in(visit: Visit, made: Made) -> None:
    """Everybody was here today: when they were last seen is no mark, and must not differ."""
    for person in (made.chair, *made.reviewers):
        visit(person)


# one walk on PostgreSQL, whose rows change places when they change; the rest of it takes long
@pytest.mark.parametrize(
    ("app", "back"),
    [
        pytest.param("sqlite", False, id="sqlite-scoring"),
        pytest.param("sqlite", True, id="sqlite-scoring again"),
        pytest.param("postgresql", False, id="postgresql-scoring"),
        pytest.param("postgresql", True, id="postgresql-scoring again", marks=[pytest.mark.long]),
    ],
    indirect=["app"],
)
def test_no_page_of_anybody_else_depends_on_a_mark(make: Factory, visit: Visit, back: bool):
    made, others = scene(make)
    if back:
        make.forward(made, Phase.MEETING, {})
        change_phase(made.chair, made.slug, Phase.SCORING, reason="Too early")
    all_sign_in(visit, made)
    before = [seen_by(visit, actor, made) for actor in others]

    mark_all(made, Answer.NO, seen_version=1)

    after = [seen_by(visit, actor, made) for actor in others]
    statuses = {page.status for pages in before for page in pages.values()}
    assert statuses >= {200, 404, 409, 422}
    for one, two in zip(before, after, strict=True):
        assert [url for url in one if one[url] != two[url]] == []
    assert [url for pages in after for url, page in pages.items() if CANARY in page.text] == []


def test_nothing_on_the_command_line_depends_on_a_mark(app: Flask, make: Factory):
    made, _others = scene(make)
    before = said_by(app, made)

    mark_all(made, Answer.NO, seen_version=1)

    after = said_by(app, made)
    assert after == before
    assert [code for code, _words in after.values()] == [1, 1, 1, 1, 0, 0]
    assert CANARY not in str(after)


def test_the_canary_is_visible_to_its_own_reviewer(make: Factory, visit: Visit):
    made, _others = scene(make)

    pages = seen_by(visit, made.reviewers[0], made)

    assert CANARY in pages[made.url(f"ballots/{made.vendors[0].id}")].text


def test_the_queries_return_no_marks_before_the_meeting(make: Factory):
    made, _others = scene(make)

    assert list(iterate_disclosed_marks(db.session(), made.evaluation)) == []
    seat = require(made.chair, Action.VIEW_JOURNAL, made.evaluation, db.session())
    told = [entry.event for entry in list_journal_entries(db.session(), seat)]
    assert [event for event in told if "MARK" in event] == []


@pytest.mark.parametrize("action", [Action.EXPORT_RESULTS, Action.VIEW_MEMO, Action.EXPORT_MARKS])
def test_the_operator_gets_no_marks_before_the_meeting(make: Factory, action: Action):
    made, _others = scene(make)

    with pytest.raises(WrongPhase):
        require(OPERATOR, action, made.evaluation, db.session())


def test_all_ballots_become_visible_together_with_the_meeting(make: Factory, visit: Visit):
    made, others = scene(make)
    make.forward(made, Phase.MEETING, {})

    for actor in others[:3]:  # the administrator has no seat and stays outside
        cell = visit(actor).get(made.url(f"cells/{made.vendors[0].id}/{made.criterion('ada').id}"))
        assert CANARY in cell.text


def answer_all(
    record: Callable[..., object], made: Made, answer: Answer, *, seen_version: int
) -> None:
    """Reviewer 0 gives this answer everywhere, in the vote or in the practice, with the canary."""
    for code in ("ada", "sis"):
        record(
            made.reviewers[0],
            made.slug,
            made.criterion(code).id,
            answer=answer,
            note=f"{CANARY} {answer}",
            seen_version=seen_version,
        )


@pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=[pytest.mark.long])], indirect=True
)
def test_no_page_of_anybody_else_depends_on_an_answer_in_a_vote(
    app: Flask, make: Factory, visit: Visit
):
    made = make.evaluation()
    open_vote(made.chair, made.slug)
    answer_all(record_vote, made, Answer.YES, seen_version=0)
    observer = make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))
    others = [made.chair, made.reviewers[1], observer]
    all_sign_in(visit, made)
    before = [seen_by(visit, actor, made) for actor in others]
    spoken = said_by(app, made)

    answer_all(record_vote, made, Answer.NO, seen_version=1)

    after = [seen_by(visit, actor, made) for actor in others]
    assert before == after
    assert said_by(app, made) == spoken
    assert [url for pages in after for url, page in pages.items() if CANARY in page.text] == []
    assert CANARY in visit(made.reviewers[0]).get(made.url("must-haves/ballot")).text


@pytest.mark.parametrize(
    "app", ["sqlite", pytest.param("postgresql", marks=[pytest.mark.long])], indirect=True
)
def test_no_page_of_anybody_else_depends_on_a_practice_mark(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.PRACTICE)
    answer_all(record_practice_mark, made, Answer.YES, seen_version=0)
    observer = make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))
    others = [made.chair, made.reviewers[1], observer]
    all_sign_in(visit, made)
    before = [seen_by(visit, actor, made) for actor in others]

    answer_all(record_practice_mark, made, Answer.NO, seen_version=1)

    after = [seen_by(visit, actor, made) for actor in others]
    assert before == after
    assert [url for pages in after for url, page in pages.items() if CANARY in page.text] == []
    assert CANARY in visit(made.reviewers[0]).get(made.url("practice/")).text
