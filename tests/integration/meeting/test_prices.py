"""Sealed prices: nobody sees one before every item has a finding, on any page and in any file."""

import re
from collections.abc import Iterable
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select, update

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid, InvalidLines, NotFound, NotReady, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.memo.facts import MemoPrices
from crrubric.domain.results.cost import PRICE_FIELDS
from crrubric.domain.results.offers import PriceLine
from crrubric.domain.results.priced_seats import SeatFacts
from crrubric.domain.vocabulary import (
    DeclarationKind,
    Outcome,
    Phase,
    PriceKind,
    PriceUnit,
    Role,
)
from crrubric.extensions import db
from crrubric.models import (
    Evaluation,
    JournalEntry,
    Member,
    Notice,
    OutgoingMail,
    Vendor,
    VendorFile,
)
from crrubric.queries.meeting.meetings import list_motion_findings
from crrubric.queries.memo.prices import load_memo_prices
from crrubric.queries.people.people import Actor
from crrubric.services.ballots.attachments import (
    attach_vendor_file,
    set_file_prices,
    withdraw_vendor_file,
)
from crrubric.services.ballots.declarations import declare_interest
from crrubric.services.meeting import decisions, meetings
from crrubric.services.meeting.prices import open_prices
from crrubric.services.planning.seats import set_seats
from crrubric.services.setup import committee, phases, rules, withdrawals
from crrubric.services.setup.offers.further_prices import set_further_prices
from crrubric.services.setup.tables.several import NewVendor, add_several_vendors
from crrubric.services.setup.vendors import VendorFacts, add_vendor, change_vendor
from tests import in_meeting
from tests.factories import Factory, Made, let_chair_score, shown_undisputed
from tests.integration.conftest import Visit
from tests.integration.shared.test_access import addresses
from tests.machine.stored import list_differences, replay, stored
from tests.pages import Page, parse, text_of, words
from tests.uploads import pdf

# How the price could show: cents, dollars, quantity, total, year, note.
CANARIES = (
    "7654321", "76,543.21", "76543.21", "76,543", "98765", "98,765",
    "7559790135", "7,559,790,13", "CANARYNOTE", "CANARYLINE", "8642042", "86,420",
    "755987655", "7,559,876,55",  # both together
)  # fmt: skip
SHEET = "canary-sheet.pdf"
PHASES = [Phase.PRACTICE, Phase.SCORING, Phase.MEETING]


def priced(make: Factory, phase: Phase, *, sealed: bool = True) -> Made:
    """The vendors have a price, the first a file that tells it."""
    made = make.evaluation(reviewers=2)
    rules.set_rule(made.chair, made.slug, rules.RuleSettings(prices_sealed=sealed))
    for row in made.vendors:
        facts = VendorFacts(
            company=row.company,
            product=row.product,
            price_unit=PriceUnit.LEARNER,
            unit_price_cents=7_654_321,
            quantity=98_765,
            term_months=12,
            price_note="CANARYNOTE",
        )
        change_vendor(made.chair, made.slug, row.id, facts)
        line = PriceLine(
            kind=PriceKind.TRAINING,
            unit_cents=8_642_042,
            unit=PriceUnit.DISTRICT,
            once=True,
            note="CANARYLINE",
        )
        set_further_prices(made.chair, made.slug, row.id, [line])
    set_seats(made.chair, made.slug, SeatFacts(low=100, high=120, at_once=50))
    attach_vendor_file(
        made.chair, made.slug, made.vendors[0].id, name=SHEET, data=pdf("sheet"), tells_prices=True
    )
    make.forward(made, phase, {(0, 0): "YYY", (1, 0): "YYY", (0, 1): "YNY", (1, 1): "YYY"})
    return made


def adopt_everything(made: Made, vendors: Iterable[Vendor] | None = None) -> None:
    for vendor in made.vendors if vendors is None else vendors:
        for criterion in made.criteria:
            in_meeting.record_finding(
                made.chair,
                made.slug,
                vendor.id,
                criterion.id,
                decisions.FindingText(Outcome.MET, reason="We looked."),
                seen_version=0,
            )


def found_in(texts: Iterable[tuple[str, str]], words: Iterable[str]) -> list[tuple[str, str]]:
    return [(place, word) for place, text in texts for word in words if word in text]


def answers(app: Flask, made: Made, visit: Visit, actor: Actor) -> list[tuple[str, str]]:
    """(address, text) of all that somebody can open, but the forms of whoever types prices."""
    people = {"reviewer": made.reviewers[0]}
    places = [
        url
        for method, url, action in addresses(app, made, people)
        if method == "GET" and action is not Action.EDIT_SETUP
    ]
    person = visit(actor)
    places.append(made.url(f"compare?vendor={made.vendors[0].id}&vendor={made.vendors[1].id}"))
    return [(place, text_of(person.get(place).get_data())) for place in places]


@pytest.mark.parametrize("phase", PHASES)
def test_a_sealed_price_is_in_no_answer(app: Flask, make: Factory, visit: Visit, phase: Phase):
    made = priced(make, phase)
    observer = (
        make.member(made.chair, made.slug, frozenset({Role.OBSERVER}))
        if phase is not Phase.MEETING
        else None
    )
    readers = [made.reviewers[0], *([observer] if observer else [])]

    told = [text for actor in readers for text in answers(app, made, visit, actor)]
    chair = answers(app, made, visit, made.chair)

    assert sum(made.vendors[0].company in text for _place, text in told) > 3
    assert found_in(told, [*CANARIES, SHEET]) == []
    if phase is not Phase.PRACTICE:  # in which whoever types prices still sees them
        assert found_in(chair, CANARIES) == []
    mails = [(row.subject, row.body) for row in db.session.scalars(select(OutgoingMail))]
    notices = [(str(row.kind), str(row.facts)) for row in db.session.scalars(select(Notice))]
    assert found_in([*mails, *notices], [*CANARIES, SHEET]) == []


def test_the_canary_would_be_found_where_prices_are_not_sealed(
    app: Flask, make: Factory, visit: Visit
):
    made = priced(make, Phase.MEETING, sealed=False)

    told = answers(app, made, visit, made.reviewers[0])

    places = {place.removeprefix(made.url("")) for place, _word in found_in(told, CANARIES)}
    assert {"vendors/", "scores", "memo/"} <= {place.split("?")[0] for place in places}
    assert any(place.startswith("compare") for place in places)
    assert found_in(told, [SHEET]) != []


def test_a_price_file_is_404_for_reviewers_until_prices_are_open(make: Factory, visit: Visit):
    made = priced(make, Phase.MEETING)
    file = db.session.scalars(select(VendorFile)).one()
    address = made.url(f"vendors/{file.vendor_id}/files/{file.key}")

    before = [visit(who).get(address).status_code for who in (made.reviewers[0], made.chair)]
    adopt_everything(made)
    open_prices(made.chair, made.slug)
    after = visit(made.reviewers[0]).get(address).status_code

    assert (before, after) == ([404, 200], 200)


def test_prices_open_once_every_item_has_a_finding_and_for_good(make: Factory, visit: Visit):
    made = priced(make, Phase.MEETING)
    chair = visit(made.chair)

    with pytest.raises(Invalid, match="Items without an adopted finding: 6"):
        open_prices(made.chair, made.slug)
    early = chair.get(made.url("meeting/")).text
    adopt_everything(made)
    late = chair.get(made.url("meeting/")).text
    answer = chair.act(made.url("meeting/prices"))

    assert ("Open the prices" in early, "Open the prices" in late) == (False, True)
    assert answer.status_code == 303
    at = opened_at(made)
    open_prices(made.chair, made.slug)
    assert opened_at(made) == at is not None
    page = visit(made.reviewers[0]).get(made.url("vendors/")).text
    assert "CANARYNOTE" in page


def opened_at(made: Made):
    row = db.session.get_one(Evaluation, made.evaluation.id, populate_existing=True)
    return row.prices_opened_at


def test_only_a_chair_opens_prices_and_not_before_the_meeting(make: Factory):
    made = priced(make, Phase.SCORING)

    with pytest.raises(WrongPhase):
        open_prices(made.chair, made.slug)
    make.forward(made, Phase.MEETING, {})
    with pytest.raises(NotFound):
        open_prices(made.reviewers[0], made.slug)


def test_what_the_journal_tells_of_prices_is_what_is_stored(make: Factory):
    made = priced(make, Phase.MEETING)
    adopt_everything(made)
    open_prices(made.chair, made.slug)

    entries = db.session.scalars(
        select(JournalEntry)
        .where(JournalEntry.evaluation_id == made.evaluation.id)
        .order_by(JournalEntry.number)
    ).all()
    assert entries[-1].event is Event.PRICES_OPENED
    told = replay(db.session(), made.evaluation.id)
    assert list_differences(told, stored(db.session(), made.evaluation.id)) == []


def test_a_cost_ceiling_is_refused_while_prices_are_sealed(make: Factory):
    made = priced(make, Phase.MEETING)
    text = decisions.DecisionText(
        vendor_id=made.vendors[0].id, reason="It fits.", cost_ceiling="$80,000"
    )

    with pytest.raises(Invalid, match="Prices are sealed") as refused:
        decisions.record_decision(made.chair, made.slug, text)

    assert refused.value.field == "cost_ceiling"


def test_the_memo_says_how_long_prices_were_sealed_and_who_knew_them(make: Factory, visit: Visit):
    made = priced(make, Phase.SETUP)
    let_chair_score(made)
    make.forward(made, Phase.MEETING, {(0, 0): "YYY", (1, 0): "YYY"})
    before = visit(made.reviewers[0]).get(made.url("memo/")).text
    adopt_everything(made)
    open_prices(made.chair, made.slug)
    in_meeting.record_finding(
        made.chair,
        made.slug,
        made.vendors[0].id,
        made.criteria[0].id,
        decisions.FindingText(Outcome.NOT_MET, reason="On second thought."),
        seen_version=1,
    )

    after = visit(made.reviewers[0]).get(made.url("memo/")).text

    assert "Prices are sealed: a chair can open them once the committee has adopted" in before
    assert "Cost over the term" not in before
    assert "Could read prices while they were sealed, and scored as well:" in before
    assert "that were then in the selection had a finding, and opened" in after
    assert "recorded, changed or withdrawn after that: 1." in after
    assert "CANARYNOTE" in after


def test_a_chair_chooses_with_the_rule_whether_prices_are_sealed(make: Factory, visit: Visit):
    made = make.evaluation()
    chair = visit(made.chair)
    sent = {"kind": "MAJORITY", "over": "2", "under": "3", "pass_mark": "85", "mode": "OUTCOME"}

    box = parse(200, chair.get(made.url("rule")).text).with_id("prices_sealed")
    answer = chair.edit(made.url("rule"), sent)

    assert box.get("checked") is not None
    assert answer.status_code == 303
    row = db.session.get_one(Evaluation, made.evaluation.id, populate_existing=True)
    assert row.prices_sealed is False


def sheet_of(made: Made, *, tells_prices: bool) -> VendorFile:
    return attach_vendor_file(
        made.chair,
        made.slug,
        made.vendors[0].id,
        name="offer.pdf",
        data=pdf("offer"),
        tells_prices=tells_prices,
    )


def test_a_file_that_is_attached_again_as_one_that_tells_prices_is_closed(
    make: Factory, visit: Visit
):
    made = priced(make, Phase.SCORING)
    file = sheet_of(made, tells_prices=False)
    address = made.url(f"vendors/{file.vendor_id}/files/{file.key}")
    reviewer, chair = visit(made.reviewers[0]), visit(made.chair)
    before = reviewer.get(address).status_code

    again = sheet_of(made, tells_prices=True)

    assert (again.key, before, reviewer.get(address).status_code) == (file.key, 200, 404)
    with pytest.raises(Invalid, match="attached already"):
        sheet_of(made, tells_prices=False)
    assert chair.post(f"{address}/prices", {"tells_prices": "no"}).status_code == 303
    assert reviewer.get(address).status_code == 200
    assert chair.post(f"{address}/prices", {"tells_prices": "yes"}).status_code == 303
    assert reviewer.get(address).status_code == 404
    assert reviewer.post(f"{address}/prices", {"tells_prices": "no"}).status_code == 404


def test_whether_a_withdrawn_file_tells_prices_can_be_said_and_is_in_the_journal(make: Factory):
    made = priced(make, Phase.SCORING)
    file = sheet_of(made, tells_prices=False)
    withdraw_vendor_file(made.chair, made.slug, file.vendor_id, file.key, reason="It is old.")

    for _twice in range(2):
        set_file_prices(made.chair, made.slug, file.vendor_id, file.key, tells_prices=True)

    said = select(JournalEntry).where(JournalEntry.event == Event.VENDOR_FILE_CHANGED)
    (entry,) = db.session.scalars(said)
    assert [row["tells prices"] for row in (entry.before or {}, entry.after or {})] == [False, True]
    told = replay(db.session(), made.evaluation.id)
    assert list_differences(told, stored(db.session(), made.evaluation.id)) == []


def prices_in_memo(made: Made) -> MemoPrices:
    db.session.rollback()
    return load_memo_prices(db.session(), made.evaluation, ZoneInfo("America/Chicago"))


def test_findings_withdrawn_after_prices_opened_are_counted(make: Factory):
    made = priced(make, Phase.MEETING)
    adopt_everything(made)
    open_prices(made.chair, made.slug)

    for criterion in made.criteria:
        in_meeting.withdraw_finding(
            made.chair, made.slug, made.vendors[1].id, criterion.id, reason="Now we know."
        )

    assert prices_in_memo(made).changed == 3


def test_an_item_that_is_withdrawn_and_adopted_again_by_a_motion_is_counted_once(make: Factory):
    made = priced(make, Phase.MEETING)
    adopt_everything(made)
    open_prices(made.chair, made.slug)
    cell = made.vendors[0].id, made.criteria[0].id
    in_meeting.withdraw_finding(made.chair, made.slug, *cell, reason="Now we know.")

    adopted = meetings.adopt_undisputed_cells(
        made.chair,
        made.slug,
        meetings.MotionText(words="To adopt it", in_favor=2),
        shown=shown_undisputed(made, made.chair),
    )

    assert len(list_motion_findings(db.session(), adopted)) == 1
    assert prices_in_memo(made).changed == 1


def test_the_memo_names_a_vendor_that_came_back_when_prices_were_open(make: Factory, visit: Visit):
    made = priced(make, Phase.MEETING)
    gone = made.vendors[1]
    withdrawals.withdraw_vendor(made.chair, made.slug, gone.id, reason="A slip.")
    withdrawals.restore_vendor(made.chair, made.slug, gone.id, reason="It is back, sealed.")
    adopt_everything(made)
    withdrawals.withdraw_vendor(made.chair, made.slug, gone.id, reason="A slip again.")
    open_prices(made.chair, made.slug)
    before = prices_in_memo(made)

    withdrawals.restore_vendor(made.chair, made.slug, gone.id, reason="It is back.")

    assert before.returned == ()
    assert [name for name, _at in prices_in_memo(made).returned] == [gone.company]
    memo = visit(made.reviewers[0]).get(made.url("memo/")).text
    assert "Came back into the selection when prices were open" in memo


def test_a_vendor_whose_items_are_undecided_does_not_come_back_when_prices_are_open(
    make: Factory, visit: Visit
):
    made = priced(make, Phase.MEETING)
    gone = made.vendors[1]
    withdrawals.withdraw_vendor(made.chair, made.slug, gone.id, reason="A slip.")
    adopt_everything(made, made.vendors[:1])
    open_prices(made.chair, made.slug)

    with pytest.raises(Invalid, match="only if all its items had a finding before"):
        withdrawals.restore_vendor(made.chair, made.slug, gone.id, reason="It is back.")

    url = made.url(f"vendors/{gone.id}/selection")
    answer = visit(made.chair).act(url, {"reason": "It is back."})
    assert answer.status_code == 422
    assert "Prices are open" in answer.text
    assert "It is back." in answer.text


@pytest.mark.both_databases
def test_nobody_types_a_price_once_prices_are_open(make: Factory):
    made = priced(make, Phase.PRACTICE)
    phases.change_phase(made.chair, made.slug, Phase.SCORING)
    phases.change_phase(made.chair, made.slug, Phase.MEETING)
    adopt_everything(made)
    open_prices(made.chair, made.slug)
    for vendor, criterion in product(made.vendors, made.criteria):  # nothing else of it is left
        in_meeting.withdraw_finding(
            made.chair, made.slug, vendor.id, criterion.id, reason="A slip."
        )
    phases.change_phase(made.chair, made.slug, Phase.SCORING, reason="Once more.")

    with pytest.raises(NotReady) as refused:
        phases.change_phase(made.chair, made.slug, Phase.SETUP, reason="Once more.")

    assert ["has met already" in str(each) for each in refused.value.problems] == [True]
    facts = VendorFacts(company="Acme", unit_price_cents=1)
    for vendor in made.vendors:
        with pytest.raises(WrongPhase):
            change_vendor(made.chair, made.slug, vendor.id, facts)


def test_the_memo_says_that_reviewers_marked_with_prices_open(make: Factory, visit: Visit):
    made = priced(make, Phase.MEETING)
    adopt_everything(made)
    open_prices(made.chair, made.slug)
    before = visit(made.chair).get(made.url("memo/")).text

    phases.change_phase(made.chair, made.slug, Phase.SCORING, reason="Once more.")
    phases.change_phase(made.chair, made.slug, Phase.MEETING)

    said = "whoever marked then could know them"
    after = visit(made.chair).get(made.url("memo/")).text
    assert (said in before, said in after) == (False, True)


def set_roles(made: Made, actor: Actor, *roles: Role, by: Actor | None = None) -> None:
    member = seat_of(made, actor)
    chair, wanted = by or made.chair, frozenset(roles)
    committee.change_member(
        chair, made.slug, member.id, roles=wanted, stakeholder=member.stakeholder
    )


def seat_of(made: Made, actor: Actor) -> Member:
    wanted = select(Member).where(
        Member.evaluation_id == made.evaluation.id, Member.user_id == actor.user_id
    )
    return db.session.scalars(wanted).one()


def test_chairs_who_score_are_named_if_nobody_else_could_type_the_prices(make: Factory):
    made = priced(make, Phase.SETUP)
    first, second = made.reviewers
    set_roles(made, first, Role.CHAIR, Role.REVIEWER)
    set_roles(made, second, Role.CHAIR, Role.REVIEWER)
    kept = prices_in_memo(made).readers

    set_roles(made, made.chair, Role.OBSERVER)  # now somebody who scores has to type them
    set_roles(made, second, Role.REVIEWER, by=first)

    assert kept == ()
    assert prices_in_memo(made).readers == tuple(sorted((first.name, second.name)))


def test_who_chaired_before_they_scored_or_before_there_was_a_price(make: Factory):
    made = make.evaluation(reviewers=2)
    early, late = made.reviewers
    set_roles(made, early, Role.CHAIR)
    set_roles(made, early, Role.REVIEWER)
    give_price(made, 7_654_321)
    set_roles(made, late, Role.CHAIR)
    set_roles(made, late, Role.REVIEWER)

    assert prices_in_memo(made).readers == (late.name,)


def give_price(made: Made, cents: int) -> Vendor:
    row = made.vendors[0]
    facts = VendorFacts(
        company=row.company,
        product=row.product,
        price_unit=PriceUnit.LEARNER,
        unit_price_cents=cents,
        quantity=98_765,
        term_months=12,
        price_note="CANARYNOTE",
    )
    return change_vendor(made.chair, made.slug, row.id, facts)


@pytest.mark.parametrize("phase", [Phase.SETUP, *PHASES])
def test_a_chair_who_scores_sees_no_sealed_price_where_another_does_not(
    app: Flask, make: Factory, visit: Visit, phase: Phase
):
    made = priced(make, Phase.SETUP)
    scorer = made.reviewers[0]
    set_roles(made, scorer, Role.CHAIR, Role.REVIEWER)
    if phase is not Phase.SETUP:
        make.forward(made, phase, {(0, 0): "YYY", (1, 0): "YYY", (0, 1): "YNY", (1, 1): "YYY"})
    file = db.session.scalars(select(VendorFile)).one()
    address = made.url(f"vendors/{file.vendor_id}/files/{file.key}")
    setup = [made.url(page) for page in ("vendors/", f"vendors/{file.vendor_id}", "vendors/new")]

    told = answers(app, made, visit, scorer)
    person = visit(scorer)
    told += [(place, text_of(person.get(place).get_data())) for place in setup]

    assert found_in(told, [*CANARIES, SHEET]) == []
    assert [visit(who).get(address).status_code for who in (scorer, made.chair)] == [404, 200]
    if phase in (Phase.SETUP, Phase.PRACTICE):
        assert "entered, and sealed" in person.get(setup[0]).text
        assert 'value="76543.21"' in visit(made.chair).get(setup[1]).text


@pytest.mark.both_databases
def test_of_a_price_that_is_kept_nothing_is_told_by_a_fingerprint_or_a_conflict(
    make: Factory, visit: Visit
):
    made = priced(make, Phase.SETUP)
    scorer, row = visit(made.reviewers[0]), made.vendors[0]
    set_roles(made, made.reviewers[0], Role.CHAIR, Role.REVIEWER)
    url = made.url(f"vendors/{row.id}")
    sent = {"company": row.company, "product": "Another", "unit_price": "1", "quantity": "1"}

    def hidden() -> list[object]:
        text = scorer.get(url).text
        return re.findall(r'name="(?:version|seen)"[^>]*', text)

    before = hidden()
    give_price(made, 1_234_567)

    assert len(before) == 2
    assert hidden() == before
    assert scorer.edit(url, sent).status_code == 303
    stored = db.session.get_one(Vendor, row.id, populate_existing=True)
    assert (stored.product, stored.unit_price_cents) == ("Another", 1_234_567)


def test_a_chair_who_scores_adds_vendors_without_a_price(make: Factory, visit: Visit):
    made = make.evaluation()
    set_roles(made, made.reviewers[0], Role.CHAIR, Role.REVIEWER)
    scorer = made.reviewers[0]
    with_price = VendorFacts(company="New", unit_price_cents=100)

    with pytest.raises(Invalid, match="Leave out the price") as refused:
        add_vendor(scorer, made.slug, with_price)
    with pytest.raises(InvalidLines) as lines:
        add_several_vendors(scorer, made.slug, {1: NewVendor(with_price)})
    page = visit(scorer).get(made.url("vendors/new")).text
    answer = visit(scorer).post(made.url("vendors/new"), {"company": "New"})

    assert refused.value.field == "unit_price"
    assert [number for number, _error in lines.value.lines] == [1]
    assert "a chair who does not score types the prices" in page
    assert answer.status_code == 303


def test_where_every_chair_scores_they_type_the_prices_and_see_them(make: Factory, visit: Visit):
    made = priced(make, Phase.SETUP)
    let_chair_score(made)

    assert "CANARYNOTE" in visit(made.chair).get(made.url("vendors/")).text
    assert give_price(made, 100).unit_price_cents == 100


def test_what_the_decision_left_open_stays_so_when_prices_are_opened_later(
    make: Factory, visit: Visit
):
    made = priced(make, Phase.MEETING)
    adopt_everything(made)
    text = decisions.DecisionText(vendor_id=made.vendors[1].id, reason="It fits.")
    decisions.record_decision(made.chair, made.slug, text)
    phases.change_phase(made.chair, made.slug, Phase.DECIDED)
    left = "The prices were still sealed when the decision became final."
    chair = visit(made.chair)
    assert left not in chair.get(made.url("memo/")).text

    open_prices(made.chair, made.slug)

    memo = chair.get(made.url("memo/")).text
    assert left in memo
    assert "The prices are still sealed." not in memo
    assert left in chair.get(made.url("memo/issue")).text


# What the decision page tells


def test_who_records_the_recommendation_sees_what_each_vendor_costs(make: Factory, visit: Visit):
    made = priced(make, Phase.MEETING, sealed=False)
    clear_price(made.vendors[1])
    first, second = (str(row.id) for row in made.vendors)

    page, told = decision_and_comparison(made, visit, made.chair)

    notes = {
        node.get("value"): words(page.with_id(str(node.get("aria-describedby"))))
        for node in page.all("input")
        if node.get("name") == "vendor" and node.get("aria-describedby")
    }
    total = notes.pop(first).removeprefix("Cost over the term: ")
    assert total.startswith("$7,")
    assert total in told
    assert notes == {second: "Cost over the term: no price"}
    reader = words(visit(made.reviewers[0]).page(made.url("decision/")).with_id("main"))
    assert total in reader


def test_a_price_without_a_term_is_told_with_what_is_missing(make: Factory, visit: Visit):
    made = priced(make, Phase.MEETING, sealed=False)
    db.session.execute(
        update(Vendor).where(Vendor.id == made.vendors[0].id).values(term_months=None)
    )
    db.session.commit()

    page, _told = decision_and_comparison(made, visit, made.chair)

    said = words(page.with_id("main"))
    assert "Cost over the term: can’t be computed; missing: the term. License: $" in said


def test_while_prices_are_sealed_the_decision_page_says_so(make: Factory, visit: Visit):
    made = priced(make, Phase.MEETING)

    page, _told = decision_and_comparison(made, visit, made.chair)

    said = words(page.with_id("main"))
    assert "Cost over the term: Prices are sealed: a chair can open them once" in said
    assert "$" not in said.replace("For example: $48,500", "")


def test_without_any_price_the_decision_page_has_no_costs(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.MEETING, rule=rules.RuleSettings(prices_sealed=False))

    page, _told = decision_and_comparison(made, visit, made.chair)

    assert "Cost over the term" not in words(page.with_id("main"))


def test_of_a_vendor_that_somebody_stays_away_from_the_decision_page_tells_the_total_alone(
    make: Factory, visit: Visit
):
    made = priced(make, Phase.MEETING, sealed=False)
    declare_interest(
        made.reviewers[0],
        made.slug,
        made.vendors[0].id,
        kind=DeclarationKind.CONFLICT,
        words="Kin.",
    )

    page = visit(made.reviewers[0]).page(made.url("decision/"))

    opened = [
        words(node) for node in page.all("details") if "arithmetic" in (node.get("class") or "")
    ]
    assert [made.vendors[1].company in text for text in opened] == [True]


def decision_and_comparison(made: Made, visit: Visit, actor: Actor) -> tuple[Page, str]:
    person = visit(actor)
    told = words(person.page(made.url("compare")).with_id("main"))
    return person.page(made.url("decision/")), told


def clear_price(vendor: Vendor) -> None:
    nothing = dict.fromkeys(PRICE_FIELDS - {"price_note"})
    change = update(Vendor).where(Vendor.id == vendor.id).values(**nothing, price_note="")
    db.session.execute(change)
    db.session.commit()
