"""The rubric and blank ballots on paper."""

import io
from dataclasses import replace

import pytest
from pypdf import PdfReader

from crrubric.domain.setup.assignment import Assignment
from crrubric.domain.setup.rubric import Rubric
from crrubric.domain.vocabulary import Phase
from crrubric.services.setup.assignments import assign_reviewer
from crrubric.services.setup.withdrawals import withdraw_vendor
from tests.factories import Factory, Made, ballot_of, full_rubric
from tests.integration.conftest import Visit


@pytest.fixture
def made(make: Factory) -> Made:
    return make.evaluation(phase=Phase.SCORING, reviewers=2, vendors=1)


def with_must_haves(rubric: Rubric, *codes: str) -> Rubric:
    sections = [
        replace(
            part, criteria=tuple(replace(row, must_have=row.code in codes) for row in part.criteria)
        )
        for part in rubric.sections
    ]
    return replace(rubric, sections=tuple(sections))


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


def test_the_sign_of_a_must_have_is_explained_where_there_is_one(make: Factory, visit: Visit):
    said = "must-have: a vendor that does not meet it is not eligible."
    rubrics = (with_must_haves(full_rubric(), "ada"), with_must_haves(full_rubric()))

    texts = []
    for number, rubric in enumerate(rubrics):
        made = make.evaluation(rubric=rubric, title=f"Rubric {number}")
        data = visit(made.chair).get(made.url("rubric/ballot.pdf")).data
        texts.append(" ".join("\n".join(read_pages(data)).split()))

    assert [said in text for text in texts] == [True, False]


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


def test_a_ballot_is_printed_with_the_names_that_it_is_for(made: Made, visit: Visit):
    ballot, chair = ballot_of(made, 0, 0), visit(made.chair)
    page = chair.get(made.url(f"progress/{ballot.id}/paper")).text
    address = made.url(f"progress/{ballot.id}/ballot.pdf")
    small, large, spanish = (
        read_pages(chair.get(f"{address}{query}").data)
        for query in ("", "?large=1", "?language=es")
    )

    assert page.count("ballot.pdf") == 4
    assert made.reviewers[0].name in small[0]
    assert made.vendors[0].name in small[0]
    assert len(large) > len(small)
    assert "Boleta: " in spanish[0]
    assert chair.get(f"{address}?language=xx").status_code == 404


def test_a_paper_asks_what_its_reviewer_marks_under_the_numbers_of_the_whole_rubric(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.SCORING)
    asked = made.criterion("teacher")
    member = ballot_of(made, 0, 0).member
    assign_reviewer(made.chair, made.slug, member.id, Assignment(None, frozenset({asked.id})))
    ballot, chair = ballot_of(made, 0, 0), visit(made.chair)
    text = "\n".join(read_pages(chair.get(made.url(f"progress/{ballot.id}/ballot.pdf")).data))
    page = chair.get(made.url(f"progress/{ballot.id}/enter")).text

    assert f"3. {asked.title}" in text
    assert made.criterion("ada").title not in text
    assert '<span class="number">3.</span>' in page


def test_nobody_prints_their_own_ballot_or_one_of_a_vendor_that_left(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    withdraw_vendor(made.chair, made.slug, made.vendors[1].id, reason="Gone.")
    gone, here = ballot_of(made, 0, 1).id, ballot_of(made, 0, 0).id

    for page in ("paper", "ballot.pdf"):
        assert visit(made.chair).get(made.url(f"progress/{gone}/{page}")).status_code == 404
        assert visit(made.reviewers[0]).get(made.url(f"progress/{here}/{page}")).status_code == 404


def test_a_rubric_that_can_change_is_printed_as_a_draft(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SETUP)

    (first, *_rest) = read_pages(visit(made.chair).get(made.url("rubric/rubric.pdf")).data)

    assert "DRAFT – the rubric can still change" in first


def test_whoever_is_not_in_the_committee_gets_no_paper(made: Made, make: Factory, visit: Visit):
    stranger = visit(make.evaluation(title="Another").chair)

    for path in ("rubric/rubric.pdf", "rubric/ballot.pdf"):
        assert stranger.get(made.url(path)).status_code == 404
