"""Nothing tells a chair, before the meeting, who marked which criterion, or how."""

from collections.abc import Callable
from datetime import date
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from crrubric.domain.actions import Action
from crrubric.domain.errors import CrrubricError
from crrubric.domain.vocabulary import (
    Answer,
    CorrectionEffect,
    DeclarationKind,
    EntrySource,
    Phase,
    Role,
    Stakeholder,
)
from crrubric.extensions import db
from crrubric.models import Asking, Member
from crrubric.queries.people.access import require
from crrubric.queries.people.people import Actor
from crrubric.queries.setup.evaluations import list_ballot_progress
from crrubric.queries.setup.practice import list_practice_spreads
from crrubric.services.ballots import entries
from crrubric.services.ballots.ballots import MarkText
from crrubric.services.ballots.declarations import declare_interest
from crrubric.services.questions.askings import ask_vendor
from crrubric.services.setup import committee, corrections, phases
from crrubric.services.setup import practice as rounds
from crrubric.services.setup.withdrawals import withdraw_vendor
from tests.databases import wipe
from tests.factories import Factory, Made, ballot_of, let_chair_score
from tests.integration.conftest import Visit
from tests.pages import words


def progress(made: Made) -> list[int]:
    seat = require(made.chair, Action.VIEW_PROGRESS, made.evaluation, db.session())
    return [row.marks for row in list_ballot_progress(db.session(), seat)]


@pytest.mark.parametrize("effect", [CorrectionEffect.AGAIN, CorrectionEffect.LEAVE_OUT])
def test_a_correction_does_not_tell_who_had_marked_the_criterion(
    make: Factory, visit: Visit, effect: CorrectionEffect
):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YY-", (1, 0): "-YY"})
    before, page = progress(made), visit(made.chair).get(made.url("progress")).text
    text = corrections.Correction(
        title="Other", question="", look_for="", effect=effect, reason="It was unclear."
    )

    corrections.correct_criterion(made.chair, made.slug, made.criteria[0].id, text)

    assert progress(made) == before
    after = visit(made.chair).get(made.url("progress")).text
    assert after.count("marks: 2 of 3") == page.count("marks: 2 of 3") == 2


def test_a_mark_given_again_is_counted_once(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YY-"})
    text = corrections.Correction(
        title="Other",
        question="",
        look_for="",
        effect=CorrectionEffect.AGAIN,
        reason="It was unclear.",
    )
    before = progress(made)
    corrections.correct_criterion(made.chair, made.slug, made.criteria[0].id, text)

    make.mark(made, 0, 0, made.criteria[0].code, Answer.NO)

    assert progress(made) == before


def test_what_a_reviewer_disputes_is_told_from_the_meeting_on(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    entry = entries.EnteredBallot(
        source=EntrySource.PAPER,
        given_on=date(2026, 1, 5),
        no_conflict=True,
        marks={made.criteria[0].id: MarkText(answer=Answer.YES)},
        rest="left",
    )
    entries.enter_ballot(made.chair, made.slug, ballot_of(made, 0, 0).id, entry)
    entries.dispute_ballot(
        made.reviewers[0], made.slug, made.vendors[0].id, words="I said NO to sign-on."
    )
    chair = visit(made.chair)

    before = chair.get(made.url("journal")).text
    phases.change_phase(made.chair, made.slug, Phase.MEETING)
    after = chair.get(made.url("journal")).text

    assert "did not confirm the ballot" in before
    assert ("I said NO" in before, "I said NO" in after) == (False, True)


def test_the_ids_of_questions_do_not_tell_in_which_order_people_asked(make: Factory):
    made = make.evaluation(phase=Phase.SCORING)
    for number in range(12):
        ask_vendor(
            made.reviewers[number % 2],
            made.slug,
            made.vendors[0].id,
            made.criteria[0].id,
            words=f"Question {number}?",
        )

    ids = list(db.session.scalars(select(Asking.id).order_by(Asking.asked_at, Asking.words)))

    assert ids != sorted(ids)
    assert len(set(ids)) == 12


def test_a_practice_note_names_a_group_only_if_two_speak_for_it(make: Factory):
    made = make.evaluation(reviewers=4)
    members = list(
        db.session.scalars(
            select(Member)
            .where(Member.evaluation_id == made.evaluation.id, Member.is_reviewer)
            .order_by(Member.id)
        )
    )
    groups = [Stakeholder.TEACHER, Stakeholder.TEACHER, Stakeholder.COUNSELOR, Stakeholder.IT]
    for member, group in zip(members, groups, strict=True):
        member.stakeholder = group
    db.session.commit()
    phases.change_phase(made.chair, made.slug, Phase.PRACTICE)
    for person in made.reviewers:
        rounds.record_practice_mark(
            person,
            made.slug,
            made.criteria[0].id,
            answer=Answer.YES,
            note="I think so.",
            seen_version=0,
        )
    rounds.show_spread(made.chair, made.slug)

    notes = list_practice_spreads(db.session(), made.evaluation)[0].notes

    assert sorted(str(note.stakeholder) for note in notes) == ["None", "None", "teacher", "teacher"]


def stay_away(made: Made) -> None:
    """The chair declares a conflict of interest with the first vendor."""
    kind = DeclarationKind.CONFLICT
    declare_interest(made.chair, made.slug, made.vendors[0].id, kind=kind, words="Mine.")


def answer_of(act: Callable[[], object]) -> str:
    """What it is answered with: done, or why not."""
    try:
        act()
    except CrrubricError as error:
        return f"{type(error).__name__}: {error}"
    return "done"


@pytest.mark.parametrize("effect", CorrectionEffect)
@pytest.mark.parametrize("out", [False, True], ids=["in the selection", "out of it"])
def test_a_correction_by_who_stays_away_is_answered_alike_whoever_had_marked_the_criterion(
    app: Flask, effect: CorrectionEffect, out: bool
):
    answers = []
    for letters in ("-YY", "YYY"):
        db.session.remove()
        wipe()
        made = Factory(app).evaluation(phase=Phase.SCORING, vendors=3, marks={(0, 0): letters})
        if out:
            withdraw_vendor(made.chair, made.slug, made.vendors[0].id, reason="They left.")
        stay_away(made)
        text = corrections.Correction(
            title="Other", question="", look_for="", effect=effect, reason="It was unclear."
        )
        key = made.criteria[0].id
        act = partial(corrections.correct_criterion, made.chair, made.slug, key, text)
        answers.append(answer_of(act))

    assert answers[0] == answers[1]
    again = effect is CorrectionEffect.AGAIN
    assert answers[0].startswith("Invalid: You have a conflict") if again else answers[0] == "done"


def give_ballot(made: Made, actor: Actor) -> None:
    """A chair enters the first reviewer's ballot for the first vendor."""
    marks = {made.criteria[0].id: MarkText(answer=Answer.YES)}
    entry = entries.EnteredBallot(
        source=EntrySource.PAPER,
        given_on=date(2026, 1, 5),
        no_conflict=True,
        marks=marks,
        rest="left",
    )
    entries.enter_ballot(actor, made.slug, ballot_of(made, 0, 0).id, entry)


def end_seat(made: Made, member: int) -> object:
    return committee.remove_member(made.chair, made.slug, member)


def take_ballots_away(made: Made, member: int) -> object:
    return committee.change_member(
        made.chair, made.slug, member, roles=frozenset(), stakeholder=Stakeholder.TEACHER
    )


@pytest.mark.parametrize("act", [end_seat, take_ballots_away])
def test_who_stays_away_from_a_vendor_does_not_learn_for_whom_its_ballot_was_entered(
    app: Flask, visit: Visit, act: Callable[[Made, int], object]
):
    answers, pages = [], []
    for entered in (False, True):
        db.session.remove()
        wipe()
        make = Factory(app)
        made = make.evaluation(phase=Phase.SCORING, vendors=3)
        other = make.member(made.chair, made.slug, frozenset({Role.CHAIR}))
        stay_away(made)
        member = ballot_of(made, 0, 0).member_id
        if entered:
            give_ballot(made, other)
        page = visit(made.chair).get(made.url(f"committee/{member}/remove")).text
        pages.append("on their behalf" in page)
        answers.append(answer_of(partial(act, made, member)))

    assert (pages, answers[0]) == ([False, False], answers[1])
    assert answers[0].startswith("Invalid: You have a conflict of interest with")


def test_a_step_back_to_set_up_does_not_tell_who_stays_away_whether_anything_is_marked(
    app: Flask, visit: Visit
):
    answers, pages = [], []
    for marks in ({}, {(0, 0): "Y"}):
        db.session.remove()
        wipe()
        made = Factory(app).evaluation(phase=Phase.SCORING, vendors=3, marks=marks)
        stay_away(made)
        page = visit(made.chair).page(made.url("phase?to=SETUP"))
        pages.append(words(page.with_id("main")))
        act = partial(phases.change_phase, made.chair, made.slug, Phase.SETUP, reason="A slip.")
        answers.append(answer_of(act))

    assert (pages[0], answers[0]) == (pages[1], answers[1])
    assert answers[0].startswith("Invalid: You have a conflict of interest with")


def test_a_chair_who_stays_away_from_a_vendor_can_cease_to_score(make: Factory):
    made = make.evaluation(vendors=3)
    chair = let_chair_score(made)
    phases.change_phase(made.chair, made.slug, Phase.SCORING)
    stay_away(made)

    committee.change_member(
        made.chair,
        made.slug,
        chair.id,
        roles=frozenset({Role.CHAIR}),
        stakeholder=chair.stakeholder,
    )

    assert not db.session.get_one(Member, chair.id).is_reviewer
