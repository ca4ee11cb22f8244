"""Prices that could be read before they were opened: the record says whose, when, and to whom."""

from datetime import UTC, datetime

import pytest

from crrubric.clock import now_utc
from crrubric.domain.memo.facts import MemoPrices
from crrubric.domain.memo.words import ValueFormatter
from crrubric.domain.vocabulary import Answer, DeclarationKind, Phase, Role
from crrubric.queries.people.people import Actor
from crrubric.services.ballots.attachments import (
    attach_mark_file,
    attach_vendor_file,
    set_file_prices,
    withdraw_vendor_file,
)
from crrubric.services.ballots.declarations import declare_interest, retract_conflict
from crrubric.services.meeting import decisions
from crrubric.services.meeting.prices import open_prices
from crrubric.services.setup import rules
from crrubric.services.setup.vendors import VendorFacts, add_vendor, remove_vendor
from tests.factories import Factory, Made, let_chair_score
from tests.integration.conftest import Visit
from tests.integration.meeting.test_prices import (
    adopt_everything,
    give_price,
    priced,
    prices_in_memo,
    seat_of,
    sheet_of,
)
from tests.pages import words
from tests.uploads import pdf


def reseal(made: Made) -> None:
    """Take the seal off the prices, and put it on again."""
    for sealed in (False, True):
        rules.set_rule(made.chair, made.slug, rules.RuleSettings(prices_sealed=sealed))


def openings(made: Made) -> list[tuple[bool, tuple[str, ...], tuple[str, ...]]]:
    """Whether in a file, of which vendors, and which reviewers could read."""
    return [(row.file, row.vendors, row.readers) for row in prices_in_memo(made).openings]


def minute(moment: datetime) -> str:
    """As the memo tells it, in the district's zone."""
    return ValueFormatter(str).moment(moment.astimezone(UTC))


def names_of(made: Made, *people: Actor) -> tuple[str, ...]:
    return tuple(sorted(seat_of(made, actor).name for actor in people))


@pytest.mark.both_databases
def test_a_seal_that_was_off_for_a_while_is_told_with_who_could_read(make: Factory, visit: Visit):
    made = priced(make, Phase.SETUP)
    reseal(made)
    late = make.member(made.chair, made.slug, frozenset({Role.REVIEWER}))
    make.forward(made, Phase.MEETING, {(0, 0): "YYY", (1, 0): "YYY"})

    companies = tuple(row.company for row in made.vendors)
    readers = names_of(made, *made.reviewers)
    (row,) = prices_in_memo(made).openings
    chair, reviewer = visit(made.chair), visit(made.reviewers[0])
    memo = words(reviewer.page(made.url("memo/")).root)
    told = reviewer.get(made.url("export/results.json")).json["evaluation"]["prices"]

    assert (row.file, row.vendors, row.readers) == (False, companies, readers)
    assert row.ended is not None
    assert row.began < row.ended
    assert f", from {minute(row.began)} to {minute(row.ended)}, while" in memo
    assert f"while the seal was off: {', '.join(readers)}" in memo
    assert seat_of(made, late).name not in row.readers
    assert told["sealed"] is True
    (opening,) = told["readable_before"]
    assert (opening["reviewers"], opening["file"]) == (2, False)
    assert opening["from"] < opening["to"]
    decisions.record_decision(
        made.chair, made.slug, decisions.DecisionText(vendor_id=made.vendors[0].id, reason="Fits.")
    )
    doubt = "Reviewers who could read prices before they were opened: 2."
    assert doubt in words(chair.page(made.url("phase?to=DECIDED")).root)
    assert doubt in words(chair.page(made.url("memo/")).root)


def test_where_no_price_was_entered_a_seal_that_is_off_opens_nothing(make: Factory):
    made = make.evaluation(reviewers=2)
    reseal(made)
    give_price(made, 7_654_321)
    make.forward(made, Phase.MEETING, {})

    assert openings(made) == []


def test_a_price_that_is_typed_while_the_seal_is_off_is_open_from_then_on(make: Factory):
    made = make.evaluation(reviewers=1)
    reseal(made)
    rules.set_rule(made.chair, made.slug, rules.RuleSettings(prices_sealed=False))
    off = now_utc()
    give_price(made, 7_654_321)
    rules.set_rule(made.chair, made.slug, rules.RuleSettings(prices_sealed=True))

    (row,) = prices_in_memo(made).openings

    assert off < row.began
    assert row.readers == names_of(made, *made.reviewers)


def test_whoever_stayed_away_or_was_not_there_yet_could_not_read(make: Factory):
    made = priced(make, Phase.SETUP)
    away, near = made.reviewers
    for vendor in made.vendors:
        declare_interest(
            away, made.slug, vendor.id, kind=DeclarationKind.CONFLICT, words="My sister sells it."
        )
    reseal(made)

    assert openings(made) == [
        (False, tuple(row.company for row in made.vendors), names_of(made, near))
    ]


def test_whoever_took_a_conflict_back_could_read_again(make: Factory):
    made = priced(make, Phase.SETUP)
    back = made.reviewers[0]
    for vendor in made.vendors:
        declare_interest(
            back, made.slug, vendor.id, kind=DeclarationKind.CONFLICT, words="My sister sells it."
        )
    rules.set_rule(made.chair, made.slug, rules.RuleSettings(prices_sealed=False))
    retract_conflict(back, made.slug, made.vendors[0].id, reason="It was another company.")
    rules.set_rule(made.chair, made.slug, rules.RuleSettings(prices_sealed=True))

    assert openings(made) == [
        (False, tuple(row.company for row in made.vendors), names_of(made, *made.reviewers))
    ]


def test_a_vendor_that_came_after_one_was_removed_was_not_open_in_its_place(make: Factory):
    made = priced(make, Phase.SETUP)
    reseal(made)
    remove_vendor(made.chair, made.slug, made.vendors[-1].id)
    add_vendor(made.chair, made.slug, VendorFacts(company="Newcomer"))

    (row,) = prices_in_memo(made).openings

    assert row.vendors == tuple(row.company for row in made.vendors[:-1])


@pytest.mark.both_databases
def test_a_file_whose_tick_comes_late_or_comes_back_is_told_with_who_could_read(
    make: Factory, visit: Visit
):
    made = priced(make, Phase.SCORING)
    file = sheet_of(made, tells_prices=False)
    assert openings(made) == []  # nobody has said that it tells prices
    for tells in (True, False, True):
        set_file_prices(made.chair, made.slug, file.vendor_id, file.key, tells_prices=tells)
    make.forward(made, Phase.MEETING, {(0, 0): "YYY", (1, 0): "YYY"})

    seen = (True, (made.vendors[0].company,), names_of(made, *made.reviewers))
    memo = words(visit(made.reviewers[0]).page(made.url("memo/")).root)

    first, again = prices_in_memo(made).openings
    assert openings(made) == [seen, seen]
    assert first.ended is not None
    assert first.ended < again.began
    assert "while it was not marked as one that tells prices" in memo
    assert file.name not in memo  # it is closed by now
    set_file_prices(made.chair, made.slug, file.vendor_id, file.key, tells_prices=False)
    still = prices_in_memo(made).openings[-1]
    memo = words(visit(made.reviewers[0]).page(made.url("memo/")).root)
    assert f", from {minute(still.began)} on, while it was not marked" in memo


def test_a_file_that_is_said_to_tell_prices_once_they_are_open_was_open_until_then(make: Factory):
    made = priced(make, Phase.SCORING)
    file = sheet_of(made, tells_prices=False)
    make.forward(made, Phase.MEETING, {(0, 0): "YYY", (1, 0): "YYY"})
    adopt_everything(made)
    open_prices(made.chair, made.slug)
    set_file_prices(made.chair, made.slug, file.vendor_id, file.key, tells_prices=True)

    (row,) = prices_in_memo(made).openings

    assert (row.file, row.ended) == (True, prices_in_memo(made).opened_at)


def test_a_file_is_open_until_it_is_withdrawn(make: Factory):
    made = priced(make, Phase.SCORING)
    file = sheet_of(made, tells_prices=False)
    withdraw_vendor_file(made.chair, made.slug, file.vendor_id, file.key, reason="It has prices.")
    said = now_utc()
    set_file_prices(made.chair, made.slug, file.vendor_id, file.key, tells_prices=True)

    (row,) = prices_in_memo(made).openings

    assert row.ended is not None
    assert row.ended < said


def test_a_chair_who_scores_could_read_a_file_that_was_withdrawn_without_its_tick(make: Factory):
    made = priced(make, Phase.SETUP)
    let_chair_score(made)
    file = sheet_of(made, tells_prices=False)
    withdraw_vendor_file(made.chair, made.slug, file.vendor_id, file.key, reason="It has prices.")
    late = make.member(made.chair, made.slug, frozenset({Role.REVIEWER}))
    set_file_prices(made.chair, made.slug, file.vendor_id, file.key, tells_prices=True)

    standing, withdrawn = prices_in_memo(made).openings

    assert standing.readers == names_of(made, made.chair, *made.reviewers)
    assert withdrawn.readers == names_of(made, made.chair)
    assert standing.ended == withdrawn.began
    assert seat_of(made, late).name not in {*standing.readers, *withdrawn.readers}


def test_the_same_file_beside_another_vendor_or_a_mark_was_open_as_well(make: Factory):
    made = priced(make, Phase.SCORING)
    data, other = pdf("sheet"), made.vendors[1]  # the bytes that tell prices beside the first
    attach_vendor_file(made.chair, made.slug, other.id, name="other.pdf", data=data)
    make.mark(made, 0, 0, made.criteria[0].code, Answer.YES)
    attach_mark_file(
        made.reviewers[0], made.slug, made.vendors[0].id, made.criteria[0].id,
        name="mine.pdf", data=data,
    )  # fmt: skip

    assert openings(made) == [(True, (other.company,), names_of(made, *made.reviewers))]
    assert prices_in_memo(made).readers == names_of(made, made.reviewers[0])


def test_the_memo_says_that_prices_were_never_sealed(make: Factory, visit: Visit):
    made = priced(make, Phase.MEETING, sealed=False)
    bare = make.evaluation(title="Another", phase=Phase.SETUP)
    rules.set_rule(bare.chair, bare.slug, rules.RuleSettings(prices_sealed=False))

    said = "Prices were not sealed: whoever scored could read them."
    assert said in visit(made.chair).get(made.url("memo/")).text
    assert prices_in_memo(bare) == MemoPrices()
