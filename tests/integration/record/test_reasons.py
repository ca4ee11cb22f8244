"""A reason that somebody typed is recorded, or they are told that it is not.

Two chairs have the same page open. Who comes second is told who came first and what they wrote;
only the same words by the same person, sent twice, pass as done.
"""

import ast
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

import crrubric.services
from crrubric.domain.errors import CrrubricError
from crrubric.domain.events import Event
from crrubric.domain.planning.items import ItemState
from crrubric.domain.versions import fingerprint_values
from crrubric.domain.vocabulary import (
    Answer,
    CommitmentState,
    DeclarationKind,
    Outcome,
    Phase,
    Role,
    Standing,
)
from crrubric.extensions import db
from crrubric.models import Deferral, JournalEntry, Question
from crrubric.queries.people.people import OPERATOR, Actor
from crrubric.services.ballots import attachments, declarations, seals
from crrubric.services.meeting import (
    decisions,
    meetings,
    motions,
    positions,
    promises,
    reinstatements,
)
from crrubric.services.planning import actuals, items, measures, votes
from crrubric.services.questions import answers, askings, questions
from crrubric.services.record import retention
from crrubric.services.setup import chairs, evaluations, phases, withdrawals
from tests import in_meeting
from tests.factories import Factory, Made, ballot_of
from tests.integration.conftest import Visit, Visitor
from tests.pages import Page, filled_form, parse, words
from tests.uploads import pdf

FIRST, OTHER = "The vendor asked for it", "Counsel advises it"
# the second vendor misses the must-have, so that it can be reinstated
MARKS = {(r, v): marks for r in (0, 1) for v, marks in enumerate(("YNN", "NYY"))}
Act = Callable[[Actor, str], object]
Prepare = Callable[[Factory, Made], Act]


def make_scoring(make: Factory) -> tuple[Made, Actor]:
    """An evaluation in scoring, and its second chair."""
    made = make.evaluation(phase=Phase.SCORING, vendors=3, marks=MARKS)
    return made, make.member(made.chair, made.slug, frozenset({Role.CHAIR}))


def make_setting_up(make: Factory) -> tuple[Made, Actor]:
    """An evaluation in set-up, and its second chair."""
    made = make.evaluation()
    return made, make.member(made.chair, made.slug, frozenset({Role.CHAIR}))


def cell_of(made: Made) -> tuple[int, int]:
    return made.vendors[0].id, made.criteria[0].id


# Each makes what its act is about, and gives the act as two people who see the same page do it.


def withdraw_vendor(_make: Factory, made: Made) -> Act:
    vendor = made.vendors[2].id
    return lambda who, why: withdrawals.withdraw_vendor(who, made.slug, vendor, reason=why)


def restore_vendor(make: Factory, made: Made) -> Act:
    withdraw_vendor(make, made)(made.chair, "It was late.")
    vendor = made.vendors[2].id
    return lambda who, why: withdrawals.restore_vendor(who, made.slug, vendor, reason=why)


def withdraw_vendor_file(_make: Factory, made: Made) -> Act:
    vendor = made.vendors[0].id
    for name in ("first", "second"):  # the last one that was withdrawn is another one
        file = attachments.attach_vendor_file(
            made.chair, made.slug, vendor, name=f"{name}.pdf", data=pdf(name)
        )
    return lambda who, why: attachments.withdraw_vendor_file(
        who, made.slug, vendor, file.key, reason=why
    )


def move_action_item(_make: Factory, made: Made) -> Act:
    text = items.ItemText(words="Order headsets")
    item, to = items.add_action_item(made.chair, made.slug, text).id, ItemState.DROPPED
    return lambda who, why: items.move_action_item(who, made.slug, item, to, reason=why)


def correct_actual(_make: Factory, made: Made) -> Act:
    size = measures.add_measure(made.chair, made.slug, measures.MeasureText(words="Learners"))
    wrong = actuals.ActualText(period="2022-23", value="412")
    row = actuals.record_actual(made.chair, made.slug, size.id, wrong).id
    text = actuals.ActualText(period="2022-23", value="402")
    return lambda who, why: actuals.correct_actual(who, made.slug, row, text, reason=why)


def withdraw_question(_make: Factory, made: Made) -> Act:
    vendor = made.vendors[0].id
    question = questions.write_question(made.chair, made.slug, vendor, words="Since when?").id
    return lambda who, why: answers.withdraw_question(who, made.slug, question, reason=why)


def set_aside_asking(_make: Factory, made: Made) -> Act:
    vendor, criterion = cell_of(made)
    who = made.reviewers[0]
    asked = askings.ask_vendor(who, made.slug, vendor, criterion, words="Since when?").id
    return lambda who, why: questions.set_aside_asking(who, made.slug, asked, reason=why)


def reopen_ballot(make: Factory, made: Made) -> Act:
    make.submit(made, 0, 0)
    ballot = ballot_of(made, 0, 0).id
    return lambda who, why: seals.reopen_ballot(who, made.slug, ballot, reason=why)


def declare_conflict(made: Made) -> int:
    return declarations.declare_interest(
        made.reviewers[0],
        made.slug,
        made.vendors[0].id,
        kind=DeclarationKind.CONFLICT,
        words="My sister works there.",
    ).id


def waive_conflict(_make: Factory, made: Made) -> Act:
    conflict = declare_conflict(made)
    return lambda who, why: declarations.waive_conflict(who, made.slug, conflict, reason=why)


def end_waiver(_make: Factory, made: Made) -> Act:
    conflict = declare_conflict(made)
    declarations.waive_conflict(made.chair, made.slug, conflict, reason="She left.")
    return lambda who, why: declarations.end_waiver(who, made.slug, conflict, reason=why)


def withdraw_finding(_make: Factory, made: Made) -> Act:
    text = decisions.FindingText(Outcome.NOT_MET, reason="We tried it.")
    in_meeting.record_finding(made.chair, made.slug, *cell_of(made), text, seen_version=0)
    return lambda who, why: in_meeting.withdraw_finding(
        who, made.slug, *cell_of(made), reason=why, seen_version=1
    )


def defer_cell(_make: Factory, made: Made) -> Act:
    return lambda who, why: in_meeting.defer_cell(
        who, made.slug, *cell_of(made), reason=why, seen=fingerprint_values({})
    )


def withdraw_commitment(_make: Factory, made: Made) -> Act:
    text = positions.CommitmentText("Grade export", "Pat", date(2027, 1, 1))
    for _ in range(2):  # of two of a vendor, one was withdrawn
        kept = positions.record_commitment(made.chair, made.slug, made.vendors[0].id, text).id
    return lambda who, why: positions.withdraw_commitment(who, made.slug, kept, reason=why)


def settle_commitment(_make: Factory, made: Made) -> Act:
    text = positions.CommitmentText("Grade export", "Pat", date(2027, 1, 1))
    own = positions.record_commitment(made.chair, made.slug, made.vendors[0].id, text).id
    kept = CommitmentState.KEPT
    return lambda who, why: promises.settle_commitment(who, made.slug, own, kept, reason=why)


def reinstate_vendor(_make: Factory, made: Made) -> Act:
    vendor = made.vendors[1].id
    return lambda who, why: reinstatements.reinstate_vendor(who, made.slug, vendor, reason=why)


def withdraw_reinstatement(make: Factory, made: Made) -> Act:
    reinstate_vendor(make, made)(made.chair, "It ships it.")
    vendor = made.vendors[1].id
    return lambda who, why: reinstatements.withdraw_reinstatement(
        who, made.slug, vendor, reason=why
    )


def correct_motion(_make: Factory, made: Made) -> Act:
    meetings.start_meeting(made.chair, made.slug)
    text = meetings.MotionText(words="To ask for prices", in_favor=1)
    motion = meetings.record_motion(made.chair, made.slug, text)
    key, seen = motion.id, fingerprint_values(motions.read_motion_values(motion))
    corrected = meetings.MotionText(words="To ask for references", in_favor=1)
    return lambda who, why: motions.correct_motion(
        who, made.slug, key, corrected, reason=why, seen=seen
    )


def set_retention(_make: Factory, made: Made) -> Act:
    choice = decisions.DecisionText(vendor_id=made.vendors[0].id, reason="It fits best.")
    decisions.record_decision(made.chair, made.slug, choice)
    phases.change_phase(made.chair, made.slug, Phase.DECIDED)
    until = date(2035, 1, 1)
    seen = fingerprint_values(evaluations.serialize_retention(made.evaluation))
    return lambda who, why: evaluations.set_retention(
        who, made.slug, until=until, reason=why, seen=seen
    )


def hold_record(make: Factory, made: Made) -> Act:
    evaluation = made.evaluation.id
    ada, bob = (make.actor(standing=Standing.ADMINISTRATOR) for _ in range(2))
    retention.hold_record(ada, evaluation, hold="A protest")
    seen = fingerprint_values({"hold": "A protest"})
    return lambda who, why: retention.hold_record(
        ada if who == made.chair else bob, evaluation, hold="", reason=why, seen=seen
    )


def appoint_chair(_make: Factory, made: Made) -> Act:
    member = ballot_of(made, 0, 0).member_id
    return lambda who, why: chairs.appoint_chair(OPERATOR, made.slug, member, reason=why)


def change_phase(_make: Factory, made: Made) -> Act:
    return lambda who, why: phases.change_phase(who, made.slug, Phase.SCORING, reason=why)


def reopen_vote(_make: Factory, made: Made) -> Act:
    votes.open_vote(made.chair, made.slug)
    votes.record_vote(
        made.reviewers[0], made.slug, made.criteria[0].id, answer=Answer.YES, seen_version=0
    )
    member = votes.submit_vote(made.reviewers[0], made.slug).member_id
    return lambda who, why: votes.reopen_vote(who, made.slug, member, reason=why)


IN_SETUP = (reopen_vote, move_action_item, correct_actual)
IN_SCORING = (
    withdraw_vendor,
    restore_vendor,
    withdraw_vendor_file,
    withdraw_question,
    set_aside_asking,
    reopen_ballot,
    waive_conflict,
    end_waiver,
)
IN_MEETING = (
    withdraw_finding,
    defer_cell,
    withdraw_commitment,
    settle_commitment,
    reinstate_vendor,
    withdraw_reinstatement,
    correct_motion,
    set_retention,
    hold_record,
    appoint_chair,
    change_phase,
)


def count_entries() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(JournalEntry.id))) or 0


@pytest.mark.parametrize(
    "prepare", [*IN_SETUP, *IN_SCORING, *IN_MEETING], ids=lambda one: one.__name__
)
def test_who_comes_second_is_told_that_their_reason_is_not_recorded(
    make: Factory, prepare: Prepare
):
    made, second = make_setting_up(make) if prepare in IN_SETUP else make_scoring(make)
    if prepare in IN_MEETING:
        phases.change_phase(made.chair, made.slug, Phase.MEETING)
    act = prepare(make, made)
    act(made.chair, FIRST)
    entries = count_entries()

    for who, why in ((second, OTHER), (second, FIRST), (made.chair, OTHER)):
        with pytest.raises(CrrubricError):
            act(who, why)

    assert count_entries() == entries


@pytest.mark.parametrize("prepare", [withdraw_vendor, withdraw_vendor_file, waive_conflict])
def test_the_same_words_by_the_same_person_are_done_once(make: Factory, prepare: Prepare):
    made, _second = make_scoring(make)
    act = prepare(make, made)
    act(made.chair, FIRST)
    entries = count_entries()

    act(made.chair, FIRST)

    assert count_entries() == entries


# nobody else can do them; ballots/test_retractions.py has the two windows of one person
OF_ONESELF = {"retract_conflict", "reword_conflict"}


def test_no_act_with_a_reason_is_missing_here():
    folder = Path(crrubric.services.__path__[0])
    parsed = [ast.parse(file.read_text("utf-8")) for file in folder.rglob("*.py")]
    functions = [one for tree in parsed for one in tree.body if isinstance(one, ast.FunctionDef)]

    acts = {
        one.name
        for one in functions
        if "reason" in {arg.arg for arg in one.args.kwonlyargs}
        and "unit_of_work" in {x.id for x in ast.walk(one) if isinstance(x, ast.Name)}
    }

    assert acts - OF_ONESELF == {one.__name__ for one in (*IN_SETUP, *IN_SCORING, *IN_MEETING)}


def send_both(
    made: Made, second: Actor, visit: Visit, page: str, form: str
) -> tuple[Page, Visitor]:
    """Both chairs open the page, then both send its form; what the second one is answered."""
    people = [visit(made.chair), visit(second)]
    page, form = made.url(page), made.url(form)
    filled = [filled_form(who.page(page), form) for who in people]
    first, late = (
        who.post(form, {**sent, "reason": why})
        for who, sent, why in zip(people, filled, (FIRST, OTHER), strict=True)
    )
    assert (first.status_code, late.status_code) == (303, 409)
    return parse(409, late.text), people[1]


@pytest.mark.parametrize("act", [withdraw_vendor, waive_conflict])
def test_where_the_opposite_act_stands_by_now_the_words_stand_beside_it(
    make: Factory, visit: Visit, act: Prepare
):
    made, second = make_scoring(make)
    place = f"vendors/{made.vendors[2].id}/selection"
    if act is waive_conflict:
        place = f"conflicts/{declare_conflict(made)}"

    late, _who = send_both(made, second, visit, place, place)

    assert "Dana Chair did this already" in words(late.with_id("error-summary"))
    assert FIRST in words(late.with_id("error-summary"))
    assert words(late.with_id("kept-1")) == OTHER
    assert words(late.with_id("reason")) == ""  # its button would take the act back


@pytest.mark.parametrize(
    ("prepare", "page"),
    [
        (withdraw_vendor_file, "vendors/{vendor}/files"),
        (withdraw_question, "questions/{question}"),
        (withdraw_finding, "cells/{vendor}/{criterion}"),
        (withdraw_commitment, "decision/"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_what_was_withdrawn_meanwhile_is_told_with_both_reasons(
    make: Factory, visit: Visit, prepare: Prepare, page: str
):
    made, second = make_scoring(make)
    if prepare in IN_MEETING:
        phases.change_phase(made.chair, made.slug, Phase.MEETING)
    if prepare is withdraw_commitment:
        choice = decisions.DecisionText(vendor_id=made.vendors[0].id, reason="It fits best.")
        decisions.record_decision(made.chair, made.slug, choice)
    prepare(make, made)
    vendor, criterion = cell_of(made)
    question = db.session.scalar(select(func.max(Question.id)))
    page = page.format(vendor=vendor, criterion=criterion, question=question)
    shown = visit(made.chair).page(made.url(page)).all("form")
    form = next(x for one in shown if (x := one.get("action") or "").endswith("/withdraw"))

    late, _who = send_both(made, second, visit, page, form.removeprefix(made.url()))

    assert FIRST in words(late.with_id("error-summary"))
    assert words(late.with_id("kept-1")) == OTHER


def test_a_reinstatement_that_was_withdrawn_meanwhile_is_not_recorded_by_the_same_words(
    make: Factory, visit: Visit
):
    made, second = make_scoring(make)
    phases.change_phase(made.chair, made.slug, Phase.MEETING)
    vendor = made.vendors[1].id

    form = f"decision/vendors/{vendor}/reinstate"
    late, _who = send_both(made, second, visit, "decision/", form)

    assert FIRST in words(late.with_id("error-summary"))
    assert words(late.with_id("kept-1")) == OTHER
    assert words(late.with_id(f"withdraw-{vendor}")) == ""  # the page withdraws by now


def test_nobody_postpones_over_a_reason_that_they_have_not_seen(make: Factory, visit: Visit):
    made, second = make_scoring(make)
    phases.change_phase(made.chair, made.slug, Phase.MEETING)
    in_meeting.open_meeting(made.chair, made.slug)
    place = "{}/{}".format(*cell_of(made))

    form = made.url(f"meeting/defer/{place}")
    late, who = send_both(made, second, visit, f"cells/{place}", f"meeting/defer/{place}")

    shown = words(late.with_id("main"))
    assert f"Postponed: {FIRST}" in shown
    assert "Dana Chair" in shown
    assert words(late.with_id("defer-reason")) == OTHER
    assert who.post(form, {**filled_form(late, form), "reason": OTHER}).status_code == 303
    assert db.session.scalars(select(Deferral.reason)).all() == [OTHER]
    told = select(JournalEntry.reason).where(JournalEntry.event == Event.CELL_DEFERRED)
    assert db.session.scalars(told.order_by(JournalEntry.number)).all() == [FIRST, OTHER]
