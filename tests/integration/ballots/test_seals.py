"""Submitting: a reason for each gap, a receipt, both versions kept; the database keeps the seal."""

import json

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DatabaseError

from crrubric.domain.ballots.receipts import receipt_of
from crrubric.domain.errors import Invalid, NotFound, NotReady, WrongPhase
from crrubric.domain.vocabulary import Answer, BallotState, Phase
from crrubric.extensions import db
from crrubric.models import Abstention, Ballot, Criterion, JournalEntry, Mark, SealedBallot
from crrubric.queries.results.matrices import read_matrix
from crrubric.services.ballots import seals
from crrubric.services.ballots.ballots import MarkText, record_mark
from crrubric.services.setup import phases
from tests.factories import Factory, Made, ballot_of, stored_marks
from tests.integration.conftest import Visit, error_of
from tests.pages import filled_form, parse, words

WHY = "Not in the sandbox."


def remark(made: Made, answer: Answer, *, version: int) -> Mark:
    cell = made.vendors[0].id, made.criterion("ada").id
    return record_mark(
        made.reviewers[0], made.slug, *cell, MarkText(answer=answer), seen_version=version
    )


def test_a_submitted_ballot_is_sealed_under_a_receipt(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YYY"})

    sealed = make.submit(made, 0, 0)

    assert receipt_of(sealed.content) == sealed.receipt
    content = json.loads(sealed.content)
    assert {code: mark["answer"] for code, mark in content["marks"].items()} == {
        "ada": "YES",
        "sis": "YES",
        "teacher": "YES",
    }
    with pytest.raises(WrongPhase, match="sealed"):
        remark(made, Answer.NO, version=1)
    assert [answer for answer, _note in stored_marks()] == [Answer.YES] * 3


def test_equal_ballots_have_different_receipts(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YYY", (1, 0): "YYY"})

    assert make.submit(made, 0, 0).receipt != make.submit(made, 1, 0).receipt


def test_every_criterion_without_a_mark_needs_a_reason_before_submitting(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "Y"})
    one = {made.criterion("sis").id: WHY}

    with pytest.raises(NotReady) as refused:
        seals.submit_ballot(made.reviewers[0], made.slug, made.vendors[0].id, reasons=one)

    assert [str(problem) for problem in refused.value.problems] == [
        "“Teacher provided” has no mark: say why."
    ]
    assert ballot_of(made, 0, 0).state is BallotState.OPEN
    assert db.session.scalars(select(Abstention)).all() == []


def test_a_refused_submission_keeps_the_typed_reasons(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "Y"})
    sis, teacher = made.criterion("sis").id, made.criterion("teacher").id
    person = visit(made.reviewers[0])

    url = made.url(f"ballots/{made.vendors[0].id}/submit")
    form = filled_form(person.page(url), url)

    refused = person.post(url, {**form, f"gap-{sis}": WHY})
    accepted = person.post(url, {**form, f"gap-{sis}": WHY, "gap-rest": "No time."})

    page = parse(refused.status_code, refused.text)
    assert (page.status, error_of(page, f"gap-{teacher}")) == (
        422,
        "Error: “Teacher provided” has no mark: say why.",
    )
    assert page.with_id(f"gap-{sis}").get("value") == WHY
    assert accepted.status_code == 303
    gaps = {row.criterion_id: row.reason for row in db.session.scalars(select(Abstention))}
    assert gaps == {sis: WHY, teacher: "No time."}


def test_abstentions_stay_assigned_and_are_counted_separately(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, reviewers=3, marks={(0, 0): "YYY", (1, 0): "YYY"})
    make.submit(made, 2, 0, WHY)
    make.forward(made, Phase.MEETING, {})

    tally = (
        read_matrix(db.session(), made.evaluation).results.cell(made.vendors[0].code, "ada").tally
    )

    assert (tally.yes, tally.abstained, tally.missing, tally.assigned) == (2, 1, 0, 3)


def test_a_ballot_that_was_submitted_empty_keeps_the_rubric_frozen(make: Factory):
    made = make.evaluation(phase=Phase.SCORING)
    make.submit(made, 0, 0, WHY)

    with pytest.raises(NotReady) as refused:
        phases.change_phase(made.chair, made.slug, Phase.SETUP, reason="wrong rubric")

    assert "Ballots have been marked already" in str(refused.value.problems[0])


def test_the_reviewer_sees_the_receipt_and_can_take_the_ballot_along(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YYY"})
    sealed = make.submit(made, 0, 0)
    person = visit(made.reviewers[0])
    address = made.url(f"ballots/{made.vendors[0].id}/sealed/1")

    page = person.get(made.url(f"ballots/{made.vendors[0].id}/submit"))
    file = person.get(address)

    assert sealed.receipt[:8] in page.text
    assert "write to each other" in page.text
    assert receipt_of(file.text) == sealed.receipt
    others = (made.chair, made.reviewers[1])
    assert [visit(actor).get(address).status_code for actor in others] == [404, 404]


def test_a_reopened_ballot_keeps_both_versions_and_its_reviewer_is_told(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YY"})
    first = make.submit(made, 0, 0, WHY)
    ballot = ballot_of(made, 0, 0)

    answer = visit(made.chair).post(
        made.url(f"progress/{ballot.id}/reopen"), {"reason": "The demo was repeated."}
    )
    told = visit(made.reviewers[0]).get("/").text
    remark(made, Answer.NO, version=1)
    second = make.submit(made, 0, 0, WHY)

    assert answer.status_code == 303
    assert "The demo was repeated." in told
    db.session.expire_all()
    assert (first.number, second.number, ballot_of(made, 0, 0).seals) == (1, 2, 2)
    assert (first.reopen_reason, first.reopened_by) == ("The demo was repeated.", "Dana Chair")
    answers = [json.loads(row.content)["marks"]["ada"]["answer"] for row in (first, second)]
    assert answers == ["YES", "NO"]


def test_reopening_needs_a_reason_and_a_submitted_ballot(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YYY"})
    ballot = ballot_of(made, 0, 0)
    with pytest.raises(WrongPhase, match="open already"):
        seals.reopen_ballot(made.chair, made.slug, ballot.id, reason="why not")
    make.submit(made, 0, 0)

    with pytest.raises(Invalid):
        seals.reopen_ballot(made.chair, made.slug, ballot.id, reason=" ")
    with pytest.raises(NotFound):
        seals.reopen_ballot(made.reviewers[0], made.slug, ballot.id, reason="me")
    assert ballot_of(made, 0, 0).state is BallotState.SUBMITTED


def test_the_page_that_reopens_a_ballot_shows_no_mark(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    make.mark(made, 0, 0, "ada", Answer.YES, "a secret word")
    make.submit(made, 0, 0, WHY)

    page = visit(made.chair).get(made.url(f"progress/{ballot_of(made, 0, 0).id}/reopen"))

    assert page.status_code == 200
    assert "a secret word" not in page.text
    assert WHY not in page.text


def sealed_rows(make: Factory) -> Made:
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YY"})
    make.submit(made, 0, 0, WHY)
    db.session.commit()
    return made


FORBIDDEN = {
    "change a sealed mark": lambda b: (
        update(Mark).where(Mark.ballot_id == b.id).values(answer="NO")
    ),
    "delete a sealed mark": lambda b: delete(Mark).where(Mark.ballot_id == b.id),
    "add to a sealed ballot": lambda b: insert(Abstention).values(
        evaluation_id=b.evaluation_id,
        ballot_id=b.id,
        criterion_id=b.marks[0].criterion_id,
        reason="later",
    ),
    "change a gap": lambda b: (
        update(Abstention).where(Abstention.ballot_id == b.id).values(reason="other")
    ),
    "delete a gap": lambda b: delete(Abstention).where(Abstention.ballot_id == b.id),
    "open a ballot": lambda b: (
        update(Ballot).where(Ballot.id == b.id).values(state="OPEN", submitted_at=None)
    ),
    "delete a ballot": lambda b: delete(Ballot).where(Ballot.id == b.id),
    "change a sealed version": lambda _b: update(SealedBallot).values(content="{}"),
    "change a receipt": lambda _b: update(SealedBallot).values(receipt="0" * 64),
    "delete a sealed version": lambda _b: delete(SealedBallot),
    "change the journal": lambda _b: update(JournalEntry).values(actor_name="nobody"),
    "delete from the journal": lambda _b: delete(JournalEntry),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_database_itself_refuses_to_change_a_sealed_ballot(what: str, make: Factory):
    made = sealed_rows(make)
    statement = FORBIDDEN[what](ballot_of(made, 0, 0))

    with pytest.raises(DatabaseError, match="sealed"):
        db.session.execute(statement.execution_options(synchronize_session=False))
    db.session.rollback()


def test_an_open_ballot_can_be_changed_in_the_database(make: Factory):
    made = sealed_rows(make)
    make.mark(made, 1, 0, "ada", Answer.YES)
    other = ballot_of(made, 1, 0)

    db.session.execute(update(Mark).where(Mark.ballot_id == other.id).values(note="changed"))
    db.session.execute(text("DELETE FROM mark WHERE ballot_id = :id"), {"id": other.id})
    db.session.rollback()


def test_a_control_character_in_a_reason_is_refused_beside_its_field(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    url = made.url(f"ballots/{made.vendors[0].id}/submit")

    person = visit(made.reviewers[0])

    answer = person.post(url, {**filled_form(person.page(url), url), "gap-rest": "not\x00seen"})

    assert answer.status_code == 422
    assert "Remove the control character at position 4" in answer.text
    assert 'value="not\N{REPLACEMENT CHARACTER}seen"' in answer.text


def test_a_ballot_that_changed_in_another_tab_is_not_submitted_unread(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YNA"})
    person = visit(made.reviewers[0])
    url = made.url(f"ballots/{made.vendors[0].id}/submit")
    form = filled_form(person.page(url), url)
    make.mark_again(made, 0, 0, "sis", Answer.YES)

    refused = person.post(url, form)

    page = parse(refused.status_code, refused.text)
    assert page.status == 409
    assert "Your marks on this ballot changed" in words(page.with_id("error-summary"))
    assert ballot_of(made, 0, 0).state is BallotState.OPEN
    assert person.post(url, filled_form(page, url)).status_code == 303
    assert ballot_of(made, 0, 0).state is BallotState.SUBMITTED


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_a_criterion_without_a_mark_is_named_in_the_language_of_the_page(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "-YY"})
    ada = made.criterion("ada").id
    db.session.get_one(Criterion, ada).translations = {"es": {"title": "Accesible"}}
    db.session.commit()
    url = made.url(f"ballots/{made.vendors[0].id}/submit")

    person = visit(made.reviewers[0])

    form = filled_form(person.page(url), url)
    answer = person.post(url, form, headers={"Accept-Language": "es"})

    page = parse(answer.status_code, answer.text)
    assert error_of(page, f"gap-{ada}") == "Error: “Accesible” no tiene respuesta: diga por qué."
