"""The rubric in another language: read where somebody reads, kept out of the record's words."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from crrubric.domain.events import Event
from crrubric.domain.vocabulary import Answer, CorrectionEffect, EvidenceKind, Phase
from crrubric.extensions import db
from crrubric.models import Criterion, Evaluation, JournalEntry
from crrubric.services.ballots.ballots import MarkText, record_mark
from crrubric.services.people.accounts import choose_language
from crrubric.services.setup import corrections, rubrics
from tests.factories import Factory, Made, full_rubric
from tests.integration.conftest import Visit

ENGLISH, SPANISH = "Supports English learners", "Apoya a los estudiantes de inglés"


@pytest.fixture
def made(make: Factory) -> Made:
    """The built-in rubric, whose reviewers read Spanish."""
    made = make.evaluation(rubric=full_rubric())
    for person in (*made.reviewers, made.chair):
        choose_language(person, "es")
    return made


def typed(row: Criterion, **more: str) -> dict[str, str]:
    """The set-up form of a criterion as the page shows it, with what is changed."""
    own = {f"es-{key}": text for key, text in row.translations["es"].items()}
    texts = {key: getattr(row, key) for key in ("title", "question", "look_for", "practice")}
    return {**texts, "weight": "1", "lead": str(row.lead or ""), **own, **more}


def fresh(row: Criterion) -> Criterion:
    db.session.expire_all()
    return db.session.get_one(Criterion, row.id)


def test_spanish_pages_show_the_rubric_in_spanish(make: Factory, made: Made, visit: Visit):
    ell, vendor = made.criterion("ell"), made.vendors[0].id
    make.forward(made, Phase.SCORING, {(0, 0): "Y" * 21, (1, 0): "N" * 21})
    pages = [
        visit(made.reviewers[0]).get(made.url(f"ballots/{vendor}{x}")) for x in ("", "/submit")
    ]
    make.forward(made, Phase.MEETING, {})
    chair = visit(made.chair)
    paths = ("rubric/", "matrix", "compare", "meeting/", "agreement", "what-if",
             f"cells/{vendor}/{ell.id}", f"questions/vendors/{vendor}/new")  # fmt: skip
    pages += [chair.get(made.url(path)) for path in paths]

    for page in pages:
        assert page.status_code == 200, page.request.path
        assert (SPANISH in page.text, ENGLISH in page.text) == (True, False), page.request.path


def test_the_record_keeps_the_original_texts(make: Factory, made: Made, visit: Visit):
    make.forward(made, Phase.SCORING, {(0, 0): "Y" * 21, (1, 0): "N" * 21})
    make.submit(made, 0, 0)
    own = visit(made.reviewers[0])
    sealed = own.send("GET", made.url(f"ballots/{made.vendors[0].id}/sealed/1"))
    make.forward(made, Phase.MEETING, {})
    chair = visit(made.chair)
    exports = [chair.get(made.url(f"export/{name}")) for name in ("results.json", "marks.csv")]

    assert "Apoya a los" not in "".join(answer.text for answer in (sealed, *exports))
    subjects = db.session.scalars(select(JournalEntry.subject)).all()
    assert [text for text in subjects if SPANISH in text] == []
    assert [text for text in subjects if ENGLISH in text] != []


def test_the_memo_is_in_the_language_of_the_evaluation(make: Factory, made: Made, visit: Visit):
    chair = visit(made.chair)
    facts = {"title": made.evaluation.title, "purpose": "", "closes_on": ""}
    assert chair.edit(made.url("facts"), {**facts, "language": "xx"}).status_code == 422
    assert chair.edit(made.url("facts"), {**facts, "language": "es"}).status_code == 303
    make.forward(made, Phase.MEETING, {})
    choose_language(made.chair, "en")

    memo = visit(made.chair).get(made.url("memo/memo.html")).text

    assert '<html lang="es">' in memo
    assert "Memorando de selección" in memo
    assert SPANISH in memo
    noted = db.session.query(JournalEntry).filter_by(event=Event.EVALUATION_CHANGED).one()
    assert (noted.before, noted.after) == ({"language": "en"}, {"language": "es"})
    assert db.session.get_one(Evaluation, made.evaluation.id).language == "es"


def test_the_memo_names_evidence_in_its_language(make: Factory, made: Made, visit: Visit):
    visit(made.chair).edit(
        made.url("facts"), {"title": "Cursos", "purpose": "", "closes_on": "", "language": "es"}
    )
    make.forward(made, Phase.SCORING, {})
    text = MarkText(
        answer=Answer.YES,
        note="Lo vi.",
        evidence_kind=EvidenceKind.DOCUMENT,
        evidence_place="p. 7",
        evidence_until=date(2027, 6, 30),
    )
    for reviewer in made.reviewers:
        where = made.vendors[0].id, made.criterion("ell").id
        record_mark(reviewer, made.slug, *where, text, seen_version=0)
    make.forward(made, Phase.MEETING, {})

    memo = visit(made.chair).get(made.url("memo/memo.html")).text

    assert "Documento · p. 7 · vigente hasta el 2027-06-30" in memo


def test_the_chair_changes_text_and_translation_together(made: Made, visit: Visit):
    ell = made.criterion("ell")
    url = made.url(f"rubric/criteria/{ell.id}")
    chair = visit(made.chair)
    assert 'id="es-title"' in chair.get(url).text

    chair.edit(url, typed(ell, title="Helps newcomers", **{"es-title": "Ayuda a recién llegados"}))

    row = fresh(ell)
    assert (row.title, row.translations["es"]["title"]) == (
        "Helps newcomers", "Ayuda a recién llegados",
    )  # fmt: skip
    noted = db.session.query(JournalEntry).filter_by(event=Event.CRITERION_TRANSLATED).one()
    assert noted.after == {"title (es)": "Ayuda a recién llegados"}


def test_a_translation_is_removed_if_only_its_text_changed(made: Made, visit: Visit):
    ell = made.criterion("ell")
    chair = visit(made.chair)

    chair.edit(made.url(f"rubric/criteria/{ell.id}"), typed(ell, question="Is there support?"))

    assert set(fresh(ell).translations["es"]) == {"title", "look_for", "practice"}
    told = chair.get(made.url("rubric/")).text
    assert "Los textos que cambiaron ya no tienen traducción" in told
    assert "Is there support?" in told


def test_saving_without_a_change_writes_nothing(made: Made, visit: Visit):
    ell = made.criterion("ell")
    before = dict(ell.translations)

    visit(made.chair).edit(made.url(f"rubric/criteria/{ell.id}"), typed(ell))

    assert fresh(ell).translations == before
    assert db.session.query(JournalEntry).filter_by(event=Event.CRITERION_TRANSLATED).all() == []


def test_an_empty_translation_falls_back_to_the_original(made: Made, visit: Visit):
    ell = made.criterion("ell")
    chair = visit(made.chair)

    chair.edit(made.url(f"rubric/criteria/{ell.id}"), typed(ell, **{"es-title": ""}))

    assert "title" not in fresh(ell).translations["es"]
    assert ENGLISH in chair.get(made.url("rubric/")).text


def test_a_translation_that_is_too_long_is_refused_and_kept(made: Made, visit: Visit):
    ell = made.criterion("ell")

    page = visit(made.chair).edit(
        made.url(f"rubric/criteria/{ell.id}"), typed(ell, **{"es-title": "x" * 201})
    )

    assert page.status_code == 422
    assert "x" * 201 in page.text
    assert fresh(ell).translations["es"]["title"] == SPANISH


def test_a_correction_removes_or_replaces_the_translation(make: Factory, made: Made, visit: Visit):
    make.forward(made, Phase.SCORING, {})
    ell = made.criterion("ell")
    words = corrections.Correction(
        title=ell.title,
        question="Is there support?",
        look_for=ell.look_for,
        effect=CorrectionEffect.KEEP,
        reason="Clearer",
    )
    corrections.correct_criterion(made.chair, made.slug, ell.id, words)
    assert "question" not in fresh(ell).translations["es"]

    visit(made.chair).edit(
        made.url(f"rubric/criteria/{ell.id}/correct"),
        {"title": ell.title, "question": "Is there help?", "look_for": ell.look_for,
         "effect": "KEEP", "reason": "Clearer still", "es-question": "¿Hay ayuda?",
         "es-title": SPANISH, "es-look_for": "Mire."},
    )  # fmt: skip

    own = fresh(ell).translations["es"]
    assert (own["question"], own["look_for"], "practice" in own) == ("¿Hay ayuda?", "Mire.", True)


def test_only_the_chair_in_set_up_changes_a_translation(made: Made, visit: Visit):
    ell = made.criterion("ell")

    page = visit(made.reviewers[0]).post(
        made.url(f"rubric/criteria/{ell.id}"), typed(ell, **{"es-title": "Otra cosa"})
    )

    assert page.status_code == 404
    assert fresh(ell).translations["es"]["title"] == SPANISH


def test_a_translation_by_the_service_is_cleaned(made: Made):
    ell = made.criterion("ell")
    text = rubrics.CriterionText(
        title=ell.title, question=ell.question, look_for=ell.look_for, practice=ell.practice
    )

    rubrics.change_criterion(
        made.chair,
        made.slug,
        ell.id,
        replace(text),
        translations={"es": {"title": "  Ayuda\n ya "}},
    )

    assert fresh(ell).translations["es"]["title"] == "Ayuda ya"
