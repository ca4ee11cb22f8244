"""The journal alone tells what is: each entry carries what its change made."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select

from crrubric.domain.events import Event
from crrubric.domain.vocabulary import MotionKind, Phase, Role, Stakeholder
from crrubric.extensions import db
from crrubric.models import JournalEntry, Member
from crrubric.services.meeting import meetings, positions
from crrubric.services.meeting.meetings import MotionText
from crrubric.services.setup import committee, rubrics, rules
from crrubric.services.setup.rubric import order as rubric_order
from crrubric.web.record.journal_words import list_entry_differences
from tests import in_meeting
from tests.factories import Factory
from tests.integration.conftest import Visit

TEXT = rubrics.CriterionText(title="Exports grades")


def entry(event: Event) -> JournalEntry:
    """The newest entry of this kind."""
    rows = select(JournalEntry).where(JournalEntry.event == event)
    found = db.session.scalars(rows.order_by(JournalEntry.id.desc())).first()
    assert found is not None
    return found


def row_of(event: Event) -> dict[str, Any]:
    """What the newest entry of this kind keeps for who replays the journal."""
    found = entry(event)
    kept: dict[str, Any] = (found.after or found.before or {})["row"]
    return kept


def test_a_new_evaluation_tells_its_rubric_its_rule_and_its_chair(make: Factory):
    made = make.evaluation()

    row = row_of(Event.EVALUATION_CREATED)

    assert [one["code"] for one in row["criteria"]] == ["ada", "sis", "teacher"]
    assert row["criteria"][0]["look_for"] == "Use the keyboard only."
    assert (row["sections"][0]["title"], row["rule"]["kind"]) == ("Everything", "MAJORITY")
    assert row["chair"]["row"] == {"user_id": made.chair.user_id, "made_account": False}


def test_a_new_section_criterion_and_vendor_tell_their_ids_and_places(make: Factory):
    made = make.evaluation()
    section = rubrics.add_section(made.chair, made.slug, title="More")
    criterion = rubrics.add_criterion(made.chair, made.slug, section.id, TEXT)

    assert row_of(Event.SECTION_ADDED)["id"] == section.id
    assert entry(Event.CRITERION_ADDED).criterion_id == criterion.id
    assert row_of(Event.CRITERION_ADDED)["section_id"] == section.id
    assert row_of(Event.VENDOR_ADDED) == {"code": made.vendors[1].code, "position": 1}


def test_a_moved_criterion_records_the_resulting_order(make: Factory):
    made = make.evaluation()
    first, second, third = (criterion.id for criterion in made.criteria)

    rubric_order.move_criterion(made.chair, made.slug, first, by=1)

    order = row_of(Event.CRITERION_MOVED)["order"]
    assert order == [[made.criteria[0].section_id, [second, first, third]]]


def test_an_invitation_records_the_person(make: Factory):
    made = make.evaluation()
    user = make.user()

    committee.invite_member(
        made.chair,
        made.slug,
        name=user.name,
        email=user.email,
        roles=frozenset({Role.OBSERVER}),
        stakeholder=Stakeholder.TEACHER,
    )

    assert row_of(Event.MEMBER_INVITED) == {"user_id": user.id, "made_account": False}


def test_a_rule_saved_again_without_change_is_recorded_once(make: Factory):
    made = make.evaluation()

    for _time in range(2):
        rules.set_rule(made.chair, made.slug, rules.RuleSettings())

    told = db.session.scalars(select(JournalEntry).where(JournalEntry.event == Event.RULE_CHANGED))
    assert [one.after["kind"] for one in told if one.after] == ["MAJORITY"]


def test_attendance_and_motions_are_told_in_full(make: Factory):
    made = make.evaluation(phase=Phase.MEETING)
    meetings.start_meeting(made.chair, made.slug)
    there = sorted(db.session.scalars(select(Member.id)))
    long = "To go on. " * 100

    meetings.record_attendance(made.chair, made.slug, there)
    meetings.record_motion(
        made.chair,
        made.slug,
        MotionText(
            words=long, in_favor=2, opposed=1, abstaining=0, moved_by="Ana", seconded_by="Ben"
        ),
    )

    assert row_of(Event.ATTENDANCE_CHANGED) == {"present": there}
    assert row_of(Event.MOTION_RECORDED) == {"kind": MotionKind.OTHER, "words": long.strip()}
    motion = entry(Event.MOTION_RECORDED).after or {}
    assert (motion["moved by"], motion["seconded by"]) == ("Ana", "Ben")


def test_the_journal_records_which_of_two_equal_commitments_was_withdrawn(make: Factory):
    made = make.evaluation(phase=Phase.MEETING)
    text = positions.CommitmentText("Captions", "Ana", date(2027, 8, 1))
    first, _second = (
        positions.record_commitment(made.chair, made.slug, made.vendors[0].id, text).id
        for _time in range(2)
    )

    positions.withdraw_commitment(made.chair, made.slug, first, reason="Doubled")

    assert row_of(Event.COMMITMENT_WITHDRAWN) == {"id": first}


def test_details_needed_only_for_replay_are_not_shown(make: Factory, visit: Visit):
    made = make.evaluation()

    page = visit(made.chair).get(made.url("journal")).text

    assert ("rubric: " in page, "row: " in page, "user_id" in page) == (True, False, False)


def test_a_reason_is_said_once(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.MEETING, marks={(0, 0): "YN", (1, 0): "NN"})
    in_meeting.open_meeting(made.chair, made.slug)
    chair = visit(made.chair)
    cell = made.url(f"cells/{made.vendors[0].id}/{made.criterion('ada').id}")
    chair.post(cell, {"value": "MET", "reason": "We saw it work.", "version": "0"})

    assert chair.get(made.url("journal")).text.count("We saw it work.") == 1


def test_a_finding_on_an_unresolved_cell_asks_for_a_reason(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.MEETING, marks={(0, 0): "YN", (1, 0): "NN"})
    chair, cells = visit(made.chair), [row.id for row in made.criteria[:2]]
    tie, settled = (
        chair.get(made.url(f"cells/{made.vendors[0].id}/{criterion}")).text for criterion in cells
    )

    assert "The ballots do not settle this: say what did." in tie
    assert "Needed if the finding differs" not in tie
    assert "Needed if the finding differs" in settled


@pytest.mark.parametrize(
    ("event", "field", "codes", "told"),
    [
        (Event.COMMITMENT_SETTLED, "state", ("OPEN", "KEPT"), ("open", "kept")),
        (Event.ITEM_MOVED, "state", ("OPEN", "DONE"), ("open", "done")),
        (Event.PURCHASE_LINE_RECORDED, "state", ("OPEN", "DONE"), ("not done", "done")),
        (
            Event.PURCHASE_LINE_RECORDED,
            "state",
            ("DONE", "NOT_APPLICABLE"),
            ("done", "does not apply"),
        ),
        (Event.MARK_RECORDED, "answer", ("NO", "NOT_APPLICABLE"), ("No", "Not applicable")),
    ],
)
def test_a_code_is_told_in_the_words_of_what_it_is_about(
    app: Flask, event: Event, field: str, codes: tuple[str, str], told: tuple[str, str]
):
    old, new = codes
    row = JournalEntry(event=event, subject="", before={field: old}, after={field: new})

    with app.test_request_context():
        found = list_entry_differences(row)

    assert [words for _name, *words in found] == [list(told)]


@pytest.mark.parametrize(
    ("event", "fields", "told"),
    [
        (
            Event.BALLOT_ENTERED,
            {"given on": "2026-11-30"},
            [("dada el", "–", "30 de noviembre de 2026")],
        ),
        (
            Event.QUESTIONS_SENT,
            {"questions": 2, "sent on": "2026-11-30"},
            [("preguntas", "–", "2"), ("enviada el", "–", "30 de noviembre de 2026")],
        ),
        (Event.ARCHIVE_MADE, {"copy": "redacted"}, [("copia", "–", "para el público")]),
        (Event.MARK_RECORDED, {"note": "2026-11-30"}, [("nota", "–", "2026-11-30")]),
    ],
)
def test_names_and_days_are_told_in_the_language_of_the_page(
    app: Flask, event: Event, fields: dict[str, Any], told: list[tuple[str, str, str]]
):
    row = JournalEntry(event=event, subject="", after=fields)

    with app.test_request_context(), force_locale("es_US"):
        found = list_entry_differences(row)

    assert found == told
