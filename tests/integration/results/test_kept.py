"""Results that were computed already are shown again only while the journal has nothing new."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event

import pytest
from flask import Flask

from crrubric.domain.actions import Action
from crrubric.domain.results.results import Results
from crrubric.domain.vocabulary import Outcome, Phase
from crrubric.extensions import db
from crrubric.queries.people.access import Seat, find_evaluation, require
from crrubric.queries.results import kept, matrices
from crrubric.queries.results.kept import AT_MOST, KEPT, UNREAD, find_kept_results
from crrubric.queries.results.matrices import Matrix, read_matrix, read_matrix_for_seat
from crrubric.services.meeting import decisions, meetings
from crrubric.services.shared.unit import unit_of_work
from tests import in_meeting
from tests.factories import Factory, Made
from tests.integration.conftest import Visit

MARKS = {(0, 0): "YYN", (1, 0): "YNN", (0, 1): "NYY", (1, 1): "-YY"}


@pytest.fixture
def made(make: Factory) -> Made:
    """An evaluation in the meeting."""
    made = make.evaluation(phase=Phase.SCORING)
    make.forward(made, Phase.MEETING, MARKS)
    return made


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Gets an evaluation's id whenever its marks are read to compute a result."""
    asked: list[int] = []
    read = matrices.read_ballots

    def note(session, evaluation_id, vendors, criteria):
        asked.append(evaluation_id)
        return read(session, evaluation_id, vendors, criteria)

    monkeypatch.setattr(matrices, "read_ballots", note)
    return asked


def read_now(made: Made, language: str = "") -> Matrix:
    """The matrix as a request reads it that begins now."""
    db.session.rollback()
    return read_matrix(db.session(), find_evaluation(db.session(), made.slug), language)


def test_marks_are_read_once_as_long_as_nothing_is_done(made: Made, computed: list[int]):
    first, second = read_now(made), read_now(made)
    spanish = read_now(made, "es")

    assert first.results is second.results
    assert first.robustness is second.robustness
    assert spanish.results is not first.results
    assert computed == [made.evaluation.id] * 2


def test_what_the_committee_adopts_is_in_the_next_result(made: Made, computed: list[int]):
    cell = made.vendors[0].code, made.criteria[0].code
    before = read_now(made)
    meetings.start_meeting(made.chair, made.slug)
    found = decisions.FindingText(Outcome.NOT_MET, reason="We looked again.")
    where = made.slug, made.vendors[0].id, made.criteria[0].id
    in_meeting.record_finding(made.chair, *where, found, seen_version=0)
    after = read_now(made)

    assert before.results.cell(*cell).finding is not Outcome.NOT_MET
    assert after.results.cell(*cell).finding is Outcome.NOT_MET
    assert len(computed) == 2
    assert len(find_kept_results(db.session()).rows) == 1  # what is out of date is dropped


def test_a_unit_of_work_reads_what_it_has_written_and_keeps_nothing(
    made: Made, computed: list[int]
):
    before = read_now(made).results.pass_mark
    with suppress(RuntimeError), unit_of_work() as session:
        evaluation = find_evaluation(session, made.slug)
        evaluation.pass_mark = 12
        inside = read_matrix(session, evaluation)
        raise RuntimeError("changed my mind")

    assert inside.results.pass_mark.numerator == 3  # 3/25
    assert read_now(made).results.pass_mark == before
    assert len(computed) == 2


def test_what_is_read_while_somebody_writes_is_not_kept(
    made: Made, monkeypatch: pytest.MonkeyPatch
):
    heads = iter([(7, "before"), (8, "after")])
    monkeypatch.setattr(kept, "find_chain_head", lambda _session, _chain: next(heads))

    read_now(made)

    assert find_kept_results(db.session()).rows == {}


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
def test_who_asks_meanwhile_waits_for_the_same_result(
    app: Flask, made: Made, computed: list[int], monkeypatch: pytest.MonkeyPatch
):
    slug, db_is_read, second_asks = made.slug, Event(), Event()
    read, hold = matrices.read_ballots, kept.KeptResults.take_turn
    db.session.rollback()

    def read_slowly(*args):
        db_is_read.set()
        assert second_asks.wait(10)
        return read(*args)

    def note_turn(self, key):
        if db_is_read.is_set():
            second_asks.set()
        return hold(self, key)

    monkeypatch.setattr(matrices, "read_ballots", read_slowly)
    monkeypatch.setattr(kept.KeptResults, "take_turn", note_turn)

    def read_results(after: Event | None) -> Results:
        if after:
            assert after.wait(10)
        with app.app_context():
            return read_matrix(db.session(), find_evaluation(db.session(), slug)).results

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(read_results, None)
        second = threads.submit(read_results, db_is_read)

    assert first.result() is second.result()
    assert len(computed) == 1


def test_nobody_gets_the_result_of_another_seat(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, vendors=2)
    make.conflict(made, 0, 0, "My cousin works there.")
    make.forward(made, Phase.MEETING, {(1, 0): "YYN", (0, 1): "NYY", (1, 1): "-YY"})

    def read_for(actor) -> Matrix:
        db.session.rollback()
        evaluation = find_evaluation(db.session(), made.slug)
        seat: Seat = require(actor, Action.VIEW_RESULTS, evaluation, db.session())
        return read_matrix_for_seat(db.session(), seat)

    whole, less, again = (
        read_for(made.chair), read_for(made.reviewers[0]), read_for(made.reviewers[0])
    )  # fmt: skip

    assert [row.code for row in whole.results.vendors] == [row.code for row in made.vendors]
    assert [row.code for row in less.results.vendors] == [made.vendors[1].code]
    assert less.results is again.results
    assert read_for(made.chair).results is whole.results


def test_only_the_last_few_results_are_kept(made: Made):
    for number in range(AT_MOST + 3):
        read_now(made, f"x{number}")

    languages = [key[1] for key in find_kept_results(db.session()).rows]
    assert languages == [f"x{number}" for number in range(3, AT_MOST + 3)]
    KEPT.clear()


def test_what_nobody_reads_any_more_leaves_the_memory(
    made: Made, make: Factory, monkeypatch: pytest.MonkeyPatch
):
    read_now(made)
    results = find_kept_results(db.session())
    other = make.evaluation(title="Other", phase=Phase.MEETING)

    (read_at,) = results.read_at.values()
    monkeypatch.setattr(kept, "monotonic", lambda: read_at + UNREAD + 1)
    read_now(other)

    assert {evaluation for evaluation, _language, _head in results.rows} == {other.evaluation.id}
    assert results.read_at.keys() == results.rows.keys()
