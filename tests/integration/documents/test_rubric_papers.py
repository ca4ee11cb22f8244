"""The rubric and blank ballots on paper."""

import io

import pytest
from pypdf import PdfReader

from crrubric.domain.vocabulary import Phase
from tests.factories import Factory, Made
from tests.integration.conftest import Visit


@pytest.fixture
def made(make: Factory) -> Made:
    return make.evaluation(phase=Phase.SCORING, reviewers=2, vendors=1)


def read_pages(body: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(body)).pages]


def test_the_rubric_is_printed_with_every_question(made: Made, visit: Visit):
    answer = visit(made.reviewers[0]).get(made.url("rubric/rubric.pdf"))
    text = " ".join("\n".join(read_pages(answer.data)).split())

    assert answer.mimetype == "application/pdf"
    assert "Rubric fixed" in text
    for criterion in made.criteria:
        assert criterion.title in text
        assert " ".join(criterion.question.split()) in text


def test_a_blank_ballot_has_boxes_and_only_those_answers_that_are_open(made: Made, visit: Visit):
    text = "\n".join(read_pages(visit(made.chair).get(made.url("rubric/ballot.pdf")).data))

    assert text.count("CAN’T TELL") == len(made.criteria) + 1  # and in the instruction
    may_not_apply = [one for one in made.criteria if one.may_not_apply]
    assert text.count("NOT APPLICABLE") == len(may_not_apply)
    assert 0 < len(may_not_apply) < len(made.criteria)
    assert text.count("Note and evidence") == len(made.criteria)


def test_large_type_needs_more_pages_and_spanish_is_spanish(made: Made, visit: Visit):
    chair = visit(made.chair)
    small, large = (
        read_pages(chair.get(made.url(f"rubric/ballot.pdf{query}")).data)
        for query in ("", "?large=1")
    )
    spanish = chair.get(made.url("rubric/ballot.pdf?language=es"))

    assert len(large) > len(small)
    assert "Boleta: " in "\n".join(read_pages(spanish.data))
    assert "-ballot-es.pdf" in spanish.headers["Content-Disposition"]
    assert chair.get(made.url("rubric/ballot.pdf?language=xx")).status_code == 404


def test_a_rubric_that_can_change_is_printed_as_a_draft(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SETUP)

    (first, *_rest) = read_pages(visit(made.chair).get(made.url("rubric/rubric.pdf")).data)

    assert "DRAFT – the rubric can still change" in first


def test_whoever_is_not_in_the_committee_gets_no_paper(made: Made, make: Factory, visit: Visit):
    stranger = visit(make.evaluation(title="Another").chair)

    for path in ("rubric/rubric.pdf", "rubric/ballot.pdf"):
        assert stranger.get(made.url(path)).status_code == 404
