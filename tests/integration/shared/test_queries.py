"""A page asks the database the same number of times at any size; a save is one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event, select, update

from crrubric.domain.vocabulary import Answer, FileKind, Phase
from crrubric.extensions import db
from crrubric.models import Ballot, FileContent, Mark, MarkFile, VendorFile
from crrubric.queries.meeting.meetings import list_motion_findings
from crrubric.services.meeting import meetings
from crrubric.services.planning import votes
from crrubric.services.shared.unit import unit_of_work
from tests.factories import LETTERS, Factory, Made, ballot_of, full_rubric, shown_undisputed
from tests.integration.ballots.offline_books import download, upload
from tests.integration.conftest import Visit, Visitor

# what a page may ask at most: who is signed in, their seat, the zone, then what it shows
MOST = {
    "home": 6,  # with what was done with the account
    "action items": 4,
    "board": 4,
    "measures": 7,
    "ballot": 12,
    "vendors": 6,
    "cost": 4,
    "learners to price": 5,
    "evidence": 9,
    "cell": 17,
    "matrix": 14,  # the first page that reads the result; it is kept for the others
    "scores": 7,
    "agreement": 7,
    "what-if": 7,
    "compare": 9,
    "cell beside": 16,
    "progress": 17,
    "memo": 60,
    "memo words": 5,
    "words of a vendor": 12,
    "purchase": 12,
    "rubric": 6,
    "rubric as TOML": 7,
    "rubric as CASE": 8,
    "questions": 11,
    "search": 12,
}


WRITING = ("INSERT", "UPDATE", "DELETE")


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement that is sent meanwhile, and every commit of something that was written."""
    seen: list[str] = []
    written = 0

    def sent(_connection, _cursor, statement, *_rest) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement.split()[0])

    def committed(_connection) -> None:
        nonlocal written
        if (now := sum(map(seen.count, WRITING))) > written:
            written = now
            seen.append("COMMIT")

    event.listen(db.engine, "before_cursor_execute", sent)
    event.listen(db.engine, "commit", committed)
    yield seen
    event.remove(db.engine, "before_cursor_execute", sent)
    event.remove(db.engine, "commit", committed)


def paths(made: Made) -> dict[str, str]:
    return {
        "home": "/",
        "action items": made.url("plan/items/"),
        "board": made.url("plan/items/board"),
        "measures": made.url("plan/measures"),
        "matrix": made.url("matrix"),
        "cell beside": made.url(f"matrix?cell={made.vendors[0].id}-{made.criteria[0].id}"),
        "scores": made.url("scores"),
        "agreement": made.url("agreement"),
        "what-if": made.url("what-if"),
        "compare": made.url("compare"),
        "progress": made.url("progress"),
        "memo": made.url("memo/"),
        "memo words": made.url("words"),
        "words of a vendor": made.url(f"words/{made.vendors[0].id}"),
        "purchase": made.url("purchase"),
        "rubric": made.url("rubric/"),
        "rubric as TOML": made.url("rubric/file/rubric.toml"),
        "rubric as CASE": made.url("rubric/file/rubric.json"),
        "questions": made.url("questions/"),
        "search": made.url("search/?q=e"),
        "vendors": made.url("vendors/"),
        "cost": made.url(f"vendors/{made.vendors[0].id}/cost"),
        "learners to price": made.url("plan/seats"),
        "evidence": made.url("evidence/"),
        "cell": made.url(f"cells/{made.vendors[0].id}/{made.criteria[0].id}"),
    }


def counted(visit: Visit, made: Made) -> dict[str, int]:
    """How many statements each page sends."""
    found = {}
    chair = visit(made.chair)
    for name, path in paths(made).items():
        with statements() as seen:
            assert chair.get(path).status_code == 200
        found[name] = len(seen)
    reviewer = visit(made.reviewers[0])
    with statements() as seen:
        assert reviewer.get(made.url(f"ballots/{made.vendors[0].id}")).status_code == 200
    found["ballot"] = len(seen)
    return found


def mark_every_ballot(made: Made, letters: str) -> None:
    """Every ballot has these marks, a letter a criterion."""
    with unit_of_work() as session:
        here = Ballot.vendor_id.in_([vendor.id for vendor in made.vendors])
        session.add_all(
            Mark(evaluation_id=made.evaluation.id, ballot_id=ballot, criterion_id=criterion.id,
                 answer=LETTERS[letter])
            for ballot in session.scalars(select(Ballot.id).where(here))
            for criterion, letter in zip(made.criteria, letters, strict=False)
        )  # fmt: skip


def point_to_something(made: Made) -> None:
    """Every mark has evidence and a file, every vendor a file."""
    with unit_of_work() as session:
        session.execute(update(Mark).values(evidence_place="https://acme.example/a"))
        own = made.evaluation.id
        facts = {"kind": FileKind.CSV, "size": 3, "name": "a.csv", "evaluation_id": own}
        for vendor in made.vendors:
            session.add(
                VendorFile(
                    vendor_id=vendor.id,
                    added_by="x",
                    sha256=f"v{vendor.id}",
                    content=FileContent(body=b"a,b"),
                    **facts,
                )
            )
        here = Ballot.vendor_id.in_([vendor.id for vendor in made.vendors])
        for mark in session.scalars(select(Mark).join(Ballot).where(here)):
            session.add(
                MarkFile(ballot_id=mark.ballot_id, criterion_id=mark.criterion_id, sha256="m",
                         content=FileContent(body=b"a,b"), **facts)
            )  # fmt: skip


def test_the_number_of_queries_does_not_grow(make: Factory, visit: Visit):
    small = make.evaluation(title="Small", phase=Phase.SCORING)
    large = make.evaluation(
        title="Large", phase=Phase.SCORING, reviewers=5, vendors=4, rubric=full_rubric()
    )
    for made, letters in ((small, "YN?"), (large, "YYN?" * 5 + "A")):
        mark_every_ballot(made, letters)
        point_to_something(made)
        make.forward(made, Phase.MEETING, {})

    first, second = counted(visit, small), counted(visit, large)

    assert first == second
    assert {name: count for name, count in second.items() if count > MOST[name]} == {}


VOTING = {
    "vote": 11,
    "vote ballot": 14,
    "vote review": 13,
    "vote result": 14,
    "settle": 12,
    "weights": 9,
}


def count_adopting(make: Factory, vendors: int) -> int:
    """The statements of a motion that adopts every item."""
    marks = {(who, vendor): "YYY" for who in range(2) for vendor in range(vendors)}
    made = make.evaluation(
        title=f"Of {vendors} vendors",
        phase=Phase.MEETING,
        reviewers=2,
        vendors=vendors,
        marks=marks,
    )
    meetings.start_meeting(made.chair, made.slug)
    shown = shown_undisputed(made, made.chair)
    text = meetings.MotionText(words="To adopt them", in_favor=2)
    with statements() as seen:
        motion = meetings.adopt_undisputed_cells(made.chair, made.slug, text, shown=shown)
    assert len(list_motion_findings(db.session(), motion)) == 3 * vendors
    return len(seen)


def test_adopting_many_items_takes_as_many_statements_as_adopting_few(make: Factory):
    assert count_adopting(make, 2) == count_adopting(make, 6)


def counted_in_vote(visit: Visit, made: Made) -> dict[str, int]:
    """How many statements each page of a vote on must-haves sends, open and closed."""
    votes.open_vote(made.chair, made.slug)
    for reviewer in made.reviewers:
        for criterion in made.criteria:
            votes.record_vote(
                reviewer, made.slug, criterion.id, answer=Answer.NO, note="So.", seen_version=0
            )
    for reviewer in made.reviewers[1:]:
        votes.submit_vote(reviewer, made.slug)
    chair, first = visit(made.chair), visit(made.reviewers[0])
    pages = {
        "vote": (chair, "must-haves/"),
        "vote ballot": (first, "must-haves/ballot"),
        "vote review": (first, "must-haves/ballot/submit"),
    }
    found = {name: count_statements(*page, made) for name, page in pages.items()}
    votes.close_vote(made.chair, made.slug)
    pages = {
        "vote result": (chair, "must-haves/"),
        "settle": (chair, "must-haves/settle/"),
        "weights": (chair, "rubric/weights/"),
    }
    return found | {name: count_statements(*page, made) for name, page in pages.items()}


def count_statements(person: Visitor, path: str, made: Made) -> int:
    with statements() as seen:
        assert person.get(made.url(path)).status_code == 200
    return len(seen)


def test_the_number_of_queries_of_a_vote_does_not_grow(make: Factory, visit: Visit):
    small = make.evaluation(title="Small")
    large = make.evaluation(title="Large", reviewers=5, rubric=full_rubric())

    first, second = counted_in_vote(visit, small), counted_in_vote(visit, large)

    assert first == second
    assert {name: count for name, count in second.items() if count > VOTING[name]} == {}


SCORING = {
    "my ballots": 10,
    "offline": 14,
    "workbook": 15,
    "preview": 16,
    "enter": 15,
    "paper": 7,
}


def counted_in_scoring(visit: Visit, made: Made) -> dict[str, int]:
    """How many statements each page of a workbook that is filled in sends, and of a paper."""
    first, chair = visit(made.reviewers[0]), visit(made.chair)
    other = ballot_of(made, 1, 0).id
    book = download(first, made.url())
    for vendor in range(len(made.vendors)):
        for number in range(1, len(made.criteria) + 1):
            book.write(number, vendor=vendor, answer="No", note="So.")
    preview = upload(first, made.url(), book).headers["Location"].removeprefix(made.url())
    pages = {
        "my ballots": (first, "ballots/"),
        "offline": (first, "ballots/offline"),
        "workbook": (first, "ballots/offline/workbook.xlsx"),
        "preview": (first, preview),
        "enter": (chair, f"progress/{other}/enter"),
        "paper": (chair, f"progress/{other}/paper"),
    }
    return {name: count_statements(*page, made) for name, page in pages.items()}


def test_the_number_of_queries_of_a_workbook_does_not_grow(make: Factory, visit: Visit):
    small = make.evaluation(title="Small", phase=Phase.SCORING)
    large = make.evaluation(
        title="Large", phase=Phase.SCORING, reviewers=5, vendors=4, rubric=full_rubric()
    )

    first, second = counted_in_scoring(visit, small), counted_in_scoring(visit, large)

    assert first == second
    assert {name: count for name, count in second.items() if count > SCORING[name]} == {}


def test_saving_a_mark_is_one_transaction(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    reviewer = visit(made.reviewers[0])
    address = made.url(f"ballots/{made.vendors[0].id}/marks/{made.criterion('ada').id}")
    form = {"answer": Answer.NO.value, "version": "0", "csrf_token": reviewer.csrf()}

    with statements() as seen:
        assert reviewer.send("POST", address, data=form).status_code == 303

    assert (seen.count("COMMIT"), seen.count("INSERT")) == (1, 2)  # the mark and its entry


def test_sqlite_is_configured_as_required(app: Flask):
    if db.engine.dialect.name != "sqlite":
        assert db.engine.dialect.name == "postgresql"
        return
    with db.engine.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("foreign_keys", "busy_timeout", "synchronous")
        }

    assert settings == {"foreign_keys": 1, "busy_timeout": 5000, "synchronous": 2}


@pytest.mark.parametrize(
    ("version", "mode"),
    [
        ((3, 40, 1), "TRUNCATE"),
        ((3, 44, 5), "TRUNCATE"),
        ((3, 44, 6), "WAL"),
        ((3, 50, 6), "TRUNCATE"),
        ((3, 50, 7), "WAL"),
        ((3, 51, 2), "TRUNCATE"),
        ((3, 51, 3), "WAL"),
        ((3, 53, 0), "WAL"),
    ],
)
def test_write_ahead_logging_is_used_only_with_safe_sqlite_versions(
    version: tuple[int, int, int], mode: str
):
    from crrubric.extensions import choose_journal_mode

    assert choose_journal_mode(version) == mode
