"""A roster with other columns: somebody says which is which, and nothing waits on the server."""

import io

import pytest
from werkzeug.test import TestResponse

from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from tests.factories import Factory, Made
from tests.integration.conftest import Visit, Visitor
from tests.integration.planning.test_triage_page import dump_database
from tests.pages import filled_form, parse, words
from tests.uploads import make_workbook

CANARY = "Zq9-canary"  # a learner whom nobody else has
ROSTER = [["Pupil", "Gap", "Left", "Net"], [CANARY, "16", "6", "yes"], ["jose", "10", "2", "x"]]
CHOSEN = {"learner": "0", "credits_needed": "1", "semesters_left": "2", "online_suits": "3"}
Rows = list[list[str]]


@pytest.fixture
def made(make: Factory) -> Made:
    return make.evaluation(phase=Phase.SETUP)


def send(who: Visitor, made: Made, form: dict[str, str] | None = None, rows: Rows = ROSTER):
    file = io.BytesIO("\r\n".join(",".join(row) for row in rows).encode())
    data = {**(form or {}), "file": (file, "roster.csv")}
    return who.post(made.url("plan/triage/roster"), data, content_type="multipart/form-data")


def read_form(answer: TestResponse, made: Made) -> dict[str, str]:
    """What the page that asks would send, but for the file."""
    page = parse(answer.status_code, answer.text)
    sent = filled_form(page, made.url("plan/triage/roster"))
    return {name: values[0] for name, values in sent.items() if name != "file"}


def test_columns_that_are_not_known_are_asked_for_and_then_used(made: Made, visit: Visit):
    chair = visit(made.chair)

    asked = send(chair, made)
    answer = send(chair, made, {**read_form(asked, made), **CHOSEN})

    assert asked.status_code == 422
    shown = words(parse(422, asked.text).with_id("main"))
    assert "Which column is which?" in shown
    assert "missing column “learner”" in shown
    assert f"1. Pupil{CANARY}" in shown
    assert answer.status_code == 200
    told = words(parse(200, answer.text).with_id("main"))
    assert "2 learners were worked out." in told
    assert "learner = Pupil" in told


def test_columns_whose_names_tell_are_chosen_already(made: Made, visit: Visit):
    rows = [["Student ID", "Gap", "Terms Left", "Net"], ["ann", "1", "2", "no"]]

    form = read_form(send(visit(made.chair), made, rows=rows), made)

    chosen = {name: form[name] for name in CHOSEN}
    assert chosen == {
        "learner": "0", "credits_needed": "", "semesters_left": "2", "online_suits": ""
    }  # fmt: skip


def test_columns_of_a_workbook_are_asked_for_too(made: Made, visit: Visit):
    file = {"file": (io.BytesIO(make_workbook(ROSTER)), "roster.xlsx")}

    asked = visit(made.chair).post(
        made.url("plan/triage/roster"), file, content_type="multipart/form-data"
    )

    assert "Which column is which?" in asked.text


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"learner": ""}, ["Choose a column."]),
        ({"semesters_left": "1"}, ["This column is chosen above already."]),
        ({"credits_needed": ""}, ["or those of the credits earned and required"]),
        (
            {"credits_needed": "", "credits_earned": "1", "online_suits": ""},
            ["Credits earned and required are needed together", "Choose a column."],
        ),
    ],
)
def test_what_is_chosen_wrongly_is_told_all_at_once_and_kept(
    made: Made, visit: Visit, changed: dict[str, str], told: list[str]
):
    chair = visit(made.chair)
    form = read_form(send(chair, made), made)

    answer = send(chair, made, {**form, **CHOSEN, **changed})

    assert answer.status_code == 422
    shown = words(parse(422, answer.text).with_id("error-summary"))
    assert [each for each in told if each not in shown] == []
    assert read_form(answer, made)["credits_earned"] == changed.get("credits_earned", "")


def test_the_columns_of_another_file_are_looked_at_again(made: Made, visit: Visit):
    chair = visit(made.chair)
    form = read_form(send(chair, made), made)

    answer = send(
        chair, made, {**form, **CHOSEN}, rows=[["Net", "Gap", "Left", "Who"], ["x", "4", "2", "bo"]]
    )

    assert answer.status_code == 422
    assert "This file has other columns than the one before" in answer.text


def test_nothing_of_a_learner_waits_on_the_server(
    made: Made, visit: Visit, caplog: pytest.LogCaptureFixture, created: list[str]
):
    """Nor in the cookie, in a cache, in a file, or on a page that is called up afterwards."""
    chair = visit(made.chair)
    bad = [*ROSTER, [f"{CANARY}-2", CANARY, "6", "yes"], [f"{CANARY}-3", "1", "6", CANARY]]
    answers = [asked := send(chair, made, rows=bad)]
    answers.append(send(chair, made, {**read_form(asked, made), **CHOSEN, "learner": ""}, bad))
    answers.append(send(chair, made, {**read_form(asked, made), **CHOSEN}, bad))
    afterwards = [chair.get(made.url(page)) for page in ("plan/triage/", "journal", "")]

    assert [answer.status_code for answer in answers] == [422, 422, 200]
    assert all(CANARY in answer.text for answer in answers)
    assert all(answer.headers["Cache-Control"].startswith("no-store") for answer in answers)
    assert [page.status_code for page in afterwards if CANARY in page.text] == []
    with chair.client.session_transaction() as cookie:
        assert CANARY not in str(dict(cookie))
    assert created == []
    assert CANARY not in caplog.text
    db.session.rollback()
    assert CANARY not in dump_database()
