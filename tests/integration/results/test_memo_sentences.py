"""Sentences of the memo that were not true once: who marked, when, of which vendors."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import update

from crrubric.domain.memo.sections import compose_memo
from crrubric.domain.memo.tree import Bullets, MemoFacts, Paragraph, Table
from crrubric.domain.vocabulary import CorrectionEffect, Outcome, Phase, Standing
from crrubric.extensions import db
from crrubric.models import Finding
from crrubric.queries.memo.memos import load_memo_facts
from crrubric.services.meeting import decisions, positions
from crrubric.services.people.district import set_district
from crrubric.services.setup import committee, corrections, phases, withdrawals
from crrubric.services.setup.rules import RuleSettings
from tests.factories import Factory, Made, ballot_of

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

    said = "2 vendors were to be scored on 3 criteria by 4 reviewers. Of these, 1 gave marks."
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
    decisions.record_finding(made.chair, made.slug, *cell, found, seen_version=0)
    evening = datetime(2026, 11, 28, 1, 30, tzinfo=UTC)  # half past seven of the day before
    db.session.execute(update(Finding).values(recorded_at=evening))
    db.session.commit()

    memo = memo_of(made)

    assert "We looked. – 2026-11-27" in memo


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
        "3 vendors were to be scored on 3 criteria by 3 reviewers. Of these, 2 gave marks. In the"
        " result are 2 vendors, 2 criteria and 2 reviewers, of whom 1 gave marks that count."
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
