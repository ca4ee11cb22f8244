"""Scoring: one mark at a time, blind, sealed when submitted."""

import pytest
from flask import Flask
from sqlalchemy import select

from crrubric.domain.errors import Invalid, NotFound, Stale, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.vocabulary import Answer, EvidenceKind, Phase
from crrubric.extensions import db
from crrubric.models import JournalEntry
from crrubric.services.ballots import ballots
from crrubric.services.ballots.ballots import MarkText
from crrubric.services.setup import phases
from tests.factories import Factory, stored_marks
from tests.integration.conftest import Visit
from tests.pages import parse, words


def save(made, reviewer, text, *, version=0, vendor=0, code="ada"):
    return ballots.record_mark(
        made.reviewers[reviewer],
        made.slug,
        made.vendors[vendor].id,
        made.criterion(code).id,
        text,
        seen_version=version,
    )


def test_a_mark_is_stored_with_its_journal_entry(make: Factory):
    made = make.evaluation(phase=Phase.SCORING)

    save(
        made,
        0,
        MarkText(
            answer=Answer.NO,
            note="No captions.",
            evidence_kind=EvidenceKind.DEMO,
            evidence_place="minute 12",
        ),
    )

    entry = db.session.scalars(
        select(JournalEntry).where(JournalEntry.event == Event.MARK_RECORDED)
    ).one()
    assert stored_marks() == [(Answer.NO, "No captions.")]
    assert entry.before is None
    assert entry.after["answer"] == "NO"
    assert entry.after["evidence_place"] == "minute 12"


def test_a_save_that_saw_an_older_version_overwrites_nothing(make: Factory):
    made = make.evaluation(phase=Phase.SCORING)
    save(made, 0, MarkText(answer=Answer.NO, note="first"))
    save(made, 0, MarkText(answer=Answer.YES, note="second"), version=1)

    with pytest.raises(Stale):
        save(made, 0, MarkText(answer=Answer.NO, note="third"), version=1)

    assert stored_marks() == [(Answer.YES, "second")]


def test_an_identical_save_is_no_conflict(make: Factory):
    made = make.evaluation(phase=Phase.SCORING)
    save(made, 0, MarkText(answer=Answer.NO, note="same"))

    mark = save(made, 0, MarkText(answer=Answer.NO, note="same"), version=0)

    assert mark.version == 1
    assert stored_marks() == [(Answer.NO, "same")]


def test_not_applicable_is_refused_where_the_criterion_always_applies(make: Factory):
    made = make.evaluation(phase=Phase.SCORING)

    with pytest.raises(Invalid) as refused:
        save(made, 0, MarkText(answer=Answer.NOT_APPLICABLE))

    assert refused.value.field == "answer"
    assert stored_marks() == []


@pytest.mark.parametrize("phase", [Phase.SETUP, Phase.MEETING, Phase.DECIDED, Phase.ARCHIVED])
def test_nothing_is_marked_outside_scoring(make: Factory, phase: Phase):
    made = make.evaluation(phase=phase)

    with pytest.raises(WrongPhase):
        save(made, 0, MarkText(answer=Answer.YES))

    assert stored_marks() == []


def test_a_chair_who_is_not_a_reviewer_has_no_ballot(make: Factory):
    made = make.evaluation(phase=Phase.SCORING)

    with pytest.raises(NotFound):
        ballots.record_mark(
            made.chair,
            made.slug,
            made.vendors[0].id,
            made.criteria[0].id,
            MarkText(answer=Answer.YES),
            seen_version=0,
        )


def test_the_ballot_page_shows_my_marks_and_nobody_elses(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    save(made, 0, MarkText(answer=Answer.NO, note="mine-word"))
    save(made, 1, MarkText(answer=Answer.NO, note="theirs-word"))

    page = visit(made.reviewers[0]).page(made.url(f"ballots/{made.vendors[0].id}"))

    assert page.status == 200
    assert "mine-word" in page.text
    assert "theirs-word" not in page.text


def test_a_mark_is_saved_without_javascript(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    vendor, criterion = made.vendors[0].id, made.criterion("ada").id
    address = made.url(f"ballots/{vendor}/marks/{criterion}")

    answer = visit(made.reviewers[0]).post(
        address, {"answer": "NO", "note": "=1+1", "version": "0"}
    )

    assert answer.status_code == 303
    assert answer.location.endswith(f"#criterion-{criterion}")
    assert stored_marks() == [(Answer.NO, "=1+1")]


def test_saving_as_json_returns_version_and_progress(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    address = made.url(f"ballots/{made.vendors[0].id}/marks/{made.criterion('ada').id}")

    answer = visit(made.reviewers[0]).post(
        address, {"answer": "YES", "version": "0"}, headers={"Accept": "application/json"}
    )

    assert answer.status_code == 200
    assert answer.json.items() >= {"version": 1, "answered": 1, "total": 3}.items()


def test_saving_without_an_answer_says_so_and_keeps_the_note(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    criterion = made.criterion("ada").id
    address = made.url(f"ballots/{made.vendors[0].id}/marks/{criterion}")

    answer = visit(made.reviewers[0]).post(address, {"note": "a thought", "version": "0"})

    page = parse(answer.status_code, answer.text)
    assert page.status == 422
    assert words(page.with_id(f"criterion-{criterion}-answer-error")) == "Error: Choose an answer"
    assert words(page.with_id(f"criterion-{criterion}-note")) == "a thought"
    assert stored_marks() == []


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("note", "x" * 1_000_000, "Shorten this to 5000 characters; it has 1000000."),
        ("note", "bad\x00byte", "Remove the control character at position 4"),
        ("answer", "MAYBE", "Choose one of the choices shown."),
        ("evidence_on", "yesterday", "Enter a date, like 2027-03-12."),
        ("evidence_kind", "RUMOR", "Choose one of the choices shown."),
        ("version", "seven", "Open the page again"),
    ],
)
def test_invalid_input_is_refused_with_a_message_and_the_rest_is_kept(
    make: Factory, visit: Visit, field: str, value: str, reason: str
):
    made = make.evaluation(phase=Phase.SCORING)
    address = made.url(f"ballots/{made.vendors[0].id}/marks/{made.criterion('ada').id}")
    form = {"answer": "NO", "note": "a note", "evidence_place": "page 4", "version": "0"}

    answer = visit(made.reviewers[0]).post(address, {**form, field: value})

    page = parse(answer.status_code, answer.text)
    assert page.status == 422
    assert reason in " ".join(words(node) for node in page.all("p"))
    assert "page 4" in page.text
    assert stored_marks() == []


def test_a_stale_save_shows_both_texts_and_overwrites_nothing(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    save(made, 0, MarkText(answer=Answer.YES, note="from the other tab"))
    address = made.url(f"ballots/{made.vendors[0].id}/marks/{made.criterion('ada').id}")

    answer = visit(made.reviewers[0]).post(
        address, {"answer": "NO", "note": "from this tab", "version": "0"}
    )

    assert answer.status_code == 409
    assert "from the other tab" in answer.text
    assert "from this tab" in answer.text
    assert stored_marks() == [(Answer.YES, "from the other tab")]


def test_a_save_after_closing_returns_the_typed_text(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    person = visit(made.reviewers[0])
    phases.change_phase(made.chair, made.slug, Phase.MEETING)
    address = made.url(f"ballots/{made.vendors[0].id}/marks/{made.criterion('ada').id}")
    note = "a long thought that came too late"

    answer = person.post(address, {"answer": "NO", "note": note, "version": "0"})

    assert answer.status_code == 409
    assert note in answer.text
    assert stored_marks() == []


def test_nothing_that_was_sent_for_an_answer_lies_in_memory(
    app: Flask, make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.SCORING)
    path = made.url(f"ballots/{made.vendors[0].id}/marks/{made.criteria[0].id}")

    page = visit(made.reviewers[0]).post(path, {"answer": "CANARY", "version": "0"})

    assert page.status_code == 422
    assert "CANARY" not in str(app.jinja_env.choose_language("en").parts.keys())
