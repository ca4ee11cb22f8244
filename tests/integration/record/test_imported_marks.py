"""Marks out of a file have no journal entry each: the import's fingerprint covers all of them."""

from pathlib import Path

import pytest

from crrubric.domain.record.state import expand_ballots, group_ballots
from crrubric.domain.vocabulary import Answer, CorrectionEffect, Phase
from crrubric.extensions import db
from crrubric.queries.ballots.seals import list_sealed_versions
from crrubric.queries.people.people import OPERATOR
from crrubric.services.ballots import seals
from crrubric.services.exchange.imports import import_marks
from crrubric.services.setup import corrections
from tests.factories import Factory, Made, ballot_of
from tests.integration.record.test_every_column import problems, seals_off

TITLE = "Evaluation “Credit recovery”"
BROKEN = f"{TITLE}, marks imported from a file"


def bring_in(made: Made, folder: Path, *rows: str) -> None:
    """Import rows of criterion and mark for the first reviewer and the first vendor."""
    path = folder / "marks.csv"
    who = f"{made.reviewers[0].name},{made.vendors[0].company}"
    lines = ["reviewer,vendor,criterion,mark", *(f"{who},{row}" for row in rows)]
    path.write_text("\n".join(lines), encoding="utf-8")
    import_marks(OPERATOR, path, slug=made.slug)


@pytest.fixture
def made(make: Factory, tmp_path: Path) -> Made:
    """A ballot that came out of a file, was opened, changed, and filled up out of another one."""
    made = make.evaluation(phase=Phase.SCORING, marks={(1, 1): "YN"})
    bring_in(made, tmp_path, "ada,YES", f"{made.criteria[1].code},NO")
    again(make, made, "Two answers were swapped.")
    make.mark_again(made, 0, 0, "ada", Answer.NO)
    bring_in(made, tmp_path, f"{made.criteria[2].code},CANNOT_TELL")
    again(make, made, "One is missing.")
    make.submit(made, 0, 0)
    return made


def again(make: Factory, made: Made, why: str) -> None:
    seals.reopen_ballot(made.chair, made.slug, ballot_of(made, 0, 0).id, reason=why)


def test_marks_of_a_file_verify_after_some_were_changed(made: Made):
    assert problems() == []


def test_a_ballot_sealed_when_it_was_opened_is_sealed_anew_when_it_is_opened_again(made: Made):
    sealed = list_sealed_versions(db.session(), ballot_of(made, 0, 0))

    assert [(row.number, row.reopen_reason) for row in sealed] == [
        (1, "Two answers were swapped."),
        (2, "One is missing."),
        (3, ""),
    ]


def test_marks_of_a_file_verify_after_one_was_set_aside(make: Factory, made: Made):
    criterion = made.criteria[1]
    text = corrections.Correction(
        title="Clearer",
        question=criterion.question,
        look_for=criterion.look_for,
        effect=CorrectionEffect.AGAIN,
        reason="It was read in two ways.",
    )
    corrections.correct_criterion(made.chair, made.slug, criterion.id, text)
    make.mark(made, 0, 0, criterion.code, Answer.YES)

    assert problems() == []


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ("UPDATE mark SET answer = 'YES'", 1),
        ("UPDATE mark SET note = 'x'", 1),
        ("DELETE FROM mark", 1),
        ("UPDATE mark SET answer = 'YES'", 2),
    ],
)
def test_a_mark_of_a_file_that_was_forged_breaks_the_fingerprint(
    made: Made, change: str, place: int
):
    ballot, criterion = ballot_of(made, 0, 0).id, made.criteria[place].id
    with seals_off() as connection:
        connection.exec_driver_sql(
            f"{change} WHERE ballot_id = {ballot} AND criterion_id = {criterion}"
        )

    assert problems()[0].startswith(BROKEN)
    assert problems()[0].endswith("differs from the journal in fingerprint.")


def test_a_mark_that_was_changed_after_its_import_is_named_by_itself(made: Made):
    ballot, ada = ballot_of(made, 0, 0).id, made.criteria[0].id
    with seals_off() as connection:
        connection.exec_driver_sql(
            f"UPDATE mark SET answer = 'YES' WHERE ballot_id = {ballot} AND criterion_id = {ada}"
        )

    assert problems()[0] == (
        f"{TITLE}, mark “{made.reviewers[0].name}, {made.vendors[0].company}, Accessible”:"
        " differs from the journal in answer."
    )


def test_ballots_are_told_in_groups():
    ballots = [(1, 5), (1, 6), (2, 6), (2, 5), (3, 5)]

    assert group_ballots(ballots) == [([1, 2], [5, 6]), ([3], [5])]
    assert sorted(expand_ballots(group_ballots(ballots))) == sorted(ballots)
