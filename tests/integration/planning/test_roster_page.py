"""A whole roster in a browser: worked out and given back in memory, and kept nowhere."""

import io
import re
import string
from base64 import b64decode
from collections.abc import Iterator
from contextlib import closing
from random import Random

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
    assert "Line 4: credits_needed: Enter a number, like 2 or 2.5." in shown
    assert "Online seats: 2." in shown
    excel, table = list_files(answer)
    sheet = load_workbook(io.BytesIO(excel))["Learners"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][-4:] == ["pace", "chance", "band", "setting"]
    assert [row[0] for row in rows[1:]] == ["jimmy", "=1+1"]
    assert sheet["A3"].data_type == "s"  # what a person typed is no formula
    lines = table.decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines] == ["learner", "jimmy", "'=1+1"]
    assert lines[1].startswith("jimmy,16,6,yes,North,2.67,75,51–75 %,beside the normal load")


def test_what_comes_of_a_roster_leads_to_its_help_as_its_neighbors_do(made: Made, visit: Visit):
    chair = visit(made.chair)

    answer = send(chair, made, csv_of(ROSTER))
    pages = [chair.page(made.url("plan/triage/")), parse(200, answer.text)]

    about = [
        [link.get("href") for link in page.all("a") if words(link) == "About this page"]
        for page in pages
    ]
    assert about == [["/help#triage"]] * 2


def test_where_both_files_are_too_much_for_an_answer_the_workbook_comes_back(
    made: Made, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    chair, data = visit(made.chair), csv_of(ROSTER)
    excel, table = map(len, find_addresses(send(chair, made, data)))

    # A workbook holds the time at which it was made: two of them differ by some bytes.
    monkeypatch.setattr(limits, "ROSTER_ANSWER", excel + table // 2)
    answer = send(chair, made, data)
    monkeypatch.setattr(limits, "ROSTER_ANSWER", excel // 2)
    refused = send(chair, made, data)

    assert len(find_addresses(answer)) == 1
    assert "As CSV it is too large for this page" in answer.text
    assert refused.status_code == 422
    assert "Leave out columns that are not needed" in refused.text


def find_addresses(answer: TestResponse) -> list[str]:
    """The addresses that are files."""
    return re.findall(r'href="(data:[^"]*)"', answer.text)


def list_files(answer: TestResponse) -> list[bytes]:
    """The files that are a part of the page."""
    return [b64decode(address.partition(",")[2]) for address in find_addresses(answer)]


@pytest.mark.parametrize("columns", [35, 90])
def test_a_wide_roster_is_refused_before_it_would_be_kept_on_disk(
    made: Made, visit: Visit, columns: int
):
    """Every file that an answer has fits into what the server holds in memory."""
    draw, letters = Random(1), string.ascii_letters
    note = [f"note{number}" for number in range(columns)]
    rows, size = [[*ROSTER[0][:4], *note]], 0
    while size < limits.ROSTER_BYTES * 0.98 - 10 * columns and len(rows) < limits.ROSTER_LINES:
        rows.append([f"{len(rows)}", "16", "6", "yes", *draw.choices(letters, k=columns)])
        size += len(",".join(rows[-1])) + 2

    answer = send(visit(made.chair), made, csv_of(rows))

    assert answer.status_code == 422
    assert "too large for this page" in answer.text


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
