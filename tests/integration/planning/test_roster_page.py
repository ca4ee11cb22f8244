"""A whole roster in a browser: worked out and given back in memory, and kept nowhere."""

import io
import os
import re
from base64 import b64decode
from collections.abc import Iterator
from contextlib import closing

import pytest
from flask import Flask
from openpyxl import load_workbook
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from crrubric.domain import limits
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.services.planning import rosters as service
from tests.factories import Factory, Made
from tests.integration.conftest import Visit, Visitor
from tests.integration.planning.test_triage_command import ROSTER
from tests.integration.planning.test_triage_page import dump_database
from tests.pages import parse, words
from tests.uploads import make_workbook
from tests.web_server import Client, running_server

CANARY = "Zq7-canary"  # a learner whom nobody else has
HEADER = "learner,credits_needed,semesters_left,online_suits,note\r\n"


def csv_of(rows: list[list[str]]) -> bytes:
    return "\r\n".join(",".join(row) for row in rows).encode()


def send(who: Visitor, made: Made, data: bytes, name: str = "roster.csv") -> TestResponse:
    file = {"file": (io.BytesIO(data), name)}
    return who.post(made.url("plan/triage/roster"), file, content_type="multipart/form-data")


@pytest.fixture
def made(make: Factory) -> Made:
    return make.evaluation(phase=Phase.SETUP)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_page_counts_and_the_file_comes_back(made: Made, visit: Visit, kind: str):
    data = csv_of(ROSTER) if kind == "csv" else make_workbook(ROSTER)

    answer = send(visit(made.chair), made, data, f"roster.{kind}")

    assert answer.status_code == 200
    shown = words(parse(200, answer.text).with_id("main"))
    assert "2 learners were worked out. One line could not be used." in shown
    assert "Line 4: credits_needed: Enter a number, like 2 or 38.50." in shown
    assert "Online seats: 2." in shown
    (file,) = re.findall(r'href="data:[^;]*;base64,([^"]*)"', answer.text)
    sheet = load_workbook(io.BytesIO(b64decode(file)))["Learners"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][-4:] == ["pace", "chance", "band", "setting"]
    assert [row[0] for row in rows[1:]] == ["jimmy", "=1+1"]
    assert sheet["A3"].data_type == "s"  # what a person typed is no formula


def test_a_header_without_the_columns_is_told_with_all_that_is_missing(made: Made, visit: Visit):
    answer = send(visit(made.chair), made, b"name,needed\r\nAnn,3\r\n")

    assert answer.status_code == 422
    told = words(parse(422, answer.text).with_id("error-summary"))
    assert all(name in told for name in ("learner", "credits_needed", "semesters_left"))


def test_too_many_learners_are_refused_with_what_to_do(
    made: Made, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(limits, "ROSTER_LINES", 2)

    answer = send(visit(made.chair), made, csv_of([*ROSTER, ["bo", "1", "2", "yes", ""]]))

    assert answer.status_code == 422
    assert "takes 2 learners at most" in answer.text


def test_no_word_of_a_fault_tells_of_a_learner(
    made: Made, visit: Visit, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    def fail(_data: bytes, _name: str) -> Iterator[tuple[int, list[str]]]:
        raise ZeroDivisionError(CANARY)

    monkeypatch.setattr(service, "iterate_roster_data", fail)

    answer = send(visit(made.chair), made, csv_of(ROSTER))

    assert answer.status_code == 500
    assert CANARY not in answer.text
    assert "a roster could not be worked out" in caplog.text
    assert CANARY not in caplog.text


@pytest.fixture
def created(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that Python makes, those without a name included."""
    found: list[str] = []
    make_file = os.open

    def watch(path, flags, *rest, **options):
        if flags & (os.O_CREAT | getattr(os, "O_TMPFILE", 0)):
            found.append(str(path))
        return make_file(path, flags, *rest, **options)

    monkeypatch.setattr(os, "open", watch)
    return found


@pytest.mark.parametrize(
    ("size", "status"), [(limits.ROSTER_BYTES * 9 // 10, 200), (limits.REQUEST_BYTES * 3 // 4, 413)]
)
def test_no_row_is_left_on_disk_in_the_database_or_in_the_log(
    app: Flask,
    made: Made,
    visit: Visit,
    created: list[str],
    caplog: pytest.LogCaptureFixture,
    size: int,
    status: int,
):
    """Over a real server, which keeps larger bodies on disk; larger answers as well."""
    chair, line = visit(made.chair), f"{{}},16,6,yes,{'x' * 200}\r\n"
    rows = HEADER + line.format(CANARY)
    rows += "".join(line.format(number) for number in range((size - len(rows)) // len(line)))
    cookie = chair.client.get_cookie("crrubric-session").value
    token = chair.csrf()
    file = FileStorage(io.BytesIO(rows.encode()), "roster.csv")
    boundary, body = encode_multipart({"csrf_token": token, "file": file})
    headers = {
        "Cookie": f"crrubric-session={cookie}",
        "Content-Type": f"multipart/form-data; boundary={boundary}",
    }
    url = made.url("plan/triage/roster")
    db.session.remove()
    with running_server(app) as server, closing(Client(server.port).connect()) as connection:
        created.clear()
        connection.request("POST", url, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()

    assert answer.status == status
    assert ("Save the file with the settings" in text) == (status == 200)
    assert ("at most 480 kB" in text) == (status == 413)
    assert created == []
    assert CANARY not in caplog.text
    assert CANARY not in dump_database()


def test_what_is_far_too_large_is_refused_before_it_is_read(app: Flask, made: Made, created):
    url = made.url("plan/triage/roster")
    db.session.remove()
    with running_server(app) as server, closing(Client(server.port).connect()) as connection:
        connection.putrequest("POST", url)
        connection.putheader("Content-Length", str(limits.REQUEST_BYTES + 1))
        connection.endheaders()
        answer = connection.getresponse()

    assert answer.status == 413
    assert created == []
