"""The page before an act: what will happen, with names and counts, as it is at that moment."""

from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask
from sqlalchemy import select

from crrubric.domain.errors import NotFound, WrongPhase
from crrubric.domain.places import MendingPlace
from crrubric.domain.vocabulary import (
    Answer,
    DeclarationKind,
    MailKind,
    Phase,
    PriceUnit,
    Role,
    Standing,
)
from crrubric.extensions import db
from crrubric.models import Evaluation, Member, OutgoingMail, Vendor
from crrubric.queries.people.access import Seat
from crrubric.queries.people.people import OPERATOR
from crrubric.queries.record.verification import verify_record
from crrubric.services.ballots.declarations import declare_interest
from crrubric.services.mail.outbox import list_waiting_mails
from crrubric.services.people.own_account import rename_own_account
from crrubric.services.setup import phases
from crrubric.services.setup.deletion import delete_evaluation
from crrubric.services.setup.evaluations import create_evaluation
from crrubric.services.setup.phases import change_phase
from crrubric.services.setup.practice import finish_practice, record_practice_mark
from crrubric.services.setup.rules import RuleSettings
from crrubric.services.setup.vendors import VendorFacts, change_vendor
from crrubric.services.shared.unit import unit_of_work
from crrubric.web.shared.navigation import MENDING_PAGES, find_mending_link
from tests.factories import Factory, Made, small_rubric
from tests.integration.conftest import Visit
from tests.pages import Page, filled_form, words

OTHERS_UNKNOWN = "Of these other vendors the cost over the term is not known,"


def phase_of(made: Made) -> Phase:
    db.session.expire_all()
    return db.session.get_one(Evaluation, made.evaluation.id).phase


def test_closing_scoring_is_told_before_it_is_done(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    make.submit(made, 0, 0, "No time.")
    chair = visit(made.chair)

    page = chair.page(made.url("phase?to=MEETING"))
    before = phase_of(made)
    done = chair.act(made.url("phase?to=MEETING"))

    said = words(page.with_id("main"))
    assert "Not submitted: 3 of 4 ballots." in said
    assert "(1/2)" in said
    assert "(2/2)" in said
    assert (before, done.status_code, phase_of(made)) == (Phase.SCORING, 303, Phase.MEETING)


def test_asking_again_for_a_phase_that_has_begun_says_that_it_is_done(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    chair = visit(made.chair)

    asked = chair.get(made.url("phase?to=SCORING"))
    said = words(chair.page(asked.location).with_id("main"))
    pressed = chair.post(made.url("phase"), {"to": "SCORING"})

    assert "This is done already. The phase is now: Scoring." in said
    assert (asked.status_code, pressed.status_code) == (303, 303)
    assert pressed.location == asked.location


def test_an_act_without_the_page_before_it_shows_the_page(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)

    answer = visit(made.chair).post(made.url("phase"), {"to": "MEETING"})

    assert (answer.status_code, phase_of(made)) == (409, Phase.SCORING)
    assert "What will happen" in answer.text


def test_the_page_is_shown_again_if_a_ballot_came_in_meanwhile(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    chair = visit(made.chair)
    url = made.url("phase?to=MEETING")
    seen = chair.page(url)
    make.submit(made, 0, 0, "No time.")

    version = next(n.get("value") for n in seen.all("input") if n.get("name") == "version")
    again = chair.post(url, {"to": "MEETING", "version": version})

    assert (again.status_code, phase_of(made)) == (409, Phase.SCORING)
    assert "Not submitted: 3 of 4 ballots." in again.text
    assert "Nothing was done: something has changed." in again.text
    assert chair.act(url).status_code == 303


def test_whoever_stays_away_from_a_vendor_is_told_nothing_of_its_ballots(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.SCORING)
    vendor = made.vendors[0].id
    declare_interest(made.chair, made.slug, vendor, kind=DeclarationKind.CONFLICT, words="Mine.")
    chair = visit(made.chair)
    url = made.url("phase?to=MEETING")

    before = chair.page(url).with_id("main")
    make.submit(made, 0, 0, "No time.")
    after = chair.page(url).with_id("main")

    assert words(before) == words(after)
    assert "Not submitted: 2 of 2 ballots." in words(before)
    assert "from whom you stay away" in words(before)


def test_a_quorum_above_the_number_of_reviewers_is_told_before_scoring_opens(
    make: Factory, visit: Visit
):
    made = make.evaluation(rule=RuleSettings(quorum=5))

    page = visit(made.chair).page(made.url("phase?to=SCORING"))

    assert "asks for more YES and NO marks than there are reviewers" in words(page.with_id("main"))


def test_a_final_decision_says_what_was_left_open(make: Factory, visit: Visit):
    made = make.evaluation(
        phase=Phase.DECIDED,
        marks={(0, 0): "YYY", (1, 0): "YYY"},
        rule=RuleSettings(prices_sealed=False),
    )
    change_phase(made.chair, made.slug, Phase.MEETING, reason="Once more.")

    page = visit(made.chair).page(made.url("phase?to=DECIDED"))

    said = words(page.with_id("doubts-text"))
    assert "The committee has held no meeting." in said
    assert "Not settled: 3 of 6 items." in said
    assert f"The cost of {made.vendors[0].company} over its term is not known." in said
    assert OTHERS_UNKNOWN not in said  # where nobody has a price there is nothing to compare


@pytest.mark.parametrize("priced", [(0,), (0, 1)], ids=["the chosen one alone", "both"])
def test_a_price_that_nothing_can_be_compared_with_is_told(
    make: Factory, visit: Visit, priced: tuple[int, ...]
):
    made = make.evaluation(rule=RuleSettings(prices_sealed=False))
    for place in priced:
        row = made.vendors[place]
        facts = VendorFacts(
            company=row.company,
            product=row.product,
            price_unit=PriceUnit.DISTRICT,
            unit_price_cents=1_200_000,
            quantity=1,
            term_months=36,
        )
        change_vendor(made.chair, made.slug, row.id, facts)
    make.forward(made, Phase.DECIDED, {(0, 0): "YYY", (1, 0): "YYY"})
    change_phase(made.chair, made.slug, Phase.MEETING, reason="Once more.")
    chair = visit(made.chair)

    said = words(chair.page(made.url("phase?to=DECIDED")).with_id("doubts-text"))
    memo = words(chair.page(made.url("memo/")).with_id("main"))

    told = f"{OTHERS_UNKNOWN} 1: {made.vendors[1].company}"
    assert [told in text for text in (said, memo)] == [len(priced) == 1] * 2


def test_a_step_back_keeps_the_reason_and_asks_for_one(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.MEETING)
    chair = visit(made.chair)
    url = made.url("phase?to=SCORING")

    refused = chair.act(url, {"reason": ""})
    done = chair.act(url, {"reason": "A vendor was forgotten."})

    assert (refused.status_code, "Say why." in refused.text) == (422, True)
    assert (done.status_code, phase_of(made)) == (303, Phase.SCORING)


def test_what_is_in_the_way_is_said_instead_of_a_button(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.MEETING)

    page = visit(made.chair).page(made.url("phase?to=DECIDED"))

    assert "No recommendation is recorded" in words(page.with_id("main"))
    assert "Make the decision final" not in [words(node) for node in page.all("button")]


def test_there_is_no_page_before_a_change_that_does_not_exist(make: Factory, visit: Visit):
    made = make.evaluation()

    assert visit(made.chair).get(made.url("phase?to=ARCHIVED")).status_code == 404
    assert visit(made.chair).get(made.url("phase?to=\x00")).status_code == 404


def test_a_form_to_which_another_phase_has_come_meanwhile_says_so_and_keeps_the_reason(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.MEETING, marks={(0, 0): "YYY", (1, 0): "YYY"})
    chair, url = visit(made.chair), made.url("phase")
    form = filled_form(chair.page(f"{url}?to=SCORING"), url)
    make.forward(made, Phase.DECIDED, {})

    late = chair.post(url, {**form, "reason": "Two were ill."})

    assert late.status_code == 422
    assert "An evaluation can’t go from" in late.text
    assert "Two were ill." in late.text


def test_who_presses_a_button_in_the_moment_in_which_another_does_is_led_on(
    make: Factory, visit: Visit, monkeypatch: pytest.MonkeyPatch
):
    made = make.evaluation(phase=Phase.SCORING, marks={(0, 0): "YYY", (1, 0): "YYY"})
    chair, url = visit(made.chair), made.url("phase?to=MEETING")

    def change_twice(*values: Any, **named: Any) -> Evaluation:
        change_phase(made.chair, made.slug, Phase.MEETING)
        return change_phase(*values, **named)

    monkeypatch.setattr(phases, "change_phase", change_twice)
    late = chair.act(url, {})

    assert late.status_code == 303
    assert "This is done already. The phase is now: Meeting." in chair.get(late.location).text


def test_what_was_left_open_is_printed_on_the_page_of_the_board(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.DECIDED, marks={(0, 0): "YYY", (1, 0): "YYY"})

    memo = visit(made.chair).page(made.url("memo/memo.html"))

    said = words(memo.root)
    board = said[: said.index("Recommendation")]
    assert "Left open: The committee has held no meeting. Not settled: 3 of 6 items." in board
    assert "The prices are still sealed." in board


@pytest.mark.parametrize(("marks", "said"), [("YYN", True), ("YYY", False)])
def test_a_recommended_vendor_below_the_pass_mark_is_called_so_to_chair_and_board(
    make: Factory, visit: Visit, marks: str, *, said: bool
):
    cells = {(reviewer, vendor): marks for reviewer in (0, 1) for vendor in (0, 1)}
    made = make.evaluation(phase=Phase.DECIDED, marks=cells, rule=RuleSettings(pass_mark=85))
    chair = visit(made.chair)
    text = f"The score of {made.vendors[0].company} is below the pass mark."

    memo = words(chair.page(made.url("memo/memo.html")).root)
    change_phase(made.chair, made.slug, Phase.MEETING, reason="Once more.")
    page = words(chair.page(made.url("phase?to=DECIDED")).with_id("main"))

    assert (text in memo[: memo.index("Recommendation")], text in page) == (said, said)


def test_large_numbers_of_the_memo_have_thousands_marks(make: Factory, visit: Visit):
    cells = {(r, v): marks for r in (0, 1) for v, marks in enumerate(("YYN", "YNN"))}
    made = make.evaluation(phase=Phase.DECIDED, marks=cells)

    memo = visit(made.chair).get(made.url("memo/memo.html")).text

    assert "2,000 resamples" in memo
    assert "10,000 sets of weights" in memo


def test_before_a_recommendation_the_page_of_the_board_says_nothing_of_it(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.MEETING)

    assert "Left open:" not in visit(made.chair).get(made.url("memo/memo.html")).text


def test_removing_a_member_tells_of_their_ballots_and_of_what_is_left(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING, reviewers=2)
    make.submit(made, 0, 0, "No time.")
    chair, seat = visit(made.chair), member_of(made, 0)

    url = made.url(f"committee/{seat}/remove")
    said = words(chair.page(url).with_id("main"))
    bare = chair.post(url)
    done = chair.act(url)

    assert "Their ballots: 2, of them submitted: 1." in said
    assert "Reviewers who are left: 1." in said
    assert "Without them, these criteria have fewer reviewers" in said
    assert (bare.status_code, done.status_code) == (409, 303)
    db.session.expire_all()
    assert db.session.get_one(Member, seat).removed_at is not None


def test_the_only_chair_is_told_so_when_removed(make: Factory, visit: Visit):
    made = make.evaluation()
    seat = db.session.scalars(select(Member.id).where(Member.is_chair)).one()

    chair, url = visit(made.chair), made.url(f"committee/{seat}/remove")

    page = chair.page(url)
    answer = chair.post(url)

    assert "is the only chair" in words(page.with_id("main"))
    assert "Remove the member" not in [words(node) for node in page.all("button")]
    assert (answer.status_code, "is the only chair" in answer.text) == (422, True)


def test_who_stays_away_from_a_vendor_learns_nothing_of_it_from_a_removal(
    make: Factory, visit: Visit
):
    made = make.evaluation(phase=Phase.SCORING)
    vendor = made.vendors[0].id
    declare_interest(made.chair, made.slug, vendor, kind=DeclarationKind.CONFLICT, words="Mine.")
    chair = visit(made.chair)
    url = made.url(f"committee/{member_of(made, 0)}/remove")

    before = words(chair.page(url).with_id("main"))
    make.submit(made, 0, 0, "No time.")

    assert words(chair.page(url).with_id("main")) == before
    assert "while ballots are open, another chair changes who scores" in before


def test_removing_a_vendor_is_told_before_it_is_done(make: Factory, visit: Visit):
    made = make.evaluation()
    chair, company, key = visit(made.chair), made.vendors[0].company, made.vendors[0].id
    url = made.url(f"vendors/{key}/remove")

    said = words(chair.page(url).with_id("main"))
    bare = chair.post(url)
    done = chair.act(url)

    assert company in said
    assert "The vendor is deleted with everything that was typed of it." in said
    assert (bare.status_code, done.status_code) == (409, 303)
    assert db.session.scalar(select(Vendor).where(Vendor.id == key)) is None


def test_taking_a_vendor_out_names_who_is_told(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    chair, url = visit(made.chair), made.url(f"vendors/{made.vendors[0].id}/selection")

    said = words(chair.page(url).with_id("main"))
    done = chair.act(url, {"reason": "It withdrew its offer."})
    back = words(chair.page(url).with_id("main"))

    assert "Its ballots: 2, of them submitted: 0." in said
    assert "Notified of it, 2:" in said
    assert done.status_code == 303
    assert "Its ballots count again" in back


def test_ending_the_practice_round_tells_who_has_not_finished(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.PRACTICE)
    record_practice_mark(
        made.reviewers[0], made.slug, made.criteria[0].id, answer=Answer.YES, seen_version=0
    )
    finish_practice(made.reviewers[0], made.slug)
    chair = visit(made.chair)

    said = words(chair.page(made.url("practice/show")).with_id("main"))
    early = chair.get(made.url("practice/again")).status_code
    bare = chair.post(made.url("practice/show"))
    done = chair.act(made.url("practice/show"))
    again = words(chair.page(made.url("practice/again")).with_id("main"))
    anew = chair.act(made.url("practice/again"))

    assert "Reviewers who have not finished yet: 1 of 2." in said
    assert (early, bare.status_code, done.status_code, anew.status_code) == (404, 409, 303, 303)
    assert "All practice marks and their notes are deleted" in again


def member_of(made: Made, reviewer: int) -> int:
    mine = Member.user_id == made.reviewers[reviewer].user_id
    return db.session.scalars(select(Member.id).where(mine)).one()


def test_an_evaluation_in_set_up_is_deleted_by_its_chair_who_types_its_title(
    make: Factory, visit: Visit
):
    made = make.evaluation(title="Tried out")
    chair, reviewer = visit(made.chair), visit(made.reviewers[0])
    url = made.url("delete/")

    said = words(chair.page(url).with_id("main"))
    wrong = chair.act(url, {"typed": "Another one"})
    kept = chair.get(made.url()).status_code
    done = chair.act(url, {"typed": "  tried OUT "})

    assert "Vendors that disappear, 2:" in said
    assert "People who lose their seat, 2." in said
    assert (wrong.status_code, kept, done.status_code) == (422, 200, 303)
    assert 'value="Another one"' in wrong.text
    assert "as it stands above: “Tried out”" in wrong.text
    for person in (chair, reviewer):
        assert person.get(made.url()).status_code == 404
        assert made.url() not in person.get("/").text
    assert reviewer.get(url).status_code == 404


def make_waiting_mail(made: Made, kind: MailKind) -> OutgoingMail:
    mail = OutgoingMail(
        dedup_key=kind.value,
        kind=kind,
        evaluation_id=made.evaluation.id,
        to_name="Kim",
        to_address="kim@school.example",
        subject="Words",
        body="A link, or news.",
        vendors=[],
    )
    with unit_of_work() as session:
        session.add(mail)
    return mail


def test_what_was_deleted_verifies_and_frees_its_title_and_no_mail_of_it_goes_out(make: Factory):
    made = make.evaluation(title="Tried out")
    waiting = [make_waiting_mail(made, kind) for kind in (MailKind.INVITATION, MailKind.NOTICE)]

    delete_evaluation(made.chair, made.slug, typed="Tried out")
    create_evaluation(made.chair, title="Tried out", rubric=small_rubric())

    assert [str(problem) for problem in verify_record(db.session()).problems] == []
    assert list_waiting_mails(db.session()) == []
    assert [mail.body for mail in waiting] == ["", "A link, or news."]
    rename_own_account(made.reviewers[0], "Somebody Else")  # who has a seat there
    assert db.session.get_one(Evaluation, made.evaluation.id).title.startswith("Tried out (deleted")


def test_an_evaluation_is_deleted_although_another_is_called_as_it_would_be_then(make: Factory):
    made = make.evaluation(title="Tried out")
    for ending in (str(made.evaluation.id), f"{made.evaluation.id}, 2"):
        make.evaluation(title=f"Tried out (deleted, {ending})")

    delete_evaluation(made.chair, made.slug, typed="Tried out")

    db.session.expire_all()
    title = db.session.get_one(Evaluation, made.evaluation.id).title
    assert title == f"Tried out (deleted, {made.evaluation.id}, 3)"
    assert verify_record(db.session()).problems == ()


@pytest.mark.parametrize("phase", [Phase.PRACTICE, Phase.SCORING])
def test_an_evaluation_that_left_set_up_can_not_be_deleted(make: Factory, phase: Phase):
    made = make.evaluation(phase=phase)

    with pytest.raises(WrongPhase):
        delete_evaluation(made.chair, made.slug, typed=made.evaluation.title)


def test_only_a_chair_deletes(make: Factory):
    made = make.evaluation()

    for actor in (made.reviewers[0], make.actor(standing=Standing.ORGANIZER), OPERATOR):
        with pytest.raises(NotFound):
            delete_evaluation(actor, made.slug, typed=made.evaluation.title)


# What is in the way, and where it is mended


def list_problems(page: Page, mark: str) -> list[tuple[str, list[str]]]:
    """Each point of the list that holds `mark`: its words, and where its links lead."""
    lists = [node for node in page.all("ul") if mark in words(node)]
    return [(words(row), list_addresses(row)) for row in lists[-1].iter("li")]


def list_addresses(node: ElementTree.Element) -> list[str]:
    return [str(link.get("href")) for link in node.iter("a")]


@pytest.mark.parametrize("address", ["", "phase"])
def test_what_is_missing_leads_to_where_it_is_mended(make: Factory, visit: Visit, address: str):
    made = make.evaluation(vendors=0, reviewers=0)
    chair = visit(made.chair)

    found = list_problems(chair.page(made.url(address)), "There is no vendor")

    assert found == [
        ("There is no vendor: add at least one. Vendors", [made.url("vendors/")]),
        ("There is no reviewer: invite at least one. Committee", [made.url("committee/")]),
    ]
    assert {chair.get(url).status_code for _words, links in found for url in links} == {200}


def test_what_a_decision_leaves_open_leads_to_where_it_is_settled(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.DECIDED)
    change_phase(made.chair, made.slug, Phase.MEETING, reason="Once more.")

    found = list_problems(visit(made.chair).page(made.url("phase")), "has held no meeting")

    assert found[0] == ("The committee has held no meeting. Agenda", [made.url("meeting/")])


def test_every_place_has_a_page_that_is_there(app: Flask):
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in rule.methods}

    assert set(MENDING_PAGES) == set(MendingPlace)
    assert {page.endpoint for page in MENDING_PAGES.values()} <= endpoints


def test_nobody_is_led_to_a_page_on_which_they_can_mend_nothing(make: Factory, app: Flask):
    made = make.evaluation(phase=Phase.SCORING)

    def links(role: Role) -> set[MendingPlace]:
        seat = Seat(
            actor=made.chair, evaluation=made.evaluation, member=None, roles=frozenset({role})
        )
        with app.test_request_context():
            return {place for place in MendingPlace if find_mending_link(seat, place)}

    assert links(Role.REVIEWER) == set()
    assert links(Role.CHAIR) == {MendingPlace.COMMITTEE, MendingPlace.PROGRESS}


def test_who_ends_their_own_seat_is_shown_that_it_is_done(make: Factory, visit: Visit):
    made = make.evaluation()
    other = make.member(made.chair, made.slug, frozenset({Role.CHAIR}))
    own = select(Member.id).where(Member.user_id == other.user_id)
    path, person = made.url(f"committee/{db.session.scalars(own).one()}/remove"), visit(other)

    done = person.post(path, filled_form(person.page(path), path))
    page = person.get(done.headers["Location"])

    assert (done.status_code, page.status_code) == (303, 200)
    assert "The member is no longer on the committee." in page.text


def test_a_way_back_that_is_barred_for_good_is_not_offered(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SCORING)
    chair = visit(made.chair)
    back = "Go back to: Set-up"

    before = words(chair.page(made.url()).root)
    make.mark(made, 0, 0, "ada", Answer.YES)

    assert back in before
    assert back not in words(chair.page(made.url()).root)
