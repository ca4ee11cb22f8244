"""Which limits bound a purchase, by which day, and how much it comes to."""

from dataclasses import replace
from datetime import date

import pytest

from crrubric.catalogue import load_translations
from crrubric.domain.errors import Invalid
from crrubric.domain.memo.words import ValueFormatter
from crrubric.domain.procurement.purchase import (
    FundKind,
    FundShare,
    LimitKind,
    OwnLimit,
    PurchaseDays,
    PurchaseFacts,
    clean_purchase_days,
    clean_purchase_facts,
    keep_amounts,
    read_funds,
    read_own_limits,
    serialize_purchase_facts,
    tells_amount,
)
from crrubric.domain.procurement.rules import Bound, load_procurement_rules
from crrubric.domain.procurement.thresholds import (
    AmountSource,
    DaySource,
    find_amount,
    find_purchase_day,
    find_strictest,
    list_applied_limits,
)
from crrubric.domain.procurement.words import list_fund_sums

RULES = load_procurement_rules().thresholds
DAY = date(2026, 5, 1)
FEDERAL = PurchaseFacts(funds=(FundShare(kind=FundKind.TITLE_I_A),))
WORDS = ValueFormatter(load_translations("en").gettext)


def own(kind: LimitKind, dollars: int) -> OwnLimit:
    return OwnLimit(kind=kind, cents=dollars * 100, source="Policy")


def strictest(facts: PurchaseFacts, on: date = DAY) -> dict[Bound, int]:
    found = find_strictest(list_applied_limits(facts, RULES, on))
    return {bound: cents // 100 for bound, cents in found.items()}


def test_federal_limits_bound_federal_money_alone():
    assert strictest(FEDERAL) == {Bound.MICRO: 15_000, Bound.FORMAL: 350_000}
    assert strictest(PurchaseFacts(funds=(FundShare(kind=FundKind.GENERAL),))) == {}
    assert strictest(FEDERAL, date(2019, 1, 1)) == {}


def test_the_stricter_of_two_limits_counts_and_both_are_shown():
    facts = replace(FEDERAL, limits=(own(LimitKind.FORMAL, 50_000), own(LimitKind.QUOTES, 20_000)))

    limits = list_applied_limits(facts, RULES, DAY)

    assert [(row.bound, row.cents // 100, row.own, row.counts) for row in limits] == [
        (Bound.MICRO, 15_000, False, True),
        (Bound.MICRO, 20_000, True, False),
        (Bound.FORMAL, 350_000, False, False),
        (Bound.FORMAL, 50_000, True, True),
    ]


def test_a_limit_that_the_district_certified_stands_in_the_place_of_the_federal_one():
    facts = replace(FEDERAL, limits=(own(LimitKind.SELF_CERTIFIED, 40_000),))

    (micro, formal) = list_applied_limits(facts, RULES, DAY)

    assert (micro.cents // 100, micro.certified, micro.counts) == (40_000, True, True)
    assert formal.bound is Bound.FORMAL
    assert strictest(replace(facts, funds=())) == {}  # it bounds federal money alone


def test_the_day_of_the_purchase_is_that_of_the_contract_else_of_the_solicitation():
    days = PurchaseDays(published_on=date(2025, 9, 1), contract_on=date(2025, 11, 1))

    assert find_purchase_day(days, DAY).source is DaySource.CONTRACT
    assert find_purchase_day(replace(days, contract_on=None), DAY).on == date(2025, 9, 1)
    assert find_purchase_day(PurchaseDays(), DAY).on == DAY


def test_the_amount_is_read_from_funds_then_from_the_offer_then_from_the_estimate():
    funds = tuple(FundShare(kind=FundKind.GENERAL, cents=cents) for cents in (100, 250))
    facts = PurchaseFacts(estimate_cents=900, funds=funds)

    def read(facts: PurchaseFacts, cost: tuple[int, int] | None) -> tuple[int, AmountSource]:
        found = find_amount(facts, cost)
        assert found is not None
        return found.cents, found.source

    assert read(facts, (400, 500)) == (350, AmountSource.FUNDS)
    assert read(facts.hide_amounts(), (400, 500)) == (500, AmountSource.COST)
    assert read(facts.hide_amounts(), None) == (900, AmountSource.ESTIMATE)
    assert find_amount(PurchaseFacts(), None) is None


@pytest.mark.parametrize(
    ("cents", "said"),
    [
        (3_000, "the funds do not cover it"),
        (4_500, "the funds may not cover all of it"),
        (5_000, "the funds cover it"),
    ],
)
def test_the_sum_stands_beside_the_cost(cents: int, said: str):
    facts = PurchaseFacts(funds=(FundShare(kind=FundKind.STATE, cents=cents),))

    assert said in list(list_fund_sums(WORDS, facts, (4_000, 5_000)))[-1]


def test_shares_that_are_not_the_whole_are_told():
    funds = (
        FundShare(kind=FundKind.STATE, share=6_000),
        FundShare(kind=FundKind.LEVY, share=3_550),
    )

    (said,) = list_fund_sums(WORDS, PurchaseFacts(funds=funds), None)

    assert said == "The shares come to 95.5\u00a0%, not to 100 %."


def test_what_can_not_be_meant_is_refused_together():
    facts = PurchaseFacts(
        estimate_cents=-1,
        funds=(FundShare(kind=FundKind.STATE, cents=1, share=1),),
        limits=(
            OwnLimit(kind=LimitKind.BOARD, cents=100, source=" "),
            own(LimitKind.SELF_CERTIFIED, 50_001),
        ),
    )

    with pytest.raises(Invalid) as refusal:
        clean_purchase_facts(facts)

    found = {refusal.value.field, *(each.field for each in refusal.value.more)}
    assert found == {
        "estimate", "fund-0-share", "limit-board-source", "limit-self_certified-amount",
    }  # fmt: skip


def test_an_estimate_with_a_day_has_an_amount():
    with pytest.raises(Invalid) as refusal:
        clean_purchase_facts(PurchaseFacts(estimate_on=DAY))
    assert refusal.value.field == "estimate"


def test_days_in_a_wrong_order_are_taken_and_days_that_can_not_be_are_not():
    wrong = PurchaseDays(board_on=DAY, contract_on=date(2025, 1, 1), board_motion=" 7 ")

    assert clean_purchase_days(wrong) == replace(wrong, board_motion="7")
    with pytest.raises(Invalid) as refusal:
        clean_purchase_days(PurchaseDays(begins_on=date(1900, 1, 1)))
    assert refusal.value.field == "begins_on"


def test_amounts_that_nobody_may_read_stay_with_their_funds():
    stored = PurchaseFacts(
        funds=(
            FundShare(kind=FundKind.STATE, name="A", cents=5),
            FundShare(kind=FundKind.LEVY, cents=7),
        )
    )
    typed = PurchaseFacts(
        solicitation="RFP",
        funds=(FundShare(kind=FundKind.LEVY), FundShare(kind=FundKind.STATE, name="B")),
    )

    assert keep_amounts(typed, stored).funds == (
        FundShare(kind=FundKind.LEVY, cents=7),
        FundShare(kind=FundKind.STATE, name="B"),
    )


def test_an_amount_tells_a_price_and_a_share_does_not():
    paid, shared = (
        serialize_purchase_facts(PurchaseFacts(funds=(FundShare(kind=FundKind.STATE, **part),)))
        for part in ({"cents": 0}, {"share": 5_000})
    )

    assert (tells_amount(paid["funds"]), tells_amount(shared["funds"])) == (True, False)
    assert not tells_amount(None)


def test_what_is_stored_reads_back_as_it_was():
    facts = PurchaseFacts(
        funds=(FundShare(kind=FundKind.STATE, name="A", cents=5), FundShare(kind=FundKind.LEVY)),
        limits=(OwnLimit(kind=LimitKind.BOARD, cents=9, source="DJ", since=DAY),),
    )
    stored = serialize_purchase_facts(facts)

    assert read_funds(stored["funds"]) == facts.funds
    assert read_own_limits(stored["limits"]) == facts.limits
