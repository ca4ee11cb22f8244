"""The purchase: typed, told by the journal, proven in order, kept from whom it is to be kept."""

import re
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select

from crrubric.clock import now_utc
from crrubric.domain.errors import Invalid, NotFound, Stale, WrongPhase
from crrubric.domain.events import Event
from crrubric.domain.procurement.binder import LineRecord
from crrubric.domain.procurement.line_states import EvidenceLevel, LineState
from crrubric.domain.procurement.order import OrderStep
from crrubric.domain.procurement.purchase import (
    FundKind,
    FundShare,
    LimitKind,
    OwnLimit,
    PurchaseDays,
    PurchaseFacts,
    PurchaseMethod,
)
from crrubric.domain.vocabulary import DeclarationKind, Outcome, Phase, Role
from crrubric.extensions import db
from crrubric.models import Declaration, JournalEntry, PurchaseLine
from crrubric.queries.procurement.purchases import (
    ReadPurchase,
    find_purchase,
    read_purchase,
    tell_purchase_facts,
)
from crrubric.queries.record.verification import verify_record
from crrubric.services.ballots.declarations import declare_interest
from crrubric.services.meeting import decisions
from crrubric.services.procurement import lines, purchases
from crrubric.services.setup.vendors import remove_vendor
from tests import in_meeting
from tests.factories import Factory, Made
from tests.integration.conftest import Visit, Visitor
from tests.pages import parse, words

AMOUNT = re.compile(r"36,?450")
FACTS = PurchaseFacts(
    method=PurchaseMethod.QUOTES,
    method_reason="Below the limit.",
    estimate_cents=3_000_000,
    estimate_on=date(2026, 1, 5),
    funds=(FundShare(kind=FundKind.TITLE_I_A, share=10_000),),
    limits=(OwnLimit(kind=LimitKind.BOARD, cents=2_500_000, source="Policy DJ"),),
)


@pytest.fixture
def made(make: Factory) -> Made:
    """A meeting with sealed ballots."""
    made = make.evaluation(phase=Phase.SCORING, reviewers=2)
    make.no_conflicts(made)
    make.forward(made, Phase.MEETING, {})
    return made


def read(made: Made, away: frozenset[int] = frozenset()) -> ReadPurchase:
    db.session.rollback()
    db.session.expire_all()
    return read_purchase(db.session(), made.evaluation, "en", away)


def states(made: Made) -> dict[str, str]:
    return {row.line.code: row.state.value for row in read(made).binder.lines}


def find_and_recommend(made: Made) -> None:
    finding = decisions.FindingText(Outcome.MET, "Shown to all.")
    cell = made.vendors[0].id, made.criteria[0].id
    in_meeting.record_finding(made.chair, made.slug, *cell, finding, seen_version=0)
    text = decisions.DecisionText(vendor_id=made.vendors[0].id, reason="It fits.")
    decisions.record_decision(made.chair, made.slug, text)


def today(made: Made) -> date:
    return now_utc().astimezone(ZoneInfo(made.evaluation.district.time_zone)).date()


def test_shuffled_days_name_exactly_the_broken_pair(made: Made):
    find_and_recommend(made)
    day = today(made)
    days = PurchaseDays(board_on=day + timedelta(days=9), contract_on=day + timedelta(days=2))

    purchases.set_purchase_days(made.chair, made.slug, days)

    proof = read(made).order
    assert [(pair.earlier, pair.later) for pair in proof.broken] == [
        (OrderStep.BOARD, OrderStep.CONTRACT)
    ]
    assert proof.broken[0].ended == days.board_on
    assert proof.broken[0].began == days.contract_on


def test_a_board_that_acted_before_the_recommendation_is_named_with_both_days(
    made: Made, visit: Visit
):
    find_and_recommend(made)
    purchases.set_purchase_days(
        made.chair, made.slug, PurchaseDays(board_on=today(made) - timedelta(days=3))
    )

    page = visit(made.chair).page(made.url("purchase"))

    assert [pair.later for pair in read(made).order.broken] == [OrderStep.BOARD]
    said = words(page.root)
    assert "“Board action” (" in said
    assert "should come after “Recommendation”" in said
    assert "Pairs that are not in order: 1." in said


def test_steps_are_missing_until_they_are_taken(make: Factory):
    made = make.evaluation(phase=Phase.SETUP)

    assert read(made).order.missing[0] is OrderStep.RULE

    scored = make.evaluation(phase=Phase.SCORING, title="Another")
    found = read(scored).order
    assert [pair.later for pair in found.pairs] == [OrderStep.OPENED]
    assert found.broken == ()
    assert OrderStep.SEALED in found.missing  # the last one is not known before the meeting


def test_a_day_that_does_not_exist_is_refused_and_kept(made: Made, visit: Visit):
    chair = visit(made.chair)
    form = chair.page(made.url("purchase/days"))

    answer = chair.post(
        made.url("purchase/days"), {**hidden(form), "board_on": "2027-02-30", "board_motion": "7"}
    )

    page = parse(answer.status_code, answer.text)
    assert page.status == 422
    assert page.with_id("board_on").get("value") == "2027-02-30"
    assert page.with_id("board_motion").get("value") == "7"


def hidden(page) -> dict[str, str]:
    return {
        node.get("name", ""): node.get("value", "")
        for node in page.all("input")
        if node.get("name") in ("version", "seen")
    }


def test_lines_follow_fund_method_and_amount(made: Made):
    assert "exclusion" not in states(made)

    purchases.set_purchase_facts(made.chair, made.slug, FACTS)

    found = states(made)
    assert found["method"] == "DONE"
    assert found["board"] == "OPEN"
    assert "exclusion" in found
    assert "supplement" in found
    assert "price_analysis" not in found  # far below the federal limit
    assert "publicity" not in found
    large = replace(FACTS, estimate_cents=40_000_000)
    purchases.set_purchase_facts(made.chair, made.slug, large)
    found = states(made)
    assert found["method"] == "OPEN"  # too much for quotes
    assert found["price_analysis"] == "OPEN"


def test_the_journal_tells_what_changed_and_the_record_verifies(made: Made):
    purchases.set_purchase_facts(made.chair, made.slug, FACTS)
    purchases.set_purchase_facts(made.chair, made.slug, replace(FACTS, solicitation="RFP 7"))
    assert purchases.set_purchase_facts(
        made.chair, made.slug, replace(FACTS, solicitation="RFP 7")
    ) is False  # fmt: skip

    wanted = select(JournalEntry).where(JournalEntry.event == Event.PURCHASE_CHANGED)
    first, second = db.session.scalars(wanted.order_by(JournalEntry.number)).all()
    assert first.after["funds"] == [
        {"paid_by": "TITLE_I_A", "fund": "", "cents": None, "share": 10_000}
    ]
    assert (second.before, second.after) == ({"solicitation": ""}, {"solicitation": "RFP 7"})
    db.session.rollback()
    assert verify_record(db.session()).problems == ()


def test_amounts_by_fund_are_neither_typed_nor_read_while_prices_are_sealed(
    made: Made, visit: Visit
):
    with_amount = replace(FACTS, funds=(FundShare(kind=FundKind.GENERAL, cents=3_645_000),))
    assert made.evaluation.hides_prices

    purchases.set_purchase_facts(made.chair, made.slug, with_amount)

    assert read(made).facts.funds == (FundShare(kind=FundKind.GENERAL),)
    page = words(visit(made.reviewers[0]).page(made.url("purchase")).root)
    assert "36,450" not in page
    assert "$30,000 (own estimate)" in page


def test_amounts_that_are_stored_stay_while_they_can_not_be_read(made: Made):
    evaluation = made.evaluation
    evaluation.prices_sealed = False
    db.session.commit()
    funds = (FundShare(kind=FundKind.GENERAL, name="Texts", cents=3_645_000),)
    purchases.set_purchase_facts(made.chair, made.slug, replace(FACTS, funds=funds))
    evaluation.prices_sealed = True
    db.session.commit()
    assert read(made).facts.funds[0].cents is None

    shown = read(made).facts
    purchases.set_purchase_facts(made.chair, made.slug, replace(shown, solicitation="RFP 9"))

    made.evaluation.prices_sealed = False
    db.session.commit()
    assert read(made).facts.funds == funds
    assert read(made).facts.solicitation == "RFP 9"


def test_the_journal_hides_amounts_while_prices_are_sealed_again(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SETUP)
    made.evaluation.prices_sealed = False
    db.session.commit()
    funds = (FundShare(kind=FundKind.GENERAL, cents=3_645_000),)
    purchases.set_purchase_facts(made.chair, made.slug, replace(FACTS, funds=funds))
    chair, url = visit(made.chair), made.url("journal") + "?kind=purchase"
    assert "$36,450" in words(chair.page(url).root)

    made.evaluation.prices_sealed = True
    db.session.commit()

    told = words(chair.page(url).root)
    assert ("Below the limit." in told, "$36,450" in told) == (True, False)
    assert "$36,450" not in words(chair.page(made.url("purchase")).root)


def test_an_amount_and_a_share_of_one_fund_are_refused_beside_its_row(made: Made, visit: Visit):
    made.evaluation.prices_sealed = False
    db.session.commit()
    chair = visit(made.chair)
    form = chair.page(made.url("purchase/facts"))
    typed = {
        "row0-fund_kind": "GENERAL", "row0-fund_amount": "100", "row0-fund_share": "50",
        "self_certified-limit_amount": "60000", "self_certified-limit_source": "Letter",
    }  # fmt: skip

    answer = chair.post(made.url("purchase/facts"), {**hidden(form), **typed})

    page = parse(answer.status_code, answer.text)
    assert page.status == 422
    assert "not both" in words(page.with_id("row0-fund_share-error"))
    assert "at most $50,000" in words(page.with_id("self_certified-limit_amount-error"))
    assert page.with_id("row0-fund_amount").get("value") == "100"


def test_a_line_is_shown_with_a_note_and_counts(made: Made, visit: Visit):
    purchases.set_purchase_facts(made.chair, made.slug, FACTS)
    chair, url = visit(made.chair), made.url("purchase/lines/allowable")
    form = chair.page(url)

    refused = chair.post(url, {**hidden(form), "line_state": "DONE"})
    saved = chair.post(
        url, {**hidden(form), "line_state": "DONE", "note": "Needed.", "done_by": "Purchasing"}
    )

    assert refused.status_code == 422
    assert saved.status_code == 303
    assert states(made)["allowable"] == "DONE"
    before = read(made).binder
    assert (before.done, before.asked) == (
        sum(row.state is LineState.DONE for row in before.lines), len(before.lines)
    )  # fmt: skip


def test_a_level_of_evidence_needs_its_study_and_its_vendor(made: Made):
    record = LineRecord(state=LineState.DONE, level=EvidenceLevel.STRONG)

    with pytest.raises(Invalid) as refusal:
        lines.record_purchase_line(made.chair, made.slug, "evidence_level", record)

    found = [refusal.value, *refusal.value.more]
    assert {each.field for each in found} == {"note", "vendor"}


def test_what_was_shown_for_another_vendor_is_asked_again(made: Made):
    purchases.set_purchase_facts(made.chair, made.slug, FACTS)
    record = LineRecord(state=LineState.DONE, note="Checked.", vendor_id=made.vendors[1].id)
    lines.record_purchase_line(made.chair, made.slug, "exclusion", record)
    assert states(made)["exclusion"] == "DONE"

    find_and_recommend(made)

    assert states(made)["exclusion"] == "OPEN"


def test_who_stays_away_neither_reads_nor_writes_about_the_vendor(made: Made, visit: Visit):
    vendor, other = made.vendors[0].id, made.vendors[1].id
    record = LineRecord(state=LineState.DONE, note="Canary.", vendor_id=vendor)
    lines.record_purchase_line(made.chair, made.slug, "privacy", record)
    lines.record_purchase_line(
        made.chair, made.slug, "accessibility", replace(record, note="Finch.", vendor_id=other)
    )
    declare_interest(
        made.chair, made.slug, vendor, kind=DeclarationKind.CONFLICT, words="A cousin."
    )
    chair = visit(made.chair)

    page = words(chair.page(made.url("purchase")).root)
    assert "Canary." not in page
    assert "Finch." in page
    assert chair.get(made.url("purchase/lines/privacy")).status_code == 404
    with pytest.raises(NotFound):
        lines.record_purchase_line(made.chair, made.slug, "privacy", record)
    with pytest.raises(NotFound):
        lines.record_purchase_line(made.chair, made.slug, "accessibility", record)
    journal = words(chair.page(made.url("journal") + "?kind=purchase").root)
    assert "Canary." not in journal
    assert "Finch." in journal
    assert "Canary." in words(visit(made.reviewers[0]).page(made.url("purchase")).root)


def test_amounts_by_fund_are_not_told_to_who_stays_away_from_a_vendor(make: Factory, visit: Visit):
    made = make.evaluation(phase=Phase.SETUP, reviewers=2)
    made.evaluation.prices_sealed = False
    db.session.commit()
    other = make.member(made.chair, made.slug, frozenset({Role.CHAIR}))
    declare_interest(
        made.chair, made.slug, made.vendors[0].id, kind=DeclarationKind.CONFLICT, words="Mine."
    )
    funds = (FundShare(kind=FundKind.GENERAL, name="Texts", cents=3_645_000),)
    purchases.set_purchase_facts(other, made.slug, replace(FACTS, funds=funds))
    away, whole = visit(made.chair), visit(other)
    pages = ("purchase", "purchase/facts", "journal?kind=purchase")

    def tell(visitor: Visitor) -> list[bool]:
        return [bool(AMOUNT.search(visitor.get(made.url(page)).text)) for page in pages]

    assert (tell(away), tell(whole)) == ([False] * 3, [True] * 3)
    shown = tell_purchase_facts(
        made.evaluation, find_purchase(db.session(), made.evaluation.id), {made.vendors[0].id}
    )
    db.session.rollback()
    purchases.set_purchase_facts(made.chair, made.slug, replace(shown, solicitation="RFP 9"))
    assert read(made).facts.funds == funds  # what they may not read stays
    made.chair = other
    make.forward(made, Phase.MEETING, {})

    assert (tell(away), tell(whole)) == ([False] * 3, [True] * 3)
    make.forward(made, Phase.DECIDED, {})

    assert (tell(away), tell(whole)) == ([True] * 3, [True] * 3)


def test_what_is_counted_and_dated_leaves_out_the_vendor_from_which_one_stays_away(
    make: Factory,
):
    made = make.evaluation(phase=Phase.SCORING, reviewers=2)
    vendor, other = made.vendors[0].id, made.vendors[1].id
    away = frozenset({vendor})
    none = DeclarationKind.NONE
    db.session.execute(delete(Declaration))
    db.session.commit()
    before = read(made, away).judged.declared
    declare_interest(made.reviewers[0], made.slug, vendor, kind=none)

    assert read(made, away).judged.declared == before
    assert read(made).judged.declared != before
    declare_interest(made.reviewers[0], made.slug, other, kind=none)
    assert read(made, away).judged.declared != before
    make.no_conflicts(made)
    make.forward(made, Phase.MEETING, {(0, 1): "YYY"})
    make_finding(made, other)
    first = read(made, away).order.spans
    make_finding(made, vendor)

    assert read(made, away).order.spans == first
    assert read(made).order.spans[OrderStep.FOUND] != first[OrderStep.FOUND]


def make_finding(made: Made, vendor: int) -> None:
    finding = decisions.FindingText(Outcome.MET, "Shown to all.")
    cell = vendor, made.criteria[0].id
    in_meeting.record_finding(made.chair, made.slug, *cell, finding, seen_version=0)


def test_a_line_that_changes_its_vendor_is_told_in_two_entries(made: Made):
    first, second = (vendor.id for vendor in made.vendors[:2])
    record = LineRecord(state=LineState.DONE, note="Of the first.", vendor_id=first)
    lines.record_purchase_line(made.chair, made.slug, "privacy", record)

    lines.record_purchase_line(
        made.chair, made.slug, "privacy", replace(record, note="Of both.", vendor_id=second)
    )

    wanted = select(JournalEntry).where(JournalEntry.event == Event.PURCHASE_LINE_RECORDED)
    told = db.session.scalars(wanted.order_by(JournalEntry.number)).all()
    assert [row.vendor_id for row in told] == [first, first, second]
    assert "Of the first." not in str((told[-1].before, told[-1].after))
    db.session.rollback()
    assert verify_record(db.session()).problems == ()


def test_of_two_chairs_who_save_at_once_the_second_is_told(made: Made, visit: Visit):
    chair = visit(made.chair)
    form = hidden(chair.page(made.url("purchase/facts")))
    purchases.set_purchase_facts(made.chair, made.slug, FACTS)

    answer = chair.post(made.url("purchase/facts"), {**form, "solicitation": "Mine"})

    page = parse(answer.status_code, answer.text)
    assert page.status == 409
    assert page.with_id("solicitation").get("value") == "Mine"
    assert words(page.with_id("method_reason")) == "Below the limit."
    with pytest.raises(Stale):
        purchases.set_purchase_facts(
            made.chair, made.slug, replace(FACTS, solicitation="X"), seen="0"
        )


def test_an_own_line_is_added_named_and_recorded(made: Made, visit: Visit):
    chair = visit(made.chair)

    refused = chair.post(made.url("purchase/lines"), {"own_title": " "})
    added = chair.post(made.url("purchase/lines"), {"own_title": "Local preference"})

    assert refused.status_code == 422
    assert added.headers["Location"].endswith("/purchase/lines/own-1")
    row = db.session.scalars(select(PurchaseLine)).one()
    assert (row.title, row.state) == ("Local preference", LineState.OPEN)
    assert chair.get(made.url("purchase/lines/own-2")).status_code == 404
    assert chair.get(made.url("purchase/lines/method")).status_code == 404  # it is computed


def test_a_vendor_on_the_checklist_is_not_removed(make: Factory):
    made = make.evaluation(phase=Phase.SETUP)
    record = LineRecord(state=LineState.DONE, note="Signed.", vendor_id=made.vendors[0].id)
    lines.record_purchase_line(made.chair, made.slug, "privacy", record)

    with pytest.raises(WrongPhase):
        remove_vendor(made.chair, made.slug, made.vendors[0].id)

    lines.record_purchase_line(made.chair, made.slug, "privacy", LineRecord())
    remove_vendor(made.chair, made.slug, made.vendors[0].id)
    assert verify_record(db.session()).problems == ()


def test_a_reviewer_reads_it_from_the_meeting_on_and_changes_nothing(
    make: Factory, made: Made, visit: Visit
):
    scored = make.evaluation(phase=Phase.SCORING, reviewers=1, title="Another")

    assert visit(scored.reviewers[0]).get(scored.url("purchase")).status_code == 404
    reviewer = visit(made.reviewers[0])
    assert reviewer.get(made.url("purchase")).status_code == 200
    assert reviewer.get(made.url("purchase/facts")).status_code == 404
    assert reviewer.post(made.url("purchase/days"), {}).status_code == 404
