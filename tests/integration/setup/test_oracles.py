"""Nothing tells a chair, before the meeting, who marked which criterion, or how."""

from datetime import date

import pytest
from sqlalchemy import select

from crrubric.domain.actions import Action
from crrubric.domain.vocabulary import (
    Answer,
    CorrectionEffect,
    EntrySource,
    Phase,
    Stakeholder,
)
from crrubric.extensions import db
from crrubric.models import Asking, Member
from crrubric.queries.people.access import require
from crrubric.queries.setup.evaluations import list_ballot_progress
from crrubric.queries.setup.practice import list_practice_spreads
from crrubric.services.ballots import entries
from crrubric.services.ballots.ballots import MarkText
from crrubric.services.questions.askings import ask_vendor
from crrubric.services.setup import corrections, phases
from crrubric.services.setup import practice as rounds
from tests.factories import Factory, Made, ballot_of
from tests.integration.conftest import Visit


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
    made = make.evaluation(reviewers=3)
    members = list(
        db.session.scalars(
            select(Member)
            .where(Member.evaluation_id == made.evaluation.id, Member.is_reviewer)
            .order_by(Member.id)
        )
    )
    groups = [Stakeholder.TEACHER, Stakeholder.TEACHER, Stakeholder.COUNSELOR]
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

    assert sorted(str(note.stakeholder) for note in notes) == ["None", "teacher", "teacher"]
