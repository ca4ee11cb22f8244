"""Marks of an evaluation out of a file have no journal entry each: a fingerprint covers them."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from crrubric.domain.record.state import expand_ballots, group_ballots
from crrubric.domain.vocabulary import Answer, Phase
from crrubric.extensions import db
from crrubric.models import Evaluation, Mark
from crrubric.queries.people.people import OPERATOR
from crrubric.services.ballots import seals
from crrubric.services.exchange.import_plans import ImportWishes
from crrubric.services.exchange.imports import import_marks, import_new_evaluation
from crrubric.services.exchange.table_sources import read_path
from crrubric.services.setup.rules import RuleSettings
from tests.factories import Factory, ballot_of
from tests.integration.record.test_every_column import problems, seals_off

FILE = """reviewer,vendor,criterion,mark,note
Ann,Acme,c1,YES,=1+1
Ann,Acme,c2,NO,
Ben,Acme,c1,NOT_APPLICABLE,
Ben,Bolt,c2,CANNOT_TELL,Later.
"""


@pytest.fixture
def imported(app: Flask, tmp_path: Path) -> Evaluation:
    path = tmp_path / "marks.csv"
    path.write_text(FILE, encoding="utf-8")
    import_new_evaluation(OPERATOR, read_path(path), title="A file", rule=RuleSettings(quorum=1))
    assert problems() == []
    return db.session.scalars(select(Evaluation)).one()


@pytest.mark.parametrize("change", ["answer = 'NO'", "note = 'x'", "evidence_place = 'x'"])
def test_a_forged_mark_breaks_the_fingerprint(imported: Evaluation, change: str):
    first = min(db.session.scalars(select(Mark.id)))
    with seals_off() as connection:
        connection.exec_driver_sql(f"UPDATE mark SET {change} WHERE id = {first}")

    number = "marks imported from a file 2"
    assert problems() == [
        f"Evaluation “A file”, {number}: differs from the journal in fingerprint."
    ]


def test_a_mark_that_is_gone_or_was_put_on_another_ballot_breaks_it(imported: Evaluation):
    first = min(db.session.scalars(select(Mark.id)))
    with seals_off() as connection:
        connection.exec_driver_sql(f"DELETE FROM mark WHERE id = {first}")

    assert problems()[-1].endswith("differs from the journal in fingerprint.")


@pytest.mark.parametrize("leave_open", [True, False])
def test_marks_that_are_added_to_an_evaluation_are_told_one_by_one(
    make: Factory, tmp_path: Path, leave_open: bool
):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "Y", (1, 1): "YN"})
    path = tmp_path / "marks.csv"
    who = f"{made.reviewers[0].name},{made.vendors[0].code}"
    line = f"{who},{made.criteria[1].code},NO"
    path.write_text(f"reviewer,vendor,criterion,mark\n{line}\n", encoding="utf-8")
    import_marks(
        OPERATOR, read_path(path), slug=made.slug, wishes=ImportWishes(leave_open=leave_open)
    )
    ballot, criterion = ballot_of(made, 0, 0).id, made.criteria[1].id
    if not leave_open:
        seals.reopen_ballot(made.chair, made.slug, ballot, reason="A slip.")
    make.mark_again(made, 0, 0, made.criteria[1].code, Answer.YES)
    whole = problems()
    with seals_off() as connection:
        connection.exec_driver_sql(
            "UPDATE mark SET answer = 'NO'"
            f" WHERE ballot_id = {ballot} AND criterion_id = {criterion}"
        )

    assert whole == []
    assert problems()[0].endswith("differs from the journal in answer.")


def test_ballots_are_told_in_groups():
    ballots = [(1, 5), (1, 6), (2, 6), (2, 5), (3, 5)]

    assert group_ballots(ballots) == [([1, 2], [5, 6]), ([3], [5])]
    assert sorted(expand_ballots(group_ballots(ballots))) == sorted(ballots)
