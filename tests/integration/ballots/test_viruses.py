"""Files go past the district's virus scanner before they are kept."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from crrubric.extensions import db
from crrubric.models import FileContent
from crrubric.services.shared import virus_scanner
from crrubric.services.shared.virus_scanner import ScannerUnavailable, greet_scanner, scan_bytes
from tests.conftest import set_settings
from tests.factories import Factory
from tests.integration.ballots.test_files import marked, page_of_mark, page_of_vendor, send
from tests.integration.conftest import Visit
from tests.uploads import pdf
from tests.virus_scanner import FOUND, HARMLESS, Scanner, running_scanner

GOOD, BAD = pdf("an offer"), pdf(HARMLESS.decode())


@pytest.fixture(params=["port", "socket"])
def scanner(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scanner]:
    with running_scanner(tmp_path / "s" if request.param == "socket" else None) as found:
        yield found


def count_kept_files() -> int:
    db.session.rollback()
    return db.session.scalars(select(func.count()).select_from(FileContent)).one()


@pytest.mark.parametrize("page", [page_of_mark, page_of_vendor])
def test_a_file_in_which_the_scanner_finds_something_is_not_kept(
    app: Flask, make: Factory, visit: Visit, monkeypatch, scanner: Scanner, page, caplog
):
    set_settings(app, monkeypatch, VIRUS_SCANNER=scanner.where)
    made = marked(make)
    person = visit(made.reviewers[0] if page is page_of_mark else made.chair)

    refused = send(person, page(made), BAD)
    kept = count_kept_files()
    taken = send(person, page(made), GOOD)

    assert (refused.status_code, kept) == (422, 0)
    assert f"The virus scanner found {FOUND} in this file, so it was not kept." in refused.text
    assert f"the virus scanner calls it {FOUND}" in caplog.text
    assert (taken.status_code, count_kept_files()) == (303, 1)
    assert scanner.files == [BAD, GOOD]


def test_no_file_is_kept_while_the_scanner_gives_no_answer(
    app: Flask, make: Factory, visit: Visit, monkeypatch, tmp_path: Path
):
    set_settings(app, monkeypatch, VIRUS_SCANNER=str(tmp_path / "nobody"))
    made = marked(make)

    away = send(visit(made.reviewers[0]), page_of_mark(made), GOOD)

    assert (away.status_code, away.headers["Retry-After"], count_kept_files()) == (503, "60", 0)
    assert "can’t be checked for viruses right now" in away.text


@pytest.mark.parametrize(
    "says", [b"INSTREAM size limit exceeded. ERROR", b"UNKNOWN COMMAND", b"stream: ", b"\0" * 2_000]
)
def test_an_answer_that_is_no_verdict_lets_nothing_pass(scanner: Scanner, says: bytes):
    scanner.says = says
    with pytest.raises(ScannerUnavailable):
        scan_bytes(scanner.where, GOOD)
    with pytest.raises(ScannerUnavailable):
        greet_scanner(scanner.where)


def test_a_scanner_that_says_nothing_is_not_waited_for_without_end(
    scanner: Scanner, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(virus_scanner, "PATIENCE", 0.05)
    monkeypatch.setattr("tests.virus_scanner._Handler.handle", lambda self: self.rfile.read(1_000))

    with pytest.raises(ScannerUnavailable, match=re.compile("timed out|TimeoutError")):
        greet_scanner(scanner.where)


def test_what_a_scanner_calls_a_virus_is_shown_in_short(scanner: Scanner):
    scanner.says = b"stream: " + b"a" * 500 + b" FOUND"

    assert scan_bytes(scanner.where, GOOD) == "a" * 100


def test_a_large_file_reaches_the_scanner_whole(scanner: Scanner):
    large = bytes(range(256)) * 1_000 + b"\0"

    assert scan_bytes(scanner.where, large) == ""
    assert scanner.files == [large]
