"""The meeting: agenda, meeting screen, motions, putting off, minutes."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, NotFound, Stale, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.meeting.agenda import fingerprint_cells
from crrubric.domain.vocabulary import DeclarationKind, Outcome, Phase
from crrubric.extensions import db
from crrubric.models import Attendance, Deferral, Finding, JournalEntry, Meeting, Member
from crrubric.queries.meeting.meetings import load_minutes
from crrubric.queries.people.access import Seat, require
from crrubric.queries.record.verification import verify_record
from crrubric.queries.results.matrices import read_matrix
from crrubric.services.ballots import declarations
from crrubric.services.meeting import meetings
from crrubric.services.meeting.decisions import FindingText
from crrubric.services.meeting.meetings import MotionText
from crrubric.services.setup import committee
from crrubric.services.setup.phases import change_phase
from crrubric.services.setup.withdrawals import withdraw_vendor
from tests import in_meeting
from tests.factories import Factory, Made, full_rubric, shown_undisputed
from tests.integration.conftest import Visit
from tests.pages import filled_form, parse, words

# first vendor: all agree; second: split on the must-have, a tie, nobody on the last
MARKS = {(0, 0): "YYY", (1, 0): "YYY", (2, 0): "YY?", (0, 1): "YY-", (1, 1): "YN-", (2, 1): "N?-"}
VOTE = MotionText(words="To adopt what nobody disputes", in_favor=3)


def met(make: Factory) -> Made:
    return make.evaluation(phase=Phase.MEETING, reviewers=3, marks=MARKS)


def opened(make: Factory) -> Made:
    made = met(make)
    meetings.start_meeting(made.chair, made.slug, place="Room 12")
    return made


def place(made: Made, vendor: int, code: str) -> tuple[int, int]:
    return made.vendors[vendor].id, made.criterion(code).id


def findings(made: Made) -> dict[tuple[str, str], Outcome]:
    db.session.expire_all()
    cells = read_matrix(db.session(), made.evaluation).results.cells
    return {key: cell.adopted.value for key, cell in cells.items() if cell.adopted}


def test_the_agenda_lists_what_must_be_discussed_in_order(make: Factory, visit: Visit):
    made = met(make)
    page = parse(200, visit(made.reviewers[0]).get(made.url("meeting/")).text)
    second = made.vendors[1].company

    heads = [words(node) for node in page.all("h2")]
    links = [words(node) for node in page.all("a") if " · " in words(node)]

    assert heads == ["Unresolved (2)", "Split on a must-have (1)"]
    assert links == [
        f"{second} · Works with our system",
        f"{second} · Teacher provided",
        f"{second} · Accessible",
    ]


def test_one_motion_adopts_all_undisputed_outcomes(make: Factory):
    made = opened(make)

    motion = meetings.adopt_undisputed_cells(
        made.chair, made.slug, VOTE, shown=shown_undisputed(made, made.chair)
    )

    code = made.vendors[0].code
    assert motion.carried
    assert findings(made) == {
        (code, "ada"): Outcome.MET,
        (code, "sis"): Outcome.MET,
        (code, "teacher"): Outcome.MET,
    }
    entry = db.session.scalars(
        select(JournalEntry).where(JournalEntry.event == Event.MOTION_RECORDED)
    ).one()
    assert entry.after is not None
    assert sorted(entry.after["adopted"])[0] == [code, "ada", "MET"]


def test_a_motion_that_does_not_carry_adopts_nothing(make: Factory):
    made = opened(make)

    motion = meetings.adopt_undisputed_cells(
        made.chair,
        made.slug,
        MotionText(words="To adopt", in_favor=1, opposed=1),
        shown=shown_undisputed(made, made.chair),
    )

    assert (motion.carried, findings(made)) == (False, {})


def test_as_many_cells_are_not_the_same_cells(make: Factory):
    made = opened(make)
    shown = shown_undisputed(made, made.chair)
    cells = meetings.list_undisputed_for_seat(
        read_matrix(db.session(), made.evaluation), seat(made)
    )
    others = [replace(cell, criterion=f"{cell.criterion}-other") for cell in cells]

    assert fingerprint_cells(reversed(cells)) == shown
    assert fingerprint_cells(others) != shown
    with pytest.raises(Stale, match="not the items that you saw"):
        meetings.adopt_undisputed_cells(
            made.chair, made.slug, VOTE, shown=fingerprint_cells(others)
        )


def seat(made: Made) -> Seat:
    return require(made.chair, Action.RECORD_FINDING, made.evaluation, db.session())


def test_a_motion_on_other_cells_than_were_shown_is_refused(make: Factory, visit: Visit):
    made = opened(make)
    form = {"words": "To adopt the lot", "in_favor": "3", "shown": "0" * 32}

    answer = visit(made.chair).post(made.url("meeting/undisputed"), form)

    assert answer.status_code == 409
    assert "now there are 3 that nobody disputes" in answer.text
    assert "To adopt the lot" in answer.text
    assert findings(made) == {}


def test_a_motion_needs_an_open_meeting_a_text_and_a_vote_count(make: Factory, visit: Visit):
    made = met(make)
    with pytest.raises(WrongPhase, match="open it first"):
        meetings.adopt_undisputed_cells(
            made.chair, made.slug, VOTE, shown=shown_undisputed(made, made.chair)
        )
    meetings.start_meeting(made.chair, made.slug)

    for text in (
        MotionText(words=" ", in_favor=3),
        MotionText(words="To adopt", in_favor=-1),
        MotionText(words="To adopt", in_favor=10**6),
    ):
        with pytest.raises(Invalid):
            meetings.record_motion(made.chair, made.slug, text)
    answer = visit(made.chair).post(made.url("meeting/minutes"), {"words": "Thank the hosts"})
    assert answer.status_code == 422
    assert "Thank the hosts" in answer.text


def test_adopting_the_outcome_needs_no_reason_and_another_finding_does(make: Factory):
    made = met(make)
    cell = place(made, 0, "ada")

    in_meeting.record_finding(
        made.chair, made.slug, *cell, FindingText(Outcome.MET), seen_version=0
    )
    with pytest.raises(Invalid, match="Say why"):
        in_meeting.record_finding(
            made.chair, made.slug, *cell, FindingText(Outcome.NOT_MET), seen_version=1
        )
    in_meeting.record_finding(
        made.chair,
        made.slug,
        *cell,
        FindingText(Outcome.NOT_MET, "Seen by all.", "Sandbox, unit 3", "all but one"),
        seen_version=1,
    )

    found = db.session.scalars(select(Finding)).one()
    assert (found.as_computed, found.version, found.agreed) == (False, 2, "all but one")


def test_a_finding_recorded_by_somebody_else_is_shown_and_the_input_is_kept(
    make: Factory, visit: Visit
):
    made = met(make)
    cell = place(made, 1, "ada")
    address = made.url(f"cells/{cell[0]}/{cell[1]}")
    in_meeting.record_finding(
        made.chair, made.slug, *cell, FindingText(Outcome.MET, "First."), seen_version=0
    )

    answer = visit(made.chair).post(
        address, {"value": "NOT_MET", "reason": "My own words.", "version": "0"}
    )

    assert answer.status_code == 409
    assert ("My own words." in answer.text, "First." in answer.text) == (True, True)
    assert db.session.scalars(select(Finding.value)).all() == [Outcome.MET]


def test_a_postponed_cell_stays_on_the_agenda_until_it_is_settled(make: Factory, visit: Visit):
    made = opened(make)
    cell = place(made, 1, "teacher")
    chair = visit(made.chair)

    postpone = made.url(f"meeting/defer/{cell[0]}/{cell[1]}")
    form = filled_form(chair.page(made.url(f"cells/{cell[0]}/{cell[1]}")), postpone)
    chair.post(postpone, {**form, "reason": "Ask the vendor."})
    page = chair.get(made.url(f"cells/{cell[0]}/{cell[1]}")).text
    in_meeting.record_finding(
        made.chair, made.slug, *cell, FindingText(Outcome.NOT_MET, "They said no."), seen_version=0
    )

    assert "Postponed: Ask the vendor." in page
    assert db.session.scalars(select(Deferral)).all() == []
    with pytest.raises(WrongPhase):
        in_meeting.defer_cell(made.chair, made.slug, *cell, reason="again")


def test_every_screen_shows_the_cell_that_the_chair_shows(make: Factory, visit: Visit):
    made = opened(make)
    person, cell = visit(made.reviewers[0]), place(made, 1, "ada")
    before = person.get(made.url("meeting/where")).json
    waiting = person.get(made.url("meeting/now")).text

    visit(made.chair).post(made.url(f"meeting/show/{cell[0]}/{cell[1]}"))

    after = person.get(made.url("meeting/where")).json
    shown = parse(200, person.get(made.url("meeting/now")).text)
    assert before is not None
    assert after is not None
    assert after["step"] == before["step"] + 1
    assert "appears here automatically" in waiting
    assert shown.heading == f"{made.vendors[1].company}: Accessible"
    assert [node for node in shown.all("form") if "cells" in (node.get("action") or "")] == []


def test_the_screen_of_a_member_with_a_conflict_shows_nothing_of_the_vendor(
    make: Factory, visit: Visit
):
    made = opened(make)
    declarations.declare_interest(
        made.reviewers[0],
        made.slug,
        made.vendors[1].id,
        kind=DeclarationKind.CONFLICT,
        words="My cousin.",
    )
    meetings.point_at_cell(made.chair, made.slug, *place(made, 1, "ada"))
    person = visit(made.reviewers[0])

    page = person.get(made.url("meeting/now")).text
    agenda = person.get(made.url("meeting/")).text

    assert "with whom you have a conflict of interest" in page
    assert made.vendors[1].company not in page
    assert made.vendors[1].company not in agenda


def test_no_screen_is_lost_when_the_vendor_that_it_shows_leaves_the_selection(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.MEETING, reviewers=3, vendors=3, marks=MARKS)
    meetings.start_meeting(made.chair, made.slug)
    meetings.point_at_cell(made.chair, made.slug, *place(made, 0, "ada"))
    person, where = visit(made.reviewers[0]), made.url("meeting/where")
    before = person.get(where).json

    withdraw_vendor(made.chair, made.slug, made.vendors[0].id, reason="It withdrew its offer.")

    for path in ("meeting/now", "meeting/projector/"):
        assert "appears here automatically" in person.page(made.url(path)).text
    assert person.get(where).json != before
    meetings.point_at_cell(made.chair, made.slug, *place(made, 1, "ada"))
    withdraw_vendor(made.chair, made.slug, made.vendors[2].id, reason="It left as well.")
    assert made.vendors[1].company in person.page(made.url("meeting/now")).text


def test_a_chair_with_a_conflict_adopts_nothing_on_that_vendor(make: Factory):
    made = opened(make)
    other = make_second_chair(make, made)
    declarations.declare_interest(
        made.chair, made.slug, made.vendors[0].id, kind=DeclarationKind.CONFLICT, words="Mine."
    )

    with pytest.raises(Stale):  # nothing undisputed is left for this chair
        meetings.adopt_undisputed_cells(
            made.chair, made.slug, VOTE, shown=shown_undisputed(made, made.chair)
        )
    with pytest.raises(NotFound):
        meetings.point_at_cell(made.chair, made.slug, *place(made, 0, "ada"))
    meetings.adopt_undisputed_cells(other, made.slug, VOTE, shown=shown_undisputed(made, other))

    assert len(findings(made)) == 3


def make_second_chair(make: Factory, made: Made):
    """A second chair, seated while that was possible."""
    from crrubric.services.shared.unit import unit_of_work

    user = make.user("Second Chair")
    with unit_of_work() as session:
        session.add(
            Member(
                evaluation_id=made.evaluation.id,
                user_id=user.id,
                name=user.name,
                stakeholder="principal",
                is_chair=True,
            )
        )
    from crrubric.queries.people.people import actor_of

    return actor_of(user)


def test_the_minutes_hold_attendance_motions_and_findings(make: Factory, visit: Visit):
    made = opened(make)
    chair = visit(made.chair)
    members = db.session.scalars(select(Member).order_by(Member.id)).all()
    chair.edit(
        made.url("meeting/present"),
        {"present": [str(members[0].id), str(members[1].id)]},
        page=made.url("meeting/"),
    )
    chair.edit(
        made.url("meeting/present"), {"present": [str(members[0].id)]}, page=made.url("meeting/")
    )
    meetings.adopt_undisputed_cells(
        made.chair, made.slug, replace(VOTE, in_favor=1), shown=shown_undisputed(made, made.chair)
    )
    cell = place(made, 1, "ada")
    in_meeting.record_finding(
        made.chair, made.slug, *cell, FindingText(Outcome.MET, "Seen by all."), seen_version=0
    )
    chair.post(made.url("meeting/minutes"), {"words": "To thank the hosts", "in_favor": "1"})
    meetings.end_meeting(made.chair, made.slug)

    page = visit(made.reviewers[0]).get(made.url("meeting/minutes")).text

    rows = {row.member_id: row.left_at is None for row in db.session.scalars(select(Attendance))}
    assert rows == {members[0].id: False, members[1].id: False}
    for words_ in ("Room 12", members[1].name, VOTE.words, "3 items adopted", "To thank the hosts",
                   "Seen by all."):  # fmt: skip
        assert words_ in page
    assert verify_record(db.session()).problems == ()


def test_the_minutes_tell_when_somebody_was_away_in_between(make: Factory, visit: Visit):
    made = opened(make)
    away, there = db.session.scalars(select(Member).order_by(Member.id).limit(2)).all()
    ids = {away.id, there.id}
    for present in (ids, {there.id}, ids):
        meetings.record_attendance(made.chair, made.slug, present)

    (sitting,) = load_minutes(db.session(), made.evaluation.id).sittings
    times = {row.member.id: [left is None for _came, left in row.times]
             for row in sitting.attendance}  # fmt: skip
    meetings.end_meeting(made.chair, made.slug)
    page = visit(made.reviewers[0]).page(made.url("meeting/minutes"))

    assert times == {away.id: [False, True], there.id: [True]}
    (told,) = (words(row) for row in page.all("dd") if there.name in words(row))
    assert told.count("–") == 3


def test_the_minutes_of_a_sitting_stay_when_a_later_one_finds_something_else(make: Factory):
    made = opened(make)
    chair, slug, cell = made.chair, made.slug, place(made, 1, "ada")
    meetings.adopt_undisputed_cells(chair, slug, VOTE, shown=shown_undisputed(made, chair))
    first = FindingText(Outcome.MET, "Seen by all.", "A film.", "Everybody")
    in_meeting.record_finding(chair, slug, *cell, first, seen_version=0)
    meetings.end_meeting(chair, slug)
    meetings.start_meeting(chair, slug, place="The gym")
    adopted = place(made, 0, "ada")
    other = FindingText(Outcome.NOT_MET, "On second thought.")
    in_meeting.record_finding(chair, slug, *adopted, other, seen_version=1)
    in_meeting.withdraw_finding(chair, slug, *cell, reason="It was a film of another.")
    meetings.end_meeting(chair, slug)

    gym, room = load_minutes(db.session(), made.evaluation.id).sittings

    said = [[(row.value, row.reason) for row in sitting.settled] for sitting in (room, gym)]
    assert said == [
        [(Outcome.MET, "Seen by all.")],
        [(Outcome.NOT_MET, "On second thought."), (None, "It was a film of another.")],
    ]
    assert (room.settled[0].evidence, room.settled[0].agreed) == ("A film.", "Everybody")
    assert [[len(rows) for rows in room.adopted.values()], gym.motions] == [[3], ()]


def test_a_finding_that_is_withdrawn_is_said_to_be_in_the_minutes(make: Factory, visit: Visit):
    made = opened(make)
    cell = place(made, 1, "ada")
    found = FindingText(Outcome.MET, "Seen by all.")
    in_meeting.record_finding(made.chair, made.slug, *cell, found, seen_version=0)
    in_meeting.withdraw_finding(made.chair, made.slug, *cell, reason="A mistake.")

    page = visit(made.reviewers[0]).get(made.url("meeting/minutes")).text

    for said in ("Seen by all.", "finding withdrawn", "A mistake."):
        assert said in page


def test_an_open_meeting_ends_with_the_meeting_phase(make: Factory):
    made = opened(make)
    member = db.session.scalars(select(Member)).first()
    meetings.record_attendance(made.chair, made.slug, [member.id])

    change_phase(made.chair, made.slug, Phase.SCORING, reason="One ballot was forgotten.")

    held = db.session.scalars(select(Meeting)).one()
    left = db.session.scalars(select(Attendance.left_at)).all()
    told = db.session.scalars(
        select(JournalEntry.event).order_by(JournalEntry.id.desc()).limit(2)
    ).all()
    assert (held.ended_at is not None, left) == (True, [held.ended_at])
    assert told == [Event.PHASE_CHANGED, Event.MEETING_ENDED]
    assert verify_record(db.session()).problems == ()


def test_members_of_another_evaluation_can_not_be_present(make: Factory):
    made = opened(make)
    other = make.evaluation(title="Another")
    foreign = db.session.scalars(
        select(Member.id).where(Member.evaluation_id == other.evaluation.id)
    ).first()
    assert foreign is not None

    with pytest.raises(NotFound):
        meetings.record_attendance(made.chair, made.slug, [foreign])


def test_a_motion_settles_postponed_cells(make: Factory):
    made = opened(make)
    in_meeting.defer_cell(made.chair, made.slug, *place(made, 0, "ada"), reason="Ask them first")

    meetings.adopt_undisputed_cells(
        made.chair, made.slug, VOTE, shown=shown_undisputed(made, made.chair)
    )

    assert db.session.scalars(select(Deferral)).all() == []


def test_a_meeting_is_opened_once_and_closed_once(make: Factory):
    made = opened(make)

    with pytest.raises(WrongPhase, match="under way already"):
        meetings.start_meeting(made.chair, made.slug)
    meetings.end_meeting(made.chair, made.slug)
    with pytest.raises(WrongPhase, match="open it first"):
        meetings.end_meeting(made.chair, made.slug)
    meetings.start_meeting(made.chair, made.slug)

    assert len(db.session.scalars(select(Meeting)).all()) == 2


def test_only_the_chair_runs_the_meeting(make: Factory):
    made = opened(make)
    observer = made.reviewers[0]

    with pytest.raises(NotFound):
        meetings.point_at_cell(observer, made.slug, *place(made, 0, "ada"))
    with pytest.raises(NotFound):
        meetings.end_meeting(observer, made.slug)


def test_criteria_that_are_hard_to_combine_are_pointed_out(make: Factory, visit: Visit):
    from crrubric.models import Tension
    from crrubric.services.shared.unit import unit_of_work

    made = met(make)
    with unit_of_work() as session:
        session.add(
            Tension(
                evaluation_id=made.evaluation.id,
                first_id=made.criterion("ada").id,
                second_id=made.criterion("sis").id,
                why="Two configurations.",
            )
        )
    chair = visit(made.chair)

    both, one = (chair.get(made.url(f"cells/{v.id}/{made.criterion('ada').id}")).text
                 for v in made.vendors)  # fmt: skip

    assert (
        "also meets “Works with our system”, which is hard to combine with this criterion" in both
    )
    assert "hard to combine" not in one
    agenda, memo = (chair.get(made.url(path)).text for path in ("meeting/", "memo/"))
    assert ("Criteria that are hard to combine" in agenda, "Two configurations." in agenda) == (
        True,
        True,
    )
    assert "Accessible – Works with our system: Two configurations." in memo


def test_a_finding_is_changed_with_a_reason_and_the_cell_shows_its_history(
    make: Factory, visit: Visit
):
    made = met(make)
    cell = place(made, 0, "ada")
    wrong = FindingText(Outcome.NOT_MET, "No keyboard in the demo.")
    in_meeting.record_finding(made.chair, made.slug, *cell, wrong, seen_version=0)

    silent = FindingText(Outcome.MET)
    with pytest.raises(Invalid, match="changes its finding"):
        in_meeting.record_finding(made.chair, made.slug, *cell, silent, seen_version=1)
    back = FindingText(Outcome.MET, "The vendor showed it.")
    in_meeting.record_finding(made.chair, made.slug, *cell, back, seen_version=1)

    for actor in (made.chair, made.reviewers[0]):
        text = visit(actor).get(made.url(f"cells/{cell[0]}/{cell[1]}")).text
        trail = text[text.index("History") :]
        assert trail.index("No keyboard in the demo.") < trail.index("The vendor showed it.")
        assert "(before: Not met)" in trail


def test_who_no_longer_scores_is_named_on_the_cell_and_not_counted(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, reviewers=3, marks=MARKS)
    leaver = made.reviewers[2].name
    member = db.session.scalars(select(Member).where(Member.name == leaver)).one()
    committee.remove_member(made.chair, made.slug, member.id)
    make.forward(made, Phase.MEETING, {})
    cell = place(made, 0, "ada")

    text = visit(made.chair).get(made.url(f"cells/{cell[0]}/{cell[1]}")).text

    assert f"no longer score vendors, so they do not count: {leaver}" in text
    assert "2 of 2 assigned reviewers said YES or NO" in text


def test_the_agenda_beside_an_item_says_how_much_more_there_is(make: Factory, visit: Visit):
    made = make.evaluation(
        rubric=full_rubric(), phase=Phase.MEETING, marks={(0, 0): "Y" * 21, (1, 0): "N" * 21}
    )
    chair = visit(made.chair)

    def read_beside(place: int) -> tuple[int, list[str]]:
        criterion = made.criteria[place].id
        page = chair.page(made.url(f"cells/{made.vendors[0].id}/{criterion}"))
        lists = [node for node in page.all("ol") if node.get("class") == "agenda"]
        more = [words(node) for node in page.all("a") if "on the agenda" in words(node)]
        return len(lists[0].findall("li")), more

    told = {read_beside(place)[0]: read_beside(place)[1] for place in range(21)}

    assert {shown: more[-1] for shown, more in told.items()} == {
        12: "30 more are on the agenda", 13: "29 more are on the agenda"
    }  # fmt: skip


@pytest.mark.parametrize("app", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("votes", "said"),
    [
        (("3", "0"), "The motion carried: 3 items are adopted."),
        (("1", "1"), "The motion did not carry: nothing is adopted."),
    ],
)
def test_what_became_of_the_motion_is_told_with_its_items(
    make: Factory, visit: Visit, votes: tuple[str, str], said: str
):
    made = opened(make)
    chair, url = visit(made.chair), made.url("meeting/undisputed")
    form = filled_form(chair.page(made.url("meeting/")), url)

    done = chair.post(url, {**form, "in_favor": votes[0], "opposed": votes[1]})

    assert said in chair.get(done.headers["Location"]).text


def test_the_agenda_accounts_for_every_item_without_a_finding(make: Factory, visit: Visit):
    made = opened(make)

    lede = next(
        words(node)
        for node in visit(made.chair).page(made.url("meeting/")).all("p")
        if node.get("class") == "lede"
    )

    numbers = [int(found) for found in re.findall(r"(\d+) (?:items are left|more have)", lede)]
    assert lede.startswith("3 items are left to discuss. 3 more have an outcome that nobody")
    assert sum(numbers) == len(made.vendors) * len(made.criteria)
