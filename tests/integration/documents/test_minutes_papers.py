"""The minutes as PDF and Word files."""

import io

import pytest
from docx import Document
from pypdf import PdfReader

from crrubric.domain.vocabulary import DeclarationKind
from crrubric.extensions import db
from crrubric.services.ballots.declarations import declare_interest
from crrubric.services.meeting import meetings
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.integration.meeting.test_told_motions import adopted


@pytest.fixture
def made(make: Factory) -> Made:
    return adopted(make)


def read_pdf(body: bytes) -> str:
    reader = PdfReader(io.BytesIO(body))
    return " ".join("\n".join(page.extract_text() for page in reader.pages).split())


def read_word(body: bytes) -> str:
    document = Document(io.BytesIO(body))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    head = document.sections[0].header.paragraphs
    texts = [part.text for part in (*head, *document.paragraphs)]
    return " ".join("\n".join([*texts, *cells]).split())


def test_both_files_tell_the_motions_the_votes_and_what_was_adopted(made: Made, visit: Visit):
    chair = visit(made.chair)
    told = (
        read_pdf(chair.get(made.url("meeting/minutes.pdf")).data),
        read_word(chair.get(made.url("meeting/minutes.docx")).data),
    )

    for text in told:
        for part in (
            "To thank the hosts", "Ana Ruiz, Ben Lee", "2 in favor, 1 against, 1 abstaining",
            "Adopted with motion 1:", f"{made.vendors[0].company}, Met (3):",
            "DRAFT – the meeting is under way", "Minutes approved by",
        ):  # fmt: skip
            assert part in text


def test_minutes_of_a_closed_meeting_are_no_draft(made: Made, visit: Visit):
    meetings.end_meeting(made.chair, made.slug)

    text = read_pdf(visit(made.chair).get(made.url("meeting/minutes.pdf")).data)

    assert "DRAFT" not in text


def test_items_of_a_vendor_that_somebody_avoids_are_not_in_their_copy(made: Made, visit: Visit):
    vendor = made.vendors[0]
    declare_away(made, vendor.id)
    reader, chair = visit(made.reviewers[0]), visit(made.chair)

    for ending, read in (("pdf", read_pdf), ("docx", read_word)):
        path = made.url(f"meeting/minutes.{ending}")
        assert f"{vendor.company}, Met" not in read(reader.get(path).data)
        assert f"{vendor.company}, Met" in read(chair.get(path).data)


def declare_away(made: Made, vendor_id: int) -> None:
    declare_interest(
        made.reviewers[0], made.slug, vendor_id, kind=DeclarationKind.CONFLICT, words="My cousin."
    )
    db.session.rollback()
