"""The library: a chair keeps a rubric there, an organizer begins with one, others see none."""

import pytest
from flask import Flask
from sqlalchemy import select, text

from crrubric.domain.errors import Invalid, NotFound
from crrubric.domain.events import Event
from crrubric.domain.vocabulary import Phase, Standing
from crrubric.extensions import WRITE, db
from crrubric.models import Evaluation, JournalEntry, LibraryRubric, LibraryVersion
from crrubric.queries.people.people import Actor
from crrubric.queries.record.verification import verify_record
from crrubric.queries.setup.library import find_library_rubric, parse_version_content
from crrubric.queries.setup.rubrics import read_rubric
from crrubric.services.setup import rubrics
from crrubric.services.setup.rubric.library import keep_rubric
from tests.factories import Factory, Made
from tests.integration.conftest import Visit, error_of
from tests.integration.shared.test_queries import statements
from tests.integration.shared.test_races import together
from tests.pages import filled_form, parse, words

NAME = "Credit recovery, high schools"


def reword(made: Made, title: str) -> None:
    text = rubrics.CriterionText(title=title, question="Can everybody use it?", must_have=True)
    rubrics.change_criterion(made.chair, made.slug, made.criterion("ada").id, text)


@pytest.fixture
def made(make: Factory) -> Made:
    """An evaluation whose rubric is kept in two versions."""
    made = make.evaluation()
    first = keep_rubric(made.chair, made.slug, rubric_id=None, name=NAME, note="As in spring.")
    reword(made, "Usable by all")
    keep_rubric(made.chair, made.slug, rubric_id=first.rubric_id, note="Plainer.")
    return made


def find_rubric_id() -> int:
    """The number of the one rubric; PostgreSQL goes on counting from test to test."""
    return db.session.scalars(select(LibraryRubric.id)).one()


def list_kept() -> list[tuple[str, int]]:
    db.session.rollback()
    rows = db.session.scalars(select(LibraryVersion).order_by(LibraryVersion.number))
    return [(row.rubric.name, row.number) for row in rows]


@pytest.mark.both_databases
def test_a_version_is_kept_as_it_was_and_the_site_tells_of_it(made: Made):
    reword(made, "Later words")
    rubric = find_library_rubric(db.session(), find_rubric_id())

    titles = [
        parse_version_content(version).sections[0].criteria[0].title for version in rubric.versions
    ]
    assert titles == ["Accessible", "Usable by all"]
    assert list_kept() == [(NAME, 1), (NAME, 2)]
    entries = db.session.scalars(
        select(JournalEntry)
        .where(JournalEntry.event == Event.LIBRARY_KEPT)
        .order_by(JournalEntry.number)
    ).all()
    assert [(row.chain, row.subject, row.after["number"]) for row in entries] == [
        (0, NAME, 1), (0, NAME, 2),
    ]  # fmt: skip
    assert verify_record(db.session()).problems == ()


@pytest.mark.parametrize(
    ("forged", "says"),
    [
        ("UPDATE library_version SET note = 'x' WHERE number = 1", "version 1: differs from"),
        ("UPDATE library_version SET content = 'x' WHERE number = 2", "version 2: differs from"),
        ("UPDATE library_rubric SET name = 'x'", "version 1: differs from"),
        ("DELETE FROM library_version WHERE number = 2", "version 2: missing."),
        (
            "INSERT INTO library_version SELECT rubric_id, 3, content, note, kept_from, kept_by,"
            " kept_at FROM library_version WHERE number = 2",
            "version 3: the journal tells of none.",
        ),
    ],
)
def test_what_somebody_forged_is_named(made: Made, forged: str, says: str):
    db.session.rollback()
    with db.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        connection.execute(text(forged))

    found = [str(problem) for problem in verify_record(db.session()).problems]
    assert [problem for problem in found if says in problem] != [], found


def test_the_same_words_are_not_kept_twice(made: Made):
    with pytest.raises(Invalid, match="Version 2 says the same already"):
        keep_rubric(made.chair, made.slug, rubric_id=1)
    with pytest.raises(Invalid, match="has a rubric “Credit Recovery, HIGH schools” already"):
        keep_rubric(made.chair, made.slug, rubric_id=None, name="Credit Recovery, HIGH schools")
    with pytest.raises(Invalid, match="Enter a name"):
        keep_rubric(made.chair, made.slug, rubric_id=None)
    with pytest.raises(NotFound):
        keep_rubric(made.chair, made.slug, rubric_id=99)
    assert list_kept() == [(NAME, 1), (NAME, 2)]


@pytest.mark.both_databases
def test_two_who_keep_at_the_same_moment_keep_two_versions_or_one(app: Flask, made: Made):
    reword(made, "Third")
    own = find_rubric_id()

    found = together(
        app, made, *[lambda: keep_rubric(made.chair, made.slug, rubric_id=own).number] * 2
    )

    assert sorted(map(str, found))[0] == "3"
    assert list_kept() == [(NAME, 1), (NAME, 2), (NAME, 3)]


def test_a_chair_keeps_it_on_the_page(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    chair = visit(made.chair)
    url = made.url("rubric/library")
    form = filled_form(chair.page(url), url)

    refused = chair.post(url, {**form, "note": "What we learned."})
    page = parse(refused.status_code, refused.text)
    done = chair.post(url, {**filled_form(page, url), "name": NAME})

    assert (refused.status_code, done.status_code) == (422, 303)
    assert error_of(page, "name") == "Error: Enter a name for the rubric."
    shown = chair.page(done.location)
    assert words(shown.all("h1")[0]) == NAME
    assert "What we learned." in shown.text


def test_what_differs_between_two_versions_is_shown(made: Made, visit: Visit):
    reword(made, "Everybody can use it")
    keep_rubric(made.chair, made.slug, rubric_id=1)
    chair = visit(made.chair)

    page, first = chair.page("/rubrics/1"), chair.page("/rubrics/1?old=1&new=2")

    assert "From version 2 to version 3" in page.text
    assert words(first.all("del")[0]) == "Accessible"
    assert words(first.all("ins")[0]) == "Usable by all"
    assert chair.get("/rubrics/1?old=7").status_code == 404
    assert chair.get("/rubrics/9").status_code == 404
    file = chair.get("/rubrics/1/versions/1.toml")
    assert b'title = "Accessible"' in file.data


def test_an_evaluation_begins_with_the_newest_version(made: Made, make: Factory, visit: Visit):
    organizer = make.actor("Olga", standing=Standing.ORGANIZER)
    visitor = visit(organizer)
    url = "/evaluations/new"
    form = filled_form(visitor.page(f"{url}?rubric=1"), url)

    done = visitor.post(url, {**form, "title": "Next year"})

    assert (form["earlier"], done.status_code) == (["library:1"], 303)
    db.session.rollback()
    evaluation = db.session.scalars(select(Evaluation).where(Evaluation.title == "Next year")).one()
    assert (evaluation.rubric_name, evaluation.rubric_version) == (NAME, "2")
    assert read_rubric(db.session(), evaluation).sections[0].criteria[0].title == "Usable by all"
    assert verify_record(db.session()).problems == ()


def test_the_number_of_queries_does_not_grow_with_the_library(made: Made, visit: Visit):
    chair, paths = visit(made.chair), ("/rubrics", "/rubrics/1", "/evaluations/new")

    def count() -> list[int]:
        found = []
        for path in paths:
            with statements() as seen:
                assert chair.get(path).status_code == 200
            found.append(len(seen))
        return found

    before = count()
    for number in range(3):
        reword(made, f"Words {number}")
        keep_rubric(made.chair, made.slug, rubric_id=1)
        keep_rubric(made.chair, made.slug, rubric_id=None, name=f"Another {number}")

    assert count() == before


@pytest.mark.parametrize("standing", [Standing.MEMBER, None])
def test_nobody_else_reads_the_library_or_keeps_anything(
    made: Made, make: Factory, visit: Visit, standing: Standing | None
):
    other: Actor = made.reviewers[0] if standing is None else make.actor("Mia", standing=standing)
    visitor = visit(other)

    for path in ("/rubrics", "/rubrics/1", "/rubrics/1/versions/1.toml"):
        assert visitor.get(path).status_code == 404
    with pytest.raises(NotFound):
        keep_rubric(other, made.slug, rubric_id=1)
    stranger = make.actor("Olga", standing=Standing.ORGANIZER)
    with pytest.raises(NotFound):
        keep_rubric(stranger, made.slug, rubric_id=1)
