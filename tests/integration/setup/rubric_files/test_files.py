"""A rubric comes as a file: looked at first, taken over with an entry for each change."""

import json
from datetime import UTC, datetime
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select

from crrubric.domain import limits
from crrubric.domain.errors import Invalid, NotFound, Stale, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.setup.rubric import Rubric, load_built_in_rubric, parse_rubric
from crrubric.domain.setup.rubric_files.case import CaseSource, read_case_rubric
from crrubric.domain.setup.rubric_files.toml_out import write_rubric_toml
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.models import Criterion, Evaluation, JournalEntry
from crrubric.queries.record.verification import verify_record
from crrubric.queries.setup.rubrics import read_rubric
from crrubric.services.setup import rubrics
from crrubric.services.setup.rubric.files import import_rubric
from tests.factories import Factory, Made, full_rubric, small_rubric
from tests.integration.conftest import Visit
from tests.pages import Page, filled_form, parse, words

SHORT = "code,title,question,weight\nada,Accessible,Can all use it?,2\nnew,New one,Is it new?,\n"


SOURCE = CaseSource(site="", slug="", changed_at=datetime(2027, 3, 12, tzinfo=UTC))


def stored(made: Made) -> Rubric:
    db.session.rollback()
    return read_rubric(db.session(), db.session.get_one(Evaluation, made.evaluation.id))


def told(*events: Event) -> list[str]:
    db.session.rollback()
    wanted = select(JournalEntry).where(JournalEntry.event.in_(events))
    return [row.subject for row in db.session.scalars(wanted.order_by(JournalEntry.id))]


def send_file(visitor, made: Made, text: str | bytes, name: str = "rubric.csv"):
    data = text.encode() if isinstance(text, str) else text
    return visitor.post(made.url("rubric/file"), {"file": (BytesIO(data), name), "to": "preview"})


def take(visitor, made: Made, page: Page):
    form = filled_form(page, made.url("rubric/file"))
    return visitor.post(made.url("rubric/file"), {**form, "to": "take"})


@pytest.mark.parametrize("ending", ["toml", "csv", "xlsx", "json"])
def test_what_goes_out_comes_in_and_changes_nothing(make: Factory, visit: Visit, ending: str):
    made = make.evaluation(rubric=full_rubric())
    before, chair = stored(made), visit(made.chair)
    file = chair.get(made.url(f"rubric/file/rubric.{ending}"))
    assert f'filename="{made.slug}-rubric.{ending}"' in file.headers["Content-Disposition"]
    assert file.data.startswith(b"\xef\xbb\xbf") == (ending == "csv")

    page = send_file(chair, made, file.data, f"rubric.{ending}")

    assert "Nothing differs." in page.text
    assert import_rubric(made.chair, made.slug, before).is_empty()
    assert stored(made) == before


def test_a_table_is_looked_at_and_then_taken_over(make: Factory, visit: Visit):
    made = make.evaluation()
    chair = visit(made.chair)

    answer = send_file(chair, made, SHORT)
    page = parse(answer.status_code, answer.text)

    assert answer.status_code == 200
    assert [words(row) for row in page.all("h3")] == ["One new criterion", "3 criteria are changed"]
    assert "Works with our system" in page.text
    assert len(stored(made).sections[0].criteria) == 3  # nothing is stored yet

    done = take(chair, made, page)

    assert done.status_code == 303
    ada, new, sis, teacher = (row for part in stored(made).sections for row in part.criteria)
    assert (ada.question, ada.weight, ada.must_have) == ("Can all use it?", 2, True)
    assert (new.title, new.question, new.weight) == ("New one", "Is it new?", 1)
    assert (sis.left_out, teacher.left_out) == (True, True)
    assert told(Event.CRITERION_ADDED) == ["New one"]
    assert told(Event.CRITERION_CHANGED) == [
        "Accessible", "Works with our system", "Teacher provided",
    ]  # fmt: skip
    (entry,) = db.session.scalars(
        select(JournalEntry).where(JournalEntry.event == Event.RUBRIC_IMPORTED)
    )
    assert entry.after["file"] == "rubric.csv"
    assert verify_record(db.session()).problems == ()


@pytest.mark.both_databases
def test_another_rubric_takes_the_place_of_the_own_one(make: Factory):
    made = make.evaluation()
    built_in = load_built_in_rubric()

    import_rubric(made.chair, made.slug, built_in, name="built-in.toml")
    found = import_rubric(made.chair, made.slug, built_in)

    rubric = stored(made)
    left = {row.code for part in rubric.sections for row in part.criteria if row.left_out}
    assert found.is_empty()
    assert left == {"sis", "ada", "teacher"} - {
        row.code for part in built_in.sections for row in part.criteria
    }
    assert (rubric.name, rubric.version) == (built_in.name, built_in.version)
    assert len(rubric.tensions) == len(built_in.tensions)
    practice = db.session.scalars(select(Criterion.practice).where(Criterion.code == "adaptive"))
    assert practice.one() != ""
    assert verify_record(db.session()).problems == ()


def test_the_journal_keeps_no_more_of_the_name_of_a_file_than_a_title_has(make: Factory):
    made = make.evaluation()

    import_rubric(made.chair, made.slug, load_built_in_rubric(), name="x" * 5_000)

    told = select(JournalEntry.after).where(JournalEntry.event == Event.RUBRIC_IMPORTED)
    assert len((db.session.scalars(told).one() or {})["file"]) == limits.TITLE


def test_an_own_rubric_that_went_out_comes_back_as_it_was(make: Factory):
    made, other = make.evaluation(rubric=full_rubric()), make.evaluation(title="Other")
    rubrics.change_criterion(
        made.chair,
        made.slug,
        made.criteria[0].id,
        rubrics.CriterionText(title="Reworded", left_out=True, practice="Shows nothing."),
        translations={"es": {"title": "Otra"}},
    )
    text = write_rubric_toml(stored(made))

    import_rubric(other.chair, other.slug, parse_rubric(text))

    kept = {row.code for part in stored(made).sections for row in part.criteria}
    assert [
        row for part in stored(other).sections for row in part.criteria if row.code in kept
    ] == [row for part in stored(made).sections for row in part.criteria]
    assert verify_record(db.session()).problems == ()


def test_every_bad_line_is_listed_and_the_text_stays(make: Factory, visit: Visit):
    made = make.evaluation()
    text = "code,title,weight\nada,Accessible,many\nTwo Words,Second,1\n"

    answer = send_file(visit(made.chair), made, text)

    assert answer.status_code == 422
    assert "Line 2: weight: Enter a number, like 2 or 2.5." in answer.text
    assert "Line 3: the code “Two Words” may hold" in answer.text
    assert "ada,Accessible,many" in answer.text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name = 1\n", "There is a problem"),
        ("", "can’t be read as a table"),
        ("a,b\n1,2\n", "No column is called “Title”"),
        ("title\n", "There is no line in this table"),
        ('{"CFItems": []}', "This JSON holds no CFRubric"),
    ],
)
def test_a_file_that_is_no_rubric_is_refused_in_words(
    make: Factory, visit: Visit, text: str, says: str
):
    made = make.evaluation()

    answer = send_file(visit(made.chair), made, text)

    assert (answer.status_code, says in answer.text) == (422, True)
    assert told(Event.RUBRIC_IMPORTED) == []


def test_a_title_that_was_cut_is_named_before_anything_is_stored(make: Factory, visit: Visit):
    made = make.evaluation()
    rows = [{"description": "Every lesson can be read aloud. " * 9}, {"description": "Short"}]
    text = json.dumps({"CFRubric": {"CFRubricCriteria": rows}})

    answer = send_file(visit(made.chair), made, text, "rubric.json")

    page = parse(answer.status_code, answer.text)
    warnings = [words(row) for row in page.all("p") if row.get("class") == "message warn"]
    assert sum("Their beginning becomes the title:" in row for row in warnings) == 1
    begun = f"{rows[0]['description'][:199].rstrip()}…"
    assert [words(row) for row in page.all("li")].count(begun) == 1


def test_a_rubric_has_no_more_criteria_than_a_page_can_show(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SETUP)
    many = [{"description": f"C{number}"} for number in range(limits.CRITERIA)]
    text = json.dumps({"CFRubricCriteria": many})

    page = send_file(visit(made.chair), made, text, "rubric.json")

    assert page.status_code == 422
    assert "would have 1003" in page.text
    with pytest.raises(Invalid, match="at most"):
        import_rubric(made.chair, made.slug, read_case_rubric(text, small_rubric(), SOURCE).rubric)
    assert len(stored(made).sections[0].criteria) == 3


def test_a_full_rubric_takes_no_further_criterion(make: Factory, monkeypatch: pytest.MonkeyPatch):
    made = make.evaluation(phase=Phase.SETUP)
    monkeypatch.setattr(limits, "CRITERIA", 3)
    section = db.session.get_one(Criterion, made.criteria[0].id).section_id
    db.session.rollback()

    with pytest.raises(Invalid, match="at most"):
        rubrics.add_criterion(
            made.chair, made.slug, section, rubrics.CriterionText(title="One more")
        )

    import_rubric(made.chair, made.slug, stored(made), name="the same")


def test_who_did_not_see_a_change_meanwhile_overwrites_nothing(make: Factory, visit: Visit):
    made = make.evaluation()
    chair = visit(made.chair)
    answer = send_file(chair, made, SHORT)
    page = parse(answer.status_code, answer.text)
    rubrics.add_section(made.chair, made.slug, title="Meanwhile")

    late = take(chair, made, page)

    assert late.status_code == 409
    assert "This was changed after you opened it" in late.text
    assert [part.title for part in stored(made).sections] == ["Everything", "Meanwhile"]
    again = take(chair, made, parse(late.status_code, late.text))
    assert again.status_code == 303


def test_nobody_takes_a_file_over_once_ballots_are_open(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)

    with pytest.raises(WrongPhase):
        import_rubric(made.chair, made.slug, small_rubric())
    with pytest.raises(NotFound):
        import_rubric(made.reviewers[0], made.slug, small_rubric())
    page = visit(made.chair).page(made.url("rubric/file"))
    assert [row.get("type") for row in page.all("input") if row.get("type") == "file"] == []
    assert visit(made.reviewers[0]).get(made.url("rubric/file/rubric.toml")).status_code == 404


def test_a_version_that_was_seen_and_is_another_is_refused(app: Flask, make: Factory):
    made = make.evaluation()

    with pytest.raises(Stale):
        import_rubric(made.chair, made.slug, load_built_in_rubric(), seen="0" * 32)
