"""Two people edit one thing: nobody overwrites what they have not seen, and nothing typed is lost.

Every form is opened by two, saved by one and sent by the other.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from crrubric.clock import now_utc
from crrubric.domain.setup.assignment import Assignment
from crrubric.domain.versions import fingerprint_values
from crrubric.domain.vocabulary import Outcome, Phase, Role, Stakeholder
from crrubric.extensions import db
from crrubric.models import Finding, JournalEntry, Member, Position, Vendor
from crrubric.queries.people.people import Actor
from crrubric.queries.record.verification import verify_record
from crrubric.queries.setup.assignments import assignment_of
from crrubric.services.meeting import decisions, meetings
from crrubric.services.setup import assignments, committee, rules, vendors
from crrubric.services.setup.rubric import order as rubric_order
from tests import in_meeting
from tests.factories import Factory, Made
from tests.integration.conftest import Visit, Visitor
from tests.integration.shared.test_races import names, together
from tests.pages import filled_form, parse, words

SOON = (now_utc() + timedelta(days=30)).date()
LATER, LAST = SOON + timedelta(days=1), SOON + timedelta(days=2)


@dataclass(frozen=True, kw_only=True)
class Edit:
    """A form with what the first and the second person change in it.

    note: the control beside which the second is told of the first one's value.
    """

    path: Callable[[Made], str]
    first: dict[str, Any]
    second: dict[str, Any]
    note: str
    told: str
    phase: Phase = Phase.SETUP


def member_of(made: Made, actor: Actor) -> int:
    return db.session.scalars(
        select(Member.id).where(
            Member.evaluation_id == made.evaluation.id, Member.user_id == actor.user_id
        )
    ).one()


EDITS = {
    "facts": Edit(
        path=lambda made: "facts",
        first={"purpose": "For summer school"},
        second={"purpose": "For the evening school"},
        note="purpose",
        told="For summer school",
    ),
    "rule": Edit(
        path=lambda made: "rule",
        first={"pass_mark": "70"},
        second={"pass_mark": "90"},
        note="pass_mark",
        told="70",
    ),
    "vendor": Edit(
        path=lambda made: f"vendors/{made.vendors[0].id}",
        first={"unit_price": "12.50"},
        second={"unit_price": "1,400"},
        note="unit_price",
        told="12.5",
    ),
    "criterion": Edit(
        path=lambda made: f"rubric/criteria/{made.criteria[0].id}",
        first={"es-title": "Accesible"},
        second={"es-title": "Para todos"},
        note="es-title",
        told="Accesible",
    ),
    "weights": Edit(
        path=lambda made: "rubric/weights/",
        first={"c{criterion}-weight": "3"},
        second={"c{criterion}-weight": "4.5"},
        note="c{criterion}-weight",
        told="3",
    ),
    "correction": Edit(
        path=lambda made: f"rubric/criteria/{made.criteria[0].id}/correct",
        first={"question": "Is it for all?", "reason": "Clearer"},
        second={"question": "Is it for each?", "reason": "Shorter"},
        note="question",
        told="Is it for all?",
        phase=Phase.SCORING,
    ),
    "seat": Edit(
        path=lambda made: f"committee/{member_of(made, made.reviewers[0])}",
        first={"roles": "observer"},
        second={"roles": "chair-reviewer"},
        note="roles",
        told="Observer: reads the results",
    ),
    "closing day": Edit(
        path=lambda made: "progress/closing-day",
        first={"closes_on": SOON.isoformat()},
        second={"closes_on": LATER.isoformat()},
        note="closes_on",
        told=str(SOON.year),
        phase=Phase.SCORING,
    ),
    "retention": Edit(
        path=lambda made: "retention",
        first={"until": "2034-06-30", "hold": "A protest"},
        second={"until": "2034-06-30", "hold": "A lawsuit"},
        note="hold",
        told="A protest",
        phase=Phase.DECIDED,
    ),
    "decision": Edit(
        path=lambda made: "decision/",
        first={"reason": "It is the best."},
        second={"reason": "It is the cheapest."},
        note="reason",
        told="It is the best.",
        phase=Phase.MEETING,
    ),
}


def second_chair(make: Factory, made: Made) -> Actor:
    return make.member(made.chair, made.slug, frozenset({Role.CHAIR}))


def opened(visitor: Visitor, made: Made, edit: Edit) -> dict[str, list[str]]:
    """The form as somebody has it before them."""
    url = made.url(edit.path(made))
    return filled_form(visitor.page(url), url)


def name_controls(edit: Edit, made: Made) -> Edit:
    """The edit with the names that controls have in this evaluation."""

    def name(text: str) -> str:
        return text.format(criterion=made.criteria[0].id)

    return replace(
        edit,
        first={name(key): value for key, value in edit.first.items()},
        second={name(key): value for key, value in edit.second.items()},
        note=name(edit.note),
    )


def start(make: Factory, phase: Phase) -> tuple[Made, Actor]:
    """An evaluation in this phase, with a recommendation in the meeting, and its second chair."""
    made = make.evaluation()
    second = second_chair(make, made)
    make.forward(made, phase, {})
    if phase is Phase.MEETING:
        text = decisions.DecisionText(vendor_id=made.vendors[0].id, reason="It fits us.")
        decisions.record_decision(made.chair, made.slug, text)
    return made, second


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_who_saves_second_is_told_and_what_they_typed_is_kept(
    make: Factory, visit: Visit, edit: Edit
):
    made, second_actor = start(make, edit.phase)
    edit = name_controls(edit, made)
    one, other = visit(made.chair), visit(second_actor)
    url = made.url(edit.path(made))
    first, second = opened(one, made, edit), opened(other, made, edit)
    assert one.post(url, {**first, **edit.first}).status_code == 303
    entries = count_entries()

    answer = other.post(url, {**second, **edit.second})

    page = parse(answer.status_code, answer.text)
    assert page.status == 409
    assert "This was changed after you opened it" in words(page.with_id("error-summary"))
    note = words(page.with_id(f"{edit.note}-newer"))
    assert "Saved meanwhile by Dana Chair," in note
    assert edit.told in note
    assert "what you typed is kept" in words(page.with_id("error-summary"))
    typed = filled_form(page, url)
    assert {key: typed[key] for key in edit.second} == {k: [v] for k, v in edit.second.items()}
    assert count_entries() == entries


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_sending_it_again_is_deliberate_and_saves(make: Factory, visit: Visit, edit: Edit):
    made, second_actor = start(make, edit.phase)
    edit = name_controls(edit, made)
    one, other = visit(made.chair), visit(second_actor)
    url = made.url(edit.path(made))
    first, second = opened(one, made, edit), opened(other, made, edit)
    one.post(url, {**first, **edit.first})
    refused = other.post(url, {**second, **edit.second})

    answer = other.post(url, filled_form(parse(refused.status_code, refused.text), url))

    assert answer.status_code == 303


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_a_record_verifies_after_the_same_was_saved_twice(make: Factory, visit: Visit, edit: Edit):
    made, _second = start(make, edit.phase)
    edit = name_controls(edit, made)
    chair, url = visit(made.chair), made.url(edit.path(made))
    for allowed in ({303}, {303, 422}):  # a correction that changes nothing is refused
        answer = chair.post(url, {**opened(chair, made, edit), **edit.first})
        assert answer.status_code in allowed

    assert [str(problem) for problem in verify_record(db.session()).problems] == []


def test_a_control_that_was_left_alone_takes_over_what_was_saved_meanwhile(
    make: Factory, visit: Visit
):
    made = make.evaluation()
    one, other = visit(made.chair), visit(second_chair(make, made))
    url = made.url(f"vendors/{made.vendors[0].id}")
    first, second = (filled_form(who.page(url), url) for who in (one, other))
    one.post(url, {**first, "contact_name": "Ann Lee", "quantity": "400", "price_unit": "SEAT"})

    answer = other.post(url, {**second, "term_months": "36"})

    page = parse(answer.status_code, answer.text)
    typed = filled_form(page, url)
    assert page.status == 409
    assert [typed[name] for name in ("contact_name", "quantity", "price_unit", "term_months")] == [
        ["Ann Lee"], ["400"], ["SEAT"], ["36"],
    ]  # fmt: skip
    assert "term_months-newer" not in answer.text
    summary = words(page.with_id("error-summary"))
    assert "Contact person: it shows what was saved meanwhile" in summary
    assert "Quantity: it shows what was saved meanwhile" in summary
    assert other.post(url, typed).status_code == 303
    vendor = db.session.get_one(Vendor, made.vendors[0].id, populate_existing=True)
    assert (vendor.contact_name, vendor.quantity, vendor.term_months) == ("Ann Lee", 400, 36)


def test_the_same_values_twice_are_no_conflict(make: Factory, visit: Visit):
    made = make.evaluation()
    one, other = visit(made.chair), visit(second_chair(make, made))
    url = made.url("facts")
    first, second = (filled_form(who.page(url), url) for who in (one, other))
    one.post(url, {**first, "purpose": "For summer"})

    answer = other.post(url, {**second, "purpose": " For summer "})

    assert answer.status_code == 303


def test_a_form_without_a_version_is_refused(make: Factory, visit: Visit):
    made = make.evaluation()
    url = made.url(f"vendors/{made.vendors[0].id}")

    answer = visit(made.chair).post(url, {"company": "Renamed"})

    assert answer.status_code == 409
    assert 'value="Renamed"' in answer.text


def test_a_change_that_the_form_does_not_show_is_no_conflict(make: Factory, visit: Visit):
    made = make.evaluation()
    one = visit(made.chair)
    url = made.url(f"rubric/criteria/{made.criteria[0].id}")
    form = filled_form(one.page(url), url)
    rubric_order.move_criterion(made.chair, made.slug, made.criteria[0].id, by=1)

    assert one.post(url, {**form, "title": "For everybody"}).status_code == 303


def test_ticks_of_an_assignment_that_somebody_else_changed_are_told(make: Factory, visit: Visit):
    made = make.evaluation()
    second, member = second_chair(make, made), member_of(made, made.reviewers[0])
    first, *others = (row.id for row in made.criteria)
    assign(made.chair, made, member, Assignment(None, frozenset({first})))
    one, url = visit(made.chair), made.url(f"assignment/{member}")
    form = filled_form(one.page(url), url)
    assign(second, made, member, Assignment(None, frozenset({first, others[0]})))

    answer = one.post(url, {**form, "criterion": [str(first), str(others[1])]})

    page = parse(answer.status_code, answer.text)
    assert page.status == 409
    typed = filled_form(page, url)
    assert typed["criterion"] == [str(first), str(others[1])]
    said = [words(node) for node in page.all("span") if node.get("class") == "newer"]
    assert said == ["Saved meanwhile: selected", "Saved meanwhile: not selected"]
    assert f"It was last saved by {second.name}," in words(page.with_id("error-summary"))
    assert one.post(url, typed).status_code == 303


def test_everything_that_was_left_alone_takes_over_the_ticks_saved_meanwhile(
    make: Factory, visit: Visit
):
    made = make.evaluation()
    second, member = second_chair(make, made), member_of(made, made.reviewers[0])
    one, url = visit(made.chair), made.url(f"assignment/{member}")
    form = filled_form(one.page(url), url)
    some = frozenset({made.vendors[0].id})
    assign(second, made, member, Assignment(some, None))

    answer = one.post(url, {**form, "criteria": "some", "criterion": [str(made.criteria[0].id)]})

    page = parse(answer.status_code, answer.text)
    assert f"Saved meanwhile by {second.name}," in words(page.with_id("vendors-newer"))
    assert one.post(url, filled_form(page, url)).status_code == 303
    found = assignment_of(db.session(), db.session.get_one(Member, member, populate_existing=True))
    assert found == Assignment(some, frozenset({made.criteria[0].id}))


def assign(actor: Actor, made: Made, member: int, wanted: Assignment) -> None:
    assignments.assign_reviewer(actor, made.slug, member, wanted)


def test_attendance_that_somebody_else_recorded_is_not_overwritten(make: Factory, visit: Visit):
    made, second = start(make, Phase.MEETING)
    meetings.start_meeting(made.chair, made.slug)
    ids = [member_of(made, actor) for actor in made.reviewers]
    one = visit(made.chair)
    url, page = made.url("meeting/present"), made.url("meeting/")
    form = filled_form(one.page(page), url)
    meetings.record_attendance(second, made.slug, [ids[0]])

    answer = one.post(url, {**form, "present": [str(ids[1])]})

    refused = parse(answer.status_code, answer.text)
    assert refused.status == 409
    assert filled_form(refused, url)["present"] == [str(ids[1])]
    assert "Saved meanwhile: selected" in answer.text
    assert "It was last saved by" in words(refused.with_id("error-summary"))
    assert one.post(url, filled_form(refused, url)).status_code == 303


def test_a_finding_that_was_changed_meanwhile_is_not_withdrawn_unread(make: Factory, visit: Visit):
    made, second = start(make, Phase.MEETING)
    place = (made.slug, made.vendors[0].id, made.criteria[0].id)
    text = decisions.FindingText(Outcome.MET, "Shown to all.")
    in_meeting.record_finding(made.chair, *place, text, seen_version=0)
    chair, page = visit(made.chair), made.url(f"cells/{place[1]}/{place[2]}")
    form = filled_form(chair.page(page), f"{page}/withdraw")
    other = decisions.FindingText(Outcome.NOT_MET, "It failed with the keyboard.")
    in_meeting.record_finding(second, *place, other, seen_version=1)

    answer = chair.post(f"{page}/withdraw", {**form, "reason": "Nobody has seen it work."})

    assert answer.status_code == 409
    assert "Nobody has seen it work." in answer.text
    assert db.session.scalars(select(Finding.reason)).one() == "It failed with the keyboard."


def test_a_finding_that_was_withdrawn_and_recorded_anew_is_another_one(make: Factory, visit: Visit):
    made, second = start(make, Phase.MEETING)
    place = (made.slug, made.vendors[0].id, made.criteria[0].id)
    text = decisions.FindingText(Outcome.MET, "Shown to all.")
    in_meeting.record_finding(made.chair, *place, text, seen_version=0)
    chair, url = visit(made.chair), made.url(f"cells/{place[1]}/{place[2]}")
    form = filled_form(chair.page(url), url)
    in_meeting.withdraw_finding(second, *place, reason="It was too early.")
    other = decisions.FindingText(Outcome.NOT_MET, "It failed with the keyboard.")
    in_meeting.record_finding(second, *place, other, seen_version=0)

    answer = chair.post(url, {**form, "agreed": "Everybody"})

    page = parse(answer.status_code, answer.text)
    assert page.status == 409
    assert filled_form(page, url)["agreed"] == ["Everybody"]
    assert db.session.scalars(select(Finding.reason)).one() == "It failed with the keyboard."
    assert chair.post(url, filled_form(page, url)).status_code == 303


def test_two_windows_of_one_reviewer_do_not_overwrite_each_others_position(
    make: Factory, visit: Visit
):
    made, _second = start(make, Phase.MEETING)
    reader = visit(made.reviewers[0])
    url, page = made.url("decision/position"), made.url("decision/")
    form = filled_form(reader.page(page), url)
    first = reader.post(url, {**form, "kind": "SUPPORT", "words": "Yes"})

    answer = reader.post(url, {**form, "kind": "LIVE_WITH", "words": "But why"})

    assert (first.status_code, answer.status_code) == (303, 409)
    assert "But why" in answer.text
    assert words(parse(409, answer.text).with_id("position-words-newer")) == (
        "Saved meanwhile: Yes"
    )


def test_a_position_is_not_taken_on_a_recommendation_that_was_not_seen(make: Factory, visit: Visit):
    made, _second = start(make, Phase.MEETING)
    reader = visit(made.reviewers[0])
    url, page = made.url("decision/position"), made.url("decision/")
    form = filled_form(reader.page(page), url)
    text = decisions.DecisionText(vendor_id=made.vendors[1].id, reason="It fits us better.")
    decisions.record_decision(made.chair, made.slug, text)

    answer = reader.post(url, {**form, "kind": "SUPPORT", "words": "Good."})

    assert answer.status_code == 409
    assert "It fits us better." in answer.text
    assert db.session.scalars(select(Position)).all() == []
    again = filled_form(parse(answer.status_code, answer.text), url)
    assert reader.post(url, again).status_code == 303


def test_ones_own_name_changed_in_another_window_is_told(make: Factory, visit: Visit):
    person = visit(make.actor("Rosa"))
    form = filled_form(person.page("/account"), "/account")
    person.post("/account", {**form, "name": "Rosa Díaz"})

    answer = person.post("/account", {**form, "name": "R. Díaz"})

    assert answer.status_code == 409
    assert 'value="R. Díaz"' in answer.text


def test_an_address_that_another_chair_corrected_is_told(make: Factory, visit: Visit):
    made = make.evaluation()
    seat = committee.invite_member(
        made.chair,
        made.slug,
        name="Ann",
        email="an@school.example",
        roles=frozenset({Role.REVIEWER}),
        stakeholder=Stakeholder.TEACHER,
    ).member.id
    one, other = visit(made.chair), visit(second_chair(make, made))
    url = made.url(f"committee/{seat}/address")
    first, second = (filled_form(who.page(url), url) for who in (one, other))
    one.post(url, {**first, "email": "ann@school.example"})

    answer = other.post(url, {**second, "email": "anne@school.example"})

    assert answer.status_code == 409
    assert "ann@school.example" in answer.text
    assert "Saved meanwhile by Dana Chair," in answer.text
    assert 'value="anne@school.example"' in answer.text


def test_of_two_who_save_one_vendor_at_once_the_later_gets_a_conflict(app: Flask, make: Factory):
    made = make.evaluation()
    seen = fingerprint_values(vendors.serialize_vendor_facts(made.vendors[0]))
    vendor, slug = made.vendors[0].id, made.slug

    def saving(actor: Actor, company: str) -> Callable[[], object]:
        facts = vendors.VendorFacts(company=company)
        return lambda: vendors.change_vendor(actor, slug, vendor, facts, seen=seen)

    found = together(app, made, saving(made.chair, "One"), saving(made.chair, "Other"))

    assert names(found) == ["Stale", "Vendor"]
    winner = "One" if isinstance(found[0], Vendor) else "Other"
    db.session.rollback()
    assert db.session.get_one(Vendor, vendor).company == winner


def test_of_two_who_set_the_rule_at_once_the_later_gets_a_conflict(app: Flask, make: Factory):
    made = make.evaluation()
    seen = fingerprint_values({**vars_of_rule(made)})
    one, other = rules.RuleSettings(pass_mark=70), rules.RuleSettings(pass_mark=90)
    slug, chair = made.slug, made.chair

    found = together(
        app,
        made,
        lambda: rules.set_rule(chair, slug, one, seen=seen),
        lambda: rules.set_rule(chair, slug, other, seen=seen),
    )

    assert names(found) == ["Evaluation", "Stale"]


def vars_of_rule(made: Made) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(rules.rule_settings(made.evaluation))


def count_entries() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(JournalEntry)) or 0
