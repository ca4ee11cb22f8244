"""A workbook on its way in is parsed when it comes, and at no later step."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import update

from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.models import ImportDraft, Mark
from crrubric.services.ballots import offline
from crrubric.services.exchange import table_sources
from tests.factories import Factory, Made
from tests.integration.ballots.offline_books import download
from tests.integration.ballots.test_offline import send
from tests.integration.ballots.test_offline import take as take_offline
from tests.integration.conftest import Visit
from tests.integration.exchange.test_import_pages import count_marks, match, take, upload
from tests.uploads import make_workbook

Watch = Callable[[Any], list[int]]


@pytest.fixture
def made(make: Factory) -> Made:
    return make.evaluation(phase=Phase.SCORING)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Write down the size of each workbook that a module parses."""

    def watch_module(module: Any) -> list[int]:
        parsed: list[int] = []
        read = module.read_sheets

        def count_and_read(data: bytes, **limits: int) -> Any:
            parsed.append(len(data))
            return read(data, **limits)

        monkeypatch.setattr(module, "read_sheets", count_and_read)
        return parsed

    return watch_module


def write_book(made: Made) -> bytes:
    """A workbook with a mark of each reviewer, and a note like no other."""
    criterion, vendor = made.criteria[0].code, made.vendors[0].code
    head = ["Reviewer", "Vendor", "Criterion", "Mark", "Note"]
    rows = [[who.name, vendor, criterion, "Yes", "“ñ” 😀"] for who in made.reviewers]
    return make_workbook([["A title above"], [], head, *rows])


def test_marks_of_a_workbook_are_parsed_once(made: Made, visit: Visit, watch: Watch):
    chair, data = visit(made.chair), write_book(made)
    parsed = watch(table_sources)

    draft = upload(chair, made, data, "marks.xlsx")
    match(chair, draft)
    chair.get(draft)
    assert take(chair, draft).status_code == 303

    assert parsed == [len(data)]
    notes = {mark.note for mark in db.session.query(Mark)}
    assert (count_marks(), notes) == (len(made.reviewers), {"“ñ” 😀"})


@pytest.mark.parametrize("kept", [None, b"in a form of before"])
def test_a_workbook_of_which_nothing_is_kept_is_parsed_anew(
    made: Made, visit: Visit, watch: Watch, kept: bytes | None
):
    chair, data = visit(made.chair), write_book(made)
    draft = upload(chair, made, data, "marks.xlsx")
    db.session.execute(update(ImportDraft).values(sheets=kept))
    db.session.commit()
    parsed = watch(table_sources)

    match(chair, draft)
    assert take(chair, draft).status_code == 303

    assert len(parsed) > 1
    assert count_marks() == len(made.reviewers)


def test_an_offline_workbook_is_parsed_once(made: Made, visit: Visit, watch: Watch):
    reviewer = visit(made.reviewers[0])
    book = download(reviewer, made.url()).write(1, answer="Yes")
    parsed = watch(offline)

    answer = take_offline(reviewer, send(reviewer, made, book))

    assert answer.status_code == 303
    assert len(parsed) == 1
    assert count_marks() == 1
