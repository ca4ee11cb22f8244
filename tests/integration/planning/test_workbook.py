"""The workbook's services: answers half done, versions, the goal's check, who may do what."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from crrubric.domain.errors import AnsweredMeanwhile, Invalid, NotFound, Stale, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.planning.answers import digest_answer
from crrubric.domain.planning.progress import CHECK, digest_goal
from crrubric.domain.vocabulary import Phase, PlanAccess
from crrubric.extensions import db
from crrubric.models import JournalEntry, Member, PlanAssignment, PlanVersion
from crrubric.queries.people.people import OPERATOR, Actor
from crrubric.queries.record.verification import verify_record
from crrubric.services.planning.people import assign_plan_section
from crrubric.services.planning.workbook import (
    digest_version,
    record_goal_check,
    restore_plan_version,
    save_plan_answers,
)
from crrubric.services.setup import committee
from tests.factories import Factory, Made
from tests.integration.shared.test_races import names, together

GOAL = {"specific": "Nine of ten finish."}


def versions(code: str) -> list[PlanVersion]:
    db.session.rollback()
    wanted = select(PlanVersion).where(PlanVersion.section == code)
    return list(db.session.scalars(wanted.order_by(PlanVersion.number)))


def answers(code: str) -> dict[str, object]:
    return versions(code)[-1].answers


def member_of(made: Made, actor: Actor) -> int:
    db.session.rollback()
    return db.session.scalars(
        select(Member.id).where(
            Member.evaluation_id == made.evaluation.id, Member.user_id == actor.user_id
        )
    ).one()


def ask(made: Made, actor: Actor, code: str, access: PlanAccess | None) -> None:
    assign_plan_section(made.chair, made.slug, code, {member_of(made, actor): access})


def told(event: Event) -> list[JournalEntry]:
    wanted = select(JournalEntry).where(JournalEntry.event == event).order_by(JournalEntry.number)
    return list(db.session.scalars(wanted))


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let so many minutes pass, for everything that asks for the time."""

    def pass_minutes(minutes: int) -> None:
        class Later(datetime):
            @classmethod
            def now(cls, tz=None):
                return datetime.now(tz) + timedelta(minutes=minutes)

        monkeypatch.setattr("crrubric.clock.datetime", Later)

    return pass_minutes


@pytest.mark.both_databases
def test_answers_are_saved_half_done_and_told(make: Factory):
    made = make.evaluation(phase=Phase.SETUP)

    save_plan_answers(made.chair, made.slug, "schedule", {"minutes": "40", "place": None})
    save_plan_answers(made.chair, made.slug, "schedule", {"minutes": "50", "days": "5"})

    (version,) = versions("schedule")
    assert version.answers == {"minutes": "50", "days": "5"}
    assert version.saved_by == made.chair.name
    first, second = told(Event.PLAN_ANSWERED)
    assert second.before == {
        "answers": [{"prompt": "days", "words": None}, {"prompt": "minutes", "words": '"40"'}]
    }
    assert second.after is not None
    assert second.after["answers"][1] == {"prompt": "minutes", "words": '"50"'}
    assert first.subject == second.subject == "schedule"
    assert verify_record(db.session()).problems == ()


def test_the_same_answers_again_change_nothing(make: Factory):
    made = make.evaluation(phase=Phase.SETUP)
    save_plan_answers(made.chair, made.slug, "schedule", {"minutes": "40"})

    save_plan_answers(made.chair, made.slug, "schedule", {"minutes": "40"}, shown={})

    assert len(told(Event.PLAN_ANSWERED)) == 1


def test_a_new_sitting_and_another_person_make_a_new_version(make: Factory, later):
    made = make.evaluation(phase=Phase.SETUP, reviewers=1)
    ask(made, made.reviewers[0], "schedule", PlanAccess.FILL)

    save_plan_answers(made.chair, made.slug, "schedule", {"minutes": "40"})
    save_plan_answers(made.reviewers[0], made.slug, "schedule", {"days": "4"})
    save_plan_answers(made.reviewers[0], made.slug, "schedule", {"days": "5"})
    later(31)
    save_plan_answers(made.reviewers[0], made.slug, "schedule", {"minutes": "50"})

    assert [row.answers for row in versions("schedule")] == [
        {"minutes": "40"},
        {"minutes": "40", "days": "5"},
        {"minutes": "50", "days": "5"},
    ]


@pytest.mark.both_databases
def test_of_one_answer_that_two_people_change_nothing_is_overwritten(make: Factory):
    made = make.evaluation(phase=Phase.SETUP, reviewers=1)
    ask(made, made.reviewers[0], "schedule", PlanAccess.FILL)
    save_plan_answers(made.chair, made.slug, "schedule", {"minutes": "40", "days": "5"})
    shown = {"minutes": digest_answer("40"), "days": digest_answer("5")}
    save_plan_answers(made.reviewers[0], made.slug, "schedule", {"minutes": "45"})

    # who left it alone saves the rest
    mine = {"minutes": "40", "days": "4"}
    save_plan_answers(made.chair, made.slug, "schedule", mine, shown=shown)
    assert answers("schedule") == {"minutes": "45", "days": "4"}

    with pytest.raises(AnsweredMeanwhile) as refused:
        save_plan_answers(
            made.chair, made.slug, "schedule", {"minutes": "50", "days": "3"}, shown=shown
        )
    assert sorted(refused.value.prompts) == ["days", "minutes"]
    assert answers("schedule") == {"minutes": "45", "days": "4"}


@pytest.mark.both_databases
def test_two_editors_at_once_are_one_after_the_other(app: Flask, make: Factory):
    made = make.evaluation(phase=Phase.SETUP, reviewers=1)
    ask(made, made.reviewers[0], "schedule", PlanAccess.FILL)
    shown = {"minutes": digest_answer(None), "days": digest_answer(None)}

    def saving(actor: Actor, minutes: str):
        given = {"minutes": minutes}

        def save() -> None:
            save_plan_answers(actor, made.slug, "schedule", given, shown=shown)

        return save

    found = together(app, made, saving(made.chair, "45"), saving(made.reviewers[0], "50"))

    assert names(found) == ["AnsweredMeanwhile", "NoneType"]
    assert len(versions("schedule")) == 1
    assert verify_record(db.session()).problems == ()


@pytest.mark.parametrize(
    ("code", "given", "error"),
    [
        ("schedule", {"minutes": "0"}, Invalid),
        ("schedule", {"minutes": 45}, Invalid),
        ("schedule", {"hours": "1"}, NotFound),
        ("triage", {"minutes": "45"}, NotFound),
        ("nothing", {"minutes": "45"}, NotFound),
    ],
)
def test_what_is_no_answer_is_refused(
    make: Factory, code: str, given: dict[str, object], error: type[Exception]
):
    made = make.evaluation(phase=Phase.SETUP)

    with pytest.raises(error):
        save_plan_answers(made.chair, made.slug, code, given)

    assert told(Event.PLAN_ANSWERED) == []


# who may


def test_members_fill_in_what_they_are_asked_to_and_nothing_else(make: Factory):
    made = make.evaluation(phase=Phase.SETUP, reviewers=3)
    filler, reader, other = made.reviewers
    ask(made, filler, "schedule", PlanAccess.FILL)
    ask(made, reader, "schedule", PlanAccess.READ)

    save_plan_answers(filler, made.slug, "schedule", {"minutes": "45"})

    stranger = make.actor("Nobody of theirs")
    for actor, code in (
        (filler, "policy"), (filler, "goal"), (reader, "schedule"), (other, "schedule"),
        (stranger, "schedule"), (OPERATOR, "schedule"),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            save_plan_answers(actor, made.slug, code, {"minutes": "50"})
    assert answers("schedule") == {"minutes": "45"}


def test_who_is_asked_no_more_or_has_left_fills_in_nothing(make: Factory):
    made = make.evaluation(phase=Phase.SETUP, reviewers=2)
    first, second = made.reviewers
    for actor in made.reviewers:
        ask(made, actor, "schedule", PlanAccess.FILL)
    ask(made, first, "schedule", None)
    committee.remove_member(made.chair, made.slug, member_of(made, second))

    for actor in made.reviewers:
        with pytest.raises(NotFound):
            save_plan_answers(actor, made.slug, "schedule", {"minutes": "50"})
    assert [row.member_id for row in db.session.scalars(select(PlanAssignment))] == [
        member_of(made, second)
    ]


def test_nothing_is_changed_in_the_archive(make: Factory):
    made = make.evaluation(phase=Phase.ARCHIVED)

    with pytest.raises(WrongPhase):
        save_plan_answers(made.chair, made.slug, "schedule", {"minutes": "50"})
    with pytest.raises(WrongPhase):
        assign_plan_section(made.chair, made.slug, "schedule", {})


@pytest.mark.both_databases
def test_only_the_chair_asks_and_only_members_are_asked(make: Factory):
    made, other = make.evaluation(phase=Phase.SETUP, reviewers=1), make.evaluation(title="Other")
    own, foreign = member_of(made, made.reviewers[0]), member_of(other, other.chair)
    chair = member_of(made, made.chair)

    with pytest.raises(NotFound):
        assign_plan_section(made.reviewers[0], made.slug, "policy", {own: PlanAccess.FILL})
    for wrong in (foreign, chair, 99_999):
        with pytest.raises(NotFound):
            assign_plan_section(made.chair, made.slug, "policy", {wrong: PlanAccess.FILL})
    with pytest.raises(Stale):
        assign_plan_section(
            made.chair, made.slug, "policy", {own: PlanAccess.FILL}, seen="something else"
        )
    assign_plan_section(made.chair, made.slug, "policy", {own: PlanAccess.FILL})

    (entry,) = told(Event.PLAN_ASSIGNED)
    assert (entry.subject, entry.member_id) == ("policy", own)
    assert verify_record(db.session()).problems == ()


# versions and the goal


@pytest.mark.both_databases
def test_an_earlier_version_is_brought_back_as_a_new_one(make: Factory, later):
    made = make.evaluation(phase=Phase.SETUP)
    save_plan_answers(made.chair, made.slug, "goal", GOAL)
    save_plan_answers(made.chair, made.slug, "schedule", {"minutes": "40"})
    later(31)
    save_plan_answers(made.chair, made.slug, "schedule", {"minutes": "50", "days": "5"})
    record_goal_check(made.chair, made.slug, "schedule", "holds", wording=digest_goal(GOAL))
    newest = versions("schedule")[-1]

    with pytest.raises(Stale):
        restore_plan_version(made.chair, made.slug, "schedule", 1, seen="another")
    restore_plan_version(made.chair, made.slug, "schedule", 1, seen=digest_version(newest))

    last = versions("schedule")[-1]
    assert (last.number, last.restored_number) == (3, 1)
    assert last.answers == {"minutes": "40", CHECK: newest.answers[CHECK]}
    assert len(told(Event.PLAN_RESTORED)) == 1
    assert verify_record(db.session()).problems == ()
    with pytest.raises(NotFound):
        restore_plan_version(made.chair, made.slug, "schedule", 7)


def test_the_goal_is_checked_in_the_wording_that_was_read(make: Factory):
    made = make.evaluation(phase=Phase.SETUP)

    with pytest.raises(Stale):
        record_goal_check(made.chair, made.slug, "schedule", "holds", wording="")
    save_plan_answers(made.chair, made.slug, "goal", GOAL)
    wording = digest_goal(GOAL)
    record_goal_check(made.chair, made.slug, "schedule", "holds", wording=wording)
    save_plan_answers(made.chair, made.slug, "goal", {"specific": "Eight of ten finish."})

    with pytest.raises(Stale):
        record_goal_check(made.chair, made.slug, "schedule", "amend", wording=wording)
    with pytest.raises(Invalid):
        record_goal_check(made.chair, made.slug, "schedule", "maybe", wording=wording)
    with pytest.raises(NotFound):
        record_goal_check(made.chair, made.slug, "goal", "holds", wording=wording)
    # a wording that was checked is kept, though it was the same sitting
    assert [row.answers["specific"] for row in versions("goal")] == [
        "Nine of ten finish.",
        "Eight of ten finish.",
    ]


def test_a_forged_answer_is_noticed(make: Factory):
    made = make.evaluation(phase=Phase.SETUP)
    save_plan_answers(made.chair, made.slug, "schedule", {"minutes": "40"})
    version = versions("schedule")[-1]
    version.answers = {"minutes": "50"}
    db.session.commit()

    problems = [str(problem) for problem in verify_record(db.session()).problems]

    assert any("section of the planning workbook" in each for each in problems), problems
