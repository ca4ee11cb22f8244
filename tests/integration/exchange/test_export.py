"""The files as others open them: pandas with its own ideas of types and of what is missing."""

import io
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import select, update

from crrubric.domain.actions import Action
from crrubric.domain.errors import NotFound
from crrubric.domain.vocabulary import Answer, EvidenceKind, Phase
from crrubric.extensions import db
from crrubric.models import Mark, Member
from crrubric.queries.exchange.exports import MarkRow, iterate_mark_rows
from crrubric.queries.people.access import find_evaluation, require
from crrubric.queries.people.people import OPERATOR
from crrubric.services.exchange.imports import import_new_evaluation
from crrubric.services.exchange.table_sources import read_path
from crrubric.services.setup.phases import change_phase
from crrubric.services.setup.rules import RuleSettings
from tests.factories import Factory, Made
from tests.integration.conftest import Visit, Visitor

COUNTS = {
    Answer.YES: "yes",
    Answer.NO: "no",
    Answer.NOT_APPLICABLE: "not_applicable",
    Answer.CANNOT_TELL: "cannot_tell",
}


def committee(make: Factory) -> Made:
    """Three reviewers whose answers differ in every cell; every answer is given somewhere."""
    return make.evaluation(
        phase=Phase.MEETING,
        reviewers=3,
        marks={(0, 0): "YNA", (1, 0): "Y?A", (2, 0): "NYY", (0, 1): "Y-N", (1, 1): "??A"},
    )


def opened(chair: Visitor, made: Made, name: str) -> pd.DataFrame:
    """The file as pandas reads it when it is told nothing."""
    return pd.read_csv(io.StringIO(chair.get(made.url(f"export/{name}.csv")).text))


def test_marks_counted_by_somebody_else_are_the_tallies(make: Factory, visit: Visit):
    made = committee(make)
    chair = visit(made.chair)

    marks, tallies = (opened(chair, made, name) for name in ("marks", "tallies"))

    keys = ["vendor", "criterion"]
    cells = tallies.set_index(keys)
    counted = (
        marks.groupby([*keys, "mark"])
        .size()
        .unstack(fill_value=0)
        .rename(columns={answer.value: name for answer, name in COUNTS.items()})
        .reindex(cells.index, fill_value=0)
    )
    assert set(counted.columns) == set(COUNTS.values())
    for name in COUNTS.values():
        assert counted[name].to_dict() == cells[name].to_dict()
        assert cells[name].sum() > 0


def test_no_word_of_ours_is_read_as_missing(make: Factory, visit: Visit):
    """“NA” and “N/A” would be."""
    made = committee(make)

    marks, tallies = (opened(visit(made.chair), made, name) for name in ("marks", "tallies"))

    assert not marks[["reviewer", "vendor", "criterion", "mark"]].isna().any(axis=None)
    assert not tallies.drop(columns="reason").isna().any(axis=None)
    assert set(marks["mark"]) == {answer.value for answer in COUNTS}


def test_a_name_that_pandas_takes_for_missing_is_there_if_asked_for(make: Factory, visit: Visit):
    made = committee(make)
    db.session.execute(
        update(Member).where(Member.user_id == made.reviewers[0].user_id).values(name="NA")
    )
    db.session.commit()
    text = visit(made.chair).get(made.url("export/marks.csv")).text

    told, untold = (
        pd.read_csv(io.StringIO(text), keep_default_na=keep)["reviewer"] for keep in (False, True)
    )

    assert ((told == "NA").sum(), untold.isna().sum()) == (5, 5)


def test_marks_are_read_vendor_by_vendor_and_no_further_once_ballots_are_closed_again(
    make: Factory,
):
    made = committee(make)
    seat = require(made.chair, Action.EXPORT_MARKS, made.evaluation, db.session())
    rows = iterate_mark_rows(db.session(), seat)
    first = next(rows)
    assert not db.session().in_transaction()

    change_phase(made.chair, made.slug, Phase.SCORING, reason="A ballot is missing.")

    with pytest.raises(NotFound):
        assert {row["vendor"] for row in rows} == {first["vendor"]}


NOTES = (
    "=1+1; +2", "'=really", "''=twice", "'tis fine", "- one\n- two", "\u202eשלום\u202c 👩\u200d🏫",
    "a,\"b\";\t=c", "long " * 900 + "end", "_x0041_ <b>&amp;</b>",
)  # fmt: skip


@pytest.mark.parametrize(
    ("file", "language"),
    [("marks.csv", "en"), ("workbook.xlsx", "en"), ("workbook.xlsx", "es")],
)
def test_marks_that_are_exported_and_imported_are_the_same(
    make: Factory, visit: Visit, tmp_path: Path, file: str, language: str
):
    made = committee(make)
    for number, mark in enumerate(db.session.scalars(select(Mark).order_by(Mark.id)).all()):
        mark.note = NOTES[number % len(NOTES)]
        mark.evidence_kind = [None, *EvidenceKind][number % 6]
        mark.evidence_place = "page 4, =1+1" if number % 2 else ""
        mark.evidence_on = date(2026, 3, 1) if number % 3 else None
        mark.evidence_until = date(2027, 3, 1) if number % 4 == 1 else None
    db.session.commit()
    path = tmp_path / file
    address = made.url(f"export/{file}")
    path.write_bytes(visit(made.chair).get(address, headers={"Accept-Language": language}).data)

    done = import_new_evaluation(
        OPERATOR, read_path(path), title="Again", rule=RuleSettings(quorum=1)
    )

    again = find_evaluation(db.session(), done.slug)
    seat = require(OPERATOR, Action.EXPORT_MARKS, again, db.session())
    copies = [pick_kept(row) for row in iterate_mark_rows(db.session(), seat)]
    seat = require(OPERATOR, Action.EXPORT_MARKS, made.evaluation, db.session())
    marks = [pick_kept(row) for row in iterate_mark_rows(db.session(), seat)]
    assert sorted(copies) == sorted(marks)
    assert {mark[4] for mark in marks} == set(NOTES)


def pick_kept(row: MarkRow) -> tuple[str, ...]:
    """What an import takes."""
    return (
        row["reviewer"], row["vendor"], row["criterion"], row["mark"], row["note"],
        row["evidence_kind"], row["evidence_place"], row["evidence_on"], row["evidence_until"],
    )  # fmt: skip
