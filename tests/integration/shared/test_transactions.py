"""No reading transaction stays open over slow work, or its locks would keep saves waiting."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, before_render_template

from crrubric.domain.memo import sections
from crrubric.domain.vocabulary import Phase
from crrubric.extensions import db
from crrubric.models import Evaluation
from crrubric.queries.exchange import redactions
from crrubric.queries.memo import memos
from crrubric.queries.results import matrices
from crrubric.queries.shared.reading import end_reading
from crrubric.reports.documents.formats import RENDERERS
from crrubric.reports.exchange import csv_files, results_json, tables
from crrubric.reports.results import figures, robustness_figures
from crrubric.services.exchange.mark_lines import read_heads
from crrubric.services.exchange.table_sources import read_data
from crrubric.services.planning.workbook import save_plan_answers
from crrubric.services.shared.unit import unit_of_work
from crrubric.web.exchange import exports
from crrubric.web.memo import memo
from crrubric.web.planning import plan_versions
from tests.factories import Factory, Made
from tests.integration.conftest import Visit
from tests.uploads import make_workbook

MARKS = {(0, 0): "YNY", (0, 1): "YYY", (1, 0): "YYN", (1, 1): "NYY"}
# A page, and what takes long on it: where it is looked up, and its name there.
SLOW = [
    ("scores", figures, "score_figure"),
    ("agreement", matrices, "reliability_of"),
    ("agreement", robustness_figures, "disagreement_figure"),
    ("what-if", matrices, "robustness_of"),
    ("what-if", robustness_figures, "draw_robustness_charts"),
    ("memo/", matrices, "robustness_of"),
    ("memo/", memo, "compose_memo"),
    ("memo/memo.html", memo, "compose_memo"),
    ("export/tallies.csv", tables, "results_csv"),
    ("export/scores.csv", tables, "scores_csv"),
    ("export/marks.csv", csv_files, "list_safe_cells"),
    ("export/workbook.xlsx", matrices, "reliability_of"),
    ("memo/memo.md", memo, "compose_memo"),
    ("export/journal.csv", csv_files, "list_safe_cells"),
    ("export/vendors.csv", csv_files, "list_safe_cells"),
    ("export/results.json", exports, "analyze_results"),
    ("export/results.json", results_json, "results_object"),
]
PAGES = (
    "", "progress", "matrix", "scores", "compare", "agreement", "what-if", "memo/", "journal",
    "meeting/", "decision/", "committee/", "rubric/", "vendors/", "evidence/",
)  # fmt: skip


@pytest.fixture
def made(make: Factory) -> Made:
    return make.evaluation(phase=Phase.MEETING, marks=MARKS)


def watched(held: list[bool], do: Callable[..., Any]) -> Callable[..., Any]:
    """The function, noting whether a transaction is open while it works."""

    def work(*words: Any, **options: Any) -> Any:
        held.append(db.session().in_transaction())
        return do(*words, **options)

    return work


@pytest.mark.parametrize(("page", "where", "name"), SLOW)
def test_slow_work_begins_after_reading(
    made: Made, visit: Visit, monkeypatch: pytest.MonkeyPatch, page: str, where: Any, name: str
):
    held: list[bool] = []
    monkeypatch.setattr(where, name, watched(held, getattr(where, name)))

    assert visit(made.chair).get(made.url(page)).status_code == 200

    assert held
    assert not any(held)


def test_texts_are_looked_through_after_reading(
    make: Factory, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    made, held = make.evaluation(phase=Phase.DECIDED, marks=MARKS), []
    monkeypatch.setattr(redactions, "has_words", watched(held, redactions.has_words))

    answer = visit(made.chair).get(made.url("archive/texts") + "?show=names")

    assert (answer.status_code, set(held)) == (200, {False})


def test_versions_of_the_plan_are_compared_after_reading(
    made: Made, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    save_plan_answers(made.chair, made.slug, "schedule", {"cohorts": "nine of ten"})
    held: list[bool] = []
    compare = plan_versions.find_answer_changes
    monkeypatch.setattr(plan_versions, "find_answer_changes", watched(held, compare))

    answer = visit(made.chair).get(made.url("plan/sections/schedule/versions"))

    assert (answer.status_code, held) == (200, [False])


def test_a_word_file_is_drawn_after_reading(
    made: Made, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    held: list[bool] = []
    monkeypatch.setitem(RENDERERS, ".docx", watched(held, RENDERERS[".docx"]))

    assert visit(made.chair).get(made.url("memo/memo.docx")).status_code == 200

    assert held == [False]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_drawn_after_reading(app: Flask, made: Made, visit: Visit, page: str):
    held: list[bool] = []

    def note(*_sender: object, **_values: object) -> None:
        held.append(db.session().in_transaction())

    with before_render_template.connected_to(note, app):
        assert visit(made.chair).get(made.url(page)).status_code == 200

    assert held[0] is False


def test_nobody_waits_for_another_writer_for_ever(app: Flask):
    """Longer than that, and a page says that the server is busy; a rollback does not change it."""
    sqlite = db.engine.dialect.name == "sqlite"
    asked = "PRAGMA busy_timeout" if sqlite else "SHOW lock_timeout"
    found = []
    for _time in range(2):
        with db.engine.connect() as connection:
            found.append(connection.exec_driver_sql(asked).scalar())
            connection.rollback()

    assert found == ([5000] * 2 if sqlite else ["5s"] * 2)


@pytest.mark.parametrize(
    "data",
    [b"Vendor\nAcme\n", make_workbook([["Vendor"], ["Acme"]])],
    ids=["text", "workbook"],  # a workbook holds the moment at which it was made
)
def test_no_file_is_parsed_while_others_wait_to_write(app: Flask, data: bytes):
    """What reads a table asks: a use case that does so in its unit of work fails in its tests."""
    with unit_of_work(), pytest.raises(RuntimeError, match="slow work inside a unit of work"):
        read_heads(read_data(data, "vendors"))

    assert [head.rows for head in read_heads(read_data(data, "vendors"))] == [
        [(1, ["Vendor"]), (2, ["Acme"])]
    ]


def test_what_was_read_stays_as_it_was(app: Flask, made: Made):
    evaluation = db.session.get_one(Evaluation, made.evaluation.id)

    end_reading(db.session())

    assert evaluation.__dict__["title"] == "Credit recovery"
    assert not db.session().in_transaction()


def test_rows_that_were_changed_on_the_way_are_never_kept(app: Flask, made: Made):
    evaluation = db.session.get_one(Evaluation, made.evaluation.id)
    evaluation.title = "Another"

    with pytest.raises(RuntimeError, match="outside a unit of work"):
        end_reading(db.session())

    db.session.rollback()
    with unit_of_work(), pytest.raises(RuntimeError, match="inside a unit of work"):
        end_reading(db.session())


class Counted(tuple[Any, ...]):
    """Notes that count how often they are gone through."""

    times = 0

    def __iter__(self) -> Any:
        self.times += 1
        return super().__iter__()


def test_the_memo_goes_through_the_notes_once_however_many_cells_there_are(app: Flask, made: Made):
    evaluation = db.session.get_one(Evaluation, made.evaluation.id)
    facts = memos.load_memo_facts(db.session(), evaluation, "en")
    notes = Counted(facts.notes)

    sections.compose_memo(replace(facts, notes=notes), str)

    assert notes.times == 1
