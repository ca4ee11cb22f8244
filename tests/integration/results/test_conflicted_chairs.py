"""A chair with a conflict of interest learns nothing about that vendor, and does not decide."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from crrubric.cli import root_group
from crrubric.clock import now_utc
from crrubric.domain.errors import Invalid, NotFound, NotReady, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.vocabulary import (
    Answer,
    CorrectionEffect,
    DeclarationKind,
    EntrySource,
    Outcome,
    Phase,
    Role,
    Standing,
)
from crrubric.extensions import db
from crrubric.models import JournalEntry, Member
from crrubric.queries.people.people import OPERATOR, Actor
from crrubric.queries.setup.chairs import list_led_evaluations
from crrubric.services.ballots import seals
from crrubric.services.ballots.ballots import MarkText
from crrubric.services.ballots.declarations import declare_interest
from crrubric.services.ballots.entries import EnteredBallot, enter_ballot
from crrubric.services.meeting import decisions, reinstatements
from crrubric.services.meeting.decisions import FindingText
from crrubric.services.meeting.positions import CommitmentText, record_commitment
from crrubric.services.people.administration import set_account_disabled
from crrubric.services.questions.questions import write_question
from crrubric.services.setup import corrections, phases, withdrawals
from crrubric.services.setup.chairs import appoint_chair
from crrubric.services.setup.closing import move_closing_day
from tests import in_meeting
from tests.factories import Factory, Made, ballot_of
from tests.integration.conftest import Visit, Visitor
from tests.machine.stored import list_differences, replay, stored
from tests.pages import words

WHY = "The only chair has a conflict of interest."


def conflicted(make: Factory, phase: Phase = Phase.MEETING, vendors: int = 2) -> Made:
    """The chair stays away from the first vendor, whom the two reviewers see differently."""
    made = make.evaluation(
        phase=Phase.SCORING,
        vendors=vendors,
        marks={(0, 0): "YNY", (1, 0): "NNN", (0, 1): "YYN", (1, 1): "YNN"}
        if vendors > 1
        else {(0, 0): "YNY"},
    )
    declare_interest(
        made.chair,
        made.slug,
        made.vendors[0].id,
        kind=DeclarationKind.CONFLICT,
        words="My sister sells it.",
    )
    make.forward(made, phase, {}) if phase is Phase.MEETING else None
    return made


def decide(made: Made, actor, vendor: int | None):
    key = None if vendor is None else made.vendors[vendor].id
    text = decisions.DecisionText(vendor_id=key, reason="It fits.")
    return decisions.record_decision(actor, made.slug, text)


# what is computed for a person is computed for their seat


def test_results_are_computed_without_the_vendor_that_a_chair_stays_away_from(
    make: Factory, visit: Visit
):
    made = conflicted(make)
    away, other = made.vendors[0].code, made.vendors[1].code

    body = json.loads(visit(made.chair).get(made.url("export/results.json")).text)
    whole = json.loads(visit(made.reviewers[0]).get(made.url("export/results.json")).text)

    assert body["evaluation"]["withheld_vendors"] == [away]
    assert {row["vendor"] for row in body["tallies"]} == {other}
    flips = [each["flips"] for each in body["leave_one_reviewer_out"].values()]
    assert {flip["vendor"] for some in flips for flip in some} <= {other}
    assert {row["marks"] for row in body["per_reviewer"].values()} == {3}
    assert {row["vendor"] for row in whole["tallies"]} == {away, other}


@pytest.mark.parametrize("page", ["agreement", "what-if"])
def test_pages_that_compare_reviewers_leave_the_vendor_out_and_say_so(
    make: Factory, visit: Visit, page: str
):
    made = conflicted(make)

    chair, reviewer = (visit(who).get(made.url(page)) for who in (made.chair, made.reviewers[0]))

    assert f"You have a conflict of interest with {made.vendors[0].company}" in chair.text
    assert chair.text.count(made.vendors[0].company) == 1
    if page == "agreement":
        assert "this page is computed without them" not in reviewer.text
        assert made.vendors[0].company in reviewer.text


def test_where_no_vendor_is_left_there_is_nothing_to_compare(make: Factory, visit: Visit):
    made = conflicted(make, vendors=1)
    chair = visit(made.chair)

    codes = [
        chair.get(made.url(page)).status_code
        for page in ("agreement", "what-if", "export/results.json")
    ]

    assert codes == [404, 404, 404]


def test_a_refused_step_back_does_not_tell_how_many_marks_there_are(make: Factory):
    made = conflicted(make, Phase.SCORING)
    other = make.member(made.chair, made.slug, frozenset({Role.CHAIR}))

    with pytest.raises(NotReady) as refused:
        phases.change_phase(other, made.slug, Phase.SETUP, reason="Another rubric")
    with pytest.raises(Invalid, match="another chair goes back"):  # nor whether there are any
        phases.change_phase(made.chair, made.slug, Phase.SETUP, reason="Another rubric")

    assert not any(letter.isdigit() for letter in str(refused.value.problems[0]))


# who may decide


BACK = [Phase.MEETING, Phase.SCORING]


@pytest.mark.parametrize(
    ("way", "page", "button"),
    [
        ([Phase.MEETING], "plan/seats", "Save"),
        (BACK, "rubric/criteria/{criterion}/correct", "Make the correction"),
        ([Phase.DECIDED], "memo/names/", "Save"),
        ([Phase.DECIDED], "letters", "Save"),
    ],
)
def test_a_form_that_would_be_refused_is_not_shown_but_why(
    make: Factory, visit: Visit, way: list[Phase], page: str, button: str
):
    made = conflicted(make, Phase.SCORING)
    away, made.chair = made.chair, make.member(made.chair, made.slug, frozenset({Role.CHAIR}))
    make.forward(made, way[0], {})
    for phase in way[1:]:
        phases.change_phase(made.chair, made.slug, phase, reason="Too early")
    url = made.url(page.format(criterion=made.criteria[0].id))

    told, free = (visit(who).get(url).text for who in (away, made.chair))

    why = f"You have a conflict of interest with {made.vendors[0].name}: another chair"
    assert (why in told, f">{button}</button>" in told) == (True, False)
    assert (why in free, f">{button}</button>" in free) == (False, True)


@pytest.mark.parametrize("vendor", [0, 1, None])
def test_a_chair_with_a_conflict_records_no_recommendation(
    make: Factory, visit: Visit, vendor: int | None
):
    made = conflicted(make)

    with pytest.raises(Invalid, match="another chair must decide"):
        decide(made, made.chair, vendor)

    page = visit(made.chair).get(made.url("decision/")).text
    assert "another chair must record the recommendation" in page
    assert 'name="reason"' not in page


def test_a_chair_with_a_conflict_does_not_make_the_decision_final(make: Factory):
    made = conflicted(make)
    acting = made.reviewers[0]
    appoint_chair(OPERATOR, made.slug, seat_of(made, acting).id, reason=WHY)
    decide(made, acting, 0)

    with pytest.raises(Invalid, match="another chair must decide"):
        phases.change_phase(made.chair, made.slug, Phase.DECIDED)
    phases.change_phase(acting, made.slug, Phase.DECIDED)

    assert made.evaluation.phase is Phase.DECIDED


def seat_of(made: Made, actor) -> Member:
    wanted = select(Member).where(
        Member.evaluation_id == made.evaluation.id, Member.user_id == actor.user_id
    )
    return db.session.scalars(wanted).one()


# acting chairs


def test_an_administrator_appoints_an_acting_chair_on_a_page(make: Factory, visit: Visit):
    made = conflicted(make)
    administrator = visit(make.actor("Ida Admin", standing=Standing.ADMINISTRATOR))
    member = seat_of(made, made.reviewers[0])

    overview = administrator.get("/chairs").text
    silent = administrator.post(f"/chairs/{made.slug}", {"member": member.id, "reason": " "})
    answer = administrator.post(f"/chairs/{made.slug}", {"member": member.id, "reason": WHY})

    assert made.evaluation.title in overview
    assert (silent.status_code, answer.status_code) == (422, 302)
    memo = visit(made.reviewers[0]).get(made.url("memo/")).text
    assert f"{member.name}, appointed by Ida Admin" in memo
    assert WHY in memo


def test_what_the_journal_tells_of_an_acting_chair_is_what_is_stored(make: Factory):
    made = conflicted(make)

    appoint_chair(OPERATOR, made.slug, seat_of(made, made.reviewers[0]).id, reason=WHY)

    entries = db.session.scalars(
        select(JournalEntry)
        .where(JournalEntry.evaluation_id == made.evaluation.id)
        .order_by(JournalEntry.number)
    ).all()
    assert entries[-1].event is Event.CHAIR_APPOINTED
    told = replay(db.session(), made.evaluation.id)
    assert list_differences(told, stored(db.session(), made.evaluation.id)) == []


def test_the_operator_appoints_an_acting_chair_at_the_console(make: Factory):
    made = conflicted(make)
    member = seat_of(made, made.reviewers[0])
    name, addresses = member.name, ("nobody@school.example", member.user.email)
    db.session.remove()  # a transaction that reads would hold up one that writes

    words = ["evaluation", "appoint", "credit-recovery", "--reason", WHY, "--email"]
    unknown, done = (
        CliRunner().invoke(root_group, [*words, address], obj=lambda _=None: make.app)
        for address in addresses
    )

    assert "is on this committee" in unknown.output
    assert (done.exit_code, done.exception, done.stderr) == (0, None, "")
    assert done.output == f"{name} is acting chair of credit-recovery\n"


def test_only_operator_and_administrators_appoint_an_acting_chair(make: Factory, visit: Visit):
    made = conflicted(make)
    member = seat_of(made, made.reviewers[0])
    organizer = make.actor("Olga Organizer", standing=Standing.ORGANIZER)

    for actor in (made.chair, made.reviewers[0], organizer):
        with pytest.raises(NotFound):
            appoint_chair(actor, made.slug, member.id, reason=WHY)
        assert visit(actor).get("/chairs").status_code == 404


def test_an_acting_chair_is_a_member_with_an_account_and_not_chair_already(make: Factory):
    made = conflicted(make)
    chair = next(row for row in made.evaluation.members if row.is_chair)
    other = make.evaluation(title="Another", phase=Phase.MEETING)

    with pytest.raises(Invalid, match="chair already"):
        appoint_chair(OPERATOR, made.slug, chair.id, reason=WHY)
    with pytest.raises(Invalid, match="Say why"):
        appoint_chair(OPERATOR, made.slug, chair.id, reason=" ")
    shut = seat_of(made, made.reviewers[0])
    shut.user.disabled_at = now_utc()
    db.session.commit()
    with pytest.raises(Invalid, match="is disabled"):
        appoint_chair(OPERATOR, made.slug, shut.id, reason=WHY)
    offered = [line.others for line in list_led_evaluations(db.session())][-1]
    assert [row.name for row in offered] == [made.reviewers[1].name]
    with pytest.raises(NotFound):
        appoint_chair(OPERATOR, made.slug, other.evaluation.members[1].id, reason=WHY)


def test_whose_account_is_disabled_becomes_no_acting_chair(make: Factory, visit: Visit):
    made = conflicted(make)
    gone = seat_of(made, made.reviewers[0])
    set_account_disabled(OPERATOR, gone.user_id or 0, disabled=True)
    boss = visit(make.actor("Ida Admin", standing=Standing.ADMINISTRATOR))

    with pytest.raises(Invalid, match="is disabled"):
        appoint_chair(OPERATOR, made.slug, gone.id, reason=WHY)

    offered = boss.page(f"/chairs/{made.slug}").all("option")
    assert str(gone.id) not in [one.get("value") for one in offered]
    assert len(offered) == len(made.reviewers) - 1


def test_an_administrator_does_not_appoint_themselves(make: Factory):
    made = conflicted(make)
    member = seat_of(made, made.reviewers[0])
    boss = replace(made.reviewers[0], standing=Standing.ADMINISTRATOR)

    with pytest.raises(Invalid, match="make yourself acting chair") as refused:
        appoint_chair(boss, made.slug, member.id, reason=WHY)

    assert refused.value.field == "member"


def test_before_the_meeting_no_acting_chair_is_appointed(make: Factory):
    made = make.evaluation(phase=Phase.SCORING)
    member = seat_of(made, made.reviewers[0])

    with pytest.raises(WrongPhase):
        appoint_chair(OPERATOR, made.slug, member.id, reason=WHY)


# what turns the result, once the ballots were seen

DECIDES = "another chair must decide"
OTHER = "The offer is incomplete."
CORRECTION = corrections.Correction(
    title="Costs less", question="", look_for="", effect=CorrectionEffect.KEEP, reason=OTHER
)


def find_against_the_votes(made: Made, actor: Actor) -> None:
    in_meeting.record_finding(
        actor,
        made.slug,
        made.vendors[1].id,
        made.criteria[0].id,
        FindingText(Outcome.NOT_MET, OTHER),
        seen_version=0,
    )


def withdraw_finding(made: Made, actor: Actor) -> None:
    cell = made.vendors[1].id, made.criteria[0].id
    in_meeting.withdraw_finding(actor, made.slug, *cell, reason=OTHER)


def reinstate(made: Made, actor: Actor) -> None:
    reinstatements.reinstate_vendor(actor, made.slug, made.vendors[1].id, reason=OTHER)


def withdraw(made: Made, actor: Actor) -> None:
    withdrawals.withdraw_vendor(actor, made.slug, made.vendors[1].id, reason=OTHER)


def restore(made: Made, actor: Actor) -> None:
    withdrawals.restore_vendor(actor, made.slug, made.vendors[2].id, reason=OTHER)


def go_back(made: Made, actor: Actor) -> None:
    phases.change_phase(actor, made.slug, Phase.SCORING, reason=OTHER)


def close_again(made: Made, actor: Actor) -> None:
    phases.change_phase(actor, made.slug, Phase.MEETING)


def reopen(made: Made, actor: Actor) -> None:
    seals.reopen_ballot(actor, made.slug, ballot_of(made, 0, 1).id, reason=OTHER)


def correct(made: Made, actor: Actor) -> None:
    corrections.correct_criterion(actor, made.slug, made.criteria[0].id, CORRECTION)


def enter(made: Made, actor: Actor) -> None:
    entry = EnteredBallot(
        source=EntrySource.PAPER,
        given_on=now_utc().date(),
        no_conflict=True,
        marks={made.criteria[0].id: MarkText(answer=Answer.NO)},
        rest=OTHER,
    )
    enter_ballot(actor, made.slug, ballot_of(made, 2, 1).id, entry)


def end_scoring(made: Made, actor: Actor) -> None:
    now = now_utc()
    move_closing_day(actor, made.slug, now.date(), now + timedelta(seconds=30))


ON_COMPETITORS = (find_against_the_votes, withdraw_finding, reinstate, withdraw, restore, go_back)
IN_SCORING = (close_again, end_scoring, reopen, correct, enter)


def prepare_competitors(make: Factory) -> Made:
    """The chair, still without a conflict; a third vendor is out, an item is found otherwise."""
    made = make.evaluation(
        phase=Phase.SCORING,
        vendors=3,
        reviewers=3,
        marks={(0, 0): "YYY", (0, 1): "YYN", (1, 1): "YYN", (0, 2): "YYY"},
    )
    make.submit(made, 0, 1)
    make.no_conflicts(made)
    make.forward(made, Phase.MEETING, {})
    withdrawals.withdraw_vendor(made.chair, made.slug, made.vendors[2].id, reason=WHY)
    return made


def declare_conflict(made: Made, actor: Actor | None = None) -> None:
    declare_interest(
        actor or made.chair,
        made.slug,
        made.vendors[0].id,
        kind=DeclarationKind.CONFLICT,
        words="My sister sells it.",
    )


@pytest.mark.parametrize("act", [*ON_COMPETITORS, *IN_SCORING])
def test_a_chair_with_a_conflict_turns_no_result_once_the_ballots_were_seen(
    make: Factory, act: Callable[[Made, Actor], None]
):
    made = prepare_competitors(make)
    if act is withdraw_finding:
        find_against_the_votes(made, made.chair)
    if act in IN_SCORING:
        go_back(made, made.chair)
    declare_conflict(made)

    with pytest.raises(Invalid, match=DECIDES) as refused:
        act(made, made.chair)

    told = "make another member" if act in IN_SCORING else "appoint an acting chair"
    assert told in refused.value.message


@pytest.mark.parametrize("act", [find_against_the_votes, withdraw, go_back])
def test_nor_does_she_in_a_meeting_for_which_nobody_had_marked(
    make: Factory, act: Callable[[Made, Actor], None]
):
    made = make.evaluation(phase=Phase.SCORING, vendors=3)
    phases.change_phase(made.chair, made.slug, Phase.MEETING)
    declare_conflict(made)

    with pytest.raises(Invalid, match=DECIDES):
        act(made, made.chair)


def test_she_still_adopts_what_the_votes_say_and_goes_on_before_ballots_are_seen(make: Factory):
    made = conflicted(make)
    cell = made.vendors[1].id, made.criteria[0].id

    found = in_meeting.record_finding(
        made.chair, made.slug, *cell, FindingText(Outcome.MET), seen_version=0
    )
    in_meeting.withdraw_finding(made.chair, made.slug, *cell, reason=OTHER)

    assert found.as_computed
    assert made.evaluation.phase is Phase.MEETING  # closed by her, who had declared before


def test_whoever_declares_after_recording_the_recommendation_has_it_recorded_again(
    make: Factory, visit: Visit
):
    made = prepare_competitors(make)
    acting = made.reviewers[0]
    appoint_chair(OPERATOR, made.slug, seat_of(made, acting).id, reason=WHY)
    decide(made, made.chair, 1)
    declare_conflict(made)

    page = words(visit(acting).page(made.url("memo/")).root)
    assert f"by {seat_of(made, made.chair).name}, who declared a conflict of interest after" in page
    with pytest.raises(Invalid, match="a chair without one must record it again"):
        phases.change_phase(acting, made.slug, Phase.DECIDED)

    decide(made, acting, 1)
    phases.change_phase(acting, made.slug, Phase.DECIDED)
    page = words(visit(acting).page(made.url("memo/")).root)
    assert f"by {seat_of(made, acting).name}" in page
    assert "who declared a conflict of interest after" not in page


def test_the_draft_memo_keeps_back_what_reviewers_wrote_of_the_vendor(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, reviewers=3)
    for vendor, note in enumerate(("Slow at noon.", "Quick at noon.")):
        make.mark(made, 1, vendor, made.criteria[0].code, Answer.YES, note)
        make.submit(made, 1, vendor, "Left.")
    for vendor, asked in zip(made.vendors, ("Why slow?", "Why quick?"), strict=True):
        write_question(made.chair, made.slug, vendor.id, words=asked)
    declare_conflict(made, made.reviewers[0])
    make.forward(made, Phase.MEETING, {})
    for vendor, words_of in zip(made.vendors, ("Quicker soon.", "Slower soon."), strict=True):
        promise = CommitmentText(words_of, "Dana", date(2027, 6, 1))
        record_commitment(made.chair, made.slug, vendor.id, promise)
    for vendor in made.vendors:
        in_meeting.record_finding(
            made.chair,
            made.slug,
            vendor.id,
            made.criteria[0].id,
            FindingText(Outcome.MET, OTHER),
            seen_version=0,
        )
    person, other = visit(made.reviewers[0]), visit(made.reviewers[1])
    sentence = "is left out of your copy until the decision is final"
    promised = "are left out of your copy until the decision is final"
    texts = (
        "Slow at noon.", "Why slow?", "Quicker soon.", "Quick at noon.", "Why quick?",
        "Slower soon.", sentence, promised,
    )  # fmt: skip

    def read(reader: Visitor, file: str) -> list[bool]:
        text = words(reader.page(made.url(f"memo/{file}")).root)
        return [part in text for part in texts]

    kept_back = [*[False] * 3, *[True] * 5]
    assert [read(person, file) for file in ("", "memo.html")] == [kept_back] * 2
    assert read(other, "") == [*[True] * 6, False, False]
    decide(made, made.chair, 1)
    phases.change_phase(made.chair, made.slug, Phase.DECIDED)
    assert read(person, "") == [*[True] * 6, False, False]


def test_the_draft_memo_tells_of_no_single_ballot_for_the_vendor(make: Factory, visit: Visit):
    marks = {(0, 0): "YYY", (1, 0): "YYY", (0, 1): "YYY", (1, 1): "YYY"}
    made = make.evaluation(phase=Phase.MEETING, reviewers=3, marks=marks)
    phases.change_phase(made.chair, made.slug, Phase.SCORING, reason="One came late.")
    for vendor in (0, 1):
        make.mark_again(made, 1, vendor, "ada", Answer.NO)
    phases.change_phase(made.chair, made.slug, Phase.MEETING)
    declare_conflict(made, made.reviewers[2])
    changed = [f"{seat_of(made, made.reviewers[1]).name}, {row.company}:" for row in made.vendors]

    def read(reader: Actor) -> list[bool]:
        text = words(visit(reader).page(made.url("memo/")).root)
        return [part in text for part in (*changed, "No ballot was changed then.")]

    assert read(made.reviewers[1]) == [True, True, False]
    assert read(made.reviewers[2]) == [False, True, False]
    decide(made, made.chair, 1)
    phases.change_phase(made.chair, made.slug, Phase.DECIDED)
    assert read(made.reviewers[2]) == [True, True, False]
