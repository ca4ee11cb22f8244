"""What is no longer blind is said everywhere, and who has seen a ballot marks nothing after it."""

import json
import re
from datetime import timedelta

import pytest

from crrubric.clock import now_utc
from crrubric.domain.errors import Invalid, NotReady, WrongPhase
from crrubric.domain.setup.assignment import Assignment
from crrubric.domain.vocabulary import Answer, CorrectionEffect, DeclarationKind, Phase, Role
from crrubric.extensions import db
from crrubric.models import Ballot, Evaluation
from crrubric.queries.ballots.ballots import iterate_disclosed_marks
from crrubric.queries.record.verification import verify_record
from crrubric.services.ballots import ballots, seals
from crrubric.services.ballots.ballots import MarkText
from crrubric.services.ballots.declarations import declare_interest
from crrubric.services.setup import assignments, corrections, phases, withdrawals
from tests.factories import Factory, Made, ballot_of, let_chair_score
from tests.integration.ballots.test_entries import enter, entry
from tests.integration.conftest import Visit
from tests.pages import words

LATE = "Changed after the ballots had been shown"
ALONE = "Each worked alone; nobody, not even the chair"


def shown_at(made: Made):
    return db.session.get_one(Evaluation, made.evaluation.id, populate_existing=True).shown_at


def go_back(made: Made) -> None:
    phases.change_phase(made.chair, made.slug, Phase.SCORING, reason="Two were ill")


def marked_after_meeting(make: Factory) -> Made:
    """The first reviewer changed a mark for the first vendor after everybody had read all."""
    made = make.evaluation(phase=Phase.MEETING, marks={(0, 0): "YNY", (1, 0): "NNN"})
    go_back(made)
    make.mark_again(made, 0, 0, made.criteria[0].code, Answer.NO)
    phases.change_phase(made.chair, made.slug, Phase.MEETING)
    return made


# when ballots were first shown


def test_that_ballots_were_shown_is_kept_for_good(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "Y"})
    before = shown_at(made)
    phases.change_phase(made.chair, made.slug, Phase.MEETING)
    first = shown_at(made)
    go_back(made)
    phases.change_phase(made.chair, made.slug, Phase.MEETING)

    assert before is None
    assert first is not None
    assert shown_at(made) == first


def test_no_page_says_that_nobody_sees_marks_once_the_committee_has(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.MEETING, marks={(0, 0): "YN", (1, 0): "NN"})
    go_back(made)
    reviewer, chair, vendor = visit(made.reviewers[0]), visit(made.chair), made.vendors[0].id
    files = f"ballots/{vendor}/marks/{made.criteria[0].id}/files"

    for who, page in (
        (reviewer, ""), (reviewer, "ballots/"), (reviewer, f"ballots/{vendor}"), (reviewer, files),
        (chair, "progress"),
    ):  # fmt: skip
        said = words(who.page(made.url(page)).with_id("main"))
        assert "The committee has met and seen the ballots." in said, page
        assert re.findall("nobody (?:else )?sees|only you can see|alone", said) == [], page


def test_a_meeting_that_was_opened_by_mistake_before_the_first_mark_shows_nothing(make: Factory):
    made = make.evaluation(phase=Phase.MEETING)
    go_back(made)
    make.marks(made, 0, 0, "Y")

    assert shown_at(made) is None
    assert ballot_of(made, 0, 0).changed_after_shown_at is None


def test_a_ballot_changed_after_it_was_shown_is_marked_everywhere(make: Factory, visit: Visit):
    made = marked_after_meeting(make)
    chair = visit(made.chair)
    name, vendor = made.reviewers[0].name, made.vendors[0]

    matrix = chair.get(made.url("matrix")).text
    changed, kept = (
        chair.get(made.url(f"cells/{vendor.id}/{row.id}")).text for row in made.criteria[:2]
    )
    memo = chair.get(made.url("memo/")).text
    body = json.loads(chair.get(made.url("export/results.json")).text)
    rows = chair.get(made.url("export/marks.csv")).text.splitlines()

    assert LATE in matrix
    glance = chair.get(made.url("matrix?view=glance")).text
    assert "One ballot was changed after the ballots had been shown" in glance
    assert ("given after the ballots had been shown" in changed) is True
    assert ("given after the ballots had been shown" in kept) is False
    assert ALONE not in memo
    assert f"{name}, {vendor.company}: " in memo
    assert "Two were ill" in memo
    assert ("first shown to the committee" in memo, "Ballots locked again" in memo) == (True, True)
    assert body["evaluation"]["ballots_changed_after_shown"] == 1
    assert [row["reviewer"] for row in body["changed_after_shown"]] == [name]
    assert sum(",reviewer,no," in row for row in rows) == 1
    assert sum(",reviewer,yes," in row for row in rows) == 5


@pytest.mark.parametrize("leaves", ["reviewer declares", "vendor withdraws"])
def test_what_was_changed_late_is_told_though_it_counts_no_longer(
    make: Factory, visit: Visit, leaves: str
):
    made = marked_after_meeting(make)
    reviewer, vendor = made.reviewers[0], made.vendors[0]
    if leaves == "reviewer declares":
        kind = DeclarationKind.CONFLICT
        declare_interest(reviewer, made.slug, vendor.id, kind=kind, words="My cousin.")
    else:
        withdrawals.withdraw_vendor(made.chair, made.slug, vendor.id, reason="They left.")

    memo = visit(made.chair).get(made.url("memo/")).text
    matrix = visit(made.chair).get(made.url("matrix")).text

    assert (ALONE in memo, "No ballot was changed then." in memo) == (False, False)
    told = re.search(
        f"{reviewer.name}, {vendor.company}: [A-Z][a-z]+ [0-9]+, [0-9]+, [:0-9]+ [AP]M (.*)", memo
    )
    assert told is not None
    assert told[1].startswith("(does not count any more)")
    assert (LATE in matrix, "(does not count any more)" in matrix) == (True, True)


@pytest.mark.parametrize("when", ["later", "never", "of another"])
def test_a_ballot_that_is_said_to_be_late_since_another_moment_is_named(make: Factory, when: str):
    made = marked_after_meeting(make)
    ballot, other = ballot_of(made, 0, 0), ballot_of(made, 1, 0)
    assert verify_record(db.session()).problems == ()
    if when == "later":
        ballot.changed_after_shown_at += timedelta(seconds=1)
    elif when == "never":
        ballot.changed_after_shown_at = None
    else:
        other.changed_after_shown_at = ballot.changed_after_shown_at
    db.session.commit()

    found = [str(problem) for problem in verify_record(db.session()).problems]

    assert len(found) == 1
    assert "changed_after_shown_at" in found[0]


def test_the_receipt_says_that_the_ballot_was_changed_after_it_was_shown(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YNY", (1, 0): "NNN"})
    blind = make.submit(made, 1, 0).content
    phases.change_phase(made.chair, made.slug, Phase.MEETING)
    go_back(made)

    late = make.submit(made, 0, 0).content

    flags = [json.loads(text)["changed_after_ballots_were_shown"] for text in (blind, late)]
    assert flags == [False, True]
    assert verify_record(db.session()).problems == ()


def test_progress_says_in_the_meeting_which_ballots_were_changed_after_they_were_shown(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.MEETING, marks={(0, 0): "Y"})
    go_back(made)
    make.marks(made, 1, 0, "N")
    words = "changed after the ballots had been shown"

    scoring = visit(made.chair).get(made.url("progress")).text
    phases.change_phase(made.chair, made.slug, Phase.MEETING)
    meeting = visit(made.chair).get(made.url("progress")).text

    assert (words in scoring, meeting.count(words)) == (False, 1)


def test_the_memo_says_that_all_were_alone_only_if_they_were(make: Factory, visit: Visit):
    alone = make.evaluation(phase=Phase.MEETING, marks={(0, 0): "Y", (1, 0): "N"})
    text = visit(alone.chair).get(alone.url("memo/")).text
    go_back(alone)
    phases.change_phase(alone.chair, alone.slug, Phase.MEETING)

    returned = visit(alone.chair).get(alone.url("memo/")).text

    assert ALONE in text
    assert "back to scoring" not in text
    assert ALONE in returned
    assert "No ballot was changed then." in returned


@pytest.mark.parametrize("effect", [CorrectionEffect.AGAIN, CorrectionEffect.LEAVE_OUT])
def test_what_could_turn_the_result_is_refused_once_ballots_were_shown(
    make: Factory, visit: Visit, effect: CorrectionEffect
):
    made = make.evaluation(phase=Phase.MEETING, marks={(0, 0): "Y"})
    go_back(made)
    text = corrections.Correction(
        title="Other", question="", look_for="", effect=effect, reason="It was unclear."
    )

    with pytest.raises(Invalid, match="has seen the ballots"):
        corrections.correct_criterion(made.chair, made.slug, made.criteria[0].id, text)

    page = visit(made.chair).get(made.url(f"rubric/criteria/{made.criteria[0].id}/correct")).text
    assert page.count('name="effect"') == 1


def test_a_correction_of_words_says_that_it_came_after_the_ballots_were_shown(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.MEETING, marks={(0, 0): "Y"})
    go_back(made)
    text = corrections.Correction(
        title="Other", question="", look_for="", effect=CorrectionEffect.KEEP, reason="A typo."
    )
    corrections.correct_criterion(made.chair, made.slug, made.criteria[0].id, text)
    phases.change_phase(made.chair, made.slug, Phase.MEETING)

    memo = visit(made.chair).get(made.url("memo/")).text

    assert "Made after the ballots had been shown." in memo


def test_the_rubric_stays_frozen_after_ballots_were_shown(make: Factory):
    made = make.evaluation(phase=Phase.MEETING, marks={(0, 0): "Y"})
    go_back(made)

    with pytest.raises(NotReady) as refused:
        phases.change_phase(made.chair, made.slug, Phase.SETUP, reason="Another rubric")

    assert "marked already" in str(refused.value.problems[0])


# who has seen a ballot


def chair_who_scores(make: Factory) -> Made:
    """The chair scores as well, has submitted, and has entered the first reviewer's ballot."""
    made = make.evaluation(phase=Phase.SETUP, reviewers=2)
    chair = let_chair_score(made)
    phases.change_phase(made.chair, made.slug, Phase.SCORING)
    make.no_conflicts(made)
    mark(made, made.criteria[0].id, seen=0)
    reasons = {row.id: "left" for row in made.criteria}
    seals.submit_ballot(made.chair, made.slug, made.vendors[0].id, reasons=reasons)
    enter(made, entry(made))
    assert chair.is_reviewer
    return made


def mark(made: Made, criterion: int, *, seen: int):
    return ballots.record_mark(
        made.chair,
        made.slug,
        made.vendors[0].id,
        criterion,
        MarkText(answer=Answer.NO),
        seen_version=seen,
    )


def own_ballot(made: Made) -> Ballot:
    chair = next(row for row in made.evaluation.members if row.is_chair)
    wanted = db.session.query(Ballot).filter_by(member_id=chair.id, vendor_id=made.vendors[0].id)
    return wanted.one()


def test_who_has_entered_a_ballot_can_not_have_their_own_reopened(make: Factory):
    made = chair_who_scores(make)
    own = own_ballot(made)

    with pytest.raises(WrongPhase, match="has seen another reviewer’s ballot"):
        seals.reopen_ballot(made.chair, made.slug, own.id, reason="I was wrong")


def test_who_has_entered_a_ballot_marks_nothing_even_where_a_correction_reopened_theirs(
    make: Factory, visit: Visit
):
    made = chair_who_scores(make)
    text = corrections.Correction(
        title="Other", question="", look_for="", effect=CorrectionEffect.AGAIN, reason="Unclear."
    )
    other = make.member(made.chair, made.slug, frozenset({Role.CHAIR}))
    corrections.correct_criterion(other, made.slug, made.criteria[0].id, text)

    with pytest.raises(WrongPhase, match="have seen it"):
        mark(made, made.criteria[0].id, seen=0)

    page = visit(made.chair).get(made.url(f"ballots/{made.vendors[0].id}")).text
    assert "have seen it, so you can’t mark it" in page
    assert 'name="answer"' not in page
    reasons = {row.id: "have seen another" for row in made.criteria}
    seals.submit_ballot(made.chair, made.slug, made.vendors[0].id, reasons=reasons)


def test_a_chair_who_entered_a_ballot_gets_none_for_that_vendor_as_a_reviewer(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, reviewers=2)
    enter(made, entry(made))

    chair = let_chair_score(made)

    own = db.session.query(Ballot).filter_by(member_id=chair.id).all()
    assert [ballot.vendor_id for ballot in own] == [made.vendors[1].id]
    wanted = Assignment(frozenset({made.vendors[0].id}), None)
    with pytest.raises(WrongPhase, match="can’t mark it"):
        assignments.assign_reviewer(made.chair, made.slug, chair.id, wanted)


def test_who_entered_a_ballot_after_their_own_can_be_limited_to_vendors_that_they_marked(
    make: Factory,
):
    made = chair_who_scores(make)
    chair = next(row for row in made.evaluation.members if row.is_chair)
    wanted = Assignment(frozenset({made.vendors[0].id}), None)

    assignments.assign_reviewer(made.chair, made.slug, chair.id, wanted)

    assert own_ballot(made).seals == 1


def test_the_memo_says_who_has_seen_which_ballots(make: Factory, visit: Visit):
    made = chair_who_scores(make)
    phases.change_phase(made.chair, made.slug, Phase.MEETING)

    memo = visit(made.chair).get(made.url("memo/")).text

    assert ALONE not in memo
    assert f"Dana Chair entered ballots for {made.vendors[0].company}: 1" in memo


# each mark


def informed_marks(made: Made) -> list[str]:
    """The criteria of whose marks it is said that they were given after ballots were shown."""
    db.session.rollback()
    marks = iterate_disclosed_marks(db.session(), made.evaluation)
    return [mark.criterion for mark in marks if mark.informed]


def test_no_mark_becomes_blind_by_a_moment_that_the_journal_does_not_prove(make: Factory):
    """As if the clock had run ahead when the ballot was first changed, or somebody moved it."""
    made = marked_after_meeting(make)
    ballot = ballot_of(made, 0, 0)
    ballot.changed_after_shown_at = now_utc() + timedelta(days=1)
    db.session.commit()

    assert informed_marks(made) == [made.criteria[0].code]
