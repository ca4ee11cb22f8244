"""Sentences of the memo that were not true once: who marked, when, of which vendors."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from crrubric.domain.documents.tree import Bullets, Paragraph, Table
from crrubric.domain.errors import Stale
from crrubric.domain.memo.facts import MemoFacts
from crrubric.domain.memo.sections import compose_memo
from crrubric.domain.versions import fingerprint_values
from crrubric.domain.vocabulary import (
    Answer,
    CorrectionEffect,
    DeclarationKind,
    Outcome,
    Phase,
    PositionKind,
    Standing,
)
from crrubric.extensions import db
from crrubric.models import Evaluation, Finding, Member, PracticeMark
from crrubric.queries.meeting.decisions import recommendation_of
from crrubric.queries.memo.memos import load_memo_facts
from crrubric.queries.people.people import OPERATOR, Actor
from crrubric.services.ballots import seals
from crrubric.services.ballots.declarations import declare_interest
from crrubric.services.exchange.imports import import_marks, import_new_evaluation
from crrubric.services.exchange.table_sources import read_path
from crrubric.services.meeting import decisions, positions
from crrubric.services.people.district import set_district
from crrubric.services.planning import settlements, votes
from crrubric.services.questions.questions import write_question
from crrubric.services.setup import committee, corrections, phases, rubrics, withdrawals
from crrubric.services.setup.practice import (
    finish_practice,
    record_practice_mark,
    restart_practice,
    show_spread,
)
from crrubric.services.setup.rules import RuleSettings
from tests import in_meeting
from tests.factories import Factory, Made, ballot_of
from tests.integration.conftest import Visit

MARKS = {(0, 0): "YYA", (0, 1): "YYY"}


def facts_of(made: Made) -> MemoFacts:
    db.session.rollback()
    db.session.expire_all()
    return load_memo_facts(db.session(), made.evaluation, "en")


def memo_of(made: Made) -> str:
    """All paragraphs and lists of the memo, a line each."""
    blocks = compose_memo(facts_of(made), str).blocks
    lines = [block.text for block in blocks if isinstance(block, Paragraph)]
    items = [item for block in blocks if isinstance(block, Bullets) for item in block.items]
    return "\n".join((*lines, *items))


def test_reviewers_who_gave_no_mark_are_not_said_to_have_scored(make: Factory):
    made = make.evaluation(phase=Phase.MEETING, reviewers=4, marks=MARKS)

    memo = memo_of(made)

    said = "To be scored: vendors 2, criteria 3. Reviewers asked: 4; of these gave marks: 1."
    assert said in memo


@pytest.mark.parametrize("quorum", [None, 2])
def test_the_quorum_says_what_not_applicable_does(make: Factory, quorum: int | None):
    rule = RuleSettings(quorum=quorum)
    made = make.evaluation(phase=Phase.MEETING, reviewers=4, marks=MARKS, rule=rule)

    memo = memo_of(made)
    cell = facts_of(made).results.cell(made.vendors[0].code, made.criteria[2].code)

    assert cell.resolution.outcome is Outcome.NOT_APPLICABLE  # by a single mark
    assert "it is unresolved, unless NOT APPLICABLE was answered more often." in memo


def test_an_adopted_finding_has_the_day_that_it_was_where_the_district_is(make: Factory):
    made = make.evaluation(phase=Phase.MEETING, marks=MARKS)
    administrator = make.actor("Site", standing=Standing.ADMINISTRATOR)
    set_district(administrator, name="Ours", time_zone="America/Chicago", seen_version=0)
    cell = made.vendors[0].id, made.criteria[0].id
    found = decisions.FindingText(Outcome.NOT_MET, "We looked.")
    in_meeting.record_finding(made.chair, made.slug, *cell, found, seen_version=0)
    evening = datetime(2026, 11, 28, 1, 30, tzinfo=UTC)  # half past seven of the day before
    db.session.execute(update(Finding).values(recorded_at=evening))
    db.session.commit()

    memo = memo_of(made)

    assert "We looked. – November 27, 2026" in memo


def test_no_promise_of_a_vendor_that_left_is_printed_and_every_reason_is(make: Factory):
    made = make.evaluation(phase=Phase.MEETING, marks=MARKS)
    vendor = made.vendors[1]
    promise = positions.CommitmentText("Captions for all", "Dana", date(2027, 1, 1))
    positions.record_commitment(made.chair, made.slug, vendor.id, promise)

    withdrawals.withdraw_vendor(made.chair, made.slug, vendor.id, reason="They left.")
    gone = memo_of(made)
    withdrawals.restore_vendor(made.chair, made.slug, vendor.id, reason="They returned.")
    back = memo_of(made)

    assert ["Captions for all" in memo for memo in (gone, back)] == [False, True]
    departures = facts_of(made).departed_vendors
    assert [(row.name, row.reason, row.back) for row in departures] == [
        (vendor.company, "They left.", False),
        (vendor.company, "They returned.", True),
    ]
    assert f"{vendor.company} came back, " in back


def test_what_left_is_said_to_have_been_asked_and_not_to_count(make: Factory):
    """Two of three vendors are left, a criterion is left out, and a reviewer who marked went."""
    marks = {(0, 0): "YYA", (1, 0): "YYY"}
    made = make.evaluation(phase=Phase.SCORING, vendors=3, reviewers=3, marks=marks)
    left_out = corrections.Correction(
        title="Works with our system", question="Does it exchange grades?", look_for="",
        effect=CorrectionEffect.LEAVE_OUT, reason="Nobody could try it.",
    )  # fmt: skip
    corrections.correct_criterion(made.chair, made.slug, made.criterion("sis").id, left_out)
    committee.remove_member(made.chair, made.slug, ballot_of(made, 1, 0).member_id)
    withdrawals.withdraw_vendor(made.chair, made.slug, made.vendors[2].id, reason="They left.")
    make.forward(made, Phase.MEETING, {})

    memo = memo_of(made)

    assert (
        "To be scored: vendors 3, criteria 3. Reviewers asked: 3; of these gave marks: 2. In the"
        " result: vendors 2, criteria 2, reviewers 2; of these gave marks that count: 1."
    ) in memo


def test_a_rubric_that_was_corrected_is_not_called_the_one_that_was_fixed(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks=MARKS)
    before, after = ("as fixed when ballots opened", "after the corrections below")
    text = corrections.Correction(
        title="Works with our grade book", question="Does it exchange grades?", look_for="",
        effect=CorrectionEffect.KEEP, reason="The name was wrong.",
    )  # fmt: skip
    for correct in (False, True):
        if correct:
            corrections.correct_criterion(made.chair, made.slug, made.criterion("sis").id, text)
        phases.change_phase(made.chair, made.slug, Phase.MEETING)

        blocks = compose_memo(facts_of(made), str).blocks
        captions = " ".join(block.caption for block in blocks if isinstance(block, Table))
        memo = memo_of(made)

        assert (before in captions, after in captions) == (not correct, correct)
        assert ("the rubric as fixed" in memo, "with every correction" in memo) == (
            not correct, correct,
        )  # fmt: skip
        assert ("the rubric was corrected after that" in memo) is correct
        phases.change_phase(made.chair, made.slug, Phase.SCORING, reason="One was ill.")


@pytest.mark.parametrize("marks", [{}, {(2, 0): "YYY"}])
def test_only_who_gave_marks_is_said_to_have_some_in_the_record(make: Factory, marks):
    made = make.evaluation(phase=Phase.SCORING, reviewers=3, marks=marks)
    name = made.reviewers[2].name
    gone = db.session.scalars(select(Member.id).where(Member.name == name)).one()
    committee.remove_member(made.chair, made.slug, gone)
    make.marks(made, 0, 0, "YYY")
    phases.change_phase(made.chair, made.slug, Phase.MEETING)

    memo = memo_of(made)

    assert re.search(rf"{name}, [A-Z][a-z]+ \d+, \d{{4}}, ", memo)  # with the day
    assert ("the marks are in the record and do not count" in memo) is bool(marks)


@pytest.mark.parametrize("how", ["removed", "conflict", "corrected"])
def test_a_mark_that_does_not_count_is_not_said_never_to_have_been_given(make: Factory, how: str):
    """The archive has it, sealed: who reads both would find the memo wrong."""
    marks = {(0, 0): "YYY", (1, 0): "YYY", (2, 0): "NNN"}
    made = make.evaluation(phase=Phase.SCORING, reviewers=3, marks=marks)
    make.submit(made, 2, 0)
    name, vendor = made.reviewers[2].name, made.vendors[0]
    if how == "removed":
        gone = db.session.scalars(select(Member.id).where(Member.name == name)).one()
        committee.remove_member(made.chair, made.slug, gone)
    elif how == "conflict":
        make.conflict(made, 2, 0, "My uncle.")
    else:
        found = made.criteria[0]
        again = corrections.Correction(
            title=found.title, question="Another one?", look_for="", effect=CorrectionEffect.AGAIN,
            reason="It was unclear.",
        )  # fmt: skip
        corrections.correct_criterion(made.chair, made.slug, found.id, again)
        for reviewer in (0, 1):
            make.mark(made, reviewer, 0, found.code, Answer.YES)
    phases.change_phase(made.chair, made.slug, Phase.MEETING)

    memo = memo_of(made)

    assert "Met, with no NO among the marks that count:" in memo
    assert "no reviewer said" not in memo
    told = f"{name}, {vendor.name}: “My uncle.” (recused; marks given before that do not count)"
    assert (told in memo) is (how == "conflict")


def test_the_proof_of_order_does_not_pass_over_corrections_of_the_rubric(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks=MARKS)
    last, more = "Rule and rubric last changed in set-up", "corrected after ballots opened"
    assert more not in memo_of_meeting(made)
    phases.change_phase(made.chair, made.slug, Phase.SCORING, reason="One was ill.")
    found = made.criteria[0]
    kept = corrections.Correction(
        title=found.title, question="Another one?", look_for="", effect=CorrectionEffect.KEEP,
        reason="It was unclear.",
    )  # fmt: skip
    corrections.correct_criterion(made.chair, made.slug, found.id, kept)

    memo = memo_of_meeting(made)

    assert "The rubric was corrected after ballots opened; corrections: 1. The section on" in memo
    rows = [row for table in find_tables(made) for row in table.rows]
    assert last in {row[0] for row in rows}


@pytest.mark.parametrize("effect", list(CorrectionEffect))
def test_corrections_from_before_ballots_opened_anew_are_a_part_of_what_was_fixed(
    make: Factory, effect: CorrectionEffect
):
    """The chair corrects a criterion, goes back to set-up for another, and opens ballots again."""
    made = make.evaluation(phase=Phase.SCORING)
    found = made.criteria[0]
    text = corrections.Correction(
        title=found.title, question="Another one?", look_for="", effect=effect,
        reason="It was unclear.",
    )  # fmt: skip
    corrections.correct_criterion(made.chair, made.slug, found.id, text)
    phases.change_phase(made.chair, made.slug, Phase.SETUP, reason="Reword a criterion.")
    phases.change_phase(made.chair, made.slug, Phase.SCORING)
    make.no_conflicts(made)
    make.mark(made, 0, 0, made.criteria[1].code, Answer.YES)

    memo = memo_of_meeting(made)

    assert "corrected after" not in memo.replace("Corrected after ballots opened:", "")
    assert "Another one?" not in memo
    assert "Corrections made in between: 1. What set-up made of them is a part" in memo
    assert "the rubric as fixed when ballots opened" in memo
    asked = 2 if effect is CorrectionEffect.LEAVE_OUT else 3
    assert f"To be scored: vendors 2, criteria {asked}." in memo
    assert "In the result: vendors" not in memo


def memo_of_meeting(made: Made) -> str:
    phases.change_phase(made.chair, made.slug, Phase.MEETING)
    return memo_of(made)


def find_tables(made: Made) -> list[Table]:
    blocks = compose_memo(facts_of(made), str).blocks
    return [block for block in blocks if isinstance(block, Table)]


def test_where_no_two_marked_an_item_no_agreement_is_told(make: Factory):
    made = make.evaluation(phase=Phase.MEETING, reviewers=1, vendors=1, marks={(0, 0): "YYY"})

    memo = memo_of(made)

    assert "No item has two or more YES or NO marks: how far reviewers agree is not known." in memo
    assert "0 of the 0 items" not in memo
    assert "resamples" not in memo


@pytest.mark.parametrize("who", ["chair", "reviewer"])
def test_a_late_conflict_takes_only_marks_that_were_given_out_of_the_count(make: Factory, who):
    made = make.evaluation(phase=Phase.MEETING, marks=MARKS)
    person = made.chair if who == "chair" else made.reviewers[0]
    kind = DeclarationKind.CONFLICT
    declare_interest(person, made.slug, made.vendors[0].id, kind=kind, words="My uncle.")

    memo = memo_of(made)

    assert "after the committee had seen the ballots" in memo
    assert ("marks given no longer count" in memo) is (who == "reviewer")


def test_an_import_into_a_meeting_is_not_a_change_by_reviewers(make: Factory, tmp_path: Path):
    made = make.evaluation(phase=Phase.MEETING, marks=MARKS)
    name, vendor = made.reviewers[1].name, made.vendors[0].company
    file = tmp_path / "late.csv"
    file.write_text(f"reviewer,vendor,criterion,mark\n{name},{vendor},{made.criteria[0].code},NO\n")
    import_marks(Actor(None, "operator", Standing.ADMINISTRATOR), read_path(file), slug=made.slug)

    memo = memo_of(made)

    assert "by reviewers" not in memo
    assert "Ballots that were changed after the committee had seen the ballots, when" in memo


def test_an_evaluation_made_from_a_file_had_no_ballots_that_opened(make: Factory, tmp_path: Path):
    made = make.evaluation()  # for the district
    file = tmp_path / "marks.csv"
    file.write_text("reviewer,vendor,criterion,mark\nAna,Alpha,c1,YES\nBo,Alpha,c1,YES\n")
    operator = Actor(None, "operator", Standing.ADMINISTRATOR)
    done = import_new_evaluation(
        operator, read_path(file), title="Old", rule=RuleSettings(quorum=1)
    )
    evaluation = db.session.scalars(select(Evaluation).where(Evaluation.slug == done.slug)).one()

    blocks = compose_memo(load_memo_facts(db.session(), evaluation, "en"), str).blocks
    texts = [block.text for block in blocks if isinstance(block, Paragraph)]
    tables = {block.caption: block.rows for block in blocks if isinstance(block, Table)}

    assert made.evaluation.id != evaluation.id
    assert [text for text in texts if "were fixed" in text and "not recorded" not in text] == []
    assert [row[0] for row in tables["Timeline"]] == [
        "Evaluation made from a file of marks; ballots shown to the committee",
        "Decision recorded",
    ]
    assert "Criteria as they came out of the file" in tables


def test_a_question_on_what_was_left_out_since_still_says_what_it_was_about(make: Factory):
    made = make.evaluation(phase=Phase.SCORING, marks=MARKS)
    row = made.criterion("sis")
    write_question(
        made.chair, made.slug, made.vendors[0].id, words="Does it work?", criterion_id=row.id
    )
    left_out = corrections.Correction(
        title=row.title, question="Does it?", look_for="", effect=CorrectionEffect.LEAVE_OUT,
        reason="Nobody could try it.",
    )  # fmt: skip
    corrections.correct_criterion(made.chair, made.slug, row.id, left_out)
    phases.change_phase(made.chair, made.slug, Phase.MEETING)

    memo = memo_of(made)

    assert "Works with our system (left out of the rubric since): “Does it work?”" in memo


def test_a_practice_round_that_was_begun_again_says_so(make: Factory):
    made = make.evaluation(phase=Phase.PRACTICE)
    record_practice_mark(
        made.reviewers[0],
        made.slug,
        made.criteria[0].id,
        answer=Answer.YES,
        note="",
        seen_version=0,
    )
    show_spread(made.chair, made.slug)
    restart_practice(made.chair, made.slug)
    make.forward(made, Phase.MEETING, MARKS)

    assert (
        "The round was begun again, and the marks until then were thrown away. Reviewers who"
        " finished it after that: 0."
    ) in memo_of(made)


def test_a_file_whose_marks_were_set_aside_is_told(make: Factory, tmp_path: Path):
    made = make.evaluation(phase=Phase.SCORING, marks=MARKS)
    file = tmp_path / "marks.csv"
    reviewer, vendor = made.reviewers[1].name, made.vendors[0].code
    file.write_text(f"reviewer,vendor,criterion,mark\n{reviewer},{vendor},ada,YES\n")
    import_marks(OPERATOR, read_path(file), slug=made.slug)
    again = corrections.Correction(
        title="Other", question="", look_for="", effect=CorrectionEffect.AGAIN, reason="Unclear"
    )
    corrections.correct_criterion(made.chair, made.slug, made.criterion("ada").id, again)
    make.forward(made, Phase.MEETING, {})

    memo = memo_of(made)

    assert "Files were imported, but none of their marks is on a ballot any more:" in memo
    assert re.search("“marks.csv”, imported [A-Z][a-z]+ [0-9]+, 2", memo)


def test_a_ballot_that_was_only_opened_again_is_told(make: Factory):
    """With that went the reasons for what has no mark."""
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YY-", (1, 0): "YYY"})
    make.submit(made, 0, 0, "I could not see it.")
    make.forward(made, Phase.MEETING, {})
    phases.change_phase(made.chair, made.slug, Phase.SCORING, reason="Somebody was ill.")
    seals.reopen_ballot(made.chair, made.slug, ballot_of(made, 0, 0).id, reason="Look again.")
    phases.change_phase(made.chair, made.slug, Phase.MEETING)

    memo = memo_of(made)

    assert "Submitted ballots that were opened again after that:" in memo
    whose = f"{made.reviewers[0].name}, {made.vendors[0].company}"
    assert re.search(f"{whose}: [A-Z][a-z]+ [0-9]+, 2", memo)
    assert "No ballot was changed then." not in memo


def test_the_memo_names_the_zone_of_its_times(make: Factory):
    made = make.evaluation(phase=Phase.MEETING, marks=MARKS)
    administrator = make.actor("Ida", standing=Standing.ADMINISTRATOR)
    set_district(administrator, name="Ours", time_zone="America/Denver", seen_version=0)

    blocks = compose_memo(facts_of(made), str).blocks

    rows = [row for block in blocks if isinstance(block, Table) for row in block.rows]
    assert ("Time zone of all times", "America/Denver") in rows


def finish_practice_round(made: Made) -> None:
    """One of the two reviewers marks a criterion, and is done."""
    own = made.reviewers[0], made.slug
    record_practice_mark(*own, made.criteria[0].id, answer=Answer.YES, seen_version=0)
    finish_practice(*own)
    show_spread(made.chair, made.slug)


@pytest.mark.parametrize("back", [False, True])
def test_a_practice_round_is_told_from_what_the_journal_tells(make: Factory, back: bool):
    """Also if the evaluation went back to set-up after it, and whatever became of its marks."""
    made = make.evaluation(phase=Phase.PRACTICE)
    finish_practice_round(made)
    if back:
        phases.change_phase(made.chair, made.slug, Phase.SETUP, reason="Reword a criterion.")
    phases.change_phase(made.chair, made.slug, Phase.SCORING)
    make.no_conflicts(made)
    make.mark_all(made, MARKS)
    phases.change_phase(made.chair, made.slug, Phase.MEETING)
    db.session.execute(delete(PracticeMark))
    db.session.commit()

    assert "Reviewers who finished it: 1. Marks given in it never counted." in memo_of(made)


def test_of_a_practice_round_in_which_nobody_did_anything_only_the_opening_is_told(make: Factory):
    made = make.evaluation(phase=Phase.PRACTICE)
    make.forward(made, Phase.MEETING, MARKS)

    memo = memo_of(made)

    assert "a practice round on a made-up vendor was opened" in memo
    assert "Reviewers who finished it: 0." in memo


def test_a_practice_round_was_opened_when_it_first_was(make: Factory):
    """What was practiced before a step back to set-up stays."""
    made = make.evaluation(phase=Phase.PRACTICE)
    first = made.evaluation.practice_at
    phases.change_phase(made.chair, made.slug, Phase.SETUP, reason="Reword a criterion.")
    phases.change_phase(made.chair, made.slug, Phase.PRACTICE)
    make.forward(made, Phase.MEETING, MARKS)

    practice = facts_of(made).practice

    assert practice is not None
    assert practice.at == first


def test_positions_on_an_earlier_wording_are_not_taken_for_the_last(make: Factory, visit: Visit):
    """Who supported it with a condition does not support it without."""
    made = make.evaluation(phase=Phase.MEETING, marks=MARKS)
    text = decisions.DecisionText(
        vendor_id=made.vendors[0].id, reason="It fits.", conditions="With a way out."
    )
    decisions.record_decision(made.chair, made.slug, text)
    decision = recommendation_of(db.session(), made.evaluation.id)
    shown = fingerprint_values(positions.read_position_subject(decision))
    for reviewer in made.reviewers:
        positions.state_position(reviewer, made.slug, kind=PositionKind.SUPPORT)
    decisions.record_decision(made.chair, made.slug, replace(text, conditions=""))
    page = visit(made.reviewers[0]).get(made.url("decision/")).text
    last = (made.reviewers[1], made.slug)
    with pytest.raises(Stale):
        positions.state_position(*last, kind=PositionKind.CANNOT_SUPPORT, words="No.", seen=shown)
    positions.state_position(*last, kind=PositionKind.SUPPORT)
    phases.change_phase(made.chair, made.slug, Phase.DECIDED)

    memo = memo_of(made)

    assert "The recommendation was recorded anew after you stated your position." in page
    assert "Support it: 2. Can live with it: 0. Cannot support it: 0." in memo
    (told,) = (line for line in memo.splitlines() if line.startswith("Of these positions, stated"))
    assert told.endswith(": 1.")


def test_a_second_final_memo_tells_the_decision_before(make: Factory):
    made = make.evaluation(phase=Phase.DECIDED, marks=MARKS)
    first, second = (vendor.company for vendor in made.vendors)
    before = memo_of(made)
    phases.change_phase(made.chair, made.slug, Phase.MEETING, reason="A price was wrong.")
    text = decisions.DecisionText(vendor_id=made.vendors[1].id, reason="Better")
    decisions.record_decision(made.chair, made.slug, text)
    phases.change_phase(made.chair, made.slug, Phase.DECIDED)

    (told,) = (line for line in memo_of(made).splitlines() if "taken back" in line)

    assert "taken back" not in before
    assert re.match(f"for {first}, recorded [A-Z][a-z]+ [0-9]+, 2", told)
    assert told.endswith(": A price was wrong.")
    assert second != first


def table_of(made: Made, caption: str) -> tuple[tuple[str, ...], ...]:
    """The rows of the memo's table with this caption."""
    blocks = compose_memo(facts_of(made), str).blocks
    (found,) = [block for block in blocks if isinstance(block, Table) and block.caption == caption]
    return found.rows


def test_the_vote_on_must_haves_is_printed_with_what_was_made_of_it(make: Factory):
    made = make.evaluation(reviewers=3)
    for answer in (Answer.NO, Answer.YES):  # two rounds: the first is told in a sentence
        votes.open_vote(made.chair, made.slug)
        for number, reviewer in enumerate(made.reviewers):
            for criterion in made.criteria[: number + 1]:
                votes.record_vote(
                    reviewer, made.slug, criterion.id, answer=answer, note="secret", seen_version=0
                )
        votes.close_vote(made.chair, made.slug)
    first, second = (row.id for row in made.criteria[:2])
    given = {
        first: settlements.SettledMustHave(must_have=True),
        second: settlements.SettledMustHave(must_have=False, reason="The law does not ask for it."),
    }
    settlements.settle_must_haves(made.chair, made.slug, 2, given)
    text = rubrics.CriterionText(title="Accessible to all", must_have=False)
    rubrics.change_criterion(made.chair, made.slug, first, text)
    make.forward(made, Phase.MEETING, {})

    memo = memo_of(made)

    assert "A later vote took its place." in memo
    assert "Reviewers who voted: 3. The majority of those who answered proposed" in memo
    assert "secret" not in memo
    assert table_of(made, "Vote on must-haves") == (
        ("Accessible", "3", "0", "must-have", "must-have",
         "Reworded after the vote. Set otherwise after that: not a must-have."),
        ("Works with our system", "2", "0", "must-have", "not a must-have",
         "The law does not ask for it."),
        ("Teacher provided", "1", "0", "must-have", "not settled", "–"),
    )  # fmt: skip


def test_a_vote_on_must_haves_that_nobody_settled_is_not_said_to_be(make: Factory):
    made = make.evaluation()
    votes.open_vote(made.chair, made.slug)
    votes.close_vote(made.chair, made.slug)
    make.forward(made, Phase.MEETING, {})

    memo = memo_of(made)

    assert "Reviewers who voted: 0. The chair settled none of what was voted on." in memo
    assert "the chair settled, with a reason" not in memo


def test_without_a_vote_on_must_haves_the_memo_says_so(make: Factory):
    made = make.evaluation(phase=Phase.MEETING, marks=MARKS)

    assert "There was no vote on the must-haves before scoring." in memo_of(made)


def test_of_a_condition_nothing_is_taken_for_a_bullet_that_is_a_number(make: Factory):
    made = make.evaluation(phase=Phase.MEETING, marks=MARKS)
    typed = ("3.5 % rise a year at most", "-10 % if it is late", "2027.", "•No fee", "- A pilot",
             "2. A way out", "12) Support", "  * Training", "–  Data stay here")  # fmt: skip
    text = decisions.DecisionText(
        vendor_id=made.vendors[0].id, reason="It fits.", conditions="\n".join(typed)
    )
    decisions.record_decision(made.chair, made.slug, text)

    lists = [row.items for row in compose_memo(facts_of(made), str).blocks
             if isinstance(row, Bullets)]  # fmt: skip

    assert (
        "3.5 % rise a year at most", "-10 % if it is late", "2027.", "No fee", "A pilot",
        "A way out", "Support", "Training", "Data stay here",
    ) in lists  # fmt: skip


def test_what_was_left_out_before_ballots_opened_was_not_to_be_scored(make: Factory):
    made = make.evaluation()
    text = rubrics.CriterionText(title="Left out", left_out=True)
    rubrics.change_criterion(made.chair, made.slug, made.criteria[-1].id, text)
    made.criteria.pop()
    make.forward(made, Phase.MEETING, {(0, 0): "YY", (1, 0): "YY"})

    memo = memo_of(made)

    assert "To be scored: vendors 2, criteria 2. Reviewers asked: 2; of these gave" in memo
    assert "In the result:" not in memo


def test_a_vendor_that_left_before_ballots_opened_anew_is_told_apart_and_was_for_nobody(
    make: Factory,
):
    made = make.evaluation(phase=Phase.SCORING, vendors=3)
    gone, later = made.vendors[1].id, made.vendors[2].id
    withdrawals.withdraw_vendor(made.chair, made.slug, gone, reason="It closed.")
    phases.change_phase(made.chair, made.slug, Phase.SETUP, reason="The rule was wrong.")
    make.forward(made, Phase.SCORING, {(0, 0): "YYY", (0, 2): "YYY"})
    withdrawals.withdraw_vendor(made.chair, made.slug, later, reason="It was bought.")
    make.forward(made, Phase.MEETING, {})

    facts = facts_of(made)
    blocks = compose_memo(facts, str).blocks
    listed = {
        label.lead: "".join(list_.items)
        for label, list_ in pairwise(blocks)
        if isinstance(label, Paragraph) and isinstance(list_, Bullets)
    }
    after = listed["Vendors that left the selection after ballots opened:"]
    before = next(told for label, told in listed.items() if "a step back to set-up:" in label)

    assert facts.asked.vendors == 2
    assert "It was bought." in after
    assert "It closed." not in after
    assert "It closed." in before
    assert "It was bought." not in before
