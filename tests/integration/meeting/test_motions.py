"""Motions: no more votes than people, and corrections that keep what was recorded before."""

import pytest
from sqlalchemy import select

from crrubric.domain.errors import DoneAlready, Invalid, NotFound, Stale
from crrubric.domain.events import Event
from crrubric.domain.versions import fingerprint_values
from crrubric.domain.vocabulary import DeclarationKind, Outcome, Phase
from crrubric.extensions import db
from crrubric.models import Attendance, Finding, JournalEntry, Member, Motion
from crrubric.queries.meeting.meetings import load_minutes
from crrubric.queries.record.verification import verify_record
from crrubric.services.ballots.declarations import declare_interest
from crrubric.services.meeting import meetings, motions
from crrubric.services.meeting.decisions import FindingText, record_finding, withdraw_finding
from crrubric.services.meeting.meetings import MotionText
from crrubric.services.setup.committee import remove_member
from crrubric.services.setup.phases import change_phase
from tests.factories import Factory, Made, shown_undisputed
from tests.integration.conftest import Visit
from tests.integration.meeting.test_meeting import (
    VOTE,
    findings,
    make_second_chair,
    opened,
    place,
)
from tests.pages import filled_form, parse, words


def attended(make: Factory) -> Made:
    """A meeting at which all four members are present."""
    made = opened(make)
    members = list(db.session.scalars(select(Member.id)))
    meetings.record_attendance(made.chair, made.slug, members)
    return made


def adopted(make: Factory) -> tuple[Made, Motion]:
    made = attended(make)
    shown = shown_undisputed(made, made.chair)
    return made, meetings.adopt_undisputed_cells(made.chair, made.slug, VOTE, shown=shown)


def vote(yes: int, no: int = 0, away: int = 0) -> MotionText:
    return MotionText(words="To go on", in_favor=yes, opposed=no, abstaining=away)


@pytest.mark.parametrize("text", [vote(5), vote(50), vote(3, 1, 1)])
def test_more_votes_than_people_present_are_refused(make: Factory, text: MotionText):
    made = attended(make)

    with pytest.raises(
        Invalid, match="more than the chairs and reviewers recorded as present: 4"
    ) as error:
        meetings.record_motion(made.chair, made.slug, text)
    shown = shown_undisputed(made, made.chair)
    with pytest.raises(Invalid, match="recorded as present: 4"):
        meetings.adopt_undisputed_cells(made.chair, made.slug, text, shown=shown)

    assert error.value.field == "in_favor"
    assert (db.session.scalars(select(Motion)).all(), findings(made)) == ([], {})
    assert meetings.record_motion(made.chair, made.slug, vote(2, 1, 1)).carried


def test_whoever_left_does_not_vote(make: Factory):
    made = attended(make)
    meetings.record_attendance(made.chair, made.slug, [])

    with pytest.raises(Invalid, match="recorded as present: 0"):
        meetings.record_motion(made.chair, made.slug, vote(1))


def test_an_observer_is_present_and_neither_votes_nor_signs(make: Factory, visit: Visit):
    made = opened(make)
    db.session.get_one(Member, made.evaluation.members[-1].id).is_reviewer = False
    db.session.commit()
    for said in ("has chairs and reviewers: 3", "recorded as present: 3"):
        with pytest.raises(Invalid, match=said):
            meetings.record_motion(made.chair, made.slug, vote(4))
        members = list(db.session.scalars(select(Member.id)))
        meetings.record_attendance(made.chair, made.slug, members)

    assert len(db.session.scalars(select(Attendance)).all()) == 4
    assert meetings.record_motion(made.chair, made.slug, vote(3)).carried
    signs = words(visit(made.chair).page(made.url("memo/memo.html")).root)
    names = [row.name for row in made.evaluation.members]
    assert [f"{name}: Signature" in signs for name in names] == [True, True, True, False]


def test_where_nobody_recorded_who_is_there_the_committee_is_the_limit(make: Factory):
    made = opened(make)

    with pytest.raises(Invalid, match="than the committee has chairs and reviewers: 4"):
        meetings.record_motion(made.chair, made.slug, vote(5))
    assert meetings.record_motion(made.chair, made.slug, vote(4)).carried


def test_too_many_votes_are_told_beside_the_field_and_what_was_typed_stays(
    make: Factory, visit: Visit
):
    made = attended(make)

    answer = visit(made.chair).post(
        made.url("meeting/minutes"), {"words": "To go on", "in_favor": "50"}
    )

    assert answer.status_code == 422
    assert "50 votes are more than the chairs and reviewers recorded as present: 4." in answer.text
    assert 'value="50"' in answer.text


def test_recording_who_is_present_keeps_the_motion_that_was_refused(make: Factory, visit: Visit):
    made = opened(make)
    chair, url = visit(made.chair), made.url("meeting/present")
    typed = filled_form(
        parse(200, chair.get(made.url("meeting/")).text), made.url("meeting/undisputed")
    )

    refused = chair.post(
        made.url("meeting/undisputed"), {**typed, "moved_by": "Ana", "in_favor": "50"}
    )
    small = filled_form(parse(422, refused.text), url)
    answer = chair.post(url, {**small, "everybody": "yes"})

    page = parse(answer.status_code, answer.text)
    kept = filled_form(page, made.url("meeting/undisputed"))
    assert (page.status, kept["moved_by"], kept["in_favor"]) == (200, ["Ana"], ["50"])
    assert len(filled_form(page, url)["present"]) == 4


def test_a_correction_keeps_both_votes_with_the_reason(make: Factory, visit: Visit):
    made = attended(make)
    motion = meetings.record_motion(made.chair, made.slug, vote(4))
    meetings.end_meeting(made.chair, made.slug)
    chair = visit(made.chair)

    form = {"words": "To go on", "in_favor": "1", "opposed": "3", "reason": "Read the wrong way."}
    done = chair.edit(made.url(f"meeting/motions/{motion.id}/correct"), form)
    minutes = words(chair.page(made.url("meeting/minutes")).root)
    memo = words(chair.page(made.url("memo/memo.html")).root)

    assert done.status_code == 303
    db.session.expire_all()
    row = db.session.get_one(Motion, motion.id)
    assert (row.in_favor, row.opposed, row.carried) == (1, 3, False)
    assert "Read the wrong way. in favor: 4, now 1; against the motion: 0, now 3" in minutes
    assert "not carried" in minutes
    assert "1. To go on" in memo
    assert (
        "Read the wrong way. Before: 4 in favor, 0 against, 0 abstaining. Now: 1 in favor, 3"
        " against, 0 abstaining."
    ) in memo
    assert verify_record(db.session()).problems == ()


def test_a_correction_needs_a_reason_and_people_who_can_have_voted(make: Factory):
    made = attended(make)
    motion = meetings.record_motion(made.chair, made.slug, vote(4))
    members = list(db.session.scalars(select(Member.id)))[:1]
    meetings.record_attendance(made.chair, made.slug, members)

    with pytest.raises(Invalid, match="Say why it is corrected"):
        motions.correct_motion(made.chair, made.slug, motion.id, vote(3), reason=" ")
    with pytest.raises(Invalid, match="recorded as present: 4"):
        motions.correct_motion(made.chair, made.slug, motion.id, vote(5), reason="Miscounted")

    motions.correct_motion(made.chair, made.slug, motion.id, vote(2, 2), reason="Miscounted")
    assert db.session.get_one(Motion, motion.id).opposed == 2


def test_what_was_adopted_with_a_motion_that_did_not_carry_is_withdrawn_item_by_item(
    make: Factory,
):
    made, motion = adopted(make)
    before = len(findings(made))

    text = MotionText(words=motion.words, in_favor=1, opposed=3)
    motions.correct_motion(made.chair, made.slug, motion.id, text, reason="Miscounted")

    rows = select(JournalEntry.reason).where(JournalEntry.event == Event.FINDING_WITHDRAWN)
    assert (before, findings(made)) == (3, {})
    assert db.session.scalars(rows).all() == ["Miscounted"] * 3
    assert verify_record(db.session()).problems == ()


def test_a_motion_is_reworded_although_somebody_who_voted_has_left_since(make: Factory):
    made = opened(make)
    other = make_second_chair(make, made)
    motion = meetings.record_motion(made.chair, made.slug, vote(5))
    change_phase(made.chair, made.slug, Phase.SCORING, reason="One came late.")
    own = db.session.scalars(select(Member).where(Member.user_id == other.user_id)).one()
    remove_member(made.chair, made.slug, own.id)
    change_phase(made.chair, made.slug, Phase.MEETING)
    text = MotionText(words="To go on at noon", in_favor=5)

    motions.correct_motion(made.chair, made.slug, motion.id, text, reason="A word was missing.")

    assert db.session.get_one(Motion, motion.id).words == "To go on at noon"
    with pytest.raises(Invalid, match="than the committee has chairs and reviewers: 4"):
        motions.correct_motion(made.chair, made.slug, motion.id, vote(6), reason="Miscounted")


def test_a_finding_withdrawn_for_the_reason_of_a_correction_stays_in_the_minutes(make: Factory):
    made = attended(make)
    cell = place(made, 1, "ada")
    found = FindingText(Outcome.MET, "Seen by all.")
    record_finding(made.chair, made.slug, *cell, found, seen_version=0)
    motion = meetings.record_motion(made.chair, made.slug, vote(3))
    withdraw_finding(made.chair, made.slug, *cell, reason="Mistyped.")
    motions.correct_motion(made.chair, made.slug, motion.id, vote(4), reason="Mistyped.")
    adopting = meetings.adopt_undisputed_cells(
        made.chair, made.slug, VOTE, shown=shown_undisputed(made, made.chair)
    )
    lost = MotionText(words=adopting.words, in_favor=1, opposed=2)
    motions.correct_motion(made.chair, made.slug, adopting.id, lost, reason="Mistyped.")

    (sitting,) = load_minutes(db.session(), made.evaluation.id).sittings

    assert [row.value for row in sitting.settled] == [Outcome.MET, None]
    assert findings(made) == {}


def test_a_correction_adopts_nothing_after_the_vote(make: Factory):
    made = attended(make)
    shown = shown_undisputed(made, made.chair)
    lost = MotionText(words="To adopt", in_favor=1, opposed=3)
    motion = meetings.adopt_undisputed_cells(made.chair, made.slug, lost, shown=shown)

    with pytest.raises(Invalid, match="Record it again on the agenda"):
        motions.correct_motion(made.chair, made.slug, motion.id, VOTE, reason="Miscounted")
    assert db.session.scalars(select(Finding)).all() == []


def test_a_chair_takes_back_no_findings_for_a_vendor_from_whom_they_stay_away(make: Factory):
    made, motion = adopted(make)
    other = make_second_chair(make, made)
    vendor = made.vendors[0].id
    declare_interest(other, made.slug, vendor, kind=DeclarationKind.CONFLICT, words="Mine.")

    with pytest.raises(Invalid, match="another chair must correct it"):
        motions.correct_motion(other, made.slug, motion.id, vote(1, 3), reason="Miscounted")
    motions.correct_motion(other, made.slug, motion.id, vote(4), reason="Miscounted")


def test_a_chair_takes_back_no_findings_on_a_competitor_of_their_own_vendor(make: Factory):
    made, motion = adopted(make)
    other = make_second_chair(make, made)
    rival = made.vendors[1].id  # nothing was adopted for it
    declare_interest(other, made.slug, rival, kind=DeclarationKind.CONFLICT, words="Mine.")
    before = findings(made)

    with pytest.raises(Invalid, match="another chair must decide"):
        motions.correct_motion(other, made.slug, motion.id, vote(1, 3), reason="Miscounted")

    assert findings(made) == before != {}
    motions.correct_motion(other, made.slug, motion.id, vote(4), reason="Miscounted")
    motions.correct_motion(made.chair, made.slug, motion.id, vote(1, 3), reason="Miscounted")
    assert findings(made) == {}


def test_the_same_correction_of_two_motions_is_told_apart(make: Factory):
    made = attended(make)
    first, second = (meetings.record_motion(made.chair, made.slug, vote(4)) for _each in range(2))
    seen = fingerprint_values(motions.read_motion_values(second))
    motions.correct_motion(made.chair, made.slug, first.id, vote(3), reason="Miscounted")
    other = make_second_chair(make, made)
    motions.correct_motion(other, made.slug, second.id, vote(3), reason="A hand too many")
    entries = count_corrections(made)

    # her correction of the first motion does not make these words hers for the second one
    with pytest.raises(DoneAlready, match="A hand too many"):
        motions.correct_motion(
            made.chair, made.slug, second.id, vote(3), reason="Miscounted", seen=seen
        )
    motions.correct_motion(
        other, made.slug, second.id, vote(3), reason="A hand too many", seen=seen
    )
    with pytest.raises(DoneAlready, match="Miscounted"):
        motions.correct_motion(
            other, made.slug, first.id, vote(3), reason="A hand too many", seen=seen
        )

    assert count_corrections(made) == entries == 2


def count_corrections(made: Made) -> int:
    db.session.rollback()
    wanted = select(JournalEntry.id).where(
        JournalEntry.evaluation_id == made.evaluation.id,
        JournalEntry.event == Event.MOTION_CORRECTED,
    )
    return len(db.session.scalars(wanted).all())


def test_a_motion_that_somebody_corrected_meanwhile_is_shown_again(make: Factory, visit: Visit):
    made = attended(make)
    motion = meetings.record_motion(made.chair, made.slug, vote(4))
    seen = fingerprint_values(motions.read_motion_values(motion))
    motions.correct_motion(made.chair, made.slug, motion.id, vote(3), reason="Miscounted")

    with pytest.raises(Stale):
        motions.correct_motion(
            made.chair, made.slug, motion.id, vote(2), reason="Miscounted", seen=seen
        )
    form = {"words": "To go on", "in_favor": "2", "reason": "Mistyped", "version": seen}
    url = made.url(f"meeting/motions/{motion.id}/correct")
    again = visit(made.chair).post(url, form)

    assert (again.status_code, "Saved meanwhile: 3" in again.text) == (409, True)


def test_a_motion_of_another_evaluation_is_not_found(make: Factory):
    made = attended(make)
    motion = meetings.record_motion(made.chair, made.slug, vote(4))
    other = make.evaluation(title="Another", phase=Phase.MEETING)

    with pytest.raises(NotFound):
        motions.correct_motion(other.chair, other.slug, motion.id, vote(3), reason="Miscounted")
